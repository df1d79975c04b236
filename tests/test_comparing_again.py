"""Away from a comparison and back: what was chosen in it is still chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest

from afterword.window.change_text import ChangeText
from tests.asking import DRAFT, LONG, SHORT, Writer
from tests.asking import writer as writer
from tests.window.conftest import focused, part


def compares(writer: Writer) -> None:
    writer.presses("Replace…")
    writer.until(lambda: writer.panel.comparing)


def leaves_the_second(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    compares(writer)
    QTest.keyClick(focused(), Qt.Key.Key_Down)
    QTest.keyClick(focused(), Qt.Key.Key_Space)
    assert chosen(writer) == ({0}, 1)


def chosen(writer: Writer) -> tuple[set[int], int]:
    text = part(writer.panel, ChangeText)
    return text.taken, text.current


def asks_for_the_question(writer: Writer) -> None:
    writer.opens()


def goes_back(writer: Writer) -> None:
    writer.presses("Back")


def escapes(writer: Writer) -> None:
    QTest.keyClick(focused(), Qt.Key.Key_Escape)


def hides_the_panel(writer: Writer) -> None:
    writer.window.asking.close()
    writer.opens()


@pytest.mark.parametrize("goes", [asks_for_the_question, goes_back, escapes, hides_the_panel])
def test_the_choices_are_there_when_it_is_compared_again(writer: Writer, goes: Callable[[Writer], None]) -> None:
    leaves_the_second(writer)
    goes(writer)
    assert not writer.panel.comparing
    compares(writer)
    assert chosen(writer) == ({0}, 1)
    assert focused() is part(writer.panel, ChangeText)
    writer.presses("Replace")
    assert writer.page.text() == DRAFT.replace("that was held ", "")


def test_of_another_answer_all_is_taken(writer: Writer) -> None:
    leaves_the_second(writer)
    writer.asks("Again")
    writer.hears(SHORT)
    compares(writer)
    assert chosen(writer) == ({0, 1}, 0)


def test_of_another_text_all_is_taken(writer: Writer) -> None:
    leaves_the_second(writer)
    cursor = QTextCursor(writer.page.document())
    cursor.setPosition(DRAFT.index("Tuesday"))
    cursor.insertText("Holy ")
    writer.until(lambda: not writer.panel.comparing)
    writer.page.undo()
    writer.until(writer.button("Replace…").isEnabled)
    compares(writer)
    assert chosen(writer) == ({0, 1}, 0)


def test_of_the_same_answer_to_the_same_question_once_it_was_discarded_all_is_taken(writer: Writer) -> None:
    leaves_the_second(writer)
    writer.opens()
    writer.presses("Discard")
    writer.select(LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    compares(writer)
    assert chosen(writer) == ({0, 1}, 0)

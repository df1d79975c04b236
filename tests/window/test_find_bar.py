"""Finding words in the draft."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from afterword.editor.plaintext import units
from afterword.engine.protocol import Piece
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.window.actions import Action
from afterword.window.find_bar import FindBar, places
from afterword.window.main_window import MainWindow

from .conftest import part, type_keys

TEXT = "The cat 👋 saw the Cat,\nand the cat slept."


@pytest.fixture
def bar(window: MainWindow) -> FindBar:
    window.page.set_text(TEXT)
    window.menus.actions[Action.FIND].trigger()
    return window.find_bar


def field(bar: FindBar) -> QLineEdit:
    return part(bar, QLineEdit)


def look_for(bar: FindBar, words: str) -> None:
    type_keys(field(bar), words)


def selected(window: MainWindow) -> tuple[int, str]:
    cursor = window.page.textCursor()
    return cursor.selectionStart(), cursor.selectedText()


@given(st.text("ab👋 Aé", max_size=40), st.text("ab👋A", min_size=1, max_size=3))
def test_places_are_those_of_qt(text: str, wanted: str) -> None:
    document = QTextDocument(text)
    found = []
    cursor = document.find(wanted, 0, QTextDocument.FindFlag.FindCaseSensitively)
    while not cursor.isNull():
        found.append((cursor.selectionStart(), cursor.selectionEnd()))
        cursor = document.find(wanted, cursor.selectionEnd(), QTextDocument.FindFlag.FindCaseSensitively)
    assert places(text, wanted, match_case=True) == found


def test_nothing_wanted_is_nowhere() -> None:
    assert places("text", "", match_case=False) == []
    assert places("👋👋a", "👋", match_case=True) == [(0, 2), (2, 4)]
    assert places("a.c abc", "a.c", match_case=False) == [(0, 3)], "no pattern, but plain text"


def test_typing_goes_to_the_first_place_and_enter_on_and_round(qtbot: QtBot, window: MainWindow, bar: FindBar) -> None:
    look_for(bar, "cat")
    qtbot.waitUntil(lambda: bar.count == 3)
    assert selected(window) == (4, "cat")
    starts = [4, units("The cat 👋 saw the "), units("The cat 👋 saw the Cat,\nand the ")]
    for start in (*starts[1:], starts[0]):
        QTest.keyClick(field(bar), Qt.Key.Key_Return)
        assert selected(window)[0] == start
    QTest.keyClick(field(bar), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert selected(window)[0] == starts[-1]


def test_enter_right_after_typing_goes_to_the_first_place(window: MainWindow, bar: FindBar) -> None:
    look_for(bar, "cat")
    QTest.keyClick(field(bar), Qt.Key.Key_Return)
    assert selected(window) == (4, "cat")


def test_case_counts_when_it_should(qtbot: QtBot, window: MainWindow, bar: FindBar) -> None:
    part(bar, QCheckBox).setChecked(True)
    look_for(bar, "Cat")
    qtbot.waitUntil(lambda: selected(window)[1] == "Cat")
    assert bar.count == 1


def test_escape_goes_back_to_the_page_with_the_place_selected(qtbot: QtBot, window: MainWindow, bar: FindBar) -> None:
    look_for(bar, "saw")
    qtbot.waitUntil(lambda: selected(window)[1] == "saw")
    QTest.keyClick(field(bar), Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert window.page.hasFocus()
    assert selected(window)[1] == "saw"
    assert window.page.extraSelections() == []


def test_the_places_follow_the_text(qtbot: QtBot, window: MainWindow, bar: FindBar) -> None:
    look_for(bar, "cat")
    cursor = window.page.textCursor()
    cursor.setPosition(0)
    cursor.insertText("cat ")
    qtbot.waitUntil(lambda: bar.count == 4)


def test_while_finding_there_is_no_suggestion(qtbot: QtBot, window: MainWindow) -> None:
    page = window.page
    page.set_text("")
    type_keys(page, "The ")
    page.show_suggestion(Suggestion((Piece("cat", 0.9),), Ended.LENGTH), page.place())
    assert page.ghost_text
    window.menus.actions[Action.FIND].trigger()
    assert not page.ghost_text
    look_for(window.find_bar, "cat")
    qtbot.waitUntil(lambda: any(label.text() == "Not found" for label in window.find_bar.findChildren(QLabel)))
    assert window.find_bar.count == 0, "a suggestion is not in the draft"


def test_find_next_without_words_asks_for_them(window: MainWindow) -> None:
    window.menus.actions[Action.FIND_NEXT].trigger()
    assert field(window.find_bar).hasFocus()

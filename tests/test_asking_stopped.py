"""An answer that was broken off is not read as one that had ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QTextCursor
from PySide6.QtTest import QTest

from afterword.engine.protocol import Question, never
from afterword.errors import ServerBrokeOff
from tests.asking import DRAFT, ORIGIN, SHORT, Writer
from tests.asking import writer as writer
from tests.window.conftest import focused


def begins(writer: Writer, words: int = 2) -> threading.Semaphore:
    writer.start()
    writer.has(DRAFT)
    writer.model.reply_gate = gate = threading.Semaphore(words)
    writer.asks("What?")
    writer.until(lambda: writer.answer == " ".join(SHORT.split()[:words]) and len(writer.model.questions) == 1)
    return gate


def shown(writer: Writer) -> str:
    return writer.panel.transcript.toPlainText()


def presses_stop(writer: Writer) -> None:
    writer.presses("Stop")


def presses_escape(writer: Writer) -> None:
    QTest.keyClick(focused(), Qt.Key.Key_Escape)


def hides_the_panel(writer: Writer) -> None:
    writer.window.asking.close()


@pytest.mark.parametrize("stops", [presses_stop, presses_escape, hides_the_panel])
def test_what_was_stopped_says_so_behind_it_and_is_put_in_without_that(writer: Writer, stops: Callable[[Writer], None]) -> None:
    begins(writer)
    stops(writer)
    assert shown(writer) == "What?\nThe meeting (stopped)"
    assert writer.answer == "The meeting"
    writer.qtbot.wait(60)  # by when all is painted
    assert shown(writer) == "What?\nThe meeting (stopped)"
    writer.opens()
    writer.presses("Insert")
    assert writer.page.text() == f"{DRAFT} The meeting"


def test_return_for_the_next_question_leaves_a_mark_between_them(writer: Writer) -> None:
    gate = begins(writer)
    writer.asks("And now?")
    gate.release(99)
    writer.hears(SHORT)
    assert shown(writer) == f"What?\nThe meeting (stopped)\n\nAnd now?\n{SHORT}"
    assert [message.text for message in writer.model.questions[-1].messages][-2:] == ["The meeting", "And now?"]


def test_where_nothing_was_said_yet_the_mark_stands_alone(writer: Writer) -> None:
    begins(writer, 0)
    writer.presses("Stop")
    assert shown(writer) == "What?\n(stopped)"
    assert not writer.button("Insert").isEnabled()


def test_an_answer_that_ended_has_no_mark_and_neither_has_one_that_is_stopped_afterwards(writer: Writer) -> None:
    gate = begins(writer)
    gate.release(99)
    writer.hears(SHORT)
    writer.window.asking.stop()
    assert shown(writer) == f"What?\n{SHORT}"


@pytest.mark.parametrize(
    ("reply", "heard", "why"),
    [
        ("It has a roof. " + "It has a door, " * 40, "It has a roof.", "(cut: it went round)"),
        ("\n".join(map(str, range(1100))), "\n".join(map(str, range(1000))), "(cut: it went on and on)"),
    ],
)
def test_what_was_cut_says_so_and_why(writer: Writer, reply: str, heard: str, why: str) -> None:
    writer.start()
    writer.model.reply = reply
    writer.asks("What?")
    writer.hears(heard)
    assert shown(writer) == f"What?\n{heard} {why}"
    writer.model.reply = "No."
    writer.asks("And?")
    writer.hears("No.")
    assert shown(writer).endswith("And?\nNo.")


def test_the_mark_is_greyed(writer: Writer) -> None:
    begins(writer)
    writer.presses("Stop")
    cursor = QTextCursor(writer.panel.transcript.document())
    cursor.movePosition(QTextCursor.MoveOperation.End)
    grey = writer.panel.transcript.palette().color(QPalette.ColorRole.PlaceholderText)
    assert cursor.charFormat().foreground().color() == grey
    cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter, n=len(" (stopped)"))
    assert cursor.charFormat().foreground().color() != grey


def breaks(question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
    yield "He said, “I"
    raise ServerBrokeOff(ORIGIN)


def test_an_answer_whose_connection_broke_is_marked_and_of_one_that_never_began_nothing_is_there(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = writer.model.answer
    monkeypatch.setattr(writer.model, "answer", breaks)
    writer.start()
    writer.has("No.")
    writer.asks("What?")
    writer.until(lambda: not writer.panel.busy)
    assert shown(writer) == "What?\nHe said, “I (broken off)"
    monkeypatch.setattr(writer.model, "answer", answers)
    writer.model.reply_error = ValueError("?")
    writer.asks("And now?")
    writer.until(lambda: not writer.panel.busy)
    assert shown(writer) == "What?\nHe said, “I (broken off)"

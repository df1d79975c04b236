"""Before the first word of an answer: it is said that somebody is at work, and that is no part of the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtTest import QTest

from afterword.errors import ServerUnreachable
from afterword.window import asking
from tests.asking import DRAFT, LONG, ORIGIN, SHORT, WAIT, Writer
from tests.asking import writer as writer

HERE, THERE = "The model is reading…", "The server is reading…"


@pytest.fixture(autouse=True)
def _impatient(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_QUIET_MS", 30)


def waits(writer: Writer, *, there: bool = False) -> threading.Semaphore:
    """Asks somebody who says nothing so far."""
    writer.start(agreed=True)
    writer.has(DRAFT, LONG)
    writer.opens()
    writer.chooses(int(there))
    gate = threading.Semaphore(0)
    (writer.server if there else writer.model).reply_gate = gate
    writer.asks("Shorter")
    writer.until(lambda: writer.panel.transcript.word == (THERE if there else HERE))
    return gate


@pytest.mark.parametrize("there", [False, True])
def test_that_it_is_read_is_said_in_the_place_of_the_answer_until_that_comes(writer: Writer, there: bool) -> None:
    gate = waits(writer, there=there)
    assert writer.answer == ""
    assert writer.panel.transcript.toPlainText() == "Shorter\n"
    writer.qtbot.wait(100)
    assert len(writer.told) == 1, "once"
    gate.release(99)
    writer.hears("From there." if there else SHORT)
    assert writer.panel.transcript.word == ""
    assert writer.told[1:] == [f"Answer: {writer.answer}"]


def test_it_goes_with_the_first_word_and_does_not_come_again(writer: Writer) -> None:
    gate = waits(writer)
    gate.release()
    writer.until(lambda: writer.panel.transcript.toPlainText() == "Shorter\nThe")
    assert writer.panel.transcript.word == ""
    writer.qtbot.wait(100)
    assert (writer.panel.transcript.word, len(writer.told)) == ("", 1)


def test_it_does_not_come_once_there_was_a_word(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_QUIET_MS", 10 * WAIT)
    writer.start()
    writer.has(DRAFT, LONG)
    writer.model.reply_gate = threading.Semaphore(1)
    writer.asks("Shorter")
    writer.until(lambda: writer.answer == "The")
    writer.window.asking._quiet.setInterval(0)  # had it still to come, it would come now
    writer.qtbot.wait(100)
    assert (writer.panel.transcript.word, writer.told) == ("", [])


def stops(writer: Writer) -> None:
    writer.presses("Stop")


def closes(writer: Writer) -> None:
    writer.window.asking.close()


def discards(writer: Writer) -> None:
    writer.presses("Discard")


@pytest.mark.parametrize("ends", [stops, closes, discards])
def test_it_goes_when_the_answer_is_not_wanted_any_more(writer: Writer, ends: Callable[[Writer], None]) -> None:
    waits(writer)
    ends(writer)
    assert writer.panel.transcript.word == ""
    assert not writer.button("Insert").isEnabled()
    writer.until(lambda: writer.model.iterators_open == 0)
    writer.qtbot.wait(100)
    assert writer.panel.transcript.word == ""


def test_it_goes_with_an_error(writer: Writer) -> None:
    gate = waits(writer, there=True)
    writer.presses("Stop")
    gate.release(99)
    writer.server.reply_error = ServerUnreachable(ORIGIN, "refused")
    writer.asks("Again?")
    writer.until(lambda: not writer.panel.busy)
    assert writer.panel.transcript.word == ""
    writer.qtbot.wait(100)
    assert writer.panel.transcript.word == ""


def test_an_answer_that_comes_at_once_is_not_announced_by_anything(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_QUIET_MS", 20_000)
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    assert writer.told == [f"Answer: {SHORT}"]


def test_it_is_painted_greyed_behind_the_question(writer: Writer) -> None:
    waits(writer)
    transcript = writer.panel.transcript
    QTest.qWait(0)
    line = transcript.cursorRect(transcript._end())
    line.setRight(transcript.viewport().width())
    with_it = transcript.viewport().grab(line).toImage()
    transcript.say("")
    without = transcript.viewport().grab(line).toImage()
    assert with_it != without
    grey = transcript.palette().color(QPalette.ColorRole.PlaceholderText)
    assert darkest(with_it) == pytest.approx(grey.lightness(), abs=40)


def darkest(image: QImage) -> int:
    return min(QColor(image.pixel(x, y)).lightness() for x in range(image.width()) for y in range(image.height()))


def test_where_the_model_is_busy_with_something_else_it_is_waited_for(writer: Writer) -> None:
    gate = waits(writer)
    writer.desk.open_window()
    second = writer.desk.seats[-1].window
    second.asking.open()
    second.ask_panel.field.setText("Second?")
    second.ask_panel.field.ask()
    writer.until(lambda: second.ask_panel.transcript.word == "Waiting for the model…")
    assert writer.panel.transcript.word == HERE
    writer.presses("Stop")
    writer.until(lambda: second.ask_panel.transcript.word == HERE)
    gate.release(99)
    writer.until(lambda: second.ask_panel.transcript.answer == SHORT and not second.ask_panel.busy)

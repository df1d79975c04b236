"""A question that nobody heard: it is as if it had not been asked, and can be asked again."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from afterword.errors import ServerUnreachable
from tests.asking import DRAFT, LONG, ORIGIN, SHORT, Writer
from tests.asking import writer as writer
from tests.window.conftest import part

AWAY = ServerUnreachable(ORIGIN, "connection refused")


@pytest.fixture
def away(writer: Writer) -> Writer:
    """Who asks a server that is away."""
    writer.server.reply_error = AWAY
    writer.start(agreed=True)
    writer.has(DRAFT, LONG)
    writer.opens()
    writer.chooses(1)
    return writer


def is_refused(writer: Writer, question: str) -> None:
    writer.asks(question)
    writer.until(lambda: not writer.panel.busy)
    assert "cannot be reached" in writer.panel.message


def test_it_is_in_the_field_again_and_in_no_conversation(away: Writer) -> None:
    is_refused(away, "Shorter, please")
    assert away.panel.field.text() == "Shorter, please"
    assert away.panel.transcript.toPlainText() == ""
    assert not any(away.button(text).isEnabled() for text in ("Insert", "Replace…", "Discard"))
    assert "cannot be reached" in away.panel.message
    away.server.reply_error = None
    QTest.keyClick(away.panel.field, Qt.Key.Key_Return)
    away.hears("From there.")
    assert away.panel.transcript.toPlainText() == "Shorter, please\nFrom there."
    assert len(away.server.questions[-1].messages) == 2
    QTest.keyClick(away.panel.field, Qt.Key.Key_Up)
    QTest.keyClick(away.panel.field, Qt.Key.Key_Up)
    assert away.panel.field.text() == "Shorter, please"


def test_what_is_typed_meanwhile_stays(away: Writer) -> None:
    gate = away.server.reply_gate = threading.Semaphore(0)
    away.asks("Shorter, please")
    QTest.keyClicks(away.panel.field, "Longer")
    gate.release(9)
    away.until(lambda: not away.panel.busy)
    assert away.panel.field.text() == "Longer"
    QTest.keyClick(away.panel.field, Qt.Key.Key_Up)
    assert away.panel.field.text() == "Shorter, please"


def test_a_ready_one_leaves_the_field_as_it_was(away: Writer) -> None:
    QTest.keyClicks(away.panel.field, "half a question")
    part(away.panel, QMenu).actions()[0].trigger()
    away.until(lambda: not away.panel.busy)
    assert away.panel.field.text() == "half a question"
    assert away.panel.transcript.toPlainText() == ""


def test_what_was_answered_before_is_as_it_was(away: Writer) -> None:
    away.server.reply_error, away.server.reply = None, SHORT
    away.asks("Shorter")
    away.hears(SHORT)
    away.server.reply_error = AWAY
    away.select("The end.")
    is_refused(away, "And this?")
    assert (away.panel.transcript.toPlainText(), away.answer) == (f"Shorter\n{SHORT}", SHORT)
    away.presses("Replace…")
    away.until(lambda: away.panel.comparing)
    away.presses("Replace")
    assert away.page.text() == DRAFT.replace(LONG, SHORT)


def test_a_conversation_goes_on_after_it(away: Writer) -> None:
    away.server.reply_error, away.server.reply = None, SHORT
    away.asks("Shorter")
    away.hears(SHORT)
    away.server.reply_error = AWAY
    is_refused(away, "Why?")
    away.server.reply_error, away.server.reply = None, "So."
    QTest.keyClick(away.panel.field, Qt.Key.Key_Return)
    away.hears("So.")
    assert [message.text for message in away.server.questions[-1].messages][2:] == [SHORT, "Why?"]


def test_what_was_said_before_the_draft_was_private_is_not_told_again_after_it_either(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.opens()
    writer.chooses(1)
    writer.asks("First?")
    writer.hears("From there.")
    writer.chooses(0)
    gate = writer.model.reply_gate = threading.Semaphore(0)
    writer.model.reply_error = ValueError("?")
    writer.asks("Second?")
    writer.until(lambda: bool(writer.model.questions))
    writer.window.documents.set_private(True)
    gate.release(9)
    writer.until(lambda: not writer.panel.busy)
    writer.window.documents.set_private(False)
    writer.chooses(1)
    writer.asks("Third?")
    writer.until(lambda: len(writer.server.questions) == 2 and not writer.panel.busy)
    assert [message.text for message in writer.server.questions[-1].messages[1:]] == [f"{DRAFT}\n\nThird?"]


def test_one_that_was_answered_just_before_can_still_be_brought_back(away: Writer) -> None:
    away.server.reply_error = None
    away.asks("Shorter")
    away.hears("From there.")
    away.server.reply_error = AWAY
    is_refused(away, "Shorter")
    away.panel.field.clear()
    QTest.keyClick(away.panel.field, Qt.Key.Key_Up)
    assert away.panel.field.text() == "Shorter"


def test_before_a_model_is_there_too(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT)
    writer.opens()
    writer.window.asking.ask_wished.disconnect()
    writer.asks("What?")
    writer.window.asking.miss()
    assert writer.panel.message == "No model is loaded yet."
    assert (writer.panel.field.text(), writer.panel.transcript.toPlainText()) == ("What?", "")

"""Two windows that ask at once, whichever they ask, and what becomes of an answer whose window is closed."""

from __future__ import annotations

import threading

import pytest

from afterword.engine.protocol import Question
from afterword.window.main_window import MainWindow
from tests.asking import DRAFT, SHORT, Writer
from tests.asking import writer as writer


def opens_another(writer: Writer, text: str) -> MainWindow:
    writer.server.at_once = 2
    writer.desk.open_window()
    window = writer.desk.seats[-1].window
    window.page.set_text(text)
    window.page.document().setModified(False)
    window.asking.open()
    return window


def ask(window: MainWindow, question: str, *, there: bool) -> None:
    window.ask_panel.question.where_chosen.emit(window.asking._recipient.where.__class__("there" if there else "here"))
    window.ask_panel.field.setText(question)
    window.ask_panel.field.ask()


def answered(window: MainWindow, text: str) -> bool:
    return window.ask_panel.transcript.answer == text and not window.ask_panel.busy


def echo(question: Question) -> str:
    return question.messages[-1].text


@pytest.mark.parametrize(("first", "second"), [(False, False), (True, True), (False, True), (True, False)])
def test_two_windows_ask_at_once_and_each_has_the_answer_about_its_own_draft(writer: Writer, first: bool, second: bool) -> None:
    writer.model.reply = writer.server.reply = echo
    writer.start(agreed=True)
    writer.has("One.")
    writer.window.asking.open()
    one, two = writer.window, opens_another(writer, "Two.")
    gate = writer.model.reply_gate = writer.server.reply_gate = threading.Semaphore(0)
    ask(one, "First?", there=first)
    ask(two, "Second?", there=second)
    assert one.ask_panel.busy
    assert two.ask_panel.busy
    gate.release(99)
    writer.until(lambda: answered(one, "One.\n\nFirst?") and answered(two, "Two.\n\nSecond?"))
    asked_there = [question.messages[-1].text for question in writer.server.questions]
    assert sorted(asked_there) == ["One.\n\nFirst?"] * first + ["Two.\n\nSecond?"] * second
    assert all(question.shared for question in writer.server.questions)
    assert not any(question.shared for question in writer.model.questions)


@pytest.mark.parametrize("there", [False, True])
def test_a_window_that_is_closed_amid_an_answer_ends_it_and_nobody_hears_of_it(writer: Writer, there: bool) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT)
    one, two = writer.window, opens_another(writer, "Two.")
    asked = writer.server if there else writer.model
    asked.reply = "Never heard of."
    gate = asked.reply_gate = threading.Semaphore(1)
    ask(two, "Second?", there=there)
    writer.until(lambda: two.ask_panel.transcript.answer == "Never")
    two.close()
    writer.until(lambda: len(writer.desk.seats) == 1 and asked.iterators_open == 0)
    gate.release(99)
    asked.reply = SHORT
    one.asking.open()
    ask(one, "First?", there=there)
    writer.until(lambda: answered(one, SHORT))
    assert one.ask_panel.transcript.toPlainText() == f"First?\n{SHORT}"


@pytest.mark.parametrize("there", [False, True])
def test_notes_of_each_draft_go_with_its_own_question(writer: Writer, there: bool) -> None:
    writer.model.reply = writer.server.reply = echo
    writer.start(agreed=True)
    writer.has("One.")
    writer.page.notes = "Told by Ann."
    writer.window.asking.open()
    one, two = writer.window, opens_another(writer, "Two.")
    ask(one, "First?", there=there)
    ask(two, "Second?", there=there)
    writer.until(lambda: answered(one, "Told by Ann.\n\n---\n\nOne.\n\nFirst?") and answered(two, "Two.\n\nSecond?"))

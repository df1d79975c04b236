"""Asking about the draft, in the whole desk: what a writer asks, what is answered, and what becomes of it on the page."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from afterword.drafts.beside import beside_path
from afterword.errors import NoChatTemplate, ServerSilent
from afterword.sentences import sentence
from afterword.suggest.asking import READ_HERE, READ_THERE, READY, SYSTEM
from afterword.window.actions import Action
from afterword.window.ask_panel import AskPanel
from tests.asking import DRAFT, LONG, ORIGIN, SHORT, Writer
from tests.asking import writer as writer
from tests.window.conftest import focused, part

# --- what is asked --------------------------------------------------------------------------------------------------


def test_the_selection_is_asked_about_and_the_answer_streams(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.model.reply_gate = gate = threading.Semaphore(2)
    writer.asks("Shorter, please")
    writer.until(lambda: writer.answer == "The meeting")
    assert writer.panel.question.about == "About the selection, 10 words."
    assert writer.panel.busy
    writer.until(lambda: writer.panel.transcript.toPlainText() == "Shorter, please\nThe meeting")
    gate.release(99)
    writer.hears(SHORT)
    assert writer.asked == f"{LONG}\n\nShorter, please"
    assert writer.panel.transcript.toPlainText() == f"Shorter, please\n{SHORT}"
    assert writer.told == [f"Answer: {SHORT}"]
    assert (writer.page.text(), writer.page.selected_text()) == (DRAFT, LONG)


def test_without_a_selection_it_is_the_draft_with_the_notes(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT)
    writer.page.notes = "Of the committee."
    writer.asks("What is missing?")
    writer.hears(SHORT)
    assert writer.asked == f"Of the committee.\n\n---\n\n{DRAFT}\n\nWhat is missing?"
    assert writer.panel.question.about == "About the draft, 13 words."


def test_of_a_long_draft_it_is_what_stands_around_the_cursor_and_that_is_said(writer: Writer) -> None:
    writer.start()
    writer.has("\n".join(f"Line {number} of the draft." for number in range(3000)))
    writer.asks("What is missing?")
    writer.hears(SHORT)
    assert len(writer.asked) <= READ_HERE + 30
    assert "Line 2999 of the draft." in writer.asked
    assert "the model reads " in writer.panel.question.about
    writer.page.moveCursor(QTextCursor.MoveOperation.Start)
    writer.presses("Discard")
    writer.asks("And here?")
    writer.hears(SHORT)
    assert "Line 0 of the draft." in writer.asked
    assert "Line 2999 of the draft." not in writer.asked


def test_too_much_is_not_asked_about(writer: Writer) -> None:
    writer.start()
    writer.has("word " * (READ_THERE // 5 + 1), "word " * (READ_THERE // 5 + 1))
    writer.asks("Shorter")
    assert "select less of it" in writer.panel.question.about
    assert writer.model.questions == []
    assert writer.panel.field.text() == "Shorter"


def test_a_ready_question_is_asked_at_once_and_its_answer_is_the_text_alone(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.opens()
    QTest.keyClicks(writer.panel.field, "half a question")
    writer.model.reply = f"Sure, here is a shorter version:\n\n“{SHORT}”\n\nI made the following changes: none."
    menu = part(writer.panel, QMenu)
    assert [action.text() for action in menu.actions()] == [ready.title for ready in READY]
    menu.actions()[0].trigger()
    writer.hears(SHORT)
    assert writer.asked == f"{LONG}\n\n{READY[0].prompt}"
    assert writer.panel.transcript.toPlainText() == f"Shorter\n{SHORT}"
    assert writer.panel.field.text() == "half a question"


def test_a_question_that_follows_keeps_the_conversation(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Who?")
    writer.hears(SHORT)
    writer.model.reply = "Nobody."
    writer.select("")  # it is still about what was selected
    writer.asks("Who not?")
    writer.hears("Nobody.")
    texts = [message.text for message in writer.model.questions[-1].messages]
    assert texts == [SYSTEM, f"{LONG}\n\nWho?", SHORT, "Who not?"]
    assert writer.panel.transcript.toPlainText() == f"Who?\n{SHORT}\n\nWho not?\nNobody."


def test_a_ready_question_is_asked_of_the_same_text_without_what_was_said(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Who?")
    writer.hears(SHORT)
    writer.select("")
    writer.opens()
    assert writer.panel.question.about == "Still about what you had selected, 10 words."
    part(writer.panel, QMenu).actions()[1].trigger()
    writer.until(lambda: len(writer.model.questions) == 2 and not writer.panel.busy)
    assert [message.text for message in writer.model.questions[-1].messages] == [SYSTEM, f"{LONG}\n\n{READY[1].prompt}"]
    assert writer.button("Replace…").isEnabled()
    parted = "— Without what was said above —"
    assert writer.panel.transcript.toPlainText() == f"Who?\n{SHORT}\n\n{parted}\n\n{READY[1].title}\n{SHORT}"


def test_another_selection_begins_another_conversation(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Who?")
    writer.hears(SHORT)
    writer.select("The end.")
    writer.asks("Which?")
    writer.hears(SHORT)
    assert [message.text for message in writer.model.questions[-1].messages] == [SYSTEM, "The end.\n\nWhich?"]


def test_in_a_conversation_about_the_draft_it_is_the_draft_as_it_is_by_now(writer: Writer) -> None:
    writer.start()
    writer.has("One.")
    writer.asks("What?")
    writer.hears(SHORT)
    writer.has("One. Two.")
    writer.asks("And now?")
    writer.hears(SHORT)
    assert [message.text for message in writer.model.questions[-1].messages[1:]] == ["One. Two.\n\nWhat?", SHORT, "And now?"]


def test_discard_forgets_what_was_said(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT)
    writer.asks("Who?")
    writer.hears(SHORT)
    writer.presses("Discard")
    assert writer.panel.transcript.toPlainText() == ""
    assert not any(writer.button(text).isEnabled() for text in ("Insert", "Replace…", "Discard"))
    writer.asks("And now?")
    writer.hears(SHORT)
    assert writer.asked == f"{DRAFT}\n\nAnd now?"


def test_up_and_down_bring_back_what_was_asked(writer: Writer) -> None:
    writer.start()
    for question in ("One?", "Two?"):
        writer.asks(question)
        writer.hears(SHORT)
    field = writer.panel.field
    QTest.keyClicks(field, "Thr")
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(field, key)
        seen.append(field.text())
    assert seen == ["Two?", "One?", "One?", "Two?", "Thr", "Thr"]


def test_nothing_is_asked_where_nothing_is_written_in_the_field(writer: Writer) -> None:
    writer.start()
    writer.asks("   ")
    assert not writer.panel.busy
    assert writer.model.questions == []


# --- the answer is not in the draft ---------------------------------------------------------------------------------


def test_nothing_of_an_answer_is_in_the_draft_before_it_is_put_there(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    QTest.keyClick(writer.page, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    writer.asks("Shorter")
    writer.hears(SHORT)
    writer.presses("Replace…")
    writer.until(lambda: writer.panel.comparing)
    assert writer.page.text() == DRAFT
    assert not writer.page.document().isUndoAvailable()
    assert not writer.window.documents.dirty
    assert QGuiApplication.clipboard().text() == LONG
    writer.window.documents.save()
    writer.until(lambda: writer.window.documents.path is not None and not writer.window.documents.dirty)
    beside = beside_path(writer.folder / "draft.md")
    files = [path for path in (writer.folder / "draft.md", beside) if path.exists()]
    assert all("decided nothing" not in path.read_text("utf-8") for path in files)


def test_insert_puts_it_at_the_cursor_in_one_step(writer: Writer) -> None:
    writer.start()
    writer.has("Minutes. ")
    writer.asks("Write them")
    writer.hears(SHORT)
    writer.presses("Insert")
    assert writer.page.text() == f"Minutes. {SHORT}"
    assert writer.window.documents.ledger.tally.accepted_characters == len(SHORT)
    assert writer.page.hasFocus()
    writer.page.undo()
    assert writer.page.text() == "Minutes. "


def test_what_stands_behind_an_answer_is_no_part_of_it(writer: Writer) -> None:
    writer.start()
    writer.has("One and two")
    writer.select("and two")
    writer.page.moveCursor(QTextCursor.MoveOperation.Left)
    writer.model.reply = "It was.\n"
    writer.asks("What?")
    writer.hears("It was.")
    writer.presses("Insert")
    assert writer.page.text() == "One It was. and two"
    assert writer.told == ["Answer: It was."]


# --- a compared change ----------------------------------------------------------------------------------------------


def compares(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    writer.presses("Replace…")
    writer.until(lambda: writer.panel.comparing)


def test_what_was_selected_is_replaced_after_it_was_compared(writer: Writer) -> None:
    compares(writer)
    shown = writer.panel.changes._text.toPlainText()
    assert "that was held" in shown
    assert "decided nothing" in shown
    writer.presses("Replace")
    assert writer.page.text() == DRAFT.replace(LONG, SHORT)
    assert writer.window.documents.ledger.tally.accepted_characters == len("decided nothing")
    assert writer.page.hasFocus()
    assert not writer.panel.comparing
    assert not writer.button("Replace…").isEnabled(), "it stands there no more"
    writer.page.undo()
    assert writer.page.text() == DRAFT


def test_of_which_text_is_seen_on_the_page(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    writer.page.selectAll()
    writer.presses("Replace…")
    writer.until(lambda: writer.panel.comparing)
    assert writer.page.selected_text() == LONG
    writer.presses("Replace")
    assert writer.page.text() == DRAFT.replace(LONG, SHORT)


def test_who_goes_back_and_writes_on_writes_as_ever(writer: Writer) -> None:
    compares(writer)
    writer.presses("Back")
    writer.page.setFocus()
    writer.page.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(writer.page, " And so on.")
    assert writer.page.text() == f"{DRAFT} And so on."


def test_who_writes_over_what_is_compared_writes_as_ever(writer: Writer) -> None:
    compares(writer)
    writer.page.setFocus()
    QTest.keyClicks(writer.page, "hello")
    assert writer.page.text() == DRAFT.replace(LONG, "hello")


def test_each_change_can_be_left(writer: Writer) -> None:
    compares(writer)
    QTest.keyClick(focused(), Qt.Key.Key_Space)
    assert writer.told[-1] == "1 of 2: “that was held” goes. Left as it was."
    writer.presses("Replace")
    assert writer.page.text() == DRAFT.replace("did not decide", "decided nothing")


def test_what_has_changed_since_is_not_replaced(writer: Writer) -> None:
    compares(writer)
    cursor = QTextCursor(writer.page.document())
    cursor.setPosition(DRAFT.index("Tuesday"))
    cursor.insertText("Holy ")
    writer.presses("Replace")
    assert writer.page.text() == DRAFT.replace("Tuesday", "Holy Tuesday")
    assert "has changed since" in writer.panel.message
    assert writer.told[-1] == writer.panel.message


def test_what_is_written_elsewhere_meanwhile_is_no_hindrance(writer: Writer) -> None:
    compares(writer)
    cursor = QTextCursor(writer.page.document())
    cursor.insertText("The ")
    writer.presses("Replace")
    assert writer.page.text() == "The " + DRAFT.replace(LONG, SHORT)


def test_an_answer_that_changes_nothing_says_so(writer: Writer) -> None:
    writer.start()
    writer.has(f"A  {LONG}  B", f"  {LONG}  ")
    writer.model.reply = f'Here is the corrected text:\n\n"{LONG}"'
    writer.asks("Correct it")
    writer.until(lambda: not writer.panel.busy)
    writer.presses("Replace…")
    writer.until(lambda: writer.panel.message == "The answer changes nothing.")
    assert not writer.panel.comparing


def test_escape_goes_back_to_the_answer_then_to_the_page(writer: Writer) -> None:
    compares(writer)
    QTest.keyClick(focused(), Qt.Key.Key_Escape)
    assert not writer.panel.comparing
    assert focused() is writer.panel.field
    QTest.keyClick(focused(), Qt.Key.Key_Escape)
    assert writer.panel.isHidden()
    assert writer.page.hasFocus()
    assert (writer.page.text(), writer.page.selected_text()) == (DRAFT, LONG)
    writer.opens()
    assert writer.answer == SHORT


# --- while it is answered -------------------------------------------------------------------------------------------


def begins(writer: Writer, question: str = "Shorter") -> threading.Semaphore:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.model.reply_gate = gate = threading.Semaphore(2)
    writer.asks(question)
    writer.until(lambda: writer.answer == "The meeting")
    return gate


@pytest.mark.parametrize("stops", ["button", "escape"])
def test_stop_keeps_what_has_come(writer: Writer, stops: str) -> None:
    gate = begins(writer)
    assert not writer.button("Insert").isEnabled()
    writer.presses("Stop") if stops == "button" else QTest.keyClick(focused(), Qt.Key.Key_Escape)
    assert not writer.panel.busy
    writer.until(lambda: writer.model.iterators_open == 0)
    gate.release(99)
    assert writer.answer == "The meeting"
    assert writer.button("Insert").isEnabled()
    assert writer.panel.isVisible()


def test_the_writer_types_on_meanwhile_and_suggestions_come_again_afterwards(writer: Writer) -> None:
    gate = begins(writer)
    writer.page.setFocus()
    writer.select("")
    QTest.keyClicks(writer.page, " On")
    assert writer.page.text() == f"{DRAFT} On"
    assert writer.page.ghost_text == ""
    assert writer.panel.busy
    gate.release(99)
    writer.until(lambda: writer.page.ghost_text == " the city.")
    assert writer.answer == SHORT


def test_ghost_text_is_not_asked_in_the_conversation(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    writer.page.setFocus()
    writer.select("")
    QTest.keyClicks(writer.page, " On")
    writer.until(lambda: bool(writer.model.requests))
    assert writer.model.requests[-1].context.before == f"{DRAFT} On"


def test_another_draft_ends_it_and_nothing_of_it_is_left(writer: Writer) -> None:
    begins(writer)
    writer.window.documents.new()
    writer.until(lambda: writer.page.text() == "")
    writer.until(lambda: writer.model.iterators_open == 0)
    assert not writer.panel.busy
    assert writer.panel.transcript.toPlainText() == ""
    assert writer.panel.question.about == "Nothing is written yet: ask anything."


def test_another_model_ends_it(writer: Writer) -> None:
    begins(writer)
    writer.desk.host.load("other", False)
    assert not writer.panel.busy
    assert writer.panel.message == "Stopped, since whoever was asked is not in use any more."
    writer.until(lambda: writer.model.iterators_open == 0)
    assert writer.answer == "The meeting"


def test_quitting_ends_it(writer: Writer) -> None:
    begins(writer)
    writer.leave()
    assert writer.model.iterators_open == 0
    assert writer.model.closed


def test_a_window_that_is_closed_ends_its_answer_and_not_that_of_another(writer: Writer) -> None:
    begins(writer)
    writer.window.menus.actions[Action.NEW_WINDOW].trigger()
    second = writer.desk.seats[-1].window
    panel: AskPanel = second.ask_panel
    second.asking.open()
    panel.field.setText("Second?")
    panel.field.ask()
    writer.presses("Stop")
    writer.until(lambda: len(writer.model.questions) == 2)
    second.page.document().setModified(False)
    second.close()
    writer.until(lambda: len(writer.desk.seats) == 1 and writer.model.iterators_open == 0)
    writer.model.reply_gate = None
    writer.asks("Again?")
    writer.hears(SHORT)


@pytest.mark.parametrize("error", [NoChatTemplate("base"), ServerSilent(ORIGIN, 10.0), ValueError("?")])
def test_what_goes_wrong_is_said_in_one_sentence(writer: Writer, error: Exception) -> None:
    writer.start()
    writer.has(DRAFT)
    writer.model.reply_error = error
    writer.asks("What?")
    writer.until(lambda: not writer.panel.busy)
    assert writer.panel.message == sentence(error)
    assert writer.told == [writer.panel.message]
    assert not writer.button("Insert").isEnabled()
    writer.model.reply_error = None
    writer.asks("Again?")
    writer.hears(SHORT)
    assert writer.panel.message == ""


def test_a_model_with_nothing_to_say_says_that(writer: Writer) -> None:
    writer.start()
    writer.model.reply = ""
    writer.asks("What?")
    writer.until(lambda: writer.panel.message == "The model had nothing to say to that.")

"""The panel in which the writer asks: what it says of a server and of what leaves, and how one comes through it by key."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPlainTextEdit, QWidget

from afterword.assist.types import ModelState, Phase, ServerState
from afterword.engine.protocol import Capabilities
from afterword.errors import ServerCannot
from afterword.suggest.asking import READ_THERE, Asked, Matter, given_for_question
from afterword.window.consent_dialog import ConsentDialog
from afterword.window.given_dialog import GivenDialog
from tests.asking import DRAFT, LONG, ORIGIN, SHORT, Writer
from tests.asking import writer as writer
from tests.window.conftest import focused, part

# --- the server -----------------------------------------------------------------------------------------------------


def test_the_server_answers_where_the_writer_chose_it_and_it_says_what_leaves(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT, LONG)
    writer.opens()
    assert writer.panel.question.sent == "", "this machine answers unless the writer chooses"
    writer.chooses(1)
    QTest.keyClicks(writer.panel.field, "Shorter")
    asked = Asked("Shorter", Matter(LONG, selected=True))
    sent = f"{len(given_for_question(asked))} characters go to {ORIGIN}: the selection, and what is asked."
    writer.until(lambda: writer.panel.question.sent == sent)
    writer.presses("Show…")
    shown = writer.dialog(GivenDialog)
    assert shown is not None
    assert part(shown, QPlainTextEdit).toPlainText() == given_for_question(asked)
    shown.close()
    assert writer.server.questions == []
    QTest.keyClick(writer.panel.field, Qt.Key.Key_Return)
    writer.hears("From there.")
    [question] = writer.server.questions
    assert question.shared
    assert "\n\n".join(message.text for message in question.messages) == given_for_question(asked)
    assert writer.model.questions == []


def test_before_its_first_use_the_writer_sees_what_would_leave_and_may_refuse(writer: Writer) -> None:
    writer.start(agreed=False)
    writer.has(DRAFT, LONG)
    writer.opens()
    writer.chooses(1)
    QTest.keyClicks(writer.panel.field, "Shorter")
    QTest.keyClick(writer.panel.field, Qt.Key.Key_Return)
    dialog = writer.dialog(ConsentDialog)
    assert isinstance(dialog, ConsentDialog)
    exactly = given_for_question(Asked("Shorter", Matter(LONG, selected=True)))
    assert exactly in [field.toPlainText() for field in dialog.findChildren(QPlainTextEdit)]
    dialog.reject()
    assert writer.panel.message == "Nothing was sent."
    assert (writer.opened, writer.server.questions) == ([], [])
    assert writer.panel.field.text() == "Shorter"
    QTest.keyClick(writer.panel.field, Qt.Key.Key_Return)
    agreed = writer.dialog(ConsentDialog)
    assert isinstance(agreed, ConsentDialog)
    agreed.accept()
    writer.hears("From there.")
    assert (writer.settings["server.agreed"], writer.settings["server.agreed_asking"]) == (ORIGIN, ORIGIN)
    writer.asks("Again?")
    writer.hears("From there.")
    assert len(writer.server.questions) == 2


def test_who_agreed_to_suggestions_is_shown_what_the_first_question_sends_and_asked_again(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.settings["server.agreed_asking"] = ""
    writer.has(f"{DRAFT} Behind the cursor.")
    writer.page.moveCursor(QTextCursor.MoveOperation.Start)
    writer.opens()
    writer.chooses(1)
    QTest.keyClicks(writer.panel.field, "Shorter")
    QTest.keyClick(writer.panel.field, Qt.Key.Key_Return)
    dialog = writer.dialog(ConsentDialog)
    assert isinstance(dialog, ConsentDialog)
    [field] = dialog.findChildren(QPlainTextEdit)
    assert field.toPlainText() == given_for_question(Asked("Shorter", Matter(f"{DRAFT} Behind the cursor.")))
    said = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert f"before and behind the cursor, up to {dialog.locale().toString(READ_THERE)} characters" in said
    assert "what stands behind the cursor" not in said
    dialog.reject()
    assert (writer.panel.message, writer.server.questions) == ("Nothing was sent.", [])
    assert (writer.settings["server.enabled"], writer.settings["server.agreed_asking"]) == (True, "")
    QTest.keyClick(writer.panel.field, Qt.Key.Key_Return)
    agreed = next(dialog for dialog in writer.window.findChildren(ConsentDialog) if dialog.isVisible())
    agreed.accept()
    writer.hears("From there.")
    assert writer.settings["server.agreed_asking"] == ORIGIN
    writer.asks("Again?")
    writer.hears("From there.")
    assert len(writer.server.questions) == 2


def test_another_server_is_not_the_one_that_was_agreed_to_be_asked(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.settings["server.agreed_asking"] = "https://other.example"
    writer.has(DRAFT)
    writer.opens()
    writer.chooses(1)
    writer.asks("Shorter?")
    assert writer.dialog(ConsentDialog) is not None
    assert writer.server.questions == []


@pytest.mark.parametrize("agreed", [False, True])
def test_of_a_private_draft_the_server_is_never_asked(writer: Writer, agreed: bool) -> None:
    writer.start(agreed=agreed)
    writer.has(DRAFT)
    writer.opens()
    writer.chooses(1)
    writer.window.documents.set_private(True)
    assert "never leaves this machine" in writer.panel.question.sent
    assert not part(writer.panel, QComboBox).isVisible()
    writer.asks("What?")
    writer.hears(SHORT)
    assert writer.server.questions == []
    assert not writer.model.questions[-1].shared


def test_who_agrees_to_one_server_agrees_to_no_other_that_is_set_meanwhile(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.settings["server.agreed_asking"] = ""
    dialog = writer.is_shown_what_leaves()
    other = "https://other.example"
    writer.desk._keeper.choose_all({"server.url": other, "server.agreed": other})  # in another window
    dialog.accept()
    assert writer.panel.message == "Nothing was sent."
    assert writer.server.questions == []
    assert (writer.settings["server.agreed"], writer.settings["server.agreed_asking"]) == (other, "")


def test_nothing_is_sent_of_a_draft_that_became_private_while_one_was_asked(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.settings["server.agreed_asking"] = ""
    dialog = writer.is_shown_what_leaves()
    writer.window.documents.set_private(True)
    dialog.accept()
    assert writer.panel.message == "Nothing was sent."
    assert writer.server.questions == []


def test_a_draft_that_becomes_private_ends_what_the_server_says(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.opens()
    writer.chooses(1)
    writer.server.reply_gate = threading.Semaphore(1)
    writer.asks("What?")
    writer.until(lambda: writer.answer == "From")
    writer.window.documents.set_private(True)
    assert not writer.panel.busy
    assert "does not go to the server any more" in writer.panel.message
    writer.until(lambda: writer.server.iterators_open == 0)


def test_without_a_server_nobody_is_to_be_chosen(writer: Writer) -> None:
    writer.start()
    writer.opens()
    assert not part(writer.panel, QComboBox).isVisible()
    assert writer.panel.question.sent == ""


def said_there(writer: Writer) -> list[str]:
    """What the server was asked last, without what every model is told."""
    return [message.text for message in writer.server.questions[-1].messages[1:]]


def test_the_whole_conversation_with_the_server_counts_among_what_leaves(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.opens()
    writer.chooses(1)
    writer.asks("First?")
    writer.hears("From there.")
    writer.asks("Second?")
    writer.hears("From there.")
    writer.until(lambda: len(writer.server.questions) == 2)
    assert said_there(writer) == [f"{DRAFT}\n\nFirst?", "From there.", "Second?"]


def test_what_was_said_on_this_machine_is_not_told_to_the_server(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.asks("First?")
    writer.hears(SHORT)
    writer.chooses(1)
    writer.asks("Second?")
    writer.hears("From there.")
    assert said_there(writer) == [f"{DRAFT}\n\nSecond?"]


@pytest.mark.parametrize("selected", [LONG, ""])
def test_what_was_asked_while_the_draft_was_private_is_not_sent_later(writer: Writer, selected: str) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT, selected)
    writer.window.documents.set_private(True)
    writer.asks("What?")
    writer.hears(SHORT)
    writer.page.set_text("Harmless.")
    writer.window.documents.set_private(False)
    writer.opens()
    writer.chooses(1)
    assert writer.panel.question.about == "About the draft, 1 word."
    writer.asks("And now?")
    writer.hears("From there.")
    assert said_there(writer) == ["Harmless.\n\nAnd now?"]


def test_a_question_about_what_was_selected_is_said_to_be_one_and_ends_when_that_is_gone(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT, LONG)
    writer.opens()
    writer.chooses(1)
    writer.asks("Shorter?")
    writer.hears("From there.")
    cursor = writer.page.textCursor()
    cursor.clearSelection()
    writer.page.setTextCursor(cursor)
    writer.until(lambda: writer.panel.question.about == "Still about what you had selected, 10 words.")
    assert "what you had selected, what is asked, and what was asked and answered before" in writer.panel.question.sent
    writer.select(LONG)
    writer.page.textCursor().removeSelectedText()
    writer.until(lambda: writer.panel.question.about.startswith("About the draft"))
    writer.asks("And now?")
    writer.hears("From there.")
    writer.until(lambda: len(writer.server.questions) == 2)
    assert LONG not in "".join(said_there(writer))


def test_notes_that_were_taken_away_are_not_sent_with_the_next_question(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT, LONG)
    writer.page.notes = "Told by Ann."
    writer.opens()
    writer.chooses(1)
    writer.asks("Shorter?")
    writer.hears("From there.")
    assert "Told by Ann." in said_there(writer)[0]
    cursor = writer.page.textCursor()
    cursor.clearSelection()
    writer.page.setTextCursor(cursor)
    writer.page.notes = ""
    writer.asks("Clearer?")
    writer.until(lambda: len(writer.server.questions) == 2)
    assert said_there(writer)[0] == f"{LONG}\n\nShorter?"
    writer.hears("From there.")


# --- who cannot answer ----------------------------------------------------------------------------------------------


def test_a_server_that_answers_no_questions_cannot_be_chosen(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.opens()
    writer.chooses(1)
    who = part(writer.panel, QComboBox)
    assert who.currentText() == "there.example"
    writer.window.asking.show_model_state(ModelState(Phase.READY, "here", server=ServerState(ORIGIN, answers=False)))
    assert who.itemText(1) == "there.example: answers no questions"
    assert not who.model().flags(who.model().index(1, 0)) & Qt.ItemFlag.ItemIsEnabled
    assert who.currentText() == "This machine"
    writer.asks("What?")
    writer.hears(SHORT)
    assert writer.server.questions == []
    writer.window.asking.show_model_state(ModelState(Phase.READY, "here", server=ServerState(ORIGIN, answers=True)))
    assert who.currentText() == "there.example"


def test_the_window_hears_from_the_server_that_it_answers_no_questions(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(writer.server), "capabilities", Capabilities(absent=frozenset({"answer"})))
    writer.start(agreed=True)
    writer.opens()
    writer.page.setFocus()
    QTest.keyClicks(writer.page, "Once upon a time in ")
    writer.until(lambda: part(writer.panel, QComboBox).itemText(1) == "there.example: answers no questions")


def test_a_server_that_turns_out_to_answer_none_is_told_in_plain_words(writer: Writer) -> None:
    writer.server.reply_error = ServerCannot(ORIGIN, "/v1/chat/completions")
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.opens()
    writer.chooses(1)
    writer.asks("What?")
    writer.until(lambda: writer.panel.message != "")
    assert writer.panel.message == f"The server {ORIGIN} answers no questions: it only goes on with a text."


def test_of_a_private_draft_without_a_model_here_it_is_said_that_nobody_can_answer(writer: Writer) -> None:
    writer.settings["server.alone"] = True
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.window.documents.set_private(True)
    writer.opens()
    assert "there is no model to ask" in writer.panel.question.sent
    writer.asks("What?")
    writer.until(lambda: writer.panel.message != "")
    assert writer.panel.message.startswith("This draft does not go to the server, and there is no model on this machine")
    assert (writer.model.questions, writer.server.questions) == ([], [])


# --- the panel as a pane --------------------------------------------------------------------------------------------


def test_f6_comes_by_and_every_control_has_a_name_and_a_hint(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    writer.chooses(1)
    writer.page.setFocus()
    been: list[QWidget] = []
    for _ in range(6):
        QTest.keyClick(focused(), Qt.Key.Key_F6)
        been.append(focused())
    assert any(writer.panel.isAncestorOf(widget) for widget in been)
    for comparing in (False, True):
        if comparing:
            writer.presses("Replace…")
            writer.until(lambda: writer.panel.comparing)
        for widget in writer.panel.findChildren(QWidget):
            if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                if widget.focusProxy() is not None:
                    continue
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget
                assert widget.toolTip(), widget


@pytest.mark.parametrize("comparing", [False, True])
def test_tab_goes_through_all_of_it_and_back_to_where_it_began(writer: Writer, comparing: bool) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    if comparing:
        writer.presses("Replace…")
        writer.until(lambda: writer.panel.comparing)
    been: list[QWidget] = []
    while focused() not in been and writer.panel.isAncestorOf(focused()):
        been.append(focused())
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    wanted = ["Take all", "Leave all", "Replace", "Back"] if comparing else ["Ask", "Insert", "Replace…", "Discard"]
    names = [getattr(widget, "text", str)() for widget in been]
    missing = {text for text in wanted if writer.button(text).isEnabled()} - set(names)
    assert not missing


@pytest.mark.parametrize("width", [1100, 400])
def test_it_shares_the_window_with_the_page(writer: Writer, width: int) -> None:
    writer.start()
    writer.window.resize(width, 700)
    writer.opens()
    QApplication.processEvents()
    assert writer.page.width() >= 380
    assert writer.page.height() >= 150
    assert writer.panel.transcript.height() >= 40

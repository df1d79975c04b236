"""What the panel says beside an answer: it is true of what is there now, and ends when it is not."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest

from afterword.assist.types import ModelState, Phase, ServerState
from afterword.drafts.compare import Passage, compare
from afterword.errors import ServerUnreachable
from afterword.suggest.asking import READ_THERE, Answer, Asked, Matter, Turn, given_for_question
from afterword.watch import Watch
from afterword.window import answer_taking
from afterword.window.consent_dialog import ConsentDialog
from afterword.window.counts import shown_words
from tests.asking import DRAFT, LONG, ORIGIN, SHORT, WAIT, Writer
from tests.asking import writer as writer

# --- messages that end ----------------------------------------------------------------------------------------------


def refuses(writer: Writer) -> str:
    writer.start(agreed=False)
    writer.is_shown_what_leaves().reject()
    return "Nothing was sent."


def fails(writer: Writer) -> str:
    writer.server.reply_error = ServerUnreachable(ORIGIN, "refused")
    writer.start(agreed=True)
    writer.has(DRAFT, LONG)
    writer.opens()
    writer.chooses(1)
    writer.asks("Shorter")
    writer.until(lambda: not writer.panel.busy)
    return f"The server {ORIGIN} cannot be reached: refused."


def types(writer: Writer) -> None:
    QTest.keyClicks(writer.panel.field, "x")


def selects(writer: Writer) -> None:
    writer.select("The end.")


def selects_nothing(writer: Writer) -> None:
    writer.page.moveCursor(QTextCursor.MoveOperation.End)


def chooses_another(writer: Writer) -> None:
    writer.chooses(0)


def keeps_it_here(writer: Writer) -> None:
    writer.window.documents.set_private(True)


def takes_another_draft(writer: Writer) -> None:
    writer.page.document().setModified(False)
    writer.window.documents.new()


def discards(writer: Writer) -> None:
    writer.window.asking.discard()


@pytest.mark.parametrize("says", [refuses, fails])
@pytest.mark.parametrize("does", [types, selects, selects_nothing, chooses_another, keeps_it_here, takes_another_draft, discards])
def test_a_message_ends_once_there_is_something_else_to_ask(
    writer: Writer, says: Callable[[Writer], str], does: Callable[[Writer], None]
) -> None:
    message = says(writer)
    assert writer.panel.message == message
    assert writer.told == [message]
    does(writer)
    writer.until(lambda: writer.panel.message == "")


@pytest.mark.parametrize("says", [refuses, fails])
def test_a_message_stays_while_the_writer_goes_on_writing_elsewhere(writer: Writer, says: Callable[[Writer], str]) -> None:
    message = says(writer)
    QTextCursor(writer.page.document()).insertText("Our ")
    writer.window.asking.show_model_state(ModelState(Phase.LOADING, "another"))
    writer.qtbot.wait(300)  # by when all of it was looked at
    assert writer.panel.message == message


def test_it_ends_with_the_next_question_before_that_is_agreed_to(writer: Writer) -> None:
    refuses(writer)
    QTest.keyClick(writer.panel.field, Qt.Key.Key_Return)
    assert writer.dialog(ConsentDialog) is not None
    assert writer.panel.message == ""


def test_that_no_model_is_loaded_is_said_until_one_is(writer: Writer) -> None:
    writer.start()
    writer.opens()
    writer.desk.host.use_server(None)
    writer.window.asking.show_model_state(ModelState(Phase.NONE))
    writer.asks("What?")
    writer.window.asking.miss()
    assert writer.panel.message == "No model is loaded yet."
    writer.window.asking.show_model_state(ModelState(Phase.LOADING, "here"))
    writer.window.asking.show_model_state(ModelState(Phase.READY, "here"))
    assert writer.panel.message == ""


@pytest.mark.parametrize("error", [ServerUnreachable(ORIGIN, "no route"), None])
def test_that_there_is_no_model_here_is_said_whatever_becomes_of_the_server(writer: Writer, error: Exception | None) -> None:
    writer.settings["server.alone"] = True
    writer.start(agreed=True)
    writer.chooses(0)
    writer.asks("What?")
    writer.until(lambda: "There is no model on this machine that could answer" in writer.panel.message)
    message = writer.panel.message
    for phase, name in ((Phase.NONE, ""), (Phase.READY, "another")):
        server = ServerState(ORIGIN, name, error=error)
        writer.window.asking.show_model_state(ModelState(phase, name, device="server", server=server))
        assert writer.panel.message == message
    writer.window.asking.show_model_state(ModelState(Phase.READY, "here", device="cpu", server=ServerState(ORIGIN)))
    assert writer.panel.message == ""


def test_how_much_was_read_is_said_as_long_as_the_answer_stands_there(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT)
    writer.asks("What?")
    writer.window.asking.show_answer(Answer("Nothing", read=1))
    assert writer.panel.message == "The model could read only 1 word around the cursor."
    writer.until(lambda: not writer.panel.busy)
    types(writer)
    selects(writer)
    writer.until(lambda: writer.panel.question.about == "About the selection, 2 words.")
    assert writer.panel.message == "The model could read only 1 word around the cursor."
    writer.asks("And now?")
    assert writer.panel.message == ""


# --- what leaves ----------------------------------------------------------------------------------------------------


def test_the_count_is_that_of_the_next_question_with_all_that_was_said_before(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.page.notes = "Told by Ann."
    writer.opens()
    writer.chooses(1)
    matter = Matter(DRAFT, at=len(DRAFT), notes="Told by Ann.")
    first = len(given_for_question(Asked("", matter)))
    assert writer.panel.question.sent == f"{first} characters go to {ORIGIN}: your notes, the draft, and what is asked."
    writer.asks("First?")
    writer.hears("From there.")
    then = len(given_for_question(Asked("", matter, (Turn("First?", "From there."),))))
    what = "your notes, the draft, what is asked, and what was asked and answered before"
    assert writer.panel.question.sent == f"{then} characters go to {ORIGIN}: {what}."
    writer.select(LONG)
    alone = len(given_for_question(Asked("", Matter(LONG, selected=True, notes="Told by Ann."))))
    writer.until(
        lambda: writer.panel.question.sent == f"{alone} characters go to {ORIGIN}: your notes, the selection, and what is asked."
    )


def test_of_an_empty_draft_nothing_leaves_but_the_question(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.opens()
    writer.chooses(1)
    count = len(given_for_question(Asked("", Matter(""))))
    assert writer.panel.question.sent == f"{count} characters go to {ORIGIN}: what is asked."


def test_of_too_much_nothing_is_said_to_go_until_less_is_selected(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has("words " * (READ_THERE // 6 + 1))
    writer.opens()
    writer.chooses(1)
    show = writer.button("Show…")
    writer.page.selectAll()
    writer.until(lambda: writer.panel.question.about.startswith("Too much is selected"))
    assert (writer.panel.question.sent, show.isVisible()) == ("", False)
    writer.select("words words")
    writer.until(lambda: writer.panel.question.about == "About the selection, 2 words.")
    assert writer.panel.question.sent.endswith(f" characters go to {ORIGIN}: the selection, and what is asked.")
    assert show.isVisible()


def test_what_is_asked_about_of_a_long_draft_follows_the_cursor(writer: Writer) -> None:
    writer.start(agreed=True)
    writer.has("One word here.\n" + "Much longer words, everywhere, for a long time.\n" * 3000)
    writer.opens()
    writer.chooses(1)
    before = writer.panel.question.sent
    writer.page.moveCursor(QTextCursor.MoveOperation.Start)
    writer.until(lambda: writer.panel.question.sent != before)


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"), [("Go", "1 word"), ("Go on", "2 words"), ("go " * 1234, f"{QLocale().toString(1234)} words")]
)
def test_words_are_counted_in_words(writer: Writer, text: str, said: str) -> None:
    writer.start()
    writer.has(text)
    writer.opens()
    assert writer.panel.question.about == f"About the draft, {said}."
    writer.page.selectAll()
    writer.until(lambda: writer.panel.question.about == f"About the selection, {said}.")
    assert shown_words(len(text.split()), writer.panel.locale(), writer.panel.tr) == said


# --- replacing ------------------------------------------------------------------------------------------------------


def changes_it(writer: Writer, text: str = "Holy ") -> None:
    cursor = QTextCursor(writer.page.document())
    cursor.setPosition(writer.page.text().index("Tuesday"))
    cursor.insertText(text)


def test_that_what_was_selected_has_changed_is_said_where_the_button_is(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    button = writer.button("Replace…")
    assert button.isEnabled()
    could = button.toolTip()
    changes_it(writer)
    writer.until(lambda: not button.isEnabled())
    assert "does not stand in the draft any more as it did" in button.toolTip()
    assert writer.button("Insert").isEnabled()
    writer.page.undo()
    writer.until(button.isEnabled)
    assert button.toolTip() == could


def test_an_answer_to_what_has_changed_meanwhile_cannot_replace_it(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    changes_it(writer)
    writer.hears(SHORT)
    assert not writer.button("Replace…").isEnabled()
    assert writer.button("Insert").isEnabled()


def test_of_the_draft_there_is_nothing_to_replace_and_the_button_says_what_there_would_be(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT)
    writer.asks("What?")
    writer.hears(SHORT)
    assert not writer.button("Replace…").isEnabled()
    assert "Select a text before you ask" in writer.button("Replace…").toolTip()


def test_a_comparison_ends_with_what_it_compares(writer: Writer) -> None:
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    writer.presses("Replace…")
    writer.until(lambda: writer.panel.comparing)
    changes_it(writer)
    writer.until(lambda: not writer.panel.comparing)
    assert writer.panel.message == "What you selected has changed since, so nothing was replaced."
    assert writer.told[-1] == writer.panel.message
    assert not writer.button("Replace…").isEnabled()


def test_nothing_is_shown_of_what_changed_while_it_was_compared(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = threading.Event()

    def slowly(before: str, after: str, *, watch: Watch) -> list[Passage]:
        compared.wait(WAIT / 1000)
        return compare(before, after, watch=watch)

    monkeypatch.setattr(answer_taking, "compare", slowly)
    writer.start()
    writer.has(DRAFT, LONG)
    writer.asks("Shorter")
    writer.hears(SHORT)
    writer.presses("Replace…")
    changes_it(writer)
    writer.until(lambda: not writer.button("Replace…").isEnabled())
    compared.set()
    writer.until(lambda: "has changed since" in writer.panel.message)
    assert not writer.panel.comparing

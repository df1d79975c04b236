"""What the window tells of a question: that it is with the server, that the server is away, and what a model can read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from afterword import secrets
from afterword.engine.protocol import Question, never
from afterword.errors import KeyUnread, QuestionTooLong, ServerRefused, ServerUnreachable
from afterword.sentences import sentence
from afterword.window.main_window import MainWindow
from afterword.window.server_label import ServerLabel
from tests.asking import DRAFT, LONG, ORIGIN, Writer
from tests.asking import writer as writer
from tests.fakes.scripted import ScriptedModel
from tests.window.conftest import part


def said_of_server(window: MainWindow) -> str:
    label = part(window.status, ServerLabel)
    return label.text() if label.isVisible() else ""


# --- that it is with the server --------------------------------------------------------------------------------------


def asks_there(writer: Writer, *, on: bool = True) -> threading.Semaphore:
    writer.settings["suggestions.enabled"] = on
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.opens()
    writer.chooses(1)
    gate = writer.server.reply_gate = threading.Semaphore(1)
    writer.asks("What?")
    writer.until(lambda: writer.answer == "From")
    return gate


@pytest.mark.parametrize("on", [True, False])
def test_while_a_question_is_with_the_server_the_bar_says_so_whatever_suggestions_do(writer: Writer, on: bool) -> None:
    gate = asks_there(writer, on=on)
    assert said_of_server(writer.window) == "asking there.example"
    gate.release(99)
    writer.hears("From there.")
    assert said_of_server(writer.window) == ("server: there.example" if on else "server: when you ask")


def stops(writer: Writer) -> None:
    writer.presses("Stop")


def hides_the_panel(writer: Writer) -> None:
    writer.window.asking.close()


def asks_here_instead(writer: Writer) -> None:
    writer.chooses(0)
    writer.asks("And here?")


@pytest.mark.parametrize("ends", [stops, hides_the_panel, asks_here_instead])
def test_it_is_said_no_longer_than_that(writer: Writer, ends: Callable[[Writer], None]) -> None:
    asks_there(writer)
    ends(writer)
    assert said_of_server(writer.window) == "server: there.example"


def test_of_a_draft_that_stays_here_from_now_on_nothing_is_said_to_be_asked(writer: Writer) -> None:
    asks_there(writer)
    writer.window.documents.set_private(True)
    writer.until(lambda: said_of_server(writer.window) == "server not asked: private draft")


def test_another_window_does_not_say_it_nor_does_one_that_asks_this_machine(writer: Writer) -> None:
    asks_there(writer)
    writer.desk.open_window()
    assert said_of_server(writer.desk.seats[-1].window) == "server: there.example"
    writer.presses("Stop")
    writer.chooses(0)
    writer.model.reply_gate = gate = threading.Semaphore(0)
    writer.asks("And here?")
    writer.until(lambda: len(writer.model.questions) == 1)
    assert said_of_server(writer.window) == "server: there.example"
    gate.release(99)


# --- that it is away -------------------------------------------------------------------------------------------------


def is_asked(writer: Writer, question: str = "What?") -> None:
    writer.asks(question)
    writer.until(lambda: not writer.panel.busy)


def test_a_server_that_was_not_reached_with_a_question_is_away_until_it_answers(writer: Writer) -> None:
    away = ServerUnreachable(ORIGIN, "connection refused")
    writer.server.reply_error = away
    writer.start(agreed=True)
    writer.has(DRAFT)
    writer.opens()
    writer.chooses(1)
    is_asked(writer)
    assert writer.panel.message == sentence(away)
    writer.until(lambda: said_of_server(writer.window) == "server away")
    writer.server.reply_error = None
    gate = writer.server.reply_gate = threading.Semaphore(1)
    writer.asks("And now?")
    writer.until(lambda: writer.answer == "From")
    gate.release(99)
    writer.hears("From there.")
    writer.until(lambda: said_of_server(writer.window) == "server: there.example")


@pytest.mark.parametrize(
    ("error", "known", "mend"),
    [
        (ServerRefused(f"{ORIGIN}/v1"), False, "Type its key: “Server…” in the Model menu."),
        (ServerRefused(f"{ORIGIN}/v1"), True, "Type another key: “Server…” in the Model menu."),
        (
            KeyUnread(ORIGIN, "locked"),
            False,
            "Open the keyring and test the connection, or type the key: “Server…” in the Model menu.",
        ),
    ],
)
def test_where_a_key_is_wanted_the_panel_says_where_it_is_given(writer: Writer, error: Exception, known: bool, mend: str) -> None:
    if known:
        secrets.remember(ORIGIN, "sk-of-yesterday")
    writer.server.reply_error = error
    writer.start(agreed=True)
    writer.opens()
    writer.chooses(1)
    is_asked(writer)
    assert writer.panel.message == f"{sentence(error)} {mend}"
    assert writer.told == [writer.panel.message]


# --- how much it reads -----------------------------------------------------------------------------------------------

MOST = 5000
LINES = "".join(f"Line {number} of a long draft.\n" for number in range(3000))


class Reader(ScriptedModel):
    """Reads so many characters of a question, and no more."""

    most = MOST

    def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        self.questions.append(question)
        if sum(len(message.text) for message in question.messages) > self.most:
            raise QuestionTooLong(self.name, 100)
        yield "A short answer of some words."


def has_long(writer: Writer, there: bool) -> Reader:
    reader = Reader(name="reader")
    if there:
        writer.server = reader
    else:
        writer.model = reader
    writer.start(agreed=True)
    writer.has(LINES)
    writer.opens()
    writer.chooses(int(there))
    return reader


@pytest.mark.parametrize("there", [True, False])
def test_what_a_model_could_read_is_what_the_next_question_offers(writer: Writer, there: bool) -> None:
    reader = has_long(writer, there)
    before = writer.panel.question.about
    is_asked(writer)
    assert "could read only" in writer.panel.message
    tried = len(reader.questions)
    assert tried > 2
    words = writer.panel.message.split("only ")[1].split(" around")[0]
    writer.presses("Discard")
    assert writer.panel.question.about != before
    assert abs(_number(writer.panel.question.about) - _number(f"reads {words}")) <= 3
    if there:
        assert int("".join(filter(str.isdigit, writer.panel.question.sent.split(" characters")[0]))) <= MOST
    is_asked(writer)
    assert len(reader.questions) == tried + 1, "nothing is asked in vain"
    assert writer.panel.message == ""


def _number(about: str) -> int:
    return int("".join(filter(str.isdigit, about.split("reads ")[1].split(" word")[0])))


def test_another_window_knows_it_too(writer: Writer) -> None:
    reader = has_long(writer, True)
    writer.desk.open_window()
    second = writer.desk.seats[-1].window
    second.page.set_text(LINES)
    second.page.document().setModified(False)
    second.asking.open()
    before = second.ask_panel.question.about
    is_asked(writer)
    tried = len(reader.questions)
    writer.until(lambda: _number(second.ask_panel.question.about) < _number(before))
    second.asking.ask("What?")
    writer.until(lambda: not second.ask_panel.busy)
    assert len(reader.questions) == tried + 1
    assert second.ask_panel.message == ""


def test_a_conversation_keeps_what_was_said_and_gives_less_of_the_draft(writer: Writer) -> None:
    reader = has_long(writer, True)
    is_asked(writer)
    for number in range(6):
        tried = len(reader.questions)
        is_asked(writer, f"Question number {number}, at some length, so that it takes room?")
        assert len(reader.questions) == tried + 1
    assert len(reader.questions[-1].messages) == 2 + 2 * 6
    assert "Line 2999" in reader.questions[-1].messages[1].text


def test_notes_and_a_long_question_take_their_room_of_the_draft(writer: Writer) -> None:
    reader = has_long(writer, True)
    is_asked(writer)
    writer.presses("Discard")
    writer.page.notes = "Told by Ann. " * 80
    tried = len(reader.questions)
    is_asked(writer, "What is it that Ann told? " * 40)
    assert len(reader.questions) == tried + 1
    assert "Told by Ann." in reader.questions[-1].messages[1].text
    assert "Line 2999" in reader.questions[-1].messages[1].text


def test_the_other_reads_as_much_as_before(writer: Writer) -> None:
    has_long(writer, True)
    writer.chooses(0)
    before = writer.panel.question.about
    writer.chooses(1)
    is_asked(writer)
    writer.presses("Discard")
    assert writer.panel.question.about != before
    writer.chooses(0)
    assert writer.panel.question.about == before


def test_a_draft_that_fits_is_still_read_whole(writer: Writer) -> None:
    has_long(writer, True)
    is_asked(writer)
    writer.presses("Discard")
    writer.has(DRAFT, LONG)
    writer.until(lambda: writer.panel.question.about == "About the selection, 10 words.")
    writer.select("")
    writer.until(lambda: writer.panel.question.about == "About the draft, 13 words.")

"""Asking a server about the draft, over real sockets: what it is sent, and what comes of its faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from afterword.app import Desk
from afterword.assist.answers import Where
from afterword.engine.protocol import LanguageModel
from afterword.settings import Settings
from afterword.suggest.asking import Asked, Matter, given_for_question
from afterword.watch import Watch
from afterword.window.server_label import ServerLabel
from tests.desk import Answers
from tests.fakes import openai_server
from tests.fakes.openai_server import Faults, OpenAIServer
from tests.fakes.scripted import ScriptedModel
from tests.window.conftest import part

WAIT = 60_000
DRAFT = "Nobody knows that Ida took the money."


class Writer:
    """Somebody at a desk who asks the server, to which they agreed."""

    def __init__(self, qtbot: QtBot, folder: Path, server: OpenAIServer) -> None:
        self.qtbot, self.server = qtbot, server
        settings = Settings(folder / "settings.toml")
        settings["server.enabled"], settings["server.url"] = True, server.url
        settings["server.agreed"] = settings["server.agreed_asking"] = server.url
        settings["suggestions.enabled"] = False
        self.desk = Desk(settings, self.load, Answers(folder / "draft.md"))
        self.window, self.panel = self.desk.window, self.desk.window.ask_panel
        self.desk.start()
        self.window.page.set_text(DRAFT)
        self.window.asking.open()
        self.panel.question.where_chosen.emit(Where.THERE)

    def load(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        return ScriptedModel()

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)

    def asks(self, question: str = "Who?") -> None:
        self.panel.field.setText(question)
        self.panel.field.ask()

    def is_answered(self) -> None:
        self.asks()
        self.until(lambda: not self.panel.busy)
        assert self.panel.transcript.answer == "Ida took the money."

    def leave(self) -> None:
        self.window.page.document().setModified(False)
        self.window.close()
        self.until(lambda: not self.window.isVisible())
        assert self.desk.close()


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server.running() as server:
        server.replies = "Ida took the money."
        yield server
        assert server.wait_until_left(), "no connection is left"


@pytest.fixture
def writer(qtbot: QtBot, tmp_path: Path, server: OpenAIServer) -> Iterator[Writer]:
    writer = Writer(qtbot, tmp_path, server)
    yield writer
    writer.leave()


def test_it_is_sent_what_the_panel_showed_and_nothing_else(writer: Writer, server: OpenAIServer) -> None:
    writer.asks()
    writer.until(lambda: not writer.panel.busy)
    assert writer.panel.transcript.answer == "Ida took the money."
    [asked] = server.chatted
    assert "\n\n".join(message["content"] for message in asked.body["messages"]) == given_for_question(
        Asked("Who?", Matter(DRAFT))
    )
    assert server.received.decode("latin-1").count("Ida") == 1


def test_stop_closes_the_stream_while_the_server_is_silent(writer: Writer, server: OpenAIServer) -> None:
    writer.is_answered()
    server.faults = Faults(silent_after=2)
    writer.asks("And now?")
    writer.until(lambda: bool(writer.panel.transcript.answer))
    writer.panel.question.stop_wanted.emit()
    assert server.wait_until_idle()
    assert writer.panel.transcript.answer


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (Faults(status=401, path="chat"), "wants a key"),
        (Faults(status=500, path="chat"), "answers with an error"),
        (Faults(html=True), "not the OpenAI protocol"),
        (Faults(error_event={"message": "out of memory"}), "out of memory"),
        (Faults(redirect="http://127.0.0.1:9/v1"), "wants everything sent to"),
    ],
)
def test_its_faults_are_one_sentence_and_it_is_asked_again_when_it_is_well(
    writer: Writer, server: OpenAIServer, faults: Faults, said: str
) -> None:
    writer.is_answered()
    server.faults = faults
    writer.asks("And now?")
    writer.until(lambda: not writer.panel.busy)
    assert said in writer.panel.message
    assert "\n" not in writer.panel.message
    server.faults = Faults()
    writer.is_answered()
    assert writer.panel.message == ""


def test_a_server_without_a_chat_says_so(writer: Writer, server: OpenAIServer) -> None:
    server.chats = False
    writer.asks()
    writer.until(lambda: not writer.panel.busy)
    assert "answers no questions" in writer.panel.message


def test_a_window_that_is_closed_amid_an_answer_closes_its_stream_and_the_other_goes_on(
    writer: Writer, server: OpenAIServer
) -> None:
    writer.is_answered()
    writer.desk.open_window()
    second = writer.desk.seats[-1].window
    second.asking.open()
    second.ask_panel.field.setText("Who?")
    second.ask_panel.field.ask()
    writer.until(lambda: not second.ask_panel.busy)
    server.faults = Faults(silent_after=2)
    second.ask_panel.field.setText("And now?")
    second.ask_panel.field.ask()
    writer.until(lambda: second.ask_panel.transcript.answer == "Ida took")
    second.close()
    writer.until(lambda: len(writer.desk.seats) == 1)
    assert server.wait_until_idle()
    server.faults = Faults()
    writer.is_answered()


def test_while_the_server_reads_it_is_said_and_stop_ends_that(writer: Writer, server: OpenAIServer) -> None:
    writer.is_answered()
    writer.window.asking._quiet.setInterval(30)
    server.faults = Faults(silent_after=0)
    writer.asks()
    writer.until(lambda: writer.panel.transcript.word == "The server is reading…")
    writer.panel.question.stop_wanted.emit()
    assert writer.panel.transcript.word == ""
    assert server.wait_until_idle()


def test_of_a_server_that_is_killed_amid_an_answer_it_is_said_as_long_as_it_is_away(writer: Writer, server: OpenAIServer) -> None:
    writer.is_answered()
    label = part(writer.window.status, ServerLabel)
    assert label.text() == "server: when you ask"
    server.faults = Faults(cut_after=2)
    writer.asks("And now?")
    writer.until(lambda: not writer.panel.busy)
    assert "broke off" in writer.panel.message
    assert writer.panel.transcript.toPlainText().endswith(" (broken off)")
    writer.until(lambda: "it was asked last: " in label.toolTip())
    server.faults = Faults()
    writer.is_answered()
    writer.until(lambda: "it was asked last: " not in label.toolTip())
    server.close()
    assert server.wait_until_left()
    writer.asks("And now?")
    writer.until(lambda: not writer.panel.busy)
    assert "cannot be reached" in writer.panel.message
    writer.until(lambda: "it was asked last: " in label.toolTip())
    assert label.text() == "server: when you ask", "suggestions are off"
    writer.window.preferences.switch_suggestions(True)
    writer.until(lambda: label.text() == "server away")


@pytest.mark.parametrize("explains", [True, False])
def test_how_much_it_reads_is_learnt_from_the_first_question(writer: Writer, server: OpenAIServer, explains: bool) -> None:
    writer.window.page.set_text("Nobody knows that. " * 3000)
    server.faults = Faults(reads=9000, explains=explains)
    writer.is_answered()
    assert "could read only" in writer.panel.message
    tried = len(server.chatted)
    assert tried > 2
    writer.asks("And now?")
    writer.until(lambda: not writer.panel.busy)
    assert writer.panel.message == ""
    assert len(server.chatted) == tried + 1

"""Two windows that ask one server, over real sockets: neither waits for the other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from afterword.assist.answers import Where
from afterword.window.main_window import MainWindow
from tests import test_asking_servers
from tests.fakes import openai_server
from tests.fakes.openai_server import OpenAIServer
from tests.test_asking_servers import WAIT

ANSWER = "Ida took the money."


class Gates(threading.Semaphore):
    """Lets the server say a word of an answer for each that is released to that question."""

    def __init__(self) -> None:
        super().__init__(0)
        self._of = {question: threading.Semaphore(0) for question in ("First?", "Second?")}
        self._answering: dict[object, str] = {}  # by the server's task

    def reply(self, body: Any) -> str:
        """What the server is to say."""
        self._answering[asyncio.current_task()] = body["messages"][-1]["content"].split()[-1]
        return ANSWER

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        return self._of[self._answering[asyncio.current_task()]].acquire(blocking, timeout)

    def let(self, question: str, words: int = 99) -> None:
        """Have so many words of the answer to this said."""
        self._of[question].release(words)


class Writer(test_asking_servers.Writer):
    """Somebody with two windows, each of which the server has answered once."""

    def __init__(self, qtbot: QtBot, folder: Path, server: OpenAIServer) -> None:
        super().__init__(qtbot, folder, server)
        self.desk.open_window()
        self.one, self.two = (seat.window for seat in self.desk.seats)
        for window, text in ((self.one, "One."), (self.two, "Two.")):
            window.page.set_text(text)
            window.page.document().setModified(False)
            window.asking.open()
            window.ask_panel.question.where_chosen.emit(Where.THERE)
            self.ask(window, "Who?")
            self.until(lambda window=window: not window.ask_panel.busy)  # type: ignore[misc]
            assert shown(window) == "Ida."

    def ask(self, window: MainWindow, question: str) -> None:
        window.ask_panel.field.setText(question)
        window.ask_panel.field.ask()

    def both_ask(self) -> Gates:
        """Both windows ask, and each shows the beginning of its answer."""
        self.server.gate = gates = Gates()
        self.server.replies = gates.reply
        self.ask(self.one, "First?")
        self.ask(self.two, "Second?")
        self.until(lambda: self.server.answering == 2)
        gates.let("First?", 2)
        self.until(lambda: shown(self.one) == "Ida took")
        gates.let("Second?", 1)
        self.until(lambda: shown(self.two) == "Ida")
        return gates

    def leave(self) -> None:
        while len(self.desk.seats) > 1:
            before = len(self.desk.seats)
            self.desk.seats[-1].window.close()
            self.until(lambda before=before: len(self.desk.seats) < before)  # type: ignore[misc]
        self.desk.window.close()
        self.until(lambda: not self.desk.window.isVisible())
        assert self.desk.close()


def shown(window: MainWindow) -> str:
    return window.ask_panel.transcript.answer


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server.running() as server:
        server.replies = "Ida."
        yield server
        assert server.wait_until_left(WAIT / 1000), "no connection is left"


@pytest.fixture
def writer(qtbot: QtBot, tmp_path: Path, server: OpenAIServer) -> Iterator[Writer]:
    writer = Writer(qtbot, tmp_path, server)
    yield writer
    writer.leave()


def test_both_windows_show_words_at_once(writer: Writer) -> None:
    one, two = writer.one.ask_panel, writer.two.ask_panel
    gates = writer.both_ask()
    assert (one.busy, two.busy, writer.server.answering) == (True, True, 2)
    gates.let("Second?")
    writer.until(lambda: not two.busy)
    assert (shown(writer.one), one.busy, shown(writer.two)) == ("Ida took", True, ANSWER)
    gates.let("First?")
    writer.until(lambda: not one.busy)
    assert shown(writer.one) == ANSWER
    assert (one.message, two.message) == ("", "")


@pytest.mark.parametrize("first", [True, False])
def test_a_window_that_is_closed_leaves_the_other_to_its_answer(writer: Writer, first: bool) -> None:
    gates = writer.both_ask()
    closed, other, question = (writer.one, writer.two, "Second?") if first else (writer.two, writer.one, "First?")
    before = writer.server.open
    closed.close()
    writer.until(lambda: len(writer.desk.seats) == 1 and writer.server.open < before)
    assert (other.ask_panel.busy, writer.server.answering) == (True, 1)
    gates.let(question, 1)
    writer.until(lambda: shown(other) == ("Ida took" if first else "Ida took the"))
    assert other.ask_panel.busy
    gates.let(question)
    writer.until(lambda: not other.ask_panel.busy)
    assert (shown(other), other.ask_panel.message) == (ANSWER, "")


def test_an_answer_that_is_stopped_leaves_the_other_window_to_its_own(writer: Writer) -> None:
    gates = writer.both_ask()
    writer.one.ask_panel.question.stop_wanted.emit()
    writer.until(lambda: writer.server.answering == 1)
    assert writer.two.ask_panel.busy
    gates.let("Second?")
    writer.until(lambda: not writer.two.ask_panel.busy)
    assert (shown(writer.one), shown(writer.two)) == ("Ida took", ANSWER)
    assert writer.two.ask_panel.message == ""

"""Other suggestions from a server: what becomes of them when they are not wanted any more, or the draft becomes private."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from afterword.engine.protocol import Request
from afterword.engine.sampling import Sampling
from afterword.engine.server.model import open_server
from afterword.engine.server.types import Server
from afterword.suggest.cascade import SERVER
from afterword.suggest.remote import Reply
from afterword.suggest.suggestion import Ended
from tests.assist.both import CITY, WAIT, Desk, Gated, Page
from tests.fakes import openai_server
from tests.fakes.openai_server import OpenAIServer

ENDS: dict[str, Callable[[Desk], None]] = {
    "the draft becomes private": lambda desk: desk.page.controller.set_shared(False),
    "nothing is wanted any more": lambda desk: desk.page.controller.cancel(),
    "the writer goes on typing": lambda desk: desk.page.ask("Twice,"),
    "the program ends": lambda desk: desk.host.leave(),
    "another server is used": lambda desk: desk.host.use_server(lambda _: Gated(name="another"), "https://elsewhere", alone=True),
    "a model is loaded here": lambda desk: desk.host.load("local"),
}


@pytest.fixture
def asked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[Reply]:
    """What a server, alone, was asked for beside its suggestion."""
    replies: list[Reply] = []
    alternatives = desk.host.server.alternatives

    def noted(request: Request) -> Reply | None:
        reply = alternatives(request)
        if reply is not None:
            replies.append(reply)
        return reply

    monkeypatch.setattr(desk.host.server, "alternatives", noted)
    desk.page.controller.set_sampling(Sampling(candidates=3))
    return replies


@pytest.mark.usefixtures("hurried")  # where a model is loaded here it is done before the server says a word
@pytest.mark.parametrize("end", ENDS)
def test_others_that_still_wait_are_never_asked_for(desk: Desk, asked: list[Reply], end: str) -> None:
    desk.server = Gated(words=0, name="big")
    desk.start(local=False)
    desk.page.ask()
    desk.until(lambda: desk.server.iterators_open == 1)
    desk.page.controller.look_further()
    ENDS[end](desk)
    desk.until(lambda: asked[0].ended)
    assert desk.server.candidates_asked == []


@pytest.mark.parametrize("end", ENDS)
def test_others_that_are_being_made_are_given_up(desk: Desk, asked: list[Reply], end: str) -> None:
    desk.start(local=False)
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.server.gate = threading.Semaphore(0)
    desk.page.controller.look_further()
    desk.until(lambda: desk.server.iterators_open == 1)
    ENDS[end](desk)
    desk.until(lambda: asked[0].ended)
    assert desk.page.others == []


def test_whoever_asks_for_others_again_has_those_before_given_up(desk: Desk, asked: list[Reply]) -> None:
    desk.start(local=False)
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.server.gate = threading.Semaphore(0)
    desk.page.controller.look_further()
    desk.until(lambda: desk.server.iterators_open == 1)
    desk.page.controller.look_further()
    desk.until(lambda: asked[0].ended)
    assert not asked[1].ended


def test_others_are_not_asked_for_in_a_private_draft(desk: Desk, asked: list[Reply]) -> None:
    desk.start(local=False)
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.page.controller.set_shared(False)
    desk.page.controller.look_further()
    assert asked == []


# --- on the wire -----------------------------------------------------------------------------------------------------


@pytest.fixture
def real(qtbot: QtBot) -> Iterator[tuple[Desk, OpenAIServer]]:
    """A desk, alone with a server that has answered already."""
    with openai_server.running() as server:
        server.says = " the city of Nova."
        desk = Desk(qtbot)
        desk.host.use_server(lambda watch: open_server(Server(server.url), watch), server.url, alone=True)
        desk.page.controller.set_sampling(Sampling(candidates=3))
        desk.page.ask("Warm up,")
        desk.until(lambda: desk.page.now[2] is not None)
        yield desk, server
        assert desk.host.close(WAIT)
        assert server.wait_until_left()


def test_nothing_is_sent_once_the_draft_is_private(real: tuple[Desk, OpenAIServer]) -> None:
    desk, server = real
    server.faults.silent_after = 0
    desk.page.ask("The secret is that Ida took the money and ran")
    desk.until(lambda: len(server.completions) == 2)
    desk.page.controller.look_further()
    desk.page.controller.set_shared(False)
    sent = len(server.received)
    server.faults.silent_after = -1
    desk.until(lambda: not server.answering)
    desk.qtbot.wait(200)
    assert bytes(server.received[sent:]) == b""


@pytest.mark.parametrize("end", ["the draft becomes private", "nothing is wanted any more"])
def test_a_stream_is_closed_though_the_server_is_silent(real: tuple[Desk, OpenAIServer], end: str) -> None:
    desk, server = real
    desk.page.ask("Once upon a time")
    desk.until(lambda: desk.page.now[2] is not None)
    server.faults.silent_after = 0  # for ever: it is the client who closes
    asked = len(server.completions)
    desk.page.controller.look_further()
    desk.until(lambda: len(server.completions) > asked)
    ENDS[end](desk)
    assert server.wait_until_idle(8.0)  # before the client's patience ends
    assert len(server.completions) == asked + 1


# --- two windows -----------------------------------------------------------------------------------------------------


def test_a_second_window_is_answered_here_though_the_server_is_at_a_standstill_with_the_first(desk: Desk) -> None:
    desk.server = Gated(words=0, name="big")
    desk.start()
    other = Page(desk.host)
    desk.page.ask()
    desk.until(lambda: desk.server.iterators_open == 1 and desk.page.now[0] == CITY)
    other.ask("Twice,")
    desk.until(lambda: other.now[0] == CITY)
    other.controller.cancel()
    desk.page.controller.cancel()

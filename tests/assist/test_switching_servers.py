"""What becomes of what a server was asked when it is switched off, the draft becomes private, or the program ends."""

from __future__ import annotations

import random
import threading
import time

import pytest
from pytestqt.qtbot import QtBot

from afterword.engine.protocol import LanguageModel, Piece
from afterword.engine.sampling import Sampling
from afterword.suggest.cascade import LOCAL, SERVER
from afterword.suggest.remote import RemoteOpener
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.watch import Watch
from tests.assist.both import CITY, URL, WAIT, Desk, Gated, Page

# --- switching -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["none", "another"])
def test_a_server_that_is_switched_off_is_asked_no_more_and_the_local_model_stands(desk: Desk, to: str) -> None:
    desk.local.gate = threading.Semaphore(0)
    desk.server = Gated(name="big", words=3)
    desk.start()
    desk.page.ask()
    desk.sees(" the city", SERVER)
    other = Gated(" somewhere else.", name="other")
    opener: RemoteOpener | None = (lambda _: other) if to == "another" else None
    desk.host.use_server(opener, "https://elsewhere")
    desk.until(lambda: desk.server.closed)
    desk.local.let()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    assert not desk.local.closed
    server = desk.states[-1].server
    assert (server.url if server else "") == ("https://elsewhere" if to == "another" else "")
    desk.page.ask("Twice,")
    desk.until(lambda: desk.page.now[2] is Ended.SENTENCE)
    assert len(desk.server.requests) == 1
    assert len(other.requests) == (1 if to == "another" else 0)


def test_what_one_server_suggested_is_not_taken_for_what_another_does(desk: Desk) -> None:
    desk.local = Gated("")
    desk.start()
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    other = Gated(" somewhere else.", name="other")
    desk.host.use_server(lambda _: other, "https://elsewhere")
    desk.page.ask()
    desk.sees(" somewhere else.", SERVER, Ended.SENTENCE)


def test_what_is_on_its_way_from_the_server_when_the_draft_becomes_private_is_void(desk: Desk) -> None:
    desk.local, desk.server = Gated(""), Gated(words=0, name="big")
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.server.iterators_open == 1)
    desk.page.controller.set_shared(False)
    late = Suggestion((Piece(" the city", 0.9),))
    desk.host.server.suggestion_grew.emit(desk.server.requests[0].id, late)
    desk.until(lambda: desk.page.now[2] is Ended.MODEL)
    assert {suggestion.text for suggestion in desk.page.shown} == {""}


@pytest.mark.parametrize("moment", ["before", "while it is sent", "while it answers"])
def test_of_what_is_private_nothing_goes_to_the_server_from_that_moment_on(desk: Desk, moment: str) -> None:
    desk.server = Gated(name="big", words=0)
    desk.local.gate = threading.Semaphore(0)
    desk.start()
    if moment == "before":
        desk.page.controller.set_shared(False)
    desk.page.ask()
    if moment == "while it answers":
        desk.until(lambda: desk.server.iterators_open == 1)
    if moment != "before":
        desk.page.controller.set_shared(False)
    desk.server.let()
    desk.local.let()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    desk.until(lambda: desk.server.iterators_open == 0)
    assert desk.server.pieces_said == 0
    desk.page.ask("Twice,")
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    desk.page.controller.look_further()
    assert len(desk.server.requests) == (1 if moment == "while it answers" else 0)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_goes_to_the_server_that_was_asked_for_while_the_draft_was_private(desk: Desk, seed: int) -> None:
    chance, shared, may_go = random.Random(seed), True, {"the first"}
    desk.start()
    desk.page.ask("the first")
    desk.until(lambda: len(desk.server.requests) == 1)
    for number in range(60):
        move = chance.randrange(4)
        if move == 0:
            shared = not shared
            desk.page.controller.set_shared(shared)
        elif move == 1:
            desk.qtbot.wait(chance.choice([0, 0, 5]))
        else:
            text = f"text {number}"
            may_go |= {text} if shared else set()
            desk.page.ask(text)
            if move == 3:
                desk.page.controller.look_further()
    desk.page.controller.set_shared(True)
    desk.page.ask("the last")
    desk.until(lambda: "the last" in {request.context.before for request in desk.server.requests})
    assert {request.context.before for request in desk.server.requests} <= {*may_go, "the last"}
    assert all(request.shared for request in desk.server.requests)


def test_one_page_is_private_and_the_other_is_not(desk: Desk) -> None:
    desk.start()
    private = Page(desk.host)
    private.controller.set_shared(False)
    private.ask("secret")
    desk.until(lambda: private.now == (CITY, LOCAL, Ended.SENTENCE))
    desk.page.ask()
    desk.until(lambda: desk.page.now[2] is Ended.SENTENCE)
    assert {request.context.before for request in desk.server.requests} == {"Once,"}
    private.controller.cancel()


def test_a_page_whose_request_gave_way_to_that_of_another_page_is_served_by_the_local_model(desk: Desk) -> None:
    desk.local, desk.server = Gated(""), Gated(name="big", words=3)
    desk.start()
    other = Page(desk.host)
    desk.page.ask()
    desk.sees(" the city", SERVER)
    other.ask("Twice,")
    desk.sees(" the city", SERVER, Ended.STOPPED)
    desk.server.let()
    desk.until(lambda: other.now == (CITY, SERVER, Ended.SENTENCE))
    other.controller.cancel()


@pytest.mark.parametrize("moment", ["opening", "writing", "retired"])
def test_leaving_ends_the_servers_thread_too(qtbot: QtBot, moment: str) -> None:
    desk, opening = Desk(qtbot), threading.Event()
    desk.server = Gated(name="big", words=0)

    def slow(watch: Watch) -> LanguageModel:
        opening.set()
        while True:
            watch.check()
            time.sleep(0.002)

    desk.host.use_server(slow if moment == "opening" else desk.open, URL)
    desk.page.ask()
    desk.until(opening.is_set if moment == "opening" else lambda: desk.server.iterators_open == 1)
    if moment == "retired":
        desk.host.use_server(None)
    assert desk.host.close(WAIT)
    assert desk.server.closed == (moment != "opening")
    assert all(thread.name != "server" for thread in threading.enumerate())


def test_sampling_is_the_same_for_both(desk: Desk) -> None:
    desk.start()
    desk.page.controller.set_sampling(Sampling(max_words=2))
    desk.page.ask()
    desk.until(lambda: len(desk.local.requests) == len(desk.server.requests) == 1)
    assert desk.local.requests[0].sampling == desk.server.requests[0].sampling == Sampling(max_words=2)


def test_servers_that_hang_keep_the_window_waiting_no_longer_than_one_of_them(qtbot: QtBot) -> None:
    desk, hangs, opened = Desk(qtbot), threading.Event(), []

    def hanging(_: Watch) -> LanguageModel:
        opened.append(True)
        hangs.wait()
        return Gated(name="late")

    for number in range(4):
        desk.host.use_server(hanging, f"https://there{number}")
        desk.page.ask(f"text {number}")
        desk.until(lambda number=number: len(opened) == number + 1)  # type: ignore[misc]
    waited: list[float] = []
    for remote in desk.host.server._remotes():
        remote.close = lambda seconds, close=remote.close: (waited.append(seconds), close(seconds))[1]  # type: ignore
    assert not desk.host.server.close(0.2)
    assert sum(max(0.0, seconds) for seconds in waited) < 0.3
    hangs.set()
    assert desk.host.close(WAIT)

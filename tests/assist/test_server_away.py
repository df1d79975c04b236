"""A server that is away, beside the model on this machine: who stands in, and what is said of it."""

from __future__ import annotations

import threading

import pytest

from afterword.assist.types import Phase, Wish
from afterword.engine.protocol import Request
from afterword.errors import GenerationFailed, ServerRefused, ServerUnreachable
from afterword.suggest import remote
from afterword.suggest.cascade import LOCAL, SERVER
from afterword.suggest.suggestion import Ended
from tests.assist.both import CITY, URL, WAIT, Desk, Gated, Told, error_of

# --- a server that is away -------------------------------------------------------------------------------------------


def test_where_the_server_is_away_the_local_model_stands_in_and_it_is_said(desk: Desk) -> None:
    desk.failure = ServerUnreachable(URL, "no route")
    desk.start()
    desk.page.ask()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.error is desk.failure)
    assert all(state.phase is not Phase.FAILED for state in desk.states)
    assert desk.host.server._remote is not None
    desk.host.server._remote._rest._until = float("inf")  # however long the machine takes
    desk.page.ask("Twice,")
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    assert desk.opened == 1, "it is left alone for a while"


def test_a_server_that_is_left_alone_is_not_waited_for(desk: Desk) -> None:
    desk.local, desk.failure = Gated(""), ServerRefused(URL)
    desk.start()
    for text in ("Once,", "Twice,"):
        desk.page.ask(text, Wish.NOW)
        desk.until(lambda: desk.page.shown[-1:] != [] and desk.page.shown[-1].why_it_ended is Ended.MODEL)
    assert desk.opened == 1


def test_where_the_server_breaks_off_the_local_model_goes_on(desk: Desk) -> None:
    desk.local = Gated(words=0)
    desk.server = Gated(name="big", words=3)
    desk.start()
    desk.page.ask()
    desk.sees(" the city", SERVER)
    desk.server.error = ServerUnreachable(URL, "reset")
    desk.server.let(1)
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.error is desk.server.error)
    assert desk.page.now[0] in (" the city", " the city of")
    desk.local.let()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)


def test_where_the_server_is_back_it_is_said(desk: Desk) -> None:
    desk.failure = ServerUnreachable(URL, "no route")
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.error is not None)
    desk.failure = None
    assert desk.host.server._remote is not None
    desk.host.server._remote._rest._until = 0.0  # its time is over
    desk.page.ask("Twice,")
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.error is None)


def test_a_server_to_which_the_writer_never_listens_to_the_end_is_said_to_be_slow(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "SLOW_FOR", 0.0)
    desk.server = Gated(words=0, name="big")
    desk.start()
    for number in range(remote.SLOW_AFTER + 1):
        desk.page.ask(f"text {number}")
        desk.until(lambda number=number: len(desk.server.requests) == number + 1)  # type: ignore[misc]
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.slow)
    desk.server.let()
    desk.until(lambda: desk.states[-1].server is not None and not desk.states[-1].server.slow)


def test_where_both_break_nothing_is_shown(desk: Desk) -> None:
    desk.failure = ServerRefused(URL)
    desk.local.error = GenerationFailed("local", "broken")
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.states[-1].phase is Phase.FAILED and desk.states[-1].server is not None)
    desk.until(lambda: desk.host.server.state is not None and desk.host.server.state.error is desk.failure)
    assert desk.page.now[0] in ("", " the")


# --- a server that is alone ------------------------------------------------------------------------------------------


def test_a_server_that_is_alone_and_away_is_no_model_that_is_ready(desk: Desk) -> None:
    desk.failure = ServerUnreachable(URL, "no route")
    desk.start(local=False)
    assert not desk.states[-1].here
    desk.page.ask()
    desk.until(lambda: error_of(desk) is desk.failure)
    assert desk.states[-1].phase is Phase.NONE
    desk.failure = None
    desk.host.server.try_again()
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    assert (desk.states[-1].phase, desk.states[-1].name) == (Phase.READY, "big")


# --- where nobody answers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", [Wish.NOW, Wish.LONG])
@pytest.mark.parametrize("why", ["away", "away for a while", "private"])
def test_who_asks_by_hand_where_nobody_can_answer_is_told_once(desk: Desk, wish: Wish, why: str) -> None:
    desk.failure = ServerUnreachable(URL, "no route")
    desk.start(local=False)
    told = Told(desk)
    if why == "away for a while":
        desk.page.ask()
        desk.until(lambda: error_of(desk) is desk.failure)
    desk.page.controller.set_shared(why != "private")
    desk.page.ask("Twice,", wish)
    desk.until(lambda: told.times == 1)
    assert why == "private" or error_of(desk) is desk.failure, "by then it is known why"
    desk.qtbot.wait(50)
    assert told.times == 1


def test_who_only_types_is_not_told_that_nobody_answers(desk: Desk) -> None:
    desk.failure = ServerUnreachable(URL, "no route")
    desk.start(local=False)
    told = Told(desk)
    desk.page.ask()
    desk.until(lambda: error_of(desk) is desk.failure)
    desk.page.ask("Twice,")
    desk.qtbot.wait(50)
    assert told.times == 0


@pytest.mark.parametrize("who", [LOCAL, SERVER])
def test_where_one_of_two_answers_nobody_is_missed(desk: Desk, who: str) -> None:
    if who == LOCAL:
        desk.failure = ServerUnreachable(URL, "no route")
    else:
        desk.local.error = GenerationFailed("local", "broken")
        desk.server = Gated(name="big", words=0)
    desk.start()
    told = Told(desk)
    desk.page.ask(wish=Wish.NOW)
    if who == SERVER:
        desk.until(lambda: desk.states[-1].phase is Phase.FAILED)
        desk.qtbot.wait(50)
        assert told.times == 0, "the server may still say something"
        desk.server.let()
    desk.until(lambda: bool(desk.page.now[2]))
    assert told.times == 0


def test_a_model_that_has_nothing_to_say_has_answered(desk: Desk) -> None:
    desk.local, desk.failure = Gated(""), ServerUnreachable(URL, "no route")
    desk.start()
    told = Told(desk)
    desk.page.ask(wish=Wish.NOW)
    desk.until(lambda: desk.page.now[2] is Ended.MODEL)
    desk.qtbot.wait(50)
    assert told.times == 0


def test_who_was_told_is_not_told_again_once_the_draft_stays_here(desk: Desk) -> None:
    desk.failure = ServerUnreachable(URL, "no route")
    desk.start(local=False)
    told = Told(desk)
    desk.page.ask(wish=Wish.NOW)
    desk.until(lambda: told.times == 1)
    desk.page.controller.set_shared(False)
    desk.qtbot.wait(100)
    assert told.times == 1


def test_where_a_draft_stays_here_whose_server_is_waited_for_it_is_told_once(desk: Desk) -> None:
    desk.server = Gated(name="big", words=0)
    desk.start(local=False)
    told = Told(desk)
    desk.page.ask(wish=Wish.NOW)
    desk.until(lambda: desk.server.iterators_open == 1)
    desk.page.controller.set_shared(False)
    desk.until(lambda: told.times == 1 and desk.server.iterators_open == 0)
    desk.qtbot.wait(100)
    assert told.times == 1


class Breaking(Gated):
    """Breaks before its first word, once it may."""

    def __init__(self, error: Exception, **more: object) -> None:
        super().__init__(self.fail, **more)  # type: ignore[arg-type]
        self.failure, self.may_break = error, threading.Event()

    def fail(self, request: Request) -> str:
        self.may_break.wait(WAIT / 1000)
        raise self.failure


def test_a_model_that_is_there_meanwhile_may_answer_in_the_place_of_the_server(desk: Desk) -> None:
    desk.local = Gated(words=0)
    desk.server = there = Breaking(ServerUnreachable(URL, "reset"), name="big")
    desk.start(local=False)
    told = Told(desk)
    desk.page.ask(wish=Wish.NOW)
    desk.until(lambda: there.iterators_open == 1)
    desk.host.load("local")
    desk.until(lambda: desk.local.iterators_open == 1)
    there.may_break.set()
    desk.until(lambda: error_of(desk) is there.failure)
    desk.qtbot.wait(100)
    assert told.times == 0, "the other one is thinking"
    desk.local.let()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    assert told.times == 0


def test_what_was_told_once_is_not_told_again_where_another_model_fails_at_it_too(desk: Desk) -> None:
    desk.failure = ServerUnreachable(URL, "no route")
    desk.local = here = Breaking(GenerationFailed("local", "broken"))
    here.may_break.set()
    desk.start(local=False)
    told = Told(desk)
    desk.page.ask(wish=Wish.NOW)
    desk.until(lambda: told.times == 1)
    desk.host.load("local")
    desk.until(lambda: desk.states[-1].phase is Phase.FAILED)
    desk.qtbot.wait(100)
    assert told.times == 1
    desk.page.ask("Twice,", Wish.NOW)
    desk.until(lambda: told.times == 2)

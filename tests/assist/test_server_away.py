"""A server that is away, beside the model on this machine: who stands in, and what is said of it."""

from __future__ import annotations

import pytest

from afterword.assist.types import Phase, Wish
from afterword.errors import GenerationFailed, ServerRefused, ServerUnreachable
from afterword.suggest import remote
from afterword.suggest.cascade import LOCAL, SERVER
from afterword.suggest.suggestion import Ended
from tests.assist.both import CITY, URL, Desk, Gated

# --- a server that is away -------------------------------------------------------------------------------------------


def test_where_the_server_is_away_the_local_model_stands_in_and_it_is_said(desk: Desk) -> None:
    desk.failure = ServerUnreachable(URL, "no route")
    desk.start()
    desk.page.ask()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.error is desk.failure)
    assert all(state.phase is not Phase.FAILED for state in desk.states)
    desk.page.ask("Twice,")
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    assert desk.opened == 1, "it is left alone for a while"


@pytest.mark.usefixtures("patient")
def test_a_server_that_is_left_alone_is_not_waited_for(desk: Desk) -> None:
    desk.local, desk.failure = Gated(""), ServerRefused(URL)
    desk.start()
    for text in ("Once,", "Twice,"):
        desk.page.ask(text, Wish.NOW)
        desk.until(lambda: desk.page.shown[-1:] != [] and desk.page.shown[-1].why_it_ended is Ended.MODEL)
    assert desk.opened == 1


@pytest.mark.usefixtures("patient")
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

"""The model on this machine and a server, asked by one page: who is shown, who is let go, and who is never asked."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest

from afterword.assist.timing import SERVER_WITHIN, SHOW_AFTER
from afterword.assist.types import Phase, Wish
from afterword.suggest.cascade import LOCAL, SERVER
from afterword.suggest.suggestion import Ended
from tests.assist.both import CITY, URL, Desk, Gated
from tests.fakes.scripted import ScriptedModel

# --- who is shown ---------------------------------------------------------------------------------------------------


def test_where_the_local_model_is_first_it_is_shown_and_the_server_goes_on_from_there(desk: Desk) -> None:
    desk.local, desk.server = Gated(" the city"), Gated(words=0, name="big")
    desk.start()
    desk.page.ask()
    desk.sees(" the city", LOCAL)
    desk.server.let(1)
    desk.until(lambda: desk.server.pieces_said == 1)
    assert desk.page.now == (" the city", LOCAL, None)
    desk.server.let()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    texts = [suggestion.text for suggestion in desk.page.shown]
    assert all(after.startswith(before) for before, after in pairwise(texts))


def test_where_the_server_is_first_it_is_shown(desk: Desk) -> None:
    desk.local.gate = threading.Semaphore(0)
    desk.start()
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.until(lambda: desk.local.iterators_open == 0)
    assert desk.local.pieces_said == 0, "its words are not needed any more"


def test_a_server_that_says_something_else_is_let_go_and_the_local_suggestion_stays(desk: Desk) -> None:
    desk.local, desk.server = Gated(words=3), Gated(" a town by the sea and a lot more.", name="big", words=0)
    desk.start()
    desk.page.ask()
    desk.sees(" the city", LOCAL)
    desk.server.let(2)  # one word is known to be whole, and it is another one
    desk.until(lambda: desk.server.pieces_said == 2 and desk.server.iterators_open == 0)
    desk.local.let()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)


def test_while_nothing_is_shown_yet_the_server_goes_before_the_local_model(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHOW_AFTER, "calm", 1000.0)
    desk.server.script = " a town."
    desk.start()
    desk.page.controller.set_pace("calm")
    desk.page.ask()
    desk.until(lambda: desk.local.pieces_said == 5 and desk.offered == (" a town.", SERVER, Ended.SENTENCE))
    assert desk.page.shown == []
    desk.page.controller._due = 0.0
    desk.page.controller._show()
    assert desk.page.now == (" a town.", SERVER, Ended.SENTENCE)


@pytest.mark.usefixtures("hurried")
def test_a_slow_server_does_not_keep_the_writer_waiting(desk: Desk) -> None:
    desk.local, desk.server = Gated(words=0), Gated(words=0, name="big")
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.local.iterators_open == desk.server.iterators_open == 1)
    desk.local.let()
    desk.sees(CITY, LOCAL, Ended.SENTENCE)
    desk.until(lambda: desk.server.iterators_open == 0)
    desk.server.let()
    desk.page.ask("Twice,")
    desk.until(lambda: desk.page.now[2] is not None)


@pytest.mark.usefixtures("hurried")
def test_a_server_that_was_silent_until_it_was_time_to_show_something_is_late(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SHOW_AFTER, "calm", 1000.0)
    desk.server = Gated(words=0, name="big")
    desk.start()
    desk.page.controller.set_pace("calm")
    desk.page.ask()
    desk.until(lambda: desk.offered[:2] == (CITY, LOCAL) and desk.states[-1].phase is Phase.READY)
    desk.qtbot.wait(int(SERVER_WITHIN * 1000) + 50)
    assert desk.page.shown == []
    desk.page.controller._due = 0.0
    desk.page.controller._show()
    assert (desk.page.now, len(desk.page.shown)) == ((CITY, LOCAL, Ended.SENTENCE), 1)


@pytest.mark.usefixtures("hurried")
def test_where_the_local_model_has_nothing_to_say_the_server_is_waited_for(desk: Desk) -> None:
    desk.local, desk.server = Gated(""), Gated(words=0, name="big")
    desk.start()
    desk.page.ask()
    desk.until(lambda: len(desk.local.requests) == len(desk.server.requests) == 1)
    desk.qtbot.wait(400)
    assert desk.page.shown == []
    desk.server.let()
    desk.sees(CITY, SERVER, Ended.SENTENCE)


def test_both_have_nothing_to_say(desk: Desk) -> None:
    desk.local, desk.server = Gated(""), Gated("", name="big")
    desk.start()
    desk.page.ask(wish=Wish.NOW)
    desk.until(lambda: desk.page.shown[-1:] != [] and desk.page.shown[-1].why_it_ended is Ended.MODEL)


def test_what_was_suggested_is_remembered_and_asks_nobody(desk: Desk) -> None:
    desk.local, desk.server = Gated(words=0), Gated(words=0, name="big")
    desk.start()
    desk.page.ask()
    desk.until(lambda: len(desk.local.requests) == len(desk.server.requests) == 1)
    desk.server.let()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.page.ask("Once, the")
    desk.sees(CITY.removeprefix(" the"), SERVER, Ended.SENTENCE)
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    assert (len(desk.local.requests), len(desk.server.requests)) == (1, 1)


def test_what_is_not_wanted_any_more_is_cancelled_at_the_server_too(desk: Desk) -> None:
    desk.local, desk.server = Gated(""), Gated(words=0, name="big")
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.server.iterators_open == 1)
    desk.page.controller.cancel()
    desk.until(lambda: desk.server.iterators_open == 0)


def test_going_on_typing_ends_what_the_server_was_asked(desk: Desk) -> None:
    desk.server = Gated(lambda request: f" after {request.context.before}", name="big", words=0)
    desk.local.gate = threading.Semaphore(0)
    desk.start()
    for text in ("a", "ab", "abc"):
        desk.page.ask(text)
        desk.until(lambda text=text: desk.server.requests[-1:] != [] and desk.server.requests[-1].context.before == text)  # type: ignore[misc]
    desk.server.let()
    desk.sees(" after abc", SERVER, Ended.MODEL)
    assert {suggestion.text for suggestion in desk.page.shown} <= {" after", " after abc"}


def test_others_come_from_the_local_model_and_begin_with_another_word_than_what_is_shown(desk: Desk) -> None:
    desk.local = Gated("", candidates=[" the city.", " a town."])
    desk.start()
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.page.controller.look_further()
    desk.until(lambda: desk.page.others == [[" a town."]])
    assert not desk.server.candidates_asked


# --- a server without a model on this machine ------------------------------------------------------------------------


def test_a_server_alone_that_has_nothing_to_say_says_so(desk: Desk) -> None:
    desk.server = Gated("", name="big")
    desk.start(local=False)
    desk.page.ask(wish=Wish.NOW)
    desk.until(lambda: desk.page.shown[-1:] != [] and desk.page.shown[-1].why_it_ended is Ended.MODEL)


def test_a_server_alone_suggests(desk: Desk) -> None:
    desk.server.set_candidates([CITY, " a town."])
    desk.start(local=False)
    state = desk.states[-1]
    assert (state.phase, state.name, state.device) == (Phase.READY, "", "server"), "nothing is known of it yet"
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.until(lambda: desk.states[-1].name == "big")
    desk.page.controller.look_further()
    desk.until(lambda: desk.page.others == [[" a town."]])
    assert not desk.loading.is_set()


def test_while_the_local_model_loads_the_server_suggests(desk: Desk) -> None:
    desk.may_load.clear()
    desk.host.use_server(desk.open, URL)
    desk.host.load("local")
    desk.until(desk.loading.is_set)
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    assert desk.states[-1].phase is Phase.LOADING
    desk.may_load.set()
    desk.until(lambda: desk.states[-1].phase is Phase.READY)
    desk.page.ask("Twice,")
    desk.until(lambda: desk.page.now[2] is Ended.SENTENCE and len(desk.local.requests) > 0)


def test_where_no_local_model_loads_the_server_suggests(desk: Desk) -> None:
    desk.host.use_server(desk.open, URL)
    desk.host.load("missing")
    desk.until(lambda: desk.states[-1:] != [] and desk.states[-1].phase is Phase.FAILED)
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)


def test_another_local_model_does_not_disturb_what_the_server_says(desk: Desk) -> None:
    desk.local, desk.server = Gated(words=0), Gated(name="big", words=3)
    desk.start()
    desk.page.ask()
    desk.sees(" the city", SERVER)
    desk.host.load("other")
    desk.until(lambda: desk.states[-1].phase is Phase.READY and desk.states[-1].name == "other")
    desk.server.let()
    desk.sees(CITY, SERVER, Ended.SENTENCE)
    desk.page.controller.look_further()
    desk.until(lambda: desk.page.others == [[" another"]])


def test_another_local_model_answers_what_the_one_before_and_the_server_have_not(desk: Desk) -> None:
    desk.local, desk.server = Gated(words=0), Gated(name="big", words=0)
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.local.iterators_open == desk.server.iterators_open == 1)
    desk.host.load("other")
    desk.until(lambda: desk.page.now[:2] == (" another", LOCAL))
    assert len(desk.server.requests) == 1


def test_giving_the_local_model_back_leaves_the_server(desk: Desk) -> None:
    desk.start()
    desk.host.use_server(desk.open, URL, alone=True)
    desk.until(lambda: desk.local.closed and desk.states[-1].device == "server")
    desk.page.ask()
    desk.sees(CITY, SERVER, Ended.SENTENCE)


def test_the_controls_act_on_the_local_model_where_there_is_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def ignoring(self: ScriptedModel) -> object:
        return capabilities.__get__(self).__class__(ignores=frozenset({"min_p"} if self.name == "big" else set()))

    capabilities = ScriptedModel.capabilities
    monkeypatch.setattr(ScriptedModel, "capabilities", property(ignoring))
    desk.start()
    desk.page.ask()
    desk.until(lambda: desk.states[-1].server is not None and desk.states[-1].server.ignores == {"min_p"})
    assert desk.states[-1].ignores == frozenset()
    desk.host.use_server(desk.open, URL, alone=True)
    desk.until(lambda: desk.states[-1].device == "server")
    desk.page.ask("Twice,")
    desk.until(lambda: desk.states[-1].ignores == {"min_p"})

"""Models come, go and take each other's place while somebody writes."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from afterword.assist.types import Phase
from afterword.errors import GenerationFailed, ModelMissing
from afterword.text.context import Context
from tests.assist.alone import HERE, WAIT, Desk, ready
from tests.assist.alone import desk as desk
from tests.fakes.scripted import ScriptedModel


def test_loading_reports_how_far_it_is_and_then_the_name(desk: Desk, qtbot: QtBot) -> None:
    ready(desk, qtbot, ScriptedModel(name="m"))
    loading = [state for state in desk.states if state.phase is Phase.LOADING]
    assert (loading[-1].share, loading[-1].stage) == (0.5, "weights")
    assert desk.states[-1].name == "m"


def test_what_was_asked_while_the_model_loaded_is_answered_once_it_is_there(desk: Desk, qtbot: QtBot) -> None:
    desk.may_load.clear()
    desk.models["m"] = model = ScriptedModel(" the city")
    desk.host.load("m")
    desk.controller.ask(Context("Once"), HERE)
    desk.may_load.set()
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" the city", HERE)])
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.READY])
    assert len(model.requests) == 1


def test_a_failed_load_says_why_and_leaves_the_model_before_in_place(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" the city")
    ready(desk, qtbot, model)
    desk.models["bad"] = ModelMissing("bad")
    desk.host.load("bad")
    qtbot.waitUntil(lambda: Phase.FAILED in desk.phases() and desk.phases()[-1] is Phase.READY)
    failed = next(state for state in desk.states if state.phase is Phase.FAILED)
    assert isinstance(failed.error, ModelMissing)
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: bool(desk.shown))
    assert not model.closed


def test_another_model_takes_the_place_of_the_first_which_is_given_back(desk: Desk, qtbot: QtBot) -> None:
    first = ScriptedModel(" first")
    ready(desk, qtbot, first)
    desk.models["n"] = ScriptedModel(" second", name="n")
    desk.host.load("n")
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.READY] and desk.states[-1].name == "n")
    assert first.closed


def test_a_load_is_given_up_for_another(desk: Desk, qtbot: QtBot) -> None:
    desk.may_load.clear()
    desk.models |= {name: ScriptedModel(name=name) for name in ("a", "b", "c")}
    desk.host.load("a")
    qtbot.waitUntil(desk.loading.is_set)
    desk.may_stop.clear()  # else the thread might come to the second before the third is wished for
    desk.host.load("b")
    desk.host.load("c", True)
    desk.may_stop.set()
    desk.may_load.set()
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.READY] and desk.states[-1].name == "c")
    assert desk.opened == [("a", False), ("c", True)]


def test_a_model_that_is_wished_for_while_another_writes_does_not_wait_for_it(desk: Desk, qtbot: QtBot) -> None:
    slow = ScriptedModel(" one two three", gate=threading.Semaphore(0))
    ready(desk, qtbot, slow)
    desk.models["n"] = ScriptedModel(" another", name="n")
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: slow.iterators_open == 1)
    desk.host.load("n")
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" another", HERE)])
    assert slow.closed


def test_what_was_asked_for_when_a_model_broke_is_answered_by_the_next(desk: Desk, qtbot: QtBot) -> None:
    ready(desk, qtbot, ScriptedModel(" one two", error=GenerationFailed("m", "broken")))
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.FAILED])
    desk.models["n"] = ScriptedModel(" another", name="n")
    desk.host.load("n")
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" another", HERE)])
    qtbot.waitUntil(lambda: desk.phases()[-3:] == [Phase.READY, Phase.WRITING, Phase.READY])


def test_a_model_for_which_memory_was_short_beside_the_one_before_is_opened_again_without_it(desk: Desk, qtbot: QtBot) -> None:
    first, small, full = ScriptedModel(), ScriptedModel(name="n", small=True), ScriptedModel(name="n")
    ready(desk, qtbot, first)
    desk.models["n"] = [small, full]
    desk.host.load("n")
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.READY] and desk.states[-1].name == "n")
    assert (first.closed, small.closed, full.closed) == (True, True, False)
    assert not desk.states[-1].small


def test_a_cancelled_load_leaves_no_model(desk: Desk, qtbot: QtBot) -> None:
    desk.may_load.clear()
    desk.models["m"] = ScriptedModel()
    desk.host.load("m")
    qtbot.waitUntil(desk.loading.is_set)
    desk.host.cancel_load()
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.NONE])


@pytest.mark.parametrize("moment", ["idle", "loading", "writing"])
def test_leaving_ends_the_thread_and_gives_the_model_back(moment: str, qtbot: QtBot) -> None:
    desk = Desk()
    model = ScriptedModel(" one two three", gate=threading.Semaphore(0))
    if moment == "loading":
        desk.may_load.clear()
        desk.models["m"] = model
        desk.host.load("m")
        qtbot.waitUntil(desk.loading.is_set)
    else:
        ready(desk, qtbot, model)
    if moment == "writing":
        desk.controller.ask(Context("Once"), HERE)
        qtbot.waitUntil(lambda: model.iterators_open == 1)
    assert desk.host.close(WAIT)
    assert model.closed == (moment != "loading")
    assert model.iterators_open == 0


def test_a_suggestion_that_another_model_cut_short_is_made_anew(desk: Desk, qtbot: QtBot) -> None:
    gate = threading.Semaphore(2)
    ready(desk, qtbot, ScriptedModel(" one two three four", gate=gate))
    desk.controller.ask(Context("Count:"), HERE)
    qtbot.waitUntil(lambda: bool(desk.shown))
    desk.models["other"] = ScriptedModel(" five six")
    desk.host.load("other")
    gate.release(9)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" five six", HERE)])

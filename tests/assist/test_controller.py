"""The controller with its real thread and a scripted model."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from afterword.assist.controller import Controller
from afterword.assist.timing import REST_FOR, REST_FROM, SHOW_AFTER
from afterword.assist.types import Phase, Place, Wish
from afterword.engine.protocol import Piece
from afterword.engine.sampling import LONG, Sampling
from afterword.errors import GenerationFailed
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import Context
from tests.assist.alone import HERE, Desk, ready
from tests.assist.alone import desk as desk
from tests.fakes.scripted import ScriptedModel


def test_a_suggestion_streams_back_to_the_place_it_was_asked_for(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" the city of Nova Haven.")
    ready(desk, qtbot, model)
    desk.controller.ask(Context("Once upon a time,"), HERE)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" the city of Nova Haven.", HERE)])
    texts = [text for text, _ in desk.shown]
    assert texts == sorted(texts, key=len)
    assert desk.threads == {desk.thread()}
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.READY])
    assert desk.rates


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is Qt that does it")
@pytest.mark.usefixtures("ranked")
def test_the_window_goes_before_the_model_where_cores_are_few(desk: Desk, qtbot: QtBot) -> None:
    ready(desk, qtbot, ScriptedModel())
    tasks = {task.parent.name: task.read_text().strip() for task in Path("/proc/self/task").glob("*/comm")}
    nice = {os.getpriority(os.PRIO_PROCESS, int(number)) for number, name in tasks.items() if name == "model"}
    assert max(nice) > os.getpriority(os.PRIO_PROCESS, 0)


def test_a_suggestion_that_was_remembered_says_nothing_of_the_rate(desk: Desk, qtbot: QtBot) -> None:
    ready(desk, qtbot, ScriptedModel(" the city of Nova Haven."))
    for _ in range(2):
        desk.controller.ask(Context("Once upon a time,"), HERE)
        qtbot.waitUntil(lambda: desk.shown[-1:] == [(" the city of Nova Haven.", HERE)])
        qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.READY])
        desk.controller.cancel()
        desk.shown.clear()
    assert len(desk.rates) <= 1


def test_only_the_newest_of_many_requests_is_answered(desk: Desk, qtbot: QtBot) -> None:
    gate = threading.Semaphore(0)
    model = ScriptedModel(lambda request: f" reply to {request.context.before}", gate=gate)
    ready(desk, qtbot, model)
    for number in range(20):
        desk.controller.ask(Context(f"text{number}"), Place(number, 0))
    gate.release(100)
    qtbot.waitUntil(lambda: (" reply to text19", Place(19, 0)) in desk.shown)
    assert {place for _, place in desk.shown} == {Place(19, 0)}
    assert len(model.requests) < 20


def test_a_cancelled_request_stops_within_a_token_and_shows_nothing(desk: Desk, qtbot: QtBot) -> None:
    gate = threading.Semaphore(0)
    model = ScriptedModel(" one two three four five six", gate=gate)
    ready(desk, qtbot, model)
    desk.controller.ask(Context("Number"), HERE)
    gate.release(2)
    qtbot.waitUntil(lambda: bool(desk.shown))
    desk.controller.cancel()
    shown = len(desk.shown)
    gate.release(100)
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.READY])
    assert model.pieces_said <= 3
    assert len(desk.shown) == shown


def test_sampling_changes_act_on_the_next_suggestion(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" one two three")
    ready(desk, qtbot, model)
    desk.controller.set_sampling(Sampling(max_words=1))
    desk.controller.ask(Context("Number"), HERE)
    qtbot.waitUntil(lambda: bool(desk.shown))
    assert desk.shown[-1] == (" one", HERE)
    assert model.requests[-1].sampling.max_words == 1


def test_a_calm_pace_holds_a_ready_suggestion_back_until_it_is_due(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SHOW_AFTER, "calm", 1000.0)
    model = ScriptedModel(" the city")
    ready(desk, qtbot, model)
    desk.controller.set_pace("calm")
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: desk.phases()[-2:] == [Phase.WRITING, Phase.READY])
    assert model.pieces_said == 2
    assert desk.shown == []
    monkeypatch.setitem(SHOW_AFTER, "calm", 0.2)
    desk.controller.set_pace("calm")
    began = time.monotonic()
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: desk.shown == [(" the city", HERE)])
    assert time.monotonic() - began >= 0.2


def test_a_late_reply_to_an_older_request_is_dropped(desk: Desk, qtbot: QtBot) -> None:
    ready(desk, qtbot, ScriptedModel(" the city"))
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" the city", HERE)])
    old = desk.controller._id
    desk.controller.ask(Context("Twice"), Place(2, 20))
    desk.host.worker.suggestion_grew.emit(old, Suggestion((Piece(" late", 1.0),)))  # it was on its way
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" the city", Place(2, 20))])
    assert " late" not in [text for text, _ in desk.shown]


def test_what_was_cancelled_before_it_was_due_is_never_shown(desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHOW_AFTER, "calm", 1000.0)
    model = ScriptedModel(lambda request: f" {request.context.before}")
    ready(desk, qtbot, model)
    desk.controller.set_pace("calm")
    desk.controller.ask(Context("early"), HERE)
    qtbot.waitUntil(lambda: desk.phases()[-2:] == [Phase.WRITING, Phase.READY])
    assert desk.controller._timer.isActive()
    desk.controller._timer.start(150)  # as if it had been due so soon
    monkeypatch.setitem(SHOW_AFTER, "calm", 0.6)
    desk.controller.set_pace("calm")
    began = time.monotonic()
    desk.controller.ask(Context("later"), HERE)
    qtbot.waitUntil(lambda: bool(desk.shown))
    assert time.monotonic() - began >= 0.6  # at its own time, not at that of the one before
    assert desk.shown[0][0] == " later"


def test_a_model_that_breaks_is_reported_and_asked_again_next_time(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" one two", error=GenerationFailed("m", "broken"))
    ready(desk, qtbot, model)
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.FAILED])
    model.error = None
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" one two", HERE)])


def test_a_model_that_keeps_failing_is_not_said_to_write_before_it_does(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(lambda request: (_ for _ in ()).throw(GenerationFailed("m", "broken")))
    ready(desk, qtbot, model)
    for n in range(3):
        desk.controller.ask(Context("Once" + " more" * n), HERE)
        qtbot.waitUntil(lambda n=n: len(model.requests) == n + 1 and desk.phases().count(Phase.FAILED) == n + 1)  # type: ignore[misc]
    assert desk.phases()[-4:] == [Phase.WRITING, *[Phase.FAILED] * 3]
    model.script, model.gate = " one two", threading.Semaphore(0)
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: model.iterators_open == 1)
    desk.controller.cancel()
    model.gate.release(9)
    qtbot.waitUntil(lambda: model.iterators_open == 0)
    desk.controller.ask(Context("Once again"), HERE)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" one two", HERE)] and desk.phases()[-1] is not Phase.FAILED)
    assert desk.phases()[-2:] == [Phase.FAILED, Phase.READY], "what was given up shows nothing"
    desk.controller.ask(Context("Once"), Place(2, 20))
    qtbot.waitUntil(lambda: desk.phases()[-2:] == [Phase.WRITING, Phase.READY])


def test_whatever_a_library_raises_the_window_is_told(desk: Desk, qtbot: QtBot) -> None:
    ready(desk, qtbot, ScriptedModel(" one two", error=TypeError("from deep within")))
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.FAILED])


# --- what is wished for, and what becomes of it ---------------------------------------------------------------------


def test_what_the_writer_asks_for_comes_whatever_it_is_and_at_once(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SHOW_AFTER, "calm", 1000.0)
    model = ScriptedModel(" doubtful", probability=0.01)
    ready(desk, qtbot, model)
    desk.controller.set_pace("calm")
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: len(model.requests) == 1 and desk.phases()[-1:] == [Phase.READY])
    assert not desk.shown
    desk.controller.ask(Context("Once"), HERE, Wish.NOW)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" doubtful", HERE)])


@pytest.mark.parametrize("wish", [Wish.NOW, Wish.LONG])
def test_in_an_empty_draft_words_come_when_they_are_asked_for(desk: Desk, qtbot: QtBot, wish: Wish) -> None:
    ready(desk, qtbot, ScriptedModel("Once upon a time"))
    desk.controller.ask(Context(""), HERE, wish)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [("Once upon a time", HERE)])


def test_at_length_means_several_sentences_and_the_values_for_that(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" One. Two. Three. Four")
    ready(desk, qtbot, model)
    desk.controller.set_sampling(Sampling(max_words=3, seed=9))
    desk.controller.ask(Context("Once"), HERE, Wish.LONG)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" One. Two. Three. Four", HERE)])
    assert model.requests[0].sampling == replace(LONG, seed=9)
    assert len(desk.shown) > 1, "it is shown as it comes"


def test_what_is_enough_is_written_no_further_and_stays(desk: Desk, qtbot: QtBot) -> None:
    gate = threading.Semaphore(2)
    model = ScriptedModel(" One. Two. Three. Four", gate=gate)
    ready(desk, qtbot, model)
    desk.controller.ask(Context("Once"), HERE, Wish.LONG)
    qtbot.waitUntil(lambda: bool(desk.shown))
    shown = list(desk.shown)
    desk.controller.cancel()
    qtbot.waitUntil(lambda: model.iterators_open == 0)
    gate.release(9)
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.READY])
    assert desk.shown == shown


def test_others_are_made_at_once_where_the_writer_looks_for_them(desk: Desk, qtbot: QtBot) -> None:
    found: list[list[str]] = []
    desk.controller.alternatives_ready.connect(lambda others, _: found.append([one.text for one in others]))
    ready(desk, qtbot, ScriptedModel(" the city", candidates=[" the city", " a town"]))
    desk.controller._idle.setInterval(1_000_000)
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: bool(desk.shown))
    desk.controller.look_further()
    qtbot.waitUntil(lambda: found == [[" a town"]])


def test_after_ten_that_were_passed_over_there_are_none_until_the_writer_asks(desk: Desk, qtbot: QtBot) -> None:
    rested: list[bool] = []
    desk.controller.rested.connect(rested.append)
    model = ScriptedModel(" the city")
    ready(desk, qtbot, model)
    for _ in range(10):
        desk.controller.ignored()
    desk.controller.ask(Context("Once"), HERE)
    assert rested == [True]
    assert not model.requests
    desk.controller.ask(Context("Once"), HERE, Wish.NOW)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" the city", HERE)])
    assert rested == [True, False]
    desk.controller.ask(Context("Once more"), HERE)
    qtbot.waitUntil(lambda: len(model.requests) == 2)


def test_one_that_is_taken_makes_good_for_those_before(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" the city")
    ready(desk, qtbot, model)
    for _ in range(4):
        for _ in range(4):
            desk.controller.ignored()
        desk.controller.taken()
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" the city", HERE)])


def test_the_likeliest_words_at_a_point_are_found_for_what_is_shown_alone(desk: Desk, qtbot: QtBot) -> None:
    found: list[list[Piece]] = []
    desk.controller.likeliest_found.connect(found.append)
    other, model = Controller(desk.host), ScriptedModel(" the city")
    ready(desk, qtbot, model)
    desk.controller.ask(Context("Once"), HERE)
    qtbot.waitUntil(lambda: bool(desk.shown))
    desk.controller.look_at(Context("Once"), " the")
    qtbot.waitUntil(lambda: len(found) == 1)
    model.reads_for_ever = True  # so that it comes to the look only once it is asked
    other.read(Context("A long page"))
    qtbot.waitUntil(lambda: bool(model.warmed))
    desk.controller.look_at(Context("Once"), " the")
    desk.controller.ask(Context("Once more"), HERE)
    qtbot.waitUntil(lambda: desk.phases().count(Phase.WRITING) == 2 and desk.phases()[-1] is Phase.READY)
    assert len(model.looks) == len(found) == 1
    other.cancel()


def test_going_on_from_another_word_keeps_what_was_said_before_it(desk: Desk, qtbot: QtBot) -> None:
    model = ScriptedModel(" at last")
    ready(desk, qtbot, model)
    begun = Suggestion((Piece(" went", 0.9), Piece(" home", 0.1)))
    desk.controller.branch(Context("He", "\n\nThe end."), HERE, begun)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" went home at last", HERE)])
    assert model.requests[0].context == Context("He went home", "\n\nThe end.")
    desk.controller.ask(Context("She"), HERE)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" at last", HERE)])


def test_others_than_a_branch_begin_as_it_does(desk: Desk, qtbot: QtBot) -> None:
    found: list[list[str]] = []
    desk.controller.alternatives_ready.connect(lambda others, _: found.append([one.text for one in others]))
    ready(desk, qtbot, ScriptedModel(" barks.", candidates=[" barks.", " sleeps."]))
    desk.controller.branch(Context("Once,"), HERE, Suggestion((Piece(" dog", 0.3),)))
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" dog barks.", HERE)])
    desk.controller.look_further()
    qtbot.waitUntil(lambda: found == [[" dog sleeps."]])


def test_every_rest_is_told_and_its_end_too(desk: Desk) -> None:
    said: list[bool] = []
    now = [0.0]
    controller = Controller(desk.host, clock=lambda: now[0])
    controller.rested.connect(said.append)
    for _ in range(2):
        for _ in range(REST_FROM):
            controller.ignored()
        controller.ask(Context("a"), HERE)
        now[0] += REST_FOR + 1
        controller.ask(Context("ab"), HERE)
    assert said == [True, False, True, False]
    controller.cancel()


def test_a_suggestion_that_a_failure_cut_short_is_over(desk: Desk, qtbot: QtBot) -> None:
    ended: list[object] = []
    desk.controller.suggestion_ready.connect(lambda suggestion, _: ended.append(suggestion.why_it_ended))
    ready(desk, qtbot, ScriptedModel([Piece(" one two three", 0.99), Piece(" four", 0.99)], error=ValueError()))
    desk.controller.ask(Context("Count:"), HERE)
    qtbot.waitUntil(lambda: ended[-1:] == [Ended.STOPPED])


def test_nobody_waits_while_a_page_is_read_for_another(desk: Desk, qtbot: QtBot) -> None:
    other = Controller(desk.host)
    model = ScriptedModel(" one")
    ready(desk, qtbot, model)
    model.reads_for_ever = True
    other.read(Context("A long page"))
    qtbot.waitUntil(lambda: bool(model.warmed))
    desk.controller.ask(Context("Count:"), HERE)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" one", HERE)])
    other.cancel()


def test_words_for_a_place_that_is_looked_at_no_more_are_not_shown(desk: Desk, qtbot: QtBot) -> None:
    found: list[list[Piece]] = []
    desk.controller.likeliest_found.connect(found.append)
    model = ScriptedModel(" one")
    model.likely = [Piece(" a", 0.3)]
    ready(desk, qtbot, model)
    desk.controller.look_at(Context("Count:"), "")
    desk.controller.look_at(Context("Count:"), " one")
    qtbot.waitUntil(lambda: bool(found))
    qtbot.waitUntil(lambda: len(model.looks) == 2)
    assert len(found) == 1


def test_words_that_were_on_their_way_when_the_writer_went_on_are_not_shown(desk: Desk, qtbot: QtBot) -> None:
    found: list[list[Piece]] = []
    desk.controller.likeliest_found.connect(found.append)
    model, made = ScriptedModel(" one"), threading.Event()
    ready(desk, qtbot, model)
    desk.host.worker.likeliest_found.connect(lambda *_: made.set(), Qt.ConnectionType.DirectConnection)
    desk.controller.look_at(Context("Count:"), "")
    assert made.wait(20)
    desk.controller.ask(Context("Count: two,"), HERE)
    qtbot.waitUntil(lambda: desk.shown[-1:] == [(" one", HERE)])
    assert found == []

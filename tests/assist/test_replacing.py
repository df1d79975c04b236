"""Other words, found on the model's thread: what is asked last is answered, and nothing that is void."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest
from PySide6.QtCore import Qt, QThread
from pytestqt.qtbot import QtBot

from afterword.assist.controller import Controller
from afterword.assist.host import ModelHost
from afterword.assist.types import ModelState, Phase, Place
from afterword.engine.protocol import LanguageModel, Piece, Request, never
from afterword.errors import GenerationFailed, ModelMissing
from afterword.suggest.replacing import Proposes, Spot
from afterword.text.context import Context
from afterword.watch import Watch
from tests.fakes.scripted import ScriptedModel

SPOT, HERE = Spot(Context("They ", " home."), "walked"), Place(1, 10)
OTHER, THERE = Spot(Context("She ", " home."), "ran"), Place(2, 4)
WAIT = 20_000


class Masked:
    def __init__(self, says: Sequence[str], error: Exception | None = None) -> None:
        self.says, self.error, self.closed = says, error, False

    def propose(self, before: str, after: str, words: int, n: int, stopped: Callable[[], bool] = never) -> list[str]:
        if self.error is not None:
            raise self.error
        return list(self.says)

    def close(self) -> None:
        self.closed = True


class Desk:
    """A controller with a host, and what it found."""

    def __init__(self) -> None:
        self.models: dict[str, LanguageModel] = {}
        self.masked: list[Proposes | Exception] = []
        self.opened_on: list[QThread] = []
        self.may_load = threading.Event()
        self.may_load.set()
        self.states: list[ModelState] = []
        self.found: list[tuple[list[str] | None, Place]] = []
        self.host = ModelHost(self.open, masked=self.open_masked)
        self.controller = Controller(self.host)
        self.host.state_changed.connect(self.states.append)
        self.controller.replacements_found.connect(lambda found, place: self.found.append((found, place)))

    def open(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        while not self.may_load.wait(0.01):
            watch.check()
        if name not in self.models:
            raise ModelMissing(name)
        return self.models[name]

    def open_masked(self) -> Proposes | None:
        self.opened_on.append(QThread.currentThread())
        found = self.masked.pop(0) if self.masked else None
        if isinstance(found, Exception):
            raise found
        return found

    def has_found(self, texts: list[str], place: Place) -> bool:
        return self.found[-1:] == [(texts, place)]

    def phase(self) -> Phase | None:
        return self.states[-1].phase if self.states else None


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.may_load.set()
    assert desk.host.close(WAIT)


def ready(desk: Desk, qtbot: QtBot, model: ScriptedModel, name: str = "m") -> ScriptedModel:
    desk.models[name] = model
    desk.host.load(name)
    qtbot.waitUntil(lambda: desk.phase() is Phase.READY and desk.states[-1].name == model.name and not desk.host.worker._failing)
    return model


def test_words_are_found_for_the_place_they_were_asked_for_and_the_status_says_so(desk: Desk, qtbot: QtBot) -> None:
    ready(desk, qtbot, ScriptedModel(candidates=["went on", "ran on"]))
    desk.states.clear()
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(lambda: bool(desk.found))
    assert desk.found == [(["went", "ran"], HERE)]
    qtbot.waitUntil(lambda: [state.phase for state in desk.states] == [Phase.WRITING, Phase.READY])


def test_where_nothing_fits_that_is_the_answer(desk: Desk, qtbot: QtBot) -> None:
    ready(desk, qtbot, ScriptedModel(candidates=["…"]))
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(lambda: desk.found == [([], HERE)])


def test_without_a_model_that_is_said_at_once(desk: Desk, qtbot: QtBot) -> None:
    desk.controller.find_replacements(SPOT, HERE)
    assert desk.found == [(None, HERE)]
    desk.may_load.clear()
    desk.models["m"] = ScriptedModel(candidates=["went on"])
    desk.host.load("m")
    qtbot.waitUntil(lambda: desk.phase() is Phase.LOADING)
    desk.controller.find_replacements(SPOT, HERE)
    assert desk.found == [(None, HERE)] * 2


def test_where_a_model_could_not_be_loaded_there_is_none(desk: Desk, qtbot: QtBot) -> None:
    desk.host.load("missing")
    qtbot.waitUntil(lambda: desk.phase() is Phase.FAILED)
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(lambda: desk.found == [(None, HERE)])


class Slow(ScriptedModel):
    """Judges for as long as it is wanted, so many times; then at once."""

    def __init__(self, times: int = 99) -> None:
        super().__init__(candidates=["went on"])
        self.times = times
        self.done: list[str] = []
        self.judging = threading.Event()
        self.stopped = threading.Event()

    def score(self, context: Context, texts: Sequence[str], stopped: Callable[[], bool] = never) -> list[float] | None:
        self.done.append("judged")
        if context != SPOT.context or not self.times:
            return super().score(context, texts, stopped)
        self.times -= 1
        self.judging.set()
        while not stopped():
            time.sleep(0.002)
        self.stopped.set()
        return None

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:
        self.done.append("completed")
        return super().complete(request, stopped)


def test_a_newer_wish_for_words_comes_in_place_of_the_one_before(desk: Desk, qtbot: QtBot) -> None:
    model = Slow()
    ready(desk, qtbot, model)
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(model.judging.is_set)
    desk.controller.find_replacements(OTHER, THERE)
    qtbot.waitUntil(lambda: bool(desk.found))
    assert desk.found == [(["went"], THERE)]


@pytest.mark.parametrize("by", ["cancelling", "asking", "another model"])
def test_it_gives_way(by: str, desk: Desk, qtbot: QtBot) -> None:
    model = Slow()
    ready(desk, qtbot, model)
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(model.judging.is_set)
    if by == "cancelling":
        desk.controller.cancel()
    elif by == "asking":
        desk.controller.ask(Context("They"), THERE)
    else:
        desk.host.load("m")
    qtbot.waitUntil(model.stopped.is_set)
    qtbot.waitUntil(lambda: desk.phase() is Phase.READY)
    assert desk.found == []


def test_to_another_page_it_gives_way_and_is_done_behind_that(desk: Desk, qtbot: QtBot) -> None:
    model, other = Slow(times=1), Controller(desk.host)
    other.set_pace("eager")
    ready(desk, qtbot, model)
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(model.judging.is_set)
    other.ask(Context("They"), THERE)
    qtbot.waitUntil(lambda: desk.found == [(["went"], HERE)])
    assert model.stopped.is_set()
    assert model.done == ["judged", "completed", "judged"]
    other.cancel()


def test_an_answer_that_was_on_its_way_when_it_became_void_is_dropped(desk: Desk, qtbot: QtBot) -> None:
    ready(desk, qtbot, ScriptedModel(candidates=["went on"]))
    made = threading.Event()
    desk.host.worker.replacements_made.connect(lambda *_: made.set(), Qt.ConnectionType.DirectConnection)
    desk.controller.find_replacements(SPOT, HERE)
    assert made.wait(WAIT / 1000)
    desk.controller.cancel()
    qtbot.waitUntil(lambda: [state.phase for state in desk.states[-2:]] == [Phase.WRITING, Phase.READY])
    assert desk.found == []


def test_it_does_not_wait_for_what_nobody_asked_for(desk: Desk, qtbot: QtBot) -> None:
    other = Controller(desk.host)
    model = ready(desk, qtbot, ScriptedModel(candidates=["went on"]))
    model.reads_for_ever = True
    other.read(Context("A long page"))
    qtbot.waitUntil(lambda: bool(model.warmed))
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(lambda: desk.found == [(["went"], HERE)])
    other.cancel()


def test_a_model_that_breaks_is_reported_and_asked_again_next_time(desk: Desk, qtbot: QtBot) -> None:
    model = ready(desk, qtbot, ScriptedModel(candidates=["went on"], error=None))
    judge, model.score = model.score, _broken  # type: ignore[method-assign, assignment]
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(lambda: desk.phase() is Phase.FAILED)
    assert desk.found == []
    model.score = judge  # type: ignore[method-assign]
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(lambda: desk.found == [(["went"], HERE)])
    qtbot.waitUntil(lambda: desk.phase() is Phase.READY)


def _broken(*_: object) -> list[float]:
    raise GenerationFailed("m", "broken")


# --- the masked model -----------------------------------------------------------------------------------------------


def test_the_masked_model_is_loaded_once_when_it_is_first_needed_and_on_the_models_thread(desk: Desk, qtbot: QtBot) -> None:
    desk.masked = [Masked(["sailed"])]
    ready(desk, qtbot, ScriptedModel(candidates=["went on"]))
    assert desk.opened_on == []
    for place in (HERE, THERE):
        desk.controller.find_replacements(SPOT, place)
        qtbot.waitUntil(partial(desk.has_found, ["sailed", "went"], place))
    assert desk.opened_on == [desk.host.worker.thread()]


def test_its_memory_is_given_back_with_that_of_the_model(desk: Desk, qtbot: QtBot) -> None:
    first, second = Masked(["sailed"]), Masked(["swam"])
    desk.masked = [first, second]
    ready(desk, qtbot, ScriptedModel(candidates=["went on"]))
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(lambda: bool(desk.found))
    assert [first.closed, second.closed] == [False, False]
    desk.states.clear()
    ready(desk, qtbot, ScriptedModel(candidates=["ran on"], name="other"), "other")
    assert [first.closed, second.closed] == [True, False]
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(lambda: desk.found[-1:] == [(["swam", "ran"], HERE)])
    assert desk.host.close(WAIT)
    assert second.closed


def test_one_that_is_installed_later_is_found(desk: Desk, qtbot: QtBot) -> None:
    ready(desk, qtbot, ScriptedModel(candidates=["went on"]))
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(lambda: desk.found[-1:] == [(["went"], HERE)])
    desk.masked = [Masked(["sailed"])]
    desk.controller.find_replacements(SPOT, HERE)
    qtbot.waitUntil(lambda: desk.found[-1:] == [(["sailed", "went"], HERE)])


@pytest.mark.parametrize("moment", ["loading", "proposing"])
def test_words_are_found_without_one_that_breaks(moment: str, desk: Desk, qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    desk.masked = [ValueError("damaged") if moment == "loading" else Masked([], ValueError("damaged"))]
    ready(desk, qtbot, ScriptedModel(candidates=["went on"]))
    for place in (HERE, THERE):
        desk.controller.find_replacements(SPOT, place)
        qtbot.waitUntil(partial(desk.has_found, ["went"], place))
    assert len(desk.opened_on) == 1, "it is not tried again"
    assert "masked model" in caplog.text

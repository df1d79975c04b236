"""Typing over the model's thread: when it is asked, and what is counted."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from afterword.assist.types import ModelState, Phase, Place
from afterword.bench.typist import Typist, _summed, controller_of, type_on
from afterword.engine.protocol import Piece, Request
from afterword.errors import GenerationFailed, ModelMissing
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import Context
from tests.fakes.scripted import ScriptedModel

TEXT = "The ferry left the quay at six, when the gulls were still asleep."


class Wire:
    """A signal that nothing is sent through."""

    def connect(self, slot: Callable[..., None]) -> None:
        pass


class Desk:
    """A controller that notes what it is asked, and a typist at it with a clock that is set by hand."""

    def __init__(self, start: int = 10) -> None:
        self.suggestion_ready = self.state_changed = Wire()
        self.asked: list[tuple[Context, Place]] = []
        self.now = 0.0
        controller: Any = self
        self.host = self
        self.typist = Typist(controller, TEXT, start, lambda: self.now)

    def ask(self, context: Context, place: Place) -> None:
        self.asked.append((context, place))

    def key(self, at: float = 0.0) -> int:
        """Type a key at this time; how many requests there were by then."""
        self.now = at
        self.typist.key()
        return len(self.asked)

    def answer(self, text: str, at: float = 0.0, ended: Ended | None = None, place: Place | None = None) -> None:
        self.now = at
        pieces = (Piece(text, 0.5),) if text else ()
        self.typist.show(Suggestion(pieces, ended), place or self.asked[-1][1])

    def counts(self) -> Any:
        return _summed(self.typist.asked, 0, 0.0, 0.0)


def test_every_key_asks_with_what_stands_before_it_until_something_is_shown() -> None:
    desk = Desk(start=10)
    assert [desk.key(), desk.key()] == [1, 2]
    assert [context.before for context, _ in desk.asked] == [TEXT[:11], TEXT[:12]]
    assert [place.cursor for _, place in desk.asked] == [11, 12]


def test_typing_what_is_shown_asks_for_nothing() -> None:
    desk = Desk(start=9)
    assert desk.key() == 1
    desk.answer(TEXT[10:16], ended=Ended.LENGTH)
    assert [desk.key() for _ in range(5)] == [1] * 5
    assert desk.key() == 2  # it stands in the text now: how does it go on?


def test_typing_ahead_of_what_is_still_growing_asks_for_nothing() -> None:
    desk = Desk(start=9)
    desk.key()
    desk.answer(TEXT[10:12])
    assert [desk.key() for _ in range(4)] == [1] * 4
    desk.answer(TEXT[10:30])
    assert [desk.key() for _ in range(10)] == [1] * 10


def test_what_turns_out_to_say_something_else_is_asked_for_anew() -> None:
    desk = Desk(start=9)
    desk.key()
    desk.answer(TEXT[10:12])
    for _ in range(4):
        desk.key()
    desk.answer(TEXT[10:12] + "xyz")
    assert len(desk.asked) == 2


def test_a_key_that_departs_asks_anew_and_what_was_on_its_way_is_nothing() -> None:
    desk = Desk()
    desk.key()
    old = desk.asked[-1][1]
    desk.answer("xyz")
    assert desk.key() == 2
    desk.answer(TEXT[12:20], place=old)
    assert desk.key() == 3


def test_the_time_is_that_from_the_key_to_its_first_words() -> None:
    desk = Desk()
    desk.key(at=1.0)
    desk.answer("xy", at=1.05)
    desk.answer("xyz", at=1.5)
    assert desk.counts().first_ms == pytest.approx((50,))


def test_a_key_that_was_overtaken_counts_with_the_time_until_then() -> None:
    desk = Desk()
    desk.key(at=1.0)
    desk.key(at=1.2)
    desk.answer("xyz", at=1.25)
    counts = desk.counts()
    assert counts.first_ms == pytest.approx((200, 50))
    assert (counts.asked, counts.overtaken, counts.silent) == (2, 1, 0)


@pytest.mark.parametrize("told", ["by an empty suggestion", "by the state of the model"])
def test_a_key_to_which_there_is_nothing_to_say_is_silent_and_not_slow(told: str) -> None:
    desk = Desk()
    desk.key(at=1.0)
    desk.typist.hear(ModelState(Phase.READY))  # of the request before
    assert [desk.typist.settled] == [False]
    if told == "by an empty suggestion":
        desk.answer("", at=1.1, ended=Ended.MODEL)
    else:
        desk.typist.hear(ModelState(Phase.WRITING))
        desk.typist.hear(ModelState(Phase.READY))
    assert desk.typist.settled
    desk.key(at=1.2)
    desk.answer("xyz", at=1.25)
    counts = desk.counts()
    assert counts.first_ms == pytest.approx((50,))
    assert (counts.asked, counts.overtaken, counts.silent) == (2, 0, 1)


def test_the_end_of_the_request_before_is_not_that_of_this_one() -> None:
    desk = Desk()
    desk.key()
    desk.typist.hear(ModelState(Phase.WRITING))
    desk.key()
    desk.typist.hear(ModelState(Phase.READY))
    assert not desk.typist.settled


# --- over the real thread -------------------------------------------------------------------------------------------


def session(model: ScriptedModel, keys: int = 20, text: str = TEXT, interval_s: float = 0.02) -> Any:
    with controller_of(lambda name, download, watch: model, "m") as controller:
        controller.set_pace("eager")
        return type_on(controller, text, 10, keys, interval_s=interval_s, idle_s=0.02)


def test_a_session_on_the_models_own_thread(qapp: QApplication) -> None:
    model = ScriptedModel(lambda request: TEXT[len(request.context.before.rstrip()) :])  # it always knows how the text goes on
    typed = session(model)
    assert typed.keys == 20
    assert typed.asked < 20
    assert len(typed.first_ms) == typed.asked - typed.silent
    assert model.closed


def test_a_model_that_knows_nothing_right_is_asked_at_every_key(qapp: QApplication) -> None:
    typed = session(ScriptedModel("qqq"), text="The ferry of Llanfairpwllgwyngyllgogerychwyrndrobwll")
    assert typed.asked == typed.keys == 20


def test_what_the_models_thread_computes_counts_as_processor_time(qapp: QApplication) -> None:
    def compute(request: Request) -> str:
        until = time.thread_time() + 0.1
        while time.thread_time() < until:
            pass
        return "qqq"

    model = ScriptedModel(compute)
    typed = session(model, keys=4, interval_s=0.15)
    assert typed.core_ms * typed.keys > 0.5 * 100 * (len(model.requests) - 1)


def test_a_model_that_breaks_ends_the_session(qapp: QApplication) -> None:
    model = ScriptedModel(" xyz", error=GenerationFailed("m", "broken"))
    with pytest.raises(GenerationFailed):
        session(model)
    assert model.closed


def test_a_model_that_does_not_load_is_no_session(qapp: QApplication) -> None:
    def opener(name: str, download: bool, watch: object) -> Any:
        raise ModelMissing(name)

    with pytest.raises(ModelMissing), controller_of(opener, "m"):
        pass


def test_ctrl_c_ends_the_session_and_the_thread(qapp: QApplication) -> None:
    before = signal.getsignal(signal.SIGINT)
    model, looking = ScriptedModel(" xyz"), QTimer(interval=5)

    def press() -> None:
        if model.requests:  # else it would be pressed while the model is loaded
            looking.stop()
            signal.raise_signal(signal.SIGINT)

    looking.timeout.connect(press)
    looking.start()
    with pytest.raises(KeyboardInterrupt):
        session(model, keys=50)
    assert model.closed
    assert signal.getsignal(signal.SIGINT) == before

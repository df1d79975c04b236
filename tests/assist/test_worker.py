"""Switching models: the one before stays until the new one is there, and goes first where there is no room for both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from afterword.assist.types import ModelState, Phase
from afterword.assist.worker import Worker
from afterword.engine.protocol import Capabilities, LanguageModel
from afterword.errors import ModelTooLarge
from afterword.watch import Watch
from tests.fakes.scripted import ScriptedModel


class Room:
    """A machine that has room for one model; a second one is refused, or comes in another form."""

    def __init__(self, second: str) -> None:
        self.second = second
        self.open: list[str] = []
        self.order: list[str] = []

    def __call__(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        if self.open and self.second == "refused":
            raise ModelTooLarge(name)
        form = {"small": Capabilities(small=True), "elsewhere": Capabilities(device="cpu", fallback="memory")}
        model = Named(name, self, form[self.second] if self.open and self.second in form else Capabilities())
        self.open.append(name)
        self.order.append(f"open {name}")
        return model


class Named(ScriptedModel):
    def __init__(self, name: str, room: Room, capabilities: Capabilities) -> None:
        super().__init__(" text")
        self._called, self._room, self._can = name, room, capabilities

    @property
    def name(self) -> str:
        return self._called

    @property
    def capabilities(self) -> Capabilities:
        return self._can

    def close(self) -> None:
        super().close()
        self._room.open.remove(self._called)
        self._room.order.append(f"close {self._called}")


class Seen:
    def __init__(self, room: Room) -> None:
        self.states: list[ModelState] = []
        self.worker = Worker(room)
        self.worker.state_changed.connect(self.states.append)

    def load(self, name: str) -> ModelState:
        self.worker.want_load(1)
        self.worker.load(1, name, False)
        return self.states[-1]


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Room:
    return Room(request.param)


@pytest.fixture
def seen(room: Room) -> Iterator[Seen]:
    seen = Seen(room)
    yield seen
    seen.worker._release()
    assert room.open == []


@pytest.mark.parametrize("room", ["beside"], indirect=True)
def test_the_model_before_goes_when_the_new_one_is_there(seen: Seen, room: Room) -> None:
    seen.load("a")
    assert seen.load("b").name == "b"
    assert room.order == ["open a", "open b", "close a"]


@pytest.mark.parametrize("room", ["refused", "small", "elsewhere"], indirect=True)
def test_where_there_is_no_room_for_both_the_one_before_goes_first(seen: Seen, room: Room) -> None:
    seen.load("a")
    state = seen.load("b")
    assert (state.phase, state.name, state.small, state.fallback) == (Phase.READY, "b", False, "")
    assert room.order[-1] == "open b"
    assert room.open == ["b"]


@pytest.mark.parametrize("room", ["refused"], indirect=True)
def test_one_that_does_not_fit_alone_either_says_so(seen: Seen, room: Room) -> None:
    room.open.append("another program's")
    assert seen.load("a").phase is Phase.FAILED
    room.open.clear()

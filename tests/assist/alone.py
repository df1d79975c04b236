"""A controller with its real thread and a scripted model on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from afterword.assist.controller import Controller
from afterword.assist.host import ModelHost
from afterword.assist.types import ModelState, Phase, Place
from afterword.engine.protocol import LanguageModel
from afterword.suggest.suggestion import Suggestion
from afterword.watch import Watch
from tests.fakes.scripted import ScriptedModel

HERE = Place(1, 10)
WAIT = 20_000


class Desk(QObject):
    """What the controller says, as the window and the editor hear it; opens what `models` has under a name."""

    def __init__(self) -> None:
        super().__init__()
        self.models: dict[str, LanguageModel | Exception | list[LanguageModel]] = {}
        self.loading = threading.Event()
        self.may_load = threading.Event()
        self.may_load.set()
        self.may_stop = threading.Event()
        self.may_stop.set()
        self.opened: list[tuple[str, bool]] = []
        self.states: list[ModelState] = []
        self.shown: list[tuple[str, Place]] = []
        self.rates: list[float] = []
        self.threads: set[QThread] = set()
        self.host = ModelHost(self.open)
        self.controller = Controller(self.host)
        self.controller.set_pace("eager")
        self.host.state_changed.connect(self.hear_state)
        self.controller.suggestion_ready.connect(self.hear_suggestion)
        self.host.rate_measured.connect(self.rates.append)

    def open(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        self.opened.append((name, download))
        watch.report(0.5, "weights")
        self.loading.set()
        while not self.may_load.wait(0.01):
            if self.may_stop.is_set():
                watch.check()
        found = self.models[name]
        if isinstance(found, list):
            found = found.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    @Slot(object)
    def hear_state(self, state: ModelState) -> None:
        self.threads.add(QThread.currentThread())
        self.states.append(state)

    @Slot(object, object)
    def hear_suggestion(self, suggestion: Suggestion, place: Place) -> None:
        self.threads.add(QThread.currentThread())
        self.shown.append((suggestion.text, place))

    def phases(self) -> list[Phase]:
        return [state.phase for state in self.states]


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.may_load.set()
    assert desk.host.close(WAIT)


def ready(desk: Desk, qtbot: QtBot, model: ScriptedModel) -> None:
    desk.models["m"] = model
    desk.host.load("m")
    qtbot.waitUntil(lambda: desk.phases()[-1:] == [Phase.READY])

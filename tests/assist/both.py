"""The model on this machine and a server, both scripted, and a page that asks them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from afterword.assist.controller import Controller
from afterword.assist.host import ModelHost
from afterword.assist.types import ModelState, Phase, Place, Wish
from afterword.engine.protocol import LanguageModel, Request
from afterword.errors import ModelMissing
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import Context
from afterword.watch import Watch
from tests.fakes.scripted import ScriptedModel

HERE = Place(1, 10)
URL = "https://there"
WAIT = 20_000
CITY = " the city of Nova Haven."


class Gated(ScriptedModel):
    """Says as many words as it is let."""

    def __init__(
        self, script: str | Callable[[Request], str] = CITY, name: str = "local", words: int = 99, **more: object
    ) -> None:
        super().__init__(script, gate=threading.Semaphore(words), name=name, **more)  # type: ignore[arg-type]

    def let(self, words: int = 99) -> None:
        assert self.gate is not None
        self.gate.release(words)


class Page(QObject):
    """What a page hears."""

    def __init__(self, host: ModelHost) -> None:
        super().__init__()
        self.controller = Controller(host)
        self.controller.set_pace("eager")
        self.controller.set_shared(True)
        self.shown: list[Suggestion] = []
        self.others: list[list[str]] = []
        self.controller.suggestion_ready.connect(self.hear)
        self.controller.alternatives_ready.connect(self.hear_others)

    @Slot(object, object)
    def hear(self, suggestion: Suggestion, place: Place) -> None:
        self.shown.append(suggestion)

    @Slot(object, object)
    def hear_others(self, found: list[Suggestion], place: Place) -> None:
        self.others.append([one.text for one in found])

    def ask(self, text: str = "Once,", wish: Wish = Wish.KEY) -> None:
        self.shown.clear()
        self.controller.ask(Context(text), HERE, wish)

    @property
    def now(self) -> tuple[str, str, Ended | None]:
        last = self.shown[-1] if self.shown else Suggestion()
        return last.text, last.by, last.why_it_ended


class Desk(QObject):
    """Both, and a page."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__()
        self.qtbot = qtbot
        self.local, self.server = Gated(), Gated(name="big")
        self.failure: Exception | None = None
        self.may_load, self.loading = threading.Event(), threading.Event()
        self.may_load.set()
        self.opened = 0
        self.states: list[ModelState] = []
        self.host = ModelHost(self.load)
        self.host.state_changed.connect(self.hear_state)
        self.page = Page(self.host)

    def load(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        self.loading.set()
        while not self.may_load.wait(0.01):
            watch.check()
        if name == "missing":
            raise ModelMissing(name)
        return self.local if name == "local" else ScriptedModel(" another", name=name)

    def open(self, watch: Watch) -> LanguageModel:
        self.opened += 1
        if self.failure is not None:
            raise self.failure
        return self.server

    @Slot(object)
    def hear_state(self, state: ModelState) -> None:
        self.states.append(state)

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)

    def start(self, local: bool = True) -> None:
        self.host.use_server(self.open, URL, alone=not local)
        if local:
            self.host.load("local")
        self.until(lambda: self.states[-1:] != [] and self.states[-1].phase is Phase.READY)

    @property
    def offered(self) -> tuple[str, str, Ended | None]:
        """What the page would be shown now."""
        offer = self.page.controller._asking.offer
        return offer.text, offer.by, offer.why_it_ended

    def sees(self, text: str, by: str, why: Ended | None = None) -> None:
        self.until(lambda: self.page.now == (text, by, why))


def error_of(desk: Desk) -> BaseException | None:
    """What the window is told to be wrong with the server."""
    server = desk.states[-1].server
    return server.error if server is not None else None


class Told(QObject):
    """How often the page was told that nobody can answer."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.times = 0
        desk.page.controller.unanswered.connect(self.hear)

    @Slot()
    def hear(self) -> None:
        self.times += 1

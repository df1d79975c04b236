"""Typing a text at a steady rate over the model's own thread, as a writer at the page does; without a page.

What the page does with suggestions is done here by the same rules (editor/offer.py, editor/page.py): a key that a suggestion
foretold asks for nothing, any other asks anew and voids what was asked before. Qt is imported when a session starts, not before.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afterword.assist.types import ModelState, Phase, Place
from afterword.editor.offer import Fit, Offer
from afterword.suggest.suggestion import Suggestion
from afterword.text.context import Context

if TYPE_CHECKING:
    from afterword.assist.controller import Controller
    from afterword.assist.worker import Opener

_POLL_S = 0.02
_LOAD_WITHIN_S = 600.0
_SETTLE_WITHIN_S = 60.0
_IDLE_PARTS = 4


@dataclass(frozen=True)
class Typed:
    """What came of a session.

    Attributes:
        keys: that were typed.
        asked: keys after which the model was asked; the others typed what was shown.
        silent: of those, keys to which the model had nothing to say.
        overtaken: of those, keys that the next key followed before anything was there.
        first_ms: milliseconds from each other key that asked to its first words, and for those that were overtaken to the next
            key: they would have taken longer still, and leaving them out would make a slow model look quick.
        core_ms: processor time of this process, all threads, in milliseconds for a key, less what it takes when nobody types.
        idle_core_ms: what that is, in milliseconds for a second.
    """

    keys: int
    asked: int
    silent: int
    overtaken: int
    first_ms: tuple[float, ...]
    core_ms: float
    idle_core_ms: float


@dataclass
class _Asked:
    at: float
    place: Place
    first: float | None = None
    overtaken: float | None = None
    ended: bool = False


class Typist:
    """Types a text, a key at a time.

    Args:
        controller: with a model that is ready.
        text: what is typed.
        start: how much of it stands already.
        clock: seconds, rising.
    """

    def __init__(self, controller: Controller, text: str, start: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self._controller = controller
        self._text, self._at = text, start
        self._clock = clock
        self._offer: Offer | None = None
        self._writing = False
        self.asked: list[_Asked] = []
        self.error: BaseException | None = None
        controller.suggestion_ready.connect(self.show)
        controller.host.state_changed.connect(self.hear)

    @property
    def settled(self) -> bool:
        """Whether the model has said all that it has to say."""
        return not self.asked or self.asked[-1].ended

    def key(self) -> None:
        """Type the next character."""
        now = self._clock()
        typed = self._text[self._at]
        self._at += 1
        if self._offer is None or self._offer.write(typed) not in (Fit.SHOWS, Fit.WAITS):
            self.ask(now)

    def ask(self, now: float) -> None:
        """Ask for words here, at the time `now`."""
        if self.asked and self.asked[-1].first is None and not self.asked[-1].ended:
            self.asked[-1].overtaken = now
        place = Place(len(self.asked), self._at)
        self.asked.append(_Asked(now, place))
        self._offer, self._writing = None, False
        self._controller.ask(Context.around(self._text[: self._at], self._at), place)

    def show(self, suggestion: Suggestion, place: Place) -> None:
        """As the page's `show_suggestion`."""
        asked = self.asked[-1]
        if place != asked.place:
            return
        asked.ended |= suggestion.why_it_ended is not None
        if self._offer is None:
            if suggestion:
                asked.first = self._clock()
                self._offer = Offer(place, suggestion)
        elif self._offer.grow(suggestion) not in (Fit.SHOWS, Fit.WAITS):
            self.ask(self._clock())  # the writer typed ahead: to its very end, or somewhere else

    def hear(self, state: ModelState) -> None:
        """Know what the model does: it may end without a word."""
        if state.phase is Phase.FAILED:
            self.error = state.error
        elif state.phase is Phase.WRITING:
            self._writing = True
        elif state.phase is Phase.READY and self._writing and self.asked:
            self.asked[-1].ended = True


@contextmanager
def controller_of(opener: Opener, model: str) -> Iterator[Controller]:
    """The window's controller, on its own thread, with `model` loaded.

    Raises:
        whatever `opener` raises.
    """
    from PySide6.QtCore import QCoreApplication

    from afterword.assist.controller import Controller
    from afterword.assist.host import ModelHost

    application = QCoreApplication.instance() or QCoreApplication([])
    host = ModelHost(opener)
    controller = Controller(host)
    states = [ModelState(Phase.NONE)]
    host.state_changed.connect(states.append)
    try:
        host.load(model)
        _until(lambda: states[-1].phase in (Phase.READY, Phase.FAILED), _LOAD_WITHIN_S)
        if states[-1].phase is not Phase.READY:
            raise states[-1].error or TimeoutError
        yield controller
    finally:
        host.close(int(_LOAD_WITHIN_S * 1000))
        application.processEvents()  # what the thread sent before it ended


def type_on(controller: Controller, text: str, start: int, keys: int, *, interval_s: float = 0.2, idle_s: float = 2.0) -> Typed:
    """Type `keys` characters of `text` from `start` on.

    Before the first key the text stands there and was asked about once, so the page is warm.

    Args:
        controller: from `controller_of`, with the sampling and the pace to type with.
        text: longer than `start + keys`.
        start: how much of it stands already.
        keys: how many to type.
        interval_s: from one key to the next.
        idle_s: for how long nothing is typed, to know what idling costs.

    Raises:
        GenerationFailed: the model broke.
    """
    typist = Typist(controller, text, start)
    with _interruptible() as check:

        def pause(seconds: float) -> None:
            live(seconds)
            check()
            if typist.error is not None:
                raise typist.error

        def settle() -> None:
            deadline = time.monotonic() + _SETTLE_WITHIN_S
            while not typist.settled and time.monotonic() < deadline:
                pause(_POLL_S)

        typist.ask(time.perf_counter())
        settle()
        warm_up = len(typist.asked)
        idle = 1.0
        for _ in range(_IDLE_PARTS):  # the least of them: the first may still see the end of what went before
            cpu, began = time.process_time(), time.perf_counter()
            pause(idle_s / _IDLE_PARTS)
            idle = min(idle, (time.process_time() - cpu) / (time.perf_counter() - began))

        cpu, began = time.process_time(), time.perf_counter()
        for number in range(1, keys + 1):
            typist.key()
            pause(max(0.0, began + number * interval_s - time.perf_counter()))
        settle()
        busy = time.process_time() - cpu - idle * (time.perf_counter() - began)
    controller.suggestion_ready.disconnect(typist.show)
    controller.host.state_changed.disconnect(typist.hear)
    return _summed(typist.asked[warm_up:], keys, busy * 1000 / keys, idle * 1000)


def _summed(asked: list[_Asked], keys: int, core_ms: float, idle_core_ms: float) -> Typed:
    waited = [(each.first or each.overtaken, each.at) for each in asked]
    return Typed(
        keys=keys,
        asked=len(asked),
        silent=sum(1 for each in asked if each.first is None and each.overtaken is None),
        overtaken=sum(1 for each in asked if each.first is None and each.overtaken is not None),
        first_ms=tuple((then - at) * 1000 for then, at in waited if then is not None),
        core_ms=core_ms,
        idle_core_ms=idle_core_ms,
    )


def live(seconds: float) -> None:
    """Let Qt live. Not QTest.qWait: that holds the interpreter's lock, and the model's thread would starve."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def _until(condition: Callable[[], bool], seconds: float) -> None:
    with _interruptible() as check:
        deadline = time.monotonic() + seconds
        while not condition() and time.monotonic() < deadline:
            live(_POLL_S)
            check()


@contextmanager
def _interruptible() -> Iterator[Callable[[], None]]:
    """A check that raises KeyboardInterrupt after Ctrl+C: raised within a slot it would be printed by Qt, and lost."""
    pressed: list[int] = []

    def check() -> None:
        if pressed:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)

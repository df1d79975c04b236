"""Lives on the model's thread and owns the model: plain data in, signals out. It never sees a widget."""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from afterword.assist.masked import Masked, MaskedOpener, no_masked
from afterword.assist.types import ModelState, Phase
from afterword.engine.protocol import LanguageModel, Request
from afterword.errors import Cancelled, ModelTooLarge
from afterword.niceness import stand_back
from afterword.suggest.replacing import Spot, alternatives
from afterword.suggest.suggester import Suggester
from afterword.text.context import Context
from afterword.watch import Watch

_log = logging.getLogger(__name__)

_REMEMBERED = 16  # requests that were served: one may be sent again when a model has become ready

NICE = 10
"""How far the model's threads stand back on Linux, of 19."""

LIKELIEST = 8
"""How many of the likeliest tokens are shown."""

Opener = Callable[[str, bool, Watch], LanguageModel]
"""Loads the model of a name; the flag says whether it may be downloaded."""


class Worker(QObject):
    """Loads models and runs requests, one after the other.

    `want`, `spare`, `want_load` and `next_turn` are called directly from the main thread: a queued call would wait behind the
    very work that it should stop. They only set what the decode loop and the loader read.

    Signals:
        state_changed: a ModelState.
        suggestion_grew: the id of a request and its Suggestion so far.
        unanswered: the id of a request for which there is no model, or which it broke at.
        alternatives_made: the id of a request and a list of other Suggestions for it.
        seen_measured: the number of who asked, and a Seen.
        likeliest_found: the number of a look, and a list of the likeliest Pieces where that was.
        replacements_made: the id of a request, and a list of texts that fit; None where no model is loaded.
        replacements_missed: the id of a request that the model broke at.
        rate_measured: tokens per second of the request that has just ended.
    """

    state_changed = Signal(object)
    suggestion_grew = Signal(int, object)
    unanswered = Signal(int)
    alternatives_made = Signal(int, object)
    likeliest_found = Signal(int, object)
    replacements_made = Signal(int, object)
    replacements_missed = Signal(int)
    seen_measured = Signal(int, object)
    rate_measured = Signal(float)
    _postponed = Signal(int, int, object)

    def __init__(self, opener: Opener, masked: MaskedOpener = no_masked) -> None:
        super().__init__()
        self._opener = opener
        self._masked = Masked(masked)
        self._suggester: Suggester | None = None
        self._wanted: dict[int, int] = {}
        self._spared = 0
        self._served: deque[int] = deque(maxlen=_REMEMBERED)
        self._failing = False  # whether the last request failed: until one works, the model is not said to write
        self._turn = 0
        self._load_wanted = 0
        self._watch = Watch()
        self._postponed.connect(self.find_replacements, Qt.ConnectionType.QueuedConnection)

    # --- called from the main thread --------------------------------------------------------------------------------

    def want(self, asker: int, request_id: int) -> None:
        """From now on only the request of this id is worth running, of those that `asker` makes."""
        self._wanted = {**self._wanted, asker: request_id}  # another one: the model's thread may be looking at the old one

    def spare(self, request_id: int) -> None:
        """What was said to this request is enough."""
        self._spared = request_id

    def _is_wanted(self, request_id: int) -> bool:
        return request_id in self._wanted.values()

    @property
    def turn(self) -> int:
        """Of what nobody waits for: it gives way when a request of another turn is on its way, of whatever page."""
        return self._turn

    def next_turn(self) -> None:
        """A request is on its way."""
        self._turn += 1

    def want_load(self, load_id: int) -> None:
        """From now on only the load of this id is worth doing; one that is running is asked to stop."""
        self._load_wanted = load_id
        self._watch.cancel()

    # --- on the model's thread --------------------------------------------------------------------------------------

    @property
    def model(self) -> LanguageModel | None:
        """The model that is loaded, for those who live on its thread too."""
        return None if self._suggester is None else self._suggester.model

    @Slot()
    def begin(self) -> None:
        """The thread has begun: where there are not enough cores for both, the window goes first."""
        if sys.platform == "linux":  # torch's own threads begin as this one is; Qt cannot do it there
            stand_back(NICE)
        else:
            QThread.currentThread().setPriority(QThread.Priority.LowPriority)

    @Slot(int, str, bool)
    def load(self, load_id: int, name: str, download: bool) -> None:
        """Load a model and let the one before go. When that fails, the one before stays."""
        self._watch = Watch(self._loading(name))
        if load_id != self._load_wanted:  # read after the new watch is in place, so that no wish to stop is missed
            return
        self.state_changed.emit(ModelState(Phase.LOADING, name))
        try:
            model = self._opened(name, download)
        except Cancelled:
            self._settle()
            return
        except Exception as error:
            _log.warning("the model %s could not be loaded", name, exc_info=True)
            self.state_changed.emit(ModelState(Phase.FAILED, name, error=error))
            if self._suggester is not None:
                self._settle()
            return
        self._release()
        self._suggester = Suggester(model)
        self._settle()

    @Slot(object)
    def complete(self, request: Request) -> None:
        """Run a request, unless a newer one is wanted by now."""
        suggester = self._suggester
        if not self._is_wanted(request.id) or request.id in self._served:
            return
        if suggester is None:
            self.unanswered.emit(request.id)
            return
        self._served.append(request.id)
        if not self._failing:
            self.state_changed.emit(self._state(Phase.WRITING))
        began, at_first, pieces = time.perf_counter(), 0, 0

        def stopped() -> bool:
            return not self._is_wanted(request.id) or self._spared == request.id

        try:
            for suggestion in suggester.suggest(request, stopped):
                if not self._is_wanted(request.id):
                    break
                self._failing = False
                pieces = len(suggestion.pieces) or pieces
                if not at_first:
                    began, at_first = time.perf_counter(), pieces
                self.suggestion_grew.emit(request.id, suggestion)
        except Exception as error:
            self._fail("wrote", error)
            self.unanswered.emit(request.id)
            return
        took = time.perf_counter() - began
        if pieces >= at_first + 2 and took > 0:  # else too few to tell, or it was remembered and came as a whole
            self.rate_measured.emit((pieces - at_first) / took)
        if not self._failing:  # else it was stopped before there was a word
            self._settle()

    @Slot(int, object)
    def find_alternatives(self, turn: int, request: Request) -> None:
        """Make other suggestions for a request that was run; until something newer is wanted."""
        if self._suggester is None or not self._is_wanted(request.id):
            return
        others = request.sampling.candidates - 1
        with _forgiven("looked for alternatives"):
            found = self._suggester.alternatives(request, others, lambda: not self._is_wanted(request.id) or turn != self._turn)
            self.alternatives_made.emit(request.id, found)

    @Slot(int, int, object)
    def find_likeliest(self, request_id: int, look: int, context: Context) -> None:
        """Find the likeliest ways to go on from `context`, unless something newer is wanted."""
        if self._suggester is None or not self._is_wanted(request_id):
            return
        with _forgiven("looked for the likeliest words"):
            self.likeliest_found.emit(look, self._suggester.likeliest(context, LIKELIEST))

    @Slot(int, int, object)
    def find_replacements(self, turn: int, request_id: int, spot: Spot) -> None:
        """Find other words for those of `spot`. It gives way to a request of another page, and is done behind that."""
        if not self._is_wanted(request_id):
            return
        suggester = self._suggester
        if suggester is None:
            self.replacements_made.emit(request_id, None)
            return

        def stopped() -> bool:
            return not self._is_wanted(request_id) or turn != self._turn

        if not self._failing:
            self.state_changed.emit(self._state(Phase.WRITING))
        try:
            found = alternatives(suggester.model, spot, self._masked.model(), stopped)
        except Exception as error:
            self._fail("looked for other words", error)
            self.replacements_missed.emit(request_id)
            return
        if found is not None:
            self._failing = False
            self.replacements_made.emit(request_id, found)
        elif turn != self._turn:
            self._postponed.emit(self._turn, request_id, spot)
        if not self._failing:
            self._settle()

    @Slot(int, object)
    def measure_seen(self, asker: int, context: Context) -> None:
        """Count how much of `context` the model is given."""
        if self._suggester is None:
            return
        with _forgiven("counted"):
            seen = self._suggester.seen(context)
            if seen is not None:
                self.seen_measured.emit(asker, seen)

    @Slot(int, int, object)
    def read(self, turn: int, request_id: int, context: Context) -> None:
        """Read the page around the cursor, ahead of a request; until something newer is wanted."""
        if self._suggester is None or not self._is_wanted(request_id):
            return
        with _forgiven("read"):
            self._suggester.warm(context, lambda: not self._is_wanted(request_id) or turn != self._turn)

    @Slot()
    def unload(self) -> None:
        """Give the model back, and stay for another."""
        self._release()
        self._settle()

    @Slot()
    def leave(self) -> None:
        """Give the model back and end the thread."""
        self._release()
        QThread.currentThread().quit()

    @Slot()
    def forget_masked(self) -> None:
        """The masked model may be another one by now, or none."""
        self._masked.forget()

    # ----------------------------------------------------------------------------------------------------------------

    def _opened(self, name: str, download: bool) -> LanguageModel:
        """The model `name`. Where there is no room for it beside the one before, that one goes first."""
        try:
            model = self._opener(name, download, self._watch)
        except (ModelTooLarge, MemoryError):
            if self._suggester is None:
                raise
        else:
            can = model.capabilities
            if self._suggester is None or not (can.small or can.fallback == "memory"):
                return model
            model.close()
        self._release()
        return self._opener(name, download, self._watch)

    def _loading(self, name: str) -> Callable[[float, str], None]:
        def report(share: float, stage: str) -> None:
            self.state_changed.emit(ModelState(Phase.LOADING, name, share, stage))

        return report

    def _settle(self) -> None:
        self._failing = False
        self.state_changed.emit(self._state(Phase.READY) if self._suggester else ModelState(Phase.NONE))

    def _fail(self, doing: str, error: Exception) -> None:
        _log.warning("the model failed while it %s", doing, exc_info=error)
        self._failing = True
        self.state_changed.emit(self._state(Phase.FAILED, error))

    def _state(self, phase: Phase, error: BaseException | None = None) -> ModelState:
        assert self._suggester is not None
        model = self._suggester.model
        can = model.capabilities
        return ModelState(
            phase, model.name, error=error, ignores=can.ignores, small=can.small, device=can.device, fallback=can.fallback
        )

    def _release(self) -> None:
        self._masked.forget()
        if self._suggester is not None:
            self._suggester.model.close()
            self._suggester = None


@contextmanager
def _forgiven(doing: str) -> Iterator[None]:
    """What nobody asked for may fail: what is shown stays, and the next request says what is wrong."""
    try:
        yield
    except Exception:
        _log.warning("the model failed while it %s", doing, exc_info=True)

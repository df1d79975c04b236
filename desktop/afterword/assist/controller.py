"""Between the editor and the model's thread: one request in flight, stale replies dropped, showing delayed to its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from afterword.assist.cascading import Cascading
from afterword.assist.host import ModelHost
from afterword.assist.rhythm import Rhythm
from afterword.assist.timing import ALTERNATIVES_AFTER_MS, PAINT_FIRST_MS
from afterword.assist.types import ModelState, Phase, Place, Wish
from afterword.engine.protocol import Piece, Request, Seen
from afterword.engine.sampling import LONG, Sampling
from afterword.suggest.replacing import Spot
from afterword.suggest.suggestion import Suggestion
from afterword.text.context import Context


class Controller(QObject):
    """What one page wants of the model. Lives on the main thread.

    Args:
        host: of the model, which other pages may share; their turns come one after the other.
        clock: seconds, rising.

    Signals:
        suggestion_ready: a Suggestion (it grows with every emission) and the Place for which it was asked.
        alternatives_ready: a list of other Suggestions and the same Place, once the first has stood on the page for a moment.
        likeliest_found: a list of the likeliest Pieces at the point that was looked at.
        replacements_found: a list of texts that fit in place of others, or None where no model is loaded, and the Place.
        replacements_missed: there will be none: the model broke, or another one is loaded.
        seen_measured: a Seen, of the context that was read last.
        rested: whether there are no suggestions for a while, since too many were ignored.
        unanswered: there is nobody who could answer what the writer asked for.
    """

    suggestion_ready = Signal(object, object)
    alternatives_ready = Signal(object, object)
    likeliest_found = Signal(object)
    replacements_found = Signal(object, object)
    replacements_missed = Signal()
    seen_measured = Signal(object)
    rested = Signal(bool)
    unanswered = Signal()
    _reading_wished = Signal(int, int, object)
    _likeliest_wished = Signal(int, int, object)
    _replacements_wished = Signal(int, int, object)
    _seen_wished = Signal(int, object)

    def __init__(self, host: ModelHost, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._host = host
        self._number = host.number()
        self._sampling = Sampling()
        self._rhythm = Rhythm(clock)
        self._clock = clock
        self._id = host.number()
        self._look = 0
        self._asked: tuple[Request, Place] | None = None
        self._replaced_at: Place | None = None
        self._resting: Context | None = None
        self._shared = False
        self._begun: tuple[Piece, ...] = ()
        self._due = 0.0
        self._resting_said = False
        self._ready = False
        self._asking = Cascading(host, clock, self)
        self._asking.grew.connect(self._suggestion_arrived)
        self._asking.alternatives_made.connect(self._alternatives_arrived)
        self._asking.unanswered.connect(self.unanswered, Qt.ConnectionType.QueuedConnection)  # by then everybody knows why
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._show)
        self._painting = QTimer(self, singleShot=True, interval=PAINT_FIRST_MS, timerType=Qt.TimerType.PreciseTimer)
        self._painting.timeout.connect(self._send)
        self._idle = QTimer(self, singleShot=True, interval=ALTERNATIVES_AFTER_MS)
        self._idle.timeout.connect(self.look_further)
        worker = host.worker
        self._reading_wished.connect(worker.read)
        self._seen_wished.connect(worker.measure_seen)
        worker.seen_measured.connect(self._seen_arrived)
        self._likeliest_wished.connect(worker.find_likeliest)
        worker.likeliest_found.connect(self._likeliest_arrived)
        self._replacements_wished.connect(worker.find_replacements)
        worker.replacements_made.connect(self._replacements_arrived)
        worker.replacements_missed.connect(self._replacements_failed)
        host.load_began.connect(self._start_anew)
        host.left.connect(self.cancel)
        host.state_changed.connect(self._state_arrived)
        self._want()
        if host.state is not None:
            self._state_arrived(host.state)

    # --- wishes of the window ---------------------------------------------------------------------------------------

    @Slot(object)
    def set_sampling(self, sampling: Sampling) -> None:
        """Use `sampling` from the next request on."""
        self._sampling = sampling

    @Slot(str)
    def set_pace(self, pace: str) -> None:
        """Show suggestions at a pace of `timing.SHOW_AFTER`."""
        self._rhythm.set_pace(pace)

    @Slot(bool)
    def set_shared(self, on: bool) -> None:
        """Whether what is written here may be given to the server; what it has been given is cancelled where it may not."""
        self._shared = on
        if not on:
            if self._asked is not None:
                self._asked = (replace(self._asked[0], shared=False), self._asked[1])
            self._asking.keep_here()

    # --- wishes of the editor ---------------------------------------------------------------------------------------

    @Slot(object, object, object)
    def ask(self, context: Context, place: Place, wish: Wish = Wish.KEY) -> None:
        """Ask for words at `place`; whatever was asked before is void."""
        self.cancel()
        self._resting = None
        if wish is not Wish.KEY:
            self._rhythm.wake()
        self._say_rest()
        if self._rhythm.rest:
            return
        sampling = _sampling_for(wish, self._sampling)
        self._asked = (Request(self._id, context, sampling, asked=wish is not Wish.KEY, shared=self._shared), place)
        self._due = self._clock() + (self._rhythm.delay if wish is Wish.KEY else 0.0)
        self._painting.start()

    @Slot(object, object, object)
    def branch(self, context: Context, place: Place, begun: Suggestion) -> None:
        """Ask for a suggestion at `place` that begins as `begun` does."""
        self.ask(replace(context, before=context.before + begun.text), place, Wish.NOW)
        self._begun = begun.pieces

    @Slot(object)
    def measure_seen(self, context: Context) -> None:
        """Say how much of `context` the model is given."""
        self._seen_wished.emit(self._number, context)

    @Slot(object, str)
    def look_at(self, context: Context, said: str) -> None:
        """Find the likeliest words behind what of the suggestion was `said`."""
        self._look = self._host.number()
        self._likeliest_wished.emit(self._id, self._look, replace(context, before=context.before + said))

    @Slot(object, object)
    def find_replacements(self, spot: Spot, place: Place) -> None:
        """Find other words for those of `spot`, asked for at `place`; whatever was asked before is void."""
        self.cancel()
        state = self._host.state
        if state is None or state.phase in (Phase.NONE, Phase.LOADING):
            self.replacements_found.emit(None, place)
            return
        self._replaced_at = place
        self._host.worker.next_turn()
        self._replacements_wished.emit(self._host.worker.turn, self._id, spot)

    @Slot()
    def typed(self) -> None:
        """The writer typed something."""
        self._rhythm.key()

    @Slot()
    def look_further(self) -> None:
        """Other suggestions are wanted now."""
        self._idle.stop()
        self._send()
        if self._asked is not None:
            self._asking.look_further(self._asked[0])

    @Slot()
    def taken(self) -> None:
        """The writer took something of a suggestion, or typed it."""
        self._rhythm.taken()

    @Slot()
    def ignored(self) -> None:
        """The writer saw a suggestion and went on without it."""
        self._rhythm.ignored()

    @Slot()
    def wake(self) -> None:
        """The writer switched suggestions on: forget what was ignored."""
        self._rhythm.wake()
        self._say_rest()

    @Slot(object)
    def read(self, context: Context) -> None:
        """The cursor rests in `context`, and no words are asked for: let the model read it ahead of the next keystroke."""
        self._resting = context
        if self._ready and self._asked is None:
            self._reading_wished.emit(self._host.worker.turn, self._id, context)

    @property
    def host(self) -> ModelHost:
        """Of the model."""
        return self._host

    @Slot()
    def cancel(self) -> None:
        """Nothing is wanted any more."""
        self._want()
        self._asking.cancel()
        self._asked = None
        self._look = 0
        self._begun = ()
        self._painting.stop()
        self._timer.stop()
        self._idle.stop()

    # --- replies ----------------------------------------------------------------------------------------------------

    @Slot(object)
    def _state_arrived(self, state: ModelState) -> None:
        became_ready = state.phase is Phase.READY and not self._ready
        self._ready = state.phase in (Phase.READY, Phase.WRITING)
        if became_ready and self._asked is not None and not self._said:
            self._send()  # it was asked while the model was still loading
        elif became_ready and self._resting is not None:
            self.read(self._resting)

    @Slot()
    def _start_anew(self) -> None:
        """Let the model be through with what was asked for; it will be asked for again once there is another."""
        self._replacements_failed(self._id)
        self._want()
        if self._asked is not None:
            self._asked = (replace(self._asked[0], id=self._id), self._asked[1])
        self._asking.start_anew()

    @Slot()
    def _send(self) -> None:
        """Have the model do what is asked; sent once more, it is done once."""
        self._painting.stop()
        if self._asked is not None:
            self._asking.send(self._asked[0])

    def _want(self) -> None:
        """Nothing that was asked for until now is wanted any more."""
        self._id = self._host.number()
        self._host.worker.want(self._number, self._id)

    @property
    def _said(self) -> bool:
        """Whether anything was said to what is asked, and be it that there is nothing to say."""
        return bool(self._asking.offer or self._asking.offer.why_it_ended)

    @Slot()
    def _suggestion_arrived(self) -> None:
        left = self._due - self._clock()
        if left <= 0:
            self._show()
        elif not self._timer.isActive():
            self._timer.start(int(left * 1000) + 1)

    @Slot()
    def _show(self) -> None:
        if self._asked is not None and self._said:
            request, place = self._asked
            shown = self._asking.show()
            self.suggestion_ready.emit(replace(shown, pieces=self._begun + shown.pieces), place)
            if shown and shown.why_it_ended and self._others_wanted(request.sampling):
                self._idle.start()

    def _others_wanted(self, sampling: Sampling) -> bool:
        at_length = sampling.max_sentences == 0
        return sampling.candidates > 1 and not at_length and not self._begun

    def _say_rest(self) -> None:
        resting = bool(self._rhythm.rest)
        if resting != self._resting_said:
            self._resting_said = resting
            self.rested.emit(resting)

    @Slot(object)
    def _alternatives_arrived(self, found: list[Suggestion]) -> None:
        if self._asked is not None:
            whole = [replace(suggestion, pieces=self._begun + suggestion.pieces) for suggestion in found]
            self.alternatives_ready.emit(whole, self._asked[1])

    @Slot(int, object)
    def _likeliest_arrived(self, look: int, found: list[Piece]) -> None:
        if look == self._look:
            self.likeliest_found.emit(found)

    @Slot(int, object)
    def _replacements_arrived(self, request_id: int, found: list[str] | None) -> None:
        if request_id == self._id:
            self.replacements_found.emit(found, self._replaced_at)

    @Slot(int)
    def _replacements_failed(self, request_id: int) -> None:
        if request_id == self._id:
            self.replacements_missed.emit()

    @Slot(int, object)
    def _seen_arrived(self, number: int, seen: Seen) -> None:
        if number == self._number:
            self.seen_measured.emit(seen)


def _sampling_for(wish: Wish, sampling: Sampling) -> Sampling:
    if wish is Wish.LONG:
        return replace(LONG, seed=sampling.seed)
    return replace(sampling, eagerness=100) if wish is Wish.NOW else sampling

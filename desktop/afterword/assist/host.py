"""The one thread with the model, which all pages share: loading it, and letting it go; and the server beside it."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal, Slot

from afterword.assist.masked import MaskedOpener, no_masked
from afterword.assist.server import ServerHost
from afterword.assist.timing import LEAVE_WITHIN_MS
from afterword.assist.types import ModelState, Phase
from afterword.assist.worker import Opener, Worker
from afterword.suggest.remote import RemoteOpener


class ModelHost(QObject):
    """Owns the thread of the model, and what there is of a server. Lives on the main thread.

    Args:
        opener: loads a model, on the model's thread.
        masked: opens a masked model, there too, when one is needed.

    Signals:
        load_began: another model is wished for; what was asked of the one before is void.
        left: the thread is to end: nothing is wanted any more.
        state_changed: a ModelState.
        rate_measured: tokens per second.
    """

    load_began = Signal()
    left = Signal()
    state_changed = Signal(object)
    rate_measured = Signal(float)
    _load_wished = Signal(int, str, bool)
    _leave_wished = Signal()
    _unload_wished = Signal()
    _masked_gone = Signal()

    def __init__(self, opener: Opener, parent: QObject | None = None, masked: MaskedOpener = no_masked) -> None:
        super().__init__(parent)
        self._numbers = count(1)
        self._load_id = 0
        self._state: ModelState | None = None
        self._local: ModelState | None = None
        self._rooms: dict[str, int] = {}
        self._alone = True
        self._thread = QThread()
        self._thread.setObjectName("model")
        self.worker = Worker(opener, masked)
        """Runs on the thread; its docstring says what may be called from here."""
        self.worker.moveToThread(self._thread)
        self._thread.started.connect(self.worker.begin)
        self._load_wished.connect(self.worker.load)
        self._leave_wished.connect(self.worker.leave)
        self._unload_wished.connect(self.worker.unload)
        self._masked_gone.connect(self.worker.forget_masked)
        self.worker.state_changed.connect(self._state_arrived)
        self.worker.rate_measured.connect(self.rate_measured)
        self.server = ServerHost(self)
        """Asked beside the model, by those pages that may."""
        self.server.changed.connect(self._publish)
        self._thread.start()

    def number(self) -> int:
        """Another one each time: for requests, and for those who make them."""
        return next(self._numbers)

    @property
    def state(self) -> ModelState | None:
        """What the model does, as far as it has been said."""
        return self._state

    @property
    def alone(self) -> bool:
        """Whether there is no model on this machine, so that a server is alone."""
        return self._alone

    def use_server(self, opener: RemoteOpener | None, url: str = "", *, alone: bool = False) -> None:
        """Ask a server too, another one than before, or none any more. The model on this machine stays, whatever becomes of it.

        Args:
            opener: opens the server's model, on a thread of its own, when a request may be shared; None for no server.
            url: its scheme, host and port.
            alone: whether the model on this machine is given back, and the server is asked instead.
        """
        self.server.use(opener, url)
        if alone and opener is not None:
            self.cancel_load()
            self._unload_wished.emit()

    @Slot(str, bool)
    def load(self, name: str, download: bool = False) -> None:
        """Load the model `name`; a load that is running is given up, and what was asked for and is not there yet waits for it."""
        self.cancel_load()
        self.load_began.emit()
        self._load_wished.emit(self._load_id, name, download)

    @Slot()
    def cancel_load(self) -> None:
        """Give up the load that is running."""
        self._load_id += 1
        self.worker.want_load(self._load_id)

    def learn_room(self, name: str, room: int) -> None:
        """The model `name` can read so many characters of a question."""
        self._rooms[name] = room
        self._publish()

    @Slot()
    def forget_masked(self) -> None:
        """A model was removed from this machine: it may be the masked one."""
        self._masked_gone.emit()

    @Slot(object)
    def _state_arrived(self, state: ModelState) -> None:
        self._local = state
        if state.phase in (Phase.NONE, Phase.READY, Phase.WRITING):
            self._alone = state.phase is Phase.NONE
        self._publish()

    @Slot()
    def _publish(self) -> None:
        local, server = self._local, self.server.state
        if local is None:
            return  # nothing was said of it yet
        state = replace(local, room=self._rooms.get(local.name), server=server)
        if server is not None and state.phase is Phase.NONE:
            phase = Phase.READY if server.error is None else Phase.NONE
            state = ModelState(phase, server.model, ignores=server.ignores, device="server", server=server)
        self._state = state
        self.state_changed.emit(state)

    def leave(self) -> None:
        """Ask the threads to end, and wait for nothing."""
        self.left.emit()
        self.server.leave()
        self.cancel_load()
        self._leave_wished.emit()

    def close(self, timeout_ms: int = LEAVE_WITHIN_MS) -> bool:
        """End the threads; False when a load could not be interrupted in time, or a server, and is still running."""
        deadline = QDeadlineTimer(timeout_ms)
        self.leave()
        ended = self._thread.wait(timeout_ms)
        return self.server.close(deadline.remainingTime() / 1000) and ended

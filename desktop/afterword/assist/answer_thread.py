"""A thread on which the server answers the questions of one page."""

from __future__ import annotations

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal, Slot

from afterword.assist.answer_worker import AnswerWorker
from afterword.assist.server import ServerHost
from afterword.engine.protocol import LanguageModel
from afterword.suggest.remote import RemoteOpener
from afterword.watch import Watch


class AnswerThread(QObject):
    """A worker, its connection to the server, and their thread, which runs from the beginning. Lives on the main thread.

    Args:
        server: told what is learnt of it from the answers.
        opener: opens its model, on the thread; None where there is no server.

    Attributes:
        worker: answers there. It goes with this, on the main thread: a QObject that is destroyed on another one waits there for
            Python while it holds locks that the main thread may wait for with Python in its hands.

    Signals:
        ended: the thread has ended.
    """

    ended = Signal()
    _leave_wished = Signal()
    _forget_wished = Signal()

    def __init__(self, server: ServerHost, opener: RemoteOpener | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = server
        self._connection = _Connection(opener)
        self._thread = QThread(self)
        self._thread.setObjectName("answers")
        self.worker = AnswerWorker(self._connection.model, self._connection.close)
        self.worker.moveToThread(self._thread)
        self.worker.spoke.connect(self._heard)
        self.worker.ended.connect(self._ended)
        self._leave_wished.connect(self.worker.leave)
        self._forget_wished.connect(self.worker.forget)
        self._thread.finished.connect(self._finished)
        self._thread.start()

    def use(self, opener: RemoteOpener | None) -> None:
        """Ask the server that this opens; the one before is closed. What was asked of that must have been given up by now."""
        self._connection.use(opener)
        self._forget_wished.emit()

    @Slot()
    def leave(self) -> None:
        """Ask the thread to end, whatever is asked, and wait for nothing."""
        self.worker.want_nothing()
        self._leave_wished.emit()

    def wait(self, deadline: QDeadlineTimer) -> bool:
        """Wait for its end; whether that came in time."""
        return self._thread.wait(deadline)

    @Slot(int, str, object)
    def _heard(self, number: int, _: str, room: int | None) -> None:
        if self.worker.wants(number):  # else it may be of the server before
            self._server.reached(room)

    @Slot(int, object)
    def _ended(self, number: int, error: Exception | None) -> None:
        if error is not None and self.worker.wants(number):
            self._server.missed(error)

    @Slot()
    def _finished(self) -> None:
        self._thread.wait()  # it says so before it is over, a moment
        self.ended.emit()


class _Connection:
    """The server's model, opened when it is first asked: for the thread of the answers, but `use`."""

    def __init__(self, opener: RemoteOpener | None) -> None:
        self._opener = opener
        self._model: LanguageModel | None = None

    def use(self, opener: RemoteOpener | None) -> None:
        """Once the model that is open is closed, ask the one that this opens."""
        self._opener = opener

    def model(self, watch: Watch) -> LanguageModel | None:
        if self._model is None and self._opener is not None:
            self._model = self._opener(watch)
        return self._model

    def close(self) -> None:
        model, self._model = self._model, None
        if model is not None:
            model.close()

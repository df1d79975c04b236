"""Questions about a draft: answered by the model of this machine on its own thread, by the server's on one for each page."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QDeadlineTimer, QObject, Signal, Slot

from afterword.assist.answer_thread import AnswerThread
from afterword.assist.answer_worker import AnswerWorker
from afterword.assist.host import ModelHost
from afterword.assist.timing import LEAVE_WITHIN_MS
from afterword.errors import Cancelled
from afterword.suggest.asking import Answer, Asked


class Where(Enum):
    """Who answers."""

    HERE = "here"
    THERE = "there"


class AnswerHost(QObject):
    """Those who answer the questions of all pages. Lives on the main thread.

    The model of this machine answers one page after the other. A server answers many at once: each page that asks it has a thread
    and a connection of its own.

    Args:
        host: of the model, on whose thread the model of this machine answers, and of the server.

    Attributes:
        here: asks the model of this machine.

    Signals:
        server_changed: another server answers from now on, or none.
    """

    server_changed = Signal()

    def __init__(self, host: ModelHost, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.host = host
        self._opener = host.server.opener
        self._threads: list[AnswerThread] = []
        self.here = AnswerWorker(lambda _: host.worker.model, _nothing)
        self.here.moveToThread(host.worker.thread())
        self.here.spoke.connect(self._heard_here)
        host.server.changed.connect(self._use_server)

    def begin(self) -> AnswerThread:
        """Another thread on which the server answers; once it has ended it is let go."""
        thread = AnswerThread(self.host.server, self._opener, self)
        thread.ended.connect(self._let_go)
        self._threads.append(thread)
        return thread

    def leave(self) -> None:
        """Ask the server's threads to end, and wait for nothing."""
        for thread in self._threads:
            thread.leave()

    def close(self, timeout_ms: int = LEAVE_WITHIN_MS) -> bool:
        """End the server's threads; False when one is still running after so long, all together."""
        deadline = QDeadlineTimer(timeout_ms)
        self.leave()
        ended = [thread.wait(deadline) for thread in self._threads]
        return all(ended)

    @Slot(int, str, object)
    def _heard_here(self, _: int, name: str, room: int | None) -> None:
        if room is not None:
            self.host.learn_room(name, room)

    @Slot()
    def _use_server(self) -> None:
        opener = self.host.server.opener
        if opener is not self._opener:
            self._opener = opener
            self.server_changed.emit()  # first, else a question that waits for the one before would go to the new one
            for thread in self._threads:
                thread.use(opener)

    @Slot()
    def _let_go(self) -> None:
        thread = self.sender()
        if isinstance(thread, AnswerThread):
            self._threads.remove(thread)
            thread.deleteLater()


class Asker(QObject):
    """What one page asks: one question at a time. Lives on the main thread; its thread for the server ends with it.

    Signals:
        answer_began: the model, which may have been busy with something else, is reading what was asked.
        answer_grew: an Answer, as it is by now.
        answer_ended: the answer ended, by the error that is given, or None; Cancelled where whoever gave it is there no more.
        answer_missing: there is no model that could answer.
    """

    answer_began = Signal()
    answer_grew = Signal(object)
    answer_ended = Signal(object)
    answer_missing = Signal()
    _wished_here = Signal(int, object)
    _wished_there = Signal(int, object)

    def __init__(self, answers: AnswerHost, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._answers = answers
        self._asker = answers.host.number()
        self._number = 0
        self._asked_at: Where | None = None
        self._workers: dict[Where, AnswerWorker] = {}
        self._wished_here.connect(answers.here.answer)
        self._listen(Where.HERE, answers.here)
        answers.host.load_began.connect(self._model_goes)
        answers.host.left.connect(self.stop)
        answers.server_changed.connect(self._server_goes)

    @Slot(object, object)
    def ask(self, asked: Asked, where: Where) -> None:
        """Have a question answered; the one before is not wanted any more."""
        self.stop()
        if where is Where.THERE and where not in self._workers:
            self._begin_there()
        self._workers[where].want(self._asker, self._number)
        self._asked_at = where
        (self._wished_here if where is Where.HERE else self._wished_there).emit(self._number, asked)

    @Slot()
    def stop(self) -> None:
        """What was asked is not wanted any more."""
        self._number = self._answers.host.number()
        self._asked_at = None
        for worker in self._workers.values():
            worker.want(self._asker, 0)

    def _begin_there(self) -> None:
        thread = self._answers.begin()
        self.destroyed.connect(thread.leave)
        self._wished_there.connect(thread.worker.answer)
        self._listen(Where.THERE, thread.worker)

    def _listen(self, where: Where, worker: AnswerWorker) -> None:
        self._workers[where] = worker
        worker.began.connect(self._began)
        worker.grew.connect(self._grew)
        worker.ended.connect(self._ended)
        worker.missing.connect(self._missing)

    @Slot()
    def _model_goes(self) -> None:
        self._give_up(Where.HERE)

    @Slot()
    def _server_goes(self) -> None:
        self._give_up(Where.THERE)

    def _give_up(self, where: Where) -> None:
        if self._asked_at is where:
            self.stop()
            self.answer_ended.emit(Cancelled())

    @Slot(int)
    def _began(self, number: int) -> None:
        if number == self._number:
            self.answer_began.emit()

    @Slot(int, object)
    def _grew(self, number: int, answer: Answer) -> None:
        if number == self._number:
            self.answer_grew.emit(answer)

    @Slot(int, object)
    def _ended(self, number: int, error: Exception | None) -> None:
        if number == self._number:
            self._asked_at = None
            self.answer_ended.emit(error)

    @Slot(int)
    def _missing(self, number: int) -> None:
        if number == self._number:
            self._asked_at = None
            self.answer_missing.emit()


def _nothing() -> None:
    """The model of this machine stays."""

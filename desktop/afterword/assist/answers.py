"""Questions about a draft: answered by the model of this machine on its own thread, by the server's on another."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import cast

from PySide6.QtCore import QObject, QThread, Signal, Slot

from afterword.assist.hearing import Hearing
from afterword.assist.host import ModelHost
from afterword.assist.timing import LEAVE_WITHIN_MS
from afterword.engine.protocol import Answers, LanguageModel
from afterword.errors import Cancelled
from afterword.suggest.asking import Answer, Asked, answers
from afterword.suggest.remote import RemoteOpener
from afterword.watch import Watch

_log = logging.getLogger(__name__)


class Where(Enum):
    """Who answers."""

    HERE = "here"
    THERE = "there"


class AnswerWorker(QObject):
    """Answers one question after the other, on the thread that it lives on.

    `want` is called directly from the main thread: a queued call would wait behind the answer that it should stop.

    Args:
        model: finds who answers, on that thread; None where there is nobody.
        forget: called there when that one failed, or is not needed any more.

    Signals:
        began: the number of a question which the model is reading from now on.
        spoke: the number of a question to which the model says something; and how many characters of a question it can read, by
            its name, where it was asked for more before, else None.
        grew: the number of a question, and its Answer so far.
        ended: the number of a question whose answer ended, and the error that ended it, or None.
        missing: the number of a question for which there is no model.
    """

    began = Signal(int)
    spoke = Signal(int, str, object)
    grew = Signal(int, object)
    ended = Signal(int, object)
    missing = Signal(int)

    def __init__(self, model: Callable[[Watch], LanguageModel | None], forget: Callable[[], None]) -> None:
        super().__init__()
        self._model = model
        self._forget = forget
        self._wanted: dict[int, int] = {}
        self._running = 0
        self._watch = Watch()

    def want(self, asker: int, number: int) -> None:
        """From now on only the question of this number is worth answering, of those that `asker` has."""
        self._wanted = {**self._wanted, asker: number}
        if not self.wants(self._running):
            self._watch.cancel()

    @Slot(int, object)
    def answer(self, number: int, asked: Asked) -> None:
        """Answer a question, unless it is not wanted any more."""
        self._running, self._watch = number, Watch()
        if not self.wants(number):  # read after the new watch is in place, so that no wish to stop is missed
            return
        try:
            model = self._model(self._watch)
            if model is None:
                self.missing.emit(number)
                return
            self.began.emit(number)
            hearing = Hearing(cast(Answers, model), partial(self.spoke.emit, number, model.name))
            for answer in answers(hearing, asked, lambda: not self.wants(number)):
                if not self.wants(number):
                    return
                self.grew.emit(number, answer)
        except Cancelled:
            return
        except Exception as error:
            _log.warning("a question was not answered", exc_info=True)
            self._forget()
            self.ended.emit(number, error)
            return
        self.ended.emit(number, None)

    @Slot()
    def forget(self) -> None:
        """Who answered is not needed any more."""
        self._forget()

    @Slot()
    def leave(self) -> None:
        """End the thread."""
        self._forget()
        QThread.currentThread().quit()

    def wants(self, number: int) -> bool:
        """Whether the question of this number is worth answering; on whatever thread."""
        return number in self._wanted.values()


class _Connection:
    """The server's model, opened when it is first asked: for the thread of the answers, but `use`."""

    def __init__(self) -> None:
        self._opener: RemoteOpener | None = None
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


class AnswerHost(QObject):
    """Those who answer the questions of all pages. Lives on the main thread.

    Args:
        host: of the model, on whose thread the model of this machine answers, and of the server.

    Signals:
        server_changed: another server answers from now on, or none.
    """

    server_changed = Signal()
    _leave_wished = Signal()
    _forget_wished = Signal()

    def __init__(self, host: ModelHost, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.host = host
        self._connection = _Connection()
        self._opener: RemoteOpener | None = None
        self._thread = QThread()
        self._thread.setObjectName("answers")
        here = AnswerWorker(lambda _: host.worker.model, _nothing)
        here.moveToThread(host.worker.thread())
        there = AnswerWorker(self._connection.model, self._connection.close)
        there.moveToThread(self._thread)
        self.workers = {Where.HERE: here, Where.THERE: there}
        self._leave_wished.connect(there.leave)
        self._forget_wished.connect(there.forget)
        here.spoke.connect(self._heard_here)
        there.spoke.connect(self._heard_there)
        there.ended.connect(self._ended_there)
        host.server.changed.connect(self._use_server)
        self._use_server()

    def begin(self, where: Where) -> AnswerWorker:
        """Who answers there, ready to."""
        if where is Where.THERE and not self._thread.isRunning():
            self._thread.start()
        return self.workers[where]

    def leave(self) -> None:
        """Ask the server's thread to end, and wait for nothing."""
        self._leave_wished.emit()

    def close(self, timeout_ms: int = LEAVE_WITHIN_MS) -> bool:
        """End the server's thread; whether it did in time."""
        self.leave()
        return not self._thread.isRunning() or self._thread.wait(timeout_ms)

    @Slot(int, str, object)
    def _heard_here(self, _: int, name: str, room: int | None) -> None:
        if room is not None:
            self.host.learn_room(name, room)

    @Slot(int, str, object)
    def _heard_there(self, number: int, _: str, room: int | None) -> None:
        if self.workers[Where.THERE].wants(number):  # else it may be of the server before
            self.host.server.reached(room)

    @Slot(int, object)
    def _ended_there(self, number: int, error: Exception | None) -> None:
        if error is not None and self.workers[Where.THERE].wants(number):
            self.host.server.missed(error)

    @Slot()
    def _use_server(self) -> None:
        opener = self.host.server.opener
        if opener is not self._opener:
            self._opener = opener
            self.server_changed.emit()  # first, else a question that waits for the one before would go to the new one
            self._connection.use(opener)
            self._forget_wished.emit()


class Asker(QObject):
    """What one page asks: one question at a time. Lives on the main thread.

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
        for where, wished in ((Where.HERE, self._wished_here), (Where.THERE, self._wished_there)):
            worker = answers.workers[where]
            wished.connect(worker.answer)
            worker.began.connect(self._began)
            worker.grew.connect(self._grew)
            worker.ended.connect(self._ended)
            worker.missing.connect(self._missing)
        answers.host.load_began.connect(self._model_goes)
        answers.host.left.connect(self.stop)
        answers.server_changed.connect(self._server_goes)

    @Slot(object, object)
    def ask(self, asked: Asked, where: Where) -> None:
        """Have a question answered; the one before is not wanted any more."""
        self.stop()
        worker = self._answers.begin(where)
        worker.want(self._asker, self._number)
        self._asked_at = where
        (self._wished_here if where is Where.HERE else self._wished_there).emit(self._number, asked)

    @Slot()
    def stop(self) -> None:
        """What was asked is not wanted any more."""
        self._number = self._answers.host.number()
        self._asked_at = None
        for worker in self._answers.workers.values():
            worker.want(self._asker, 0)

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

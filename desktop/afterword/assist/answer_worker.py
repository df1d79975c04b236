"""Answers questions about a draft, one after the other, on the thread that it lives on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import cast

from PySide6.QtCore import QObject, QThread, Signal, Slot

from afterword.assist.hearing import Hearing
from afterword.engine.protocol import Answers, LanguageModel
from afterword.errors import Cancelled
from afterword.suggest.asking import Asked, answers
from afterword.watch import Watch

_log = logging.getLogger(__name__)


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
        """From now on only the question of this number is worth answering, of those that `asker` has; none where it is 0."""
        of_others = {other: wanted for other, wanted in self._wanted.items() if other != asker}
        self._wanted = {**of_others, asker: number} if number else of_others
        if not self.wants(self._running):
            self._watch.cancel()

    def want_nothing(self) -> None:
        """No question is worth answering any more. Called directly, as `want` is."""
        self._wanted = {}
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

"""The server's model on a thread of its own: asked without waiting, left alone for a while after it failed."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from afterword.engine.protocol import LanguageModel, Request
from afterword.errors import Cancelled, ServerBusy, ServerError, ServerSilent
from afterword.niceness import stand_back
from afterword.suggest.rest import Rest
from afterword.suggest.suggester import Suggester
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.watch import Watch

_log = logging.getLogger(__name__)

SLOW_AFTER, SLOW_FOR = 5, 1.0
"""So many requests in a row that were given up before the first word came, after so many seconds of waiting together, and the
server is slower than the writer types."""

_STILL_OPEN = (ServerBusy, ServerSilent)  # after anything else it may be another server by now: it is looked at again

NICE = 15
"""How far its threads stand back on Linux, of 19: behind those of the local model, which answers at once."""

CLOSE_WITHIN = 2.0
"""Seconds for which `close` waits at most."""

RemoteOpener = Callable[[Watch], LanguageModel]
"""Opens the server's model; called on the thread of the `Remote`."""


class Reply:
    """What the server says to one request. Written on the thread of the `Remote`, read and cancelled on any.

    Attributes:
        request: as it was made.
        suggestion: so far.
        others: other suggestions, where those were asked for.
        error: why there is no more.
    """

    def __init__(self, request: Request, heard: Callable[[Reply], None], others: int = 0) -> None:
        self.request = request
        self.suggestion = Suggestion()
        self.others: list[Suggestion] = []
        self.error: BaseException | None = None
        self.others_wanted = others
        self._heard = heard
        self._cancelled = threading.Event()
        self._ended = threading.Event()

    def cancel(self) -> None:
        """It is wanted no more; what it costs the server ends within a moment."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        """Whether it is wanted no more."""
        return self._cancelled.is_set()

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing more comes, so long at most; whether that is so."""
        return self._ended.wait(seconds)

    def say(self, suggestion: Suggestion) -> None:
        """Have `suggestion` as the one so far."""
        self.suggestion = suggestion
        self._heard(self)

    def end(self, error: BaseException | None = None) -> None:
        """Nothing more comes."""
        if not self._ended.is_set():
            self.error = error
            self._ended.set()
            self._heard(self)


class Remote:
    """Asks the server's model, one request at a time; a new one takes the place of the one before.

    Nothing is opened and no thread begins before the first request that may be shared. No method but `close` waits.

    Args:
        opener: opens the model.
        told: called, on any thread, when there may be another `model` or `error`, or it became `slow` or is it no more.
        clock: seconds, rising.
    """

    def __init__(
        self, opener: RemoteOpener, told: Callable[[], None] = lambda: None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._opener = opener
        self._told = told
        self._clock = clock
        self._rest = Rest(clock)
        self._doubted = False  # whether it may be another server by now
        self._missed, self._waited = 0, 0.0  # requests in a row that were given up before a word came, and for how long they were
        self._wake = threading.Condition()
        self._waiting: deque[Reply] = deque()
        self._current: Reply | None = None
        self._leaving = False
        self._watch = Watch()
        self._thread: threading.Thread | None = None
        self._suggester: Suggester | None = None
        self.model: LanguageModel | None = None
        """The model, once it was opened; only its name and its capabilities are for other threads."""

    @property
    def error(self) -> BaseException | None:
        """Why the server is away; None while it is not."""
        return self._rest.error

    @property
    def slow(self) -> bool:
        """Whether it is slower than the writer types."""
        return self._missed >= SLOW_AFTER and self._waited >= SLOW_FOR

    @property
    def ended(self) -> bool:
        """Whether no thread of it runs."""
        return self._thread is None or not self._thread.is_alive()

    def begin(self, request: Request, heard: Callable[[Reply], None] = lambda _: None) -> Reply:
        """Ask for a suggestion; whatever was asked before is cancelled.

        Args:
            request: where it may not be shared, it ends at once, and nothing is opened or sent.
            heard: called on any thread when the reply has grown or ended.
        """
        return self._ask(Reply(request, heard))

    def alternatives(self, request: Request, n: int, heard: Callable[[Reply], None] = lambda _: None) -> Reply:
        """Ask for up to `n` other suggestions, `others` of the reply, once what was asked before has ended."""
        return self._ask(Reply(request, heard, n))

    def begin_rest(self, error: BaseException) -> None:
        """It is known to be away: it is left alone as if it had failed here, and looked at again."""
        self._rest.begin(error)
        self._doubted = True

    def end_rest(self) -> None:
        """It is known to work: where it was left alone for a while, that is over."""
        self._rest.end()

    def leave(self) -> None:
        """Give up all that was asked, let the model go and end the thread; wait for nothing."""
        with self._wake:
            self._leaving = True
            self._give_up()
            self._watch.cancel()
            self._wake.notify()

    def close(self, seconds: float = CLOSE_WITHIN) -> bool:
        """Leave, and wait for the end of the thread, so long at most; whether it has ended."""
        self.leave()
        if self._thread is not None:
            self._thread.join(max(0.0, seconds))
        return self.ended

    # ----------------------------------------------------------------------------------------------------------------

    def _ask(self, reply: Reply) -> Reply:
        with self._wake:
            if not reply.others_wanted:
                self._give_up()
            if reply.request.shared and not self._leaving and self._rest.over:
                self._waiting.append(reply)
                self._wake.notify()
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="server", daemon=True)
                    self._thread.start()
                return reply
        reply.end(self._rest.error if reply.request.shared else None)
        return reply

    def _give_up(self) -> None:
        for reply in (*self._waiting, *([self._current] if self._current else [])):
            reply.cancel()

    def _next(self) -> Reply | None:
        with self._wake:
            self._current = None
            self._wake.wait_for(lambda: self._waiting or self._leaving)
            self._current = self._waiting.popleft() if self._waiting else None
            return self._current

    def _run(self) -> None:
        stand_back(NICE)
        try:
            while (reply := self._next()) is not None:
                self._serve(reply)
                reply.end()
        finally:
            self._let_go()

    def _serve(self, reply: Reply) -> None:
        if reply.cancelled() or not self._rest.over:
            reply.end(None if reply.cancelled() else self._rest.error)
            return
        try:
            suggester = self._opened()
            if reply.cancelled():  # while it was opened
                return
            if reply.others_wanted:
                reply.others = suggester.alternatives(reply.request, reply.others_wanted, reply.cancelled)
            else:
                self._stream(suggester, reply)
        except Cancelled:
            return
        except Exception as error:
            # The words of one of ours hold nothing of a draft; those of a library may.
            _log.warning("the server failed: %s", error if isinstance(error, ServerError) else type(error).__name__)
            self._rest.begin(error)
            if not isinstance(error, _STILL_OPEN):
                self._let_go()
            self._told()
            reply.end(error)

    def _stream(self, suggester: Suggester, reply: Reply) -> None:
        began, said = self._clock(), False
        for suggestion in suggester.suggest(reply.request, reply.cancelled):
            if reply.cancelled():
                break
            if suggestion.why_it_ended is not Ended.STOPPED:
                said = True
                self._works()
            reply.say(suggestion)
        if not said:
            self._missed, self._waited = self._missed + 1, self._waited + self._clock() - began
            if self.slow:
                self._told()

    def _works(self) -> None:
        was_away, was_slow = self._rest.error is not None, self.slow
        self._rest.end()
        self._missed, self._waited = 0, 0.0
        if was_away or was_slow:
            self._told()

    def _opened(self) -> Suggester:
        if self._doubted:
            self._doubted = False
            self._let_go()
        if self._suggester is None:
            self.model = self._opener(self._watch)
            self._suggester = Suggester(self.model)
            self._told()
        return self._suggester

    def _let_go(self) -> None:
        self._suggester = None
        if self.model is not None:
            self.model.close()
            self.model = None

"""One of many simulated writers at a server: what the page and the controller do, without Qt, over the window's own client.

What the page does with suggestions is done here by the same rules (editor/offer.py, editor/offering.py, assist/controller.py): a
key that a suggestion foretold asks for nothing, any other asks anew and voids what was asked before, and nothing is on the page
before it is due. This writer takes nothing and is never left in peace, which asks the most of a server.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator

from afterword.assist.rhythm import Rhythm
from afterword.assist.types import Place
from afterword.bench.server_numbers import Wish
from afterword.editor.offer import Fit, Offer
from afterword.engine.protocol import LanguageModel, Piece, Request, never
from afterword.engine.sampling import Sampling
from afterword.errors import ServerError
from afterword.suggest.remote import Remote, RemoteOpener, Reply
from afterword.text.context import Context
from afterword.watch import Watch

_FITS = (Fit.SHOWS, Fit.WAITS)


class Writer:
    """Types on a page of its own. To be left, and then joined.

    Args:
        opener: opens the server's model, on a thread of its own.
        text: what stands on the page.
        sampling: for every request.
        pace: of `timing.SHOW_AFTER`.
        clock: seconds, rising.
    """

    def __init__(self, opener: RemoteOpener, text: str, sampling: Sampling, pace: str, clock: Callable[[], float]) -> None:
        self._text = text
        self._sampling = sampling
        self._clock = clock
        self._rhythm = Rhythm(clock)
        self._rhythm.set_pace(pace)
        self._lock = threading.RLock()
        self._remote = Remote(lambda watch: self._counted(opener, watch))
        self._wished: dict[int, Wish] = {}
        self._number = 0
        self._asked: Wish | None = None
        self._reply: Reply | None = None
        self._due = 0.0
        self._offer: Offer | None = None
        self.asked: list[Wish] = []
        self.keys = self.through = 0
        self.failed: BaseException | None = None
        self._last_error: BaseException | None = None

    @property
    def text(self) -> str:
        """What stands on the page."""
        return self._text

    @property
    def settled(self) -> bool:
        """Whether all has been said that was asked for."""
        with self._lock:
            return self._asked is None or self._asked.ended_at is not None

    def key(self, typed: str) -> None:
        """Type a character, or with "" take one back."""
        with self._lock:
            now = self._clock()
            self.keys += 1
            self._rhythm.key()
            self._text = self._text + typed if typed else self._text[:-1]
            self._look(now)
            if typed and self._offer is not None and self._offer.write(typed) in _FITS:
                self.through += 1
            else:
                self._ask(now, self._rhythm.delay)

    def ask(self) -> None:
        """Ask for words here, as when the page is opened."""
        with self._lock:
            self._ask(self._clock(), 0.0)

    def forget(self) -> None:
        """Count from now on."""
        with self._lock:
            self.asked.clear()
            self.keys = self.through = 0

    def leave(self) -> None:
        """Nothing more is wanted; waits for nothing."""
        with self._lock:
            self._void(self._clock())
        self._remote.leave()

    def join(self, seconds: float) -> bool:
        """Whether the thread ended within so many seconds, once it was told to leave."""
        return self._remote.close(seconds)

    # --- the page, under the lock -----------------------------------------------------------------------------------

    def _ask(self, now: float, delay: float) -> None:
        self._void(now)
        self._number += 1
        self._due = now + delay
        context = Context.around(self._text, len(self._text))
        asked = self._asked = self._wished[self._number] = Wish(now, len(context.before))
        self.asked.append(asked)
        request = Request(self._number, context, self._sampling, shared=True)
        reply = self._remote.begin(request, self._heard)
        if self._asked is asked:
            self._reply = reply

    def _void(self, now: float) -> None:
        if self._asked is not None and self._asked.ended_at is None:
            self._asked.voided_at = now
        self._asked = self._reply = self._offer = None

    def _look(self, now: float) -> None:
        """See what is on the page."""
        if self._asked is None or self._reply is None or self._offer is not None or now < self._due:
            return
        if self._reply.suggestion:
            self._asked.shown = True
            self._offer = Offer(Place(self._number, 0), self._reply.suggestion)

    # --- on the thread of the server --------------------------------------------------------------------------------

    def _counted(self, opener: RemoteOpener, watch: Watch) -> LanguageModel:
        return Counted(opener(watch), lambda request: self._wished[request.id], self._clock)

    def _heard(self, reply: Reply) -> None:
        """The server said more, or nothing more comes."""
        with self._lock:
            now, asked = self._clock(), self._wished[reply.request.id]
            if reply.ended:
                asked.ended_at = now
                asked.remembered = not asked.sent and asked.voided_at is None and reply.error is None
                self._note(asked, reply.error)
                del self._wished[reply.request.id]
            if self._asked is not asked or self._offer is None:
                return
            if self._offer.grow(reply.suggestion) not in _FITS and self._offer.written:
                self._ask(now, self._rhythm.delay)  # the writer typed ahead: to its very end, or somewhere else

    def _note(self, asked: Wish, error: BaseException | None) -> None:
        """Note what went wrong, once: while the server is left alone, each request ends with the error that was the reason."""
        if error is not None and error is not self._last_error:
            self._last_error = error
            if isinstance(error, ServerError):
                asked.error = error
            else:
                self.failed = error


class Counted:
    """A model that tells when pieces came.

    Args:
        model: which is asked; closed with this one.
        where: of each request, where it is told.
        clock: seconds, rising.
    """

    def __init__(self, model: LanguageModel, where: Callable[[Request], Wish], clock: Callable[[], float]) -> None:
        self._model = model
        self._where = where
        self._clock = clock
        self.name = model.name
        self.capabilities = model.capabilities
        self.warm, self.candidates, self.score = model.warm, model.candidates, model.score
        self.seen, self.likeliest, self.close = model.seen, model.likeliest, model.close

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:
        """As the model's."""
        asked = self._where(request)
        asked.sent = not stopped()  # else it was voided before it left
        answer = self._model.complete(request, stopped)
        try:
            for piece in answer:
                asked.pieces += 1
                if asked.first_at is None:
                    asked.first_at = self._clock()
                yield piece
        finally:
            if isinstance(answer, Generator):
                answer.close()

"""The server that all pages share: which one it is, what it says, and whether it is away."""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from afterword.assist.types import ServerState
from afterword.engine.protocol import Request
from afterword.errors import ServerRefused
from afterword.suggest.memory import Memory
from afterword.suggest.remote import Remote, RemoteOpener, Reply
from afterword.suggest.rest import OUT_OF_REACH


class ServerHost(QObject):
    """Owns the server's thread. Lives on the main thread, and never waits for it but in `close`.

    Attributes:
        memory: what was suggested with the server's help.

    Signals:
        suggestion_grew: the id of a request and the server's Suggestion so far.
        unanswered: the id of a request to which nothing more comes: the server is away, or was asked something else.
        alternatives_made: the id of a request and a list of other Suggestions for it.
        changed: there is another `state`.
    """

    suggestion_grew = Signal(int, object)
    unanswered = Signal(int)
    alternatives_made = Signal(int, object)
    changed = Signal()
    _told = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.memory = Memory()
        self._remote: Remote | None = None
        self._opener: RemoteOpener | None = None
        self._retired: list[Remote] = []
        self._state: ServerState | None = None
        self._told.connect(self._look)

    @property
    def state(self) -> ServerState | None:
        """What is known of the server; None where none is used."""
        return self._state

    @property
    def opener(self) -> RemoteOpener | None:
        """Opens another connection to the server that is used; None where none is."""
        return self._opener

    def use(self, opener: RemoteOpener | None, url: str = "") -> None:
        """From now on ask this server, or none; what was asked of the one before is cancelled."""
        self.memory = Memory()
        self._opener = opener
        if self._remote is not None:
            self._remote.leave()
            self._retired = [remote for remote in self._remotes() if not remote.ended]
        self._remote = None if opener is None else Remote(opener, self._told.emit)
        self._state = None if opener is None else ServerState(url)
        self.changed.emit()

    def begin(self, request: Request) -> Reply | None:
        """Ask for a suggestion; None where there is no server, or the request may not be shared."""
        return self._remote.begin(request, self._hear) if self._remote is not None and request.shared else None

    def alternatives(self, request: Request) -> Reply | None:
        """Ask for other suggestions; None where there is no server, or the request may not be shared."""
        if self._remote is None or not request.shared:
            return None
        return self._remote.alternatives(request, request.sampling.candidates - 1, self._hear)

    @Slot()
    def try_again(self) -> None:
        """It is known to suggest: where it failed and was left alone for a while, that is over."""
        if self._remote is not None:
            self._remote.end_rest()
            self._look()

    def reached(self, room: int | None = None) -> None:
        """It answers a question: where it was out of reach, that is over. What else was wrong may still be.

        Args:
            room: how many characters of a question it can read, where that is known by now.
        """
        if self._remote is not None and isinstance(self._remote.error, OUT_OF_REACH):
            self.try_again()
        if self._state is not None and room is not None:
            self._show(replace(self._state, room=room))

    def missed(self, error: BaseException) -> None:
        """It does not answer a question. Where it is out of reach it is left alone as if it had been asked for a suggestion.

        Not where it refuses: it may do so for what was asked.
        """
        if self._remote is not None and isinstance(error, OUT_OF_REACH) and not isinstance(error, ServerRefused):
            self._remote.begin_rest(error)
            self._look()

    def leave(self) -> None:
        """Ask the threads to end, and wait for nothing."""
        for remote in self._remotes():
            remote.leave()

    def close(self, seconds: float) -> bool:
        """End the threads; False when one is still running after so long, all together."""
        self.leave()
        until = time.monotonic() + seconds
        ended = [remote.close(until - time.monotonic()) for remote in self._remotes()]
        return all(ended)

    def _remotes(self) -> list[Remote]:
        return [*self._retired, *([self._remote] if self._remote is not None else [])]

    def _hear(self, reply: Reply) -> None:
        """On whatever thread."""
        number = reply.request.id
        if reply.others_wanted:
            if reply.ended and reply.error is None and not reply.cancelled():
                self.alternatives_made.emit(number, reply.others)
        elif not reply.ended:
            self.suggestion_grew.emit(number, reply.suggestion)
        elif reply.error is not None or reply.suggestion.why_it_ended is None:
            self.unanswered.emit(number)

    @Slot()
    def _look(self) -> None:
        """See what has become of the server."""
        if self._remote is None or self._state is None:
            return
        state, model = self._state, self._remote.model
        if model is not None:
            able = model.capabilities
            if state.model not in ("", model.name):
                state = replace(state, room=None)
            state = replace(state, model=model.name, ignores=able.ignores, answers="answer" not in able.absent)
        self._show(replace(state, error=self._remote.error, slow=self._remote.slow))

    def _show(self, state: ServerState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit()

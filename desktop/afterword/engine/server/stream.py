"""What a server says to one request, as its owner reads it."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from afterword.engine.protocol import never

_POLL_S = 0.02  # between two looks at whether the owner was stopped


class Stream:
    """What a server says to one request, event by event. To be closed."""

    def __init__(self) -> None:
        self._said: queue.SimpleQueue[dict[str, Any] | BaseException | None] = queue.SimpleQueue()
        self._future: Future[None] | None = None
        self._over = False
        self.opened = False
        """Whether the server said that events come."""
        self.begun = False
        """Whether an event was handed on; from then on nothing is asked again."""

    def next(self, stopped: Callable[[], bool] = never) -> dict[str, Any] | None:
        """The next event; None at the end, or as soon as `stopped` answers True.

        Raises:
            ServerError: what went wrong.
        """
        while not self._over:
            if stopped():
                self.close()
                return None
            with suppress(queue.Empty):
                said = self._said.get(timeout=_POLL_S)
                if isinstance(said, BaseException):
                    self._over = True
                    raise said
                self._over = said is None
                return said
        return None

    def close(self) -> None:
        """Close the stream, unless the server has said all that it wants to."""
        if not self._over and self._future is not None:
            self._future.cancel()
        self._over = True

    def started(self, future: Future[None]) -> None:
        """The task that fills it."""
        self._future = future

    def say(self, said: dict[str, Any] | BaseException | None) -> None:
        """Hand on an event, an error, or the end."""
        self.begun = True
        self._said.put(said)

"""For how long a server that failed is left alone, by what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from afterword.errors import (
    KeyUnread,
    ServerAddressInvalid,
    ServerRedirects,
    ServerRefused,
    ServerUnencrypted,
    ServerUntrusted,
)

REST_FIRST, REST_MOST = 1.0, 60.0
"""Seconds for which nothing is sent after the first failure, and at most: twice as long after each."""

LASTING = (ServerAddressInvalid, ServerUnencrypted)
"""What trying again cannot mend: it needs another address."""

RESTS: Mapping[type[BaseException], float] = {
    ServerRefused: REST_MOST,
    ServerUntrusted: REST_MOST,
    ServerRedirects: REST_MOST,
    KeyUnread: 600.0,
}
"""Seconds after what seldom mends itself soon: a network of a hotel that wants to be signed in to, a clock that is wrong, a key
that is not valid yet. The keyring may ask the person at the machine to open it, so it is left alone for longer."""


class Rest:
    """For how long a server that failed is left alone.

    Args:
        clock: seconds, rising.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._length, self._until = 0.0, 0.0
        self.error: BaseException | None = None

    @property
    def over(self) -> bool:
        """Whether it may be asked."""
        return self.error is None or self._clock() >= self._until

    def begin(self, error: BaseException) -> None:
        """It failed."""
        self._length = RESTS.get(type(error), min(max(2 * self._length, REST_FIRST), REST_MOST))
        self._until = float("inf") if isinstance(error, LASTING) else self._clock() + self._length
        self.error = error

    def end(self) -> None:
        """It answered."""
        self._length, self.error = 0.0, None

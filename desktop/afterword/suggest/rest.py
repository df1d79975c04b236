"""For how long a server that failed is left alone, by what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from afterword.errors import (
    KeyUnread,
    ServerAddressInvalid,
    ServerCannot,
    ServerModelMissing,
    ServerNoModels,
    ServerOtherScheme,
    ServerRedirects,
    ServerRefused,
    ServerUnencrypted,
    ServerUnreachable,
    ServerUntrusted,
)

REST_FIRST, REST_MOST = 1.0, 60.0
"""Seconds for which nothing is sent after the first failure, and at most: twice as long after each."""

LASTING = (ServerAddressInvalid, ServerUnencrypted, ServerOtherScheme, ServerNoModels)
"""What waiting does not mend, as far as anybody can tell: it needs another address."""

RESTS: Mapping[type[BaseException], float] = {
    ServerRefused: REST_MOST,
    ServerUntrusted: REST_MOST,
    ServerRedirects: REST_MOST,
    ServerOtherScheme: REST_MOST,
    ServerNoModels: REST_MOST,
    KeyUnread: 600.0,
}
"""Seconds after what seldom mends itself soon: a network of a hotel that wants to be signed in to and has a page for every
address, a clock that is wrong, a key that is not valid yet. The keyring may ask the person at the machine to open it, so it is
left alone for longer. What lasts and is not among these is never tried again."""

FOR_THE_WRITER: tuple[type[BaseException], ...] = (*LASTING, *RESTS, ServerCannot, ServerModelMissing)
"""What seldom ends before the writer does something about it."""

OUT_OF_REACH: tuple[type[BaseException], ...] = (ServerUnreachable, *RESTS)
"""What keeps a server from answering anything, and not from suggesting alone: over, once it answers a question."""


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
        for_good = isinstance(error, LASTING) and type(error) not in RESTS
        self._until = float("inf") if for_good else self._clock() + self._length
        self.error = error

    def end(self) -> None:
        """It answered."""
        self._length, self.error = 0.0, None

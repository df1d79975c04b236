"""When a suggestion is due: by the pace that was chosen, the writer's own rhythm, and how the last ones were received. No Qt."""

from __future__ import annotations

from collections.abc import Callable

from afterword.assist import timing


class Rhythm:
    """Listens to the writer.

    Args:
        clock: seconds, rising.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._pace = timing.SHOW_AFTER["balanced"]
        self._interval = timing.USUAL_INTERVAL
        self._last_key: float | None = None
        self._ignored = 0
        self._resting_until = 0.0

    def set_pace(self, pace: str) -> None:
        """A pace of `timing.SHOW_AFTER`."""
        self._pace = timing.SHOW_AFTER[pace]

    def key(self) -> None:
        """The writer pressed a key that changed the text."""
        now = self._clock()
        if self._last_key is not None and now - self._last_key < timing.PAUSE_FROM:
            self._interval += (now - self._last_key - self._interval) / timing.RHYTHM_KEYS
        self._last_key = now

    def taken(self) -> None:
        """Something of a suggestion was taken, or all of it typed."""
        self._ignored = 0

    def ignored(self) -> None:
        """A suggestion was seen, and the writer went on without it."""
        self._ignored += 1
        if self._ignored >= timing.REST_FROM:
            self._resting_until = self._clock() + timing.REST_FOR
            self._ignored = timing.WAIT_LONGER_FROM

    def wake(self) -> None:
        """The writer asked for a suggestion, or switched them on: no rest any more."""
        self._resting_until, self._ignored = 0.0, 0

    @property
    def rest(self) -> float:
        """For how many seconds from now there are to be no suggestions."""
        return max(0.0, self._resting_until - self._clock())

    @property
    def delay(self) -> float:
        """How many seconds after the keystroke a suggestion is due."""
        own = min(max(self._interval / timing.USUAL_INTERVAL, timing.FASTEST), timing.SLOWEST)
        delay = self._pace * own
        if self._ignored >= timing.WAIT_LONGER_FROM:
            delay = max(delay * timing.WAIT_LONGER, timing.WAIT_AT_LEAST)
        return delay

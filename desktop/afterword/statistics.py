"""What became of suggestions, counted by day: numbers only, and never a word of a draft."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

KEPT_DAYS = 400
"""So many days are kept apart, so that a month can be compared with that of a year ago; earlier ones are one sum."""

_MOST = 10**9  # a number beyond it was never counted: the file is damaged


@dataclass(frozen=True)
class Counts:
    """What was counted in some time.

    Attributes:
        shown: suggestions that were on the page.
        taken: those of which something was accepted.
        typed: those that the writer typed, all of them, with nothing accepted.
        ignored: those that were there for long enough to be seen, with neither; what is left of `shown` was gone before.
        characters: accepted; code points, each taken for one key.
        keys: that accepted them.
    """

    shown: int = 0
    taken: int = 0
    typed: int = 0
    ignored: int = 0
    characters: int = 0
    keys: int = 0

    @property
    def saved(self) -> int:
        """Keystrokes saved. Keys that asked for a suggestion or went to another one are not counted."""
        return self.characters - self.keys

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Counts)))


class Statistics:
    """Counts by the local day.

    Args:
        today: the date that it is now, where the writer is.
    """

    def __init__(self, today: Callable[[], date] = date.today) -> None:
        self._today = today
        self._days: dict[date, Counts] = {}
        self._older = Counts()
        self._since: date | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was counted."""
        return not self._days and self._older == Counts()

    @property
    def since(self) -> date | None:
        """The first day on which something was counted; None where none is known."""
        return self._since

    def add(self, counts: Counts) -> None:
        """Something happened today."""
        self._put(self._today(), counts)

    def add_all(self, other: Statistics) -> None:
        """What `other` counted is counted here too, on its days."""
        self._older += other._older
        self._begin(other._since)
        for day, counts in other._days.items():
            self._put(day, counts)

    def last(self, days: int) -> list[tuple[date, Counts]]:
        """The last `days` days, the earliest first and today the last one; also those on which nothing was counted."""
        today = self._today()
        wanted = [today - timedelta(back) for back in reversed(range(days))]
        return [(day, self._days.get(day, Counts())) for day in wanted]

    def total(self) -> Counts:
        """Everything that was ever counted."""
        return sum(self._days.values(), self._older)

    def to_json(self) -> bytes:
        """All of it, as `from_json` reads it: UTF-8."""
        return json.dumps(
            {
                "since": self._since and self._since.isoformat(),
                "older": vars(self._older),
                "days": {day.isoformat(): vars(self._days[day]) for day in sorted(self._days)},
            }
        ).encode()

    @classmethod
    def from_json(cls, data: bytes, today: Callable[[], date] = date.today) -> Statistics:
        """What `to_json` wrote; a part that makes no sense is left out.

        Raises:
            ValueError: nothing of it makes sense.
        """
        try:
            read = json.loads(data)
        except RecursionError as error:
            raise ValueError("brackets in brackets") from error
        if not isinstance(read, dict):
            raise ValueError("not an object")
        statistics = cls(today)
        statistics._older = _counts(read.get("older")) or Counts()
        statistics._begin(_date(read.get("since")))
        days = read.get("days")
        for name, numbers in days.items() if isinstance(days, dict) else ():
            day, counts = _date(name), _counts(numbers)
            if day and counts:
                statistics._put(day, counts)
        return statistics

    def _put(self, day: date, counts: Counts) -> None:
        self._days[day] = self._days.get(day, Counts()) + counts
        self._begin(day)
        while len(self._days) > KEPT_DAYS:
            self._older += self._days.pop(min(self._days))

    def _begin(self, day: date | None) -> None:
        self._since = min((one for one in (self._since, day) if one), default=None)


def _date(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _counts(numbers: Any) -> Counts | None:
    """Counts that can have been counted, else None."""
    if not isinstance(numbers, Mapping):
        return None
    known = [numbers.get(field.name, 0) for field in fields(Counts)]
    if not all(type(number) is int and 0 <= number <= _MOST for number in known):
        return None
    counts = Counts(*known)
    return counts if counts.saved >= 0 else None  # a key takes a character at least

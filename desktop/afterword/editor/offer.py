"""The suggestion that is being offered, and how much of it already stands in the document. No Qt in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from afterword.assist.types import Place
from afterword.suggest.suggestion import Ended, Suggestion

AHEAD_LIMIT = 24  # characters that the writer may type beyond what has arrived before another suggestion is asked for


class Fit(Enum):
    """How an offer stands to what the writer has written since."""

    SHOWS = "shows"  # it says how the text goes on
    WAITS = "waits"  # the writer is as far as it goes, or further, and more of it may come
    USED_UP = "used up"  # all of it stands in the document
    DEPARTS = "departs"  # the writer wrote something else


class Offer:
    """One suggestion from its first arrival until it is used up or void.

    Args:
        place: where it was asked for.
        suggestion: the whole suggestion, as far as it has arrived.
        long: whether it is there to be read as it comes, and not to be typed on from.
    """

    def __init__(self, place: Place, suggestion: Suggestion, long: bool = False) -> None:
        self.place = place
        self.long = long
        self._choices = [suggestion]
        self._at = 0
        self._turned = False
        self._step = 0  # how far the writer wants to be among others that are still being made
        self._written = ""
        self._accepted = False
        self._seen = False
        self._seen_since: float | None = None

    @property
    def suggestion(self) -> Suggestion:
        """The whole suggestion, counted from `place`."""
        return self._choices[self._at]

    @property
    def choice(self) -> tuple[int, int]:
        """Which one it is of how many that fit what was written, counted from 1."""
        fitting = self._fitting()
        return (fitting.index(self._at) + 1 if self._at in fitting else 0), len(fitting)

    @property
    def turned(self) -> bool:
        """Whether the writer has gone from one to another."""
        return self._turned

    @property
    def written(self) -> str:
        """What has been written since `place`, typed or accepted."""
        return self._written

    @property
    def remaining(self) -> Suggestion:
        """What of it does not stand in the document yet; nothing unless it fits."""
        return self.suggestion.type_through(self._written) or Suggestion()

    @property
    def fit(self) -> Fit:
        """How it stands to what was written."""
        text = self.suggestion.text
        if text.startswith(self._written) and len(text) > len(self._written):
            return Fit.SHOWS
        if not self._written.startswith(text):
            return Fit.DEPARTS
        if self.suggestion.why_it_ended is None:
            return Fit.WAITS if len(self._written) - len(text) <= AHEAD_LIMIT else Fit.DEPARTS
        return Fit.USED_UP if self._written == text else Fit.DEPARTS

    @property
    def ignored(self) -> bool:
        """Whether it was seen, and neither was any of it accepted nor all of it typed."""
        return self._seen and not self._accepted and not self.typed

    @property
    def typed(self) -> bool:
        """Whether all of it was typed."""
        return self._seen and not self._accepted and self._written.startswith(self.suggestion.text)

    def grow(self, suggestion: Suggestion) -> Fit:
        """More of what came first arrived, given whole; too late, where that was stopped."""
        if self._choices[0].why_it_ended is not Ended.STOPPED:
            self._choices[0] = suggestion
        return self.fit

    def stop(self) -> None:
        """No more of it will come."""
        if self.suggestion.why_it_ended is None:
            self._choices[self._at] = replace(self.suggestion, why_it_ended=Ended.STOPPED)

    def add(self, others: Sequence[Suggestion]) -> bool:
        """There are others to choose from, in place of those there were; whether one that the writer waited for is offered."""
        if not self._at:
            self._choices[1:] = others
        step, self._step = self._step, 0
        return bool(step) and self._go(step)

    def turn(self, step: int) -> bool:
        """Offer the one that is `step` further on, around and around; False where no other fits what was written.

        Then it is offered when there are others.
        """
        if self._go(step):
            return True
        self._step = step
        return False

    def _go(self, step: int) -> bool:
        fitting = self._fitting()
        if self._at not in fitting or len(fitting) < 2:
            return False
        self._at = fitting[(fitting.index(self._at) + step) % len(fitting)]
        self._turned = True
        return True

    def write(self, text: str) -> Fit:
        """The writer typed `text`; where another of the choices says so, that one is offered."""
        self._written += text
        if self.fit is Fit.DEPARTS and (fitting := self._fitting()):
            self._at = fitting[0]
        return self.fit

    def accept(self, text: str) -> Fit:
        """`text`, the beginning of what remains, was put into the document for the writer."""
        self._accepted = True
        return self.write(text)

    def show(self, now: float) -> bool:
        """It is on the page at the time `now` (seconds); whether for the first time."""
        first, self._seen = not self._seen, True
        if self._seen_since is None:
            self._seen_since = now
        return first

    def hide(self) -> None:
        """Nothing of it is on the page any more: when it comes back, it comes as a surprise again."""
        self._seen_since = None

    def _fitting(self) -> list[int]:
        written = self._written
        return [at for at, one in enumerate(self._choices) if one.text.startswith(written) and len(one.text) > len(written)]

    def seen_for(self, now: float) -> float:
        """For how many seconds it has been on the page without a break."""
        return 0.0 if self._seen_since is None else now - self._seen_since

"""The suggestion that is being offered, and how much of it already stands in the document. No Qt in here."""

from __future__ import annotations

from enum import Enum

from afterword.assist.types import Place
from afterword.suggest.suggestion import Suggestion

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
    """

    def __init__(self, place: Place, suggestion: Suggestion) -> None:
        self.place = place
        self._suggestion = suggestion
        self._written = ""
        self._accepted = False
        self._seen = False
        self._seen_since: float | None = None

    @property
    def suggestion(self) -> Suggestion:
        """The whole suggestion, counted from `place`."""
        return self._suggestion

    @property
    def written(self) -> str:
        """What has been written since `place`, typed or accepted."""
        return self._written

    @property
    def remaining(self) -> Suggestion:
        """What of it does not stand in the document yet; nothing unless it fits."""
        return self._suggestion.type_through(self._written) or Suggestion()

    @property
    def fit(self) -> Fit:
        """How it stands to what was written."""
        text = self._suggestion.text
        if text.startswith(self._written) and len(text) > len(self._written):
            return Fit.SHOWS
        if not self._written.startswith(text):
            return Fit.DEPARTS
        if self._suggestion.why_it_ended is None:
            return Fit.WAITS if len(self._written) - len(text) <= AHEAD_LIMIT else Fit.DEPARTS
        return Fit.USED_UP if self._written == text else Fit.DEPARTS

    @property
    def ignored(self) -> bool:
        """Whether it was seen, and neither was any of it accepted nor all of it typed."""
        return self._seen and not self._accepted and not self._written.startswith(self._suggestion.text)

    def grow(self, suggestion: Suggestion) -> Fit:
        """More of it arrived, given whole."""
        self._suggestion = suggestion
        return self.fit

    def write(self, text: str) -> Fit:
        """The writer typed `text`."""
        self._written += text
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

    def seen_for(self, now: float) -> float:
        """For how many seconds it has been on the page without a break."""
        return 0.0 if self._seen_since is None else now - self._seen_since

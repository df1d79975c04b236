"""How many words the document has, without counting it all at every key. No Qt in here."""

from __future__ import annotations

import time
from collections.abc import Callable

from afterword.text.boundaries import count_words


class WordCounts:
    """Words by paragraph. A paragraph that changed is counted again when somebody asks."""

    def __init__(self) -> None:
        self._counts: list[int | None] = [None]

    def changed(self, first: int, last: int, paragraphs: int) -> None:
        """Paragraphs `first` to `last` are new or changed; the document now has `paragraphs` of them."""
        gone = last + 1 - (paragraphs - len(self._counts))
        self._counts[first : max(first, gone)] = [None] * (last + 1 - first)

    def count(self, text_of: Callable[[int], str], seconds: float | None = None) -> bool:
        """Count what changed.

        Args:
            text_of: the text of the paragraph with that number.
            seconds: stop after about as long as this.

        Returns:
            Whether everything is counted.
        """
        until = None if seconds is None else time.perf_counter() + seconds
        number = 0
        while True:
            try:
                number = self._counts.index(None, number)
            except ValueError:
                return True
            if until is not None and time.perf_counter() > until:
                return False
            self._counts[number] = count_words(text_of(number))

    @property
    def total(self) -> int:
        """Words in all paragraphs that have been counted."""
        return sum(count for count in self._counts if count is not None)

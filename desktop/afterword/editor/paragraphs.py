"""Something that is worked out of each paragraph, and worked out again only where the text changed. No Qt in here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Value = TypeVar("Value")


class ByParagraph(Generic[Value]):
    """A value for each paragraph of a document. What changed is worked out when somebody asks."""

    def __init__(self) -> None:
        self._values: list[Value | None] = [None]
        self._known = bytearray(1)  # 1 for each value that is; found in no time, where values are compared by their fields

    def changed(self, first: int, last: int, paragraphs: int) -> None:
        """Paragraphs `first` to `last` are new or changed; the document now has `paragraphs` of them."""
        gone = last + 1 - (paragraphs - len(self._values))
        self._values[first : max(first, gone)] = [None] * (last + 1 - first)
        self._known[first : max(first, gone)] = bytes(last + 1 - first)

    def work_out(self, value_of: Callable[[int], Value], seconds: float | None = None) -> bool:
        """Work out what changed.

        Args:
            value_of: the value of the paragraph with that number.
            seconds: stop after about as long as this, but not before one paragraph is worked out.

        Returns:
            Whether everything is worked out.
        """
        until = None if seconds is None else time.perf_counter() + seconds
        number = 0
        while (number := self._known.find(0, number)) >= 0:
            self._values[number] = value_of(number)
            self._known[number] = 1
            if until is not None and time.perf_counter() >= until:
                break
        return 0 not in self._known

    def known(self) -> Iterator[Value]:
        """The values that have been worked out, from the first paragraph on."""
        return (value for value in self._values if value is not None)

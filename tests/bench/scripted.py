"""A suggester that says what it is told to and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from afterword.engine.protocol import Piece, Request, never
from afterword.suggest.suggestion import Ended, Suggestion


class ScriptedSuggester:
    """Answers by the text before the cursor.

    Args:
        says: what it suggests, from what stands before the cursor; a mapping says nothing where it has no entry.
        others: what can be cycled to.
    """

    def __init__(self, says: Callable[[str], str] | Mapping[str, str], others: Mapping[str, Sequence[str]] | None = None) -> None:
        self._says = says if callable(says) else lambda before: says.get(before, "")
        self._others = others or {}
        self.requests: list[Request] = []
        self.cycled: list[tuple[str, int]] = []

    @property
    def asked(self) -> list[str]:
        """What stood before the cursor at each request."""
        return [request.context.before for request in self.requests]

    def suggest(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Suggestion]:
        self.requests.append(request)
        text = self._says(request.context.before)
        if len(text) > 1:
            yield Suggestion((Piece(text[:1], 0.5),))  # it grows
        yield suggestion(text)

    def alternatives(self, request: Request, n: int, stopped: Callable[[], bool] = never) -> list[Suggestion]:
        assert request == self.requests[-1], "a suggester may have forgotten what it suggested elsewhere"
        self.cycled.append((request.context.before, n))
        return [suggestion(text) for text in self._others.get(request.context.before, ())][:n]


def suggestion(text: str) -> Suggestion:
    return Suggestion((Piece(text, 0.5),) if text else (), Ended.LENGTH)

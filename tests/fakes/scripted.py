"""A language model that says what it is told to and remembers what it was asked."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence

from afterword.engine.protocol import Capabilities, Piece, Request, never
from afterword.text.context import Context


class ScriptedModel:
    """Says `script`, a word a piece.

    Args:
        script: what it says to everything, or a function from the request.
        gate: when given, waited for before every piece: a test lets the model go on by releasing it.
        error: raised after the first piece.
    """

    def __init__(
        self,
        script: str | Callable[[Request], str] = "",
        gate: threading.Semaphore | None = None,
        error: Exception | None = None,
        name: str = "scripted",
    ) -> None:
        self.script, self.gate, self.error = script, gate, error
        self.requests: list[Request] = []
        self.pieces_said = 0
        self.closed = False
        self.iterators_open = 0
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:
        assert not self.iterators_open, "one live iterator"
        self.requests.append(request)
        self.iterators_open += 1
        try:
            text = self.script(request) if callable(self.script) else self.script
            for word in re.findall(r"\s*\S+|\s+\Z", text):
                while self.gate is not None and not self.gate.acquire(timeout=0.01):
                    if stopped():
                        return
                if stopped():
                    return
                self.pieces_said += 1
                yield Piece(word, 0.5)
                if self.error is not None:
                    raise self.error
        finally:
            self.iterators_open -= 1

    def warm(self, context: Context, stopped: Callable[[], bool] = never) -> None:
        pass

    def candidates(self, request: Request, n: int, stopped: Callable[[], bool] = never) -> list[list[Piece]]:
        return [list(self.complete(request, stopped))]

    def score(self, context: Context, texts: Sequence[str]) -> list[float]:
        return [0.0 for _ in texts]

    def likeliest(self, context: Context, k: int) -> list[Piece]:
        return []

    def close(self) -> None:
        self.closed = True

"""In place of a model: says words without end, and keeps a core and the interpreter as busy as a model that decodes."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable, Iterator, Sequence

from afterword.engine.protocol import Capabilities, Piece, Request, Seen, never
from afterword.text.context import Context

_TOKEN_S = 0.012  # the starter model's, for a token
_LARGE, _SMALL = bytes(1 << 17), bytes(1 << 12)  # a matrix times a vector, and what is done with a vector; hashed in its stead
_SMALL_FOR_LARGE = 6


class Chatter:
    """A LanguageModel that runs many operators, each of which gives the interpreter's lock away and takes it back."""

    name = "fake"
    capabilities = Capabilities(absent=frozenset({"candidates", "score", "likeliest", "seen"}))

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:  # noqa: ARG002
        """Words at the pace of the starter model, whatever stands before them."""
        for word in itertools.cycle((" and", " the", " boat", " went")):
            until = time.perf_counter() + _TOKEN_S
            while time.perf_counter() < until:
                hashlib.sha256(_LARGE)  # as all of hashlib it gives the lock away, above 2047 bytes
                for _ in range(_SMALL_FOR_LARGE):
                    hashlib.sha256(_SMALL)
            if stopped():
                return
            yield Piece(word, 0.9)

    def warm(self, context: Context, stopped: Callable[[], bool] = never) -> None:
        """There is nothing to read."""

    def candidates(
        self,
        request: Request,
        n: int,
        whole: Callable[[Sequence[Piece]], bool] = lambda _: False,
        stopped: Callable[[], bool] = never,
    ) -> list[list[Piece]]:
        """Absent."""
        raise NotImplementedError

    def score(self, context: Context, texts: Sequence[str], stopped: Callable[[], bool] = never) -> list[float] | None:
        """Absent."""
        raise NotImplementedError

    def likeliest(self, context: Context, k: int) -> list[Piece]:
        """Absent."""
        raise NotImplementedError

    def seen(self, context: Context) -> Seen:
        """Absent."""
        raise NotImplementedError

    def close(self) -> None:
        """There is nothing to give back."""

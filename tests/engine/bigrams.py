"""A Runner that knows only which token came after which, and counts what it was asked to compute."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch


class Bigrams:
    """A Runner; see `afterword.engine.runner`.

    Args:
        tokens: a text to learn from.
        size: of the vocabulary.
        chunked: whether a text may come in several pieces, and be cut back.
    """

    def __init__(self, tokens: Sequence[int], size: int, chunked: bool = True) -> None:
        counts = torch.full((size, size), 1e-4)
        for one, next_one in pairwise(tokens):
            counts[one, next_one] += 1
        counts += counts.sum(0) * 1e-3  # what is frequent may come anywhere
        self.logits = counts.log()
        """Of the token after each, shape (size, size)."""
        self._chunked = chunked
        self.held: list[int] = []
        self.computed: list[int] = []
        """Every token that was computed, in order."""
        self.passes: list[int] = []
        """How many tokens came at once, pass by pass."""

    @property
    def length(self) -> int:
        return len(self.held)

    @property
    def chunked(self) -> bool:
        return self._chunked

    def can_forget(self, more: int) -> bool:
        return self._chunked

    def extend(self, tokens: Sequence[int], keep: int = 1) -> torch.Tensor:
        assert tokens
        self.held += tokens
        self.computed += tokens
        self.passes.append(len(tokens))
        return self.logits[self.held[-keep:]]

    def crop(self, length: int) -> None:
        if length < len(self.held):
            self.held = self.held[: length if self._chunked else 0]

    def beside(self, rows: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        return [self.logits[list(row)] for row in rows]

    def branches(self, count: int) -> BigramBranches:
        return BigramBranches(self.logits, count)


class BigramBranches:
    def __init__(self, logits: torch.Tensor, count: int) -> None:
        self._logits, self._count = logits, count

    def extend(self, tokens: Sequence[int]) -> torch.Tensor:
        assert len(tokens) == self._count
        return self._logits[list(tokens)]

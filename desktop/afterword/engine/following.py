"""The computation that follows the cursor: what is the same as before is not computed again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from afterword.engine.protocol import never
from afterword.engine.runner import Branches, Runner

CHUNK = 128  # tokens between two looks at `stopped`: 60 to 100 ms of the starter's prefill on two cores
_REMEMBERED = 48  # positions whose logits are kept: those of a suggestion and of the word before it


class Following:
    """A Runner, and which text it holds: of whatever is asked for, the longest common beginning is kept, the rest computed.

    Args:
        runner: holds nothing yet.
        whole: prefill in one piece, as `generate` does.
    """

    def __init__(self, runner: Runner, whole: bool = False) -> None:
        self._runner = runner
        self._whole = whole
        self._tokens: list[int] = []
        self._logits: dict[int, torch.Tensor] = {}  # by how many tokens they come after

    def logits_after(
        self, tokens: Sequence[int], guess: Sequence[int] = (), stopped: Callable[[], bool] = never
    ) -> torch.Tensor | None:
        """The logits of the token after `tokens`, float32, shape (vocabulary,); None once `stopped` answers True.

        Args:
            tokens: the text, not empty.
            guess: tokens that may follow; they are computed in the same pass, and found here when they are asked for.
            stopped: read between two chunks; what was computed so far is kept.
        """
        shared = _shared(self._tokens, tokens)
        if shared == len(tokens) and shared in self._logits:
            return self._logits[shared]
        self._crop(min(shared, len(tokens) - 1))
        whole = self._whole
        while True:
            at, left = len(self._tokens), len(tokens) - len(self._tokens)
            if at and left > 1 and not self._runner.chunked:
                self._crop(0)
                whole = True
                continue
            if stopped():
                return None
            if whole or left <= CHUNK:
                ahead = guess if self._runner.chunked else ()  # a wrong one could not be cut off
                self._extend([*tokens[at:], *ahead], 1 + len(ahead))
                return self._logits[len(tokens)]
            self._extend(tokens[at : at + CHUNK], 1)

    def branches(self, tokens: Sequence[int], count: int) -> Branches:
        """`count` branches of `tokens`, whose logits were asked for."""
        self._hold(tokens)
        return self._runner.branches(count)

    def logits_of(self, tokens: Sequence[int], continuation: Sequence[int]) -> torch.Tensor:
        """The logits before each token of `continuation` after `tokens`, float32, shape (continuation, vocabulary)."""
        first = self.logits_after(tokens)
        assert first is not None
        if len(continuation) == 1:
            return first[None]
        if not self._runner.chunked:
            self._crop(0)
            logits = self._runner.extend([*tokens, *continuation[:-1]], len(continuation))
            self._runner.crop(0)
            return logits
        self._hold(tokens)
        rest = self._runner.extend(continuation[:-1], len(continuation) - 1)
        self._runner.crop(len(tokens))
        return torch.cat([first[None], rest])

    def logits_beside(self, tokens: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        """`logits_of` for several continuations, none of them empty, together."""
        if not self._runner.chunked:
            return [self.logits_of(tokens, continuation) for continuation in continuations]
        first = self.logits_after(tokens)
        assert first is not None
        self._hold(tokens)
        longer = [continuation[:-1] for continuation in continuations if len(continuation) > 1]
        rest = iter(self._runner.beside(longer) if longer else [])
        return [torch.cat([first[None], next(rest)]) if len(one) > 1 else first[None] for one in continuations]

    def forget(self) -> None:
        """Keep nothing."""
        self._crop(0)

    def _extend(self, tokens: Sequence[int], keep: int) -> None:
        try:
            logits = self._runner.extend(tokens, keep)
        except BaseException:
            self._runner.crop(0)
            self._forget(0)
            raise
        self._tokens += tokens
        end = len(self._tokens)
        self._logits |= {end - keep + 1 + i: logits[i] for i in range(keep)}
        for position in sorted(self._logits)[:-_REMEMBERED]:
            del self._logits[position]

    def _hold(self, tokens: Sequence[int]) -> None:
        """Have the runner hold `tokens` and nothing behind them."""
        self._crop(len(tokens))
        if len(self._tokens) < len(tokens):
            self._extend(tokens[len(self._tokens) :], 1)

    def _crop(self, length: int) -> None:
        self._runner.crop(length)
        self._forget(self._runner.length)

    def _forget(self, length: int) -> None:
        del self._tokens[length:]
        self._logits = {position: logits for position, logits in self._logits.items() if position <= length}


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens at the beginning are the same."""
    most = min(len(one), len(other))
    return next((i for i in range(most) if one[i] != other[i]), most)

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
        self._chunked = not whole
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
        while True:
            at, left = len(self._tokens), len(tokens) - len(self._tokens)
            if at and left > 1 and not self._runner.chunked:
                self._chunked = False
                self._crop(0)
                continue
            if stopped():
                return None
            if not self._chunked or left <= CHUNK:
                ahead = guess if self._runner.can_forget(left + len(guess)) else ()
                self._extend([*tokens[at:], *ahead], 1 + len(ahead))
                return self._logits[len(tokens)]
            self._extend(tokens[at : at + CHUNK], 1)

    def path(self, tokens: Sequence[int], onward: Sequence[int]) -> list[torch.Tensor] | None:
        """The logits after each token of `onward`, which follow `tokens`; None where they could not be forgotten again."""
        if not onward:
            return []
        if not self._runner.can_forget(len(onward)):
            return None
        ends = range(len(tokens) + 1, len(tokens) + len(onward) + 1)
        shared = _shared(self._tokens, [*tokens, *onward])
        if shared < ends[-1] or not all(end in self._logits for end in ends):
            self._crop(min(shared, len(tokens)))
            self._hold(tokens)
            self._extend(onward, len(onward))
        return [self._logits[end] for end in ends]

    def branches(self, tokens: Sequence[int], count: int) -> Branches:
        """`count` branches of `tokens`, whose logits were asked for."""
        self._hold(tokens)
        return self._runner.branches(count)

    def logits_of(self, tokens: Sequence[int], continuation: Sequence[int]) -> torch.Tensor:
        """The logits before each token of `continuation` after `tokens`, float32, shape (continuation, vocabulary)."""
        self._crop(0)
        logits = self._runner.extend([*tokens, *continuation[:-1]], len(continuation))
        self._runner.crop(0)
        return logits

    def log_probabilities(
        self, tokens: Sequence[int], continuations: Sequence[Sequence[int]], stopped: Callable[[], bool] = never
    ) -> list[float] | None:
        """Natural logarithms of the probability of each continuation, none of them empty, after `tokens`; None once stopped."""
        first = self.logits_after(tokens, stopped=stopped)
        if first is None:
            return None
        longer = [continuation[:-1] for continuation in continuations if len(continuation) > 1]
        if not self._runner.can_forget(max(map(len, longer), default=0)):
            return [_log_probability(self.logits_of(tokens, one), one) for one in continuations]
        self._hold(tokens)
        rest = iter(self._runner.beside(longer) if longer else [])
        start = first.log_softmax(-1)
        return [float(start[one[0]]) + (_log_probability(next(rest), one[1:]) if len(one) > 1 else 0.0) for one in continuations]

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
        for position in sorted(self._logits)[: -max(_REMEMBERED, keep)]:
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


def _log_probability(logits: torch.Tensor, tokens: Sequence[int]) -> float:
    """Of `tokens`, each by the logits before it, shape (tokens, vocabulary)."""
    chosen = logits.gather(-1, torch.tensor(list(tokens), device=logits.device)[:, None])[:, 0]
    return float((chosen - logits.logsumexp(-1)).sum())

"""Half-typed words: which tokens may come next when some letters of theirs are already there.

A token that spells only a beginning of what was typed ("a" of "antid") may be likely for the words it begins otherwise. Its
probability counts only with that of what must follow it, so the likeliest of such tokens are looked beyond, in one pass.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, replace

import torch

from afterword.engine.following import Following
from afterword.engine.vocabulary import Vocabulary

_LOOKED_BEYOND = 4  # tokens at once; a pass over four costs a third more than over one
_NEGLIGIBLE = 0.02  # of the likeliest: not looked beyond, and left out
_MASKS = 64  # sets of tokens that are remembered


@dataclass(frozen=True)
class Typed:
    """What the first tokens must spell.

    Attributes:
        text: what the writer typed, as the tokens spell it.
        spelling: the bytes of it that are still to be spelled.
        hidden: how many characters of what the tokens are decoded to the page already has.
    """

    text: str = ""
    spelling: bytes = b""
    hidden: int = 0


class Healing:
    """Constrains logits to what was typed.

    Args:
        vocabulary: what tokens spell.
        following: for the pass that looks beyond.
    """

    def __init__(self, vocabulary: Vocabulary, following: Following) -> None:
        self._vocabulary = vocabulary
        self._following = following
        self._sets: OrderedDict[bytes, torch.Tensor] = OrderedDict()

    def typed(self, text: str, before: str) -> Typed | None:
        """What `text` behind `before` asks of the first tokens; None when no tokens of the vocabulary spell it."""
        text, hidden = self._vocabulary.seen(text, before)
        spelling = text.encode("utf-8", "ignore")
        return Typed(text, spelling, hidden) if self._vocabulary.spells(spelling) else None

    def after(self, typed: Typed, token: int) -> Typed:
        """What is left to be spelled after `token`."""
        return replace(typed, spelling=self._vocabulary.rest(typed.spelling, token))

    def constrained(self, logits: torch.Tensor, typed: Typed, tokens: list[int]) -> torch.Tensor:
        """`logits` of the token after `tokens`, shape (vocabulary,), minus infinity for tokens that do not agree with `typed`.

        Their softmax is the probability of each token given what was typed.
        """
        allowed = self._allowed(typed).to(logits.device)
        scores = torch.full_like(logits, float("-inf"))
        scores[allowed] = logits[allowed]
        best = int(scores.argmax())
        if self._covers(typed, best):
            return scores
        short = [token for token in allowed.tolist() if not self._covers(typed, token)]
        short.sort(key=lambda token: float(logits[token]), reverse=True)
        least = float(logits[best]) + math.log(_NEGLIGIBLE)
        looked = [token for token in short[:_LOOKED_BEYOND] if float(logits[token]) > least]
        if len(short) == 1 == len(allowed):
            return scores  # nothing to choose from
        beyond = self._following.branches(tokens, len(looked)).extend(looked).log_softmax(-1)
        scores[short] = float("-inf")
        for row, token in zip(beyond, looked, strict=True):
            further = self._allowed(self.after(typed, token)).to(logits.device)
            scores[token] = logits[token] + row[further].logsumexp(-1)
        return scores

    def beyond(self, scores: torch.Tensor, typed: Typed) -> torch.Tensor | None:
        """Of the scores from `constrained` those of tokens that spell more than `typed`; None where the best does not."""
        within = self._vocabulary.within(typed.spelling)
        if int(scores.argmax()) in within:
            return None
        return scores.index_fill(0, torch.tensor(within, dtype=torch.long, device=scores.device), float("-inf"))

    def _covers(self, typed: Typed, token: int) -> bool:
        return not self._vocabulary.rest(typed.spelling, token)

    def _allowed(self, typed: Typed) -> torch.Tensor:
        key = typed.spelling
        if key not in self._sets:
            self._sets[key] = torch.tensor(self._vocabulary.continuing(key), dtype=torch.long)
            if len(self._sets) > _MASKS:
                self._sets.popitem(last=False)
        self._sets.move_to_end(key)
        return self._sets[key]

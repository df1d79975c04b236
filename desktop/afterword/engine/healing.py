"""Half-typed words: which tokens may come next when some letters of theirs are already there.

A token that spells only a beginning of what was typed ("a" of "antid") may be likely for the words it begins otherwise. Its
probability counts only with that of what must follow it, so the likeliest of such tokens are looked beyond, in one pass; and so
is the one with which the tokenizer would begin ("Ġant"), which by itself may be far less likely than they.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import torch

from afterword.engine.following import Following
from afterword.engine.vocabulary import Vocabulary

_LOOKED_BEYOND = 4  # tokens at once; a pass over four costs a third more than over one
_NEGLIGIBLE = 0.05  # of the likeliest: not looked beyond, and left out; with 0.02 half as many passes more
_REMEMBERED = 64  # spellings whose tokens are remembered


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
        encode: the tokens of a text that stands behind another.
    """

    def __init__(self, vocabulary: Vocabulary, following: Following, encode: Callable[[str], list[int]]) -> None:
        self._vocabulary = vocabulary
        self._following = following
        self._agreeing = lru_cache(_REMEMBERED)(partial(_agreeing, vocabulary))
        self._natural = lru_cache(_REMEMBERED)(partial(_natural, vocabulary.spelling, encode))

    def typed(self, text: str, before: str) -> Typed | None:
        """What `text` behind `before` asks of the first tokens; None when no tokens of the vocabulary spell it."""
        text, hidden = self._vocabulary.seen(text, before)
        spelling = text.encode("utf-8", "ignore")
        return Typed(text, spelling, hidden) if self._vocabulary.spells(spelling) else None

    def after(self, typed: Typed, token: int) -> Typed:
        """What is left to be spelled after `token`."""
        return replace(typed, spelling=self._vocabulary.rest(typed.spelling, token))

    def guess(self, typed: Typed) -> Sequence[int]:
        """The tokens that most probably spell `typed`, but for the last, which may spell more: to be computed ahead."""
        return self._natural(typed.spelling)

    def constrained(self, logits: torch.Tensor, typed: Typed, tokens: list[int]) -> torch.Tensor:
        """Of the tokens after `tokens` that agree with `typed` the logits, each with that of what of `typed` must follow it.

        Shape (vocabulary,); minus infinity for all others, and for those that are negligible. Their softmax is the probability of
        each token given what was typed.

        Args:
            logits: of the token after `tokens`, shape (vocabulary,).
            typed: with something to spell.
            tokens: what stands before.
        """
        short, covering = (tokens.to(logits.device) for tokens in self._agreeing(typed.spelling))
        scores = torch.full_like(logits, float("-inf"))
        scores[covering] = logits[covering]
        if len(short) == 1 and not len(covering):
            scores[short] = logits[short]  # nothing to choose from
        if len(short) + len(covering) == 1:
            return scores
        natural = self.guess(typed)
        beyond = self._following.path(tokens, natural)
        if natural and beyond:
            scores[natural[0]] = logits[natural[0]] + self._spelled(self.after(typed, natural[0]), beyond)
        least = float(scores.max()) + math.log(_NEGLIGIBLE)
        short = short[(logits[short] > least) & scores[short].isinf()]
        best = short[logits[short].argsort(descending=True)][:_LOOKED_BEYOND].tolist()
        looked = list(dict.fromkeys([*(natural[:1] if beyond is None else ()), *best]))
        if looked:
            rows = self._following.branches(tokens, len(looked)).extend(looked)
            for row, token in zip(rows, looked, strict=True):
                scores[token] = logits[token] + self._spelled(self.after(typed, token), [row])
        return scores

    def beyond(self, probabilities: torch.Tensor, typed: Typed) -> torch.Tensor | None:
        """Of the probabilities of tokens, given `typed`, those of tokens that spell more; None where the best does not."""
        within = self._vocabulary.within(typed.spelling)
        if int(probabilities.argmax()) in within:
            return None
        return probabilities.index_fill(0, torch.tensor(within, dtype=torch.long, device=probabilities.device), 0.0)

    def _spelled(self, typed: Typed, logits: Sequence[torch.Tensor]) -> torch.Tensor:
        """The logarithm of the probability that the next tokens spell `typed`.

        Of the tokens that again spell but a part, the one with which the tokenizer goes on counts alone, and for all it is worth
        where it is not known what follows it.

        Args:
            typed: with something to spell.
            logits: of the next token, and of those behind each with which the tokenizer goes on, as far as they are known.
        """
        logs = logits[0].log_softmax(-1)
        covering = self._agreeing(typed.spelling)[1].to(logs.device)
        ways = [logs[covering].logsumexp(-1)] if len(covering) else []
        for token in self.guess(typed)[:1]:
            ways.append(logs[token])
            if len(logits) > 1:
                ways[-1] = logs[token] + self._spelled(self.after(typed, token), logits[1:])
        return torch.stack(ways).logsumexp(0) if ways else logs.min()


def _agreeing(vocabulary: Vocabulary, spelling: bytes) -> tuple[torch.Tensor, torch.Tensor]:
    """The tokens that agree with it: those that spell but a part, and those that spell all of it."""
    tokens = vocabulary.continuing(spelling)
    short = [token for token in tokens if vocabulary.rest(spelling, token)]
    covering = [token for token in tokens if not vocabulary.rest(spelling, token)]
    return torch.tensor(short, dtype=torch.long), torch.tensor(covering, dtype=torch.long)


def _natural(spelled_by: Sequence[bytes], encode: Callable[[str], list[int]], spelling: bytes) -> tuple[int, ...]:
    """The tokens of the tokenizer for it, each of which spells but a part; none where it would not spell it so."""
    natural: list[int] = []
    try:
        for token in encode(spelling.decode()):
            spelled = b"".join(spelled_by[one] for one in [*natural, token])
            if len(spelled) >= len(spelling) or not spelling.startswith(spelled) or not spelled_by[token]:
                break
            natural.append(token)
    except UnicodeDecodeError:
        pass
    return tuple(natural)

"""Logits processors that transformers has not, or not as they are needed here: DRY, XTC, and n-gram bans that leave a token.

Scores are float32 of shape (batch, vocabulary); minus infinity marks a token that cannot come, and stays minus infinity. The
tokens so far have the shape (batch, length) and no padding. Nothing is changed in place.
"""

from __future__ import annotations

import math
import re
from typing import Any

import torch
from transformers import LogitsProcessor, NoRepeatNGramLogitsProcessor

BREAKERS = ("\n", ":", '"', "*", "“", "”")
"""Text that ends a repetition for DRY: the defaults of llama.cpp and KoboldCpp, and the quotes of typographers."""

# How those look inside vocabularies: as themselves, in the bytes of GPT-2's alphabet, as a byte of SentencePiece.
_BREAKERS_SPELT = re.compile(r'[\n:"*“”Ċ]|âĢľ|âĢĿ|<0x(?:0A|22|2A|3A)>')

_LARGEST_PENALTY = 1e30  # beyond it float32 may overflow, and a token that is not banned would be


class DontRepeatYourself(LogitsProcessor):  # type: ignore[misc]
    """DRY: the longer the repetition that a token would prolong, the less likely it becomes.

    Where the last n tokens came before, the logit of the token that followed them there loses
    `multiplier * base ** (n - allowed_length)` if n is at least `allowed_length`; of several such n the largest counts. A
    repetition reaches back to the last breaker at most, and a breaker itself is never penalized. No token is banned by it.

    Designed by p-e-w (text-generation-webui, pull request 5677, 2024); the arguments mean what they do in llama.cpp.

    Args:
        multiplier: of all penalties; above 0.
        base: at least 1.
        allowed_length: in tokens; at least 1.
        breakers: token ids, from `breaker_tokens`.
    """

    def __init__(self, multiplier: float, base: float, allowed_length: int, breakers: frozenset[int] = frozenset()) -> None:
        self._multiplier = multiplier
        self._base = base
        self._allowed_length = allowed_length
        self._breakers = breakers
        self._largest_exponent = math.log(_LARGEST_PENALTY) / math.log(base) if base > 1 else math.inf

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        scores = scores.clone()
        for row, tokens in enumerate(input_ids.tolist()):
            penalties = {
                token: self._penalty(length)
                for token, length in repetitions(tokens, self._breakers).items()
                if length >= self._allowed_length and token < scores.shape[-1]
            }
            if penalties:
                scores[row, list(penalties)] -= scores.new_tensor(list(penalties.values()))
        return scores

    def _penalty(self, length: int) -> float:
        return float(self._multiplier * self._base ** min(length - self._allowed_length, self._largest_exponent))


class ExcludeTopChoices(LogitsProcessor):  # type: ignore[misc]
    """XTC: now and then leave out all likely tokens but the least likely of them, to get away from the beaten track.

    Where fewer than two tokens have a probability of at least `threshold`, nothing is left out. Of tokens that share the place
    of the least likely all stay.
    Designed by p-e-w (text-generation-webui, pull request 6335, 2024).

    Args:
        probability: how often it acts, 0 to 1.
        threshold: from which probability, after the processors before this one, a token is a top choice.
    """

    def __init__(self, probability: float, threshold: float) -> None:
        self._probability = probability
        self._threshold = threshold

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, source: torch.Generator) -> torch.Tensor:  # noqa: ARG002
        """Draws one number for each row from `source`, whether or not it then has something to leave out."""
        acts = torch.rand(scores.shape[0], 1, generator=source, device=scores.device) < self._probability
        likely = scores.softmax(-1)
        top = (likely >= self._threshold) & (likely > 0)
        least = scores.masked_fill(~top, math.inf).amin(-1, keepdim=True)
        return scores.masked_fill(acts & top & (scores > least), -math.inf)


class NoRepeatNGram(NoRepeatNGramLogitsProcessor):  # type: ignore[misc]
    """No n tokens come twice in the same order, unless there would be no token left: then the ban is lifted for this one."""

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        allowed: torch.Tensor = super().__call__(input_ids, scores)
        return torch.where(allowed.amax(-1, keepdim=True) == -math.inf, scores, allowed)


def repetitions(tokens: list[int], breakers: frozenset[int] = frozenset()) -> dict[int, int]:
    """The tokens that would prolong a repetition, and how long it is so far.

    For each earlier place where the last n tokens stand too (n as large as it can be, all after the last breaker), the token that
    follows there and n; breakers are left out. Linear in the length of `tokens`: the Z-algorithm, read backwards from the end.
    """
    backwards = tokens[::-1]
    size = len(backwards)
    limit = next((place for place, token in enumerate(backwards) if token in breakers), size)
    if limit == 0:
        return {}
    found: dict[int, int] = {}
    lengths = [0] * size  # how far backwards[place:] goes like backwards
    left = right = place = 0  # backwards[left:right] is known to go like backwards
    while True:
        try:
            place = backwards.index(backwards[0], place + 1)
        except ValueError:
            return found
        length = min(lengths[place - left], right - place) if place < right else 0
        if place + length >= right:
            while length < limit and place + length < size and backwards[length] == backwards[place + length]:
                length += 1
            left, right = place, place + length
        lengths[place] = length
        follower = backwards[place - 1]
        if follower not in breakers and length > found.get(follower, 0):
            found[follower] = length


def breaker_tokens(tokenizer: Any) -> frozenset[int]:
    """The ids of the tokens whose text has one of BREAKERS in it (20 ms for 50,000 tokens).

    Args:
        tokenizer: from AutoTokenizer.
    """
    maybe = [token for spelling, token in tokenizer.get_vocab().items() if _BREAKERS_SPELT.search(spelling)]
    texts = tokenizer.batch_decode([[token] for token in maybe], clean_up_tokenization_spaces=False)
    return frozenset(token for token, text in zip(maybe, texts, strict=True) if any(breaker in text for breaker in BREAKERS))

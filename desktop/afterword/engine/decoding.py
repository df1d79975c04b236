"""From the tokens that a model is given to those that follow them: one after the other, or in several ways at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from afterword.engine import lookup
from afterword.engine.following import Following
from afterword.engine.healing import Healing, Typed
from afterword.engine.processors import breaker_tokens
from afterword.engine.protocol import Piece, never
from afterword.engine.sampler import logits_processors, random_source, sample_next_token
from afterword.engine.sampling import Sampling
from afterword.engine.spelled import Spelled, Token
from afterword.engine.vocabulary import Vocabulary
from afterword.errors import GenerationFailed

TOKENS_PER_WORD = 8  # a bound for scripts and models that spell words out; English needs 1.3
_SILENT_AT_MOST = 8  # tokens without any text, one after the other, before a model is taken to have nothing to say

_Draw = Callable[[torch.Tensor, list[int], Typed], Token]
"""Draws the token that has the logits, comes after the tokens, and may have to spell something."""


@dataclass
class Decoding:
    """Decodes with one model.

    Attributes:
        name: what the user calls the model.
        tokenizer: from AutoTokenizer.
        vocabulary: what its tokens spell.
        healing: has the first tokens spell what was typed.
        following: has the logits.
        device: that they are on.
        ends: the tokens that end a text.
        positions: how many tokens the model has positions for; None where it has no bound.
        guesses: whether tokens that can be guessed are computed ahead.
    """

    name: str
    tokenizer: Any
    vocabulary: Vocabulary
    healing: Healing
    following: Following
    device: torch.device
    ends: frozenset[int]
    positions: int | None
    guesses: bool
    _begins_word: torch.Tensor = field(init=False)
    _breakers: frozenset[int] | None = field(default=None, init=False)
    unfinished: bool = field(default=False, init=False)
    """Whether there was no room for the rest of the last text."""
    _said: list[int] = field(default_factory=list, init=False)  # the last suggestion: what it said may be said again

    def __post_init__(self) -> None:
        self._begins_word = self.vocabulary.begins_word.to(self.device)

    def tokens(
        self,
        prompt: list[int],
        sampling: Sampling,
        stopped: Callable[[], bool] = never,
        typed: Typed | None = None,
        ends: frozenset[int] | None = None,
    ) -> Iterator[Token]:
        """Decode what comes after `prompt`, a token at a time, until it ends or `stopped`; the first tokens spell `typed`.

        Where `ends` are given those end it, and not the ends of a text.

        Guesses change nothing but the time: a token is drawn from its logits whether they were computed ahead or not. (In float32
        they are the same to the last bits; of packed weights a long pass goes through those in their own type, and log
        probabilities move by up to 0.1 with what was computed together.)
        """
        if not prompt:
            return
        typed = typed or Typed()
        ends = self.ends if ends is None else ends
        draw = self._drawing(sampling)
        self.unfinished = False
        text, silent = list(prompt), 0
        try:
            for _ in range(self._most(prompt, sampling, len(typed.spelling))):
                ahead = (self.healing.guess(typed) or lookup.guess(text, self._said)) if self.guesses else []
                if self.positions is not None:
                    ahead = ahead[: self.positions - len(text)]
                logits = self._next_logits(text, ahead, stopped)
                if logits is None or stopped():
                    return
                token = draw(logits, text, typed)
                if token.id in ends:
                    return
                text.append(token.id)
                yield token
                typed = self.healing.after(typed, token.id) if typed.spelling else typed
                silent = 0 if self.vocabulary.spelling[token.id] else silent + 1
                if silent == _SILENT_AT_MOST:
                    return
            self.unfinished = True
        finally:
            self._said = text[len(prompt) :]

    def branched(
        self,
        prompt: list[int],
        typed: Typed,
        begun: list[list[Token]],
        sampling: Sampling,
        whole: Callable[[Sequence[Piece]], bool],
        stopped: Callable[[], bool],
    ) -> list[list[Piece]]:
        """Go on from each of `begun`, which differ in their last tokens alone, all in one batch; nothing once `stopped`."""
        draw = self._drawing(sampling)
        texts = [[*prompt, *(token.id for token in tokens)] for tokens in begun]
        done = [False] * len(begun)
        spelled = [Spelled(self.vocabulary.decoder, prompt, typed.hidden) for _ in begun]
        pieces = [list(one.push_all(tokens)) for one, tokens in zip(spelled, begun, strict=True)]
        branches = self.following.branches(texts[0][:-1], len(begun))
        for _ in range(self._most(texts[0], sampling)):
            if stopped():
                return []
            rows = branches.extend([text[-1] for text in texts])
            for i, logits in enumerate(rows):
                token = None if done[i] else draw(logits, texts[i], Typed())
                done[i] = token is None or token.id in self.ends or whole(pieces[i])
                if token is not None and not done[i]:
                    pieces[i] += spelled[i].push_all([token])
                texts[i].append(token.id if token is not None else begun[i][-1].id)
            if all(done):
                break
        return pieces

    def likeliest(self, prompt: list[int], typed: Typed, k: int, stopped: Callable[[], bool] = never) -> list[list[Token]]:
        """The `k` likeliest tokens that bring something new; before each, the same for all, what spells what was typed."""
        begun: list[Token] = []
        while prompt:
            text = [*prompt, *(token.id for token in begun)]
            logits = self._next_logits(text, self.healing.guess(typed), stopped)
            if logits is None:
                break
            probabilities = (self.healing.constrained(logits, typed, text) if typed.spelling else logits).softmax(-1)
            beyond = self.healing.beyond(probabilities, typed) if typed.spelling else probabilities
            if beyond is None:
                best = int(probabilities.argmax())
                begun.append(Token(best, float(probabilities[best])))
                typed = self.healing.after(typed, best)
                continue
            best_k = beyond.topk(min(k + len(self.ends), len(logits)))
            pairs = zip(best_k.indices.tolist(), best_k.values.tolist(), strict=True)
            return [[*begun, Token(token, p)] for token, p in pairs if token not in self.ends and p > 0][:k]
        return []

    def spelling_log(self, prompt: list[int], typed: Typed, stopped: Callable[[], bool] = never) -> float | None:
        """The natural logarithm of the probability that `typed` is spelled after `prompt`; None once `stopped`."""
        if not typed.spelling:
            return 0.0
        logits = self._next_logits(prompt, self.healing.guess(typed), stopped)
        if logits is None:
            return None
        return float(self.healing.constrained(logits, typed, prompt).logsumexp(-1) - logits.logsumexp(-1))

    def _next_logits(
        self, text: list[int], ahead: Sequence[int] = (), stopped: Callable[[], bool] = never
    ) -> torch.Tensor | None:
        """The logits after `text`; see Following. GenerationFailed: they are no numbers."""
        logits = self.following.logits_after(text, ahead, stopped)
        if logits is not None and not math.isfinite(float(logits.max())):
            raise GenerationFailed(self.name, "its results are not numbers")
        return logits

    def _drawing(self, sampling: Sampling) -> _Draw:
        if sampling.dry_multiplier > 0 and self._breakers is None:
            self._breakers = breaker_tokens(self.tokenizer)
        processors = logits_processors(sampling, self._breakers or frozenset())
        source = random_source(sampling, self.device) if sampling.temperature > 0 else None

        def draw(logits: torch.Tensor, text: list[int], typed: Typed) -> Token:
            new_word = 1.0
            if typed.spelling:
                logits = self.healing.constrained(logits, typed, text)
            else:
                new_word = float(logits.softmax(-1)[self._begins_word].sum())
            ids = torch.tensor([text], device=self.device)
            return Token(*sample_next_token(logits[None], ids, processors, source), new_word)

        return draw

    def _most(self, text: list[int], sampling: Sampling, typed: int = 0) -> int:
        """How many tokens may follow `text`, `typed` of which spell again what was typed."""
        bound = sampling.max_words * TOKENS_PER_WORD + 8 + typed
        return bound if self.positions is None else min(bound, self.positions - len(text))

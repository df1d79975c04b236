"""How fast a model is on this machine, and how far its fast path is from the exact one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

from afterword.engine.following import Following
from afterword.engine.lookup import guess as guessed


@dataclass(frozen=True)
class Speed:
    """What a model takes on this machine.

    Attributes:
        prefill_s: seconds for a prompt that was never seen.
        decode_s: seconds a token after it; the median of steps, or the mean where several tokens come at once.
    """

    prefill_s: float
    decode_s: float


@dataclass(frozen=True)
class Agreement:
    """The fast path against the exact one, over a text.

    Attributes:
        argmax: the share of positions at which both find the same token likeliest.
        nll_change: how much larger the negative log likelihood of the text is by the fast path, in nats a token.
    """

    argmax: float
    nll_change: float


@dataclass(frozen=True)
class Trace:
    """What a model thinks of each token of a text, from the second on: the likeliest in its place, and its log probability."""

    likeliest: list[int]
    log_probabilities: list[float]


def measured(following: Following, tokens: list[int], new: int, guess: bool) -> Speed:
    """Prefill `tokens`, decode `new` more, greedily; with `guess` several at once where prompt lookup finds some."""
    following.forget()
    began = time.perf_counter()
    logits = following.logits_after(tokens)
    prefill = time.perf_counter() - began
    steps, text = [], list(tokens)
    for _ in range(new):
        assert logits is not None
        text.append(int(logits.argmax()))
        began = time.perf_counter()
        logits = following.logits_after(text, guessed(text) if guess else ())
        steps.append(time.perf_counter() - began)
    return Speed(prefill, sum(steps) / len(steps) if guess else median(steps))


def traced(following: Following, tokens: list[int], whole: bool) -> Trace:
    """Follow `tokens`: in one pass where `whole`, a token at a time, as in decoding, where not."""
    following.forget()
    likeliest, logs = [], []
    for end in range(1, 2 if whole else len(tokens)):
        after = None if whole else following.logits_after(tokens[:end])
        logits = following.logits_of(tokens[:end], tokens[end:]) if after is None else after[None]
        likeliest += logits.argmax(-1).tolist()
        chosen = tokens[end : end + len(logits)]
        logs += [float(row[token]) for row, token in zip(logits.log_softmax(-1), chosen, strict=True)]
    return Trace(likeliest, logs)


def agreement(fast: Trace, exact: Trace) -> Agreement:
    """Compare two traces of one text."""
    count = len(exact.likeliest)
    same = sum(a == b for a, b in zip(fast.likeliest, exact.likeliest, strict=True))
    change = (sum(exact.log_probabilities) - sum(fast.log_probabilities)) / count
    return Agreement(same / count, change)

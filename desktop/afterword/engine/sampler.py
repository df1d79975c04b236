"""From logits to the next token, through transformers' own logits processors."""

from __future__ import annotations

import torch
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from afterword.engine.sampling import Sampling


def logits_processors(sampling: Sampling) -> LogitsProcessorList:
    """What `sampling` does to the logits, in the order in which `generate` does it."""
    processors = LogitsProcessorList()
    if sampling.repetition_penalty != 1.0:
        processors.append(RepetitionPenaltyLogitsProcessor(sampling.repetition_penalty))
    if sampling.temperature > 0:
        if sampling.temperature != 1.0:
            processors.append(TemperatureLogitsWarper(sampling.temperature))
        if sampling.top_k > 0:
            processors.append(TopKLogitsWarper(sampling.top_k))
        if sampling.top_p < 1.0:
            processors.append(TopPLogitsWarper(sampling.top_p))
        if sampling.min_p > 0:
            processors.append(MinPLogitsWarper(sampling.min_p))
    return processors


def random_source(sampling: Sampling, device: torch.device) -> torch.Generator:
    """The generator that `sampling.seed` asks for, on `device`."""
    source = torch.Generator(device)
    if sampling.seed < 0:
        source.seed()
    else:
        source.manual_seed(sampling.seed)
    return source


def sample_next_token(
    logits: torch.Tensor,
    tokens: torch.Tensor,
    processors: LogitsProcessorList,
    source: torch.Generator | None,
) -> tuple[int, float]:
    """Pick the next token.

    Args:
        logits: the model's, float32, shape (1, vocabulary).
        tokens: all tokens so far, shape (1, length), for penalties.
        processors: from `logits_processors`.
        source: None takes the likeliest (temperature 0).

    Returns:
        The token, and the model's own probability of it, before the processors.
    """
    scores = processors(tokens, logits.clone())
    chosen = scores.argmax(-1) if source is None else torch.multinomial(scores.softmax(-1), 1, generator=source)
    token = int(chosen)
    return token, float(logits.log_softmax(-1)[0, token].exp())

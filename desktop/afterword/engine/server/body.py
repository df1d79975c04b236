"""What is asked of a server: the bodies of requests, and where they go."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from afterword.engine.protocol import Question
from afterword.engine.sampling import Sampling
from afterword.engine.server.kinds import KINDS, Kind

COMPLETIONS, CHAT = "/v1/completions", "/v1/chat/completions"
GREEDY = Sampling(temperature=0.0, top_k=0, top_p=1.0, min_p=0.0)

_RAW = "/api/generate"
_PER_WORD, _PER_WORD_ELSEWHERE = 2, 8  # tokens; English needs 1.3, German 2, scripts that are spelled out up to 8
_SPARE = 8
_THOUGHTS = 1024  # tokens, for models that think before they answer; others end on their own
_FIRST_OTHER = 0x370  # Greek; what is before is Latin


@dataclass(frozen=True)
class Asked:
    """A request.

    Attributes:
        path: of the protocol.
        body: as JSON.
        most: how many events an answer has at most: one for each token, and some that say nothing.
    """

    path: str
    body: dict[str, Any]
    most: int


def completion(model: str, prompt: str, sampling: Sampling, kind: Kind, alternatives: int) -> Asked:
    """A request for what comes after `prompt`.

    Args:
        model: of the server; "" for its own choice.
        prompt: all that leaves of a text.
        sampling: how words are chosen, and how many at most.
        kind: of the server.
        alternatives: how many likely tokens are asked for with each; 0 for no probabilities.
    """
    most = most_tokens(prompt, sampling.max_words)
    asked = _model(model) | {"prompt": prompt, "stream": True}
    if kind.raw:
        asked |= {"raw": True, "options": kind.asked(sampling) | {"num_predict": most}}
        asked |= {"logprobs": True, "top_logprobs": alternatives} if alternatives else {}
        return Asked(_RAW, asked, _events(most))
    asked |= {"max_tokens": most} | kind.asked(sampling) | ({"logprobs": alternatives} if alternatives else {})
    return Asked(COMPLETIONS, asked, _events(most))


def chat(model: str, question: Question, kind: Kind) -> Asked:
    """A request for the model's turn."""
    messages = [{"role": message.role, "content": message.text} for message in question.messages]
    text = "".join(message.text for message in question.messages)
    most = most_tokens(text, question.sampling.max_words) + _THOUGHTS
    asked = _model(model) | {"messages": messages, "stream": True, "max_tokens": most}
    chosen = (KINDS[""] if kind.raw else kind).asked(question.sampling)
    return Asked(CHAT, asked | chosen, _events(most))


def most_tokens(text: str, max_words: int) -> int:
    """A bound for so many words of the language of `text`."""
    elsewhere = any(ord(character) >= _FIRST_OTHER and character.isalpha() for character in text[-200:])
    return max_words * (_PER_WORD_ELSEWHERE if elsewhere else _PER_WORD) + _SPARE


def drawn_freely(sampling: Sampling) -> Sampling:
    """From all tokens, by their probabilities, with another seed."""
    seed = (sampling.seed + 1) % 2**31 if sampling.seed >= 0 else random.randrange(2**31)
    return replace(GREEDY, temperature=1.0, max_words=sampling.max_words, seed=seed)


def _events(tokens: int) -> int:
    return 2 * tokens + 16


def _model(model: str) -> dict[str, Any]:
    return {"model": model} if model else {}

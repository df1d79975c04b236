"""What is asked of a server: the bodies of requests, and where they go."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from afterword.engine.protocol import Question
from afterword.engine.sampling import Sampling
from afterword.engine.server.kinds import KINDS, Kind
from afterword.text.characters import writable

COMPLETIONS, CHAT = "/v1/completions", "/v1/chat/completions"
GREEDY = Sampling(temperature=0.0, top_k=0, top_p=1.0, min_p=0.0)

LEAST, LEAST_ANSWER = 32, 256
"""Tokens: with fewer, ghost text, or an answer, is of no use, and the text is shortened instead."""

_RAW = "/api/generate"
_PER_WORD, _PER_WORD_ELSEWHERE = 2, 8  # tokens; English needs 1.3, German 2, scripts that are spelled out up to 8
_CHARACTERS, _CHARACTERS_ELSEWHERE = 4, 2  # of a token, about
_PER_MESSAGE = 16  # tokens, of a template
_SPARE = 8
_THOUGHTS = 1024  # tokens, for models that think before they answer; others end on their own
_ANSWER_AT_MOST = 4096  # tokens: many models refuse to say more at a time
_FIRST_OTHER = 0x370  # Greek; what is before is Latin


@dataclass(frozen=True)
class Post:
    """A request.

    Attributes:
        path: of the protocol.
        body: as JSON.
        most: how many events an answer has at most: one for each token, and some that say nothing.
        words: how many words it may have.
    """

    path: str
    body: dict[str, Any]
    most: int
    words: int


def completion(model: str, prompt: str, sampling: Sampling, kind: Kind, alternatives: int, tokens: int | None = None) -> Post:
    """A request for what comes after `prompt`.

    Args:
        model: of the server; "" for its own choice.
        prompt: all that leaves of a text.
        sampling: how words are chosen, and how many at most.
        kind: of the server.
        alternatives: how many likely tokens are asked for with each; 0 for no probabilities.
        tokens: how many may come; None for as many as so many words may have.
    """
    most = _most_tokens(prompt, sampling.max_words) if tokens is None else tokens
    asked = _model(model) | {"prompt": prompt, "stream": True}
    if kind.raw:
        asked |= {"raw": True, "options": kind.asked(sampling) | {"num_predict": most}}
        asked |= {"logprobs": True, "top_logprobs": alternatives} if alternatives else {}
        return Post(_RAW, asked, _events(most), sampling.max_words)
    asked |= {"max_tokens": most} | kind.asked(sampling) | ({"logprobs": alternatives} if alternatives else {})
    return Post(COMPLETIONS, asked, _events(most), sampling.max_words)


def chat(model: str, question: Question, kind: Kind, tokens: int | None = None) -> Post:
    """A request for the model's turn, of so many tokens at most; None for as many as it may need."""
    messages = [{"role": message.role, "content": writable(message.text)} for message in question.messages]
    most = chat_tokens(question, 0) if tokens is None else tokens
    asked = _model(model) | {"messages": messages, "stream": True, "max_tokens": most}
    chosen = (KINDS[""] if kind.raw else kind).asked(question.sampling)
    return Post(CHAT, asked | chosen, _events(most), question.sampling.max_words)


def completion_tokens(prompt: str, sampling: Sampling, context: int) -> int:
    """How many tokens may come after `prompt` from a model that reads `context` of them; 0 where that is not known."""
    return _beside(prompt, _most_tokens(prompt, sampling.max_words), context, LEAST)


def chat_tokens(question: Question, context: int) -> int:
    """How many tokens the model's turn may have; see `completion_tokens`."""
    text = "".join(message.text for message in question.messages)
    most = min(_ANSWER_AT_MOST, _most_tokens(text, question.sampling.max_words) + _THOUGHTS)
    return _beside(text, most, context - _PER_MESSAGE * len(question.messages) if context else 0, LEAST_ANSWER)


def _beside(text: str, most: int, context: int, least: int) -> int:
    """Of `most` tokens those for which there seems to be room behind `text`, and not less than `least`."""
    if not context:
        return most
    read = len(text) // (_CHARACTERS_ELSEWHERE if _is_elsewhere(text) else _CHARACTERS)
    return min(most, max(least, context - read))


def _most_tokens(text: str, max_words: int) -> int:
    """A bound for so many words of the language of `text`."""
    return max_words * (_PER_WORD_ELSEWHERE if _is_elsewhere(text) else _PER_WORD) + _SPARE


def _is_elsewhere(text: str) -> bool:
    return any(ord(character) >= _FIRST_OTHER and character.isalpha() for character in text[-200:])


def drawn_freely(sampling: Sampling) -> Sampling:
    """From all tokens, by their probabilities, with another seed."""
    seed = (sampling.seed + 1) % 2**31 if sampling.seed >= 0 else random.randrange(2**31)
    return replace(GREEDY, temperature=1.0, max_words=sampling.max_words, seed=seed)


def _events(tokens: int) -> int:
    return 2 * tokens + 16


def _model(model: str) -> dict[str, Any]:
    return {"model": writable(model)} if model else {}

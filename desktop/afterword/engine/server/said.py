"""From the events of the OpenAI protocol to tokens: text in whole characters, with the probabilities of the model."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from afterword.engine.server.bounds import sayable
from afterword.errors import ServerNotUnderstood
from afterword.text.characters import spoken_text

_MISSHAPEN = (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError)


@dataclass(frozen=True)
class Token:
    """What a server said at once.

    Attributes:
        text: of a token, or of several whose texts cannot be told apart.
        probability: the model's own; None where the server does not say.
        alternatives: what could have stood there, with its probability.
    """

    text: str
    probability: float | None = None
    alternatives: Mapping[str, float] = field(default_factory=dict)


class WholeText:
    """Holds back what is half a character, and leaves out what no page can show, or what turns it round."""

    def __init__(self) -> None:
        self._half = ""
        self._returned = False  # a carriage return was the last that came

    def push(self, text: str) -> str:
        """What can be shown now."""
        text, self._half = self._half + text, ""
        if text and 0xD800 <= ord(text[-1]) < 0xDC00:
            text, self._half = text[:-1], text[-1]
        if not text:
            return ""
        line_feed, self._returned = self._returned and text[0] == "\n", text[-1] == "\r"
        return spoken_text(text[line_feed:]).replace("\ufffd", "")


class CompletionReader:
    """Reads the events of one answer of /v1/completions.

    Args:
        base: the address of the server, for errors.
    """

    def __init__(self, base: str) -> None:
        self._base = base
        self._text = WholeText()
        self._waiting: float | None = 1.0  # the probability of what came and is not shown

    def read(self, event: Mapping[str, Any]) -> Iterator[Token]:
        """The tokens of an event.

        Raises:
            ServerNotUnderstood: it is of another shape.
        """
        try:
            text, tokens = _parts(event)
        except _MISSHAPEN as error:
            raise ServerNotUnderstood(self._base, "an event says no text") from error
        if "".join(token.text for token in tokens) != text:
            tokens = [Token(text, _product([token.probability for token in tokens]))]
        for token in tokens:
            whole = self._text.push(token.text)
            alone = self._waiting == 1.0 and whole == token.text
            self._waiting = _product([self._waiting, token.probability])
            if whole:
                yield Token(whole, self._waiting, token.alternatives if alone else {})
                self._waiting = 1.0


class ChatReader:
    """Reads the events of one answer of /v1/chat/completions; what the model thinks before it answers is left out.

    Args:
        base: the address of the server, for errors.
    """

    def __init__(self, base: str) -> None:
        self._base = base
        self._text = WholeText()
        self._begun = False
        self.unfinished = False
        """Whether there was no room for the rest."""

    def read(self, event: Mapping[str, Any]) -> str:
        """The text of an event; white space before all text is left out.

        Raises:
            ServerNotUnderstood: it is of another shape.
        """
        try:
            choices = event["choices"]
            said = choices[0].get("delta") or choices[0].get("message") or {} if choices else {}
            self.unfinished = bool(choices) and choices[0].get("finish_reason") == "length"
            text = self._text.push(said.get("content") or "")
        except _MISSHAPEN as error:
            raise ServerNotUnderstood(self._base, "an event says no text") from error
        text = text if self._begun else text.lstrip()
        self._begun = self._begun or bool(text)
        return text


def _parts(event: Mapping[str, Any]) -> tuple[str, list[Token]]:
    """The text of an event, and the tokens in it."""
    if "response" in event:  # of Ollama's own protocol
        return event["response"] + "", _tokens({"content": event.get("logprobs") or []}) or [Token(event["response"])]
    choices = event["choices"]
    if not choices:  # how many tokens there were
        return "", []
    text = choices[0]["text"] or ""
    return text + "", _tokens(choices[0].get("logprobs")) or [Token(text)]


def _tokens(told: Any) -> list[Token]:
    """In the manner of the old completions, or in that of chats, which llama.cpp keeps to in both."""
    if not told:
        return []
    if told.get("content") is not None:
        return [
            _token(one["token"], one["logprob"], {other["token"]: other["logprob"] for other in one.get("top_logprobs") or ()})
            for one in told["content"]
        ]
    texts, logs = told.get("tokens") or [], told.get("token_logprobs") or []
    tops = told.get("top_logprobs") or [None] * len(texts)
    return [_token(text, log, top or {}) for text, log, top in zip(texts, logs, tops, strict=True)]


def _token(text: str, log: float | None, top: Mapping[str, float | None]) -> Token:
    alternatives = {one + "": _probability(value) for one, value in top.items() if value is not None and sayable(one)}
    return Token(text + "", None if log is None else _probability(log), alternatives)


def _probability(log: float) -> float:
    probability = math.exp(min(0.0, log))
    return probability if probability == probability else 0.0  # NaN


def _product(probabilities: list[float | None]) -> float | None:
    known = [one for one in probabilities if one is not None]
    return math.prod(known) if len(known) == len(probabilities) else None

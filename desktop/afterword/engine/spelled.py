"""From the tokens that a model chose to the pieces that are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from afterword.engine.protocol import Piece
from afterword.engine.text_stream import TextStream
from afterword.text.characters import printable


@dataclass(frozen=True)
class Token:
    """A token that the model chose.

    Attributes:
        id: its number.
        probability: the model's own, given what was typed of it.
        new_word: how probable a token that begins a word was in its place.
    """

    id: int
    probability: float
    new_word: float = 1.0


class Spelled:
    """Spells tokens as they come.

    Args:
        decoder: makes a text of tokens.
        prompt: the tokens before them.
        hidden: how many characters of theirs the page already has.
    """

    def __init__(self, decoder: Any, prompt: list[int], hidden: int) -> None:
        self._stream = TextStream(decoder, prompt)
        self._hidden = hidden
        self._probability = 1.0
        self._new_word: float | None = None
        self._returned = False  # a carriage return was the last that came

    def push(self, token: Token) -> Piece | None:
        """What can be shown now; None as long as characters are not whole or are on the page."""
        self._probability *= token.probability
        new_word = token.new_word if self._new_word is None else self._new_word
        text = self._stream.push(token.id)
        shown, self._hidden = text[self._hidden :], max(0, self._hidden - len(text))
        if shown:
            line_feed, self._returned = self._returned and shown[0] == "\n", shown[-1] == "\r"
            shown = printable(shown[line_feed:])
        self._new_word = None if text and not self._hidden else new_word
        if not shown:
            return None
        probability, self._probability = self._probability, 1.0
        return Piece(shown, probability, new_word)

    def push_all(self, tokens: Iterable[Token]) -> Iterator[Piece]:
        """What can be shown of `tokens`, as they come."""
        return filter(None, map(self.push, tokens))

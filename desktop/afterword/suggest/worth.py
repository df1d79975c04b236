"""Whether a suggestion is worth showing, and how far: by how probable its words are.

A word is right with the product of the probabilities of its pieces, and of a word ending where it ends (`Piece.new_word`).

The cut needs no dial. A whole suggestion is taken with one key, one that is wrong at its end word by word, with a key each. One
more word behind n words saves a key if it is right and costs n - 1 more if not; so it is worth adding while it is right with a
probability above (n - 1) / n, given that those before it are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from afterword.engine.protocol import Piece
from afterword.suggest.suggestion import Limit
from afterword.text.boundaries import first_word_end, in_word

GATES = ((0, 0.95), (50, 0.35), (100, 0.0))
"""The least probability of the first word that is shown, by eagerness; between two of them on the line."""

_JOINER = re.compile(r"['’\-]|(?<=\d)[.,]")  # behind a word, it belongs to it if a letter or a digit follows


def gate(eagerness: float) -> float:
    """The probability from which on a first word is shown."""
    for (low, at_low), (high, at_high) in pairwise(GATES):
        if eagerness <= high:
            return at_low + (at_high - at_low) * (eagerness - low) / (high - low)
    return GATES[-1][1]


def worth(text: str, pieces: Sequence[Piece], eagerness: float, final: bool, cut: bool = True) -> Limit:
    """How much of what a model has said so far is worth showing: a number of whole words, which never falls as `text` grows.

    Punctuation is judged with the word behind it where it stands at the cursor or opens that word.

    Args:
        text: what the pieces spell.
        pieces: with the first at the cursor.
        eagerness: the writer's, 0 to 100.
        final: whether no piece follows, so that the last word is whole.
        cut: False for all that follows a first word that is shown.
    """
    chances = _Chances(pieces)
    needed = gate(eagerness)
    shown, at, units, length = 0, 0, 0, len(text.rstrip())
    while at < length:
        at += len(text[at : at + first_word_end(text[at:])].rstrip())
        units += 1
        word, whole = in_word(text[at - 1]), final or _is_whole(text, at)
        probability = chances.of(at, word and whole)
        if probability < needed:
            return Limit(shown, True)
        if not word and whole and (at < length or not final) and (not shown or in_word(text[at])):
            continue
        if not whole:
            return Limit(shown, False)
        shown, needed = at, probability * (units - 1) / units if cut else 0.0
    return Limit(shown, False)


class _Chances:
    """How probable more and more of what some pieces spell is."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._next = 0
        self._spelled = 0
        self._product = 1.0

    def of(self, end: int, word: bool) -> float:
        """How probable the first `end` characters are; at least those of the call before.

        Args:
            end: a number of characters.
            word: whether a word ends there: where the next piece begins there too, it says how probable that is.
        """
        while self._spelled < end:
            piece = self._pieces[self._next]
            self._product *= piece.probability
            self._spelled += len(piece.text)
            self._next += 1
        if word and self._spelled == end and self._next < len(self._pieces):
            return self._product * self._pieces[self._next].new_word
        return self._product


def _is_whole(text: str, end: int) -> bool:
    """Whether what stands behind the first `end` characters shows that the word, or the punctuation, at their end is whole."""
    return end < len(text) and not (end + 1 == len(text) and _JOINER.match(text, end))

"""What is offered to the writer: text outside the document, to take whole, in part, or to type through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from itertools import accumulate

from afterword.engine.protocol import Piece
from afterword.text.boundaries import first_sentence_end, first_word_end
from afterword.text.scripts import is_mark, unspaced


class Ended(Enum):
    """Why a suggestion goes no further."""

    LENGTH = "length"  # as many words as were asked for
    SENTENCE = "sentence"  # as many sentences as were asked for
    MODEL = "model"  # the model had no more to say
    FOLLOWING = "following"  # it came to what already stands after the cursor
    UNSURE = "unsure"  # what would come next is not probable enough
    RULE = "rule"  # it would say what no suggestion says
    SEAM = "seam"  # nothing belongs there
    STOPPED = "stopped"  # nobody wants it any more


@dataclass(frozen=True)
class Limit:
    """How far a text can be shown.

    Attributes:
        length: in characters.
        ended: whether nothing that may follow changes that.
    """

    length: int
    ended: bool


@dataclass(frozen=True)
class Suggestion:
    """Pieces of text for the cursor's place; immutable.

    Attributes:
        pieces: runs of text with the model's probability of each.
        why_it_ended: None while more may follow.
        by: who made it: "local" or "server"; "" where only one could have. One that the server went on with is the server's.
    """

    pieces: tuple[Piece, ...] = ()
    why_it_ended: Ended | None = None
    by: str = ""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def probability(self) -> float:
        """The product of the probabilities of its pieces; 1 when there are none."""
        product = 1.0
        for piece in self.pieces:
            product *= piece.probability
        return product

    def __bool__(self) -> bool:
        return any(piece.text for piece in self.pieces)

    def accept_word(self) -> tuple[str, Suggestion]:
        """The first word with the space before it (trailing punctuation is a unit of its own), and what is left.

        In scripts without spaces nothing but the model's own pieces tells where a word may end.
        """
        text, end = self.text, first_word_end(self.text)
        if unspaced(text[:end]):
            ends = accumulate(len(piece.text) for piece in self.pieces)
            end = next((at for at in ends if at < end and unspaced(text[:at]) and not is_mark(text[at])), end)
        return self._split(end)

    def accept_sentence(self) -> tuple[str, Suggestion]:
        """Everything to the end of the first sentence, and what is left."""
        return self._split(first_sentence_end(self.text))

    def type_through(self, typed: str) -> Suggestion | None:
        """What is left once the writer has typed `typed`; None when that is not what the suggestion says."""
        if not self.text.startswith(typed):
            return None
        return self._split(len(typed))[1]

    def _split(self, at: int) -> tuple[str, Suggestion]:
        return self.text[:at], replace(self, pieces=part(self.pieces, at))


def saves_a_key(text: str) -> bool:
    """Whether `text` is taken with fewer keys than it is typed with: it is not blank, and no character that one key types."""
    shown = text.rstrip()
    return len(shown) > 1 or not shown.isascii()


def part(pieces: Iterable[Piece], start: int, end: int | None = None) -> tuple[Piece, ...]:
    """The characters from `start` to `end` of `pieces`, each with the probability of the piece it came from."""
    chosen, at = [], 0
    for piece in pieces:
        text = piece.text[max(0, start - at) : None if end is None else max(0, end - at)]
        if text:
            chosen.append(replace(piece, text=text))
        at += len(piece.text)
    return tuple(chosen)

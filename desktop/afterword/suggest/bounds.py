"""How much of what a model says is looked at: what is longer than any prose comes from a broken model, or a hostile server."""

from __future__ import annotations

import re
from collections.abc import Sequence

from afterword.engine.protocol import Piece
from afterword.engine.sampling import LETTERS_PER_WORD, RANGES
from afterword.suggest.suggestion import Suggestion, part
from afterword.text.scripts import unspaced

LONGEST_WORD = 190
"""Characters without a space: fewer than those at which a server's model is cut off, so that no part of such a word is shown. In
scripts that have no spaces, only the whole is bounded."""

MOST = LETTERS_PER_WORD * int(RANGES["max_words"].high)
"""Characters of any suggestion."""

_LONG = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")


def within(pieces: Sequence[Piece], words: int) -> Sequence[Piece]:
    """What of `pieces` is looked at for a suggestion of so many words: `pieces` itself where that is all."""
    most = LETTERS_PER_WORD * words
    few = pieces[:most]
    text = "".join(piece.text for piece in few)
    end = _long_word(text[:most])
    if end is None and len(few) == len(pieces) and len(text) <= most:
        return pieces
    return part(few, 0, most if end is None else end)


def is_absurd(suggestion: Suggestion) -> bool:
    """Whether it is longer than any suggestion can be, or has such a word: a page would stand still while it is laid out."""
    text = suggestion.text
    return len(text) > MOST or _long_word(text) is not None


def _long_word(text: str) -> int | None:
    """Where the first word begins that is too long to be one; None where there is none."""
    return next((match.start() for match in _LONG.finditer(text) if not unspaced(match.group())), None)

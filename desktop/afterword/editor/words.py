"""Which words of a paragraph the writer means. No Qt in here."""

from __future__ import annotations

from itertools import pairwise

from afterword.suggest.replacing import WORDS
from afterword.text.boundaries import word_spans
from afterword.text.scripts import unspaced

_NEAR = 200  # characters on either side in which a word is looked for: a paragraph may be as long as a book


def words_at(line: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the words that stretch from `start` to `end` of `line` begin and end.

    Words that are selected in part are meant whole. Without a selection it is the word with the cursor in it, or beside it.
    None where there is none, where there are too many, where something else than white space stands between them, and where
    nothing tells one from the next.
    """
    if end - start > _NEAR:
        return None
    from_ = max(start - _NEAR, 0)
    near = [(from_ + one, from_ + other) for one, other in word_spans(line[from_ : end + _NEAR])]
    if start == end:
        found = [(one, other) for one, other in near if one <= start <= other]
        found = [] if found and unspaced(line[slice(*found[0])]) else found
    else:
        found = [(one, other) for one, other in near if one < end and other > start]
    if not 1 <= len(found) <= WORDS or any(line[one[1] : other[0]].strip() for one, other in pairwise(found)):
        return None
    return found[0][0], found[-1][1]

"""Scripts that are written without spaces between words, and scripts that are written from right to left."""

from __future__ import annotations

import re
import unicodedata

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""The characters of Thai, Lao, Burmese, Khmer, kana and Han, for a class of a pattern."""

_UNSPACED = re.compile(f"[{UNSPACED}]")


def unspaced(text: str) -> bool:
    """Whether `text` has a character of such a script in it."""
    return _UNSPACED.search(text) is not None


def right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction is of a right-to-left script (Unicode Standard Annex 9, P2 and P3)."""
    return next((kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL")), "L") != "L"


def is_mark(character: str) -> bool:
    """Whether it stands on, under or around the character before it, as the vowels of Thai do."""
    return unicodedata.category(character).startswith("M")

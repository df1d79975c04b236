"""Scripts that are written without spaces between words."""

from __future__ import annotations

import re
import unicodedata

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)  # Thai, Lao, Burmese, Khmer, kana and Han


def unspaced(text: str) -> bool:
    """Whether `text` has a character of such a script in it."""
    return _UNSPACED.search(text) is not None


def is_mark(character: str) -> bool:
    """Whether it stands on, under or around the character before it, as the vowels of Thai do."""
    return unicodedata.category(character).startswith("M")

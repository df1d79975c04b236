"""How much a server may say: as many words as were asked for are cut elsewhere, but nothing says how long a word is."""

from __future__ import annotations

import regex  # its \w has the marks on letters

from afterword.engine.sampling import LETTERS_PER_WORD
from afterword.text.characters import spoken_text

WORD_AT_MOST = 200
"""Letters, digits and marks in a row. A text without blanks has signs between; no word of any language is as long."""

NAME_AT_MOST = 200
"""Characters of a model's name, which may be a path."""

_SPARE = 200
_RUN = regex.compile(r"\w+")


class Bounds:
    """Lets a text through up to where it is too long.

    Args:
        words: how many were asked for.

    Attributes:
        reached: whether anything was kept back; nothing comes after it.
    """

    def __init__(self, words: int) -> None:
        self._left = words * LETTERS_PER_WORD + _SPARE
        self._run = 0  # how long what ends the text is
        self.reached = False

    def within(self, text: str) -> str:
        """What of the next `text` may be shown."""
        if self.reached or not text:
            return ""
        end, run = min(len(text), self._left), 0
        for found in _RUN.finditer(text, 0, end):
            run = len(found.group()) + (self._run if found.start() == 0 else 0)
            if run > WORD_AT_MOST:
                end = found.end() - (run - WORD_AT_MOST)
                break
            run = run if found.end() == end else 0
        self.reached = end < len(text)
        self._run = run
        self._left -= end
        return text[:end]


def shown_word(text: str, most: int = 100) -> str:
    """What a server says of itself, as one clean line of so many characters at most."""
    line = "".join(c for c in " ".join(text[: 10 * most].split()) if c.isprintable())
    return line[:most]


def sayable(token: str) -> bool:
    """Whether a token that could have stood there may be shown as it is."""
    return 0 < len(token) <= WORD_AT_MOST and "\ufffd" not in token and spoken_text(token) == token

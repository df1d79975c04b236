"""Where an undo stops in what the writer types and erases. No Qt in here."""

from __future__ import annotations

from collections.abc import Iterator

import regex as re  # its \X knows what is one character to a reader

from afterword.text.scripts import unspaced

PAUSE = 1.0
"""Seconds without a key after which the next word is another step: nobody stops for so long inside of a thought."""

WORDS = 8.0
"""Words after which the next one is another step: some ten seconds of typing, half a line, which is soon typed again."""

_UNSPACED = 0.5  # of a word: about what one sign of Chinese or Japanese is
_CHARACTER = re.compile(r"\X")


class Steps:
    """Knows what was typed or erased last, and says whether what comes now is another step.

    A step of typing begins only with the first letter of a word, so that what is undone leaves no half of one; until then it is
    due. Where nothing tells one word from the next it may begin at any character, and behind what the writer did not type
    anywhere: else that would be undone with it.
    """

    def __init__(self) -> None:
        self._heard = 0.0
        self._due = self._apart = False
        self._words = 0.0
        self._forward: bool | None = None

    def hear(self, now: float) -> None:
        """The writer types, erases, or chooses signs, at `now`, in seconds."""
        if now - self._heard > PAUSE:
            self._due = True
        self._heard = now

    def interrupt(self, changed: bool) -> None:
        """Something else was done since the last of it; `changed` where that changed the text."""
        self._due, self._apart = True, self._apart or changed

    def begins(self, text: str, before: str) -> bool:
        """Whether a step must begin with `text`, which is typed behind `before`."""
        return self._apart or (starts_word(before, text) and (self._due or self._words >= WORDS))

    def wrote(self, text: str, before: str, begun: bool) -> None:
        """`text` was typed behind `before`, and a step has begun with it, or not."""
        if begun:
            self._due, self._words = False, 0.0
        self._words += sum(_sizes(text, before))
        self._apart, self._forward = False, None

    def erases_anew(self, forward: bool) -> bool:
        """Whether a step must begin with the character that is erased, the one behind the cursor or the one before it."""
        return self._due or self._forward is not forward

    def erased(self, forward: bool) -> None:
        """It was erased."""
        self._due, self._apart, self._forward = False, False, forward


def starts_word(before: str, text: str) -> bool:
    """Whether a word begins with the first character of `text`, which stands behind `before`; "" for nothing."""
    last, first = before[-1:], text[:1]
    if not first or first.isspace():
        return False
    if not last or last.isspace():
        return True
    return unspaced(last + first) and _CHARACTER.fullmatch(last + first) is None


def _sizes(text: str, before: str) -> Iterator[float]:
    """For each word that begins in `text` how much of a word it is."""
    for last, character in zip((before[-1:], *text), text, strict=False):
        if starts_word(last, character):
            yield _UNSPACED if unspaced(character) else 1.0

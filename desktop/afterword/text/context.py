"""The text around the cursor, as a model is given it."""

from __future__ import annotations

from dataclasses import dataclass

BEFORE_LIMIT = 6_000  # characters; about 1,300 tokens of English, more than a small model makes use of
AFTER_LIMIT = 1_000
_SLIDE = 1_500  # characters by which the beginning of the context moves, so that it stays for hundreds of keystrokes


def reach(position: int) -> int:
    """How many characters before `position` belong to its context: a little more with each, and _SLIDE fewer now and then.

    A model keeps what it computed for a text only as long as that text begins with the same characters.
    """
    return position - max(0, -(-(position - BEFORE_LIMIT) // _SLIDE) * _SLIDE)


@dataclass(frozen=True)
class Context:
    """Text around the cursor, bounded.

    Attributes:
        before: what stands before the cursor, its end being at the cursor.
        after: what stands after it.
        preface: the writer's notes for the model, put before the page and never shown in it.
    """

    before: str
    after: str = ""
    preface: str = ""

    @classmethod
    def around(cls, text: str, position: int, preface: str = "") -> Context:
        """The context of the cursor at `position` (in characters) of `text`, within the limits."""
        before = text[position - reach(position) : position]
        return cls(before, text[position : position + AFTER_LIMIT], preface)

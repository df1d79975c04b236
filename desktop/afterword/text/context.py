"""The text around the cursor, as a model is given it."""

from __future__ import annotations

from dataclasses import dataclass

BEFORE_LIMIT = 6_000  # characters; about 1,300 tokens of English, more than a small model makes use of
AFTER_LIMIT = 1_000


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
        before = text[max(0, position - BEFORE_LIMIT) : position]
        return cls(before, text[position : position + AFTER_LIMIT], preface)

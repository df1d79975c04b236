"""Where a suggestion meets the writer's text: what of it does not belong there. What is missing: `text/fitting.py`."""

from __future__ import annotations

import re

from afterword.text import boundaries
from afterword.text.context import Context

_BLANK = re.compile(r"\s+")
_BREAKS = 2  # line breaks between paragraphs


def skip(text: str, before: str) -> int:
    """How many characters at the beginning of the model's `text` do not belong behind `before`.

    They are spaces behind a space or at the beginning of a line, and line breaks behind an empty line.
    """
    line = before.rstrip(" \t")
    spaced = line != before or not line or line.endswith("\n")
    blank = _BLANK.match(text)
    leading = blank.group() if blank else ""
    most = _BREAKS - before[len(before.rstrip()) :].count("\n") if before.strip() else 0
    breaks = leading.count("\n")
    if breaks > most:
        return len(leading) if most <= 0 else [at for at, mark in enumerate(leading) if mark == "\n"][breaks - most]
    return len(leading) - len(leading.lstrip(" \t")) if spaced else 0


def inside_word(context: Context) -> bool:
    """Whether a word goes on across the cursor."""
    return boundaries.inside_word(context.before, context.after)

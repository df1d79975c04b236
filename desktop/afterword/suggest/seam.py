"""Where a suggestion meets the writer's text: no doubled and no missing space on either side."""

from __future__ import annotations

import unicodedata

from afterword.text.context import Context
from afterword.text.scripts import unspaced


def skip(text: str, before: str) -> int:
    """How many characters at the beginning of the model's `text` are spaces that already stand at the end of `before`."""
    leading = len(text) - len(text.lstrip(" \t"))
    line = before.rstrip(" \t")
    return leading if line != before or not line or line.endswith("\n") else 0


def closing_space(shown: str, after: str) -> str:
    """The space that is missing between a finished suggestion and the text after the cursor, if any."""
    if not shown or not after or shown[-1].isspace() or after[0].isspace():
        return ""
    if unspaced(shown[-1] + after[0]):
        return ""
    opens = after[0].isalnum() or unicodedata.category(after[0]) in ("Ps", "Pi")
    return " " if opens and (shown[-1].isalnum() or shown[-1] in ".,;:!?…") else ""


def inside_word(context: Context) -> bool:
    """Whether the cursor has a letter on both sides; in scripts without spaces that says nothing."""
    letter = next((one for one in reversed(context.before) if not unicodedata.category(one).startswith("M")), "")  # or its marks
    return letter.isalnum() and context.after[:1].isalnum() and not unspaced(letter + context.after[:1])

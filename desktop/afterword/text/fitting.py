"""How text is put in beside other text: no doubled and no missing space or line on either side."""

from __future__ import annotations

import unicodedata

from afterword.text.context import Context
from afterword.text.scripts import unspaced

_ENDS = ".,;:!?…)]}”»"
_OPENS = ("Ps", "Pi")  # opening brackets and quotes


def missing_space(before: str, after: str) -> str:
    """The space that is missing between two texts, if any."""
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return ""
    if unspaced(before[-1] + after[0]):
        return ""
    opens = after[0].isalnum() or unicodedata.category(after[0]) in _OPENS
    return " " if opens and (before[-1].isalnum() or before[-1] in _ENDS) else ""


def fitted(text: str, context: Context, *, apart: bool) -> str:
    """`text` as it is put in at the cursor, with the spaces that are missing around it; or on lines of its own.

    On lines of its own it is where a paragraph begins or ends at the cursor, and it has several lines or stands apart: as far
    from its neighbours as the paragraphs around it are from each other.

    Args:
        text: what is put in.
        context: what stands around it.
        apart: whether it belongs to no paragraph that is there.
    """
    before, after = context.before.rstrip(" \t"), context.after.lstrip(" \t")
    begins, ends = before[-1:] in ("", "\n"), after[:1] in ("", "\n")
    if (apart or "\n" in text) and (begins or ends):
        gap = 2 if any("\n\n" in part for part in (context.before, text, context.after)) else 1
        head = _lines(gap, _breaks(before[::-1])) if before.strip() and (apart or not begins) else ""
        tail = _lines(gap, _breaks(after)) if after.strip() and (apart or not ends) else ""
        return f"{head}{text}{tail}"
    return f"{missing_space(context.before, text)}{text}{missing_space(text, context.after)}"


def _lines(wanted: int, there: int) -> str:
    return "\n" * (wanted - there)


def _breaks(text: str) -> int:
    return len(text) - len(text.lstrip("\n"))

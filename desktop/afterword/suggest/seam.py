"""Where a suggestion meets the writer's text: no doubled and no missing space on either side."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from afterword.text.context import Context


def prompt(context: Context) -> Context:
    """What the model is given: the context without the spaces at the cursor.

    Vocabularies hold words with the space before them, so a prompt that ends with a space asks for a rare word that begins
    without one. The model is given the text up to that space and will say the space itself.
    """
    return replace(context, before=context.before.rstrip(" \t"))


def skip(text: str, before: str) -> int | None:
    """How many characters at the beginning of the model's `text` are spaces that already stand at the end of `before`.

    None when the model goes on without any space behind a space of the writer's: its words do not belong there.
    """
    leading = len(text) - len(text.lstrip(" \t"))
    line = before.rstrip(" \t")
    if not line or line.endswith("\n"):
        return leading  # at the start of a line, indented or not
    if line != before:
        return leading if leading or not text or text[0] == "\n" else None
    return 0


def closing_space(shown: str, after: str) -> str:
    """The space that is missing between a finished suggestion and the text after the cursor, if any."""
    if not shown or not after or shown[-1].isspace() or after[0].isspace():
        return ""
    if unicodedata.east_asian_width(shown[-1]) in "WF" or unicodedata.east_asian_width(after[0]) in "WF":
        return ""  # scripts that are written without spaces
    opens = after[0].isalnum() or unicodedata.category(after[0]) in ("Ps", "Pi")
    return " " if opens and (shown[-1].isalnum() or shown[-1] in ".,;:!?…") else ""


def inside_word(context: Context) -> bool:
    """Whether the cursor has a letter on both sides."""
    return context.before[-1:].isalnum() and context.after[:1].isalnum()

"""Where a suggestion meets the writer's text: no doubled and no missing space on either side."""

from __future__ import annotations

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
    if before.endswith((" ", "\t")):
        return leading if leading or not text or text[0] == "\n" else None
    return leading if before.endswith("\n") or not before else 0


def closing_space(shown: str, after: str) -> str:
    """The space that is missing between a finished suggestion and the text after the cursor, if any."""
    joins = bool(shown) and bool(after) and not shown[-1].isspace() and after[0].isalnum()
    return " " if joins else ""


def inside_word(context: Context) -> bool:
    """Whether the cursor has a letter on both sides."""
    return context.before[-1:].isalnum() and context.after[:1].isalnum()

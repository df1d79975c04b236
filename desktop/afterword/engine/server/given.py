"""What of a text is given to a server: all that leaves the machine for ghost text."""

from __future__ import annotations

from afterword.text.characters import writable
from afterword.text.context import Context
from afterword.text.half_typed import half_typed


def given(context: Context) -> str:
    """Exactly the characters of `context` that leave the machine for ghost text.

    The writer's notes, a blank line, and the page up to the last boundary of words before the cursor. Of the word that the writer
    is in the middle of only such letters follow as the server itself said first; nothing leaves of what stands behind the cursor.
    "" where nothing leaves, since no whole word stands there yet.
    """
    return parted(context)[0]


def parted(context: Context) -> tuple[str, str]:
    """What is given, and what the answer must begin with: the half-typed word, with the white space before it."""
    before = writable(context.before)
    begin = half_typed(before)
    page, typed = (before, "") if begin is None else (before[:begin], before[begin:])
    if not page.strip():
        return "", typed
    return (f"{writable(context.preface)}\n\n{page}" if context.preface else page), typed

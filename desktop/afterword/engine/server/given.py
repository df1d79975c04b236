"""What of a text is given to a server: all that leaves the machine for ghost text."""

from __future__ import annotations

from afterword.text.boundaries import in_word
from afterword.text.characters import writable
from afterword.text.context import Context
from afterword.text.half_typed import half_typed

_JOINERS = "'’׳-‐‑\u00ad"  # behind which a word may go on


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
    begin = len(before) if _ended(before) else half_typed(before)
    page, typed = (before, "") if begin is None else (before[:begin], before[begin:])
    if not page.strip():
        return "", typed
    return (f"{writable(context.preface)}\n\n{page}" if context.preface else page), typed


def _ended(before: str) -> bool:
    """Whether a sign ends the last word, behind which the next token begins anyhow: a full stop, a quote, a bracket."""
    last = before[-1:]
    return bool(last) and not (last.isspace() or in_word(last) or last in _JOINERS)

"""What of a text is given to a server: all that leaves the machine for ghost text."""

from __future__ import annotations

from afterword.text.boundaries import in_word
from afterword.text.characters import writable
from afterword.text.context import Context
from afterword.text.half_typed import half_typed

_JOINERS = "'’׳-‐‑\u00ad"  # behind which a word may go on


def given(context: Context) -> str:
    """All characters of `context` that may leave the machine for ghost text.

    The writer's notes, a blank line, and the page before the cursor. "" where there is nothing before it.

    While one writes, of the word that one is in the middle of only such letters leave as the server itself said first; all of
    them where the writer asks for words and the server says none that agree with them.
    """
    return _noted(context, writable(context.before))


def parted(context: Context) -> tuple[str, str]:
    """What is given first, and what the answer must begin with: the half-typed word, with the white space before it."""
    before = writable(context.before)
    begin = len(before) if _ended(before) else half_typed(before)
    page, typed = (before, "") if begin is None else (before[:begin], before[begin:])
    return _noted(context, page), typed


def _noted(context: Context, page: str) -> str:
    """`page` behind the writer's notes; nothing where that is blank."""
    if not page.strip():
        return ""
    return f"{writable(context.preface)}\n\n{page}" if context.preface else page


def _ended(before: str) -> bool:
    """Whether a sign ends the last word, behind which the next token begins anyhow: a full stop, a quote, a bracket."""
    last = before[-1:]
    return bool(last) and not (last.isspace() or in_word(last) or last in _JOINERS)

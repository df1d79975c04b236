"""Where the word begins that a writer is in the middle of."""

from __future__ import annotations

import re

from afterword.text.scripts import unspaced

_TAIL = re.compile(r"[^\S\n]?\S*\Z")
_AT_MOST = 40  # characters of a word; longer ones are addresses and the like


def tail(text: str) -> int:
    """Where the last run without white space begins, with the white space before it; the end itself at the end of a line."""
    found = _TAIL.search(text)
    assert found is not None  # it matches nothing at least
    return found.start()


def half_typed(text: str) -> int | None:
    """Where the word at the end of `text` begins, as `tail`; None in scripts without spaces, in an address and the like."""
    begin = tail(text)
    return begin if len(text) - begin <= _AT_MOST and not unspaced(text[begin:]) else None

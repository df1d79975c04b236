"""What of a text a file can hold, and what two texts share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

# The C0 and C1 controls except tab and line feed, which nobody can see, and what is no character at all.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Embeddings, overrides and isolates, with their ends: they turn round what stands behind them, and nobody sees them.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """`text` as a page can show it and every format can hold it.

    Every line separator of Unicode is a line feed; other control characters, which XML cannot hold and no page shows, are left
    out; halves of characters are joined or become U+FFFD.
    """
    return writable(_CONTROLS.sub("", _LINE_ENDS.sub("\n", text)))


def spoken_text(text: str) -> str:
    """`printable` text of somebody who is not trusted to order what others wrote: nothing in it turns what stands around it.

    The marks that order only themselves, which Hebrew and Arabic texts have, stay. The same comes out in whatever pieces it goes
    in, but for the two halves of a character, or of a line end, in two of them.
    """
    return _TURNS.sub("", printable(text))


def writable(text: str) -> str:
    """`text` as a UTF-8 text file can hold it.

    Line ends are line feeds. The halves of a surrogate pair that stand side by side are joined to the character they mean; a
    lone half, which UTF-8 cannot hold, and NUL, which would make the file a binary one, become U+FFFD, so that their place is
    still seen. Everything else is left alone.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def common_ends(one: Sequence[Any], other: Sequence[Any]) -> tuple[int, int]:
    """How many characters, or lines, are the same at the beginning, and at the end of what is behind that."""
    start = _common_prefix(one, other)
    return start, _common_prefix(one[start:][::-1], other[start:][::-1])


def _common_prefix(one: Sequence[Any], other: Sequence[Any]) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:  # slices compare at the speed of memory; a loop over characters does not
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low

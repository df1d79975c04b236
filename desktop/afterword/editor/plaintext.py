"""Between Python's strings and Qt's: UTF-16 units, kinds of newline. No Qt in here."""

from __future__ import annotations


def units(text: str) -> int:
    """The length of `text` as Qt counts it: UTF-16 units, of which an astral character takes two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def index_at(text: str, position: int) -> int:
    """The index in `text` that lies `position` UTF-16 units into it."""
    if text.isascii():
        return position
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * position].decode("utf-16-le", "surrogatepass"))


def clean(text: str) -> str:
    """`text` with every kind of newline as a line feed."""
    for newline in ("\r\n", "\r", "\u2028", "\u2029"):  # 1 ms for a million characters; a regular expression takes 8
        text = text.replace(newline, "\n")
    return text

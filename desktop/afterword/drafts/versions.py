"""Earlier versions of drafts as plain data: what they are, how long they are kept, and the blocks that their texts are stored in.

How long: all of the last hour, then one for each hour of the last day, one for each day of the last thirty, and one for each week
before that. Those that have a name and the last twenty of each draft stay whatever their age. Which of two is newer is told by
their numbers, which rise whatever the clock says; and the age of one is counted up to the earliest of the last twenty, so that
nothing is dropped for a few saves by a clock that is ahead.
"""

from __future__ import annotations

import os
import re
import secrets
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

HOUR, DAY, WEEK = 3600, 86_400, 604_800  # seconds
LAST_ONES = 20
"""Versions of a draft that stay however old they are: of a draft that is opened again after a month, its last session."""

_STEPS = ((DAY, HOUR), (30 * DAY, DAY))  # up to what age one is kept for each how long a time; of older ones, for each week
_NEVER_SAVED = b"never saved: "
_PIECE = re.compile(rb"[^\n.]*[\n.]+|[^\n.]+")
_PIECES = 128  # of a block, on average


class Occasion(Enum):
    """Why a version was kept."""

    WRITING = "writing"
    SAVED = "saved"
    NAMED = "named"
    BEFORE_RESTORING = "before restoring"
    RECOVERED = "recovered"
    OVERRULED = "overruled"


@dataclass(frozen=True)
class Version:
    """What is known of a version without its text.

    Attributes:
        number: rises from version to version of all drafts, whatever the clock says.
        at: when it was kept, in seconds since 1970 (UTC).
        occasion: why.
        name: what the writer calls it; "" for none.
        words: of its text.
        characters: of its text.
    """

    number: int
    at: int
    occasion: Occasion
    name: str
    words: int
    characters: int


def key_of(path: Path) -> bytes:
    """What the versions of the draft at `path` are kept under, whether there is such a file or not."""
    return os.fsencode(os.path.normcase(os.path.realpath(path)))


def new_key() -> bytes:
    """What the versions of a draft that was never saved are kept under, until `VersionStore.move` gives them to its path."""
    return _NEVER_SAVED + secrets.token_hex(16).encode()


def never_saved(key: bytes) -> bool:
    """Whether `key` is one of `new_key`."""
    return key.startswith(_NEVER_SAVED)


def left_behind(key: bytes) -> bool:
    """Whether `key` is of a path at which there is nothing any more."""
    return not never_saved(key) and not os.path.lexists(os.fsdecode(key))


def superfluous(versions: Sequence[Version]) -> list[int]:
    """The numbers of those that need not be kept, of one draft.

    Args:
        versions: all of the draft, by rising number. What was kept at a later time than the last ones, by a clock that was set
            back since, counts as new.
    """
    now = min((version.at for version in versions[-LAST_ONES:]), default=0)
    taken: set[tuple[int, int]] = set()
    over = []
    for version in reversed(versions[:-LAST_ONES]):
        age = now - version.at
        if version.name or age <= HOUR:
            continue
        width = next((width for until, width in _STEPS if age <= until), WEEK)
        slot = (width, version.at // width)
        if slot in taken:
            over.append(version.number)
        taken.add(slot)
    return over


def blocks_of(text: str) -> Iterator[bytes]:
    """`text` in UTF-8, cut by what stands there: most blocks of two texts that are much the same are the same.

    A block ends where the sum of a sentence or line says so, at about each 128th (content-defined chunking: Muthitacharoen, Chen
    and Mazières, "A Low-bandwidth Network File System", SOSP 2001). Halves of characters are kept as they are.
    """
    data = text.encode("utf-8", "surrogatepass")
    start = 0
    for piece in _PIECE.finditer(data):
        if zlib.crc32(piece.group()) % _PIECES == 0:
            yield data[start : piece.end()]
            start = piece.end()
    if start < len(data):
        yield data[start:]

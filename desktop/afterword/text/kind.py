"""Whether a text is Markdown or plain."""

from __future__ import annotations

from enum import Enum
from pathlib import PurePath

_MARKDOWN = frozenset({".md", ".markdown"})


class Kind(Enum):
    """How a text is meant to be read."""

    MARKDOWN = "markdown"
    PLAIN = "plain"  # every character stands for itself


def kind_of(path: PurePath | None) -> Kind:
    """The kind of the draft at `path`, by its ending. A draft that has no path yet is Markdown."""
    return Kind.MARKDOWN if path is None or path.suffix.lower() in _MARKDOWN else Kind.PLAIN

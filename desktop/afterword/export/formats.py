"""The formats of exports, known by the endings of their files."""

from __future__ import annotations

from pathlib import Path

from afterword.errors import ExportFormatUnknown

FORMATS = ("pdf", "docx", "odt", "epub", "html", "md", "txt")
_ALIASES = {"htm": "html", "markdown": "md", "text": "txt"}


def format_of(path: Path) -> str:
    """The one of `FORMATS` that the ending of `path` asks for; raises ExportFormatUnknown."""
    ending = path.suffix.lower().removeprefix(".")
    ending = _ALIASES.get(ending, ending)
    if ending not in FORMATS:
        raise ExportFormatUnknown(path, tuple(f".{known}" for known in FORMATS))
    return ending

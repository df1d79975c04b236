"""What to call a draft that has no name yet."""

from __future__ import annotations

import re

_LONGEST = 60  # characters; no file system that is in use takes less than 255 bytes, which is what 60 of the longest need
_ENOUGH = 50_000  # characters to look at
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t#]*$", re.MULTILINE)
_FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_MARKS = (
    (re.compile(r"!?\[([^\]\n]*)\](?:\([^)\n]*\)|\[[^\]\n]*\])"), r"\1"),  # links and images: their text
    (re.compile(r"^\s*(?:>\s*|[-+*]\s+|#+\s+)+"), ""),
    (re.compile(r"\*+|~~|`+|(?<!\w)_+|_+(?!\w)"), ""),
    (re.compile(r"\\(?=[^\w\s])"), ""),
)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]')
_RESERVED = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)")  # Windows keeps these for devices, with any ending


def suggested_name(text: str) -> str:
    """A file name for a draft of `text`, from its first heading, else its first line that has letters or digits; ends in ".md".

    It is safe on every system: without the characters that one of them forbids, no hidden file, no name of a device, at most 60
    characters, cut between words where that loses little. "draft.md" when the text gives no name.
    """
    beginning = text[:_ENOUGH]
    for line in (*_HEADING.findall(_FENCED.sub("", beginning)), *beginning.splitlines()):
        for pattern, replacement in _MARKS:
            line = pattern.sub(replacement, line)
        name = _shorten(" ".join(_FORBIDDEN.sub(" ", line).split()))
        if any(character.isalnum() for character in name):
            return f"{name}_.md" if _RESERVED.fullmatch(name) else f"{name}.md"
    return "draft.md"


def _shorten(name: str) -> str:
    if len(name) > _LONGEST:
        cut = name[: _LONGEST + 1]
        space = cut.rfind(" ")
        name = cut[:space] if space > _LONGEST // 2 else cut[:_LONGEST]
    return name.strip(" .,;-–—")

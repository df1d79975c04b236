"""Plain text for the converters: every character stands for itself, so none is ever parsed as Markdown."""

from __future__ import annotations

import re

from afterword.export.tree import LINE_BREAK, NO_BREAK_SPACE, SPACE, Node, document, paragraph, raw, string
from afterword.text.characters import printable

_TAB = 4
_RUN = re.compile(r"( +)")
_PIECES = re.compile(r"(\t)")


def tree_of_plain(text: str, *, exact_spaces: bool = False) -> Node:
    """The document of a plain text: a line is a line, empty lines part paragraphs, further empty lines are kept as such.

    Args:
        text: the text.
        exact_spaces: for formats that keep several spaces and tabs as they are (DOCX, ODT); the others get all but the last
            space of a run as no-break spaces, and tabs as spaces up to the next multiple of four.
    """
    return document(paragraphs(text, exact_spaces=exact_spaces))


def paragraphs(text: str, *, exact_spaces: bool = False) -> list[Node]:
    """The paragraphs of a plain text, as `tree_of_plain` makes them."""
    blocks: list[Node] = []
    lines: list[Node] = []
    text = printable(text).rstrip("\n \t")
    for line in text.split("\n") if text else ():
        if not line.strip(" \t"):
            if lines:
                blocks.append(paragraph(lines))
                lines = []
            else:  # an empty line more than it takes to part two paragraphs
                blocks.append(paragraph([string(NO_BREAK_SPACE)]))
            continue
        if lines:
            lines.append(LINE_BREAK)
        lines += _exact(line) if exact_spaces else _spaced(line)
    return [*blocks, paragraph(lines)] if lines else blocks


def _exact(line: str) -> list[Node]:
    # Pandoc's ODT writer makes a tab of a tab; its DOCX writer has to be told.
    pieces = _PIECES.split(line)
    tab = [raw("openxml", "<w:r><w:tab/></w:r>"), raw("opendocument", "<text:tab/>")]
    return [node for piece in pieces if piece for node in (tab if piece == "\t" else [string(piece)])]


def _spaced(line: str) -> list[Node]:
    inlines: list[Node] = []
    for piece in _RUN.split(line.expandtabs(_TAB).rstrip(" ")):
        if not piece:
            continue
        if piece[0] != " ":
            inlines.append(string(piece))
        elif inlines:
            inlines += [string(NO_BREAK_SPACE * (len(piece) - 1)), SPACE] if len(piece) > 1 else [SPACE]
        else:
            inlines.append(string(NO_BREAK_SPACE * len(piece)))
    return inlines


_ALWAYS = re.compile(r"[\\`*\[]|~(?=~)|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
_AT_START = re.compile(r"(?:#{1,6}(?=[ \t]|$)|>|[-+](?=[ \t]|$)|=+[ \t]*$|-[-\t ]*$|[-|:][-|: \t]*$)")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=[ \t]|$)")


def escape_markdown(text: str) -> str:
    """Markdown that says what the plain `text` says, its lines and runs of spaces included."""
    return "\n".join(_escape_line(line) for line in printable(text).split("\n"))


def _escape_line(line: str) -> str:
    line = line.expandtabs(_TAB).rstrip(" ")
    bare = line.lstrip(" ")
    indent = NO_BREAK_SPACE * (len(line) - len(bare))
    escaped = _ALWAYS.sub(r"\\\g<0>", bare)
    if not indent:
        escaped = _NUMBER.sub(r"\1\\\2", escaped, count=1) if _NUMBER.match(escaped) else escaped
        escaped = "\\" + escaped if _AT_START.match(escaped) else escaped
    return indent + re.sub(r" (?= )", NO_BREAK_SPACE, escaped)

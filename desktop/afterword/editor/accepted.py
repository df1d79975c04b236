"""Which text of the document was accepted from suggestions: a property of its characters, which Qt carries through every edit."""

from __future__ import annotations

from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextFormat

ACCEPTED = int(QTextFormat.Property.UserProperty) + 1
"""The character property of text that was accepted from a suggestion; its value differs from one accept to the next."""


def accepted_format(number: int) -> QTextCharFormat:
    """The format of what was accepted; with another `number` it is another step of undo."""
    accepted = QTextCharFormat()
    accepted.setProperty(ACCEPTED, number)
    return accepted


def accepted_in(block: QTextBlock) -> list[tuple[int, int]]:
    """Where in a paragraph the accepted text begins and ends, in UTF-16 units; without the newline behind it."""
    return [(r.start, r.start + r.length) for r in block.textFormats() if r.format.hasProperty(ACCEPTED)]


def newline_accepted(block: QTextBlock) -> bool:
    """Whether the newline behind a paragraph was accepted; its format is that of the paragraph that it begins."""
    below = block.next()
    return below.isValid() and below.charFormat().hasProperty(ACCEPTED)

"""A tint behind accepted text, on the screen only."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTextBlock

from afterword.editor.accepted import accepted_in
from afterword.editor.geometry import lines_of, selected_in
from afterword.editor.plaintext import units


def tinted_in(block: QTextBlock, rect: QRectF) -> Iterator[QRectF]:
    """What is to be filled of a paragraph that takes up `rect`: its accepted text, line by line, as high as a selection."""
    if not block.next().isValid():
        rect = rect.adjusted(0, 0, 0, -block.document().documentMargin())  # Qt counts it to the last paragraph
    for first, last in _as_laid(block):
        for line, top, bottom in lines_of(block, rect):
            for left, right in selected_in(block, line, first, min(last, line.textStart() + line.textLength())):
                yield QRectF(rect.left() + left, top, right - left, bottom - top)


def _as_laid(block: QTextBlock) -> Iterator[tuple[int, int]]:
    """Accepted text by its place in the layout, where a ghost, or what an input method composes, is between the characters."""
    layout = block.layout()
    at, length = layout.preeditAreaPosition(), units(layout.preeditAreaText())
    for start, end in accepted_in(block):
        if not length or end <= at:
            yield start, end
        elif start >= at:
            yield start + length, end + length
        else:
            yield start, at
            yield at + length, end + length

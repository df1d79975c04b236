"""Where on the page a position of the text is, and which position a point is at.

Qt's own answers are off behind a ghost by its length, and take a point in the space between two lines for the beginning of the
lower one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QTextBlock, QTextLine

from afterword.editor.ghost import Ghost

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_NEWLINE_WIDTH = 0.3  # of a selected newline, as a share of the line's height


class OnScreen(Protocol):
    """What of QPlainTextEdit this needs."""

    def visible_blocks(self) -> Iterator[tuple[QTextBlock, QRectF]]:
        """The paragraphs on the screen with their rectangles, from the top."""
        ...

    @property
    def ghost(self) -> Ghost:
        """The ghost that may lie in one of them."""
        ...


def lines_of(block: QTextBlock, rect: QRectF) -> Iterator[tuple[QTextLine, float, float]]:
    """The lines of a paragraph with the y of their upper and lower borders, which meet half-way between two lines."""
    layout = block.layout()
    count = layout.lineCount()
    top = rect.top()
    for number in range(count):
        line = layout.lineAt(number)
        bottom = rect.bottom()
        if number + 1 < count:
            bottom = rect.top() + (line.y() + line.height() + layout.lineAt(number + 1).y()) / 2
        yield line, top, bottom
        top = bottom


def line_at(sheet: OnScreen, y: float) -> tuple[QTextBlock, QRectF, QTextLine] | None:
    """The paragraph and line at height `y` of the viewport; the last line below the text; None above it."""
    found = None
    for block, rect in sheet.visible_blocks():
        for line, top, _ in lines_of(block, rect):
            if y < top:
                return found
            found = (block, rect, line)
    return found


def onto_line(sheet: OnScreen, point: QPointF) -> QPointF:
    """`point`, moved up or down onto the line that it is nearest to; as it is where there is none."""
    found = line_at(sheet, point.y())
    if found is None or point.y() >= found[1].bottom():
        return point
    _, rect, line = found
    top = rect.top() + line.y()
    return QPointF(point.x(), min(max(point.y(), top + 1), top + line.height() - 1))


def position_at(sheet: OnScreen, point: QPointF) -> int | None:
    """The position in the document that a click at `point` means; on the ghost, where the ghost lies."""
    found = line_at(sheet, point.y())
    if found is None:
        return None
    block, rect, line = found
    if point.y() >= rect.bottom():
        return block.position() + block.length() - 1
    at = line.xToCursor(point.x() - rect.left())
    ghost = sheet.ghost
    if ghost.text and block.contains(ghost.position):
        start = ghost.position - block.position()
        at = at if at <= start else max(start, at - ghost.length)
    return block.position() + min(at, block.length() - 1)


def rect_at(sheet: OnScreen, position: int) -> QRectF | None:
    """The line's height at `position` of the document, of no width; None where it is not on the screen."""
    for block, rect in sheet.visible_blocks():
        if not block.contains(position):
            continue
        at = position - block.position()
        ghost = sheet.ghost
        if ghost.text and block.contains(ghost.position) and position > ghost.position:
            at += ghost.length
        line = block.layout().lineForTextPosition(at)
        if not line.isValid():
            return None
        x = line.cursorToX(at)[0]  # type: ignore[index]
        return QRectF(rect.left() + x, rect.top() + line.y(), 0, line.height())
    return None


def ghost_index_at(sheet: OnScreen, point: QPointF) -> int | None:
    """The index in the ghost's text of what is shown at `point`; None where that is no part of it."""
    found, ghost = line_at(sheet, point.y()), sheet.ghost
    if found is None or not ghost.text or not found[0].contains(ghost.position):
        return None
    block, rect, line = found
    x = point.x() - rect.left()
    at = line.xToCursor(x, QTextLine.CursorPosition.CursorOnCharacter) - (ghost.position - block.position())
    within = line.naturalTextRect()
    if not 0 <= at < ghost.length or not within.left() <= x <= within.right() or point.y() > rect.bottom():
        return None
    return ghost.index_of(at)


def ghost_bottom(sheet: OnScreen) -> float | None:
    """The y below the last line of the ghost; None where there is none on the screen."""
    ghost = sheet.ghost
    for block, rect in sheet.visible_blocks():
        if ghost.text and block.contains(ghost.position):
            line = block.layout().lineForTextPosition(ghost.position - block.position() + ghost.length)
            return rect.top() + line.y() + line.height() if line.isValid() else None
    return None


def selected_in(block: QTextBlock, line: QTextLine, first: int, last: int) -> Iterator[tuple[float, float]]:
    """The stretches of x, left and right, that positions `first` to `last` of `block` take up in `line`."""
    start, end = line.textStart(), line.textStart() + line.textLength()
    if last < start or first > end or (first == end and end < block.length() - 1):
        return
    within = max(first, start), min(last, end)
    if _RIGHT_TO_LEFT.search(block.text()):
        # What is selected may be in several places of a line with text of both directions.
        for run in line.glyphRuns(within[0], within[1] - within[0]):
            yield run.boundingRect().left(), run.boundingRect().right()
    elif within[1] > within[0]:
        right = line.cursorToX(within[1])[0]  # type: ignore[index]
        if last > end:
            right = max(right, line.naturalTextRect().right())
        yield line.cursorToX(within[0])[0], right  # type: ignore[index]
    if end == block.length() - 1 and last > end:  # the newline, too
        width, rect = _NEWLINE_WIDTH * line.height(), line.naturalTextRect()
        right_to_left = block.textDirection() == Qt.LayoutDirection.RightToLeft
        yield (rect.left() - width, rect.left()) if right_to_left else (rect.right(), rect.right() + width)

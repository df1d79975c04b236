"""Keeps the writer's place while the page gets another size."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QTextBlock, QTextCursor
from PySide6.QtWidgets import QScrollBar, QWidget

from afterword.editor.layout import SpacedLayout

_BLANK = 0.5  # of the height of a page that has grown, at most, below the end of the text


class Scrolled(Protocol):
    """What of Surface this needs."""

    def viewport(self) -> QWidget:
        """As in QPlainTextEdit, like those below."""
        ...

    def verticalScrollBar(self) -> QScrollBar: ...  # noqa: N802
    def textCursor(self) -> QTextCursor: ...  # noqa: N802
    def cursorRect(self, cursor: QTextCursor, /) -> QRect: ...  # noqa: N802

    def top_position(self) -> int:
        """The position of the first character in sight, in UTF-16 units."""
        ...

    def visible_blocks(self) -> Iterator[tuple[QTextBlock, QRectF]]:
        """The paragraphs on the screen with their rectangles, from the top."""
        ...


@dataclass(frozen=True)
class _Wished:
    """A place that there was no room for.

    Attributes:
        position: of the line that was kept in sight.
        above: how many lines there were above it.
        at_start: whether the first of them was the first of the text.
        got: how many there are above it instead.
    """

    position: int
    above: int
    at_start: bool
    got: int


class PlaceKeeper:
    """Of one page.

    Args:
        layout: of its document.
    """

    def __init__(self, layout: SpacedLayout) -> None:
        self._layout = layout
        self._wished: _Wished | None = None

    @contextmanager
    def kept(self, page: Scrolled) -> Iterator[None]:
        """Have the line with the cursor where it was when all is laid out anew; the first line where the cursor is out of sight.

        A page that shows the beginning of the text does so as long as the cursor is on it. What had to move for want of room goes
        back as soon as there is room, and a page that grows does not show more of the blank below the text than it must.
        """
        bar, place = page.verticalScrollBar(), _place(page)
        at_start, above = bar.value() == 0, self.line_number(place) - bar.value()
        wished = self._wished
        if wished is not None and (wished.position, wished.got) == (place.position(), above):
            at_start, above = wished.at_start, wished.above
        height, blank = page.viewport().height(), _blank(page)
        yield
        self._lay_out_above(place.block(), above)
        line = self.line_number(place)
        bar.setValue(0 if at_start else line - above)
        if at_start and self._over(page, place) > 0:
            bar.setValue(line - above)
        self._wished = None
        while (over := self._over(page, place)) > 0 and bar.value() < min(line, bar.maximum()):
            bar.setValue(min(bar.value() + over, line))
            self._wished = _Wished(place.position(), above, at_start, line - bar.value())
        if page.viewport().height() > height:
            self._fill(page, blank)

    def line_number(self, place: QTextCursor) -> int:
        """Which line `place` is in, as the scroll bar counts them."""
        block = place.block()
        self._layout.blockBoundingRect(block)  # has it laid out
        line = block.layout().lineForTextPosition(place.positionInBlock())
        return int(block.firstLineNumber()) + max(line.lineNumber() if line.isValid() else 0, 0)

    def _over(self, page: Scrolled, place: QTextCursor) -> int:
        """By how many lines the one at `place` is below the page."""
        rect = page.cursorRect(place)
        over = rect.bottom() + 1 - page.viewport().height()
        return -int(-over // self._layout.pitch(rect.height()))

    def _lay_out_above(self, block: QTextBlock, count: int) -> None:
        """Have `count` paragraphs above a `block` laid out, and their lines counted."""
        while count > 0 and (block := block.previous()).isValid():
            self._layout.blockBoundingRect(block)
            count -= 1

    def _fill(self, page: Scrolled, blank: float) -> None:
        """Scroll back where more than `blank` is blank below the text, and would not be if all that has room were shown."""
        bar, pitch, now = page.verticalScrollBar(), self._layout.pitch(0), _blank(page)
        for top, _ in islice(page.visible_blocks(), 1):
            self._lay_out_above(top, int(now / pitch) + 1)
        if 0 < bar.value() * pitch <= now:
            bar.setValue(0)
        elif (spare := now - max(blank, page.viewport().height() * _BLANK)) > 0:
            bar.setValue(bar.value() + int(-spare // pitch))


def _place(page: Scrolled) -> QTextCursor:
    """In the line that is to stay."""
    place = page.textCursor()
    shown = any(block.contains(place.position()) for block, _ in page.visible_blocks())  # else cursorRect may take long
    if not shown or not page.cursorRect(place).intersects(page.viewport().rect()):
        place.setPosition(page.top_position())
    return place


def _blank(page: Scrolled) -> float:
    """How much of the page is blank below the end of the text, in pixels."""
    for last, rect in deque(page.visible_blocks(), maxlen=1):
        return 0.0 if last.next().isValid() else max(page.viewport().height() - rect.bottom(), 0.0)
    return 0.0

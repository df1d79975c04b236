"""The document's layout, with space between the lines."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QTextBlock, QTextDocument, QTextLayout, QTextLine
from PySide6.QtWidgets import QPlainTextDocumentLayout

from afterword.editor.plaintext import index_at, units
from afterword.text.scripts import right_to_left

_BREAK = "\u2028"  # between the lines of a ghost
_HAIR = 1 / 32  # pixels; twice the resolution of Qt's layout


class SpacedLayout(QPlainTextDocumentLayout):
    """QPlainTextEdit's layout, whose lines stand `factor` times the height of the document's font apart.

    QPlainTextDocumentLayout ignores line heights of block formats, and the method that lays out a paragraph is private; but
    all who want a paragraph's lines ask for its rectangle first, so that is where they are moved apart. Half of the space stands
    above a line and half below, as in CSS 2.1, 10.8.1, rounded to pixels so that every line is equally sharp. Letters that the
    document's font lacks come from others, which may be lower or higher: they stand on the same line as all, and as long as there
    is room the distance stays as it is, so that nothing moves where a Chinese character or an emoji comes in or goes.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._factor = 1.0
        self._ascent, self._height = _measured(document.defaultFont())

    @property
    def factor(self) -> float:
        """Distance between lines as a multiple of their height."""
        return self._factor

    def set_factor(self, factor: float) -> None:
        """Set the distance between lines; at least 1. Also to be called when the document has another font."""
        self._factor = max(1.0, factor)
        self._ascent, self._height = _measured(self.document().defaultFont())
        self.document().markContentsDirty(0, self.document().characterCount())

    def pitch(self, height: float) -> float:
        """The height of a line, with its space, that is `height` pixels high without."""
        usual = float(round(self._height * self._factor))
        return usual if height <= usual else float(round(height * self._factor))

    def _drop(self, line: QTextLine) -> float:
        """How far below the upper edge of its space a line begins."""
        room = self.pitch(line.height())
        if room > self.pitch(self._height):
            return (room - line.height()) // 2
        return (room - self._height) // 2 + self._ascent - line.ascent()

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        rect = super().blockBoundingRect(block)
        layout = block.layout() if block.isValid() and rect.height() else None
        if layout is None or not layout.lineCount():
            return rect
        if layout.lineAt(0).y() == 0 and self._place_lines(block):
            rect = super().blockBoundingRect(block)
        last = layout.lineAt(layout.lineCount() - 1)
        rect.setHeight(rect.height() + self.pitch(last.height()) - self._drop(last) - last.height())
        return rect

    def hold_line(self, block: QTextBlock, number: int, width: float) -> None:
        """Lay `block` out again with its line `number` no wider than `width` pixels, which keeps the break behind it."""
        layout = block.layout()
        full, margin = layout.lineAt(0).width(), self.document().documentMargin()
        y = 0.0
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLeadingIncluded(True)
            line.setLineWidth(min(width + _HAIR, full) if line.lineNumber() == number else full)
            line.setPosition(QPointF(margin, y))
            y += line.height()
        layout.endLayout()
        self._place_lines(block)
        block.setLineCount(layout.lineCount())
        self.documentSizeChanged.emit(self.documentSize())
        self.update.emit()

    def _place_lines(self, block: QTextBlock) -> bool:
        """Move freshly laid lines apart, and those of right-to-left text to the right; whether there was need to."""
        layout = block.layout()
        right_to_left = _directions(block)
        if self._factor <= 1 and not any(right for _, right in right_to_left):
            return False
        lines = [layout.lineAt(number) for number in range(layout.lineCount())]
        full = max(line.width() for line in lines)
        y = 0.0
        for line in lines:
            while len(right_to_left) > 1 and line.textStart() >= right_to_left[1][0]:
                del right_to_left[0]
            left = self.document().documentMargin() + (full - line.naturalTextWidth() if right_to_left[0][1] else 0)
            line.setPosition(QPointF(left, y + self._drop(line)))
            y += self.pitch(line.height())
        return True


def _directions(block: QTextBlock) -> list[tuple[int, bool]]:
    """Where each of the paragraphs that `block` shows begins, in UTF-16 units, and whether it is right-to-left text.

    They are more than one where a ghost with line breaks lies in it, which are paragraphs of their own once it is taken.
    """
    found = [(0, block.textDirection() == Qt.LayoutDirection.RightToLeft)]
    ghost, at = block.layout().preeditAreaText(), block.layout().preeditAreaPosition()
    if _BREAK in ghost:
        text = block.text()
        cut = index_at(text, at)
        first, *others = f"{text[:cut]}{ghost}{text[cut:]}".split(_BREAK)
        start = units(first)
        for other in others:
            found.append((start + 1, right_to_left(other)))
            start += 1 + units(other)
    return found


def _measured(font: QFont) -> tuple[float, float]:
    """Ascent and height of a line in `font`, in pixels."""
    probe = QTextLayout("x", font)
    probe.beginLayout()
    line = probe.createLine()
    line.setLeadingIncluded(True)
    probe.endLayout()
    return line.ascent(), line.height()

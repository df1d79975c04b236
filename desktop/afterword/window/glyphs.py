"""Small drawn symbols for buttons: sharp at any scale, in the colour of the text, and from no font."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionToolButton, QStylePainter, QWidget

from afterword.window.button import ToolButton


class Glyph(Enum):
    """The symbols."""

    CLOSE = auto()
    RESET = auto()
    RIGHT = auto()
    DOWN = auto()
    UP = auto()


def _path(glyph: Glyph) -> QPainterPath:
    """The lines of a symbol in a square of 16 units."""
    path = QPainterPath()
    if glyph is Glyph.CLOSE:
        for start, end in (((4.5, 4.5), (11.5, 11.5)), ((11.5, 4.5), (4.5, 11.5))):
            path.moveTo(*start)
            path.lineTo(*end)
    elif glyph is Glyph.RESET:
        circle = QRectF(3.5, 3.5, 9, 9)
        path.arcMoveTo(circle, 150)
        path.arcTo(circle, 150, -290)
        path.moveTo(3.4, 2.6)
        path.lineTo(3.9, 6.2)
        path.lineTo(7.5, 5.9)
    else:
        corners = {
            Glyph.RIGHT: ((6, 4), (10, 8), (6, 12)),
            Glyph.DOWN: ((4, 6), (8, 10), (12, 6)),
            Glyph.UP: ((4, 10), (8, 6), (12, 10)),
        }[glyph]
        path.moveTo(QPointF(*corners[0]))
        for corner in corners[1:]:
            path.lineTo(QPointF(*corner))
    return path


class GlyphButton(ToolButton):
    """A button with a symbol; its name for screen readers is its tooltip.

    Args:
        glyph: the symbol.
        name: what the button does.
    """

    def __init__(self, glyph: Glyph, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph = glyph
        self.setAccessibleName(name)
        self.setToolTip(name)

    def sizeHint(self) -> QSize:
        side = max(22, self.fontMetrics().height() + 6)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QStylePainter(self)
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        pen = QPen(self.palette().color(group, QPalette.ColorRole.ButtonText), 1.4)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.translate(self.width() / 2 - 8, self.height() / 2 - 8)
        painter.drawPath(_path(self._glyph))

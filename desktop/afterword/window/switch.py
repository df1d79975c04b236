"""A switch with its name beside it: on or off can be seen without reading."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

_TRACK = QSize(26, 14)
_GAP = 7
_EDGE = 5


class Switch(QAbstractButton):
    """A checkable button in the shape of a sliding switch.

    Args:
        text: what it switches.
    """

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + _GAP + _TRACK.width() + 2 * _EDGE
        return QSize(width, max(metrics.height(), _TRACK.height()) + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, roles = self.palette(), QPalette.ColorRole
        track = QRectF(
            self.width() - _EDGE - _TRACK.width(), (self.height() - _TRACK.height()) / 2, _TRACK.width(), _TRACK.height()
        )
        words = self.rect().adjusted(_EDGE, 0, -_EDGE - _TRACK.width() - _GAP, 0)
        self.style().drawItemText(
            painter, words, Qt.AlignmentFlag.AlignVCenter.value, palette, self.isEnabled(), self.text(), roles.WindowText
        )
        on = self.isChecked()
        painter.setPen(QPen(palette.color(roles.Accent if on else roles.PlaceholderText), 1))
        painter.setBrush(palette.color(roles.Accent) if on else palette.color(roles.Window))
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        knob = track.height() - 5
        left = track.right() - knob - 2.5 if on else track.left() + 2.5
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(roles.HighlightedText if on else roles.PlaceholderText))
        painter.drawEllipse(QRectF(left, track.top() + 2.5, knob, knob))
        if self.hasFocus():
            painter.setPen(QPen(palette.color(roles.Accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

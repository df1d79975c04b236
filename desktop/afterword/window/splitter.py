"""A splitter whose handle is one thin line."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget


class _Line(QSplitterHandle):
    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        # The handle is wider than the line, so that the mouse can take hold of it.
        QPainter(self).fillRect(self.contentsRect(), self.palette().color(QPalette.ColorRole.Mid))


class LineSplitter(QSplitter):
    """Parts panes with a line in the colour of borders."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)

    def createHandle(self) -> QSplitterHandle:  # noqa: N802 -- Qt's name
        return _Line(self.orientation(), self)

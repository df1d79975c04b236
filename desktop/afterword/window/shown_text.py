"""Text of any length to be read: it can be scrolled, selected and copied by the keyboard, and shows that it has the focus."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

_WIDTH = 2  # of the line around it


class ShownText(QPlainTextEdit):
    """While there is no text the tab key passes it by.

    Args:
        text: what is shown.
        name: what it is.
        tip: more of that.
        parent: the widget that it belongs to.
    """

    def __init__(self, text: str, name: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.textChanged.connect(self._fit_in)
        self.setPlainText(text)
        self._fit_in()

    def lie_flat(self) -> None:
        """Look like what is around it."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)

    @Slot()
    def _fit_in(self) -> None:
        reached = Qt.FocusPolicy.NoFocus if self.document().isEmpty() else Qt.FocusPolicy.StrongFocus
        self.setFocusPolicy(reached)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self.palette().highlight().color(), _WIDTH))
            inset = _WIDTH // 2
            painter.drawRect(self.viewport().rect().adjusted(inset, inset, -inset, -inset))

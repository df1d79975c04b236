"""Words to choose from, at a place of the page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from afterword.editor.keys import is_modifier
from afterword.editor.page import Page

_WIDTH = 220
_LIST_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_CHOOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class WordList(QFrame):
    """Opens at a point of the screen; closes when something is chosen, or when the writer goes on writing.

    Args:
        page: gets the keys that are not for the list.

    Signals:
        row_chosen: the number of the row.
    """

    row_chosen = Signal(int)

    def __init__(self, page: Page) -> None:
        super().__init__(page, Qt.WindowType.Popup)
        self._page = page
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.words = QListWidget(self)
        self.words.setFrameShape(QFrame.Shape.NoFrame)
        self.words.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.words.itemClicked.connect(self._choose)
        self.words.installEventFilter(self)
        self.setFocusProxy(self.words)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.words)

    def open_at(self, corner: QPoint, items: Sequence[QListWidgetItem], row: int = 0) -> None:
        """Show `items`, that of `row` the current one.

        Args:
            corner: of the screen, below a line of the page.
            items: at least one.
            row: a number of theirs.
        """
        self.words.clear()
        for item in items:
            self.words.addItem(item)
        self.words.setCurrentRow(row)
        self.setFixedSize(_WIDTH, self.words.sizeHintForRow(0) * len(items) + 12)
        self.setGeometry(QRect(self._place(corner), self.size()))
        self.show()
        self.words.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QWidget, event: QKeyEvent) -> bool:  # type: ignore[override]
        if event.type() != QKeyEvent.Type.KeyPress or event.key() in _LIST_KEYS or is_modifier(event):
            return super().eventFilter(watched, event)
        if event.key() in _CHOOSING and self.words.currentItem():
            self._choose(self.words.currentItem())
            return True
        self.close()
        if event.key() != Qt.Key.Key_Escape:
            QApplication.sendEvent(self._page, event)
        return True

    def _place(self, corner: QPoint) -> QPoint:
        """Where all of it is on the screen: below the line, or above it where there is no room below."""
        room = (QGuiApplication.screenAt(corner) or self._page.screen()).availableGeometry()
        left, top = corner.x(), corner.y()
        if top + self.height() > room.bottom() + 1:
            top -= self._page.cursorRect().height() + self.height()
        return QPoint(max(min(left, room.right() + 1 - self.width()), room.left()), max(top, room.top()))

    @Slot(QListWidgetItem)
    def _choose(self, item: QListWidgetItem) -> None:
        row = self.words.row(item)
        self.close()
        self.row_chosen.emit(row)

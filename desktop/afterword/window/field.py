"""Fields that write nothing which is meant for a menu.

Qt's own write the letter of Alt with a letter, where no menu and no button has that: unseen, into a key.
"""

from __future__ import annotations

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from afterword.editor.keys import is_for_menus


class Field(QLineEdit):
    """Of one line."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_for_menus(event):
            event.ignore()
        else:
            super().keyPressEvent(event)


class LongField(QPlainTextEdit):
    """Of many lines. Tab leads out of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_for_menus(event):
            event.ignore()
        else:
            super().keyPressEvent(event)


def _is_for_menus(event: QKeyEvent) -> bool:
    return is_for_menus(event) and event.text().isprintable()  # Return is for the dialog

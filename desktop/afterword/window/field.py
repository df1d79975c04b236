"""A field of one line that writes nothing which is meant for a menu."""

from __future__ import annotations

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from afterword.editor.keys import is_for_menus


class Field(QLineEdit):
    """Qt's own writes the letter of Alt with a letter, where no menu and no button has that: unseen, into a key."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_for_menus(event) and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

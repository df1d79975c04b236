"""What is typed where no text can stand is for the page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from afterword.editor.keys import is_for_menus, text_of


def pass_on(event: QKeyEvent, leave: Callable[[], object]) -> bool:
    """Give a key that nothing wanted to what has the focus after `leave`; whether it is one that writes.

    A line end and the tab key do not.
    """
    if text_of(event) in ("", "\n", "\t") or is_for_menus(event):
        return False
    before = QApplication.focusWidget()
    leave()
    now = QApplication.focusWidget()
    if now is not None and now is not before:  # else it would come back here
        QCoreApplication.sendEvent(now, event)
    return True

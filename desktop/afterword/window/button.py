"""The buttons of dialogs, strips, panels and bars."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QToolButton, QWidget

from afterword.editor.keys import RETURN


class Button(QPushButton):
    """Has a tooltip, is named by its text, and is not pressed by Return unless it has the focus or is made the default.

    Args:
        text: on it.
        tip: what it does.
        parent: the widget that it belongs to.
    """

    def __init__(self, text: str, tip: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setToolTip(tip)
        self.setAutoDefault(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses it, whichever button is the default one; one that is held down does so once, and nothing else."""
        if not _pressed(self, event):
            super().keyPressEvent(event)


class ToolButton(QToolButton):
    """A flat button that the tab key reaches."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses it, as any other button."""
        if not _pressed(self, event):
            super().keyPressEvent(event)


def _pressed(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Whether `event` is Return, which presses `button` once for as long as it is held."""
    if not is_return(event):
        return False
    event.accept()
    if not event.isAutoRepeat():
        button.click()
    return True


def is_return(event: QKeyEvent) -> bool:
    """Whether it is Return alone, on the keypad too."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return event.key() in RETURN and not held

"""The buttons of dialogs and strips."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget


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

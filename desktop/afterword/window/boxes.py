"""Boxes that ask. Each opens and returns at once; what is done then comes as a call."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def warning_box(parent: QWidget, text: str, details: str = "") -> QMessageBox:
    """A box with a sentence and more about it, plain text both, and no buttons yet; it goes when it is closed."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Afterword")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.setInformativeText(details)
    return box


def confirm(parent: QWidget, text: str, details: str, button: str, then: Callable[[], None]) -> None:
    """Ask before something is lost: `then` is called where the writer presses `button`, which Return does not."""
    box = warning_box(parent, text, details)
    box.addButton(button, QMessageBox.ButtonRole.DestructiveRole).clicked.connect(then)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.open()

"""Boxes that ask. Each opens and returns at once; what is done then comes as a call."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

_MARKED = re.compile("&([^&])")


class _Box(QMessageBox):
    """Its buttons are pressed with Alt and a letter. Qt takes a letter alone for that too, which may be meant for the page."""

    def showEvent(self, event: QShowEvent) -> None:
        give_alt_keys(self.buttons())
        super().showEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        letter = event.text().strip()
        if held or not letter or not letter.isprintable():
            super().keyPressEvent(event)


def give_alt_keys(buttons: Sequence[QAbstractButton]) -> None:
    """Have each pressed with Alt and a letter of its own, the first of its text that is free; one that has a letter keeps it."""
    taken = {found[1].casefold() for button in buttons if (found := _MARKED.search(button.text()))}
    for button in buttons:
        text = button.text()
        if _MARKED.search(text):
            continue
        free = (at for at, letter in enumerate(text) if letter.isalnum() and letter.casefold() not in taken)
        if (at := next(free, None)) is not None:
            taken.add(text[at].casefold())
            button.setText(f"{text[:at]}&{text[at:]}")


def warning_box(parent: QWidget, text: str, details: str = "") -> QMessageBox:
    """A box with a sentence and more about it, plain text both, and no buttons yet; it goes when it is closed."""
    box = _Box(parent)
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

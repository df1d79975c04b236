"""Exactly the characters that a server would be given."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget


class GivenDialog(QDialog):
    """Shows them; nothing is sent by it.

    Args:
        text: those characters.
        about: one sentence about them.
    """

    def __init__(self, text: str, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("What would be sent"))
        label = QLabel(about, self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        shown = QPlainTextEdit(text, self)
        shown.setReadOnly(True)
        shown.setTabChangesFocus(True)
        shown.setAccessibleName(self.tr("What would be sent"))
        shown.setToolTip(self.tr("These characters, and no others of yours"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label)
        column.addWidget(shown, 1)
        column.addWidget(buttons)
        self.resize(560, 440)

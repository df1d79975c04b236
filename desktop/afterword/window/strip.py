"""A strip above the page with a sentence and what can be done about it. It takes no focus by itself, and keeps no key."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from afterword.window.button import Button
from afterword.window.passing_on import pass_on

_ROOMY = 860
"""From this width on the sentence and the buttons stand beside each other."""


class Strip(QFrame):
    """Hidden until there is something to say. Subclasses add their buttons, in the order of the tab key.

    Signals:
        told: what it has begun to say.
        left: it goes, or the writer goes, while it has the focus, which is to be had elsewhere.
    """

    told = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._buttons = QHBoxLayout()
        self._buttons.addStretch()
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(14, 8, 14, 8)
        self._layout.addWidget(self._text, 1)
        self._layout.addLayout(self._buttons)
        self.hide()

    @property
    def message(self) -> str:
        """What it says."""
        return self._text.text()

    def say(self, message: str) -> None:
        """Show it with `message`."""
        self._text.setText(message)
        self.setAccessibleName(message)
        self.show()
        self.told.emit(message)

    @Slot()
    def dismiss(self) -> None:
        """Hide it."""
        focused = self.window().focusWidget()  # also while a dialog is in front
        if focused is not None and self.isAncestorOf(focused):
            self.left.emit()
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What its buttons did not want: Esc leads out of it, and what is written is for the page. A line end is not."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif not pass_on(event, self.left.emit):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        self._layout.setDirection(directions.LeftToRight if self.width() >= _ROOMY else directions.TopToBottom)

    def _button(self, text: str, tip: str) -> QPushButton:
        button = Button(text, tip, self)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._buttons.addWidget(button)
        return button

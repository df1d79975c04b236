"""A field that takes down the next key, whichever it is."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit, QLineEdit, QWidget

_PRESSES = 2
"""Of the longest sequence for the window; the field waits for a second whether another press comes (QKeySequenceEdit)."""


class KeyField(QKeySequenceEdit):
    """Hidden until `listen`; then it has the focus, for one key, and no key leads out of it before.

    The tab key never leads into it, so that nobody who goes through the controls is caught.

    Signals:
        heard: a QKeySequence; empty where the focus went elsewhere before a key was pressed.
    """

    heard = Signal(QKeySequence)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listening = False
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)
        self.setFinishingKeyCombinations([])  # usually the tab key, which would then go on to the next control
        self.editingFinished.connect(self._end)
        self.hide()

    def listen(self, name: str, several: bool) -> None:
        """Take down the next key.

        Args:
            name: what a screen reader calls the field.
            several: whether it may be one of several presses.
        """
        self._listening = True
        self.setMaximumSequenceLength(_PRESSES if several else 1)
        self.clear()
        for widget in (self, self.findChild(QLineEdit)):
            if isinstance(widget, QWidget):
                widget.setAccessibleName(name)
                widget.setToolTip(name)
        self.show()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():  # or the rest of an Esc that is held down would close the dialog
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._end()

    @Slot()
    def _end(self) -> None:
        if self._listening:
            self._listening = False
            self.heard.emit(self.keySequence())

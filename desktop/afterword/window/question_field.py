"""The field in which the writer asks, which remembers what was asked."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from afterword.window.field import Field


class QuestionField(Field):
    """Up and Down go through the questions that were asked, the last one first; what was being written stays at the end of them.

    Signals:
        asked: a question, as it was typed.
        used: the writer is at what stands there.
    """

    asked = Signal(str)
    used = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._earlier: list[str] = []
        self._at = 0
        self._is_new = False  # whether the last of them was not asked just before too
        self._being_written = ""
        self.setPlaceholderText(self.tr("Ask, or say what to change"))
        self.setAccessibleName(self.tr("Question"))
        self.setToolTip(self.tr("What you want to know of the text, or have done with it; Up and Down bring back what you asked"))
        self.returnPressed.connect(self.ask)
        self.textEdited.connect(self.used)

    @Slot()
    def ask(self) -> None:
        """Ask what stands there, if anything does."""
        if question := self.text().strip():
            self.asked.emit(question)

    def remember(self, question: str) -> None:
        """It was asked: it can be gone back to, and the field is free for another."""
        self._is_new = self._earlier[-1:] != [question]
        if self._is_new:
            self._earlier.append(question)
        self._at, self._being_written = len(self._earlier), ""
        self.clear()

    def take_back(self, question: str) -> None:
        """It was not asked, after all: it is there again, unless there is another by now."""
        if self._earlier[-1:] == [question] and not self.text():
            if self._is_new:
                self._earlier.pop()
            self._at, self._being_written = len(self._earlier), question
            self.setText(question)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        event.accept()
        there = self._at + step
        if not 0 <= there <= len(self._earlier):
            return
        if self._at == len(self._earlier):
            self._being_written = self.text()
        self._at = there
        self.setText(self._being_written if there == len(self._earlier) else self._earlier[there])
        self.used.emit()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        if event.preeditString():
            self.used.emit()

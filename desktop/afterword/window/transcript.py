"""What was asked and answered, as plain text that can be read and copied, and grows without moving what is being read."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QPalette, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

_PAINT_MS = 30  # a fast model says hundreds of words a second


class Transcript(QPlainTextEdit):
    """Shows a conversation; its last answer grows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(8)
        self.setAccessibleName(self.tr("Answer"))
        self.setToolTip(self.tr("What the model answers; it is not in your draft until you put it there"))
        self.setPlaceholderText(self.tr("The answer comes here. Nothing of it is in your draft until you put it there."))
        self._begin = 0  # of the last answer
        self._wanted = ""
        self._shown = ""
        self._soon = QTimer(self, singleShot=True, interval=_PAINT_MS)
        self._soon.timeout.connect(self._paint)

    @property
    def answer(self) -> str:
        """The last answer."""
        return self._wanted

    def begin(self, question: str) -> None:
        """The answer to `question` is to come, behind what is there."""
        self._paint()
        asked, answer = QTextCharFormat(), QTextCharFormat()
        asked.setForeground(self.palette().color(QPalette.ColorRole.PlaceholderText))
        asked.setFontWeight(600)
        cursor = self._end()
        if self._begin or self._shown:
            cursor.insertText("\n\n", answer)
        cursor.insertText(question, asked)
        cursor.insertText("\n", answer)
        self._begin, self._wanted, self._shown = cursor.position(), "", ""
        self._follow()

    def grow(self, answer: str) -> None:
        """So much of the answer has come."""
        self._wanted = answer
        if not self._soon.isActive():
            self._soon.start()

    def finish(self, answer: str) -> None:
        """That is all of it."""
        self._wanted = answer
        self._paint()

    def forget(self) -> None:
        """Show nothing."""
        self._soon.stop()
        self.clear()
        self._begin, self._wanted, self._shown = 0, "", ""

    @Slot()
    def _paint(self) -> None:
        self._soon.stop()
        if self._wanted == self._shown:
            return
        at_end = self.verticalScrollBar().value() == self.verticalScrollBar().maximum()
        cursor = self._end()
        if self._wanted.startswith(self._shown):
            cursor.insertText(self._wanted[len(self._shown) :], QTextCharFormat())
        else:
            cursor.setPosition(self._begin, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(self._wanted, QTextCharFormat())
        self._shown = self._wanted
        if at_end:
            self._follow()

    def _end(self) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return cursor

    def _follow(self) -> None:
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

"""A text with its changes, of which each can be taken or left: one of them is the one that the writer looks at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPalette, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextBrowser, QTextEdit, QWidget

from afterword.drafts.choosing import Change, Part
from afterword.window.comparison import Looks

_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}


class ChangeText(QTextBrowser):
    """Where a change is taken what is gone is struck out and what is new underlined; where it is left it is the other way round.

    The arrow keys go from change to change, and Space takes or leaves one; so does a click on it.

    Signals:
        looked: at another change, or it is taken or left by now.
    """

    looked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(8)
        self.setAccessibleName(self.tr("Changes"))
        self.setToolTip(self.tr("What goes is struck out, what stays or comes is underlined; a click takes or leaves a change"))
        self._parts: Sequence[Part] = ()
        self._places: list[tuple[int, int]] = []  # where each change is shown
        self.changes: list[Change] = []
        self.taken: set[int] = set()
        self.current = 0

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())  # it gets the height that there is

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Show the changes, all of them taken, and look at the first."""
        self._parts = parts
        self.changes = [part for part in parts if isinstance(part, Change)]
        self.taken, self.current = set(range(len(self.changes))), 0
        self._lay()

    def go(self, step: int) -> None:
        """Look at the next change (1) or the one before (-1)."""
        there = self.current + step
        if 0 <= there < len(self.changes):
            self.current = there
            self._mark()

    def take(self, number: int, taken: bool) -> None:
        """Take a change, or leave it."""
        self.taken = self.taken | {number} if taken else self.taken - {number}
        self._lay()

    def take_all(self, taken: bool) -> None:
        """Take all changes, or leave all."""
        self.taken = set(range(len(self.changes))) if taken else set()
        self._lay()

    # --- laying out -----------------------------------------------------------------------------------------------

    def _lay(self) -> None:
        top = self.verticalScrollBar().value()
        self.clear()
        looks, cursor = Looks(self.palette()), QTextCursor(self.document())
        self._places = []
        cursor.beginEditBlock()
        for part in self._parts:
            if isinstance(part, str):
                cursor.insertText(part, looks.plain)
                continue
            number, start = len(self._places), cursor.position()
            taken = number in self.taken
            for text, stays in ((part.gone, not taken), (part.new, taken)):
                _put(cursor, text, looks.new if stays else looks.gone)
                if text is part.gone and text.strip() and part.new.strip():
                    cursor.insertText(" ", looks.plain)  # to be told apart
            self._places.append((start, cursor.position()))
        cursor.endEditBlock()
        self.verticalScrollBar().setValue(top)
        self._mark()

    def _mark(self) -> None:
        """Set the change that is looked at off from the others, and have it in sight."""
        marked = QTextEdit.ExtraSelection()
        if self._places:
            start, end = self._places[self.current]
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            self.setTextCursor(cursor)
            self.ensureCursorVisible()
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            colour = QColor(self.palette().color(QPalette.ColorRole.Highlight))
            colour.setAlpha(90)
            marked.cursor = cursor
            look = QTextCharFormat()
            look.setBackground(colour)
            marked.format = look
        self.setExtraSelections([marked] if self._places else [])
        self.looked.emit()

    # --- what the writer does -------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.modifiers() == Qt.KeyboardModifier.NoModifier and key in _STEPS:
            self.go(_STEPS[key])
        elif key == Qt.Key.Key_Space and self.changes:
            self.take(self.current, self.current not in self.taken)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        found = self._change_at(event.position().toPoint())
        if found is not None and not self.textCursor().hasSelection() and event.button() == Qt.MouseButton.LeftButton:
            self.current = found
            self.take(found, found not in self.taken)

    def _change_at(self, point: QPoint) -> int | None:
        """The number of the change at a point of the viewport; None where there is none, as beside the text."""
        scrolled = QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        if self.document().documentLayout().hitTest(QPointF(point + scrolled), Qt.HitTestAccuracy.ExactHit) < 0:
            return None
        at = self.cursorForPosition(point).position()
        return next((number for number, (start, end) in enumerate(self._places) if start <= at <= end), None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._parts:
            self._lay()


def _put(cursor: QTextCursor, text: str, look: QTextCharFormat) -> None:
    """Write what changed so that it can be seen: the space before it is not marked, and ends of lines are."""
    shown = text if text.strip() else text.replace("\n", "¶\n")
    words = shown.lstrip() or shown
    cursor.insertText(shown[: len(shown) - len(words)], QTextCharFormat())
    cursor.insertText(words, look)

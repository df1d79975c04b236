"""What the writer types goes into the page here, and what they erase out of it, in steps that they can undo one by one."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from afterword.editor.keys import RETURN, text_of
from afterword.editor.plaintext import clean
from afterword.editor.sheet import Sheet
from afterword.editor.steps import Steps

_PLAIN = ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.GroupSwitchModifier)


class WritingSheet(Sheet):
    """Tells Qt where a step of undo begins.

    Qt joins what is inserted to what was inserted just before it, also where that came in an edit block of its own, but never
    what comes in one itself (QTextDocumentPrivate::appendUndoItem). So the first letter of a step comes in one, and no other.

    Args:
        clock: seconds, rising.
    """

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._steps = Steps()
        self._changes = self._moves = 0
        self._left = self._done  # with what was written or erased last
        self.document().contentsChange.connect(self._count_change)
        self.cursorPositionChanged.connect(self._count_move)
        self.selectionChanged.connect(self._count_move)

    def write(self, text: str, start: int = 0, length: int = 0) -> None:
        """Put `text` in place of the selection, and not in its format, as Qt would: what the writer writes bears no mark.

        Args:
            text: what is written.
            start: where what is to be replaced besides begins, counted from the cursor.
            length: how long that is.
        """
        self._take_note()
        cursor = place = self.textCursor()
        if start or length:
            cursor.removeSelectedText()
            place = self._stretch(cursor.position() + start, cursor.position() + start + length)
        before, steps = self._character_before(place), self.document().availableUndoSteps()
        begins = self._steps.begins(text, before)
        if begins:
            place.beginEditBlock()
        place.insertText(clean(text), QTextCharFormat())
        if begins:
            place.endEditBlock()
        self._put_cursor(cursor)
        self._steps.wrote(text, before, begun=self.document().availableUndoSteps() > steps)
        self._left = self._done

    def erase(self, forward: bool) -> None:
        """Erase the character behind the cursor, or the one before it."""
        self._take_note()
        cursor, changes = self.textCursor(), self._changes
        if self._steps.erases_anew(forward):
            cursor.beginEditBlock()
        else:
            cursor.joinPreviousEditBlock()  # what is erased next to what came in a block is not joined to it
        if forward:
            cursor.deleteChar()
        else:
            cursor.deletePreviousChar()
        cursor.endEditBlock()
        self._put_cursor(cursor)
        if self._changes != changes:
            self._steps.erased(forward)
            self._left = self._done

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if event.preeditString():
            self._steps.hear(self._clock())
        goes_on, changes = self._left == self._done, self._changes
        super().inputMethodEvent(event)
        if goes_on:
            self._left = self._done  # what is only being composed is a change to Qt, but none to the text
        else:
            self._left = (self._left[0] + self._changes - changes, self._left[1])

    @property
    def _done(self) -> tuple[int, int]:
        """How often the text changed, and how often the cursor or the selection."""
        return self._changes, self._moves

    @Slot(int, int, int)
    def _count_change(self, _position: int, _removed: int, _added: int) -> None:
        self._changes += 1

    @Slot()
    def _count_move(self) -> None:
        self._moves += 1

    def _take_note(self) -> None:
        """The writer types or erases; after a save that is a step of its own to Qt, which stops at what was saved."""
        self._steps.hear(self._clock())
        if self._left != self._done or not self.document().isModified():
            self._steps.interrupt(changed=self._left[0] != self._changes)

    def _put_cursor(self, cursor: QTextCursor) -> None:
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _character_before(self, place: QTextCursor) -> str:
        start = place.selectionStart()
        return clean(self._stretch(max(start - 2, 0), start).selectedText())[-1:]  # it may be of two units

    def _stretch(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        return cursor


def written_by(event: QKeyEvent) -> str:
    """What the key writes on a page of plain text, which has one kind of newline."""
    if event.key() in RETURN:
        kinds = (QKeySequence.StandardKey.InsertParagraphSeparator, QKeySequence.StandardKey.InsertLineSeparator)
        return "\n" if any(event.matches(kind) for kind in kinds) else ""
    return text_of(event)


def erases(event: QKeyEvent) -> bool:
    """Whether the key erases one character."""
    if event.key() == Qt.Key.Key_Backspace:
        return not event.modifiers() & _PLAIN
    return event.matches(QKeySequence.StandardKey.Delete)

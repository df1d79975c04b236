"""Whatever the writer does to the page, with keys, mouse, menu or input method, is done to a page without a ghost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QWidget

from afterword.editor.accepted import ACCEPTED, accepted_format
from afterword.editor.keys import RETURN, is_for_menus, text_of
from afterword.editor.plaintext import clean
from afterword.editor.writing import WritingSheet, erases, written_by

_ROOM = 3  # lines below the one that is written on, for the ghost
_ERASING = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)
_MENUS = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.MenuBarFocusReason)


@dataclass(frozen=True)
class Outcome:
    """What became of the page.

    Attributes:
        changed: its text is another.
        moved: the cursor is elsewhere, or the selection is another.
        typed: what was put in at the cursor, where nothing else happened.
        asks: it was done in a way after which a suggestion is welcome.
    """

    changed: bool
    moved: bool
    typed: str
    asks: bool


@dataclass(frozen=True)
class _State:
    changes: int
    length: int
    anchor: int
    cursor: int


class HandledSheet(WritingSheet):
    """Takes the ghost off, does what the writer wants, and reports what became of the page, all within one event.

    The context menu begins with the actions that were added to the page (`QWidget.addAction`), and is about where the mouse is.

    Args:
        clock: seconds, rising.

    Signals:
        write_refused: the writer typed where the page can only be read.
    """

    write_refused = Signal()

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent, clock)
        self._doing = False
        self._accepts = 0
        self._return_held = False
        self.document().contentsChange.connect(self._void_changed)
        self.cursorPositionChanged.connect(self._void_moved)
        self.selectionChanged.connect(self._void_moved)

    # --- for subclasses ---------------------------------------------------------------------------------------------

    def settle(self, outcome: Outcome) -> None:
        """The writer did something, and `outcome` came of it."""

    def void(self) -> None:
        """What is suggested has lost its place."""
        self.take_ghost_off()

    def is_composing(self) -> bool:
        """Whether the pre-edit area is the input method's."""
        return not self.ghost.text and bool(self.textCursor().block().layout().preeditAreaText())

    def do(self, deed: Callable[[], None], asks: bool, writes: bool | None = None) -> None:
        """Do what the writer wants done.

        Args:
            deed: does it.
            asks: whether a suggestion is welcome when the text has changed.
            writes: whether it changes the text, where that is known better than by Qt's signals.
        """
        if self._doing:
            deed()
            return
        self.take_ghost_off()
        before = self._state()
        if before.anchor == before.cursor and self.currentCharFormat().hasProperty(ACCEPTED):
            self.setCurrentCharFormat(QTextCharFormat())  # what is typed behind accepted text is the writer's
        self._doing = True
        try:
            deed()
        finally:
            self._doing = False
        now = self._state()
        self.settle(
            Outcome(
                changed=now.changes != before.changes if writes is None else writes,
                moved=(now.anchor, now.cursor) != (before.anchor, before.cursor),
                typed=self._typed(before, now),
                asks=asks,
            )
        )

    def insert_accepted(self, text: str, cursor: QTextCursor | None = None) -> None:
        """Put `text` in at the cursor, as one step of undo: Qt joins insertions only where their formats are equal.

        Args:
            text: what was accepted.
            cursor: another one, in place of whose selection it is put in; the cursor is behind it then.
        """
        self._accepts += 1
        self._doing = True
        try:
            cursor = cursor or self.textCursor()
            cursor.insertText(text, accepted_format(self._accepts))
            self.setTextCursor(cursor)
            self.setCurrentCharFormat(QTextCharFormat())
        finally:
            self._doing = False

    def keep_room(self) -> None:
        """Scroll so that there is room for a ghost below the line that is written on."""
        rect, height = self.cursorRect(), self.viewport().height()
        pitch = self._spacing.pitch(rect.height())
        over = rect.bottom() + min(_ROOM * pitch, height / 3) - height
        if over > 0:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - int(-over // pitch))

    # --- what the writer does ---------------------------------------------------------------------------------------

    def act(self, deed: Callable[[], None]) -> None:
        self.do(deed, asks=False)

    def clear_for_pointing(self) -> None:
        self.void()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in RETURN:
            if event.isAutoRepeat() and not self._return_held:
                return  # it was pressed on a button which is gone
            self._return_held = True
        if event.matches(QKeySequence.StandardKey.Copy):
            self.void()
        deed = partial(super().keyPressEvent, event)
        if self.isReadOnly():
            if event.key() in _ERASING or text_of(event):
                self.write_refused.emit()
        elif is_for_menus(event):
            event.ignore()  # Qt would write it
            return
        elif text := written_by(event):
            deed = partial(self.write, text)
        elif not self.textCursor().hasSelection() and erases(event):
            deed = partial(self.erase, event.key() != Qt.Key.Key_Backspace)
        undoes = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
        self.do(deed, asks=not undoes)
        self.keep_room()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        writes = bool(event.commitString()) or event.replacementLength() > 0
        self.do(partial(self._commit, event), asks=True, writes=writes)

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.do(partial(super().insertFromMimeData, source), asks=True)

    def setTextCursor(self, cursor: QTextCursor) -> None:  # noqa: N802
        """Move the cursor; from there, up and down are as if there had never been a ghost."""
        if self.ghost.text and not self._doing:
            self.void()
            cursor = self._stretch(cursor.anchor(), cursor.position())
        super().setTextCursor(cursor)

    @Slot()
    def undo(self) -> None:
        """Undo the last change; nothing is suggested after it."""
        self.do(super().undo, asks=False)

    @Slot()
    def redo(self) -> None:
        """Make the change again; nothing is suggested after it."""
        self.do(super().redo, asks=False)

    @Slot()
    def cut(self) -> None:
        """Move what is selected to the clipboard."""
        self.do(super().cut, asks=True)

    @Slot()
    def copy(self) -> None:
        """Copy what is selected to the clipboard."""
        self.void()
        super().copy()

    # --- what happens around it -------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ReadOnlyChange:
            self.void()
        return super().event(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() in RETURN and not event.isAutoRepeat():
            self._return_held = False
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in _MENUS:  # a menu may be opened to accept
            self.void()
        super().focusOutEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.void()
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            self._point_at(event.pos())
        menu = self.createStandardContextMenu()
        standard = menu.actions()[0]
        menu.insertActions(standard, self.actions())
        menu.insertSeparator(standard)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    @Slot(int, int, int)
    def _void_changed(self, _position: int, _removed: int, _added: int) -> None:
        if not self._doing:
            self.void()

    @Slot()
    def _void_moved(self) -> None:
        if not self._doing:
            self.void()

    # --- details ----------------------------------------------------------------------------------------------------

    def _point_at(self, point: QPoint) -> None:
        """Have the cursor where the writer points, unless that is in what is selected."""
        cursor, here = self.textCursor(), self.cursorForPosition(point).position()
        if not cursor.selectionStart() <= here <= cursor.selectionEnd():
            self.setTextCursor(self._stretch(here, here))

    def _state(self) -> _State:
        cursor = self.textCursor()
        return _State(self._changes, self.document().characterCount(), cursor.anchor(), cursor.position())

    def _typed(self, before: _State, now: _State) -> str:
        grown = now.length - before.length
        had_selection, has_selection = before.anchor != before.cursor, now.anchor != now.cursor
        if had_selection or has_selection or grown <= 0 or now.cursor - before.cursor != grown:
            return ""
        return clean(self._stretch(before.cursor, now.cursor).selectedText())

    def _commit(self, event: QInputMethodEvent) -> None:
        if (event.commitString() or event.replacementLength()) and not self.isReadOnly():
            self.write(event.commitString(), event.replacementStart(), event.replacementLength())
            event = QInputMethodEvent(event.preeditString(), event.attributes())
        super().inputMethodEvent(event)

"""The page: the editor widget with suggestions in it, and the keys for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from afterword.editor.answered import AnsweredSheet
from afterword.editor.keys import DEFAULT_BINDINGS, Bindings, EditorAction, is_modifier

ACCEPT_AFTER = 0.25
"""Seconds for which a suggestion must have been seen before Tab takes it (github.com/microsoft/vscode-copilot-release#1013)."""


class Page(AnsweredSheet):
    """The editor widget.

    Args:
        clock: seconds, rising.
    """

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent, clock)
        self._bindings = Bindings(DEFAULT_BINDINGS)
        self._held = 0  # the key that did something with a suggestion and may still be held down

    def set_bindings(self, table: Mapping[EditorAction, Sequence[QKeySequence]]) -> None:
        """Let the keys of `table` stand for its actions, and no others."""
        self._bindings = Bindings(table)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            action = self._action_of(event)
            if action is not None and (self._applies(action) or self._is_held(event)):
                event.accept()  # else a shortcut of the window with the same key would take it
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_modifier(event):
            self._reveal(event, True)
            event.ignore()
            return
        if not event.isAutoRepeat():
            self._held = 0
        action = self._action_of(event)
        if action is not None and self._do_by_key(action, event):
            event.accept()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self._reveal(event, False)
        super().keyReleaseEvent(event)

    def _reveal(self, event: QKeyEvent, held: bool) -> None:
        if event.key() == Qt.Key.Key_Control and not event.isAutoRepeat() and self._revealing != held:
            self._revealing = held
            if self._reveals:
                self._lay()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._reveals and not self._revealing:
            QTimer.singleShot(0, self, self._lay)  # what was chosen from a menu is done after the focus came back

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._revealing = False  # its release will not come here
        super().focusOutEvent(event)

    def _action_of(self, event: QKeyEvent) -> EditorAction | None:
        """What the key stands for; while it is the Ctrl key that shows a suggestion, also without that."""
        action = self._bindings.action_of(event)
        if action is None and self._reveals and self._revealing:
            action = self._bindings.action_of(event, but=Qt.KeyboardModifier.ControlModifier)
        return action

    def _do_by_key(self, action: EditorAction, event: QKeyEvent) -> bool:
        if self._is_held(event) and (action is EditorAction.ACCEPT_ALL or not self._applies(action)):
            return True  # held down for longer than there was a suggestion: not meant for the text behind it
        surprising = self._offer is not None and self._offer.seen_for(self._clock()) < ACCEPT_AFTER
        if action is EditorAction.ACCEPT_ALL and self.ghost.text and surprising:
            return event.key() == Qt.Key.Key_Tab and not self._at_line_start()
        done = self.perform(action)
        if done:
            self._held = event.key()
        return done

    def _is_held(self, event: QKeyEvent) -> bool:
        return event.isAutoRepeat() and self._held == event.key()

    def _at_line_start(self) -> bool:
        cursor = self.textCursor()
        return not cursor.block().text()[: cursor.positionInBlock()].strip()

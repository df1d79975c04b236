"""Brings the keys in force to the page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence

from afterword.editor.keys import bare
from afterword.editor.page import Page
from afterword.window.actions import TABLE, Action
from afterword.window.key_bindings import KeyBindings

_EDITING = frozenset((Action.UNDO, Action.REDO, Action.CUT, Action.COPY, Action.PASTE, Action.SELECT_ALL))
"""Actions whose usual keys Qt's editor acts upon by itself, before the window's shortcuts have their turn (ShortcutOverride)."""

_PRESSED = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)


class PageKeys(QObject):
    """Tells the page which keys to listen for, and keeps it from those that the writer gave to something else.

    Args:
        page: has the keys.
        keys: those in force, now and when they change.
    """

    def __init__(self, page: Page, keys: KeyBindings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._keys = keys
        self._kept_off: set[int] = set()
        keys.changed.connect(self._use)
        page.installEventFilter(self)
        self._use()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() in _PRESSED and bare(event.keyCombination()) in self._kept_off:
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    @Slot()
    def _use(self) -> None:
        page_keys = self._keys.page_keys()
        self._page.set_bindings(page_keys)
        kept_off: set[int] = set()
        for action, row in TABLE.items():
            has, usual = self._keys.keys(action), self._keys.defaults(action)
            if row.editor is None:
                kept_off |= {_first(key) for key in has if key not in usual}
            if action in _EDITING:
                kept_off |= {_first(key) for key in usual if key not in has}
        self._kept_off = kept_off - {_first(key) for keys in page_keys.values() for key in keys}


def _first(key: QKeySequence) -> int:
    return bare(key[0])  # type: ignore[index]

"""The notes for the model, between their panel, the page and the draft that they belong to."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from afterword.editor.page import Page
from afterword.editor.plaintext import units
from afterword.window.documents import Documents
from afterword.window.notes_panel import NotesPanel

_LOOK_AFTER_MS = 400  # after the cursor moved last


class Noting(QObject):
    """Of one window.

    Args:
        panel: in which they are written.
        page: before which the model reads them.
        documents: keep them.

    Signals:
        seen_wanted: the Context of which the writer sees how much the model is given.
    """

    seen_wanted = Signal(object)

    def __init__(self, panel: NotesPanel, page: Page, documents: Documents, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panel = panel
        self._page = page
        panel.notes_changed.connect(self._changed)
        panel.notes_edited.connect(documents.set_notes)
        documents.notes_changed.connect(self._show)
        self._soon = QTimer(self, singleShot=True, interval=_LOOK_AFTER_MS)
        self._soon.timeout.connect(self.look)
        page.cursorPositionChanged.connect(self._soon.start)

    @Slot()
    def look(self) -> None:
        """Have it measured how much the model is given, where the writer sees that."""
        if self._panel.isVisible():
            self.measure()

    def measure(self) -> None:
        """Have it measured."""
        context = self._page.context()
        self._panel.await_seen(context.before, is_page=units(context.before) == self._page.textCursor().position())
        self.seen_wanted.emit(context)

    @Slot(str)
    def _show(self, notes: str) -> None:
        self._panel.show_notes(notes)
        self._page.notes = notes

    @Slot(str)
    def _changed(self, notes: str) -> None:
        self._page.void()
        self._page.notes = notes
        self.measure()

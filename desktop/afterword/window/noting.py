"""The notes for the model, between their panel, the page and the draft that they belong to."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from afterword.editor.page import Page
from afterword.text.context import Context
from afterword.window.documents import Documents
from afterword.window.notes_panel import NotesPanel


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
        page.cursor_rested.connect(self._cursor_rested)

    def look(self) -> None:
        """Have it measured how much the model is given, where the writer sees that."""
        if self._panel.isVisible():
            self.measure()

    def measure(self) -> None:
        """Have it measured."""
        self.seen_wanted.emit(self._page.context())

    @Slot(object)
    def _cursor_rested(self, context: Context) -> None:
        if self._panel.isVisible():
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

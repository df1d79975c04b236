"""One window of a session: what it is like now, and how it becomes again what it was."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, Qt, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from afterword.editor.page import Page
from afterword.files import same_file
from afterword.session import OpenWindow
from afterword.window.documents import Documents
from afterword.window.on_screen import bring_on_screen


class SessionView(QObject):
    """Of one window.

    Args:
        window: whose place and size come back.
        page: whose cursor, scrolling and zoom come back.
        documents: know the draft.
        panes: by their names in `session.PANES`, those that can have the focus.
        splitter: between the page and the panels.
    """

    def __init__(self, window: QWidget, page: Page, documents: Documents, panes: dict[str, QWidget], splitter: QSplitter) -> None:
        super().__init__(window)
        self._window = window
        self._page = page
        self._documents = documents
        self._panes = panes
        self._splitter = splitter
        self._coming: OpenWindow | None = None
        documents.opened.connect(self._opened)

    def now(self) -> OpenWindow:
        """What the window is like."""
        cursor = self._page.textCursor()
        focused = QApplication.focusWidget()
        around = (None,) if focused is None else (focused, focused.parentWidget())
        return OpenWindow(
            geometry=bytes(self._window.saveGeometry().data()),
            draft=self._documents.path,
            position=cursor.position(),
            anchor=cursor.anchor(),
            top=self._page.top_position(),
            notes=not self._panes["notes"].isHidden(),
            panel=not self._panes["panel"].isHidden(),
            sizes=tuple(self._splitter.sizes()),
            zoom=self._page.zoomed_by,
            focus=next((name for name, pane in self._panes.items() if pane in around), "page"),
        )

    def come_back(self, was: OpenWindow) -> None:
        """Be as it was, once its draft is read; the panels are the caller's to switch."""
        if was.geometry:
            self._window.restoreGeometry(QByteArray(was.geometry))
            bring_on_screen(self._window)  # Qt counts no frame but the title
        if len(was.sizes) == self._splitter.count():
            self._splitter.setSizes(list(was.sizes))
        self._page.zoom(was.zoom - self._page.zoomed_by)
        self._coming = was
        if was.draft is not None:
            self._documents.open_draft(was.draft)

    @Slot()
    def _opened(self) -> None:
        was, self._coming = self._coming, None
        if was is None or was.draft is None or not same_file(was.draft, self._documents.path):
            return
        end = self._page.document().characterCount() - 1
        cursor = self._page.textCursor()
        cursor.setPosition(min(was.anchor, end))
        cursor.setPosition(min(was.position, end), QTextCursor.MoveMode.KeepAnchor)
        self._page.setTextCursor(cursor)
        self._page.scroll_to(min(was.top, end))
        self._panes[was.focus].setFocus(Qt.FocusReason.OtherFocusReason)

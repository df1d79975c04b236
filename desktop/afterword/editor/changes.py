"""What changes in a document, change by change, for whoever keeps a record of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QTextCursor, QTextDocument

from afterword.drafts.journal import Edit
from afterword.editor.plaintext import clean


class Changes(QObject):
    """Tells every change of the text of a document as an `Edit`; made in turn in what stood there, they give what stands there.

    Qt tells of places that may have changed, a ghost or another colour among them, and sometimes of one character too many.

    Args:
        document: of plain text.

    Signals:
        edited: an Edit.
        lost: something changed that cannot be told; the text is to be read anew.
    """

    edited = Signal(object)
    lost = Signal()

    def __init__(self, document: QTextDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._revision = document.revision()
        self._length = self._now()
        document.contentsChange.connect(self._changed)

    def restart(self) -> None:
        """What stands in the document now is known: tell what changes from here on."""
        self._revision = self._document.revision()
        self._length = self._now()

    @property
    def length(self) -> int:
        """Of the text, in UTF-16 units."""
        return self._length

    def _now(self) -> int:
        return self._document.characterCount() - 1  # without the end of the last paragraph

    @Slot(int, int, int)
    def _changed(self, position: int, removed: int, added: int) -> None:
        if self._document.revision() == self._revision:
            return  # only how it looks
        self._revision = self._document.revision()
        before, self._length = self._length, self._now()
        beyond = max(0, position + added - self._length)
        removed, added = removed - beyond, added - beyond
        if removed < 0 or added < 0 or before - removed + added != self._length:
            self.lost.emit()
        elif removed or added:
            self.edited.emit(Edit(position, removed, self._text(position, position + added)))

    def _text(self, start: int, end: int) -> str:
        cursor = QTextCursor(self._document)
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        return clean(cursor.selectedText())

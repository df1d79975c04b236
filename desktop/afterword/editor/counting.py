"""Counts the words of a document while it is written, and never for longer than a key may take."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QTextDocument

from afterword.editor.around import changed_paragraphs
from afterword.editor.wordcount import WordCounts

_AFTER_MS = 250  # of quiet before words are counted
_SLICE = 0.004  # seconds of counting at a time: half of what a key may take


class WordCounter(QObject):
    """Knows how many words a document has, a moment after that changed.

    Args:
        document: is counted.

    Signals:
        words_changed: their number.
    """

    words_changed = Signal(int)

    def __init__(self, document: QTextDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._counts = WordCounts()
        self._told = 0
        self._timer = QTimer(self, singleShot=True, interval=_AFTER_MS)
        self._timer.timeout.connect(self._count_on)
        document.contentsChange.connect(self._note_change)

    def forget(self) -> None:
        """The number is told again, though it may be the same."""
        self._told = -1

    @Slot(int, int, int)
    def _note_change(self, position: int, _removed: int, added: int) -> None:
        self._counts.changed(*changed_paragraphs(self._document, position, added))
        self._timer.start(_AFTER_MS)

    @Slot()
    def _count_on(self) -> None:
        if not self._counts.count(self._text_of, _SLICE):
            self._timer.start(0)
        elif self._counts.total != self._told:
            self._told = self._counts.total
            self.words_changed.emit(self._told)

    def _text_of(self, number: int) -> str:
        return self._document.findBlockByNumber(number).text()

"""The author ledger of the document on the page: read from its characters, and put back on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument

from afterword.drafts.ledger import Run, Tally, joined, tally, total
from afterword.editor.accepted import accepted_format, accepted_in, newline_accepted
from afterword.editor.around import changed_paragraphs
from afterword.editor.paragraphs import ByParagraph
from afterword.editor.plaintext import index_at, units

_READ_AFTER_MS = 300  # of quiet
_READ_SLICE = 0.004  # seconds of reading at a time: half of what a key may take


@dataclass(frozen=True)
class _Paragraph:
    """One paragraph: its length in characters, its runs, whether the newline behind it was accepted, and how much that is."""

    length: int
    runs: tuple[Run, ...]
    newline: bool
    tally: Tally


class AuthorLedger(QObject):
    """Which of a document was accepted. A key costs it no more than a note of which paragraph changed.

    Signals:
        tally_changed: a Tally, a moment after it changed.
    """

    tally_changed = Signal(object)

    def __init__(self, document: QTextDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._paragraphs: ByParagraph[_Paragraph] = ByParagraph()
        self._paragraphs.changed(0, document.blockCount() - 1, document.blockCount())
        self._told = Tally()
        self._waiting: list[Callable[[], None]] = []
        self._timer = QTimer(self, singleShot=True, interval=_READ_AFTER_MS)
        self._timer.timeout.connect(self._read_on)
        document.contentsChange.connect(self._note_change)

    @property
    def tally(self) -> Tally:
        """How much of the document was accepted, now."""
        self._paragraphs.work_out(self._read)
        return total([paragraph.tally for paragraph in self._paragraphs.known()])

    def runs(self) -> tuple[Run, ...]:
        """Where the accepted text is, now, in characters of the document's text."""
        return self.later_runs()()

    def later_runs(self) -> Callable[[], tuple[Run, ...]]:
        """What finds where the accepted text is now, and may do so later and on another thread."""
        self._paragraphs.work_out(self._read)
        return partial(_runs_of, tuple(self._paragraphs.known()))

    def when_read(self, then: Callable[[], None]) -> None:
        """Call `then` when every paragraph is read, so that `tally` and `later_runs` take no time: at once where that is soon,
        else after some turns of the event loop, which goes on meanwhile.
        """
        self._waiting.append(then)
        self._read_on()

    def restore(self, runs: Iterable[Run]) -> None:
        """Mark `runs` as accepted in a document that was just set: nothing to undo, and not modified.

        The text stays as it is, so nobody is told but the layout, which Qt calls directly.
        """
        runs = tuple(runs)
        if not runs:
            return
        document, text = self._document, self._document.toRawText()
        accepted = accepted_format()
        cursor = QTextCursor(document)
        document.blockSignals(True)
        document.setUndoRedoEnabled(False)
        cursor.beginEditBlock()
        done = position = 0
        for start, end in runs:
            if not start < end <= len(text):
                continue
            position += units(text[done:start])
            cursor.setPosition(position)
            position += units(text[start:end])
            cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(accepted)
            done = end
        cursor.endEditBlock()
        document.setModified(False)
        document.setUndoRedoEnabled(True)
        document.blockSignals(False)
        self._note_change(0, 0, document.characterCount())

    @Slot(int, int, int)
    def _note_change(self, position: int, _removed: int, added: int) -> None:
        self._paragraphs.changed(*changed_paragraphs(self._document, position, added))
        self._timer.start(0 if self._waiting else _READ_AFTER_MS)

    @Slot()
    def _read_on(self) -> None:
        if not self._paragraphs.work_out(self._read, _READ_SLICE):
            self._timer.start(0)
            return
        if (now := self.tally) != self._told:
            self._told = now
            self.tally_changed.emit(now)
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            then()

    def _read(self, number: int) -> _Paragraph:
        block = self._document.findBlockByNumber(number)
        text = block.text()
        runs = joined(_in_characters(text, block))
        return _Paragraph(len(text), runs, newline_accepted(block), tally(text, runs))


def _runs_of(paragraphs: Sequence[_Paragraph]) -> tuple[Run, ...]:
    runs: list[Run] = []
    begin = 0
    for paragraph in paragraphs:
        runs += [(begin + start, begin + end) for start, end in paragraph.runs]
        begin += paragraph.length + 1
        if paragraph.newline:
            runs.append((begin - 1, begin))
    return joined(runs)


def _in_characters(text: str, block: QTextBlock) -> Iterable[Run]:
    return ((index_at(text, start), index_at(text, end)) for start, end in accepted_in(block))

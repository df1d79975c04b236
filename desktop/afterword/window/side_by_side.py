"""Two texts in two columns, each passage beside what it became; of what is the same only a little is shown around the changes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QPalette,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)
from PySide6.QtWidgets import QTextBrowser, QWidget

from afterword.drafts.compare import Passage, Span
from afterword.window.comparison import Looks, around, beginning_of

# What is shown at a time, which is laid out in some 50 ms:
_CHANGES = 100
_CHARACTERS = 40_000
_LONG = 8000  # characters of one passage, which may be a whole book
_WITHIN = 1000  # characters of what is the same, next to a change within a passage
_BAR = 3.0  # pixels, the width of the mark on the passage that the cursor is in


class SideBySide(QTextBrowser):
    """Shows passages of `drafts.compare` in two columns, before and after, each beside what it became.

    Signals:
        passage_changed: the cursor came into another passage.
    """

    passage_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setAccessibleName(self.tr("Then and now"))
        self.setToolTip(self.tr("Then at the left, now at the right: what is gone is struck out, what is new is underlined"))
        self._passages: Sequence[Passage] = ()
        self._rows: list[int] = []  # which passage each row of the table shows
        self._table: QTextTable | None = None
        self._pages = 1
        self._current = -1
        self.cursorPositionChanged.connect(self._follow)

    @property
    def current(self) -> int | None:
        """The number of the changed passage that the cursor is in."""
        return self._current if self._current >= 0 else None

    @property
    def changes(self) -> list[int]:
        """The numbers of the changed passages that are shown."""
        return [number for number in self._rows if self._passages[number].changed]

    @property
    def left_out(self) -> int:
        """How many changed passages are not shown, because there are so many."""
        return sum(passage.changed for passage in self._passages) - len(self.changes)

    @Slot()
    def clear(self) -> None:
        """Show nothing."""
        self._passages, self._rows, self._table = (), [], None  # before the cursor moves
        super().clear()
        self._follow()

    def show_passages(self, passages: Sequence[Passage], change: int = 0) -> None:
        """Show what changed and put the cursor into a change, counted from 0."""
        self._passages, self._pages = passages, 1
        self._lay(change)

    def show_more(self) -> None:
        """Show as many changes more, behind those that are shown, and put the cursor into the first of them."""
        shown = len(self.changes)
        self._pages += 1
        self._lay(shown)

    @Slot()
    def go_to_next(self) -> None:
        """Put the cursor into the next change."""
        self._step(1)

    @Slot()
    def go_to_previous(self) -> None:
        """Put the cursor into the change before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        changes = self.changes
        if not changes:
            return
        row = self._row()
        here = self._rows[row] if row is not None else -1
        beyond = [number for number in changes if (number > here if by > 0 else number < here)]
        if beyond:
            self._go_to(beyond[0] if by > 0 else beyond[-1])

    def _go_to(self, number: int) -> None:
        if self._table is None:
            return
        row = self._rows.index(number)
        passage = self._passages[number]
        cell = self._table.cellAt(row, 1 if passage.after else 0)
        self.setTextCursor(cell.firstCursorPosition())
        top = self._extent(row).top()
        self.verticalScrollBar().setValue(max(0, round(top) - self.viewport().height() // 4))

    def _row(self) -> int | None:
        if self._table is None:
            return None
        cell = self._table.cellAt(self.textCursor())
        return cell.row() if cell.isValid() else None

    @Slot()
    def _follow(self) -> None:
        row = self._row()
        number = self._rows[row] if row is not None else -1
        current = number if number >= 0 and self._passages[number].changed else -1
        if current != self._current:
            self._current = current
            self.viewport().update()
            self.passage_changed.emit()

    # --- laying out -----------------------------------------------------------------------------------------------

    def _lay(self, change: int) -> None:
        """Write it all down, and put the cursor into a change, counted from 0."""
        self._table, self._current = None, -1
        self._rows = self._chosen()
        super().clear()
        if not self.changes:
            self.setPlainText(self.tr("Nothing is different."))
            self._rows = []
            self.passage_changed.emit()
            return
        looks = Looks(self.palette())
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        table = cursor.insertTable(len(self._rows), 2, self._form())
        for row, number in enumerate(self._rows):
            passage = self._passages[number]
            for column, spans in enumerate((passage.before, passage.after)):
                at = table.cellAt(row, column).firstCursorPosition()
                if passage.changed:
                    _put_changed(at, spans, looks.new if column else looks.gone, looks.plain)
                else:
                    text = around(spans[0].text, number == 0, number == len(self._passages) - 1)
                    at.insertText(text.strip("\n"), looks.quiet)
        cursor.endEditBlock()
        self._table = table
        self._go_to(self.changes[min(change, len(self.changes) - 1)])
        self.passage_changed.emit()

    def _chosen(self) -> list[int]:
        """The passages to show: so many changes, and what is around them."""
        chosen: list[int] = []
        changes = characters = 0
        for number, passage in enumerate(self._passages):
            if passage.changed:
                if changes >= self._pages * _CHANGES or characters >= self._pages * _CHARACTERS:
                    break
                changes += 1
                characters += min(_LONG, sum(len(span.text) for span in (*passage.before, *passage.after)))
            chosen.append(number)
        return chosen

    def _form(self) -> QTextTableFormat:
        form = QTextTableFormat()
        form.setBorder(0)
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
        form.setCellPadding(7)
        form.setCellSpacing(0)
        form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        form.setColumnWidthConstraints([QTextLength(QTextLength.Type.PercentageLength, 50)] * 2)
        return form

    # --- painting -------------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._table is not None:
            self._lay(self.changes.index(self._current) if self._current in self.changes else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        row = self._row()
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        middle = self.viewport().width() / 2
        painter.drawLine(QPointF(middle, 0), QPointF(middle, self.viewport().height()))
        if self._current >= 0 and row is not None:
            extent = self._extent(row).translated(0, -self.verticalScrollBar().value())
            mark = QRectF(0, extent.top(), _BAR, extent.height())
            painter.fillRect(mark, self.palette().color(QPalette.ColorRole.Highlight))

    def _extent(self, row: int) -> QRectF:
        """Where a row is, in the coordinates of the document."""
        if self._table is None:
            return QRectF()
        layout = self.document().documentLayout()
        extent = QRectF()
        for column in range(2):
            cell = self._table.cellAt(row, column)
            for cursor in (cell.firstCursorPosition(), cell.lastCursorPosition()):
                extent = extent.united(layout.blockBoundingRect(cursor.block()))
        return extent


def _put_changed(at: QTextCursor, spans: Sequence[Span], changed: QTextCharFormat, plain: QTextCharFormat) -> None:
    left = _LONG
    for place, span in enumerate(spans):
        first, last = place == 0, place == len(spans) - 1
        text = span.text if span.changed else around(span.text, first, last, _WITHIN)
        if span.changed and not text.strip():
            text = text.replace("\n", "¶\n")  # else nobody would see it
        text = text.lstrip("\n") if first else text
        text = text.rstrip("\n") if last else text
        cut = len(text) > left
        if cut:
            text = f"{beginning_of(text, left)} …"
        words = text.lstrip()
        at.insertText(text[: len(text) - len(words)], plain)  # a line through the space before a word says nothing
        at.insertText(words, changed if span.changed else plain)
        left -= len(text)
        if cut or left <= 0:
            return

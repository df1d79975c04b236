"""The words that could stand at a point of the suggestion, with how probable each is, to go on from another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from afterword.editor.page import Page
from afterword.engine.protocol import Piece
from afterword.window.word_list import WordList

_BAR = 0.35  # of the width
_CHANCE = int(Qt.ItemDataRole.UserRole)


class LikeliestList(WordList):
    """The likeliest pieces at one point of the suggestion.

    Args:
        page: gets the keys that are not for the list.

    Signals:
        chosen: what of the suggestion stands before, and the Piece to go on with.
    """

    chosen = Signal(str, object)

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._said = self._shown = ""
        self._corner = QPoint()
        self._pieces: list[Piece] = []
        self.words.setItemDelegate(_Chances(self.words))
        self.words.setAccessibleName(self.tr("Likeliest words here"))
        self.words.setToolTip(self.tr("Choose one to go on from it"))
        self.row_chosen.connect(self._tell)

    def wait_at(self, said: str, shown: str, corner: QPoint) -> None:
        """What comes next is about the words behind `said`, and opens at `corner` of the screen, below the line of the cursor.

        Args:
            said: the beginning of the suggestion.
            shown: what of the suggestion follows it.
            corner: on the screen.
        """
        self._said, self._shown = said, shown
        self._corner = corner

    @Slot(object)
    def open_with(self, pieces: Sequence[Piece]) -> None:
        """Show `pieces`, likeliest first."""
        self._pieces = [piece for piece in pieces if piece.text]
        if self._pieces:
            self.open_at(self._corner, [self._item(piece) for piece in self._pieces], self._row_shown() or 0)

    def _item(self, piece: Piece) -> QListWidgetItem:
        percent = self.tr("{percent} %").format(percent=f"{piece.probability * 100:.0f}")
        item = QListWidgetItem(f"{_visible(piece.text)}\t{percent}")
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{piece.text.strip() or _visible(piece.text)}, {percent}")
        item.setData(_CHANCE, piece.probability)
        return item

    @Slot(int)
    def _tell(self, row: int) -> None:
        if row != self._row_shown():
            self.chosen.emit(self._said, self._pieces[row])

    def _row_shown(self) -> int | None:
        """The row of the piece that stands on the page; None where it is none of these."""
        texts = [piece.text for piece in self._pieces]
        fitting = [row for row, text in enumerate(texts) if self._shown.startswith(text)]
        return max(fitting, key=lambda row: len(texts[row]), default=None)


class _Chances(QStyledItemDelegate):
    """A word, a bar as long as it is probable, and the number."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), size.height() + 6)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        word, _, percent = str(index.data()).partition("\t")
        palette, rect = option.palette, QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.Highlight))
        text = palette.color(QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text)
        bar = QRectF(rect.right() - rect.width() * _BAR, rect.center().y() - 2, rect.width() * _BAR - 48, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(bar, 2, 2)
        painter.setBrush(text if chosen else palette.color(QPalette.ColorRole.Accent))
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * index.data(_CHANCE), bar.height()), 2, 2)
        painter.setPen(text)
        vertical = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect.adjusted(8, 0, -rect.width() * _BAR - 8, 0), vertical | Qt.AlignmentFlag.AlignLeft, word)
        painter.drawText(rect.adjusted(0, 0, -8, 0), vertical | Qt.AlignmentFlag.AlignRight, percent)
        painter.restore()


def _visible(text: str) -> str:
    """A piece as it can be seen in a list."""
    return text.strip(" ").replace("\n", "↵").replace("\t", "⇥") or "␣"

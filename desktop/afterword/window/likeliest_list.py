"""The words that could stand at a point of the suggestion, with how probable each is, to go on from another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from afterword.editor.keys import is_modifier
from afterword.editor.page import Page
from afterword.engine.protocol import Piece

_WIDTH = 220
_BAR = 0.35  # of the width
_LIST_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_CHANCE = int(Qt.ItemDataRole.UserRole)


class LikeliestList(QFrame):
    """Opens at a point of the screen; closes when something is chosen, or when the writer goes on writing.

    Args:
        page: gets the keys that are not for the list.

    Signals:
        chosen: what of the suggestion stands before, and the Piece to go on with.
    """

    chosen = Signal(str, object)

    def __init__(self, page: Page) -> None:
        super().__init__(page, Qt.WindowType.Popup)
        self._page = page
        self._said = self._shown = ""
        self._corner = QPoint()
        self._pieces: list[Piece] = []
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._list = QListWidget(self)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setItemDelegate(_Chances(self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setAccessibleName(self.tr("Likeliest words here"))
        self._list.setToolTip(self.tr("Choose one to go on from it"))
        self._list.itemClicked.connect(self._choose)
        self._list.installEventFilter(self)
        self.setFocusProxy(self._list)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self._list)

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
        if not self._pieces:
            return
        self._list.clear()
        for piece in self._pieces:
            percent = self.tr("{percent} %").format(percent=f"{piece.probability * 100:.0f}")
            item = QListWidgetItem(f"{_visible(piece.text)}\t{percent}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{piece.text.strip() or _visible(piece.text)}, {percent}")
            item.setData(_CHANCE, piece.probability)
            self._list.addItem(item)
        self._list.setCurrentRow(self._row_shown() or 0)
        self.setFixedSize(_WIDTH, self._list.sizeHintForRow(0) * len(self._pieces) + 12)
        self.setGeometry(QRect(self._place(), self.size()))
        self.show()
        self._list.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QWidget, event: QKeyEvent) -> bool:  # type: ignore[override]
        if event.type() != QKeyEvent.Type.KeyPress or event.key() in _LIST_KEYS or is_modifier(event):
            return super().eventFilter(watched, event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab) and self._list.currentItem():
            self._choose(self._list.currentItem())
            return True
        self.close()
        if event.key() != Qt.Key.Key_Escape:
            QApplication.sendEvent(self._page, event)
        return True

    def _place(self) -> QPoint:
        """Where all of it is on the screen: below the line, or above it where there is no room below."""
        room = (QGuiApplication.screenAt(self._corner) or self._page.screen()).availableGeometry()
        left, top = self._corner.x(), self._corner.y()
        if top + self.height() > room.bottom() + 1:
            top -= self._page.cursorRect().height() + self.height()
        return QPoint(max(min(left, room.right() + 1 - self.width()), room.left()), max(top, room.top()))

    @Slot(QListWidgetItem)
    def _choose(self, item: QListWidgetItem) -> None:
        row = self._list.row(item)
        self.close()
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

"""The list of models: those on this machine, those that are worth a try, and those that the hub was found to have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

_AIR = 6  # pixels above and below a row
_LESS = 0.9  # of the size of the title, for what is said about it


@dataclass(frozen=True)
class ListedModel:
    """One row.

    Attributes:
        name: of the model.
        title: what to call it.
        facts: about it, one by one.
        installed: whether it is on this machine.
        masked: whether it fills gaps and does not continue text.
        used: whether it is the one that writes.
        size: bytes to fetch it; 0 where that is not known.
        removable: whether it can be removed from this machine.
    """

    name: str
    title: str
    facts: tuple[str, ...]
    installed: bool = False
    masked: bool = False
    used: bool = False
    size: int = 0
    removable: bool = False


class _TwoLines(QStyledItemDelegate):
    """Paints a row's title, and under it, smaller and quieter, its facts; a heading stands alone."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        lines = 1 + ("\n" in index.data())
        return QSize(100, lines * option.fontMetrics.height() + 2 * _AIR)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        self.initStyleOption(option, index)
        title, _, facts = index.data().partition("\n")
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        roles = QPalette.ColorRole
        plain, quiet = (roles.HighlightedText,) * 2 if chosen else (roles.Text, roles.PlaceholderText)
        painter.save()
        box = option.rect.adjusted(8, _AIR, -8, -_AIR)
        height = option.fontMetrics.height()
        small = QFont(option.font)
        small.setBold(False)
        small.setPointSizeF(small.pointSizeF() * _LESS)
        self._line(
            painter, option, QRect(box.left(), box.top(), box.width(), height), title, option.font, plain if facts else quiet
        )
        self._line(painter, option, QRect(box.left(), box.top() + height, box.width(), height), facts, small, quiet)
        painter.restore()

    def _line(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, text: str, font: QFont, role: QPalette.ColorRole
    ) -> None:
        painter.setFont(font)
        painter.setPen(option.palette.color(QPalette.ColorGroup.Active, role))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, shown)


class ModelList(QListWidget):
    """Rows under headings. Shown again with other rows, it stays at the one that was chosen.

    Signals:
        chosen: another row is current, or the same one says something else.
    """

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Models"))
        self.setToolTip(self.tr("Choose a model to see more of it"))
        self.setItemDelegate(_TwoLines(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows: dict[str, ListedModel] = {}
        self._picked = False  # whether the writer has chosen one
        self.currentItemChanged.connect(self._tell)

    @property
    def listed(self) -> ListedModel | None:
        """The chosen one."""
        item = self.currentItem()
        return self._rows.get(item.data(Qt.ItemDataRole.UserRole)) if item is not None else None

    def show_models(self, groups: Sequence[tuple[str, Sequence[ListedModel]]]) -> None:
        """Show rows under headings; a model that is in two groups stands in the first."""
        current, scrolled = self.listed, self.verticalScrollBar().value()
        with QSignalBlocker(self):
            self.clear()
            self._rows = {}
            for heading, models in groups:
                rows = [model for model in models if model.name not in self._rows]
                if rows:
                    self._add_heading(heading)
                for model in rows:
                    self._add(model)
            self.choose(current.name if current is not None and self._picked else "")
        self.verticalScrollBar().setValue(scrolled)
        self.chosen.emit()

    def choose(self, name: str) -> None:
        """Make a model the chosen one; without a row of that name the one that writes, or the first."""
        items = [self.item(row) for row in range(self.count()) if self.item(row).data(Qt.ItemDataRole.UserRole)]
        named = [item for item in items if item.data(Qt.ItemDataRole.UserRole) == name]
        used = [item for item in items if self._rows[item.data(Qt.ItemDataRole.UserRole)].used]
        for item in (*named, *used, *items)[:1]:
            self.setCurrentItem(item)

    def _add(self, model: ListedModel) -> None:
        item = QListWidgetItem(f"{model.title}\n{' · '.join(model.facts)}", self)
        item.setData(Qt.ItemDataRole.UserRole, model.name)
        if model.used:
            font = item.font()
            font.setBold(True)
            item.setFont(font)
        self._rows[model.name] = model

    def _add_heading(self, text: str) -> None:
        item = QListWidgetItem(text, self)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        font = item.font()
        font.setPointSizeF(font.pointSizeF() * 0.9)
        item.setFont(font)

    @Slot()
    def _tell(self) -> None:
        self._picked = True
        self.chosen.emit()

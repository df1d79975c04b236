"""The list of models: those on this machine, those that are worth a try, and those that the hub was found to have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget


@dataclass(frozen=True)
class ListedModel:
    """One row.

    Attributes:
        name: of the model.
        title: what to call it.
        facts: a line about it.
        installed: whether it is on this machine.
        masked: whether it fills gaps and does not continue text.
        used: whether it is the one that writes.
        size: bytes to fetch it; 0 where that is not known.
        removable: whether it can be removed from this machine.
    """

    name: str
    title: str
    facts: str
    installed: bool = False
    masked: bool = False
    used: bool = False
    size: int = 0
    removable: bool = False


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
        self.setWordWrap(True)
        self.setUniformItemSizes(False)
        self._rows: dict[str, ListedModel] = {}
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
            self.choose(current.name if current is not None else "")
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
        item = QListWidgetItem(f"{model.title}\n{model.facts}", self)
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
        self.chosen.emit()

"""The tree of all actions, menu by menu, with their keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from afterword.editor.keys import RETURN
from afterword.window.actions import MENUS, TABLE, Action, plain, translated
from afterword.window.key_bindings import KeyBindings
from afterword.window.key_texts import listed, name_of

_STEPS = {Qt.Key.Key_Up.value: QTreeWidget.itemAbove, Qt.Key.Key_Down.value: QTreeWidget.itemBelow}
_DESCRIPTION = Qt.ItemDataRole.AccessibleDescriptionRole


class KeyTree(QTreeWidget):
    """Shows the keys in force.

    Signals:
        chosen: another action is the chosen one, or none is.
        key_wanted: the writer wants another key for it: a double click, or Return.
    """

    chosen = Signal()
    key_wanted = Signal()

    def __init__(self, keys: KeyBindings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._items: dict[Action, QTreeWidgetItem] = {}
        self.setAccessibleName(self.tr("Actions and their keys"))
        self.setToolTip(self.tr("Choose an action to change its keys"))
        self.setHeaderLabels([self.tr("Action"), self.tr("Keys")])
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setIndentation(12)
        self.setUniformRowHeights(True)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(False)
        row_size = QSize(0, self.fontMetrics().height() + 7)
        for menu, menu_row in MENUS.items():
            head = QTreeWidgetItem(self, [plain(translated(menu_row.text))])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            head.setSizeHint(0, row_size)
            self._embolden(head, 0, True)
            for action, row in TABLE.items():
                if row.menu is menu:
                    item = QTreeWidgetItem(head, [plain(translated(row.text))])
                    item.setData(0, Qt.ItemDataRole.UserRole, action)
                    item.setToolTip(0, translated(row.tip))
                    item.setSizeHint(0, row_size)
                    self._items[action] = item
        self.expandAll()
        self.currentItemChanged.connect(self.chosen)
        self.doubleClicked.connect(self.key_wanted)
        keys.changed.connect(self._show)
        self._show()

    @property
    def action(self) -> Action | None:
        """The chosen one."""
        item = self.currentItem()
        return item.data(0, Qt.ItemDataRole.UserRole) if item is not None and not item.isHidden() else None

    def choose(self, action: Action) -> None:
        """Let `action` be the chosen one."""
        self.setCurrentItem(self._items[action])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in RETURN:
            self.key_wanted.emit()
        elif event.key() in _STEPS:
            self._step(_STEPS[event.key()])
        else:
            super().keyPressEvent(event)

    def _step(self, step: Callable[[QTreeWidget, QTreeWidgetItem], QTreeWidgetItem | None]) -> None:
        """From action to action, over the names of the menus."""
        item: QTreeWidgetItem | None = self.currentItem() or self.topLevelItem(0)
        while item is not None:
            item = step(self, item)
            if item is not None and item.parent() is not None:
                self.setCurrentItem(item)
                return

    @Slot(str)
    def show_only(self, words: str) -> None:
        """Show the actions that have all `words` in their name, their menu, their keys or what they do; choose the first."""
        wanted = words.casefold().split()
        for action, item in self._items.items():
            head = item.parent()
            assert head is not None
            said = " ".join((name_of(action), head.text(0), item.text(1), translated(TABLE[action].tip))).casefold()
            item.setHidden(not all(word in said for word in wanted))
        for index in range(self.topLevelItemCount()):
            head = self.topLevelItem(index)
            assert head is not None
            head.setHidden(all(item.isHidden() for item in self._items.values() if item.parent() is head))
        first = next((action for action, item in self._items.items() if not item.isHidden()), None)
        if first is None:
            self.setCurrentIndex(QModelIndex())
        elif self.action is None or wanted:
            self.choose(first)
        self.scrollTo(self.currentIndex())

    @Slot()
    def _show(self) -> None:
        for action, item in self._items.items():
            has, usual = self._keys.keys(action), self._keys.defaults(action)
            item.setText(1, listed(has, self.tr))
            self._embolden(item, 1, has != usual)
            usually = self.tr("usually {keys}").format(keys=listed(usual, self.tr) or self.tr("no key"))
            item.setToolTip(1, usually if has != usual else "")
            item.setData(1, _DESCRIPTION, usually if has != usual else "")

    def _embolden(self, item: QTreeWidgetItem, column: int, bold: bool) -> None:
        font = item.font(column)
        font.setBold(bold)
        item.setFont(column, font)

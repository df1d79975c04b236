"""Builds the menu bar from the table of actions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu

from afterword.window.actions import MENUS, TABLE, Action, Menu, Row, translated
from afterword.window.key_bindings import KeyBindings
from afterword.window.key_texts import native

_ROLES = {
    Action.QUIT: QAction.MenuRole.QuitRole,
    Action.ABOUT: QAction.MenuRole.AboutRole,
}


class Menus(QObject):
    """The menus of a window and their actions.

    Args:
        window: whose menu bar is filled.
        handler: called with the Action when one is chosen.
        keys: those in force; when they change, so do the menus.
    """

    def __init__(self, window: QMainWindow, handler: Callable[[Action], None], keys: KeyBindings) -> None:
        super().__init__(window)
        self.actions: dict[Action, QAction] = {}
        self.menus: dict[Menu, QMenu] = {}
        self._groups: dict[str, QActionGroup] = {}
        self._window = window
        self._keys = keys
        for menu, menu_row in MENUS.items():
            self.menus[menu] = QMenu(translated(menu_row.text), window)
            self.menus[menu].setToolTipsVisible(True)
            if menu_row.after is None:
                window.menuBar().addMenu(self.menus[menu])
        for action, row in TABLE.items():
            made = self._make(row)
            made.triggered.connect(partial(_tell, handler, action))
            made.setMenuRole(_ROLES.get(action, QAction.MenuRole.NoRole))
            self.actions[action] = made
            if row.starts_group:
                self.menus[row.menu].addSeparator()
            self.menus[row.menu].addAction(made)
            for menu, menu_row in MENUS.items():
                if menu_row.after is action:
                    self.menus[row.menu].addMenu(self.menus[menu])
        keys.changed.connect(self._show_keys)
        self._show_keys()

    def shown_keys(self, action: Action) -> str:
        """The main key of an action, as the platform writes it; "" where it has none."""
        return next(map(native, self._keys.keys(action)), "")

    def check(self, key: str, value: bool | str) -> None:
        """Check the action that switches the setting `key`, or the one that stands for its value."""
        for action, row in TABLE.items():
            if row.switch == key:
                self.actions[action].setChecked(bool(value))
            elif row.choice is not None and row.choice[0] == key:
                self.actions[action].setChecked(row.choice[1] == value)

    def _make(self, row: Row) -> QAction:
        action = QAction(translated(row.text), self._window)
        tip = translated(row.tip)
        action.setToolTip("; ".join((tip, translated(row.more))) if row.more else tip)
        action.setStatusTip(tip)
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(row.checkable or bool(row.switch) or row.choice is not None)
        if row.choice is not None:
            group = self._groups.setdefault(row.choice[0], QActionGroup(self._window))
            group.addAction(action)
        return action

    @Slot()
    def _show_keys(self) -> None:
        for action, row in TABLE.items():
            if row.editor is None:
                self.actions[action].setShortcuts(self._keys.keys(action))
            else:
                # Shown in the menu's column of keys, but not listened for: the page does that.
                self.actions[action].setText("\t".join(filter(None, (translated(row.text), self.shown_keys(action)))))


def _tell(handler: Callable[[Action], None], action: Action, checked: bool = False) -> None:  # noqa: ARG001 -- Qt sends it
    handler(action)

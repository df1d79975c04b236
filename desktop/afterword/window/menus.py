"""Builds the menu bar from the table of actions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from afterword.editor.keys import EditorAction
from afterword.window.actions import MENUS, TABLE, Action, Menu, Row, translated

MAC = sys.platform == "darwin"

_ROLES = {
    Action.QUIT: QAction.MenuRole.QuitRole,
    Action.ABOUT: QAction.MenuRole.AboutRole,
}


class Menus:
    """The menus of a window and their actions.

    Args:
        window: whose menu bar is filled.
        handler: called with the Action when one is chosen.
    """

    def __init__(self, window: QMainWindow, handler: Callable[[Action], None]) -> None:
        self.actions: dict[Action, QAction] = {}
        self.menus: dict[Menu, QMenu] = {}
        self._groups: dict[str, QActionGroup] = {}
        self._window = window
        for menu, menu_row in MENUS.items():
            self.menus[menu] = QMenu(translated(menu_row.text), window)
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

    def check_choices(self, values: Mapping[str, str]) -> None:
        """Check, for each setting in `values`, the action that stands for its value."""
        for action, row in TABLE.items():
            if row.choice is not None and row.choice[0] in values:
                self.actions[action].setChecked(values[row.choice[0]] == row.choice[1])

    def _make(self, row: Row) -> QAction:
        action = QAction(translated(row.text), self._window)
        tip = translated(row.tip)
        action.setToolTip(tip)
        action.setStatusTip(tip)
        keys = row.keys_on(mac=MAC)
        if row.editor is not None:
            # Shown in the menu's column of keys, but not listened for: the page does that.
            shown = keys[0].toString(QKeySequence.SequenceFormat.NativeText)
            action.setText(f"{translated(row.text)}\t{shown}")
        elif keys:
            action.setShortcuts(keys)
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(row.checkable or row.choice is not None)
        if row.choice is not None:
            group = self._groups.setdefault(row.choice[0], QActionGroup(self._window))
            group.addAction(action)
        return action


def editor_bindings() -> dict[EditorAction, list[QKeySequence]]:
    """The keys that the page itself listens for."""
    return {row.editor: row.keys_on(mac=MAC) for row in TABLE.values() if row.editor is not None}


def shown_keys(action: Action) -> str:
    """The main key of an action, as the platform writes it; "" where it has none."""
    keys = TABLE[action].keys_on(mac=MAC)
    return keys[0].toString(QKeySequence.SequenceFormat.NativeText) if keys else ""


def _tell(handler: Callable[[Action], None], action: Action, checked: bool = False) -> None:  # noqa: ARG001 -- Qt sends it
    handler(action)

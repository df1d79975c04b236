"""Which actions can be chosen just now."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from afterword.editor.offering import WISHES
from afterword.editor.page import Page
from afterword.window.actions import TABLE, Action, Menu
from afterword.window.handlers import edited
from afterword.window.key_rules import GHOST_ACTIONS
from afterword.window.menus import Menus


class ActionOffers(QObject):
    """Greys what would do nothing.

    Args:
        menus: of the window.
        page: of the window.
        app: knows where the focus is.
    """

    def __init__(self, menus: Menus, page: Page, app: QApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions = menus.actions
        self._page = page
        for action in (Action.UNDO, Action.REDO, Action.STOP_LOADING):
            self._actions[action].setEnabled(False)
        page.undoAvailable.connect(self._offer_undo)
        page.redoAvailable.connect(self._offer_undo)
        app.focusChanged.connect(self._offer_undo)
        menus.menus[Menu.SUGGESTIONS].aboutToShow.connect(self._offer_editor_actions)

    @Slot()
    def _offer_undo(self) -> None:
        """On the page where there is something to undo; the other fields do not tell."""
        elsewhere, document = edited(self._page) is not self._page, self._page.document()
        self._actions[Action.UNDO].setEnabled(elsewhere or document.isUndoAvailable())
        self._actions[Action.REDO].setEnabled(elsewhere or document.isRedoAvailable())

    @Slot()
    def _offer_editor_actions(self) -> None:
        """What takes or dismisses a suggestion can be chosen only while there is one."""
        for action, row in TABLE.items():
            if row.editor in GHOST_ACTIONS:
                self._actions[action].setEnabled(bool(self._page.ghost_text))
            elif row.editor in WISHES:
                self._actions[action].setEnabled(self._page.can_offer)

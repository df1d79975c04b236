"""Gives the keyboard back when the menus are left: with one Esc, however they were opened, and with what no menu wants.

Qt keeps it after the Esc that closes a menu, and forgets whose it was where one menu was opened after another.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMenu, QMenuBar, QWidget

from afterword.window.passing_on import pass_on


class MenuFocus(QObject):
    """Of one menu bar.

    Args:
        bar: of a window, with its menus.
        page: what gets the keyboard where nothing else had it.
    """

    def __init__(self, bar: QMenuBar, page: QWidget) -> None:
        super().__init__(bar)
        self._bar, self._page = bar, page
        self._before: QWidget = page
        for watched in (bar, bar.window(), *(action.menu() for action in bar.actions())):
            watched.installEventFilter(self)
        bar.triggered.connect(self._soon)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if watched is self._bar.window():  # which gets what the bar did not want
                return self._bar.hasFocus() and pass_on(event, self._give_back)
            if event.key() == Qt.Key.Key_Escape and isinstance(watched, QMenu):
                watched.hide()
                self._give_back()  # at once: the next key is on its way
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._soon()
        return super().eventFilter(watched, event)

    @Slot(QWidget, QWidget)
    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is self._bar and old is not None and old is not self._bar and old.window() is self._bar.window():
            self._before = old

    @Slot()
    def _soon(self) -> None:
        QTimer.singleShot(0, self, self._give_back)  # once Qt has done what it does

    @Slot()
    def _give_back(self) -> None:
        if self._bar.hasFocus() and QApplication.activePopupWidget() is None:
            (self._before if self._before.isVisible() else self._page).setFocus(Qt.FocusReason.MenuBarFocusReason)

"""The files that were open: their list in the settings, and the menu of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from afterword.settings import Settings

COUNT = 10


class RecentFiles(QObject):
    """The files that were open, newest first.

    Signals:
        changed: the list is another one now.
    """

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    @property
    def paths(self) -> list[Path]:
        """At most ten."""
        return [Path(text) for text in self._settings["files.recent"]]

    def put(self, path: Path) -> None:
        """Bring `path` to the top."""
        self._set([path, *(other for other in self.paths if other != path)])

    @Slot(object)
    def drop(self, path: Path) -> None:
        """Forget `path`."""
        self._set([other for other in self.paths if other != path])

    @Slot()
    def clear(self) -> None:
        """Forget all."""
        self._set([])

    def _set(self, paths: list[Path]) -> None:
        if paths != self.paths:
            self._settings["files.recent"] = [str(path) for path in paths[:COUNT]]
            self.changed.emit()


class RecentMenu(QObject):
    """Lists the files at the top of a menu, each time that it opens.

    Args:
        menu: ends with the action that clears the list.
        clear: that action.

    Signals:
        chosen: the Path to open.
    """

    chosen = Signal(object)

    def __init__(self, menu: QMenu, clear: QAction, recent: RecentFiles, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._menu = menu
        self._clear = clear
        self._recent = recent
        self._items: list[QAction] = []
        menu.aboutToShow.connect(self._list)

    @Slot()
    def _list(self) -> None:
        for old in self._items:
            self._menu.removeAction(old)
            old.deleteLater()
        line = self._menu.actions()[0]
        self._items = []
        for path in self._recent.paths:
            item = QAction(path.name.replace("&", "&&"), self._menu)
            item.setData(str(path))
            item.setStatusTip(str(path))
            item.triggered.connect(self._choose)
            self._menu.insertAction(line, item)
            self._items.append(item)
        self._clear.setEnabled(bool(self._items))

    @Slot()
    def _choose(self) -> None:
        item = self.sender()
        if isinstance(item, QAction):
            self.chosen.emit(Path(item.data()))

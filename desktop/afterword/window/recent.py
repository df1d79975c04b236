"""The list of files that were open, kept in the settings."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

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

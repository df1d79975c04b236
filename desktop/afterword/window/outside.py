"""Notices that another program changed, moved or removed the file of the draft on the page."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from afterword.drafts.draft import Draft, changed_outside
from afterword.files import may_write
from afterword.jobs import Job, Jobs
from afterword.watch import Watch

_SETTLE_MS = 300  # of quiet before the file is looked at: programs write in several steps


class OutsideChanges(QObject):
    """Watches the file of one draft, and the folder that it is in, since most programs replace a file when they save it.

    Args:
        jobs: look at the file.

    Signals:
        changed: it holds something else than was last read or written here.
        gone: it is no longer there.
        leave_given: it can be written now, and could not be.
    """

    changed = Signal()
    gone = Signal()
    leave_given = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._draft: Draft | None = None
        self._looking: Job | None = None
        self._watcher: QFileSystemWatcher | None = None  # only while there is something to watch
        self._timer = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._timer.timeout.connect(self._look)

    def watch(self, draft: Draft | None) -> None:
        """Watch the file of `draft`, which is as it was just read or written; with None nothing."""
        self._draft = draft if draft is not None and draft.stamp is not None else None
        self._looking = None
        self._timer.stop()
        wanted = self._paths()
        if self._watcher is None and wanted:
            self._watcher = QFileSystemWatcher(self)
            self._watcher.fileChanged.connect(self.look_soon)
            self._watcher.directoryChanged.connect(self.look_soon)
        elif self._watcher is not None and not wanted:
            self._watcher.deleteLater()
            self._watcher = None
        if self._watcher is None:
            return
        watched = {*self._watcher.files(), *self._watcher.directories()}
        if stale := watched - wanted:
            self._watcher.removePaths(list(stale))
        if fresh := wanted - watched:
            self._watcher.addPaths(list(fresh))

    @Slot()
    def look_soon(self) -> None:
        """Something may have happened to the file."""
        if self._draft is not None:
            self._timer.start()

    def _paths(self) -> set[str]:
        if self._draft is None or self._draft.path is None:
            return set()
        real = Path(os.path.realpath(self._draft.path))
        return {str(path) for path in (real, real.parent) if path.exists()}

    @Slot()
    def _look(self) -> None:
        if self._draft is None or self._looking is not None:
            return
        self._looking = self._jobs.start(_looked_at, self._draft)
        self._looking.done.connect(self._found)
        self._looking.cancelled.connect(self._not_found)

    @Slot(object)
    def _found(self, what: str) -> None:
        if self.sender() is not self._looking:
            return
        self._looking = None
        if what == "gone":
            self.gone.emit()
        elif what == "changed":
            self.changed.emit()
        elif what == "writable":
            self.leave_given.emit()
        elif self._draft is not None:
            self.watch(self._draft)  # it may be another file of the same text, which is not watched yet

    @Slot()
    def _not_found(self) -> None:
        self._looking = None


def _looked_at(draft: Draft, *, watch: Watch) -> str:  # noqa: ARG001 -- too short to be cancelled
    if draft.path is not None and not os.path.exists(draft.path):
        return "gone"
    if changed_outside(draft):
        return "changed"
    return "writable" if draft.read_only and draft.path is not None and may_write(draft.path) else ""

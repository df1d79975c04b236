"""Counts what becomes of the suggestions on a page, and keeps the numbers on disk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from afterword.editor.keys import EditorAction
from afterword.editor.page import Page
from afterword.files import write_whole
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.statistics import Counts, Statistics
from afterword.suggest.suggestion import Suggestion
from afterword.watch import Watch

_log = logging.getLogger(__name__)

SAVE_EVERY_MS = 60_000


class _File:
    """The file. It is written on the threads of the jobs: once at a time, and always with the newest numbers."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._unreadable = False
        self.newest = b""
        """What is to be in the file; nothing at all, and there is to be none."""

    def read(self, today: Callable[[], date]) -> Statistics:
        """The numbers in the file; where it cannot be read, none, and it is put aside before another takes its place."""
        try:
            return Statistics.from_json(self._path.read_bytes(), today)
        except FileNotFoundError:
            return Statistics(today)
        except (OSError, ValueError):
            self._unreadable = True
            _log.warning("the statistics cannot be read", exc_info=True)
            return Statistics(today)

    def write(self, *, watch: Watch) -> None:  # noqa: ARG002 -- too short to be cancelled
        """Bring the file to the newest numbers. Raises OSError."""
        with self._lock:
            newest, aside = self.newest, self._path.with_name(self._path.name + ".broken")
            if not newest:
                self._path.unlink(missing_ok=True)
                aside.unlink(missing_ok=True)
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._unreadable:
                self._path.replace(aside)
                self._unreadable = False
            write_whole(self._path, newest)


class StatisticsKeeper(QObject):
    """The statistics of all windows: read at the start, and saved a minute after something was counted.

    Args:
        path: the file; it need not exist.
        settings: loaded; "statistics.enabled" says whether anything is counted.
        jobs: writes the file.
        today: the local date.

    Signals:
        changed: something was counted, cleared or brought back.
        settings_changed: the writer switched counting on or off.
    """

    changed = Signal()
    settings_changed = Signal()

    def __init__(
        self,
        path: Path,
        settings: Settings,
        jobs: Jobs,
        parent: QObject | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._jobs = jobs
        self._today = today
        self._file = _File(path)
        self._statistics = self._file.read(today)
        self._timer = QTimer(self, singleShot=True, interval=SAVE_EVERY_MS)
        self._timer.timeout.connect(self._save)

    @property
    def statistics(self) -> Statistics:
        """The numbers."""
        return self._statistics

    @property
    def enabled(self) -> bool:
        """Whether anything is counted; off, what was counted before stays until it is cleared."""
        return bool(self._settings["statistics.enabled"])

    @Slot(bool)
    def switch(self, on: bool) -> None:
        """Count, or do not."""
        self._settings["statistics.enabled"] = on
        self.settings_changed.emit()

    def count(self, counts: Counts) -> None:
        """Something happened today."""
        if not self.enabled:
            return
        self._statistics.add(counts)
        if not self._timer.isActive():
            self._timer.start()
        self.changed.emit()

    def clear(self) -> Statistics:
        """Forget everything, on the disk too; what was forgotten is returned, and can be given to `restore`."""
        cleared, self._statistics = self._statistics, Statistics(self._today)
        self._save()
        self.changed.emit()
        return cleared

    def restore(self, cleared: Statistics) -> None:
        """Bring back what was cleared; what was counted since is kept."""
        self._statistics.add_all(cleared)
        self._save()
        self.changed.emit()

    @Slot()
    def save_now(self) -> None:
        """Save what is not saved yet; returns at once."""
        if self._timer.isActive():
            self._save()

    @Slot()
    def _save(self) -> None:
        self._timer.stop()
        self._file.newest = b"" if self._statistics.empty else self._statistics.to_json()  # 0.4 ms for 400 days
        job = self._jobs.start(self._file.write)
        job.failed.connect(self._failed)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        # The job has logged it, and the next suggestion tries again: no reason to disturb the writer.
        _log.info("the statistics stay unsaved: %s", error)


class SuggestionCounter(QObject):
    """Tells the keeper what becomes of the suggestions on one page."""

    def __init__(self, page: Page, keeper: StatisticsKeeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._untaken = False  # the newest suggestion is counted as taken once, however many keys take it
        page.suggestion_shown.connect(self._shown)
        page.suggestion_taken.connect(self._taken)
        page.suggestion_typed.connect(self._typed)
        page.suggestion_dropped.connect(self._dropped)

    @Slot(object)
    def _shown(self, suggestion: Suggestion) -> None:  # noqa: ARG002 -- Qt sends it
        self._untaken = True
        self._keeper.count(Counts(shown=1))

    @Slot(str, object)
    def _taken(self, text: str, action: EditorAction) -> None:  # noqa: ARG002
        self._keeper.count(Counts(taken=int(self._untaken), characters=len(text), keys=1))
        self._untaken = False

    @Slot(object)
    def _typed(self, suggestion: Suggestion) -> None:  # noqa: ARG002
        self._keeper.count(Counts(typed=1))

    @Slot(object)
    def _dropped(self, suggestion: Suggestion) -> None:  # noqa: ARG002
        self._keeper.count(Counts(ignored=1))

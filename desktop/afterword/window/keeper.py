"""Writes the settings to disk, a moment after the last change, and never on the main thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from afterword.engine.sampling import Sampling
from afterword.jobs import Jobs
from afterword.settings import Settings, Value
from afterword.watch import Watch

_log = logging.getLogger(__name__)

DELAY_MS = 500


class _Writer:
    """Runs on the threads of the jobs: one write at a time, and never an older state over a newer one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._written = 0

    def write(self, number: int, text: str, *, watch: Watch) -> None:  # noqa: ARG002 -- too short to be cancelled
        with self._lock:
            if number > self._written:
                self._settings.write(text)
                self._written = number


class SettingsKeeper(QObject):
    """Saves the settings of all windows, and tells all of them what was chosen in one.

    Args:
        settings: loaded.
        jobs: writes the file.

    Signals:
        changed: the key of a setting that was chosen.
        sampling_changed: to this Sampling.
    """

    changed = Signal(str)
    sampling_changed = Signal(object)

    def __init__(self, settings: Settings, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self._jobs = jobs
        self._writer = _Writer(settings)
        self._number = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self.save_now)

    def choose(self, key: str, value: Value) -> None:
        """Set a setting, tell all windows, and save soon. Raises OutOfRange or SettingInvalid."""
        self.settings[key] = value
        self.changed.emit(key)
        self.save_soon()

    def choose_all(self, values: Mapping[str, Value]) -> None:
        """As `choose`, for several that are in force together before anybody is told of one."""
        told = [key for key, value in values.items() if self.settings[key] != value]
        for key in told:
            self.settings[key] = values[key]
        for key in told:
            self.changed.emit(key)
        if told:
            self.save_soon()

    @Slot(object)
    def choose_sampling(self, sampling: Sampling) -> None:
        """Set how the model samples, tell all windows, and save soon."""
        self.settings.set_sampling(sampling)
        self.sampling_changed.emit(sampling)
        self.save_soon()

    @Slot()
    def save_soon(self) -> None:
        """Save when no more changes come for half a second (a slider sends many)."""
        self._timer.start()

    @Slot()
    def save_now(self) -> None:
        """Save what is in force at this moment; returns at once."""
        self._timer.stop()
        self._number += 1
        job = self._jobs.start(self._writer.write, self._number, self.settings.text())
        job.failed.connect(self._failed)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        # The job has logged it. The values stay in force, and the next change tries again: no reason to disturb the writer.
        _log.info("the settings stay unsaved: %s", error)

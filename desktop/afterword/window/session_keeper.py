"""Remembers which windows are open, so that they come back at the next start, also after a crash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from afterword.jobs import Jobs
from afterword.session import Found, Session, read_session, write_session
from afterword.watch import Watch

_EVERY_MS = 30_000


class SessionKeeper(QObject):
    """Writes down the session now and then, and when the writer quits.

    Args:
        file: of the session.
        now: what is open.
        jobs: write it.

    Signals:
        found: what was open when the program ended, a session.Found.
    """

    found = Signal(object)

    def __init__(self, file: Path, now: Callable[[], Session], jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._now = now
        self._jobs = jobs
        self._written = Session()
        self._quitting = self._reading = False
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def start(self, *, read: bool) -> None:
        """Begin to remember; first read what was open, if that is wanted."""
        self._timer.start()
        if read:
            self._reading = True
            job = self._jobs.start(read_session, self._file)
            job.done.connect(self._read)
            job.failed.connect(self._not_read)

    def quit(self) -> None:
        """The writer quits: what is open now comes back, though the windows close one after the other."""
        self.remember()
        self._quitting = True

    def closing(self) -> None:
        """The last window closes: it comes back, with those that were open when the writer quit."""
        if not self._quitting:
            self.remember()
        self._timer.stop()

    @Slot()
    def remember(self) -> None:
        """Write down what is open now, where that is not written down yet; but not over what is still being read."""
        session = self._now()
        if session != self._written and not self._reading:
            self._written = session
            self._jobs.start_apart(_write, self._file, session).failed.connect(self._not_written)

    @Slot(object)
    def _read(self, found: Found) -> None:
        self._reading = False
        self.found.emit(found)
        if not found.session.windows:  # else it is written down as soon as the drafts are there
            self.remember()

    @Slot(object)
    def _not_read(self, _: Exception) -> None:
        self._reading = False

    @Slot(object)
    def _not_written(self, _: Exception) -> None:
        self._written = Session()  # to be tried again

    @Slot()
    def _look(self) -> None:
        self._quitting = False  # else the windows would be gone
        self.remember()


def _write(file: Path, session: Session, *, watch: Watch) -> None:  # noqa: ARG001 -- the last one is not to be given up
    write_session(file, session)

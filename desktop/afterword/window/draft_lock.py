"""The lock beside the draft on one page: taken when the draft comes, kept alive, let go when it leaves."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from afterword.drafts.lock import REFRESH_S, Held, Taken, take
from afterword.files import same_file
from afterword.jobs import Job, Jobs


class DraftLock(QObject):
    """Of one page.

    Args:
        jobs: look at the lock.

    Signals:
        taken: the draft is ours.
        refused: somebody else has it, or has taken it over, says a Held.
    """

    taken = Signal()
    refused = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._path: Path | None = None
        self._taken: Taken | None = None
        self._held: Held | None = None
        self._taking: Job | None = None
        self._refreshing: Job | None = None
        self._timer = QTimer(self, interval=REFRESH_S * 1000)
        self._timer.timeout.connect(self._refresh)

    @property
    def held(self) -> Held | None:
        """Who else has the draft; None where it is ours, or nobody knows yet."""
        return self._held

    def hold(self, path: Path | None) -> None:
        """The draft on the page is that at `path`, or none that has a file."""
        if path is not None and same_file(path, self._path):
            return
        self._let_go()
        self._path = path
        if path is not None:
            self._take(None)

    def take_over(self) -> None:
        """The writer wants the draft, whoever has it."""
        if self._held is not None:
            self._take(self._held)

    def _take(self, despite: Held | None) -> None:
        if self._taking is not None:
            return
        self._taking = self._jobs.start(take, self._path, despite)
        self._taking.done.connect(self._answered)

    def _let_go(self) -> None:
        self._timer.stop()
        if self._taking is not None:
            self._taking.done.disconnect(self._answered)
            _Late(self._taking, self._jobs)
        taken, self._taken, self._held, self._taking, self._refreshing = self._taken, None, None, None, None
        if taken is not None:
            taken.leave()
            self._jobs.start(taken.release)

    @Slot(object)
    def _answered(self, answer: Taken | Held) -> None:
        self._taking = None
        if isinstance(answer, Held):
            self._held = answer
            self.refused.emit(answer)
        else:
            self._taken, self._held = answer, None
            self._timer.start()
            self.taken.emit()

    @Slot()
    def _refresh(self) -> None:
        if self._taken is not None and self._refreshing is None:  # the one before may hang, on a share that is gone
            self._refreshing = self._jobs.start(self._taken.refresh)
            self._refreshing.done.connect(self._refreshed)
            self._refreshing.failed.connect(self._not_refreshed)

    @Slot()
    def _not_refreshed(self) -> None:
        self._refreshing = None

    @Slot(object)
    def _refreshed(self, ours: bool) -> None:
        if self.sender() is not self._refreshing:
            return
        self._refreshing = None
        if not ours and self._taken is not None:
            self._taken = None
            self._timer.stop()
            self._take(None)  # says who has it now


class _Late(QObject):
    """Lets go of a lock that is only now being taken, of a draft that has left: its page may be gone before the answer comes."""

    def __init__(self, taking: Job, jobs: Jobs) -> None:
        super().__init__(jobs)
        self._jobs = jobs
        taking.done.connect(self._release)
        taking.failed.connect(self.deleteLater)
        taking.cancelled.connect(self.deleteLater)

    @Slot(object)
    def _release(self, answer: Taken | Held) -> None:
        if isinstance(answer, Taken):
            answer.leave()
            self._jobs.start(answer.release)
        self.deleteLater()

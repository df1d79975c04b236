"""Tasks that take time, off the main thread: a function, plain data in, signals out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from afterword.errors import Cancelled
from afterword.watch import Watch

_AT_ONCE = 8  # most tasks wait for a disk or a child process; a save must not wait for two long exports

_log = logging.getLogger(__name__)


class Job(QObject):
    """One running task. Lives on the main thread; its signals arrive there. Exactly one of the last three is emitted.

    Signals:
        progressed: share done (0 to 1, or -1 where unknown) and the stage.
        done: what the function returned.
        failed: the exception it raised.
        cancelled: it ended because `cancel` was called.
    """

    progressed = Signal(float, str)
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    _reported = Signal(float, str)
    _ended = Signal(str, object)
    _told = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        # What the worker says goes through this object, on the main thread, and from there to whoever listens: a quick task would
        # be over before its starter has connected.
        self._watch = Watch(self._reported.emit)
        self._reported.connect(self._tell_progress)
        self._ended.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    @property
    def watch(self) -> Watch:
        """What the function reports to."""
        return self._watch

    def cancel(self) -> None:
        """Ask the task to stop."""
        self._watch.cancel()

    @Slot(float, str)
    def _tell_progress(self, share: float, stage: str) -> None:
        self.progressed.emit(share, stage)

    @Slot(str, object)
    def _tell(self, outcome: str, what: object) -> None:
        if outcome == "cancelled":
            self.cancelled.emit()
        elif outcome == "failed":
            self.failed.emit(what)
        else:
            self.done.emit(what)
        self._told.emit()


class _Run(QRunnable):
    def __init__(self, job: Job, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        super().__init__()
        self._job, self._function, self._args = job, function, args

    def run(self) -> None:
        job = self._job
        try:
            result = self._function(*self._args, watch=job.watch)
        except Cancelled:
            job._ended.emit("cancelled", None)
        except Exception as error:
            _log.warning("the task %s failed", getattr(self._function, "__name__", self._function), exc_info=True)
            job._ended.emit("failed", error)
        else:
            job._ended.emit("done", result)


class Jobs(QObject):
    """Runs tasks on threads of its own and ends them all before it goes.

    Signals:
        idle: the last running task has ended.
    """

    idle = Signal()

    def __init__(self, parent: QObject | None = None, at_once: int = _AT_ONCE) -> None:
        super().__init__(parent)
        self._pool, self._apart = QThreadPool(self), QThreadPool(self)
        for pool, most in ((self._pool, at_once), (self._apart, 1)):
            pool.setObjectName("jobs")  # what the system calls its threads
            pool.setMaxThreadCount(most)
        self._running: list[Job] = []
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether a task is running."""
        return bool(self._running)

    def start(self, function: Callable[..., Any], *args: Any) -> Job:
        """Run `function(*args, watch=...)` on another thread. Connect to the job's signals before returning to the event loop.

        Once these jobs are closed nothing runs any more (a timer may still ask for it), and the job says that it was cancelled.
        """
        return self._start(self._pool, function, args)

    def start_apart(self, function: Callable[..., Any], *args: Any) -> Job:
        """As `start`, on a thread of its own, one after the other: for what must not wait for the rest, all of which may be
        waiting for a network drive that does not answer. Nothing that may itself wait for one belongs there.
        """
        return self._start(self._apart, function, args)

    def _start(self, pool: QThreadPool, function: Callable[..., Any], args: tuple[Any, ...]) -> Job:
        job = Job(self)
        job._told.connect(self._forget)
        self._running.append(job)
        if self._closed:
            job._ended.emit("cancelled", None)
        else:
            pool.start(_Run(job, function, args))
        return job

    def close(self, timeout_ms: int = 2000) -> bool:
        """Start nothing more, ask all tasks to stop and wait; whether they did within `timeout_ms`."""
        self._closed = True
        for job in self._running:
            job.cancel()
        deadline = QDeadlineTimer(timeout_ms)
        return all(pool.waitForDone(deadline.remainingTime()) for pool in (self._apart, self._pool))

    @Slot()
    def _forget(self) -> None:
        job = self.sender()
        if isinstance(job, Job):
            self._running.remove(job)
            job.deleteLater()
        if not self._running:
            self.idle.emit()

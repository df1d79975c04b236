"""Jobs: what a task says arrives on the main thread, and none outlives its owner."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from afterword.errors import DraftMissing
from afterword.jobs import Job, Jobs
from afterword.watch import Watch


class Listener(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, object]] = []
        self.threads: set[QThread] = set()

    def listen(self, job: Job) -> None:
        job.progressed.connect(self.on_progress)
        job.done.connect(self.on_done)
        job.failed.connect(self.on_failed)
        job.cancelled.connect(self.on_cancelled)

    def _note(self, what: str, value: object = None) -> None:
        self.threads.add(QThread.currentThread())
        self.heard.append((what, value))

    @Slot(float, str)
    def on_progress(self, share: float, stage: str) -> None:
        self._note("progress", (share, stage))

    @Slot(object)
    def on_done(self, result: object) -> None:
        self._note("done", result)

    @Slot(object)
    def on_failed(self, error: object) -> None:
        self._note("failed", error)

    @Slot()
    def on_cancelled(self) -> None:
        self._note("cancelled")


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    assert jobs.close()


def add(a: int, b: int, *, watch: Watch) -> int:
    watch.report(0.5, "adding")
    return a + b


def fail(*, watch: Watch) -> None:
    raise DraftMissing(__import__("pathlib").Path("x"))


def wait_for_ever(started: threading.Event, *, watch: Watch) -> None:
    started.set()
    while True:
        watch.check()
        time.sleep(0.001)


def test_progress_and_result_arrive_in_order_on_the_main_thread(jobs: Jobs, qtbot: QtBot) -> None:
    listener = Listener()
    with qtbot.waitSignal(jobs.idle):
        listener.listen(jobs.start(add, 2, 3))
        assert jobs.busy
    assert listener.heard == [("progress", (0.5, "adding")), ("done", 5)]
    assert listener.threads == {jobs.thread()}
    assert not jobs.busy


def test_a_failure_arrives_as_its_exception(jobs: Jobs, qtbot: QtBot) -> None:
    listener = Listener()
    with qtbot.waitSignal(jobs.idle):
        listener.listen(jobs.start(fail))
    [(what, error)] = listener.heard
    assert what == "failed"
    assert isinstance(error, DraftMissing)


def test_a_cancelled_job_ends_and_says_so(jobs: Jobs, qtbot: QtBot) -> None:
    listener, started = Listener(), threading.Event()
    job = jobs.start(wait_for_ever, started)
    listener.listen(job)
    qtbot.waitUntil(started.is_set)
    with qtbot.waitSignal(jobs.idle):
        job.cancel()
    assert listener.heard == [("cancelled", None)]


def test_a_save_does_not_wait_behind_long_exports(jobs: Jobs, qtbot: QtBot) -> None:
    started = [threading.Event() for _ in range(4)]
    for event in started:
        jobs.start(wait_for_ever, event)
    listener = Listener()
    listener.listen(jobs.start(add, 1, 1))
    qtbot.waitUntil(lambda: ("done", 2) in listener.heard)


def test_what_is_started_apart_waits_for_no_other_task(qtbot: QtBot) -> None:
    jobs, may_end, listener = Jobs(), threading.Event(), Listener()
    for _ in range(50):  # as on a network drive that does not answer any more
        jobs.start(lambda *, watch: may_end.wait())
    try:
        listener.listen(jobs.start_apart(add, 1, 1))
        qtbot.waitUntil(lambda: ("done", 2) in listener.heard)
        assert jobs.busy
    finally:
        may_end.set()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert jobs.close()


def test_what_is_started_apart_runs_in_turn(jobs: Jobs, qtbot: QtBot) -> None:
    order: list[int] = []
    for number in range(20):
        jobs.start_apart(lambda n, *, watch: order.append(n), number)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert order == list(range(20))


def test_closing_waits_for_what_was_started_apart_and_lets_nothing_more_start(qtbot: QtBot) -> None:
    jobs, may_end, listener = Jobs(), threading.Event(), Listener()
    jobs.start_apart(lambda *, watch: may_end.wait())
    try:
        assert not jobs.close(timeout_ms=50)
    finally:
        may_end.set()
    assert jobs.close()
    listener.listen(jobs.start_apart(add, 1, 1))
    qtbot.waitUntil(lambda: ("cancelled", None) in listener.heard)


def test_closing_ends_what_runs(qtbot: QtBot) -> None:
    jobs, started = Jobs(), threading.Event()
    jobs.start(wait_for_ever, started)
    qtbot.waitUntil(started.is_set)
    assert jobs.close()


def test_nothing_starts_once_they_are_closed(jobs: Jobs, qtbot: QtBot) -> None:
    assert jobs.close()
    ran, listener = threading.Event(), Listener()
    listener.listen(jobs.start(lambda *, watch: ran.set()))
    qtbot.waitUntil(lambda: listener.heard == [("cancelled", None)])
    assert not ran.is_set()
    assert not jobs.busy


def test_closing_does_not_wait_for_ever(qtbot: QtBot) -> None:
    jobs, may_end = Jobs(), threading.Event()
    jobs.start(lambda *, watch: may_end.wait())
    assert not jobs.close(timeout_ms=50)
    may_end.set()
    assert jobs.close()


def test_what_a_quick_task_says_waits_for_those_who_connect_late(jobs: Jobs, qtbot: QtBot) -> None:
    listener, ran = Listener(), threading.Event()

    def quick(*, watch: Watch) -> int:
        watch.report(1.0, "quick")
        ran.set()
        return 1

    job = jobs.start(quick)
    assert ran.wait(5)
    assert jobs._pool.waitForDone(5000)  # the task is over before anybody listens
    with qtbot.waitSignal(jobs.idle):
        listener.listen(job)
    assert listener.heard == [("progress", (1.0, "quick")), ("done", 1)]

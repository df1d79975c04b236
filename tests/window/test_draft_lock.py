"""The lock of the draft on a page: taken, kept alive, let go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from afterword.drafts.lock import Held, Taken, lock_path, take
from afterword.jobs import Jobs
from afterword.window import draft_lock
from afterword.window.draft_lock import DraftLock


class Gate:
    """Holds what is done with a lock back, and counts it."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.calls = 0

    def before(self, real: Callable[..., object]) -> Callable[..., object]:
        def held(*args: object, **kwargs: object) -> object:
            self.calls += 1
            assert self.event.wait(60)
            return real(*args, **kwargs)

        return held


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "a.md"
    path.write_bytes(b"Old.")
    return path


def settled(qtbot: QtBot, jobs: Jobs) -> None:
    qtbot.waitUntil(lambda: not jobs.busy)


def test_a_lock_is_taken_and_let_go(qtbot: QtBot, jobs: Jobs, draft: Path) -> None:
    lock = DraftLock(jobs, jobs)
    with qtbot.waitSignal(lock.taken):
        lock.hold(draft)
    assert lock_path(draft).exists()
    lock.hold(None)
    settled(qtbot, jobs)
    assert not lock_path(draft).exists()


def test_who_comes_back_to_a_draft_has_it_however_late_its_lock_is_let_go(
    qtbot: QtBot, jobs: Jobs, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, looked = DraftLock(jobs, jobs), threading.Event()
    with qtbot.waitSignal(lock.taken):
        lock.hold(draft)
    gate = Gate()
    monkeypatch.setattr(Taken, "release", gate.before(Taken.release))

    def looking(*args: Any, **kwargs: Any) -> Taken | Held:
        looked.set()
        return take(*args, **kwargs)

    monkeypatch.setattr(draft_lock, "take", looking)
    lock.hold(None)
    lock.hold(draft)
    with qtbot.waitSignal(lock.taken):
        assert looked.wait(60)
        gate.event.set()
    assert lock.held is None
    lock.hold(None)
    settled(qtbot, jobs)


@pytest.mark.parametrize("gone", [False, True])
def test_a_lock_that_is_only_taken_when_the_draft_has_left_is_let_go(
    qtbot: QtBot, jobs: Jobs, draft: Path, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    gate = Gate()
    monkeypatch.setattr(draft_lock, "take", gate.before(take))
    owner = QObject()
    lock = DraftLock(jobs, owner)
    lock.hold(draft)
    lock.hold(None)
    if gone:
        owner.deleteLater()
        qtbot.wait(1)
    gate.event.set()
    settled(qtbot, jobs)
    assert not lock_path(draft).exists()


def test_it_is_kept_alive_and_one_that_is_lost_is_told(qtbot: QtBot, jobs: Jobs, draft: Path) -> None:
    lock = DraftLock(jobs, jobs)
    with qtbot.waitSignal(lock.taken):
        lock.hold(draft)
    assert lock._timer.isActive()
    lock_path(draft).unlink()
    other = take(draft)
    assert isinstance(other, Taken)
    lock._timer.setInterval(10)
    with qtbot.waitSignal(lock.refused):
        pass
    assert isinstance(lock.held, Held)
    lock.hold(None)
    other.release()
    settled(qtbot, jobs)


def test_while_a_share_does_not_answer_it_is_asked_once(
    qtbot: QtBot, jobs: Jobs, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = DraftLock(jobs, jobs)
    with qtbot.waitSignal(lock.taken):
        lock.hold(draft)
    gate = Gate()
    monkeypatch.setattr(Taken, "refresh", gate.before(Taken.refresh))
    lock._timer.setInterval(5)
    qtbot.waitUntil(lambda: gate.calls > 0)
    qtbot.wait(60)
    assert gate.calls == 1
    gate.event.set()
    qtbot.waitUntil(lambda: gate.calls > 1)
    lock.hold(None)
    settled(qtbot, jobs)

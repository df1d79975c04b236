"""Which files a running process owns: by a lock beside each, which the system ends with the process."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from filelock import FileLock

NO_LOCK = (OSError, NotImplementedError)
"""What taking a lock raises where the system refuses one, or has none; and where another process has it (filelock.Timeout)."""


def lock_of(path: Path) -> FileLock:
    """The lock of the file at `path`, not taken yet; it may be taken on one thread and let go on another."""
    return FileLock(path.with_name(path.name + ".lock"), thread_local=False)


def release(lock: FileLock) -> None:
    """Let others own the file."""
    with suppress(OSError):  # then it ends with the process
        lock.release(force=True)


def let_go(lock: FileLock) -> None:
    """Own nothing any more, since the file is not there any more: the lock goes too."""
    release(lock)
    with suppress(OSError):  # it holds nothing
        Path(lock.lock_file).unlink()

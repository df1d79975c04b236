"""A small file that several processes and machines fight over: the steps that only one of them can take."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LARGEST = 1 << 12  # bytes; more is none of ours
_BEYOND = 1 << 20  # where Windows locks a byte that nobody reads
_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Unsupported(OSError):
    """The file system cannot let one process alone have a file."""


def create(path: Path, data: bytes) -> None:
    """Make a file that is not there yet; nothing of it is left where that fails.

    Raises:
        FileExistsError: there is one, or anything else of that name.
        OSError: it cannot be made.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o666)
    try:
        try:
            os.write(handle, data)
        finally:
            os.close(handle)
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise


@contextmanager
def opened(path: Path, how: int) -> Iterator[int]:
    """The file, open in the mode `how` (os.O_RDONLY, os.O_RDWR) for a block; never what a link leads to. Raises OSError."""
    handle = os.open(path, how | _FLAGS)
    try:
        yield handle
    finally:
        os.close(handle)


def read(handle: int) -> bytes:
    """What it holds, up to a bound that no file of ours reaches."""
    os.lseek(handle, 0, os.SEEK_SET)
    return os.read(handle, _LARGEST)


def rewrite(handle: int, data: bytes) -> None:
    """Write `data` in place; somebody who reads meanwhile may see neither what was there nor that."""
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, data)
    os.ftruncate(handle, len(data))


def replace(path: Path, data: bytes) -> None:
    """Put another file with `data` in its place, in one step. Raises OSError: it is as it was."""
    temporary = path.with_name(f".afterword-{secrets.token_hex(8)}.tmp")
    create(temporary, data)
    try:
        os.replace(temporary, path)
    except OSError:
        temporary.unlink()
        raise


def is_at(path: Path, handle: int) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(handle))
    except FileNotFoundError:
        return False


def alone(handle: int) -> None:
    """Keep out all others that ask the same, until the file is closed.

    Raises:
        BlockingIOError: somebody else was before.
        Unsupported: the file system has no such thing.
    """
    try:
        if sys.platform == "win32":
            os.lseek(handle, _BEYOND, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except PermissionError as error:
        raise BlockingIOError from error
    except OSError as error:
        raise Unsupported from error


def now_in(folder: Path) -> float | None:
    """The time that a file gets which is written in `folder` now: of the clock that also gave the lock its time."""
    try:
        handle, name = tempfile.mkstemp(".tmp", ".afterword-", folder)
    except OSError:
        return None
    try:
        os.write(handle, b"\n")
        return os.fstat(handle).st_mtime
    except OSError:
        return None
    finally:
        os.close(handle)
        with suppress(OSError):
            os.unlink(name)

"""One draft, one writer: a lock beside a draft says who has it open, to other windows, accounts and machines.

It is a small JSON file. Whoever creates it has the draft. One that was left behind by a process of this machine that is gone is
taken over. Of a process on another machine nobody can know here whether it lives (a computer that sleeps wakes up and goes on),
so that is for the writer to decide. Where no lock can be kept, as in a folder that takes no files, a draft opens without one.
"""

from __future__ import annotations

import getpass
import json
import logging
import os
import platform
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afterword.files import reason
from afterword.processes import Life, Process, life_of, this_process
from afterword.watch import Watch

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

REFRESH_S = 60
"""How often the owner should say that it is still there (`Taken.refresh`), in seconds."""

_VERSION = 1
_LARGEST = 1 << 12  # bytes; more is none of ours
_LONGEST_NAME = 80
_TRIES, _PAUSE_S = 25, 0.02  # to see what others are just doing, which takes microseconds on a disk
_UNFINISHED_S = 10  # a lock without an owner is one that is being written, or that was left behind in that moment
_LATEST = 1e11  # seconds since 1970; no clock says so, and no calendar can
_BEYOND = 1 << 20  # where Windows locks a byte that nobody reads
_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Owner:
    """Who has a draft, by what the lock says.

    Attributes:
        host: the name of the machine.
        user: the name of the account.
        since: in seconds since 1970, by the clock of that machine.
        process: None where the lock does not say.
    """

    host: str
    user: str
    since: float
    process: Process | None = None

    @property
    def is_us(self) -> bool:
        """Whether it is this very process."""
        return self.process == this_process()


@dataclass(frozen=True)
class Held:
    """Somebody else has the draft.

    Attributes:
        owner: who; None where the lock does not say, because it is just being written.
        life: RUNNING on this machine; UNKNOWN of another one; ENDED where this file system cannot keep two from taking it over at
            the same time, so that the writer has to say.
        silent: for how long, in seconds, the owner has not said that it is there, by the clock of the folder, so that it does not
            matter how two machines differ; None where it is not known.
    """

    owner: Owner | None
    life: Life
    silent: float | None = None


class Taken:
    """The draft is ours. Not to be used by two threads at once.

    Args:
        path: of the lock; None where there can be none.
        data: what it holds.
        after: whose lock was taken over.
    """

    def __init__(self, path: Path | None, data: bytes = b"", after: Owner | None = None) -> None:
        self._path, self._data, self.after = path, data, after

    @property
    def path(self) -> Path | None:
        """Of the lock; None where there is none."""
        return self._path

    def release(self, *, watch: Watch | None = None) -> None:  # noqa: ARG002 -- too short to be cancelled
        """Let others have the draft; a task for `Jobs`. A lock that somebody else has taken over stays."""
        path, self._path = self._path, None
        if path is None:
            return
        try:
            with _opened(path, os.O_RDONLY) as handle:
                with suppress(_Unsupported):
                    _alone(handle)
                ours = _is_at(path, handle) and _read(handle) == self._data
                if ours and sys.platform != "win32":  # which takes away no file that is open
                    path.unlink()
            if ours and sys.platform == "win32":
                path.unlink()
        except FileNotFoundError:
            pass
        except OSError as error:  # also where somebody is taking it over at this moment
            _log.warning("the lock of a draft stays: %s", error)

    def refresh(self, *, watch: Watch | None = None) -> bool:  # noqa: ARG002
        """Say that we are still there, every `REFRESH_S`; a task for `Jobs`.

        Returns:
            Whether the draft is ours as far as is known: False once somebody else has taken it over.
        """
        if self._path is None:
            return True
        try:
            with _opened(self._path, os.O_RDWR) as handle:
                with suppress(_Unsupported):
                    _alone(handle)
                if _read(handle) != self._data:
                    return False
                _rewrite(handle, self._data)  # not utime, which some file systems give the time of this machine
        except FileNotFoundError:  # somebody tidied up
            return self._create_again()
        except OSError as error:  # the network is away, for one, or somebody is taking it over at this moment
            _log.info("the lock of a draft cannot be refreshed: %s", error)
        return True

    def _create_again(self) -> bool:
        assert self._path is not None
        try:
            _create(self._path, self._data)
        except FileExistsError:
            return False
        except OSError as error:
            _log.info("the lock of a draft is gone: %s", error)
        return True


class _Unsupported(OSError):
    """The file system cannot let one process alone have a file."""


def lock_path(draft: Path) -> Path:
    """The lock of the draft at `draft`: a hidden file in the folder that a symbolic link leads to."""
    real = Path(os.path.realpath(draft))
    return real.with_name(f".{real.name}.afterword.lock")


def take(draft: Path, despite: Held | None = None, *, watch: Watch | None = None) -> Taken | Held:
    """Take the draft at `draft`, unless somebody else has it; a task for `Jobs`.

    A lock that was left behind on this machine is taken over. Where there can be no lock, the answer is a `Taken` without one.

    Args:
        draft: its file, which need not exist.
        despite: the answer of an earlier call: the writer wants the draft all the same. It is taken from that owner and no other.
        watch: may stop it while it waits, half a second at most, for what another process is just doing.

    Raises:
        Cancelled: it was asked to stop.
    """
    path, data = lock_path(draft), _record()
    held = Held(None, Life.UNKNOWN)
    for _ in range(_TRIES):
        if watch is not None:
            watch.check()
        try:
            _create(path, data)
            return Taken(path, data)
        except OSError as error:
            if not isinstance(error, FileExistsError) and not os.path.lexists(path):
                return _without(error)
        there = _look(path)
        if there is None:  # it has just gone
            continue
        before, held = there
        forced = despite is not None and held.owner == despite.owner
        if held.life is Life.ENDED or forced:
            try:
                if _take_over(path, before, data, forced):
                    return Taken(path, data, held.owner)
            except _Unsupported:
                return held
            except OSError as error:
                return _without(error)
        elif held.owner is not None:
            return held
        time.sleep(_PAUSE_S)
    return held


def _without(error: OSError) -> Taken:
    _log.warning("a draft is opened without a lock: %s", reason(error))
    return Taken(None)


def _record() -> bytes:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name is known for the account
        user = ""
    record = {
        "afterword": _VERSION,
        "host": platform.node(),
        "user": user,
        "since": time.time(),
        "process": this_process().token(),
        "token": secrets.token_hex(8),  # no other lock is like it
    }
    return json.dumps(record).encode()


def _look(path: Path) -> tuple[bytes, Held] | None:
    """What the lock holds and who that is; None where there is none."""
    try:
        with _opened(path, os.O_RDONLY) as handle:
            data, at = _read(handle), os.fstat(handle).st_mtime
    except FileNotFoundError:
        return None
    except OSError as error:  # no leave to read it, or it is a folder or a link
        _log.info("a lock cannot be read: %s", error)
        return b"", Held(None, Life.UNKNOWN)
    owner = _owner(data)
    life = life_of(owner.process) if owner is not None and owner.process is not None else Life.UNKNOWN
    if life is not Life.UNKNOWN:
        return data, Held(owner, life)
    now = _now_in(path.parent)
    silent = None if now is None else max(0.0, now - at)
    if owner is None and silent is not None and silent > _UNFINISHED_S:
        life = Life.ENDED
    return data, Held(owner, life, silent)


def _owner(data: bytes) -> Owner | None:
    try:
        record = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict):
        return None
    try:
        process = Process.from_token(record["process"])
    except (KeyError, ValueError, AttributeError):
        process = None
    since: Any = record.get("since")
    known = type(since) in (int, float) and 0 <= since < _LATEST
    return Owner(_name(record.get("host")), _name(record.get("user")), float(since) if known else 0.0, process)


def _name(text: object) -> str:
    return "".join(filter(str.isprintable, text))[:_LONGEST_NAME] if isinstance(text, str) else ""


def _now_in(folder: Path) -> float | None:
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


def _create(path: Path, data: bytes) -> None:
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


def _take_over(path: Path, before: bytes, data: bytes, force: bool) -> bool:
    """Put `data` in place of `before`; False where something else is there by now, or somebody else is doing the same.

    Raises:
        _Unsupported: two could do it at once.
        OSError: it cannot be replaced.
    """
    try:
        with _opened(path, os.O_RDWR) as handle:
            if _is_alone_with(handle, path, before, force):
                _rewrite(handle, data)
                return True
    except PermissionError:  # the file is of another account, but the folder may be ours too
        with _opened(path, os.O_RDONLY) as handle:
            if _is_alone_with(handle, path, before, force):
                _replace(path, data)
                return True
    except FileNotFoundError:
        pass
    return False


def _is_alone_with(handle: int, path: Path, before: bytes, force: bool) -> bool:
    try:
        _alone(handle)
    except BlockingIOError:
        return False
    except _Unsupported:
        if not force:
            raise
    return _is_at(path, handle) and _read(handle) == before


def _rewrite(handle: int, data: bytes) -> None:
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, data)
    os.ftruncate(handle, len(data))


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".afterword-{secrets.token_hex(8)}.tmp")
    _create(temporary, data)
    try:
        os.replace(temporary, path)
    except OSError:
        temporary.unlink()
        raise


@contextmanager
def _opened(path: Path, how: int) -> Iterator[int]:
    handle = os.open(path, how | _FLAGS)
    try:
        yield handle
    finally:
        os.close(handle)


def _read(handle: int) -> bytes:
    os.lseek(handle, 0, os.SEEK_SET)
    return os.read(handle, _LARGEST)


def _is_at(path: Path, handle: int) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(handle))
    except FileNotFoundError:
        return False


def _alone(handle: int) -> None:
    """Keep out all others that ask the same, until the file is closed.

    Raises:
        BlockingIOError: somebody else was before.
        _Unsupported: the file system has no such thing.
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
        raise _Unsupported from error

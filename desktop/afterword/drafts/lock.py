"""One draft, one writer: a lock beside a draft says who has it open, to other windows, accounts and machines.

It is a small JSON file. Whoever creates it has the draft. One that was left behind by a process of this machine that is gone is
taken over. Of a process on another machine nobody can know here whether it lives (a computer that sleeps wakes up and goes on),
so that is for the writer to decide. Machines made of one image have one name and number: a process of another start of "this" one
is taken for gone only once it has been silent for some minutes. Where no lock can be kept, as in a folder that takes no files, a
draft opens without one.
"""

from __future__ import annotations

import getpass
import json
import logging
import math
import os
import platform
import secrets
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afterword.drafts.lone_file import Unsupported, alone, create, is_at, now_in, opened, read, replace, rewrite
from afterword.files import reason
from afterword.processes import Life, Process, life_of, of_another_start, this_process
from afterword.watch import Watch

REFRESH_S = 60
"""How often the owner should say that it is still there (`Taken.refresh`), in seconds."""

_VERSION = 1
_LONGEST_NAME = 80
_LEAVING_S = 10  # a share that is gone may never answer
_TRIES, _PAUSE_S = 25, 0.02  # to see what others are just doing, which takes microseconds on a disk
_SILENT_S = 3 * REFRESH_S
_UNFINISHED_S = 10  # a lock without an owner is one that is being written, or that was left behind in that moment
_LATEST = 1e11  # seconds since 1970; no clock says so, and no calendar can

_leaving: set[bytes] = set()  # what the locks hold that this process is about to take away

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
    """The draft is ours.

    Args:
        path: of the lock; None where there can be none.
        data: what it holds.
        after: whose lock was taken over.
    """

    def __init__(self, path: Path | None, data: bytes = b"", after: Owner | None = None) -> None:
        self._path, self._data, self.after = path, data, after
        self._one = threading.Lock()  # a refresh that comes after the release must not bring the lock back

    @property
    def path(self) -> Path | None:
        """Of the lock; None where there is none."""
        return self._path

    def leave(self) -> None:
        """It is released in a moment: who takes the draft in this process waits for that."""
        if self._path is not None:
            _leaving.add(self._data)

    def release(self, *, watch: Watch | None = None) -> None:  # noqa: ARG002 -- too short to be cancelled
        """Let others have the draft; a task for `Jobs`. A lock that somebody else has taken over stays."""
        with self._one:
            path, self._path = self._path, None
            try:
                if path is not None:
                    _take_away(path, self._data)
            except FileNotFoundError:
                pass
            except OSError as error:  # also where somebody is taking it over at this moment
                _log.warning("the lock of a draft stays: %s", error)
            finally:
                _leaving.discard(self._data)

    def refresh(self, *, watch: Watch | None = None) -> bool:  # noqa: ARG002
        """Say that we are still there, every `REFRESH_S`; a task for `Jobs`. A lock that was tidied away comes back.

        Returns:
            Whether the draft is ours as far as is known: False once somebody else has taken it over.
        """
        with self._one:
            if self._path is None:
                return True
            try:
                return _refresh(self._path, self._data)
            except FileExistsError:  # in the moment in which there was none
                return False
            except OSError as error:  # the network is away, for one, or somebody is taking it over at this moment
                _log.info("the lock of a draft cannot be refreshed: %s", error)
                return True


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
        watch: may stop it while it waits: half a second at most for what another process is just doing, and some seconds for a
            lock that this one is taking away.

    Raises:
        Cancelled: it was asked to stop.
    """
    path, data = lock_path(draft), _record()
    held = Held(None, Life.UNKNOWN)
    for _ in range(_TRIES):
        if watch is not None:
            watch.check()
        try:
            create(path, data)
            return Taken(path, data)
        except OSError as error:
            if not isinstance(error, FileExistsError) and not os.path.lexists(path):
                return _without(error)
        there = _look(path)
        if there is None:  # it has just gone
            continue
        before, held = there
        if before in _leaving:
            _wait_for_leaving(before, watch)
            continue
        forced = despite is not None and held.owner == despite.owner
        if held.life is Life.ENDED or forced:
            try:
                if _take_over(path, before, data, forced):
                    return Taken(path, data, held.owner)
            except Unsupported:
                return held
            except OSError as error:
                return _without(error)
        elif held.owner is not None:
            if not held.owner.is_us or _look(path) == there:  # else it was taken away while it was read
                return held
            continue
        time.sleep(_PAUSE_S)
    return held


def _wait_for_leaving(data: bytes, watch: Watch | None) -> None:
    until = time.monotonic() + _LEAVING_S
    while data in _leaving and time.monotonic() < until:
        if watch is not None:
            watch.check()
        time.sleep(_PAUSE_S)
    _leaving.discard(data)


def _take_away(path: Path, data: bytes) -> None:
    with opened(path, os.O_RDONLY) as handle:
        with suppress(Unsupported):
            alone(handle)
        ours = is_at(path, handle) and read(handle) == data
        if ours and sys.platform != "win32":  # which takes away no file that is open
            path.unlink()
    if ours and sys.platform == "win32":
        path.unlink()


def _refresh(path: Path, data: bytes) -> bool:
    try:
        with opened(path, os.O_RDWR) as handle:
            with suppress(Unsupported):
                alone(handle)
            if read(handle) != data:
                return False
            rewrite(handle, data)  # not utime, which some file systems give the time of this machine
    except FileNotFoundError:
        create(path, data)
    return True


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
        with opened(path, os.O_RDONLY) as handle:
            data, at = read(handle), os.fstat(handle).st_mtime
    except FileNotFoundError:
        return None
    except OSError as error:  # no leave to read it, or it is a folder or a link
        _log.info("a lock cannot be read: %s", error)
        return b"", Held(None, Life.UNKNOWN)
    owner = _owner(data)
    life = life_of(owner.process) if owner is not None and owner.process is not None else Life.UNKNOWN
    if life is not Life.UNKNOWN:
        return data, Held(owner, life)
    now = now_in(path.parent)
    silent = None if now is None else max(0.0, now - at)
    if silent is not None and silent > _gone_after(owner):
        life = Life.ENDED
    return data, Held(owner, life, silent)


def _gone_after(owner: Owner | None) -> float:
    """For how long a lock whose owner is UNKNOWN has to be silent, in seconds, to have been left behind."""
    if owner is None:
        return _UNFINISHED_S
    return _SILENT_S if owner.process is not None and of_another_start(owner.process) else math.inf


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


def _take_over(path: Path, before: bytes, data: bytes, force: bool) -> bool:
    """Put `data` in place of `before`; False where something else is there by now, or somebody else is doing the same.

    Raises:
        Unsupported: two could do it at once.
        OSError: it cannot be replaced.
    """
    try:
        with opened(path, os.O_RDWR) as handle:
            if _is_alone_with(handle, path, before, force):
                rewrite(handle, data)
                return True
    except PermissionError:  # the file is of another account, but the folder may be ours too
        with opened(path, os.O_RDONLY) as handle:
            if _is_alone_with(handle, path, before, force):
                replace(path, data)
                return True
    except FileNotFoundError:
        pass
    return False


def _is_alone_with(handle: int, path: Path, before: bytes, force: bool) -> bool:
    try:
        alone(handle)
    except BlockingIOError:
        return False
    except Unsupported:
        if not force:
            raise
    return is_at(path, handle) and read(handle) == before

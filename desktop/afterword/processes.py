"""Which process it was: told apart from a later one that got the same number, also after the clock was set."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import uuid
from contextlib import suppress
from dataclasses import astuple, dataclass
from enum import Enum, auto
from functools import cache
from pathlib import Path

import psutil

_MACHINE_ID = ("/etc/machine-id", "/var/lib/dbus/machine-id")  # man 5 machine-id
_STATE, _BEGUN = 0, 19  # fields 3 and 22 of /proc/PID/stat, behind the name in brackets (man 5 proc)


class Life(Enum):
    """What is known of a process."""

    RUNNING = auto()  # also where the system does not say who has its number
    ENDED = auto()
    UNKNOWN = auto()  # it is on another machine, or in a container, or of another start (see `of_another_start`)


@dataclass(frozen=True)
class Process:
    """One process.

    Attributes:
        machine: a hash (12 hexadecimal digits) of the machine's name and its own number.
        boot: a hash of the number of its start, on Linux; "" elsewhere.
        space: the namespace of process numbers, on Linux; "" elsewhere.
        pid: its number there.
        begun: when it began, in ticks since the start of the machine (Linux) or seconds since 1970; "" where that is not known.
    """

    machine: str
    boot: str
    space: str
    pid: int
    begun: str

    def token(self) -> str:
        """All of it in one word, for `from_token`."""
        return ":".join(map(str, astuple(self)))

    @classmethod
    def from_token(cls, token: str) -> Process:
        """The process with this `token`. Raises ValueError."""
        machine, boot, space, pid, begun = token.split(":")
        number = int(pid)
        if not 0 < number < 1 << 31:
            raise ValueError("not the number of a process")
        return cls(machine, boot, space, number, begun)


def this_process() -> Process:
    """The one that asks."""
    begun = _begun(os.getpid()) or ""
    return Process(_machine(), _hash(_read("/proc/sys/kernel/random/boot_id")), _space(), os.getpid(), begun)


def life_of(process: Process) -> Life:
    """Whether `process` still runs."""
    here = this_process()
    if (process.machine, process.boot, process.space) != (here.machine, here.boot, here.space):
        return Life.UNKNOWN
    begun = _begun(process.pid)
    if begun is None or (begun and process.begun and begun != process.begun):
        return Life.ENDED
    return Life.RUNNING


def of_another_start(process: Process) -> bool:
    """Whether `process` ended when this machine was started again, or is on another one that was made of the same image."""
    here = this_process()
    return process.machine == here.machine and process.boot != here.boot


if sys.platform == "linux":

    def _begun(pid: int) -> str | None:
        """When the process with this number began; "" where the system does not say, None where there is none."""
        # Not from psutil, which adds the time of the machine's start to it, and that moves with the clock.
        with suppress(OSError, IndexError):
            fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
            return None if fields[_STATE] in "ZX" else fields[_BEGUN]
        try:
            os.kill(pid, 0)
        except PermissionError:  # of another user, where /proc shows only one's own
            return ""
        except OSError:
            return None
        return ""

else:

    def _begun(pid: int) -> str | None:
        try:
            return f"{psutil.Process(pid).create_time():.3f}"
        except psutil.NoSuchProcess:
            return None
        except psutil.Error:
            return ""


@cache
def _machine() -> str:
    number = next((found for file in _MACHINE_ID if (found := _read(file))), "")
    if not number and not (node := uuid.getnode()) >> 40 & 1:  # with that bit it is drawn at random (RFC 9562, section 6.10)
        number = f"{node:x}"
    return _hash(f"{platform.node()}\n{number}")


def _space() -> str:
    try:
        return str(os.stat("/proc/self/ns/pid").st_ino) if sys.platform == "linux" else ""
    except OSError:
        return ""


def _read(file: str) -> str:
    try:
        return Path(file).read_text("ascii", "replace").strip()
    except OSError:
        return ""


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest() if text else ""

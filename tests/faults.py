"""How many faults were made, how many drafts were lost by them, and how system calls are made to fail."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

_OS = """open read write close fsync ftruncate replace rename unlink mkdir scandir readlink stat lstat fstat
chmod fchmod chown utime listxattr getxattr setxattr""".split()
_LATE = {"write", "replace", "rename", "unlink", "mkdir", "ftruncate", "fsync"}  # that change something on the disk

CODES = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.ENOENT)


class Faults:
    """Counts.

    Attributes:
        tried: faults that were made.
        lost: those after which a draft was not there whole, or something else was not as it must be.
    """

    def __init__(self) -> None:
        self.tried = self.lost = 0

    def __str__(self) -> str:
        return f"faults tried: {self.tried}, drafts lost: {self.lost}"

    @contextmanager
    def one(self, what: object = "") -> Iterator[None]:
        """Around the fault `what` and all that is asked after it: whatever is wrong then counts as a draft that is lost."""
        self.tried += 1
        try:
            yield
        except BaseException as error:
            self.lost += 1
            error.add_note(f"after the fault: {what}")
            raise

    def add(self, tried: int, lost: Sequence[str]) -> None:
        """What another process counted; it is an error that something is lost."""
        self.tried += tried
        self.lost += len(lost)
        assert tried > 0
        assert list(lost) == []


@dataclass(frozen=True)
class Fault:
    """What is to fail.

    Attributes:
        number: of the call, counted from 0.
        name: of the call.
        code: of the error.
        late: whether the call does its work, or in writing half of it, and fails then.
    """

    number: int
    name: str
    code: int
    late: bool = False

    def __str__(self) -> str:
        return f"{self.name} ({self.number}) {errno.errorcode[self.code]}{', late' * self.late}"


class Calls:
    """Stands between the code and the system while `patch` lasts.

    Args:
        patch: undone by its owner.
        at: called with the name of each call, its number and the call; what it returns is what the code gets.
    """

    def __init__(self, patch: pytest.MonkeyPatch, at: Callable[[int, str, Callable[[], Any]], Any]) -> None:
        self.names: list[str] = []
        self._at = at
        fcntl = pytest.importorskip("fcntl")
        for place, names in ((os, _OS), (fcntl, ["flock"]), (io, ["open"])):
            for name in names:
                if hasattr(place, name):
                    patch.setattr(place, name, self._between(name, getattr(place, name)))

    def _between(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            self.names.append(name)
            return self._at(len(self.names) - 1, name, lambda: real(*arguments, **keywords))

        return call


def calls_of(action: Callable[[], object]) -> list[str]:
    """The names of the calls that `action` makes, in turn."""
    with pytest.MonkeyPatch.context() as patch:
        calls = Calls(patch, lambda number, name, call: call())
        action()
    return calls.names


def faults_of(action: Callable[[], object]) -> list[Fault]:
    """Every fault that there can be in `action`."""
    calls = list(enumerate(calls_of(action)))
    early = [Fault(number, name, code) for number, name in calls for code in CODES]
    return early + [Fault(number, name, errno.EIO, late=True) for number, name in calls if name in _LATE]


@contextmanager
def failing(fault: Fault) -> Iterator[None]:
    """Let one call fail. One that closes has closed all the same."""

    def at(number: int, _: str, call: Callable[[], Any]) -> Any:
        if number != fault.number:
            return call()
        if fault.late or fault.name == "close":
            call()
        raise OSError(fault.code, os.strerror(fault.code))

    with pytest.MonkeyPatch.context() as patch:
        Calls(patch, at)
        yield


def sample(faults: Sequence[Fault], count: int) -> list[Fault]:
    """`count` of them, from the first to the last."""
    return [faults[len(faults) * n // count] for n in range(count)] if len(faults) > count else list(faults)

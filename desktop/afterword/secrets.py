"""The keys of servers: in the system's keyring, and nowhere else on the disk.

Where the system has no keyring, or it is locked or does not answer, a key is remembered until the program ends. All of this may
take as long as somebody takes to open the keyring: it is for other threads than the main one.
"""

from __future__ import annotations

import contextlib
import json
import logging
import subprocess
import threading
import time
from collections.abc import Callable

from afterword.engine.child import python
from afterword.engine.protocol import never
from afterword.errors import Cancelled, KeyNotForgotten, KeyNotKept, KeyUnread
from afterword.files import reason

PATIENCE_S = 90.0
"""For a person who is asked to open the keyring."""

_TICK_S = 0.05
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0)

_log = logging.getLogger(__name__)

_remembered: dict[str, str] = {}  # by origin: what was read or given since the program began
_lock = threading.Lock()


def key_of(origin: str, stopped: Callable[[], bool] = never) -> str:
    """The key of the server at `origin`; "" where it has none, or where the keyring does not give it, which goes to the log.

    Raises:
        Cancelled: `stopped` answered True.
    """
    try:
        return read_key(origin, stopped)
    except KeyUnread as error:
        _log.warning("no key is read: %s", error)
        return ""


def read_key(origin: str, stopped: Callable[[], bool] = never) -> str:
    """The key of the server at `origin`; "" where it has none.

    Raises:
        KeyUnread: the keyring does not give it.
        Cancelled: `stopped` answered True.
    """
    with _lock:
        if origin in _remembered:
            return _remembered[origin]
    try:
        key = _asked({"origin": origin}, stopped)
    except KeyNotKept as error:
        raise KeyUnread(origin, error.reason) from error
    with _lock:
        return _remembered.setdefault(origin, key)


def remember(origin: str, key: str) -> None:
    """Let `key` be the one of the server at `origin` until the program ends; takes no time."""
    with _lock:
        _remembered[origin] = key


def knows(origin: str) -> bool:
    """Whether the server at `origin` has a key that is remembered, whatever the keyring has; takes no time."""
    with _lock:
        return bool(_remembered.get(origin))


def keep_key(origin: str, key: str, stopped: Callable[[], bool] = never) -> None:
    """Keep `key` for the server at `origin` from now on; "" forgets the one that is kept.

    Raises:
        KeyNotKept: it is remembered until the program ends, and no longer.
        KeyNotForgotten: the keyring still has it.
        Cancelled: `stopped` answered True; likewise.
    """
    remember(origin, key)
    try:
        _asked({"origin": origin, "key": key}, stopped)
    except KeyNotKept as error:
        if key:
            raise
        raise KeyNotForgotten(origin, error.reason) from error


def forget_all() -> None:
    """Remember no key any more; those in the keyring stay."""
    with _lock:
        _remembered.clear()


def _asked(wish: dict[str, str], stopped: Callable[[], bool]) -> str:
    """What the keyring says to `wish`; see `keyrings`."""
    origin = wish["origin"]
    try:
        answer = json.loads(_child(json.dumps(wish), stopped))
        if "key" in answer:
            return str(answer["key"])
        why = str(answer["reason"])
    except OSError as error:
        why = reason(error)
    except (ValueError, LookupError, TypeError):
        why = "the keyring does not answer"
    raise KeyNotKept(origin, why)


def _child(wish: str, stopped: Callable[[], bool]) -> bytes:
    """The line that the child answers with; b"" where it says none, or takes too long."""
    command = python("afterword.keyrings")
    process: subprocess.Popen[bytes] = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, creationflags=_FLAGS
    )
    wishes, process.stdin = process.stdin, None  # stays open: its end would tell the child that this process is gone
    assert wishes is not None
    try:
        wishes.write(wish.encode() + b"\n")
        wishes.flush()
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if stopped():
                raise Cancelled
            try:
                return process.communicate(timeout=_TICK_S)[0]
            except subprocess.TimeoutExpired:
                continue
        return b""
    finally:
        process.kill()
        process.communicate()
        with contextlib.suppress(OSError):
            wishes.close()

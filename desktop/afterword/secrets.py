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
from dataclasses import dataclass
from enum import Enum

from afterword.engine.child import python
from afterword.engine.protocol import never
from afterword.errors import Cancelled, KeyNotForgotten, KeyNotKept, KeyUnread
from afterword.files import reason

PATIENCE_S = 90.0
"""For a person who is asked to open the keyring."""

_TICK_S = 0.05
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0)

_log = logging.getLogger(__name__)


class Place(Enum):
    """Where the key is that is used of a server."""

    KEYRING = "keyring"
    ASKED = "asked"  # the keyring was not heard yet
    MEMORY = "memory"  # until the program ends


@dataclass(frozen=True)
class Known:
    """What is known of the key of a server.

    Attributes:
        used: whether one is used.
        place: where it is; of none, whether the keyring is still asked to forget what it has.
        may_hold: whether the keyring may have one, be it this or an older one.
    """

    used: bool
    place: Place
    may_hold: bool


@dataclass
class _Server:
    key: str | None = None  # None until it was read or given
    place: Place = Place.MEMORY
    may_hold: bool | None = None  # None where nobody has said
    wish: int = 0  # the number of the last one


_servers: dict[str, _Server] = {}  # by origin
_lock = threading.Lock()
_turn = threading.Lock()  # whose wish the keyring is told


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
        server = _servers.setdefault(origin, _Server())
        if server.key is not None:
            return server.key
    try:
        key = _asked({"origin": origin}, stopped)
    except KeyNotKept as error:
        raise KeyUnread(origin, error.reason) from error
    with _lock:
        if server.key is None:
            server.key, server.place, server.may_hold = key, Place.KEYRING, bool(key)
        return server.key


def remember(origin: str, key: str) -> None:
    """Let `key` be the one of the server at `origin` until the program ends; takes no time."""
    with _lock:
        server = _servers.setdefault(origin, _Server())
        server.key, server.place = key, Place.MEMORY
        server.wish += 1


def knows(origin: str) -> bool:
    """Whether the server at `origin` has a key that is remembered, whatever the keyring has; takes no time."""
    known = known_of(origin)
    return known is not None and known.used


def known_of(origin: str) -> Known | None:
    """What is known of the key of the server at `origin` since the program began, if anything is; takes no time."""
    with _lock:
        server = _servers.get(origin)
        if server is None or server.key is None:
            return None
        return Known(bool(server.key), server.place, bool(server.may_hold))


def origins() -> frozenset[str]:
    """The servers of whose keys something may be known; takes no time."""
    with _lock:
        return frozenset(_servers)


def want(origin: str, key: str, may_hold: bool) -> int:
    """Use `key` for the server at `origin` from now on, "" for none; takes no time.

    Args:
        origin: of the server.
        key: the key.
        may_hold: whether the keyring may have one already, if nothing else is known of that.

    Returns:
        The number of the wish, to `tell_keyring`; 0 where the keyring need not know of it.
    """
    remember(origin, key)
    with _lock:
        server = _servers[origin]
        if server.may_hold is None:
            server.may_hold = may_hold
        if not key and not server.may_hold:
            return 0
        server.place = Place.ASKED
        return server.wish


def tell_keyring(origin: str, wish: int, stopped: Callable[[], bool] = never) -> bool:
    """Have the keyring keep, or forget, the key of the server at `origin`, as it was wanted. Wishes are told one after the other.

    Returns:
        Whether it was done; False where something else is wanted by now, whether it was done or not.

    Raises:
        KeyNotKept: the key is remembered until the program ends, and no longer.
        KeyNotForgotten: the keyring still has it.
        Cancelled: `stopped` answered True; nobody knows what the keyring has.
    """
    while not _turn.acquire(timeout=_TICK_S):
        if stopped():
            raise Cancelled
        if _overtaken(origin, wish):
            return False
    try:
        return _told(origin, wish, stopped)
    finally:
        _turn.release()


def _told(origin: str, wish: int, stopped: Callable[[], bool]) -> bool:
    with _lock:
        server = _servers[origin]
        if server.wish != wish:
            return False
        key, held = server.key or "", bool(server.may_hold)
        server.may_hold = held or bool(key)  # it may be kept by now, for whoever wants it forgotten meanwhile
    failure: KeyNotKept | None = None
    try:
        _asked({"origin": origin, "key": key}, stopped)
    except KeyNotKept as error:
        failure = error
    with _lock:
        server.may_hold = bool(key) if failure is None else held
        if server.wish != wish:
            return False
        server.place = Place.KEYRING if failure is None else Place.MEMORY
    if failure is None:
        return True
    if key:
        raise failure
    raise KeyNotForgotten(origin, failure.reason) from failure


def _overtaken(origin: str, wish: int) -> bool:
    with _lock:
        return _servers[origin].wish != wish


def forget_all() -> None:
    """Remember no key any more; those in the keyring stay."""
    with _lock:
        _servers.clear()


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

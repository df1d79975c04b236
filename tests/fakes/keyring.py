"""A keyring in memory, in place of the child process that speaks with the system's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from afterword.errors import Cancelled


class FakeKeyring:
    """Attributes:
    keys: what it keeps, by origin.
    reason: why it cannot be used; "" where it can.
    hangs: whether it never answers.
    asked: the origins that it was asked about, one for each time.
    """

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.reason = ""
        self.hangs = False
        self.asked: list[str] = []

    def answer(self, wish: str, stopped: Callable[[], bool]) -> bytes:
        """What the child would answer; see `afterword.keyrings`."""
        wished = json.loads(wish)
        origin, key = wished["origin"], wished.get("key")
        self.asked.append(origin)
        while self.hangs:
            if stopped():
                raise Cancelled
            time.sleep(0.005)
        if self.reason:
            return json.dumps({"reason": self.reason}).encode()
        if key:
            self.keys[origin] = key
        elif key is not None:
            self.keys.pop(origin, None)
        return json.dumps({"key": self.keys.get(origin, "")}).encode()

"""Closes all windows, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from afterword.window.documents import Documents


class Closable(Protocol):
    """A window with a draft."""

    documents: Documents

    def come_forward(self) -> None:
        """Be seen."""
        ...

    def close(self) -> bool:
        """Close it, unless something of its draft can be lost."""
        ...


class Quitting:
    """Asks in one window after the other about what is not saved, and only then closes them.

    Args:
        windows: those that are open.
        closing: called before the first one closes.
    """

    def __init__(self, windows: Callable[[], Sequence[Closable]], closing: Callable[[], None]) -> None:
        self._windows = windows
        self._closing = closing
        self._asking: Closable | None = None
        self._settled: list[Closable] = []

    def begin(self) -> None:
        """Close all; once more while they are being asked shows which one waits for an answer."""
        if self._asking is not None:
            self._asking.come_forward()
        else:
            self._settled = []
            self._ask()

    def _ask(self) -> None:
        self._asking = next((window for window in self._windows() if window not in self._settled), None)
        if self._asking is not None:
            if self._asking.documents.dirty:
                self._asking.come_forward()
            self._asking.documents.settle_for(self._next, self._stay)
            return
        self._closing()
        for window in list(self._windows()):
            window.close()

    def _next(self) -> None:
        if self._asking is not None:
            self._settled.append(self._asking)
        self._ask()

    def _stay(self) -> None:
        self._asking = None
        for window in self._windows():
            window.documents.unsettle()

"""How a long task tells how far it is and learns that it should stop, without knowing who asked."""

from __future__ import annotations

import threading
from collections.abc import Callable

from afterword.errors import Cancelled


class Watch:
    """Handed to every task that takes time.

    Args:
        on_progress: called with the share done (0 to 1, or -1 where it is not known) and a stage, a short fixed word such as
            "fetching" that the window or the command line turns into a sentence. Called on the thread of the task.
    """

    def __init__(self, on_progress: Callable[[float, str], None] | None = None) -> None:
        self._on_progress = on_progress
        self._stop = threading.Event()

    def report(self, share: float, stage: str) -> None:
        """Tell how far the task is; raises Cancelled when it was asked to stop."""
        self.check()
        if self._on_progress is not None:
            self._on_progress(share, stage)

    def cancel(self) -> None:
        """Ask the task to stop; safe from any thread."""
        self._stop.set()

    def stopped(self) -> bool:
        """Whether the task was asked to stop."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise Cancelled when the task was asked to stop."""
        if self._stop.is_set():
            raise Cancelled

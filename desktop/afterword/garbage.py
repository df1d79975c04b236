"""Python's cyclic garbage, collected on the main thread alone.

Python collects on whichever thread happens to make the objects that are one too many. A QObject that dies there, on a thread that
is not its own, leaves its timers and its events behind, and the main thread falls over them later.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject

_EVERY_MS = 500


def collect_due() -> None:
    """Collect the generations that Python would have collected by now."""
    counts, bounds = gc.get_count(), gc.get_threshold()
    due = [generation for generation in range(3) if counts[generation] > bounds[generation]]
    if due:
        gc.collect(due[-1])


class Collector(QObject):
    """Collects in Python's stead, from now on until it is closed; made on the main thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = self.startTimer(_EVERY_MS)

    def close(self) -> None:
        """Leave it to Python again."""
        self.killTimer(self._timer)
        gc.enable()

    def timerEvent(self, _: object) -> None:
        """Have a look."""
        collect_due()

"""A strip above a draft that was changed here and by another program."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from afterword.window.strip import Strip


class ConflictStrip(Strip):
    """Stays until that is decided. It takes no focus, so that whoever types goes on typing.

    Signals:
        compare_wanted: the writer wants to see what is different.
    """

    compare_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        compare = self._button(self.tr("Compare…"), self.tr("See what is different, and choose"))
        compare.clicked.connect(self.compare_wanted)

    @Slot(bool)
    def show_conflict(self, stands: bool) -> None:
        """Say that there is something to decide, or no more."""
        if stands:
            self.say(self.tr("Another program changed this draft, and you changed it too. Nothing of either is lost so far."))
        else:
            self.dismiss()

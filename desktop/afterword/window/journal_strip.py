"""A strip above a draft whose recovery journal cannot be written."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from afterword.sentences import sentence
from afterword.window.strip import Strip


class JournalStrip(Strip):
    """Stays until the journal can be written again, or nothing is left to save.

    Signals:
        save_wanted: the writer wants to save the draft.
    """

    save_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        save = self._button(self.tr("Save"), self.tr("Save the draft, so that nothing of it can be lost"))
        save.clicked.connect(self.save_wanted)

    @Slot(object)
    def show_failure(self, error: Exception) -> None:
        """Say why it cannot be written."""
        self.say(sentence(error, self.tr))

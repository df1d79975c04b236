"""A strip above the page that says why a model did not load and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from afterword.window.strip import Strip


class Banner(Strip):
    """About the model.

    Signals:
        starter_wanted: load the starter model.
        details_wanted: show the log.
    """

    starter_wanted = Signal()
    details_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._starter = self._button(self.tr("Use the starter model"), self.tr("Load the small model that comes with Afterword"))
        details = self._button(self.tr("Details"), self.tr("Open the folder with the log"))
        dismiss = self._button(self.tr("Dismiss"), self.tr("Hide this message"))
        self._starter.clicked.connect(self.starter_wanted)
        self._starter.clicked.connect(self.dismiss)
        details.clicked.connect(self.details_wanted)
        dismiss.clicked.connect(self.dismiss)

    def show_failure(self, message: str, *, starter_failed: bool) -> None:
        """Say `message`; where the starter model itself failed, the button tries again."""
        self._starter.setText(self.tr("Try again") if starter_failed else self.tr("Use the starter model"))
        self.say(message)

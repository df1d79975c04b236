"""A strip above the page that says that the program ended unexpectedly the last time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from afterword.crash import Crash
from afterword.window.folders import open_folder
from afterword.window.strip import Strip
from afterword.window.times import shown_time


class CrashStrip(Strip):
    """Says where the report is. Drafts that were not saved are offered on their own.

    Signals:
        noticed: a sentence for the status bar.
    """

    noticed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: Path | None = None
        show = self._button(self.tr("Show the report"), self.tr("Open its folder; it holds no text of your drafts"))
        dismiss = self._button(self.tr("Dismiss"), self.tr("Hide this message"))
        show.clicked.connect(self._show_report)
        dismiss.clicked.connect(self.dismiss)

    def show_crash(self, crash: Crash) -> None:
        """Say that it happened, and where the report is."""
        self._report = crash.report
        when = shown_time(crash.at, self.locale(), self.tr)
        text = self.tr(
            "Afterword ended unexpectedly, about {when}. What the recovery journal holds is offered; the report is “{name}”."
        )
        self.say(text.format(when=when, name=crash.report.name))

    @Slot()
    def _show_report(self) -> None:
        if self._report is not None and not open_folder(self._report.parent):
            self.noticed.emit(self.tr("No program here shows folders. The report is {path}.").format(path=self._report))

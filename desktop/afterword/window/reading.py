"""Reading the file of a draft: the newest wish counts, and what speaks against opening it is told and asked about."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from afterword.errors import DraftEncoding, DraftLarge, DraftMissing
from afterword.jobs import Job, Jobs
from afterword.sentences import sentence
from afterword.window.dialogs import Dialogs
from afterword.window.saving import Kept, Opening, load


class Reading(QObject):
    """For one page.

    Args:
        jobs: read.
        dialogs: ask, and tell what is wrong.

    Signals:
        read: a Kept.
        missing: the path at which there is no file.
        begun: the path of a draft that is to be begun, since there is no file.
    """

    read = Signal(object)
    missing = Signal(object)
    begun = Signal(object)

    def __init__(self, jobs: Jobs, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._dialogs = dialogs
        self._job: Job | None = None
        self._opening: Opening | None = None

    @property
    def path(self) -> Path | None:
        """Of the file that is being read."""
        return self._opening.path if self._opening is not None else None

    def start(self, opening: Opening) -> None:
        """Read a file, instead of another one that is still being read."""
        self.give_up()
        self._opening = opening
        self._job = self._jobs.start(load, opening)
        self._job.done.connect(self._done)
        self._job.failed.connect(self._failed)

    def give_up(self) -> None:
        """No file is wanted any more."""
        if self._job is not None:
            self._job.cancel()
        self._job = self._opening = None

    @Slot(object)
    def _done(self, kept: Kept) -> None:
        if self.sender() is self._job:
            self._job = self._opening = None
            self.read.emit(kept)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        opening = self._opening
        if opening is None or self.sender() is not self._job:
            return
        self._job = self._opening = None
        text = sentence(error, self.tr)
        if isinstance(error, DraftLarge):
            self._dialogs.ask_open(text, partial(self._start_all_the_same, replace(opening, large=True)))
        elif isinstance(error, DraftEncoding):
            more = self.tr("It can be opened to be read: what is damaged is shown as �.")
            wish = replace(opening, damaged=True, large=True)
            self._dialogs.ask_open(f"{text}\n\n{more}", partial(self._start_all_the_same, wish))
        elif isinstance(error, DraftMissing) and opening.new and opening.path.parent.is_dir():
            self.begun.emit(opening.path)
        else:
            if isinstance(error, DraftMissing):
                self.missing.emit(opening.path)
            self._dialogs.show_error(text)

    def _start_all_the_same(self, opening: Opening, wanted: bool) -> None:
        if wanted:
            self.start(opening)

"""Keeps the recovery journal of the draft on one page: within a second of a key, what it did is on the disk."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QTextDocument

from afterword.drafts.journal import Edit, Head, Journal
from afterword.drafts.recovery import new_journal
from afterword.editor.changes import Changes
from afterword.editor.plaintext import units
from afterword.errors import JournalGone, JournalNotWritten
from afterword.files import reason
from afterword.jobs import Job, Jobs
from afterword.watch import Watch

WRITE_AFTER_MS = 400
"""From the first change that is not written down to the writing: with the disk's own time, less than a second."""

TRY_AGAIN_MS = 5000
"""After a failure."""

_GROWN = 4  # times as large as it began, and it is begun anew
_SMALL = 1 << 20  # bytes; smaller ones are left to grow

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Written:
    """What one job writes down.

    Attributes:
        turn: rises when the journal is begun for another text; what was meant for the one before comes too late.
        head: whose journal it is.
        base: what stood there before `edits`, where the journal is to begin with it.
        saved: what was on the disk at first, where that is not `base`.
        edits: what was changed.
        notes: the notes for the model, where they were changed.
        private: whether nothing may leave this machine, where that was changed.
        at: now, in seconds since 1970.
    """

    turn: int
    head: Head
    base: str | None
    saved: str | None
    edits: tuple[Edit, ...]
    notes: str | None
    private: bool | None
    at: float


class _Scribe:
    """The file. Runs on the threads of the jobs, one thing at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._journal: Journal | None = None
        self._turn = 0

    def write(self, what: _Written, *, watch: Watch) -> int:  # noqa: ARG002 -- too short to be cancelled
        """Write it down; returns how large the journal is. Raises JournalNotWritten."""
        with self._lock:
            if what.turn < self._turn:
                return 0
            self._turn = what.turn
            if self._journal is None:
                try:
                    self._journal = new_journal(self._folder)
                except OSError as error:
                    raise JournalNotWritten(self._folder, reason(error)) from error
            if what.base is not None:
                self._journal.begin(what.head, what.base, before=what.saved, at=what.at)
            if what.edits or what.notes is not None or what.private is not None:
                self._journal.append(what.edits, what.at, what.notes, what.private)
            return self._journal.size

    def drop(self, turn: int, *, watch: Watch) -> None:  # noqa: ARG002
        """What was written down before `turn` is of no use any more."""
        with self._lock:
            if turn > self._turn and self._journal is not None:
                self._journal.drop()
                self._journal = None
            self._turn = max(turn, self._turn)


class JournalKeeper(QObject):
    """Writes down what changes in a document.

    Args:
        document: of the page.
        text: all that stands there; asked for only where changes cannot be told one by one.
        folder: of the journals.
        jobs: write them.
        clock: seconds since 1970.

    Signals:
        failed: a JournalNotWritten; once until it works again.
        works: it can be written again, or nothing is to be written any more.
        written: all that was changed is on the disk.
    """

    failed = Signal(object)
    works = Signal()
    written = Signal()

    def __init__(
        self,
        document: QTextDocument,
        text: Callable[[], str],
        folder: Path,
        jobs: Jobs,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._jobs = jobs
        self._clock = clock
        self._scribe = _Scribe(folder)
        self._turn = 0
        self._head = Head(None, clock(), "")
        self._base: str | None = ""
        self._edits: list[Edit] = []
        self._place: int | None = None  # where the last change ended
        self._notes: str | None = None
        self._private: bool | None = None
        self._saved = ""
        self._unsaved_notes: str | None = None
        self._unsaved_private: bool | None = None
        self._writing: _Written | None = None
        self._begun_with = 0  # bytes
        self._failing = False
        self._due = False  # whether something is to be written
        self._begun = False  # whether there may be a file
        self._changes = Changes(document, self)
        self._changes.edited.connect(self._edited)
        self._changes.lost.connect(self._lost)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._write)

    def begin(self, path: Path | None, name: str, text: str, *, private: bool = False) -> None:
        """`text` stands in the document, and on the disk if there is a `path`: nothing can be lost until it changes."""
        self._turn += 1
        self._head = Head(path, self._clock(), name, private)
        self._base, self._edits, self._notes, self._private = text, [], None, None
        self._saved, self._unsaved_notes, self._unsaved_private = text, None, None
        self._changes.restart()
        if units(text) != self._changes.length:  # what a file cannot hold is otherwise there
            self._base = self._text()
        self._timer.stop()
        self._due = False
        self._succeed()
        if self._begun:
            self._begun = False
            self._jobs.start_apart(self._scribe.drop, self._turn).failed.connect(self._not_dropped)

    def note(self, notes: str) -> None:
        """The notes for the model are now these."""
        self._notes = self._unsaved_notes = notes
        self._soon()

    def note_private(self, private: bool) -> None:
        """Whether nothing may leave this machine is now this."""
        self._private = self._unsaved_private = private
        self._soon()

    def note_place(self, place: int) -> None:
        """The writer was there last, in UTF-16 units, wherever a change ended that was not theirs."""
        self._edited(Edit(min(place, self._changes.length), 0, ""))

    def write_all(self) -> None:
        """What stands in the document is not on the disk any more: write down all of it."""
        self._anew()
        self._soon()

    @Slot()
    def write_now(self) -> None:
        """Write down what is not yet; returns at once."""
        if self._timer.isActive():
            self._write()

    @Slot(object)
    def _edited(self, edit: Edit) -> None:
        self._edits.append(edit)
        self._place = edit.position + units(edit.added)
        self._soon()

    @Slot()
    def _lost(self) -> None:
        _log.info("the journal is begun anew, since a change could not be told")
        self._place = None  # nobody knows
        self._anew()
        self._soon()

    def _anew(self) -> None:
        self._base, self._edits = self._text(), [] if self._place is None else [Edit(self._place, 0, "")]
        self._notes, self._private = self._unsaved_notes, self._unsaved_private

    def _soon(self) -> None:
        self._due = True
        if not self._timer.isActive() and self._writing is None:
            self._timer.start(WRITE_AFTER_MS)

    @Slot()
    def _write(self) -> None:
        self._timer.stop()
        if self._writing is not None:
            return
        self._begun, self._due = True, False
        saved = self._saved if self._base is not None and self._base != self._saved else None
        edits, at = tuple(self._edits), self._clock()
        self._writing = _Written(self._turn, self._head, self._base, saved, edits, self._notes, self._private, at)
        self._base, self._edits, self._notes, self._private = None, [], None, None
        job: Job = self._jobs.start_apart(self._scribe.write, self._writing)
        job.done.connect(self._written)
        job.failed.connect(self._not_written)
        job.cancelled.connect(self._cancelled)

    @Slot(object)
    def _written(self, size: int) -> None:
        what, self._writing = self._writing, None
        self._succeed()
        if what is not None and what.base is not None:
            self._begun_with = size
        if what is not None and what.turn == self._turn and size > max(_SMALL, _GROWN * self._begun_with):
            self._anew()
            self._due = True
        if self._due:
            self._soon()
        elif what is not None and what.turn == self._turn:
            self.written.emit()

    @Slot(object)
    def _not_written(self, error: Exception) -> None:
        what, self._writing = self._writing, None
        if what is not None and what.turn == self._turn:
            self._due = True
            if isinstance(error, JournalGone):
                self._anew()
                self._timer.start(WRITE_AFTER_MS)
                return
            if self._base is None:  # else it is begun anew all the same
                self._base, self._edits = what.base, [*what.edits, *self._edits]
            self._notes = what.notes if self._notes is None else self._notes
            self._private = what.private if self._private is None else self._private
            self._timer.start(TRY_AGAIN_MS)
        elif self._due:
            self._soon()
        if not self._failing:
            self._failing = True
            self.failed.emit(error)

    def _succeed(self) -> None:
        if self._failing:
            self._failing = False
            self.works.emit()

    @Slot()
    def _cancelled(self) -> None:
        self._writing = None

    @Slot(object)
    def _not_dropped(self, error: Exception) -> None:
        _log.warning("a journal that is of no use any more stays: %s", error)

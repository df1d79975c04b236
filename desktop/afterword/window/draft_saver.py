"""Saving the draft on one page: one thing is written at a time, and a disk that does not answer is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from afterword.drafts.beside import Beside
from afterword.drafts.encoding import Form
from afterword.drafts.encodings import encoding_of
from afterword.jobs import Job, Jobs
from afterword.sentences import sentence
from afterword.window.departures import Departures
from afterword.window.dialogs import Dialogs
from afterword.window.page_draft import PageDraft
from afterword.window.saving import ChangedOutside, Kept, Writing, keep_private, save

DEFAULT_ENDING = ".md"

PATIENCE_MS = 15_000
"""After so long a save that does not end is told, and another place is offered."""


class DraftSaver(QObject):
    """Writes the draft, or only beside it whether it is private. A save that is wanted meanwhile comes after it.

    Args:
        draft: on the page.
        departures: wait for it.
        jobs: write.
        dialogs: ask where to.

    Signals:
        begun: what happens to the file from now on is our own doing.
        stopped: that is over, and nothing was written.
        disputed: nothing was written, since another program wrote the file.
        saved: the Kept that was just written.
        kept_beside: only what is beside the draft was written.
        noticed: a sentence for the status bar.
    """

    begun = Signal()
    stopped = Signal()
    disputed = Signal()
    saved = Signal(object)
    kept_beside = Signal()
    noticed = Signal(str)

    def __init__(
        self, draft: PageDraft, departures: Departures, jobs: Jobs, dialogs: Dialogs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._draft = draft
        self._departures = departures
        self._jobs = jobs
        self._dialogs = dialogs
        self._saving = False
        self._what: Writing | None = None  # that is being written, as the draft was at `_revision`
        self._revision = 0
        self._next: Path | None = None  # where the writer wants it too
        self._again = False  # they want it saved where it belongs by then
        self._job: Job | None = None
        self._times = 0
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._hangs)

    @property
    def saving(self) -> bool:
        """Whether something is being written."""
        return self._saving

    @property
    def times(self) -> int:
        """How often the draft was written."""
        return self._times

    @Slot()
    def save(self) -> None:
        """Save where it belongs; ask where, if nobody has said that yet or it cannot be saved there."""
        path = self._draft.target
        if self._saving:
            self._again = True
        elif path is None or self._draft.access.read_only:
            self.save_as()
        else:
            self._write(path, replaces=False)

    @Slot()
    def save_as(self) -> None:
        """Ask where to save."""
        self._dialogs.choose_save(self._draft.path or self._draft.suggested_path, self._chosen)

    def keep_private(self) -> None:
        """Write beside the draft whether it is private; the draft itself stays as it is on the disk."""
        kept = self._draft.kept
        if self._saving or kept is None or self._draft.private_is_kept:
            return
        self._saving = True
        self._draft.changed.emit()
        self._start(self._private_kept, self._private_not_kept, keep_private, kept, self._draft.privacy.private)

    def ask_elsewhere(self, error: Exception) -> None:
        """It cannot be saved where it belongs: offer another place."""
        self._dialogs.ask_elsewhere(sentence(error, self.tr), self._elsewhere_answered)

    # --- where to -------------------------------------------------------------------------------------------------

    def _chosen(self, path: Path | None) -> None:
        if path is None:
            self._departures.stay()
            return
        whole = path.absolute() if path.suffix else path.absolute().with_name(path.name + DEFAULT_ENDING)
        if whole.name != path.name and whole.exists():  # the dialog has asked about the name without its ending
            self._dialogs.choose_save(whole, self._chosen)
        else:
            self._write(whole)

    def _elsewhere_answered(self, elsewhere: bool) -> None:
        if elsewhere:
            self.save_as()
        else:
            self._departures.stay()

    # --- writing --------------------------------------------------------------------------------------------------

    def _write(self, path: Path, *, replaces: bool = True) -> None:
        """Save at `path`; where it `replaces` another file there, the writer was asked about that."""
        if self._saving:
            self._next = path  # with the text as it is when the running save ends
            return
        self._saving = True
        self._departures.hold()
        self.begun.emit()
        self._draft.changed.emit()
        self._draft.ledger.when_read(partial(self._write_text, path, replaces))

    def _write_text(self, path: Path, replaces: bool) -> None:
        draft = self._draft
        self._revision = draft.revision
        beside = Beside(draft.notes, private=draft.privacy.private, unsure=draft.privacy.unsure)
        self._what = Writing(path, draft.text, beside, draft.ledger.later_runs(), draft.kept, draft.chosen_form, replaces)
        self._start(self._written, self._failed, save, self._what)

    def _start(
        self, done: Callable[[Kept], None], failed: Callable[[Exception], None], task: Callable[..., Kept], *args: object
    ) -> None:
        self._job = self._jobs.start(task, *args)
        self._job.done.connect(done)
        self._job.failed.connect(failed)
        self._job.cancelled.connect(self._cancelled)
        self._patience.start()

    @Slot(object)
    def _written(self, kept: Kept) -> None:
        if self.sender() is not self._job or self._what is None:
            return  # given up
        what, self._what = self._what, None
        self._times += 1
        whole = kept.failure is None and self._revision == self._draft.revision
        if kept.failure is not None:
            self.noticed.emit(sentence(kept.failure, self.tr))
        self._draft.written(what.form, whole=whole)
        if kept.draft.unfit:
            lacking = encoding_of(what.form or (what.like.draft.form if what.like is not None else Form())).name
            text = self.tr("{encoding} has no “{character}”, so “{name}” was saved in UTF-8.")
            self.noticed.emit(text.format(encoding=lacking, character=kept.draft.unfit, name=self._draft.name))
        self._end()
        self._draft.belong(kept)
        if not self._draft.dirty:
            self._draft.begin_journal()
        self.saved.emit(kept)
        self._go_on()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        if self.sender() is not self._job:
            return
        self._stop()
        if self._next is not None or self._again:
            self._go_on()
            return
        self._departures.asking = True
        if isinstance(error, ChangedOutside):
            self.disputed.emit()
        else:
            self.ask_elsewhere(error)

    @Slot()
    def _cancelled(self) -> None:
        if self.sender() is not self._job:
            return
        self._stop()
        self._departures.stay()

    @Slot(object)
    def _private_kept(self, kept: Kept) -> None:
        if self.sender() is not self._job or self._draft.kept is None:
            return
        self._draft.kept_beside(kept.beside)
        self._end()
        if not self._draft.dirty:
            self._draft.begin_journal()
        self._draft.changed.emit()
        self.kept_beside.emit()
        self._go_on()

    @Slot(object)
    def _private_not_kept(self, error: Exception) -> None:
        if self.sender() is not self._job:
            return
        self._stop()
        self.noticed.emit(sentence(error, self.tr))
        if not self._save_again():
            self._departures.go_on()

    @Slot()
    def _hangs(self) -> None:
        """The disk does not answer: it may be a share that is gone. Nobody knows what was written there."""
        text = self.tr("“{name}” is still not written: the disk does not answer.").format(name=self._draft.name)
        self._dialogs.ask_elsewhere(text, partial(self._hanging_answered, self._job))

    def _hanging_answered(self, job: Job | None, elsewhere: bool) -> None:
        if job is None or self._job is not job:
            return  # it was written after all
        if not elsewhere:
            self._patience.start()
            return
        job.cancel()
        self._job = None
        self._departures.asking = True
        self._stop()
        self.save_as()

    # --- after it -------------------------------------------------------------------------------------------------

    def _end(self) -> None:
        self._saving = False
        self._patience.stop()

    def _stop(self) -> None:
        self._end()
        self.stopped.emit()
        self._draft.changed.emit()

    def _go_on(self) -> None:
        if self._save_again():
            return
        self.keep_private()
        self._departures.go_on()  # waits where that is being written

    def _save_again(self) -> bool:
        """Do what the writer wished for while it was being saved; whether there was anything."""
        path, again, self._next, self._again = self._next, self._again, None, False
        if path is not None and (self._draft.dirty or path != self._draft.path):
            self._write(path)
        elif again and self._draft.dirty:
            self.save()
        return self._saving

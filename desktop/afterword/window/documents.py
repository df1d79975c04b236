"""The draft that is open: where it lives, whether it is saved, and everything that could lose it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal, Slot

from afterword import paths
from afterword.drafts.beside import Beside
from afterword.drafts.naming import suggested_name
from afterword.drafts.recovery import Orphan
from afterword.editor.ledger import AuthorLedger
from afterword.editor.page import Page
from afterword.editor.plaintext import clean
from afterword.errors import DraftMissing
from afterword.files import same_file
from afterword.jobs import Job, Jobs
from afterword.sentences import sentence
from afterword.text.kind import Kind, kind_of
from afterword.window.dialogs import Changed, Dialogs, Unsaved
from afterword.window.journal_keeper import JournalKeeper
from afterword.window.recent import RecentFiles
from afterword.window.saving import ChangedOutside, Kept, SaveState, load, save

DEFAULT_ENDING = ".md"


class Documents(QObject):
    """Owns the draft on the page and what is kept beside it. Everything slow runs as a job; what is asked of the writer comes
    back as a call.

    Leaving a draft (for another one, or to quit) goes through `_leave`: it waits for a save in flight, asks about changes that
    are not saved, and only then goes on. What is to happen afterwards waits in `_departures`, one at a time.

    Attributes:
        open_elsewhere: brings the window that has the draft at a path to the front, and says whether there is another one that
            has it; set by who knows of other windows.

    Signals:
        opened: another draft is on the page, or the same one because it was asked for again.
        renamed: the draft has another name, or none.
        notes_changed: the notes of the draft that is now on the page.
        dirty_changed: whether there is something that is not on disk.
        save_state_changed: a SaveState.
        noticed: a sentence for the status bar.
        left: after `leave`: nothing can be lost any more, and the window may close.
    """

    opened = Signal()
    renamed = Signal()
    notes_changed = Signal(str)
    dirty_changed = Signal(bool)
    save_state_changed = Signal(object)
    noticed = Signal(str)
    left = Signal()

    def __init__(self, page: Page, recent: RecentFiles, jobs: Jobs, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._recent = recent
        self._jobs = jobs
        self._dialogs = dialogs
        self.open_elsewhere: Callable[[Path], bool] = lambda _: False
        self._kept: Kept | None = None
        self._notes = ""
        self._ledger = AuthorLedger(page.document(), page)
        self._journal = JournalKeeper(page.document(), page.text, paths.journals_dir(), jobs, self)
        self._journal.failed.connect(self._not_journaled)
        self._journal.written.connect(self._journaled)
        self._recovered: Orphan | None = None
        self._saving = False
        self._written_revision = 0
        self._save_next: Path | None = None
        self._reading: tuple[Job, Path] | None = None
        self._writes = 0
        self._departures: list[Callable[[], None]] = []
        self._asking = False  # a question is on the screen
        self._departing = False  # the first departure has been asked about
        page.set_markdown(True)
        page.set_text("")  # nothing to save and nothing to undo
        page.document().modificationChanged.connect(self._tell_save_state)
        self._begin_journal()

    # --- what is open ---------------------------------------------------------------------------------------------

    @property
    def path(self) -> Path | None:
        """Where the draft is saved; None before the first time."""
        return self._kept.draft.path if self._kept is not None else None

    @property
    def name(self) -> str:
        """What the title bar calls it."""
        return self.path.name if self.path is not None else self.tr("Untitled")

    @property
    def ledger(self) -> AuthorLedger:
        """Which of the text was accepted from suggestions."""
        return self._ledger

    @property
    def notes(self) -> str:
        """What the writer wrote down about the draft, for the model; kept beside it."""
        return self._notes

    @Slot(str)
    def set_notes(self, notes: str) -> None:
        """The writer changed the notes, which are now to be saved with the draft."""
        if notes != self._notes:
            self._notes = notes
            self._journal.note(notes)
            self._tell_save_state()

    @property
    def dirty(self) -> bool:
        """Whether the page or its notes hold something that is not on disk."""
        kept = self._kept.beside.notes if self._kept is not None else ""
        return self._page.document().isModified() or self._notes != kept

    @property
    def save_state(self) -> SaveState:
        """For the status bar."""
        if self._saving:
            return SaveState.SAVING
        if self.dirty:
            return SaveState.UNSAVED
        return SaveState.NEW if self._kept is None else SaveState.SAVED

    @property
    def folder(self) -> Path:
        """Where file dialogs begin: beside the draft, else where documents are."""
        if self.path is not None:
            return self.path.parent
        return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())

    def has(self, path: Path) -> bool:
        """Whether the draft at `path` is the one here, or the one that is being read."""
        return same_file(path, self.path) or (self._reading is not None and same_file(path, self._reading[1]))

    def suggested_path(self) -> Path:
        """Where a draft without a path might go, named by its beginning."""
        return self.folder / suggested_name(self._page.text())

    # --- other drafts ---------------------------------------------------------------------------------------------

    @Slot()
    def new(self) -> None:
        """Begin an empty draft, once this one is safe."""
        self._leave(self._clear)

    @Slot()
    def open(self) -> None:
        """Ask for a file and open it."""
        self._dialogs.choose_open(self.folder, self._open_chosen)

    def open_draft(self, path: Path) -> None:
        """Read a file, then put it on the page, once the draft there is safe. The newest wish counts.

        A draft that another window has stays there, and that window comes to the front.
        """
        path = path.absolute()
        if same_file(path, self.path) and self.dirty:
            self.noticed.emit(self.tr("“{name}” is already open.").format(name=path.name))
            return
        if not self.has(path) and self.open_elsewhere(path):
            return
        if self._reading is not None:
            self._reading[0].cancel()
        job = self._jobs.start(load, path)
        job.done.connect(self._read)
        job.failed.connect(self._read_failed)
        self._reading = (job, path)

    @Slot()
    def leave(self) -> None:
        """Make sure that nothing is lost, then emit `left`; nothing is emitted when the writer would rather stay."""
        if self._tell_left not in self._departures:
            self._leave(self._tell_left)

    def _tell_left(self) -> None:
        self._journal.begin(None, "", self._page.text())
        self.left.emit()

    def recover(self, orphan: Orphan) -> None:
        """Put what was not saved before a crash on the page, as a change of the draft as it is on the disk.

        The journal that it comes from is dropped when it is in this page's own.
        """
        self._leave(partial(self._read_recovered, orphan))

    def _read_recovered(self, orphan: Orphan) -> None:
        self._recovered = orphan
        if orphan.found.head.path is None:
            self._put_recovered(None)
            return
        job = self._jobs.start(load, orphan.found.head.path)
        job.done.connect(self._put_recovered)
        job.failed.connect(self._recovered_without_file)

    @Slot(object)
    def _recovered_without_file(self, _error: Exception) -> None:
        self._put_recovered(None)

    @Slot(object)
    def _put_recovered(self, kept: Kept | None) -> None:
        if self._recovered is None:
            return
        found = self._recovered.found
        self._put(*((kept.draft.text, kept.beside) if kept is not None else ("", Beside())))
        self._take(kept)
        self._begin_journal()
        self._page.replace_text(found.text)
        if found.notes is not None:
            self.set_notes(found.notes)
            self.notes_changed.emit(found.notes)
        self._page.document().setModified(True)
        self._tell_save_state()
        self._journal.write_now()

    @Slot()
    def _journaled(self) -> None:
        orphan, self._recovered = self._recovered, None
        if orphan is not None:
            self._jobs.start(orphan.drop)

    @Slot(object)
    def _not_journaled(self, error: Exception) -> None:
        self.noticed.emit(sentence(error, self.tr))

    def _begin_journal(self) -> None:
        """What is on the page is on the disk, or nothing is on it."""
        text = clean(self._kept.draft.text) if self._kept is not None else ""
        self._journal.begin(self.path, self.name, text)

    def _open_chosen(self, path: Path | None) -> None:
        if path is not None:
            self.open_draft(path)

    @Slot(object)
    def _read(self, kept: Kept) -> None:
        if self._reading is None or self.sender() is not self._reading[0]:
            return  # another file was asked for meanwhile
        self._reading = None
        self._leave(partial(self._adopt, kept, self._writes))

    @Slot(object)
    def _read_failed(self, error: Exception) -> None:
        if self._reading is None or self.sender() is not self._reading[0]:
            return
        path = self._reading[1]
        self._reading = None
        if isinstance(error, DraftMissing):
            self._recent.drop(path)
        self._dialogs.show_error(sentence(error, self.tr))

    def _adopt(self, kept: Kept, writes: int) -> None:
        self.opened.emit()
        if kept.failure is not None:
            self.noticed.emit(sentence(kept.failure, self.tr))
        if self._kept is not None and same_file(kept.draft.path, self.path):
            if writes != self._writes:
                return  # it was saved over after it was read: what is on the page is newer
            same_beside = kept.failure is not None or kept.beside.digest == self._kept.beside.digest
            if same_beside and not self.dirty and kept.draft.text == self._page.text():
                return  # nothing new: the cursor and what can be undone stay
        self._put(kept.draft.text, kept.beside)
        self._take(kept)
        self._begin_journal()

    def _clear(self) -> None:
        self._put("", Beside())
        self._take(None)
        self._begin_journal()
        self.opened.emit()

    def _put(self, text: str, beside: Beside) -> None:
        """Put another text and what belongs to it on the page."""
        self._page.set_text(text)
        self._ledger.restore(beside.accepted)
        self._notes = beside.notes
        self.notes_changed.emit(self._notes)

    def _take(self, kept: Kept | None) -> None:
        """The page now belongs to this draft."""
        self._kept = kept
        self._page.set_markdown(kind_of(self.path) is Kind.MARKDOWN)
        if self.path is not None:
            self._recent.put(self.path)
        self.renamed.emit()
        self._tell_save_state()

    # --- saving ---------------------------------------------------------------------------------------------------

    @Slot()
    def save(self) -> None:
        """Save where it belongs; ask where that is the first time."""
        if self.path is None:
            self.save_as()
        else:
            self._write(self.path)

    @Slot()
    def save_as(self) -> None:
        """Ask where to save."""
        self._dialogs.choose_save(self.path or self.suggested_path(), self._save_chosen)

    def _save_chosen(self, path: Path | None) -> None:
        if path is None:
            self._stay()
        else:
            self._write(path.absolute() if path.suffix else path.absolute().with_name(path.name + DEFAULT_ENDING))

    def _write(self, path: Path, *, replace: bool = False) -> None:
        if self._saving:
            self._save_next = path  # with the text as it is when the running save ends
            return
        self._saving = True
        self._asking = False
        self._tell_save_state()
        self._ledger.when_read(partial(self._start_writing, path, replace))

    def _start_writing(self, path: Path, replace: bool) -> None:
        self._written_revision = self._page.document().revision()
        job = self._jobs.start(save, path, self._page.text(), self._notes, self._ledger.later_runs(), self._kept, replace)
        job.done.connect(self._written)
        job.failed.connect(self._write_failed)
        job.cancelled.connect(self._write_cancelled)

    @Slot(object)
    def _written(self, kept: Kept) -> None:
        self._writes += 1
        if kept.failure is not None:
            self.noticed.emit(sentence(kept.failure, self.tr))
        elif self._written_revision == self._page.document().revision():
            self._page.document().setModified(False)
        self._saving = False
        self._take(kept)
        if not self.dirty:
            self._begin_journal()
        self._save_ended()

    @Slot(object)
    def _write_failed(self, error: Exception) -> None:
        self._saving = False
        self._tell_save_state()
        if self._save_next is not None:
            self._save_ended()
            return
        self._asking = True
        if isinstance(error, ChangedOutside):
            self._dialogs.ask_changed(self.name, self._changed_answered)
        else:
            self._dialogs.ask_elsewhere(sentence(error, self.tr), self._elsewhere_answered)

    @Slot()
    def _write_cancelled(self) -> None:
        self._saving = False
        self._tell_save_state()
        self._stay()

    def _changed_answered(self, answer: Changed) -> None:
        if answer is Changed.REPLACE and self.path is not None:
            self._write(self.path, replace=True)
        else:
            self._elsewhere_answered(answer is Changed.ELSEWHERE)

    def _elsewhere_answered(self, elsewhere: bool) -> None:
        if elsewhere:
            self.save_as()
        else:
            self._stay()

    def _save_ended(self) -> None:
        path, self._save_next = self._save_next, None
        if path is not None and (self.dirty or path != self.path):
            self._write(path)
        else:
            self._depart()

    @Slot()
    def _tell_save_state(self) -> None:
        self.dirty_changed.emit(self.dirty)
        self.save_state_changed.emit(self.save_state)

    # --- leaving --------------------------------------------------------------------------------------------------

    def _leave(self, then: Callable[[], None]) -> None:
        self._departures.append(then)
        self._depart()

    def _depart(self) -> None:
        """Take the first departure as far as it goes now; whatever it waits for calls this again, or `_stay`."""
        while self._departures and not self._saving and not self._asking:
            if self.dirty:
                self._asking = self._departing = True
                self._dialogs.ask_unsaved(self.name, self._unsaved_answered)
            else:
                self._go()

    def _unsaved_answered(self, answer: Unsaved) -> None:
        if answer is Unsaved.SAVE:
            self.save()  # `_asking` stays on while it asks for a place
        elif answer is Unsaved.CANCEL:
            self._stay()
        else:
            self._asking = False
            self._go()
            self._depart()

    def _go(self) -> None:
        self._departing = False
        if self._departures:
            self._departures.pop(0)()

    def _stay(self) -> None:
        """The writer would rather keep this draft; a departure that was not asked about yet gets its own question."""
        self._asking = False
        if self._departing:
            self._departing = False
            del self._departures[0]
        self._depart()

"""The draft that is open: where it lives, whether it is saved, and everything that could lose it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSignalBlocker, QStandardPaths, QTimer, Signal, Slot

from afterword import paths
from afterword.drafts.beside import Beside
from afterword.drafts.encoding import Form
from afterword.drafts.encodings import encoding_of
from afterword.drafts.naming import suggested_name
from afterword.editor.ledger import AuthorLedger
from afterword.editor.page import Page
from afterword.editor.plaintext import clean
from afterword.files import same_file
from afterword.jobs import Job, Jobs
from afterword.sentences import sentence
from afterword.text.kind import Kind, kind_of
from afterword.window.conflicts import Conflicts
from afterword.window.departures import Departures
from afterword.window.dialogs import Dialogs, Twice
from afterword.window.draft_lock import DraftLock
from afterword.window.journal_keeper import JournalKeeper
from afterword.window.outside import OutsideChanges
from afterword.window.reading import Reading
from afterword.window.recent import RecentFiles
from afterword.window.saving import ChangedOutside, Kept, Opening, SaveState, Writing, keep_private, save

DEFAULT_ENDING = ".md"

PATIENCE_MS = 15_000
"""After so long a save that does not end is told, and another place is offered."""


class Documents(QObject):
    """Owns the draft on the page and what is kept beside it. Everything slow runs as a job; what is asked of the writer comes
    back as a call.

    Attributes:
        elsewhere: what brings the other window that has the draft at a path to the front; None where there is none. Set by who
            knows of other windows.

    Signals:
        opened: another draft is on the page, or the same one because it was asked for again.
        renamed: the draft has another name, or none.
        notes_changed: the notes of the draft that is now on the page.
        private_changed: whether nothing of the draft on the page may leave this machine, or whether that is sure.
        form_changed: the Form of the draft in its file.
        dirty_changed: whether there is something that is not on disk.
        save_state_changed: a SaveState.
        saved: the Kept that was just written.
        overruled: a text of the draft that makes room for another one, and was nobody's wish to lose.
        followed: the page has what another program wrote.
        disputed: whether another program changed the file of a draft that was changed here too.
        held: says who else has the draft, a Held; None once it is ours.
        journaled: all that is not saved is in the recovery journal.
        journal_failed: why nothing can be written there, a JournalNotWritten.
        journal_works: it can be written again, or need not be.
        noticed: a sentence for the status bar.
        left: after `leave`: nothing can be lost any more, and the window may close.
    """

    opened = Signal()
    renamed = Signal()
    notes_changed = Signal(str)
    private_changed = Signal(bool)
    form_changed = Signal(object)
    dirty_changed = Signal(bool)
    save_state_changed = Signal(object)
    saved = Signal(object)
    overruled = Signal(str)
    followed = Signal()
    disputed = Signal(bool)
    held = Signal(object)
    journaled = Signal()
    journal_failed = Signal(object)
    journal_works = Signal()
    noticed = Signal(str)
    left = Signal()

    def __init__(self, page: Page, recent: RecentFiles, jobs: Jobs, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._recent = recent
        self._jobs = jobs
        self._dialogs = dialogs
        self.elsewhere: Callable[[Path], Callable[[], None] | None] = lambda _: None
        self._kept: Kept | None = None
        self._lost: Path | None = None  # where a draft without a file was, or is to be
        self._form: Form | None = None  # that the writer chose for the next save
        self._notes = ""
        self._private = self._unsure = False
        self._reads_only = False
        self._ledger = AuthorLedger(page.document(), page)
        self._journal = JournalKeeper(page.document(), page.text, paths.journals_dir(), jobs, self)
        self._journal.failed.connect(self.journal_failed)
        self._journal.works.connect(self.journal_works)
        self._journal.written.connect(self.journaled)
        self._reading = Reading(jobs, dialogs, self)
        self._reading.read.connect(self._read)
        self._reading.missing.connect(recent.drop)
        self._reading.begun.connect(self._begin_named)
        self._conflicts = Conflicts(self, jobs, dialogs, self)
        self._conflicts.stands.connect(self.disputed)
        self._conflicts.unreadable.connect(self._theirs_unreadable)
        self._conflicts.decided.connect(self._stay)
        self._outside = OutsideChanges(jobs, self)
        self._outside.changed.connect(self._changed_outside)
        self._outside.gone.connect(self._gone)
        self._outside.leave_given.connect(self._leave_given)
        page.write_refused.connect(self.explain_read_only)
        self._lock = DraftLock(jobs, self)
        self._lock.taken.connect(self._let_write)
        self._lock.refused.connect(self._let_write)
        self._departures = Departures(self, dialogs)
        self._saving = False
        self._written_revision = 0
        self._written_form: Form | None = None
        self._save_next: Path | None = None
        self._writing: Job | None = None
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._write_hangs)
        self._writes = 0
        self._is_gone = False  # whether it was told that the file is not there any more
        self._given_up: tuple[object, ...] | None = None  # what the writer would rather lose than stay
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
        path = self.path or self._lost
        return path.name if path is not None else self.tr("Untitled")

    @property
    def empty(self) -> bool:
        """Whether nothing is here, or on its way, that another draft would take the place of."""
        return self.path is None and self._reading.path is None and not self.dirty and not self._saving

    @property
    def text(self) -> str:
        """What stands on the page."""
        return self._page.text()

    @property
    def changed(self) -> bool:
        """Whether that is not what was last read or written."""
        return self._page.document().isModified()

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
    def private(self) -> bool:
        """Whether nothing of the draft may leave this machine; kept beside it. Also while another one takes its place."""
        return self._private

    @property
    def unsure(self) -> bool:
        """Whether that is so since nobody knows: what is kept beside the draft cannot be read."""
        return self._unsure

    @Slot(bool)
    def set_private(self, private: bool) -> None:
        """The writer says whether nothing of the draft may leave this machine; kept at once, where the draft has a file."""
        if private != self._private:
            self._journal.note_private(private)
        self._be_private(private)
        if self._reads_only:
            text = self.tr("“{name}” is only read, so this holds as long as it is open here, and is not kept beside it.")
            self.noticed.emit(text.format(name=self.name))
        self._keep_private()
        self._tell_save_state()

    def _be_private(self, private: bool, *, unsure: bool = False) -> None:
        if (private, unsure) != (self._private, self._unsure):
            self._private, self._unsure = private, unsure
            self.private_changed.emit(private)

    @property
    def _private_is_kept(self) -> bool:
        """Whether that needs no saving: without a file it is saved with the text, and where the draft is only read never."""
        kept = self._kept
        return (
            kept is None
            or self._reads_only
            or (self._private == kept.beside.private and (self._unsure or not kept.beside.unsure))
        )

    @property
    def form(self) -> Form:
        """How the draft stands in its file, or will with the next save."""
        return self._form or (self._kept.draft.form if self._kept is not None else Form())

    def set_form(self, form: Form) -> None:
        """Save the draft in another encoding, or with other line ends, from now on."""
        if form != self.form:
            self._form = form
            self.form_changed.emit(form)
            self._tell_save_state()

    @property
    def read_only(self) -> bool:
        """Whether the page cannot be changed, since that could not be saved here."""
        return self._reads_only

    @property
    def dirty(self) -> bool:
        """Whether the page or its notes hold something that is not on disk."""
        kept = self._kept.beside.notes if self._kept is not None else ""
        return self.changed or self._notes != kept or self._form is not None or not self._private_is_kept

    @property
    def _state(self) -> tuple[object, ...]:
        return self._page.document().revision(), self._notes, self._form, self._private

    @property
    def saving(self) -> bool:
        """Whether it is being written."""
        return self._saving

    @property
    def save_state(self) -> SaveState:
        """For the status bar."""
        if self._saving:
            return SaveState.SAVING
        if self.dirty:
            return SaveState.UNSAVED
        if self._reads_only:
            return SaveState.READ_ONLY
        return SaveState.NEW if self._kept is None else SaveState.SAVED

    @property
    def folder(self) -> Path:
        """Where file dialogs begin: beside the draft, else where documents are."""
        if (path := self.path or self._lost) is not None and path.parent.is_dir():
            return path.parent
        return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())

    def has(self, path: Path) -> bool:
        """Whether the draft at `path` is the one here, or the one that is being read."""
        return same_file(path, self.path) or same_file(path, self._reading.path)

    def suggested_path(self) -> Path:
        """Where a draft without a path might go, named by its beginning; where it was, if that is known."""
        return self.folder / (self._lost.name if self._lost is not None else suggested_name(self._page.text()))

    # --- other drafts ---------------------------------------------------------------------------------------------

    @Slot()
    def new(self) -> None:
        """Begin an empty draft, once this one is safe."""
        self.leave_for(self._clear)

    @Slot()
    def open(self) -> None:
        """Ask for a file and open it."""
        self._dialogs.choose_open(self.folder, self._open_chosen)

    def open_draft(self, path: Path, *, new: bool = False) -> None:
        """Read a file, then put it on the page, once the draft there is safe. The newest wish counts.

        Where there is no such file and `new` is set a draft of that name is begun.
        Of a draft that another window has it is asked whether to go there, or to read it here too.
        """
        path = path.absolute()
        if same_file(path, self.path) and self.dirty:
            self.noticed.emit(self.tr("“{name}” is already open.").format(name=path.name))
            return
        go_there = None if self.has(path) else self.elsewhere(path)
        if go_there is not None:
            self._dialogs.ask_elsewhere_open(path.name, partial(self._open_twice, path, go_there))
        else:
            self._reading.start(Opening(path, new=new))

    def _open_twice(self, path: Path, go_there: Callable[[], None], answer: Twice) -> None:
        if answer is Twice.GO_THERE:
            go_there()
        elif answer is Twice.READ_HERE:
            self._reading.start(Opening(path))

    def read_again(self, encoding: str) -> None:
        """Read the file in another encoding, by Python's name, once what is not saved is safe."""
        if self.path is not None:
            self._reading.start(Opening(self.path, encoding, large=True))

    @Slot()
    def leave(self) -> None:
        """Make sure that nothing is lost, then emit `left`; nothing is emitted when the writer would rather stay."""
        if self._given_up is not None and self._given_up == self._state and not self._saving:
            self._tell_left()
        elif self._tell_left not in self._departures:
            self.leave_for(self._tell_left)

    def leave_for(self, then: Callable[[], None], stay: Callable[[], None] | None = None) -> None:
        """Go on to `then`, once this draft is safe; to `stay`, where the writer would rather keep it on the page."""
        self._departures.begin(then, stay)

    def settle_for(self, then: Callable[[], None], stay: Callable[[], None]) -> None:
        """As `leave_for`; the draft stays on the page, and what was given up is not asked about again until it changes."""
        self.leave_for(partial(self._settle, then), stay)

    def _settle(self, then: Callable[[], None]) -> None:
        self._given_up = self._state if self.dirty else None
        then()

    def unsettle(self) -> None:
        """Ask again about what was given up."""
        self._given_up = None

    def _tell_left(self) -> None:
        self._journal.begin(None, "", self._page.text())
        self._outside.watch(None)
        self._lock.hold(None)
        self.left.emit()

    def put_changed(
        self, kept: Kept | None, lost: Path | None, before: str, text: str, notes: str | None, private: bool = False
    ) -> None:
        """Put a draft on the page as it is on the disk, and change it to `text` and `notes`, which are not saved.

        One that is not on the disk any more was at `lost`. Where the file holds something else than `before`, of which `text` was
        made, another program has changed it. What is `private`, or is by what is kept beside it, never leaves this machine.
        """
        if kept is not None and kept.draft.stamp is not None and clean(kept.draft.text) != before:
            unknown = replace(kept.draft.stamp, mtime_ns=0, digest=b"")
            kept = replace(kept, draft=replace(kept.draft, stamp=unknown))
        self._reading.give_up()
        if kept is None:
            self._have("", Beside(private=private), None, lost)
        else:
            beside = replace(kept.beside, private=True, unsure=False) if private else kept.beside
            self._have(kept.draft.text, beside, kept)
        self._page.replace_text(text)
        if notes is not None:
            self.set_notes(notes)
            self.notes_changed.emit(notes)
        self._mark_changed()
        self._journal.write_now()
        self._outside.look_soon()
        self.opened.emit()

    def _begin_journal(self) -> None:
        """What is on the page is on the disk, or nothing is on it."""
        text = clean(self._kept.draft.text) if self._kept is not None else ""
        self._journal.begin(self.path or self._lost, self.name, text, private=self._private)

    def _open_chosen(self, path: Path | None) -> None:
        if path is not None:
            self.open_draft(path)

    @Slot(object)
    def _read(self, kept: Kept) -> None:
        self.leave_for(partial(self._adopt, kept, self._writes))

    def _adopt(self, kept: Kept, writes: int) -> None:
        self._adopt_what_is_new(kept, writes)
        self.opened.emit()

    def _adopt_what_is_new(self, kept: Kept, writes: int) -> None:
        if kept.failure is not None:
            self.noticed.emit(sentence(kept.failure, self.tr))
        beside = kept.beside
        if self._kept is not None and same_file(kept.draft.path, self.path):
            beside = self._as_private(kept.beside)
            if writes != self._writes:
                return  # it was saved over after it was read: what is on the page is newer
            same_beside = kept.failure is not None or kept.beside.digest == self._kept.beside.digest
            same_form = kept.draft.form == self._kept.draft.form
            if same_beside and same_form and not self.dirty and kept.draft.text == self._page.text():
                return  # nothing new: the cursor and what can be undone stay
        self._have(kept.draft.text, beside, kept)
        self._keep_private()

    def _as_private(self, theirs: Beside) -> Beside:
        """What was read again of the draft here: where that is private only the writer says that it is not."""
        return replace(theirs, private=True, unsure=False) if self._private and not self._unsure else theirs

    @Slot(object)
    def _begin_named(self, path: Path) -> None:
        self.leave_for(partial(self._clear, path))

    def _clear(self, path: Path | None = None) -> None:
        self._have("", Beside(), None, path)
        self.opened.emit()

    def _have(self, text: str, beside: Beside, kept: Kept | None, lost: Path | None = None) -> None:
        """Put another draft on the page."""
        self._put(text, beside)
        self._take(kept, lost)
        self.private_changed.emit(self._private)
        self._begin_journal()

    def _put(self, text: str, beside: Beside) -> None:
        """Put another text and what belongs to it on the page."""
        self._be_private(True)  # until all of it is there
        self._page.set_text(text)
        self._ledger.restore(beside.accepted)
        self._notes = beside.notes
        self._form = None
        self.notes_changed.emit(self._notes)
        self._private, self._unsure = beside.private, beside.unsure  # told by `_have`, when it is known which draft it is

    def _take(self, kept: Kept | None, lost: Path | None = None) -> None:
        """The page now belongs to this draft."""
        self._kept, self._lost = kept, lost
        self._is_gone = False
        self._conflicts.end()
        self._lock.hold(kept.draft.path if kept is not None and _can_be_written(kept) else None)
        self._let_write()
        self._page.set_markdown(kind_of(self.path) is Kind.MARKDOWN)
        self._outside.watch(kept.draft if kept is not None else None)
        if self.path is not None:
            self._recent.put(self.path)
        self.renamed.emit()
        self.form_changed.emit(self.form)
        self._tell_save_state()

    # --- other writers --------------------------------------------------------------------------------------------

    @Slot()
    def write_all_the_same(self) -> None:
        """Take the draft from whoever has it."""
        self._lock.take_over()

    @Slot()
    def explain_read_only(self) -> None:
        """The writer types, in vain: say why."""
        if self._lock.held is not None:
            self.held.emit(self._lock.held)
        elif self._kept is not None and self._kept.damaged:
            text = self.tr(
                "“{name}” is damaged and only read, lest a save lose what is in it. Save it under another name to write."
            )
            self.noticed.emit(text.format(name=self.name))
        else:
            text = self.tr("“{name}” is only read, since it cannot be written there. Save it in another place to write.")
            self.noticed.emit(text.format(name=self.name))

    @Slot()
    def _leave_given(self) -> None:
        if self._kept is not None:
            self._take(replace(self._kept, draft=replace(self._kept.draft, read_only=False)))

    @Slot()
    def _let_write(self) -> None:
        """The page can be changed where that can be saved, and nobody else has the draft."""
        self._reads_only = self._lock.held is not None or (self._kept is not None and not _can_be_written(self._kept))
        self._page.setReadOnly(self._reads_only)
        self.held.emit(self._lock.held)
        self._tell_save_state()

    # --- other programs -------------------------------------------------------------------------------------------

    @Slot()
    def look_outside(self) -> None:
        """Look whether another program changed the file; where the system does not tell, as on some network drives."""
        self._outside.look_soon()

    @Slot()
    def _gone(self) -> None:
        if not self._saving and not self._is_gone:
            self._is_gone = True
            self._only_here()
            text = self.tr("“{name}” was moved or removed by another program. Save it to have it there again.")
            self.noticed.emit(text.format(name=self.name))

    def _only_here(self) -> None:
        """What is on the page is nowhere else."""
        self._mark_changed()
        self._journal.write_all()

    def _mark_changed(self) -> None:
        """The page holds something else than the file, whatever is undone: what Qt takes for unchanged is not any more."""
        document = self._page.document()
        with QSignalBlocker(document):
            document.setModified(False)
        document.setModified(True)
        self._tell_save_state()

    @Slot()
    def _changed_outside(self) -> None:
        if not self._saving and not self._departures.asking:
            self._conflicts.look()

    @Slot()
    def compare_outside(self) -> None:
        """Show what another program changed in the file, and ask what is to become of it."""
        if not self._saving and not self._departures.asking:
            self._departures.asking = True
            self._conflicts.ask(saves=False)

    @Slot(object, bool)
    def _theirs_unreadable(self, error: Exception, saves: bool) -> None:
        if saves:
            self._ask_elsewhere(error)
        else:
            self._only_here()
            self.noticed.emit(sentence(error, self.tr))
            self._stay()

    @Slot()
    def _stay(self) -> None:
        self._departures.stay()

    def keep_mine(self, theirs: Kept) -> None:
        """What stands on the page may be saved over what another program wrote."""
        self.overruled.emit(theirs.draft.text)
        beside = self._as_private(theirs.beside)
        self._be_private(beside.private, unsure=beside.unsure)
        self._take(theirs)
        self._mark_changed()

    def take_theirs(self, theirs: Kept) -> None:
        """As one change that can be undone: what stood on the page is not lost. Notes that were changed here stay."""
        noted = self._kept is None or self._notes != self._kept.beside.notes
        if self.changed and theirs.draft.text != self.text:
            self.overruled.emit(self.text)
        beside = self._as_private(theirs.beside)
        self._be_private(beside.private, unsure=beside.unsure)
        self._page.replace_text(theirs.draft.text)
        if theirs.failure is None and not noted:
            self._notes = theirs.beside.notes
            self.notes_changed.emit(self._notes)
        self._page.document().setModified(False)
        self._take(theirs)
        self._begin_journal()
        if noted:
            self._journal.note(self._notes)
        self._keep_private()
        self.followed.emit()
        text = self.tr("“{name}” is as another program saved it. Undo brings back what you had.")
        self.noticed.emit(text.format(name=self.name))

    # --- saving ---------------------------------------------------------------------------------------------------

    @Slot()
    def save(self) -> None:
        """Save where it belongs; ask where that is the first time, and where it cannot be saved there."""
        if self.path is None or self._reads_only:
            self.save_as()
        else:
            self._write(self.path)

    @Slot()
    def save_as(self) -> None:
        """Ask where to save."""
        self._dialogs.choose_save(self.path or self.suggested_path(), self._save_chosen)

    def _save_chosen(self, path: Path | None) -> None:
        if path is None:
            self._departures.stay()
            return
        whole = path.absolute() if path.suffix else path.absolute().with_name(path.name + DEFAULT_ENDING)
        if whole.name != path.name and whole.exists():  # the dialog has asked about the name without its ending
            self._dialogs.choose_save(whole, self._save_chosen)
        else:
            self._write(whole)

    def _write(self, path: Path) -> None:
        if self._saving:
            self._save_next = path  # with the text as it is when the running save ends
            return
        self._saving = True
        self._given_up = None
        self._conflicts.end()
        self._departures.asking = False
        self._tell_save_state()
        self._ledger.when_read(partial(self._start_writing, path))

    def _start_writing(self, path: Path) -> None:
        self._written_revision = self._page.document().revision()
        self._outside.watch(None)  # what happens to the file now is our own doing
        accepted = self._ledger.later_runs()
        beside = Beside(self._notes, private=self._private, unsure=self._unsure)
        what = Writing(path, self._page.text(), beside, accepted, self._kept, self._form)
        self._written_form = self._form
        self._writing = self._jobs.start(save, what)
        self._writing.done.connect(self._written)
        self._writing.failed.connect(self._write_failed)
        self._writing.cancelled.connect(self._write_cancelled)
        self._patience.start()

    @Slot()
    def _write_hangs(self) -> None:
        """The disk does not answer: it may be a share that is gone. Nobody knows what was written there."""
        text = self.tr("“{name}” is still not written: the disk does not answer.").format(name=self.name)
        self._dialogs.ask_elsewhere(text, partial(self._hanging_answered, self._writing))

    def _hanging_answered(self, writing: Job | None, elsewhere: bool) -> None:
        if writing is None or self._writing is not writing:
            return  # it was written after all
        if not elsewhere:
            self._patience.start()
            return
        writing.cancel()
        self._writing = None
        self._departures.asking = True
        self._save_over()
        self.save_as()

    @Slot(object)
    def _written(self, kept: Kept) -> None:
        if self.sender() is not self._writing:
            return  # given up
        self._writes += 1
        form, self._written_form = self._written_form, None
        if self._form is form:
            self._form = None
        if kept.failure is not None:
            self.noticed.emit(sentence(kept.failure, self.tr))
        if kept.failure is None and self._written_revision == self._page.document().revision():
            self._page.document().setModified(False)
        else:
            self._mark_changed()
        if kept.draft.unfit:
            lacking = encoding_of(form or (self._kept.draft.form if self._kept is not None else Form())).name
            text = self.tr("{encoding} has no “{character}”, so “{name}” was saved in UTF-8.")
            self.noticed.emit(text.format(encoding=lacking, character=kept.draft.unfit, name=self.name))
        self._saving = False
        self._patience.stop()
        self._take(kept)
        if not self.dirty:
            self._begin_journal()
        self.saved.emit(kept)
        self._save_ended()

    @Slot(object)
    def _write_failed(self, error: Exception) -> None:
        if self.sender() is not self._writing:
            return
        self._save_over()
        if self._save_next is not None:
            self._save_ended()
            return
        self._departures.asking = True
        if isinstance(error, ChangedOutside):
            self._conflicts.ask(saves=True)
        else:
            self._ask_elsewhere(error)

    @Slot(object)
    def _ask_elsewhere(self, error: Exception) -> None:
        self._dialogs.ask_elsewhere(sentence(error, self.tr), self._elsewhere_answered)

    @Slot()
    def _write_cancelled(self) -> None:
        if self.sender() is not self._writing:
            return
        self._save_over()
        self._departures.stay()

    def _save_over(self) -> None:
        self._saving = False
        self._patience.stop()
        self._outside.watch(self._kept.draft if self._kept is not None else None)
        self._tell_save_state()

    def _elsewhere_answered(self, elsewhere: bool) -> None:
        if elsewhere:
            self.save_as()
        else:
            self._departures.stay()

    def _save_ended(self) -> None:
        path, self._save_next = self._save_next, None
        if path is not None and (self.dirty or path != self.path):
            self._write(path)
            return
        self._keep_private()
        self._departures.go_on()  # waits where that is being written

    def _keep_private(self) -> None:
        """Write beside the draft whether it is private; the draft itself stays as it is on the disk."""
        if self._saving or self._kept is None or self._private_is_kept:
            return
        self._saving = True
        self._tell_save_state()
        self._writing = self._jobs.start(keep_private, self._kept, self._private)
        self._writing.done.connect(self._private_kept)
        self._writing.failed.connect(self._private_not_kept)
        self._writing.cancelled.connect(self._write_cancelled)
        self._patience.start()

    @Slot(object)
    def _private_kept(self, kept: Kept) -> None:
        if self.sender() is not self._writing or self._kept is None:
            return
        self._kept = replace(self._kept, beside=kept.beside, failure=None)
        self._saving = False
        self._patience.stop()
        if not self.dirty:
            self._begin_journal()
        self._tell_save_state()
        self._outside.look_soon()  # what was told meanwhile was not heard
        self._save_ended()

    @Slot(object)
    def _private_not_kept(self, error: Exception) -> None:
        if self.sender() is not self._writing:
            return
        self._save_over()
        self.noticed.emit(sentence(error, self.tr))
        path, self._save_next = self._save_next, None
        if path is not None:
            self._write(path)
        else:
            self._departures.go_on()

    @Slot()
    def _tell_save_state(self) -> None:
        self.dirty_changed.emit(self.dirty)
        self.save_state_changed.emit(self.save_state)


def _can_be_written(kept: Kept) -> bool:
    return not kept.damaged and not kept.draft.read_only

"""The draft that is open: what knows it, opens it, saves it and watches its file, put together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from afterword.drafts.encoding import Form
from afterword.drafts.journal import Recovered
from afterword.editor.ledger import AuthorLedger
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.window.arrivals import Arrivals
from afterword.window.departures import Departures
from afterword.window.dialogs import Dialogs
from afterword.window.draft_saver import DraftSaver
from afterword.window.other_programs import OtherPrograms
from afterword.window.page_draft import PageDraft
from afterword.window.recent import RecentFiles
from afterword.window.saving import Kept, SaveState


class Documents(QObject):
    """Owns the draft on the page and what is kept beside it. Everything slow runs as a job; what is asked of the writer comes
    back as a call.

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
        self._recent = recent
        self._draft = PageDraft(page, jobs, self)
        self._departures = Departures(self, dialogs)
        self._saver = DraftSaver(self._draft, self._departures, jobs, dialogs, self)
        self._arrivals = Arrivals(self._draft, self._saver, self._departures, jobs, dialogs, self)
        self._others = OtherPrograms(self._draft, self._saver, self._departures, jobs, dialogs, self)
        self._connect(recent)

    def _connect(self, recent: RecentFiles) -> None:
        draft, journal = self._draft, self._draft.journal
        draft.kept_changed.connect(self._remember)
        draft.renamed.connect(self.renamed)
        draft.notes_changed.connect(self.notes_changed)
        draft.form_changed.connect(self.form_changed)
        draft.changed.connect(self._tell_save_state)
        draft.privacy.changed.connect(self.private_changed)
        draft.access.held.connect(self.held)
        draft.access.noticed.connect(self.noticed)
        journal.written.connect(self.journaled)
        journal.failed.connect(self.journal_failed)
        journal.works.connect(self.journal_works)
        self._saver.saved.connect(self.saved)
        self._saver.noticed.connect(self.noticed)
        self._arrivals.opened.connect(self.opened)
        self._arrivals.missing.connect(recent.drop)
        self._arrivals.noticed.connect(self.noticed)
        self._others.overruled.connect(self.overruled)
        self._others.followed.connect(self.followed)
        self._others.disputed.connect(self.disputed)
        self._others.noticed.connect(self.noticed)

    # --- what is open ---------------------------------------------------------------------------------------------

    @property
    def path(self) -> Path | None:
        """Where the draft is saved; None before the first time."""
        return self._draft.path

    @property
    def name(self) -> str:
        """What the title bar calls it."""
        return self._draft.name

    @property
    def empty(self) -> bool:
        """Whether nothing is here, or on its way, that another draft would take the place of."""
        return self._draft.target is None and self._arrivals.path is None and not self.dirty and not self.saving

    @property
    def ledger(self) -> AuthorLedger:
        """Which of the text was accepted from suggestions."""
        return self._draft.ledger

    @property
    def notes(self) -> str:
        """What the writer wrote down about the draft, for the model; kept beside it."""
        return self._draft.notes

    @Slot(str)
    def set_notes(self, notes: str) -> None:
        """The writer changed the notes, which are now to be saved with the draft."""
        self._draft.set_notes(notes)

    @property
    def private(self) -> bool:
        """Whether nothing of the draft may leave this machine; kept beside it. Also while another one takes its place."""
        return self._draft.privacy.private

    @property
    def unsure(self) -> bool:
        """Whether that is so since nobody knows: what is kept beside the draft cannot be read."""
        return self._draft.privacy.unsure

    @Slot(bool)
    def set_private(self, private: bool) -> None:
        """The writer says whether nothing of the draft may leave this machine; kept at once, where the draft has a file."""
        self._draft.set_private(private)
        if self.read_only:
            text = self.tr("“{name}” is only read, so this holds as long as it is open here, and is not kept beside it.")
            self.noticed.emit(text.format(name=self.name))
        self._saver.keep_private()
        self._tell_save_state()

    @property
    def form(self) -> Form:
        """How the draft stands in its file, or will with the next save."""
        return self._draft.form

    def set_form(self, form: Form) -> None:
        """Save the draft in another encoding, or with other line ends, from now on."""
        self._draft.set_form(form)

    @property
    def read_only(self) -> bool:
        """Whether the page cannot be changed, since that could not be saved here."""
        return self._draft.access.read_only

    @property
    def dirty(self) -> bool:
        """Whether the page or its notes hold something that is not on disk."""
        return self._draft.dirty

    @property
    def state(self) -> tuple[object, ...]:
        """Is another one whenever the writer changes something."""
        return self._draft.state

    @property
    def saving(self) -> bool:
        """Whether it is being written."""
        return self._saver.saving

    @property
    def save_state(self) -> SaveState:
        """For the status bar."""
        if self.saving:
            return SaveState.SAVING
        if self.dirty:
            return SaveState.UNSAVED
        if self.read_only:
            return SaveState.READ_ONLY
        return SaveState.NEW if self._draft.kept is None else SaveState.SAVED

    @Slot()
    def _tell_save_state(self) -> None:
        self.dirty_changed.emit(self.dirty)
        self.save_state_changed.emit(self.save_state)

    @Slot()
    def _remember(self) -> None:
        if self.path is not None:
            self._recent.put(self.path)

    def suggested_path(self) -> Path:
        """Where a draft without a path might go, named by its beginning; where it was, if that is known."""
        return self._draft.suggested_path

    # --- other drafts ---------------------------------------------------------------------------------------------

    def has(self, path: Path) -> bool:
        """Whether the draft at `path` is the one here, or the one that is being read."""
        return self._arrivals.has(path)

    @property
    def elsewhere(self) -> Callable[[Path], Callable[[], None] | None]:
        """What brings the other window that has the draft at a path to the front; None where there is none."""
        return self._arrivals.elsewhere

    @elsewhere.setter
    def elsewhere(self, way_to: Callable[[Path], Callable[[], None] | None]) -> None:
        """Set by who knows of other windows."""
        self._arrivals.elsewhere = way_to

    @Slot()
    def new(self) -> None:
        """Begin an empty draft, once this one is safe."""
        self._arrivals.new()

    @Slot()
    def open(self) -> None:
        """Ask for a file and open it."""
        self._arrivals.choose()

    def open_draft(self, path: Path, *, new: bool = False) -> None:
        """Read a file, then put it on the page, once the draft there is safe; see `Arrivals.open`."""
        self._arrivals.open(path, new=new)

    def read_again(self, encoding: str) -> None:
        """Read the file in another encoding, by Python's name, once what is not saved is safe."""
        self._arrivals.read_again(encoding)

    def put_changed(self, kept: Kept | None, found: Recovered) -> None:
        """Put what a crash left of a draft on the page; see `Arrivals.put_changed`."""
        self._arrivals.put_changed(kept, found)
        self._others.look_soon()

    # --- leaving it -----------------------------------------------------------------------------------------------

    @Slot()
    def leave(self) -> None:
        """Make sure that nothing is lost, then emit `left`; nothing is emitted when the writer would rather stay."""
        self._departures.leave(self._tell_left)

    def leave_for(self, then: Callable[[], None], stay: Callable[[], None] | None = None) -> None:
        """Go on to `then`, once this draft is safe; to `stay`, where the writer would rather keep it on the page."""
        self._departures.begin(then, stay)

    def settle_for(self, then: Callable[[], None], stay: Callable[[], None]) -> None:
        """As `leave_for`; the draft stays on the page, and what was given up is not asked about again until it changes."""
        self._departures.settle(then, stay)

    def unsettle(self) -> None:
        """Ask again about what was given up."""
        self._departures.unsettle()

    def _tell_left(self) -> None:
        self._draft.let_go()
        self._others.let_go()
        self.left.emit()

    # --- saving it, and other writers -----------------------------------------------------------------------------

    @Slot()
    def save(self) -> None:
        """Save where it belongs; ask where, if nobody has said that yet or it cannot be saved there."""
        self._saver.save()

    @Slot()
    def save_as(self) -> None:
        """Ask where to save."""
        self._saver.save_as()

    @Slot()
    def write_all_the_same(self) -> None:
        """Take the draft from whoever has it."""
        self._draft.access.take_over()

    @Slot()
    def look_outside(self) -> None:
        """Look whether another program changed the file; where the system does not tell, as on some network drives."""
        self._others.look_soon()

    @Slot()
    def compare_outside(self) -> None:
        """Show what another program changed in the file, and ask what is to become of it."""
        self._others.compare()

"""The draft on one page: its text, what belongs to it, and how both stand to what is on the disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QSignalBlocker, QStandardPaths, Signal

from afterword import paths
from afterword.drafts.beside import Beside
from afterword.drafts.encoding import Form
from afterword.drafts.naming import suggested_name
from afterword.editor.ledger import AuthorLedger
from afterword.editor.page import Page
from afterword.editor.plaintext import clean
from afterword.jobs import Jobs
from afterword.text.kind import Kind, kind_of
from afterword.window.draft_access import DraftAccess
from afterword.window.draft_privacy import DraftPrivacy
from afterword.window.journal_keeper import JournalKeeper
from afterword.window.saving import Kept


class PageDraft(QObject):
    """Knows what is on the page and what of it is not on the disk, and keeps that in the recovery journal. It reads and saves
    nothing: it is told what was read and saved.

    Args:
        page: shows the text.
        jobs: keep the journal and the lock.

    Attributes:
        ledger: which of the text was accepted from suggestions.
        journal: what a crash leaves.
        access: whether the draft can be written here.
        privacy: whether nothing of it may leave this machine.

    Signals:
        kept_changed: the page belongs to another file, or to the same as it was just read or written.
        renamed: the draft has another name, or none.
        notes_changed: the notes of the draft that is now on the page.
        form_changed: the Form of the draft in its file.
        changed: it is, or it is on the disk, as it was not.
    """

    kept_changed = Signal()
    renamed = Signal()
    notes_changed = Signal(str)
    form_changed = Signal(object)
    changed = Signal()

    def __init__(self, page: Page, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._kept: Kept | None = None
        self._lost: Path | None = None  # where a draft without a file was, or is to be
        self._form: Form | None = None  # that the writer chose for the next save
        self._notes = ""
        self.ledger = AuthorLedger(page.document(), page)
        self.journal = JournalKeeper(page.document(), page.text, paths.journals_dir(), jobs, self)
        self.access = DraftAccess(page, jobs, self)
        self.access.changed.connect(self.changed)
        self.privacy = DraftPrivacy(self)
        page.set_markdown(True)
        page.set_text("")  # nothing to save and nothing to undo
        page.document().modificationChanged.connect(self.changed)
        self.begin_journal()

    # --- what is known of it --------------------------------------------------------------------------------------

    @property
    def kept(self) -> Kept | None:
        """What was last read or written of it; None where it has no file."""
        return self._kept

    @property
    def path(self) -> Path | None:
        """Where it is saved; None before the first time."""
        return self._kept.draft.path if self._kept is not None else None

    @property
    def target(self) -> Path | None:
        """Where it is saved, or is to be, since it was there or the writer has named it so; None while nobody knows."""
        return self.path or self._lost

    @property
    def name(self) -> str:
        """What the title bar calls it."""
        return self.target.name if self.target is not None else self.tr("Untitled")

    @property
    def text(self) -> str:
        """What stands on the page."""
        return self._page.text()

    @property
    def revision(self) -> int:
        """Rises with every change of the text."""
        return self._page.document().revision()

    @property
    def text_changed(self) -> bool:
        """Whether the text is not what was last read or written."""
        return self._page.document().isModified()

    @property
    def notes(self) -> str:
        """What the writer wrote down about it, for the model; kept beside it."""
        return self._notes

    @property
    def notes_are_changed(self) -> bool:
        """Whether the notes are not what was last read or written."""
        return self._notes != (self._kept.beside.notes if self._kept is not None else "")

    @property
    def form(self) -> Form:
        """How it stands in its file, or will with the next save."""
        return self._form or (self._kept.draft.form if self._kept is not None else Form())

    @property
    def chosen_form(self) -> Form | None:
        """That is for the next save, where it is not as before."""
        return self._form

    @property
    def private_is_kept(self) -> bool:
        """Whether its privacy needs no saving: without a file it is saved with the text, and where it is only read never."""
        return self._kept is None or self.access.read_only or self.privacy.is_kept(self._kept.beside)

    @property
    def dirty(self) -> bool:
        """Whether something of it is not on the disk."""
        return self.text_changed or self.notes_are_changed or self._form is not None or not self.private_is_kept

    @property
    def state(self) -> tuple[object, ...]:
        """Is another one whenever the writer changes something."""
        return self.revision, self._notes, self._form, self.privacy.private

    @property
    def folder(self) -> Path:
        """Where file dialogs begin: beside it, else where documents are."""
        if (path := self.target) is not None and path.parent.is_dir():
            return path.parent
        return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())

    @property
    def suggested_path(self) -> Path:
        """Where it might go while it has no path, named by its beginning; where it was, if that is known."""
        return self.folder / (self._lost.name if self._lost is not None else suggested_name(self.text))

    def is_as(self, kept: Kept) -> bool:
        """Whether what was read again is what is on the page, and nothing of that is new."""
        if self._kept is None:
            return False
        same_beside = kept.failure is not None or kept.beside.digest == self._kept.beside.digest
        same_form = kept.draft.form == self._kept.draft.form
        return same_beside and same_form and not self.dirty and kept.draft.text == self.text

    # --- what the writer does with it -----------------------------------------------------------------------------

    def set_notes(self, notes: str) -> None:
        """The writer changed the notes."""
        if notes != self._notes:
            self._notes = notes
            self.journal.note(notes)
            self.changed.emit()

    def set_form(self, form: Form) -> None:
        """The writer chose how it is saved from now on."""
        if form != self.form:
            self._form = form
            self.form_changed.emit(form)
            self.changed.emit()

    def set_private(self, private: bool) -> None:
        """The writer says whether nothing of it may leave this machine; `changed` is left to who keeps that."""
        if private != self.privacy.private:
            self.journal.note_private(private)
        self.privacy.choose(private)

    def change(self, text: str, notes: str | None, place: int | None) -> None:
        """What comes back after a crash was never saved; should there be another one the writer was at `place` again."""
        self._page.replace_text(text)
        if place is not None:
            self.journal.note_place(place)
        if notes is not None:
            self.set_notes(notes)
            self.notes_changed.emit(notes)
        self.mark_changed()
        self.journal.write_now()

    def go_to(self, place: int) -> None:
        """Have the cursor there, in UTF-16 units, and in sight."""
        cursor = self._page.textCursor()
        cursor.setPosition(min(place, self._page.document().characterCount() - 1))
        self._page.setTextCursor(cursor)

    # --- what was read and saved ----------------------------------------------------------------------------------

    def put(self, text: str, beside: Beside, kept: Kept | None, lost: Path | None = None) -> None:
        """Put another draft on the page; one without a file was, or is to be, at `lost`."""
        self.privacy.withhold()
        self._page.set_text(text)
        self.ledger.restore(beside.accepted)
        self._notes = beside.notes
        self._form = None
        self.notes_changed.emit(self._notes)
        self.privacy.read(beside)
        self.belong(kept, lost)
        self.privacy.tell()
        self.begin_journal()

    def belong(self, kept: Kept | None, lost: Path | None = None) -> None:
        """The page belongs to this draft, which is on the disk as it says."""
        self._kept, self._lost = kept, lost
        self.kept_changed.emit()
        self.access.hold(kept)
        self._page.set_markdown(kind_of(self.path) is Kind.MARKDOWN)
        self.renamed.emit()
        self.form_changed.emit(self.form)
        self.changed.emit()

    def keep_mine(self, theirs: Kept) -> None:
        """What stands on the page may be saved over what another program wrote."""
        self.privacy.heed(theirs.beside)
        self.belong(theirs)
        self.mark_changed()

    def take_theirs(self, theirs: Kept) -> None:
        """What another program wrote is one change that can be undone. Notes that were changed here stay."""
        noted = self.notes_are_changed
        self.privacy.heed(theirs.beside)
        self._page.replace_text(theirs.draft.text)
        if theirs.failure is None and not noted:
            self._notes = theirs.beside.notes
            self.notes_changed.emit(self._notes)
        self._page.document().setModified(False)
        self.belong(theirs)
        self.begin_journal()
        if noted:
            self.journal.note(self._notes)

    def written(self, form: Form | None, *, whole: bool) -> None:
        """It was written in the form that was chosen then; `whole` where nothing of it is another by now."""
        if self._form is form:
            self._form = None
        if whole:
            self._page.document().setModified(False)
        else:
            self.mark_changed()

    def kept_beside(self, beside: Beside) -> None:
        """What is beside it was written, and is this."""
        if self._kept is not None:
            self._kept = replace(self._kept, beside=beside, failure=None)

    def mark_changed(self) -> None:
        """The page holds something else than the file, whatever is undone: what Qt takes for unchanged is not any more."""
        document = self._page.document()
        with QSignalBlocker(document):
            document.setModified(False)
        document.setModified(True)
        self.changed.emit()

    def only_here(self) -> None:
        """What is on the page is nowhere else."""
        self.mark_changed()
        self.journal.write_all()

    def begin_journal(self) -> None:
        """What is on the page is on the disk, or nothing is on it."""
        text = clean(self._kept.draft.text) if self._kept is not None else ""
        self.journal.begin(self.target, self.name, text, private=self.privacy.private)

    def let_go(self) -> None:
        """Nothing of it can be lost any more, and the page goes."""
        self.journal.begin(None, "", self.text)
        self.access.let_go()

"""Between what stands on the page and what another program wrote into the file of the draft."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from afterword.drafts.compare import Passage
from afterword.jobs import Job, Jobs
from afterword.window.changed_dialog import Changed
from afterword.window.dialogs import Dialogs
from afterword.window.draft_saver import DraftSaver
from afterword.window.page_draft import PageDraft
from afterword.window.saving import Kept, Opening, load_theirs


class Conflicts(QObject):
    """Where only the file changed the page follows it. Where both did the writer is told, and asked when that is wanted.

    Args:
        draft: on the page.
        saver: saves it.
        jobs: read and compare.
        dialogs: ask.

    Signals:
        stands: whether there is something to decide.
        mine_stays: what stands on the page may be saved over what the other program wrote, a Kept.
        theirs_comes: what the other program wrote is to be on the page, a Kept.
        unreadable: why what the other program wrote cannot be read, and whether that is because of a save.
        decided: nothing is saved because of what was asked; whatever waits may go on.
    """

    stands = Signal(bool)
    mine_stays = Signal(object)
    theirs_comes = Signal(object)
    unreadable = Signal(object, bool)
    decided = Signal()

    def __init__(self, draft: PageDraft, saver: DraftSaver, jobs: Jobs, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        self._saver = saver
        self._jobs = jobs
        self._dialogs = dialogs
        self._job: Job | None = None
        self._asks = False  # once it is compared
        self._saves = False  # whether it is asked because of a save
        self._asked = False  # whether the question is on the screen
        self._standing = False

    @Slot()
    def look(self) -> None:
        """Another program wrote: the page follows where nothing was changed here."""
        if not self._asked:
            self._compare(asks=False, saves=False)

    def ask(self, *, saves: bool) -> None:
        """Show what is different, and ask what is to become of it; because of a save, or since the writer wants to know."""
        self._compare(asks=True, saves=saves)

    def end(self) -> None:
        """The page and the file are one again, or another draft is on the page."""
        self._job = None
        self._stand(False)

    def _stand(self, standing: bool) -> None:
        if standing != self._standing:
            self._standing = standing
            self.stands.emit(standing)

    def _compare(self, *, asks: bool, saves: bool) -> None:
        if self._draft.target is not None:
            self._asks, self._saves = asks, saves
            self._job = self._jobs.start(load_theirs, Opening(self._draft.target, large=True), self._draft.text)
            self._job.done.connect(self._compared)
            self._job.failed.connect(self._failed)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        if self.sender() is self._job:
            self._job = None
            self.unreadable.emit(error, self._saves)

    @Slot(object)
    def _compared(self, found: tuple[Kept, list[Passage]]) -> None:
        if self.sender() is not self._job:
            return  # it is being saved meanwhile, which looks again
        self._job = None
        theirs, passages = found
        if not self._draft.text_changed or theirs.draft.text == self._draft.text:
            self.theirs_comes.emit(theirs)
            if self._saves and self._draft.dirty:
                self._saver.save()
                return
        elif self._asks:
            self._asked = True
            self._dialogs.ask_changed(self._draft.name, passages, partial(self._chosen, theirs, self._saves))
            return
        else:
            self._stand(True)
        if self._asks:
            self.decided.emit()

    def _chosen(self, theirs: Kept, saves: bool, answer: Changed) -> None:
        self._asked = False
        if answer is Changed.ELSEWHERE:
            self._saver.save_as()
            return
        if answer is Changed.MINE:
            self.mine_stays.emit(theirs)
            if saves:
                self._saver.save()
                return
        elif answer is Changed.THEIRS:
            self.theirs_comes.emit(theirs)
        else:
            self._stand(True)
        self.decided.emit()

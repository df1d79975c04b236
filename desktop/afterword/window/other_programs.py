"""What other programs do with the file of the draft on one page, and what becomes of it here."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from afterword.jobs import Jobs
from afterword.sentences import sentence
from afterword.window.conflicts import Conflicts
from afterword.window.departures import Departures
from afterword.window.dialogs import Dialogs
from afterword.window.draft_saver import DraftSaver
from afterword.window.outside import OutsideChanges
from afterword.window.page_draft import PageDraft
from afterword.window.saving import Kept


class OtherPrograms(QObject):
    """Looks at the file while nothing is saved or asked here.

    Args:
        draft: on the page.
        saver: of that; what it does to the file is no doing of another program.
        departures: of that.
        jobs: look, and compare.
        dialogs: ask.

    Signals:
        overruled: a text of the draft that makes room for another one, and was nobody's wish to lose.
        followed: the page has what another program wrote.
        disputed: whether another program changed the file of a draft that was changed here too.
        noticed: a sentence for the status bar.
    """

    overruled = Signal(str)
    followed = Signal()
    disputed = Signal(bool)
    noticed = Signal(str)

    def __init__(
        self,
        draft: PageDraft,
        saver: DraftSaver,
        departures: Departures,
        jobs: Jobs,
        dialogs: Dialogs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._draft = draft
        self._saver = saver
        self._departures = departures
        self._is_gone = False  # whether it was told that the file is not there any more
        self._outside = OutsideChanges(jobs, self)
        self._outside.changed.connect(self.look)
        self._outside.gone.connect(self._gone)
        self._outside.leave_given.connect(self._leave_given)
        self._conflicts = Conflicts(draft, saver, jobs, dialogs, self)
        self._conflicts.stands.connect(self.disputed)
        self._conflicts.mine_stays.connect(self._keep_mine)
        self._conflicts.theirs_comes.connect(self._take_theirs)
        self._conflicts.unreadable.connect(self._unreadable)
        self._conflicts.decided.connect(self._stay)
        draft.kept_changed.connect(self._begin)
        saver.begun.connect(self._wait)
        saver.stopped.connect(self._watch)
        saver.disputed.connect(self._ask_for_save)
        saver.kept_beside.connect(self.look_soon)  # what was told meanwhile was not heard

    @Slot()
    def look_soon(self) -> None:
        """Look whether another program changed the file; where the system does not tell, as on some network drives."""
        self._outside.look_soon()

    @Slot()
    def look(self) -> None:
        """Another program changed the file: follow, or say that there is something to decide."""
        if not self._saver.saving and not self._departures.asking:
            self._conflicts.look()

    @Slot()
    def compare(self) -> None:
        """Show what another program changed in the file, and ask what is to become of it."""
        if not self._saver.saving and not self._departures.asking:
            self._departures.asking = True
            self._conflicts.ask(saves=False)

    def let_go(self) -> None:
        """The draft is left."""
        self._outside.watch(None)

    @Slot()
    def _begin(self) -> None:
        self._is_gone = False
        self._conflicts.end()
        self._watch()

    @Slot()
    def _watch(self) -> None:
        kept = self._draft.kept
        self._outside.watch(kept.draft if kept is not None else None)

    @Slot()
    def _wait(self) -> None:
        self._conflicts.end()
        self._outside.watch(None)

    @Slot()
    def _ask_for_save(self) -> None:
        self._conflicts.ask(saves=True)

    @Slot()
    def _gone(self) -> None:
        if not self._saver.saving and not self._is_gone:
            self._is_gone = True
            self._draft.only_here()
            text = self.tr("“{name}” was moved or removed by another program. Save it to have it there again.")
            self.noticed.emit(text.format(name=self._draft.name))

    @Slot()
    def _leave_given(self) -> None:
        kept = self._draft.kept
        if kept is not None:
            self._draft.belong(replace(kept, draft=replace(kept.draft, read_only=False)))

    @Slot(object)
    def _keep_mine(self, theirs: Kept) -> None:
        self._draft.keep_mine(theirs)
        self.overruled.emit(theirs.draft.text)

    @Slot(object)
    def _take_theirs(self, theirs: Kept) -> None:
        mine = self._draft.text if self._draft.text_changed else theirs.draft.text
        self._draft.take_theirs(theirs)
        if mine != theirs.draft.text:
            self.overruled.emit(mine)
        self._saver.keep_private()
        self.followed.emit()
        text = self.tr("“{name}” is as another program saved it. Undo brings back what you had.")
        self.noticed.emit(text.format(name=self._draft.name))

    @Slot(object, bool)
    def _unreadable(self, error: Exception, saves: bool) -> None:
        if saves:
            self._saver.ask_elsewhere(error)
        else:
            self._draft.only_here()
            self.noticed.emit(sentence(error, self.tr))
            self._stay()

    @Slot()
    def _stay(self) -> None:
        self._departures.stay()

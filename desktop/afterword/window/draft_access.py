"""Whether the draft on one page can be written here: not where somebody else has it, or where it cannot be saved."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.window.draft_lock import DraftLock
from afterword.window.saving import Kept


class DraftAccess(QObject):
    """Makes the page one that is only read, and says why.

    Args:
        page: of the draft.
        jobs: look at the lock of the draft.

    Signals:
        held: says who else has the draft, a Held; None once it is ours.
        changed: whether it is only read may be another now.
        noticed: a sentence for the status bar.
    """

    held = Signal(object)
    changed = Signal()
    noticed = Signal(str)

    def __init__(self, page: Page, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._kept: Kept | None = None
        self._reads_only = False
        self._lock = DraftLock(jobs, self)
        self._lock.taken.connect(self._let_write)
        self._lock.refused.connect(self._let_write)
        page.write_refused.connect(self.explain)

    @property
    def read_only(self) -> bool:
        """Whether the page cannot be changed."""
        return self._reads_only

    def hold(self, kept: Kept | None) -> None:
        """The draft on the page is this one, or none that has a file."""
        self._kept = kept
        self._lock.hold(kept.draft.path if kept is not None and _can_be_written(kept) else None)
        self._let_write()

    def let_go(self) -> None:
        """The draft is left: others may have it."""
        self._lock.hold(None)

    @Slot()
    def take_over(self) -> None:
        """Take the draft from whoever has it."""
        self._lock.take_over()

    @Slot()
    def explain(self) -> None:
        """The writer types, in vain: say why."""
        if self._lock.held is not None:
            self.held.emit(self._lock.held)
            return
        if self._kept is None or self._kept.draft.path is None:
            return  # such a draft can be written
        if self._kept.damaged:
            text = self.tr(
                "“{name}” is damaged and only read, lest a save lose what is in it. Save it under another name to write."
            )
        else:
            text = self.tr("“{name}” is only read, since it cannot be written there. Save it in another place to write.")
        self.noticed.emit(text.format(name=self._kept.draft.path.name))

    @Slot()
    def _let_write(self) -> None:
        self._reads_only = self._lock.held is not None or (self._kept is not None and not _can_be_written(self._kept))
        self._page.setReadOnly(self._reads_only)
        self.held.emit(self._lock.held)
        self.changed.emit()


def _can_be_written(kept: Kept) -> bool:
    return not kept.damaged and not kept.draft.read_only

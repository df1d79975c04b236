"""What a crash left of drafts comes back onto a page, each as a change of the draft as it is on the disk."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from afterword.drafts.recovery import Orphan
from afterword.jobs import Job, Jobs
from afterword.window.documents import Documents
from afterword.window.saving import Kept, Opening, load


class Recovering(QObject):
    """Recovers drafts onto one page. The journal that one comes from is dropped when it is in the page's own.

    Args:
        documents: of the page.
        jobs: read the files.
    """

    def __init__(self, documents: Documents, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents = documents
        self._jobs = jobs
        self._reading: dict[QObject, Orphan] = {}
        self._coming = 0  # drafts on their way onto the page
        self._here: Orphan | None = None  # on the page, and not yet in its journal
        documents.journaled.connect(self._drop)

    @property
    def busy(self) -> bool:
        """Whether a draft is on its way onto the page, or not yet in its journal."""
        return self._coming > 0 or self._here is not None

    def recover(self, orphan: Orphan) -> None:
        """Put the draft on the page, once the one there is safe; it is left for later where the writer would rather keep that."""
        self._coming += 1
        path = orphan.found.head.path
        if path is None:
            self._go(orphan, None)
            return
        job: Job = self._jobs.start(load, Opening(path, large=True))
        self._reading[job] = orphan
        job.done.connect(self._read)
        job.failed.connect(self._not_read)
        job.cancelled.connect(self._given_up)

    @Slot(object)
    def _read(self, kept: Kept) -> None:
        self._go(self._take(), kept)

    @Slot(object)
    def _not_read(self, _: Exception) -> None:
        self._go(self._take(), None)

    @Slot()
    def _given_up(self) -> None:
        self._leave(self._take())

    def _take(self) -> Orphan | None:
        job = self.sender()
        return self._reading.pop(job, None) if job is not None else None

    def _go(self, orphan: Orphan | None, kept: Kept | None) -> None:
        if orphan is not None:
            self._documents.leave_for(partial(self._put, orphan, kept), partial(self._leave, orphan))

    def _put(self, orphan: Orphan, kept: Kept | None) -> None:
        self._coming -= 1
        self._drop()  # another one was here: the writer was asked about it
        self._documents.put_changed(kept, orphan.found)
        self._here = orphan

    def _leave(self, orphan: Orphan | None) -> None:
        self._coming -= 1
        if orphan is not None:
            orphan.leave()

    @Slot()
    def _drop(self) -> None:
        orphan, self._here = self._here, None
        if orphan is not None:
            self._jobs.start(orphan.drop)

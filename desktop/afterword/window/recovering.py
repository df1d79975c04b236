"""What a crash left of drafts comes back onto a page, each as a change of the draft as it is on the disk."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from afterword.drafts.recovery import Orphan
from afterword.jobs import Jobs
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
        self._orphan: Orphan | None = None
        self._busy = False
        documents.journaled.connect(self._journaled)

    @property
    def busy(self) -> bool:
        """Whether a draft is on its way onto the page."""
        return self._busy

    def recover(self, orphan: Orphan) -> None:
        """Put the draft on the page, once the one there is safe."""
        self._busy = True
        self._documents.leave_for(partial(self._read, orphan))

    def _read(self, orphan: Orphan) -> None:
        self._orphan = orphan
        if orphan.found.head.path is None:
            self._put(None)
            return
        job = self._jobs.start(load, Opening(orphan.found.head.path, large=True))
        job.done.connect(self._put)
        job.failed.connect(self._without_file)

    @Slot(object)
    def _without_file(self, _: Exception) -> None:
        self._put(None)

    @Slot(object)
    def _put(self, kept: Kept | None) -> None:
        if self._orphan is not None:
            found = self._orphan.found
            self._documents.put_changed(kept, found.head.path, found.before, found.text, found.notes)

    @Slot()
    def _journaled(self) -> None:
        orphan, self._orphan = self._orphan, None
        if orphan is not None:
            self._busy = False
            self._jobs.start(orphan.drop)

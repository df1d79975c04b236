"""Keeps versions of the draft on one page: at every save, now and then while the writer writes, and when they are looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from afterword.drafts.version_store import VersionStore
from afterword.drafts.versions import Occasion, Version, key_of, never_saved, new_key
from afterword.editor.page import Page
from afterword.errors import AfterwordError
from afterword.jobs import Job, Jobs
from afterword.sentences import sentence
from afterword.watch import Watch
from afterword.window.documents import Documents
from afterword.window.saving import Kept
from afterword.window.versions_dialog import VersionsDialog

EVERY_MS = 5 * 60_000
"""Between two versions while the writer writes and does not save."""


class VersionsKeeper(QObject):
    """Of one page.

    Args:
        store: of the versions of all drafts.
        page: whose text is kept.
        documents: know when it is saved, and where.
        jobs: keep it.

    Signals:
        noticed: a sentence, where versions cannot be kept; once until they can be again.
    """

    noticed = Signal(str)
    _dialog_outdated = Signal()

    def __init__(self, store: VersionStore, page: Page, documents: Documents, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._page = page
        self._documents = documents
        self._jobs = jobs
        self._key = new_key()
        self._unsaved, self._kept_unsaved = True, False  # whether the draft has no file, and versions all the same
        self._failing = False
        self._kept_revision = page.document().revision()
        self._timer = QTimer(self, singleShot=True, interval=EVERY_MS)
        self._timer.timeout.connect(self._keep_written)
        page.document().contentsChanged.connect(self._changed)
        documents.opened.connect(self._opened)
        documents.saved.connect(self._saved)
        documents.overruled.connect(self._overruled)
        documents.followed.connect(self._followed)
        documents.left.connect(self._leave)

    def show(self) -> None:
        """Keep what is on the page, and show it with all earlier versions."""
        job = self._keep(self._page.text(), Occasion.WRITING)
        job.done.connect(self._show_dialog)
        job.failed.connect(self._show_dialog)

    @Slot(object)
    def _show_dialog(self, _: Version | Exception) -> None:
        dialog = VersionsDialog(self._store, self._key, self._page.text(), self._jobs, self._page.window())
        self._dialog_outdated.connect(dialog.reject)
        dialog.restored.connect(self._page.replace_text)
        dialog.failed.connect(self._not_kept)
        dialog.open()

    @Slot()
    def _followed(self) -> None:
        """What another program wrote is a version too."""
        self._dialog_outdated.emit()
        self._keep(self._page.text(), Occasion.SAVED, self._belong(self._documents.path))

    @Slot()
    def _opened(self) -> None:
        self._dialog_outdated.emit()
        self._leave()
        path = self._documents.path
        if path is None:
            self._key = new_key()
            self._kept_revision = self._page.document().revision()
            return
        self._key = key_of(path)
        self._unsaved = False
        if self._documents.dirty:
            self._keep(self._page.text(), Occasion.RECOVERED)
        else:
            self._start(self._store.adopt, self._key, self._page.text()).done.connect(self._adopted)

    @Slot()
    def _leave(self) -> None:
        """A draft that was never saved is discarded: its versions would be of no use, for nobody could find them."""
        self._timer.stop()
        if self._unsaved and self._kept_unsaved:
            self._start(self._store.forget, self._key)
        self._unsaved, self._kept_unsaved = True, False

    @Slot(object)
    def _adopted(self, _: bool) -> None:
        if not self._documents.dirty and self._documents.path is not None:
            self._keep(self._page.text(), Occasion.SAVED)  # what another program wrote is a version too

    @Slot(object)
    def _saved(self, kept: Kept) -> None:
        if kept.draft.path is None:
            return
        self._keep(kept.draft.text, Occasion.SAVED, self._belong(kept.draft.path))

    def _belong(self, path: Path | None) -> bytes:
        """The draft has this file now, if any; returns the key that it had until now."""
        old = self._key
        if path is not None:
            self._key, self._unsaved = key_of(path), False
        return old

    @Slot(str)
    def _overruled(self, text: str) -> None:
        old = self._belong(self._documents.path)
        self._start(_keep, self._store, old, self._key, text, Occasion.OVERRULED)

    @Slot()
    def _changed(self) -> None:
        if not self._timer.isActive() and self._page.document().revision() != self._kept_revision:
            self._timer.start()

    @Slot()
    def _keep_written(self) -> None:
        if self._page.document().revision() != self._kept_revision and self._documents.dirty:
            self._keep(self._page.text(), Occasion.WRITING)

    def _keep(self, text: str, occasion: Occasion, before: bytes = b"") -> Job:
        """`before` is the key that the draft had until now, whose versions it gets."""
        self._kept_revision = self._page.document().revision()
        self._kept_unsaved = self._unsaved
        self._timer.stop()
        return self._start(_keep, self._store, before, self._key, text, occasion)

    def _start(self, task: Callable[..., object], *args: object) -> Job:
        job = self._jobs.start(task, *args)
        job.done.connect(self._works)
        job.failed.connect(self._not_kept)
        return job

    @Slot(object)
    def _works(self, _: object) -> None:
        self._failing = False

    @Slot(object)
    def _not_kept(self, error: Exception) -> None:
        if not self._failing and isinstance(error, AfterwordError):
            self._failing = True
            self.noticed.emit(sentence(error, self.tr))


def _keep(store: VersionStore, before: bytes, key: bytes, text: str, occasion: Occasion, *, watch: Watch) -> Version:  # noqa: ARG001
    """The last one, when the writer leaves, is not to be given up."""
    if before and before != key:
        (store.move if never_saved(before) else store.copy)(before, key)
    return store.keep(key, text, occasion)

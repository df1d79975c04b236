"""Making other files of the draft: asked for, run as a job, and told."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from afterword.editor.page import Page
from afterword.export.exporting import export
from afterword.export.formats import FORMATS
from afterword.files import same_file
from afterword.jobs import Jobs
from afterword.sentences import closing_line, sentence
from afterword.text.kind import kind_of
from afterword.window.dialogs import Dialogs
from afterword.window.documents import Documents


class Exports(QObject):
    """Exports what is on the page, saved or not.

    Signals:
        noticed: a sentence for the status bar.
    """

    noticed = Signal(str)

    def __init__(self, page: Page, documents: Documents, jobs: Jobs, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._documents = documents
        self._jobs = jobs
        self._dialogs = dialogs
        self._ending = ".pdf"
        self._tells_typed = False

    @property
    def tells_typed(self) -> bool:
        """Whether the last line of an export says how much of the text was typed."""
        return self._tells_typed

    @tells_typed.setter
    def tells_typed(self, on: bool) -> None:
        self._tells_typed = on

    @Slot()
    def ask(self) -> None:
        """Ask for a format and a place, then export."""
        draft = self._documents.path or self._documents.suggested_path()
        self._dialogs.choose_export(draft.with_suffix(self._ending), self._formats(), self._chosen)

    def export(self, target: Path) -> None:
        """Write what is on the page to `target`, in the format that its ending names."""
        if same_file(target, self._documents.path):
            self._documents.save()  # the same, and the draft knows of it
            return
        self._progressed(0.0, "")
        self._documents.ledger.when_read(partial(self._start, target))

    def _start(self, target: Path) -> None:
        closing = closing_line(self._documents.ledger.tally, self.tr) if self._tells_typed else ""
        task = partial(export, closing=closing)
        job = self._jobs.start(task, self._page.text(), kind_of(self._documents.path), target)
        job.progressed.connect(self._progressed)
        job.done.connect(self._done)
        job.failed.connect(self._failed)

    def _chosen(self, path: Path | None) -> None:
        if path is not None:
            target = path.absolute() if path.suffix else path.absolute().with_name(path.name + self._ending)
            self._ending = target.suffix
            self.export(target)

    @Slot(float, str)
    def _progressed(self, share: float, _: str) -> None:
        self.noticed.emit(self.tr("Exporting… {percent} %").format(percent=round(max(share, 0.0) * 100)))

    @Slot(object)
    def _done(self, path: Path) -> None:
        self.noticed.emit(self.tr("Exported to “{path}”.").format(path=path))

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.noticed.emit("")
        self._dialogs.show_error(sentence(error, self.tr))

    def _formats(self) -> dict[str, str]:
        names = {
            "pdf": self.tr("PDF"),
            "docx": self.tr("Word document"),
            "odt": self.tr("OpenDocument text"),
            "epub": self.tr("EPUB book"),
            "html": self.tr("Web page"),
            "md": self.tr("Markdown"),
            "txt": self.tr("Plain text"),
        }
        return {f".{ending}": names.get(ending, ending) for ending in FORMATS}

"""What comes onto one page: another draft, the same one read again, or what a crash left of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from afterword.drafts.beside import Beside
from afterword.drafts.journal import Recovered
from afterword.editor.plaintext import clean
from afterword.files import same_file
from afterword.jobs import Jobs
from afterword.sentences import sentence
from afterword.window.departures import Departures
from afterword.window.dialogs import Dialogs, Twice
from afterword.window.draft_saver import DraftSaver
from afterword.window.page_draft import PageDraft
from afterword.window.reading import Reading
from afterword.window.saving import Kept, Opening


class Arrivals(QObject):
    """Puts drafts on the page, each once the one there is safe.

    Args:
        draft: on the page.
        saver: of that.
        departures: of that.
        jobs: read.
        dialogs: ask.

    Attributes:
        elsewhere: what brings the other window that has the draft at a path to the front; None where there is none.

    Signals:
        opened: another draft is on the page, or the same one because it was asked for again.
        missing: the path at which there is no file.
        noticed: a sentence for the status bar.
    """

    opened = Signal()
    missing = Signal(object)
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
        self._dialogs = dialogs
        self.elsewhere: Callable[[Path], Callable[[], None] | None] = lambda _: None
        self._reading = Reading(jobs, dialogs, self)
        self._reading.read.connect(self._read)
        self._reading.missing.connect(self.missing)
        self._reading.begun.connect(self._begin_named)

    @property
    def path(self) -> Path | None:
        """Of the draft that is being read."""
        return self._reading.path

    def new(self) -> None:
        """Begin an empty draft."""
        self._departures.begin(self.clear)

    def choose(self) -> None:
        """Ask for a file and open it."""
        self._dialogs.choose_open(self._draft.folder, self._chosen)

    def open(self, path: Path, *, new: bool = False) -> None:
        """Read a file, then put it on the page. The newest wish counts.

        Where there is no such file and `new` is set a draft of that name is begun.
        Of a draft that another window has it is asked whether to go there, or to read it here too.
        """
        path = path.absolute()
        if same_file(path, self._draft.target) and self._draft.dirty:
            self.noticed.emit(self.tr("“{name}” is already open.").format(name=path.name))
            return
        go_there = None if self.has(path) else self.elsewhere(path)
        if go_there is not None:
            self._dialogs.ask_elsewhere_open(path.name, partial(self._open_twice, path, go_there))
        else:
            self._reading.start(Opening(path, new=new, private=same_file(path, self._draft.target) and self._is_surely_private))

    def read_again(self, encoding: str) -> None:
        """Read the file in another encoding, by Python's name."""
        if self._draft.path is not None:
            self._reading.start(Opening(self._draft.path, encoding, large=True, private=self._is_surely_private))

    @property
    def _is_surely_private(self) -> bool:
        return self._draft.privacy.private and not self._draft.privacy.unsure

    def has(self, path: Path) -> bool:
        """Whether the draft at `path` is the one here, or the one that is being read."""
        return same_file(path, self._draft.target) or same_file(path, self._reading.path)

    def put_changed(self, kept: Kept | None, found: Recovered) -> None:
        """Put a draft on the page as it is on the disk, None where it is not any more, and change it to what was `found`.

        That is not saved. Where the file holds something else than what it was before, another program has changed it. What was
        private, or is by what is kept beside it, never leaves this machine. The cursor is where the writer was last.
        """
        private = found.head.private if found.private is None else found.private
        if kept is not None and kept.draft.stamp is not None and clean(kept.draft.text) != found.before:
            unknown = replace(kept.draft.stamp, mtime_ns=0, digest=b"")
            kept = replace(kept, draft=replace(kept.draft, stamp=unknown))
        self._reading.give_up()
        if kept is None:
            self._draft.put("", Beside(private=private), None, found.head.path)
        else:
            beside = replace(kept.beside, private=True, unsure=False) if private else kept.beside
            self._draft.put(kept.draft.text, beside, kept)
        self._draft.change(found.text, found.notes, found.place)
        self.opened.emit()
        if found.place is not None:
            self._draft.go_to(found.place)

    def clear(self, path: Path | None = None) -> None:
        """Have an empty draft, which is to be at `path`."""
        self._draft.put("", Beside(), None, path)
        self.opened.emit()

    def _chosen(self, path: Path | None) -> None:
        if path is not None:
            self.open(path)

    def _open_twice(self, path: Path, go_there: Callable[[], None], answer: Twice) -> None:
        if answer is Twice.GO_THERE:
            go_there()
        elif answer is Twice.READ_HERE:
            self._reading.start(Opening(path))

    @Slot(object)
    def _begin_named(self, path: Path) -> None:
        self._departures.begin(partial(self._begin_there, path))

    def _begin_there(self, path: Path) -> None:
        if not same_file(path, self._draft.path):  # else it was saved there meanwhile
            self.clear(path)

    @Slot(object)
    def _read(self, kept: Kept) -> None:
        self._departures.begin(partial(self._adopt, kept, self._saver.times))

    def _adopt(self, kept: Kept, times: int) -> None:
        if kept.failure is not None:
            self.noticed.emit(sentence(kept.failure, self.tr))
        if kept.recognised:
            text = self.tr("“{name}” never leaves this machine: a draft with just this text was marked so.")
            self.noticed.emit(text.format(name=kept.draft.path.name if kept.draft.path is not None else ""))
        if not same_file(kept.draft.path, self._draft.path):
            same = same_file(kept.draft.path, self._draft.target)  # it was named so, and had no file
            self._put(kept, self._draft.privacy.over(kept.beside) if same else kept.beside)
        elif times == self._saver.times and not self._draft.is_as(kept):  # else what is on the page is newer, or the same
            self._put(kept, self._draft.privacy.over(kept.beside))
        self.opened.emit()

    def _put(self, kept: Kept, beside: Beside) -> None:
        self._draft.put(kept.draft.text, beside, kept)
        self._saver.keep_private()

"""The models of this machine, as the window has them: what is there, what is on its way, and what was found on the hub."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from afterword.engine.catalogue import Entry
from afterword.engine.hub import Found
from afterword.engine.hub_folders import About
from afterword.engine.library import Shelf
from afterword.engine.speeds import Measured
from afterword.jobs import Job, Jobs
from afterword.watch import Watch

_SMOOTH_S = 2.0
"""Over how long a time the speed of a download is taken."""


class Lends(Protocol):
    """What the models are had from, an `engine.library.Library`."""

    def shelf(self, *, watch: Watch | None = None) -> Shelf:
        """What there is."""

    def search(self, text: str, *, watch: Watch | None = None) -> list[Found]:
        """What the hub has."""

    def about(self, name: str, *, watch: Watch | None = None) -> About:
        """What the hub says of one."""

    def fetch(self, name: str, *, watch: Watch | None = None) -> Path:
        """Fetch one."""

    def give_up(self, name: str, *, watch: Watch | None = None) -> None:
        """Remove what was fetched of one that is not whole."""

    def remove(self, name: str, *, watch: Watch | None = None) -> None:
        """Remove one."""

    def measure(self, name: str, *, watch: Watch | None = None) -> Measured:
        """Measure one."""


@dataclass(frozen=True)
class Download:
    """One that is on its way.

    Attributes:
        share: that is here, 0 to 1; -1 while that is not known.
        size: in bytes, of all of it; 0 while that is not known.
        rate: bytes a second, of late; 0 while that is not known.
        paused: whether it waits for the writer.
        stage: a fixed word for what is being done.
    """

    share: float = -1.0
    size: int = 0
    rate: float = 0.0
    paused: bool = False
    stage: str = ""


class ModelShelf(QObject):
    """One for all windows. Downloads go on when the window that shows them is closed.

    Args:
        library: does the work, as jobs.
        jobs: run what is quick.
        slow: run what takes minutes, so that no save waits for it.
        clock: in seconds.

    Signals:
        changed: what there is, or how far something is.
        found: a list of Found, of the last search.
        failed: the name of a model ("" for the search), and why what was wanted of it was not done.
        installed: the name of a model that is ready for use.
        removed: the name of one that is not here any more.
    """

    changed = Signal()
    found = Signal(object)
    failed = Signal(str, object)
    installed = Signal(str)
    removed = Signal(str)

    def __init__(
        self,
        library: Lends,
        jobs: Jobs,
        slow: Jobs,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._jobs = jobs
        self._slow = slow
        self._clock = clock
        self._shelf = Shelf()
        self._downloads: dict[str, Download] = {}
        self._running: dict[QObject, tuple[str, str]] = {}  # what each job does, and to which model
        self._dropped: set[str] = set()  # whose download is cancelled, and not paused
        self._told: dict[str, tuple[float, float]] = {}  # when a share was told, for the speed
        self._searching: Job | None = None
        self._looking: Job | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The models that there are."""
        return self._shelf.entries

    @property
    def downloads(self) -> dict[str, Download]:
        """The models that are on their way, or were and can be again, by name."""
        paused = {name: Download(share, paused=True) for name, share in self._shelf.paused.items()}
        return paused | self._downloads

    def entry_name(self, name: str) -> str:
        """The name of the entry that `name`, which may be a path, stands for."""
        return self._shelf.entry_name(name)

    def measured(self, name: str) -> Measured | None:
        """How fast a model is here, where that was measured."""
        return self._shelf.speeds.get(name)

    def is_busy(self, name: str) -> bool:
        """Whether something is being done to a model."""
        return any(name == busy for _, busy in self._running.values())

    # --- wishes -----------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Look what there is."""
        self._looking = self._jobs.start(self._library.shelf)
        self._looking.done.connect(self._looked)
        self._looking.failed.connect(self._search_failed)

    def search(self, text: str) -> None:
        """Search the hub; the newest search counts."""
        self._searching = self._jobs.start(self._library.search, text)
        self._searching.done.connect(self._searched)
        self._searching.failed.connect(self._search_failed)

    def install(self, name: str, size: int = 0) -> None:
        """Fetch a model, or go on with it. Where its `size` is not known the hub is asked for it first."""
        if self.is_busy(name):
            return
        known = self._downloads.get(name, Download())
        self._downloads[name] = replace(known, size=size or known.size, paused=False, rate=0.0)
        self._dropped.discard(name)
        self._told.pop(name, None)
        if "/" in name and not self._downloads[name].size:
            self._begin("about", name, self._slow.start(self._library.about, name))
        else:
            self._fetch(name)

    def pause(self, name: str) -> None:
        """Stop a download; what is here stays, and `install` goes on from there. A measurement is stopped too."""
        for job, (what, busy) in self._running.items():
            if busy == name and what in ("about", "fetch", "measure") and isinstance(job, Job):
                job.cancel()

    def cancel(self, name: str) -> None:
        """Stop a download, and remove what is here of it; or stop measuring."""
        if self.is_busy(name):
            if self.doing(name) != "measure":
                self._dropped.add(name)
            self.pause(name)
        else:
            self._give_up(name)

    def remove(self, name: str) -> None:
        """Remove a model from this machine."""
        if not self.is_busy(name):
            self._begin("remove", name, self._jobs.start(self._library.remove, name))

    def measure(self, name: str) -> None:
        """Measure how fast a model is here; one after the other, for they would slow each other down."""
        if not self.is_busy(name):
            self._begin("measure", name, self._slow.start_apart(self._library.measure, name))

    def doing(self, name: str) -> str:
        """A fixed word for what is being done to a model: "about", "fetch", "remove", "measure", "give up"; else ""."""
        return next((what for what, busy in self._running.values() if busy == name), "")

    # ----------------------------------------------------------------------------------------------------------------

    def _begin(self, what: str, name: str, job: Job) -> None:
        self._running[job] = (what, name)
        job.progressed.connect(self._progressed)
        job.done.connect(self._done)
        job.failed.connect(self._failed)
        job.cancelled.connect(self._cancelled)
        self.changed.emit()

    def _fetch(self, name: str) -> None:
        self._begin("fetch", name, self._slow.start(self._library.fetch, name))

    def _give_up(self, name: str) -> None:
        self._dropped.discard(name)
        self._downloads.pop(name, None)
        self._begin("give up", name, self._jobs.start(self._library.give_up, name))

    def _ended(self) -> tuple[str, str]:
        job = self.sender()
        return self._running.pop(job, ("", "")) if job is not None else ("", "")

    @Slot(object)
    def _looked(self, shelf: Shelf) -> None:
        if self.sender() is self._looking:  # else it is older than what is known
            self._shelf = shelf
            self.changed.emit()

    @Slot(object)
    def _searched(self, found: list[Found]) -> None:
        if self.sender() is self._searching:
            self.found.emit(found)

    @Slot(object)
    def _search_failed(self, error: Exception) -> None:
        self.failed.emit("", error)

    @Slot(float, str)
    def _progressed(self, share: float, stage: str) -> None:
        job = self.sender()
        what, name = self._running.get(job, ("", "")) if job is not None else ("", "")
        if what != "fetch":
            return
        now = self._clock()
        was = self._downloads.get(name, Download())
        if share < 0:
            self._told.pop(name, None)
        began, from_share = self._told.setdefault(name, (now, share)) if share >= 0 else (now, share)
        rate = was.rate
        if now - began >= _SMOOTH_S:
            rate = max(0.0, (share - from_share) * was.size / (now - began))
            self._told[name] = (now, share)
        self._downloads[name] = replace(was, share=share, stage=stage, rate=rate)
        self.changed.emit()

    @Slot(object)
    def _done(self, result: object) -> None:
        what, name = self._ended()
        if what == "about" and isinstance(result, About):
            self._downloads[name] = replace(self._downloads.get(name, Download()), size=result.size)
            if name in self._dropped:
                self._give_up(name)
            else:
                self._fetch(name)
            return
        if what == "fetch":
            self._downloads.pop(name, None)
            self.installed.emit(name)
        elif what == "remove":
            self.removed.emit(name)
        self.refresh()
        self.changed.emit()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        what, name = self._ended()
        if what in ("about", "fetch"):
            self._downloads.pop(name, None)
        self.refresh()
        self.failed.emit(name, error)
        self.changed.emit()

    @Slot()
    def _cancelled(self) -> None:
        what, name = self._ended()
        if name in self._dropped:
            self._give_up(name)
        elif what in ("about", "fetch"):
            self._downloads[name] = replace(self._downloads.get(name, Download()), paused=True, rate=0.0)
        self.refresh()
        self.changed.emit()

"""What comes back at the next start: the windows with their drafts, and what a crash left of those."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot

from afterword import paths
from afterword.app.seat import Seat
from afterword.app.windows import Windows
from afterword.drafts.recovery import Orphan, orphans
from afterword.jobs import Jobs
from afterword.session import Found, Session
from afterword.window.recovery_dialog import RecoveryDialog
from afterword.window.session_keeper import SessionKeeper


class ComingBack(QObject):
    """Drafts are recovered only once it is known which windows have which drafts.

    Args:
        windows: those that are open.
        jobs: read, and write down.

    Attributes:
        session: remembers what is open.
    """

    def __init__(self, windows: Windows, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._windows = windows
        self._jobs = jobs
        self._recovered: Seat | None = None  # has the draft that was recovered last, while others are asked about
        self.session = SessionKeeper(paths.session_file(), self._open_now, jobs, self)
        self.session.found.connect(self._come_back)
        windows.draft_opened.connect(self.session.remember)
        windows.quitting.connect(self._quit)
        windows.last_closing.connect(self._close)

    def start(self, *, session: bool) -> None:
        """Begin to remember; what was open comes back first, if that is wanted."""
        self.session.start(read=session)
        if not session:
            self._look_for_orphans()

    @Slot()
    def _quit(self) -> None:
        self.session.quit()

    @Slot()
    def _close(self) -> None:
        self.session.closing()

    def _open_now(self) -> Session:
        seats, used = self._windows.seats, self._windows.used
        front = next((number for number, seat in enumerate(seats) if seat is used), 0)
        return Session(tuple(seat.window.remembered() for seat in seats), front)

    @Slot(object)
    def _come_back(self, found: Found) -> None:
        """Have the windows with the drafts that were open; an empty one only where there was nothing else."""
        windows, were, front = self._windows, found.session.windows, None
        drafts: set[Path] = set()
        for number, was in enumerate(were):
            if (was.draft is None and len(were) > 1) or was.draft in drafts:  # one draft is in one window only
                continue
            drafts |= {was.draft} if was.draft is not None else set()
            windows.make_room(front is None)
            windows.window.come_back(was)
            front = windows.used if front is None or number == found.session.front else front
        if front is not None:
            front.window.come_forward()
        if found.missing:
            names = ", ".join(path.name for path in found.missing)
            windows.window.show_notice(self.tr("Not there any more: {names}.").format(names=names))
        self._look_for_orphans()

    def _look_for_orphans(self) -> None:
        self._jobs.start(orphans, paths.journals_dir()).done.connect(self._offer_recovery)

    @Slot(object)
    def _offer_recovery(self, found: list[Orphan]) -> None:
        if not found:
            return
        dialog = RecoveryDialog(found, self._jobs, self._windows.window)
        dialog.recovered.connect(self._recover)
        dialog.thrown_away.connect(self._throw_away)
        dialog.left.connect(self._leave_for_later)
        dialog.finished.connect(self._decided)
        dialog.open()

    @Slot(object)
    def _recover(self, orphan: Orphan) -> None:
        """Have the draft in a window that comes forward once all is decided, lest it takes the keys of the dialog."""
        here = self._windows.unchanged(orphan.found.head.path)
        if here is None:
            self._windows.make_room(behind=True)
        self._recovered = here or self._windows.used
        self._recovered.window.recovering.recover(orphan)

    @Slot()
    def _decided(self) -> None:
        seat, self._recovered = self._recovered, None
        if seat in self._windows.seats:
            seat.window.come_forward()

    @Slot(object)
    def _throw_away(self, orphan: Orphan) -> None:
        self._jobs.start(orphan.drop)

    @Slot(object)
    def _leave_for_later(self, orphan: Orphan) -> None:
        orphan.leave()

"""Everything that one running Afterword is made of, connected."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QObject, Signal, Slot

from afterword import paths
from afterword.app.coming_back import ComingBack
from afterword.app.model_use import ModelUse
from afterword.app.openers import ServerOpener, open_from_disk, open_from_server, open_masked_from_disk
from afterword.app.seat import Seat
from afterword.app.server_use import ServerUse
from afterword.app.windows import Windows
from afterword.assist.answers import AnswerHost
from afterword.assist.controller import Controller
from afterword.assist.host import ModelHost
from afterword.assist.timing import LEAVE_WITHIN_MS
from afterword.assist.worker import Opener
from afterword.crash import Crash
from afterword.drafts.version_store import VersionStore
from afterword.editor.page import Page
from afterword.engine.library import Library
from afterword.errors import AfterwordError
from afterword.jobs import Jobs
from afterword.sentences import sentence
from afterword.settings import Settings
from afterword.window.dialogs import Dialogs, WindowDialogs
from afterword.window.keeper import SettingsKeeper
from afterword.window.key_bindings import KeyBindings
from afterword.window.main_window import MainWindow
from afterword.window.model_shelf import ModelShelf
from afterword.window.statistics_keeper import StatisticsKeeper
from afterword.window.statistics_view import StatisticsDialog


class Desk(QObject):
    """What all windows share, and the windows.

    Args:
        settings: loaded.
        opener: loads a model; without one, from the disk.
        dialogs: asks the writer; tests and the demo answer for themselves.
        server: makes the opener of a server.
    """

    _unforeseen = Signal(object)

    def __init__(
        self,
        settings: Settings,
        opener: Opener | None = None,
        dialogs: Dialogs | None = None,
        parent: QObject | None = None,
        server: ServerOpener = open_from_server,
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self.jobs = Jobs(self)
        self.host = ModelHost(opener or open_from_disk(settings), self, open_masked_from_disk(settings))
        self.answers = AnswerHost(self.host, self)
        self.statistics = StatisticsKeeper(paths.statistics_file(), settings, self.jobs, self)
        self.keys = KeyBindings(settings, self)
        self._keeper = SettingsKeeper(settings, self.jobs, self)
        self.statistics.settings_changed.connect(self._keeper.save_soon)
        self._slow = Jobs(self, at_once=2)
        self.shelf = ModelShelf(Library(paths.models_dir(), self._device), self.jobs, self._slow, self)
        self.shelf.removed.connect(self.host.forget_masked)
        self._models = ModelUse(self.host, self._keeper, self.shelf, lambda: self.window, self)
        self._server = ServerUse(settings, self.host, server, self)
        self._server.local_wanted.connect(self._models.load)
        self._keeper.changed.connect(self._server.look)
        self._store = VersionStore(paths.versions_file())
        self._dialogs = dialogs
        self._unforeseen.connect(self._tell_unforeseen)
        self._windows = Windows(self._sit_down, self)
        self._coming_back = ComingBack(self._windows, self.jobs, self)

    @property
    def seats(self) -> list[Seat]:
        """Of the windows that are open."""
        return self._windows.seats

    @property
    def window(self) -> MainWindow:
        """The window that was used last, of those that are open."""
        return self._windows.window

    @property
    def page(self) -> Page:
        """The page in `window`."""
        return self.window.page

    @property
    def controller(self) -> Controller:
        """What the page in `window` has of the model."""
        return self._windows.used.controller

    def _sit_down(self) -> Seat:
        of_all = (self.settings, self.host, self.answers, self.jobs, self.statistics, self.keys, self._keeper, self._store)
        seat = Seat(*of_all, self._dialogs, self)
        window = seat.window
        window.model_wanted.connect(self._models.want)
        window.load_cancelled.connect(self._models.forget)
        window.models_wanted.connect(self._models.show)
        window.models.settings_changed.connect(self._models.tell_set)
        window.servers.key_changed.connect(self._server.ask_anew)
        window.statistics_wanted.connect(self._show_statistics)
        window.closing.connect(self.statistics.save_now)
        return seat

    def start(self, draft: Path | None = None) -> None:
        """Show the window, begin to load the model, open `draft`, or else what was open when the program ended."""
        self.window.show()
        if not self._server.alone:
            self._models.load()
        if draft is not None:
            self.window.open_draft(draft)
        self._coming_back.start(session=draft is None)
        self.jobs.start(self._store.check).failed.connect(self._versions_broken)

    @Slot()
    def open_window(self) -> None:
        """Open another window, for another draft."""
        self._windows.open()

    @Slot()
    def close_windows(self) -> None:
        """Close every window, or none; see `Windows.close_all`."""
        self._windows.close_all()

    @Slot(object)
    def draft_handed(self, draft: Path | None) -> None:
        """Come to the front, with `draft`, since a second process was asked for it."""
        self._windows.bring(draft)

    def tell(self, error: AfterwordError) -> None:
        """Say what is wrong."""
        WindowDialogs(self.window).show_error(sentence(error, self.window.tr))

    def tell_unforeseen(self, error: BaseException) -> None:
        """Say that something went wrong that nobody foresaw; may be called on any thread."""
        self._unforeseen.emit(error)

    @Slot(object)
    def _tell_unforeseen(self, _: BaseException) -> None:
        self.window.show_notice(self.tr("Something went wrong; the log says what. What you wrote is in the recovery journal."))

    @Slot(object)
    def show_crash(self, crash: Crash | None) -> None:
        """Say that the run before ended unexpectedly."""
        if crash is not None:
            self.window.crash_strip.show_crash(crash)

    def close(self) -> bool:
        """End all threads; False when a load could not be interrupted and is still running."""
        deadline = QDeadlineTimer(LEAVE_WITHIN_MS)
        self.host.leave()
        self.answers.leave()
        ended = [jobs.close(deadline.remainingTime()) for jobs in (self.jobs, self._slow)]
        ended.append(self.answers.close(deadline.remainingTime()))
        return self.host.close(deadline.remainingTime()) and all(ended)

    @Slot(object)
    def _versions_broken(self, error: Exception) -> None:
        if isinstance(error, AfterwordError):
            self.window.show_notice(sentence(error, self.window.tr))

    @Slot()
    def _show_statistics(self) -> None:
        StatisticsDialog(self.statistics, self.window).open()

    def _device(self) -> str:
        return str(self.settings["model.device"])

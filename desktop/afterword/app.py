"""The composition root: builds the objects of the rooms and connects them. Nothing else does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QObject, QPoint, QSize, Signal, Slot
from PySide6.QtWidgets import QDialog

from afterword import paths, secrets
from afterword.assist.answers import AnswerHost, Asker
from afterword.assist.controller import Controller
from afterword.assist.host import ModelHost
from afterword.assist.timing import LEAVE_WITHIN_MS
from afterword.assist.types import ModelState, Phase
from afterword.assist.worker import MaskedOpener, Opener
from afterword.crash import Crash
from afterword.drafts.recovery import Orphan, orphans
from afterword.drafts.version_store import VersionStore
from afterword.editor.page import Page
from afterword.engine.library import Library
from afterword.engine.masked import catalogue_masked, open_masked
from afterword.engine.opening import open_model
from afterword.engine.protocol import LanguageModel
from afterword.engine.server.types import Server
from afterword.errors import AfterwordError
from afterword.jobs import Jobs
from afterword.sentences import sentence
from afterword.session import Found, Session
from afterword.settings import Settings
from afterword.suggest.remote import RemoteOpener
from afterword.suggest.replacing import Proposes
from afterword.watch import Watch
from afterword.window.dialogs import Dialogs, WindowDialogs
from afterword.window.keeper import SettingsKeeper
from afterword.window.key_bindings import KeyBindings
from afterword.window.main_window import MainWindow
from afterword.window.model_shelf import ModelShelf
from afterword.window.models_dialog import ModelsDialog
from afterword.window.quitting import Quitting
from afterword.window.recovery_dialog import RecoveryDialog
from afterword.window.session_keeper import SessionKeeper
from afterword.window.sharing import address_of, is_agreed
from afterword.window.statistics_keeper import StatisticsKeeper, SuggestionCounter
from afterword.window.statistics_view import StatisticsDialog

_BESIDE = 32  # pixels between the corners of two windows

_log = logging.getLogger(__name__)

ServerOpener = Callable[[Server, str, bool], RemoteOpener]
"""Makes the opener of a server from its origin, and from whether the keyring has a key for that."""


def open_from_disk(settings: Settings) -> Opener:
    """Opens models as the window does: kept in the user's data directory, on the device that is set."""

    def opened(name: str, download: bool, watch: Watch) -> LanguageModel:
        return open_model(name, paths.models_dir(), watch, download=download, device=settings["model.device"])

    return opened


def open_masked_from_disk(settings: Settings) -> MaskedOpener:
    """Opens the masked model that is installed, if there is any, on the device that is set."""

    def opened() -> Proposes | None:
        folder = catalogue_masked(paths.models_dir())
        return None if folder is None else open_masked(folder, paths.models_dir(), settings["model.device"])

    return opened


def open_from_server(server: Server, origin: str, keyed: bool) -> RemoteOpener:
    """Opens the model of `server`, with the key that the system's keyring has for its `origin`, if it has one."""

    def opened(watch: Watch) -> LanguageModel:
        from afterword.engine.server.model import open_server  # with its libraries only where a server is used

        key = secrets.key_of(origin, watch.stopped) if keyed else ""
        return open_server(replace(server, key=key), watch)

    return opened


class Seat(QObject):
    """One window with its page, and what that wants of the model.

    Args:
        settings: of all windows.
        host: of the model, which all windows share.
        answers: to the questions of all windows.
        jobs: runs what takes time.
        statistics: of all windows.
        keys: of all windows.
        keeper: of the settings.
        store: of the versions of all drafts.
        dialogs: asks the writer.
    """

    def __init__(
        self,
        settings: Settings,
        host: ModelHost,
        answers: AnswerHost,
        jobs: Jobs,
        statistics: StatisticsKeeper,
        keys: KeyBindings,
        keeper: SettingsKeeper,
        store: VersionStore,
        dialogs: Dialogs | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.page = Page()
        self.window = MainWindow(self.page, settings, jobs, dialogs, keys=keys, keeper=keeper, store=store)
        self.controller = Controller(host, self)
        self.asker = Asker(answers, self)
        self._counter = SuggestionCounter(self.page, statistics, self)
        self._settings = settings
        self._connect(host)
        keeper.sampling_changed.connect(self.controller.set_sampling)
        keeper.changed.connect(self._setting_changed)
        self.controller.set_sampling(settings.sampling())
        self.controller.set_pace(settings["suggestions.pace"])

    def _connect(self, host: ModelHost) -> None:
        page, window, controller = self.page, self.window, self.controller
        page.suggestion_wanted.connect(controller.ask)
        page.suggestion_unwanted.connect(controller.cancel)
        page.typed.connect(controller.typed)
        page.suggestion_taken.connect(controller.taken)
        page.suggestion_typed.connect(controller.taken)
        page.suggestion_dropped.connect(controller.ignored)
        page.alternatives_wanted.connect(controller.look_further)
        page.branch_wanted.connect(controller.branch)
        page.replacements_wanted.connect(controller.find_replacements)
        page.cursor_rested.connect(controller.read)
        controller.suggestion_ready.connect(page.show_suggestion)
        controller.alternatives_ready.connect(page.offer_alternatives)
        controller.likeliest_found.connect(window.show_likeliest)
        controller.replacements_found.connect(window.show_replacements)
        controller.seen_measured.connect(window.notes.show_seen)
        controller.rested.connect(window.show_rest)
        window.likeliest_wanted.connect(controller.look_at)
        window.seen_wanted.connect(controller.measure_seen)
        host.state_changed.connect(window.show_model_state)
        host.rate_measured.connect(window.show_rate)
        page.suggestion_shown.connect(window.status.show_author)
        page.suggestion_settled.connect(window.status.show_author)
        window.sharing_changed.connect(controller.set_shared)
        window.sharing_changed.connect(window.status.show_sharing)
        controller.set_shared(window.sharing.shared)
        window.status.show_sharing(window.sharing.shared)
        window.asking.ask_wished.connect(self.asker.ask)
        window.asking.stop_wished.connect(self.asker.stop)
        self.asker.answer_grew.connect(window.asking.show_answer)
        self.asker.answer_ended.connect(window.asking.end)
        self.asker.answer_missing.connect(window.asking.miss)
        window.load_cancelled.connect(host.cancel_load)
        if host.state is not None:
            window.show_model_state(host.state)

    def leave(self) -> None:
        """The window is closed: nothing is wanted any more."""
        self.controller.cancel()
        self.asker.stop()
        self.window.deleteLater()
        self.deleteLater()

    @Slot(str)
    def _setting_changed(self, key: str) -> None:
        if key == "suggestions.pace":
            self.controller.set_pace(self._settings[key])
        elif key == "suggestions.enabled":
            self.controller.wake()


class Desk(QObject):
    """Everything that one running Afterword is made of, connected.

    Args:
        settings: loaded.
        opener: loads a model; without one, from the disk.
        dialogs: asks the writer; tests and the demo answer for themselves.
        server: makes the opener of a server.

    Signals:
        load_wished: the name of a model, and whether it may be downloaded.
        model_set: the name of the model that is used from now on.
    """

    load_wished = Signal(str, bool)
    model_set = Signal(str)
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
        self._keeper.changed.connect(self._setting_changed)
        self._open_server = server
        self._server: list[object] = []  # what is set of it
        self._alone = False  # whether there is to be no model on this machine
        self._setting_changed("server.url")
        self.statistics.settings_changed.connect(self._keeper.save_soon)
        self._slow = Jobs(self, at_once=2)
        self.shelf = ModelShelf(Library(paths.models_dir(), self._device), self.jobs, self._slow, self)
        self.shelf.removed.connect(self.host.forget_masked)
        self._store = VersionStore(paths.versions_file())
        self.load_wished.connect(self.host.load)
        self._dialogs = dialogs
        self._unforeseen.connect(self._tell_unforeseen)
        self._session = SessionKeeper(paths.session_file(), self._open_now, self.jobs, self)
        self._session.found.connect(self._come_back)
        self._wished = ""  # a model that is being loaded since the writer named it
        self.host.state_changed.connect(self._state_changed)
        self._quitting = Quitting(lambda: [seat.window for seat in self.seats], self._session.quit)
        self.seats: list[Seat] = []
        self._used = self._sit_down()

    @property
    def window(self) -> MainWindow:
        """The window that was used last, of those that are open."""
        return self._used.window

    @property
    def page(self) -> Page:
        """The page in `window`."""
        return self.window.page

    @property
    def controller(self) -> Controller:
        """What the page in `window` has of the model."""
        return self._used.controller

    def _sit_down(self) -> Seat:
        of_all = (self.settings, self.host, self.answers, self.jobs, self.statistics, self.keys, self._keeper, self._store)
        seat = Seat(*of_all, self._dialogs, self)
        self.seats.append(seat)
        window = seat.window
        window.model_wanted.connect(self._model_wanted)
        window.window_wanted.connect(self.open_window)
        window.used.connect(self._note_use)
        window.quit_wanted.connect(self.close_windows)
        window.documents.elsewhere = self._way_to
        window.statistics_wanted.connect(self._show_statistics)
        window.models_wanted.connect(self._show_models)
        window.models.settings_changed.connect(self._model_set)
        window.servers.key_changed.connect(self.server_changed)
        window.closing.connect(self.statistics.save_now)
        window.closing.connect(self._window_closing)
        window.documents.opened.connect(self._session.remember)
        return seat

    def start(self, draft: Path | None = None) -> None:
        """Show the window, begin to load the model, open `draft`, or else what was open when the program ended."""
        self.window.show()
        if not self._alone:
            self.load_wished.emit(self.settings["model.name"], False)
        if draft is not None:
            self.window.open_draft(draft)
        self._session.start(read=draft is None)
        self.jobs.start(self._store.check).failed.connect(self._versions_broken)
        if draft is not None:
            self._look_for_orphans()

    @Slot(object)
    def _versions_broken(self, error: Exception) -> None:
        if isinstance(error, AfterwordError):
            self.window.show_notice(sentence(error, self.window.tr))

    def _open_now(self) -> Session:
        used = next((number for number, seat in enumerate(self.seats) if seat is self._used), 0)
        return Session(tuple(seat.window.remembered() for seat in self.seats), used)

    @Slot(object)
    def _come_back(self, found: Found) -> None:
        """Have the windows with the drafts that were open; an empty one only where there was nothing else."""
        windows, front = found.session.windows, None
        drafts: set[Path] = set()
        for number, was in enumerate(windows):
            if (was.draft is None and len(windows) > 1) or was.draft in drafts:  # one draft is in one window only
                continue
            drafts |= {was.draft} if was.draft is not None else set()
            self._make_room(front is None)
            self.window.come_back(was)
            front = self._used if front is None or number == found.session.front else front
        if front is not None:
            front.window.come_forward()
        if found.missing:
            names = ", ".join(path.name for path in found.missing)
            self.window.show_notice(self.tr("Not there any more: {names}.").format(names=names))
        self._look_for_orphans()

    def _look_for_orphans(self) -> None:
        """Of what a crash left, once it is known which windows have which drafts."""
        self.jobs.start(orphans, paths.journals_dir()).done.connect(self._offer_recovery)

    @Slot(object)
    def _offer_recovery(self, found: list[Orphan]) -> None:
        if not found:
            return
        dialog = RecoveryDialog(found, self.jobs, self.window)
        dialog.recovered.connect(self._recover)
        dialog.thrown_away.connect(self._throw_away)
        dialog.left.connect(self._leave_for_later)
        dialog.open()

    @Slot(object)
    def _recover(self, orphan: Orphan) -> None:
        here = self._window_for(orphan.found.head.path)
        if here is not None:
            here.come_forward()
        else:
            self._make_room()
        (here or self.window).recovering.recover(orphan)

    def _make_room(self, here: bool = True) -> None:
        """Have a window in front on which no draft gives way to another: another one where it cannot be `here`."""
        if not here or not self.window.documents.empty or self.window.recovering.busy:
            self.open_window()

    def _window_for(self, path: Path | None) -> MainWindow | None:
        """The window that has the draft at `path`, if it was not changed there since."""
        if path is None:
            return None
        windows = (seat.window for seat in self.seats)
        return next((window for window in windows if window.documents.has(path) and not window.documents.dirty), None)

    @Slot(object)
    def _throw_away(self, orphan: Orphan) -> None:
        self.jobs.start(orphan.drop)

    @Slot(object)
    def _leave_for_later(self, orphan: Orphan) -> None:
        orphan.leave()

    @Slot()
    def open_window(self) -> None:
        """Open another window, for another draft, a little beside the one that was used last."""
        before = self.window
        self._used = self._sit_down()
        self.window.move(_beside(before, self.window.size()))
        self.window.show()

    @Slot()
    def close_windows(self) -> None:
        """Close every window once all have asked about what is not saved; where the writer would rather stay none closes."""
        self._quitting.begin()

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

    @Slot()
    def _window_closing(self) -> None:
        leaving = [seat for seat in self.seats if seat.window is self.sender()]
        if len(self.seats) == 1:
            self._session.closing()
        for seat in leaving if len(self.seats) > 1 else ():  # the last one stays until the end
            self.seats.remove(seat)
            if self._used is seat:
                self._used = self.seats[-1]
            seat.leave()

    @Slot()
    def _show_statistics(self) -> None:
        StatisticsDialog(self.statistics, self.window).open()

    @Slot()
    def _show_models(self) -> None:
        open_already = self.window.findChild(ModelsDialog)
        if open_already is not None:
            open_already.raise_()
            open_already.activateWindow()
            return
        dialog = ModelsDialog(self.shelf, self.settings["model.name"], self.settings["model.device"], self.window)
        dialog.device_chosen.connect(self._device_chosen)
        dialog.model_wanted.connect(self.window.models.want)
        dialog.folder_wanted.connect(self.window.models.choose_folder)
        dialog.file_wanted.connect(self.window.models.choose_file)
        dialog.server_wanted.connect(self.window.servers.show)
        self.window.drop.watch(dialog)
        self.model_set.connect(dialog.show_used)
        dialog.show()

    def _device(self) -> str:
        return str(self.settings["model.device"])

    @Slot(str)
    def _device_chosen(self, device: str) -> None:
        self.settings["model.device"] = device
        self._keeper.save_soon()
        self.load_wished.emit(self._wished or self.settings["model.name"], bool(self._wished))

    @Slot()
    def _model_set(self) -> None:
        self.model_set.emit(self.settings["model.name"])

    @Slot(str)
    def _model_wanted(self, name: str) -> None:
        """The writer named a model: that is the wish to download it where it is missing."""
        self._wished = name
        self.load_wished.emit(name, True)

    @Slot(str)
    def _setting_changed(self, key: str) -> None:
        keys = ("url", "model", "alone", "unencrypted", "keyed")
        server = [self.settings[f"server.{key}"] for key in keys] if is_agreed(self.settings) else []
        if key.startswith("server.") and server != self._server:
            self._server = server
            self.server_changed()

    @Slot()
    def server_changed(self) -> None:
        """Ask the server that is set, if the writer agreed to it; what was asked of the one before is cancelled."""
        settings, place = self.settings, address_of(self.settings) if is_agreed(self.settings) else None
        was_alone, self._alone = self._alone, place is not None and settings["server.alone"]
        if place is None:
            self.host.use_server(None)
        else:
            server = Server(settings["server.url"], settings["server.model"], unencrypted=settings["server.unencrypted"])
            opener = self._open_server(server, place.origin, place.origin in settings["server.keyed"])
            self.host.use_server(opener, place.origin, alone=self._alone)
        if was_alone and not self._alone:
            self.load_wished.emit(settings["model.name"], False)

    @Slot(object)
    def _state_changed(self, state: ModelState) -> None:
        if state.phase in (Phase.READY, Phase.FAILED) and state.name == self._wished:
            self._wished = ""

    @Slot(object)
    def draft_handed(self, draft: Path | None) -> None:
        """Come to the front, with `draft`, since a second process was asked for it."""
        go_there = None if draft is None else self._way_to(draft)
        if go_there is not None:
            go_there()
            return
        if draft is not None:  # what is asked in a window is about the draft that is there
            self._make_room(not any(dialog.isVisible() for dialog in self.window.findChildren(QDialog)))
        self.window.come_forward()
        if draft is not None:
            self.window.open_draft(draft)

    def _way_to(self, draft: Path) -> Callable[[], None] | None:
        """What brings the window that has `draft` to the front; None where none has. Two would write over each other's work."""
        window = next((seat.window for seat in self.seats if seat.window.documents.has(draft)), None)
        return None if window is None else partial(_show_again, window, draft)

    @Slot()
    def _note_use(self) -> None:
        self._used = next((seat for seat in self.seats if seat.window is self.sender()), self._used)


def _beside(window: MainWindow, size: QSize) -> QPoint:
    """The corner of a window of this size, a little beside another one; at the corner of the screen where it would leave it."""
    corner = window.pos() + QPoint(_BESIDE, _BESIDE)
    screen = window.screen().availableGeometry()
    if corner.x() + size.width() > screen.right() or corner.y() + size.height() > screen.bottom():
        return screen.topLeft()
    return corner


def _show_again(window: MainWindow, draft: Path) -> None:
    window.come_forward()
    window.open_draft(draft)

"""The composition root: builds the objects of the rooms and connects them. Nothing else does."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType, TracebackType

from PySide6.QtCore import QDeadlineTimer, QLocale, QObject, QSocketNotifier, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from afterword import __version__, paths
from afterword.assist.controller import Controller
from afterword.assist.timing import LEAVE_WITHIN_MS
from afterword.assist.worker import Opener
from afterword.editor.page import Page
from afterword.engine.opening import open_model
from afterword.engine.protocol import LanguageModel
from afterword.instance import Instance, hand_over, server_name
from afterword.jobs import Jobs
from afterword.sentences import sentence
from afterword.settings import Settings, load_settings
from afterword.watch import Watch
from afterword.window.dialogs import Dialogs, WindowDialogs
from afterword.window.main_window import MainWindow

_STARTING_S = 5  # how long a process that is just starting may take until it answers

_log = logging.getLogger(__name__)


def open_from_disk(name: str, download: bool, watch: Watch) -> LanguageModel:
    """Open a model as the window does: converted models are kept in the user's data directory."""
    return open_model(name, paths.models_dir(), watch, download=download)


class Desk(QObject):
    """Everything that one running Afterword is made of, connected.

    Args:
        settings: loaded.
        opener: loads a model; tests may pass their own.
        dialogs: asks the writer; tests and the demo answer for themselves.

    Signals:
        load_wished: the name of a model, and whether it may be downloaded.
    """

    load_wished = Signal(str, bool)

    def __init__(
        self,
        settings: Settings,
        opener: Opener = open_from_disk,
        dialogs: Dialogs | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self.jobs = Jobs(self)
        self.page = Page()
        self.window = MainWindow(self.page, settings, self.jobs, dialogs)
        self.controller = Controller(opener, self)
        self._connect()

    def _connect(self) -> None:
        page, window, controller = self.page, self.window, self.controller
        page.suggestion_wanted.connect(controller.ask)
        page.suggestion_unwanted.connect(controller.cancel)
        page.suggestion_stopped.connect(controller.stop)
        page.suggestion_taken.connect(controller.taken)
        page.suggestion_typed.connect(controller.taken)
        page.suggestion_dropped.connect(controller.ignored)
        page.alternatives_wanted.connect(controller.look_further)
        page.cursor_rested.connect(controller.read)
        controller.suggestion_ready.connect(page.show_suggestion)
        controller.alternatives_ready.connect(page.offer_alternatives)
        controller.likeliest_found.connect(window.likeliest.open_with)
        window.seen_wanted.connect(controller.measure_seen)
        controller.seen_measured.connect(window.notes.show_seen)
        page.branch_wanted.connect(controller.branch)
        window.likeliest_wanted.connect(controller.look_at)
        window.suggestions_switched.connect(controller.wake)
        controller.rested.connect(window.show_rest)
        controller.state_changed.connect(window.show_model_state)
        controller.rate_measured.connect(window.show_rate)
        window.sampling_changed.connect(controller.set_sampling)
        window.pace_changed.connect(controller.set_pace)
        window.model_wanted.connect(self._model_wanted)
        window.load_cancelled.connect(controller.cancel_load)
        self.load_wished.connect(controller.load)
        controller.set_sampling(self.settings.sampling())
        controller.set_pace(self.settings["suggestions.pace"])

    def start(self, draft: Path | None = None) -> None:
        """Show the window, begin to load the model, open `draft`."""
        self.window.show()
        self.load_wished.emit(self.settings["model.name"], False)
        if draft is not None:
            self.window.open_draft(draft)

    def close(self) -> bool:
        """End all threads; False when a load could not be interrupted and is still running."""
        deadline = QDeadlineTimer(LEAVE_WITHIN_MS)
        self.controller.leave()
        jobs_ended = self.jobs.close(deadline.remainingTime())
        return self.controller.close(deadline.remainingTime()) and jobs_ended

    @Slot(str)
    def _model_wanted(self, name: str) -> None:
        """The writer named a model: that is the wish to download it where it is missing."""
        self.load_wished.emit(name, True)

    @Slot(object)
    def draft_handed(self, draft: Path | None) -> None:
        """Come to the front, with `draft`, since a second process was asked for it."""
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        if draft is not None:
            self.window.open_draft(draft)


class Terminal(QObject):
    """Ctrl+C in the terminal and the system's SIGTERM close the window, which asks about what is not saved.

    Python runs a signal's handler only between two of its own instructions, and there may be none for long while Qt waits; but
    the signal's number is written to a socket at once, and that wakes Qt (signal.set_wakeup_fd).
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._ours, self._python = socket.socketpair()
        self._python.setblocking(False)
        self._ours.setblocking(False)
        signal.set_wakeup_fd(self._python.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _do_nothing)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._signalled)

    def close(self) -> None:
        """Leave the signals to the system again."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        self._ours.close()
        self._python.close()

    @Slot()
    def _signalled(self) -> None:
        self._ours.recv(64)
        self._window.close()


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """The work is done by Terminal, in Qt's loop."""


def run(draft: Path | None) -> int:
    """Open the window and stay until it is closed, which ends the process; returns 0 when another one took the draft."""
    application = make_application()
    name = server_name(paths.data_dir())
    instance = Instance(name)
    if hand_over(name, draft):
        return 0
    tries = _STARTING_S
    while not instance.listen() and tries > 0:  # another one is just starting: it answers once its window is there
        if hand_over(name, draft):
            return 0
        time.sleep(1)
        tries -= 1
    settings, unreadable = load_settings(paths.settings_file())
    desk = Desk(settings)
    instance.draft_handed.connect(desk.draft_handed)
    sys.excepthook = _log_unforeseen
    terminal = Terminal(desk.window)
    desk.start(draft)
    if unreadable is not None:
        WindowDialogs(desk.window).show_error(sentence(unreadable, desk.window.tr))
    code = application.exec()
    terminal.close()
    instance.close()
    desk.close()
    # Not through the interpreter's own end: a library may be in the middle of something that cannot be interrupted (an import,
    # reading weights), and a thread that is torn down with its interpreter would crash; and taking torch apart takes a second
    # more. The drafts are saved or were given up by the writer.
    logging.shutdown()
    os._exit(code)


def make_application() -> QApplication:
    """The one QApplication, with its name and icon."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Afterword")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("afterword")
    application.setWindowIcon(QIcon(str(paths.resources_dir() / "icons" / "afterword.svg")))
    QLocale.setDefault(QLocale.system())
    return application


def _log_unforeseen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.error("unforeseen", exc_info=(kind, error, trace))

"""The composition root: builds the objects of the rooms and connects them. Nothing else does."""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QLocale, QObject, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from afterword import __version__, errors, paths
from afterword.assist.controller import Controller
from afterword.assist.worker import Opener
from afterword.editor.page import Page
from afterword.engine.opening import open_model
from afterword.engine.protocol import LanguageModel
from afterword.instance import Instance, hand_over, server_name
from afterword.jobs import Jobs
from afterword.sentences import sentence
from afterword.settings import Settings
from afterword.watch import Watch
from afterword.window.dialogs import Dialogs
from afterword.window.main_window import MainWindow

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
        controller.suggestion_ready.connect(page.show_suggestion)
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
        jobs_ended = self.jobs.close()
        return self.controller.close() and jobs_ended

    @Slot(str)
    def _model_wanted(self, name: str) -> None:
        """The writer named a model: that is the wish to download it where it is missing."""
        self.load_wished.emit(name, True)

    @Slot(object)
    def draft_handed(self, draft: Path | None) -> None:
        """Come to the front, with `draft`, since a second process was asked for it."""
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        if draft is not None:
            self.window.open_draft(draft)


def run(draft: Path | None) -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    application = make_application()
    name = server_name(paths.data_dir())
    if hand_over(name, draft):
        return 0
    settings, unreadable = load_settings()
    desk = Desk(settings)
    instance = Instance(name, desk)
    instance.draft_handed.connect(desk.draft_handed)
    sys.excepthook = _log_unforeseen
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    desk.start(draft)
    if unreadable is not None:
        desk.window.show_notice(sentence(unreadable, desk.window.tr))
    code = application.exec()
    if not desk.close():
        # A library is in the middle of something that cannot be interrupted (an import, reading weights). The drafts are
        # saved or were given up by the writer; a thread that is torn down with its interpreter would crash.
        logging.shutdown()
        os._exit(code)
    return code


def make_application() -> QApplication:
    """The one QApplication, with its name and icon."""
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Afterword")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("afterword")
    application.setWindowIcon(QIcon(str(paths.resources_dir() / "icons" / "afterword.svg")))
    QLocale.setDefault(QLocale.system())
    return application


def load_settings() -> tuple[Settings, errors.SettingsUnreadable | None]:
    """The settings, and the error when their file could not be read."""
    settings = Settings(paths.settings_file())
    try:
        for wrong in settings.load():
            _log.warning("a setting was left at its default: %s", wrong)
    except errors.SettingsUnreadable as error:
        _log.warning("the settings cannot be read", exc_info=True)
        return settings, error
    return settings, None


def _log_unforeseen(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.error("unforeseen", exc_info=(kind, error, trace))

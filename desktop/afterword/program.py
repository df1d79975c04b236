"""One run of the program with a window: the process, its signals, and what is left of it where it ends unexpectedly."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QLocale, QObject, QSocketNotifier, QTimer, Slot, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from afterword import __version__, paths
from afterword.app import Desk
from afterword.crash import Run, last_crash
from afterword.garbage import Collector
from afterword.instance import Instance, hand_over, server_name
from afterword.settings import load_settings

_STARTING_S = 5  # how long a process that is just starting may take until it answers


class Terminal(QObject):
    """Ctrl+C in the terminal and the system's SIGTERM close the windows, which ask about what is not saved.

    Python runs a signal's handler only between two of its own instructions, and there may be none for long while Qt waits; but
    the signal's number is written to a socket at once, and that wakes Qt (signal.set_wakeup_fd).
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
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
        self._desk.close_windows()


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """The work is done by Terminal, in Qt's loop."""


def run(draft: Path | None) -> int:
    """Open the window and stay until it is closed, which ends the process; returns 0 when another one took the draft."""
    with Run(paths.log_dir()) as watched:
        qInstallMessageHandler(watched.take_qt_message)
        application = make_application()
        collector = Collector(application)
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
        watched.on_unforeseen = desk.tell_unforeseen
        instance.draft_handed.connect(desk.draft_handed)
        terminal = Terminal(desk)
        minute = QTimer(application, interval=60_000)
        minute.timeout.connect(watched.goes_on)
        minute.start()
        desk.start(draft)
        desk.jobs.start(last_crash, paths.log_dir()).done.connect(desk.show_crash)
        if unreadable is not None:
            desk.tell(unreadable)
        code = application.exec()
        terminal.close()
        instance.close()
        desk.close()
        collector.close()
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
    locale = QLocale.system()
    locale.setNumberOptions(QLocale.NumberOption.DefaultNumberOptions)  # that of a system without languages groups no digits
    QLocale.setDefault(locale)
    return application

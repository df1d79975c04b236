"""A window in which a server is chosen, with a connection test that asks nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from afterword.editor.page import Page
from afterword.engine.server.types import Abilities, Server
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.watch import Watch
from afterword.window.actions import Action
from afterword.window.consent_dialog import ConsentDialog
from afterword.window.main_window import MainWindow
from afterword.window.server_dialog import ServerDialog
from tests.fakes.keyring import FakeKeyring

from .conftest import ScriptedDialogs

URL, ORIGIN, KEY = "https://server.example/v1", "https://server.example", "sk-very-secret-0815"
ABLE = Abilities(
    "vllm", "0.12", ("big", "small"), "big", True, True, 5, frozenset({"no_repeat_ngram", "dry_multiplier"}), 0.25, 8192
)


class Probe:
    """Asks no server: answers as the test says, and remembers what it was to ask."""

    def __init__(self) -> None:
        self.asked: list[Server] = []
        self.answer: Abilities | Exception = ABLE
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self, server: Server, watch: Watch) -> Abilities:
        self.asked.append(server)
        while not self.may_end.wait(0.005):
            watch.check()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def probe() -> Iterator[Probe]:
    probe = Probe()
    yield probe
    probe.may_end.set()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, jobs: Jobs, dialogs: ScriptedDialogs, probe: Probe) -> MainWindow:
    window = MainWindow(Page(), settings, jobs, dialogs, probe=probe)
    qtbot.addWidget(window, before_close_func=lambda window: window.page.document().setModified(False))
    window.show()
    qtbot.waitExposed(window)
    return window


def named(dialog: QWidget, name: str) -> QLineEdit:
    [field] = [field for field in dialog.findChildren(QLineEdit) if field.accessibleName() == name]
    return field


def box(dialog: QWidget, text: str) -> QCheckBox:
    [found] = [found for found in dialog.findChildren(QCheckBox) if found.text() == text]
    return found


def button(dialog: QWidget, text: str) -> QPushButton:
    [found] = [found for found in dialog.findChildren(QPushButton) if found.text() == text]
    return found


def shown(window: MainWindow) -> ServerDialog:
    """The dialog, which is opened where it is not yet."""
    if (dialog := open_dialog(window)) is None:
        window.menus.actions[Action.SERVER].trigger()
        dialog = open_dialog(window)
    assert dialog is not None
    return dialog


def open_dialog(window: MainWindow) -> ServerDialog | None:
    return next((dialog for dialog in window.findChildren(ServerDialog) if dialog.isVisible()), None)


def filled(window: MainWindow, url: str = URL, key: str = "", *, enabled: bool = True) -> ServerDialog:
    dialog = shown(window)
    named(dialog, "Address").setText(url)
    named(dialog, "Key").setText(key)
    box(dialog, "Use this server").setChecked(enabled)
    return dialog


def saved(window: MainWindow, key: str) -> None:
    button(filled(window, URL, key, enabled=False), "Save").click()


def forgotten(window: MainWindow) -> None:
    dialog = filled(window, URL, enabled=False)
    assert button(dialog, "Forget it").isVisible()
    button(dialog, "Forget it").click()
    button(dialog, "Save").click()


def refused(window: MainWindow, qtbot: QtBot, system_keyring: FakeKeyring) -> None:
    """A key is given that no keyring takes."""
    system_keyring.reason = "there is no keyring"
    with qtbot.waitSignal(window.key_strip.told):
        saved(window, KEY)


def shares(window: MainWindow) -> bool:
    return window.sharing.shared


def consent(window: MainWindow) -> ConsentDialog | None:
    return next((dialog for dialog in window.findChildren(ConsentDialog) if dialog.isVisible()), None)


def asked(window: MainWindow) -> ConsentDialog:
    dialog = consent(window)
    assert dialog is not None
    return dialog


def said_by(qtbot: QtBot, dialog: ServerDialog) -> str:
    with qtbot.waitSignal(dialog.told):
        button(dialog, "Test connection").click()
    return dialog.found


def told(dialog: QWidget) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


@pytest.fixture
def by_hand(settings: Settings) -> Settings:
    settings["server.enabled"], settings["server.url"] = True, URL
    return settings

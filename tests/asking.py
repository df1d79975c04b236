"""Somebody at a desk who asks about the draft."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from afterword.app import Desk
from afterword.assist.types import Phase
from afterword.engine.protocol import LanguageModel
from afterword.engine.server.types import Server
from afterword.settings import Settings
from afterword.suggest.remote import RemoteOpener
from afterword.watch import Watch
from afterword.window import asking
from afterword.window.consent_dialog import ConsentDialog
from afterword.window.given_dialog import GivenDialog
from tests.desk import Answers
from tests.fakes.scripted import ScriptedModel
from tests.window.conftest import focused, part

ORIGIN = "https://there.example"
WAIT = 60_000
LONG = "The meeting that was held on Tuesday did not decide."
SHORT = "The meeting on Tuesday decided nothing."
DRAFT = f"Minutes. {LONG} The end."


class Writer:
    """Somebody at a desk who asks."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot, self.folder = qtbot, folder
        self.model, self.server = ScriptedModel(" the city.", name="here"), ScriptedModel(" the town.", name="there")
        self.model.reply, self.server.reply = SHORT, "From there."
        self.opened: list[Server] = []
        self.told: list[str] = []
        self.settings = Settings(folder / "settings.toml")
        self.settings["suggestions.pace"] = "eager"

    def start(self, *, agreed: bool | None = None, loads: bool = True) -> None:
        """`agreed`: whether to a server; None where there is none."""
        if agreed is not None:
            self.settings["server.url"], self.settings["server.enabled"] = ORIGIN, True
            self.settings["server.agreed"] = self.settings["server.agreed_asking"] = ORIGIN if agreed else ""
        self.desk = Desk(self.settings, self.load, Answers(self.folder / "draft.md"), server=self.server_opener)
        self.page, self.window, self.panel = self.desk.page, self.desk.window, self.desk.window.ask_panel
        self.window.asking.told.connect(self.told.append)
        self.desk.start()
        self.page.setFocus()
        self.qtbot.waitUntil(self.page.hasFocus, timeout=WAIT)
        self.until(lambda: self.desk.host.state is not None and self.desk.host.state.phase is Phase.READY)

    def load(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        return self.model

    def server_opener(self, server: Server, origin: str, keyed: bool) -> RemoteOpener:
        def opened(watch: Watch) -> LanguageModel:
            self.opened.append(server)
            return self.server

        return opened

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)

    def has(self, text: str, selected: str = "") -> None:
        self.page.set_text(text)
        self.select(selected)

    def select(self, selected: str) -> None:
        cursor = self.page.textCursor()
        start = self.page.text().index(selected) if selected else len(self.page.text())
        cursor.setPosition(start)
        cursor.setPosition(start + len(selected), QTextCursor.MoveMode.KeepAnchor)
        self.page.setTextCursor(cursor)

    def opens(self) -> None:
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)
        QTest.keyClick(self.page, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        assert focused() is self.panel.field

    def asks(self, question: str) -> None:
        self.opens()
        self.panel.field.clear()
        QTest.keyClicks(self.panel.field, question)
        QTest.keyClick(self.panel.field, Qt.Key.Key_Return)

    def is_shown_what_leaves(self, question: str = "Shorter") -> ConsentDialog:
        """Ask the server, to whom no question went so far, about what is selected."""
        self.has(DRAFT, LONG)
        self.opens()
        self.chooses(1)
        self.asks(question)
        dialog = self.dialog(ConsentDialog)
        assert isinstance(dialog, ConsentDialog)
        return dialog

    def hears(self, text: str) -> None:
        self.until(lambda: self.answer == text and not self.panel.busy)

    def presses(self, text: str) -> None:
        self.button(text).click()

    def button(self, text: str) -> QPushButton:
        [found] = [button for button in self.panel.findChildren(QPushButton) if button.text() == text]
        return found

    def chooses(self, who: int) -> None:
        combo = part(self.panel, QComboBox)
        combo.setCurrentIndex(who)
        combo.activated.emit(who)

    @property
    def answer(self) -> str:
        return self.panel.transcript.answer

    @property
    def asked(self) -> str:
        """What the model of this machine was asked last."""
        return self.model.questions[-1].messages[-1].text

    def dialog(self, kind: type[ConsentDialog] | type[GivenDialog]) -> QWidget | None:
        return next((d for d in self.window.findChildren(kind) if d.isVisible()), None)

    def leave(self) -> None:
        while len(self.desk.seats) > 1:
            before = len(self.desk.seats)
            self.desk.seats[-1].window.close()
            self.until(lambda before=before: len(self.desk.seats) < before)  # type: ignore[misc]
        self.window.close()
        self.until(lambda: not self.window.isVisible())
        assert self.desk.close()


@pytest.fixture
def writer(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Writer]:
    monkeypatch.setattr(asking, "_QUIET_MS", 10 * WAIT)  # that an answer takes a while is not told, however busy the machine
    writer = Writer(qtbot, tmp_path)
    yield writer
    writer.leave()
    assert (writer.model.iterators_open, writer.server.iterators_open) == (0, 0)
    QGuiApplication.clipboard().clear()

"""The whole desk with a scripted model, and somebody at it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from afterword.app import Desk
from afterword.engine.protocol import LanguageModel
from afterword.errors import ModelMissing
from afterword.settings import Settings
from afterword.watch import Watch
from afterword.window.dialogs import PathAnswer, Twice, Unsaved, WindowDialogs
from tests.fakes.scripted import ScriptedModel


class Answers(WindowDialogs):
    """Saves where it is told to, and discards when asked about changes."""

    def __init__(self, draft: Path) -> None:
        self._owner = QWidget()
        super().__init__(self._owner)
        self.draft = draft
        self.errors: list[str] = []
        self.twice = Twice.GO_THERE

    def choose_save(self, suggested: Path, answer: PathAnswer) -> None:
        answer(self.draft)

    def ask_unsaved(self, name: str, answer: object) -> None:
        answer(Unsaved.DISCARD)  # type: ignore[operator]

    def ask_elsewhere_open(self, name: str, answer: Callable[[Twice], None]) -> None:
        answer(self.twice)

    def show_error(self, message: str) -> None:
        self.errors.append(message)


class Writer:
    """A desk with somebody at it."""

    def __init__(self, qtbot: QtBot, folder: Path, model: ScriptedModel) -> None:
        self.qtbot = qtbot
        self.model = model
        self.may_load = threading.Event()
        self.may_load.set()
        self.loading = threading.Event()
        self.opened: list[tuple[str, bool]] = []
        self.dialogs = Answers(folder / "draft.md")
        settings = Settings(folder / "settings.toml")
        settings.load()
        settings["suggestions.pace"] = "eager"
        self.desk = Desk(settings, self.open, self.dialogs)
        self.page, self.window = self.desk.page, self.desk.window

    def open(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        self.opened.append((name, download))
        self.loading.set()
        while not self.may_load.wait(0.01):
            watch.check()
        if name == "missing":
            raise ModelMissing(name)
        return self.model

    def start(self) -> None:
        self.desk.start()
        self.page.setFocus()
        self.qtbot.waitUntil(self.page.hasFocus)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.page, text)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.page, key, modifier)

    def leave(self) -> None:
        for number in range(len(self.desk.seats) - 1, 0, -1):
            self.desk.seats[number].window.close()
            self.qtbot.waitUntil(lambda number=number: len(self.desk.seats) == number)  # type: ignore[misc]
        self.window.close()
        self.qtbot.waitUntil(lambda: not self.window.isVisible())
        assert self.desk.close()

    def sees(self, ghost: str) -> None:
        self.qtbot.waitUntil(lambda: self.page.ghost_text == ghost)


@pytest.fixture
def writer(qtbot: QtBot, tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(qtbot, tmp_path, ScriptedModel(" the city of Nova Haven."))
    yield writer
    writer.may_load.set()
    writer.leave()

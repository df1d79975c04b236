"""Other words for one on the page, with the whole desk: from the key to the word that stands there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from afterword import paths
from afterword.app.openers import open_masked_from_disk
from afterword.assist.types import Phase
from afterword.engine.protocol import Piece, Request
from afterword.errors import GenerationFailed
from afterword.settings import Settings
from afterword.window import status_bar
from tests.desk import Writer
from tests.desk import writer as writer
from tests.engine.tiny_masked import tiny_bert

CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_word_is_asked_about_and_another_chosen_while_suggestions_are_off(writer: Writer, qtbot: QtBot) -> None:
    writer.start()
    _model_is_there(writer)
    writer.page.suggestions_enabled = False
    writer.type("Once there was a city by the sea")
    writer.model.set_candidates(["river and", "sea and", "lake and"])
    writer.press(Qt.Key.Key_Semicolon, CTRL)
    qtbot.waitUntil(writer.window.replacements.isVisible)
    words = QApplication.focusWidget()
    assert words is not None
    QTest.keyClick(words, Qt.Key.Key_Down)
    QTest.keyClick(words, Qt.Key.Key_Return)
    assert writer.page.text() == "Once there was a city by the lake"
    writer.page.undo()
    assert writer.page.text() == "Once there was a city by the sea"


def test_words_that_come_too_late_open_nothing(writer: Writer, qtbot: QtBot) -> None:
    writer.start()
    writer.page.suggestions_enabled = False
    writer.type("by the sea")
    writer.model.set_candidates(["river and"])
    _model_is_there(writer)
    made, heard = threading.Event(), list[object]()
    found = writer.desk.host.worker.replacements_made
    found.connect(lambda *_: made.set(), Qt.ConnectionType.DirectConnection)  # on the model's thread
    found.connect(lambda *said: heard.append(said))
    writer.press(Qt.Key.Key_Semicolon, CTRL)
    assert made.wait(20)  # the model's thread works, and the window does nothing
    writer.press(Qt.Key.Key_Left)
    writer.press(Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: bool(heard))
    qtbot.wait(20)
    assert not writer.window.replacements.isVisible()
    writer.press(Qt.Key.Key_Semicolon, CTRL)
    qtbot.waitUntil(writer.window.replacements.isVisible)
    writer.window.replacements.close()


def _model_is_there(writer: Writer) -> None:
    writer.qtbot.waitUntil(lambda: writer.desk.host.state is not None and writer.desk.host.state.phase is Phase.READY)


def test_before_a_model_is_there_that_is_said(writer: Writer, qtbot: QtBot) -> None:
    writer.may_load.clear()
    writer.desk.start()
    qtbot.waitUntil(writer.loading.is_set)
    writer.page.set_text("sea")
    writer.press(Qt.Key.Key_Semicolon, CTRL)
    assert writer.window.status.currentMessage() == "Other words come from a model on this machine, and none is loaded."
    writer.may_load.set()


@pytest.mark.parametrize("ends", ["the model breaks", "another model"])
def test_where_none_will_come_nobody_says_that_they_are_looked_for(
    writer: Writer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    monkeypatch.setattr(status_bar, "NOTICE_MS", 1_000_000)
    go_on = threading.Event()

    def candidates(request: Request, n: int, whole: object, stopped: Callable[[], bool]) -> list[list[Piece]]:
        while not go_on.wait(0.01) and not stopped():
            pass
        if ends == "the model breaks":
            raise GenerationFailed("m", "broken")
        return []

    writer.start()
    writer.page.suggestions_enabled = False
    writer.type("by the sea")
    _model_is_there(writer)
    writer.model.candidates = candidates  # type: ignore[method-assign, assignment]
    writer.press(Qt.Key.Key_Semicolon, CTRL)
    status = writer.window.status
    qtbot.waitUntil(lambda: status.currentMessage() == "Looking for other words…")
    if ends == "another model":
        writer.desk.host.load("another")
    go_on.set()
    qtbot.waitUntil(lambda: status.currentMessage() == "")


def test_the_masked_model_among_the_models_is_the_one_that_proposes(tmp_path: Path) -> None:
    opens = open_masked_from_disk(Settings(tmp_path / "settings.toml"))
    assert opens() is None
    tiny_bert(paths.models_dir() / "bert")
    model = opens()
    assert model is not None
    assert model.propose("so he ", " water today", 1, 8)[0] == "drinks"
    model.close()

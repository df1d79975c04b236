"""A keyring that was locked when the key of a server was needed: what the status bar says to do mends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from afterword.app import Desk
from afterword.engine.protocol import LanguageModel
from afterword.settings import Settings
from afterword.watch import Watch
from afterword.window.server_dialog import ServerDialog
from afterword.window.server_label import ServerLabel
from tests.desk import Answers
from tests.fakes import openai_server
from tests.fakes.keyring import FakeKeyring
from tests.fakes.openai_server import OpenAIServer
from tests.fakes.scripted import ScriptedModel
from tests.window.conftest import part

WAIT = 60_000


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server.running() as server:
        server.key, server.says = "sk-0815", " left the quay at noon."
        yield server


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, server: OpenAIServer) -> Iterator[Desk]:
    def load(name: str, download: bool, watch: Watch) -> LanguageModel:
        return ScriptedModel("")

    settings = Settings(tmp_path / "settings.toml")
    settings["suggestions.pace"] = "eager"
    settings["server.url"] = settings["server.agreed"] = server.url
    settings["server.enabled"], settings["server.keyed"] = True, [server.url]
    desk = Desk(settings, load, Answers(tmp_path / "draft.md"))
    desk.start()
    yield desk
    desk.page.document().setModified(False)
    desk.window.close()
    qtbot.waitUntil(lambda: not desk.window.isVisible(), timeout=WAIT)
    assert desk.close()


def test_once_the_keyring_is_open_a_test_of_the_connection_has_the_server_asked_again(
    qtbot: QtBot, desk: Desk, server: OpenAIServer, system_keyring: FakeKeyring
) -> None:
    system_keyring.keys[server.url], system_keyring.reason = server.key, "it is locked"
    label = part(desk.window.status, ServerLabel)
    QTest.keyClicks(desk.page, "The ferry")
    qtbot.waitUntil(lambda: label.text() == "server: no key", timeout=WAIT)
    assert "Open the keyring and test the connection" in label.toolTip()
    assert server.connections == 0
    system_keyring.reason = ""
    desk.window.servers.show()
    dialog = part(desk.window, ServerDialog)
    [test] = [button for button in dialog.findChildren(QPushButton) if button.text() == "Test connection"]
    test.click()
    qtbot.waitUntil(lambda: label.text() == f"server: {server.url.rpartition('//')[2]}", timeout=WAIT)
    dialog.reject()
    QTest.keyClicks(desk.page, " left")
    qtbot.waitUntil(lambda: desk.page.ghost_text == " the quay at noon.", timeout=WAIT)

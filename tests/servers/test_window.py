"""The whole desk, off-screen, with real servers and the real starter model: what a writer sees. Pictures go to build/servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from afterword.app import Desk
from afterword.assist import cascading
from afterword.assist.types import Phase
from afterword.engine.opening import open_model
from afterword.engine.protocol import LanguageModel
from afterword.errors import ServerUnreachable
from afterword.settings import Settings
from afterword.suggest.rest import REST_FIRST
from afterword.watch import Watch
from afterword.window.server_label import ServerLabel
from tests.desk import Answers
from tests.fakes.scripted import ScriptedModel
from tests.servers.real import MODEL, ROOT, Running
from tests.window.conftest import part

pytestmark = [pytest.mark.servers, pytest.mark.starter]

BEGINNING = "Once upon a time, the"
PICTURES = ROOT / "build" / "servers"
WAIT = 120_000


class Writer:
    """Somebody at a desk with a real server, to which they agreed."""

    def __init__(self, qtbot: QtBot, folder: Path, server: Running, load: Callable[[], LanguageModel], alone: bool) -> None:
        self._qtbot = qtbot
        self._load = load
        self.settings = Settings(folder / "settings.toml")
        self.settings["window.theme"] = "light"
        self.settings["suggestions.pace"] = "eager"
        self.settings["sampling.temperature"] = 0.0
        self.settings["sampling.eagerness"] = 100  # what is sure on one processor is doubtful on another: all is shown
        self.settings["sampling.repetition_penalty"] = 1.0
        self.settings["server.url"] = self.settings["server.agreed"] = server.url
        self.settings["server.model"] = MODEL
        self.settings["server.enabled"] = True
        self.settings["server.alone"] = alone
        self.desk = Desk(self.settings, self.load, Answers(folder / "The Keeper.md"))
        self.page, self.window = self.desk.page, self.desk.window
        self.window.resize(900, 560)
        self.desk.start()
        self.page.setFocus()
        self.until(lambda: self.desk.host.state is not None and self.desk.host.state.phase is Phase.READY)

    def load(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        return self._load()

    def until(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=WAIT)

    def type(self, text: str) -> None:
        """All but the last letter at once, so that nothing is foretold before that."""
        self.page.insertPlainText(text[:-1])
        QTest.keyClicks(self.page, text[-1])

    def reads(self, text: str) -> None:
        """In the status bar, of the server."""
        label = part(self.window.status, ServerLabel)
        self.until(lambda: label.isVisible() and label.text() == text)

    def rests(self) -> None:
        """Longer than the server is left alone after its first failure."""
        self._qtbot.wait(int(REST_FIRST * 1000) + 200)

    def keep_picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        assert self.window.grab().save(str(PICTURES / f"{name}.png"))

    def leave(self) -> None:
        self.window.close()
        self.until(lambda: not self.window.isVisible())
        assert self.desk.close()


@contextmanager
def writing(
    qtbot: QtBot, folder: Path, server: Running, load: Callable[[], LanguageModel], alone: bool = False
) -> Iterator[Writer]:
    writer = Writer(qtbot, folder, server, load, alone)
    try:
        yield writer
    finally:
        writer.leave()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is late, however busy the machine is."""
    monkeypatch.setattr(cascading, "SERVER_WITHIN", 1000.0)


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """torch computes on the thread that asks: others that it begins are named like the model's, and never end."""
    torch.set_num_threads(1)
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)


def none_here() -> LanguageModel:
    raise AssertionError("no model is wanted on this machine")


def test_the_server_alone(server: Running, qtbot: QtBot, tmp_path: Path) -> None:
    with writing(qtbot, tmp_path, server, none_here, alone=True) as writer:
        writer.type(BEGINNING)
        writer.until(lambda: writer.page.ghost_text.startswith(" city of"))
        writer.reads(f"{MODEL} on {server.at}")
        writer.keep_picture(f"{server.kind.name}-alone")
        QTest.keyClick(writer.page, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        assert writer.page.text() == f"{BEGINNING} city"
        writer.type(" of Nova Ha")
        writer.until(lambda: writer.page.ghost_text.startswith("ven"))


@pytest.mark.usefixtures("one_thread")
def test_the_server_and_the_model_on_this_machine(server: Running, qtbot: QtBot, tmp_path: Path, starter_folder: Path) -> None:
    def here() -> LanguageModel:
        return open_model(starter_folder.name, starter_folder.parent)

    with writing(qtbot, tmp_path, server, here) as writer:
        before = server.tasks
        writer.type(BEGINNING)
        writer.until(lambda: writer.page.ghost_text.startswith(" city"))
        writer.until(lambda: server.tasks > before)
        writer.until(lambda: part(writer.window.status, ServerLabel).text() in (f"suggested by {server.at}", "suggested here"))
        writer.until(lambda: writer.desk.host.state is not None and writer.desk.host.state.phase is Phase.READY)
        writer.keep_picture(f"{server.kind.name}-and-this-machine")
        assert not writer.window.banner.isVisible()


def test_a_private_draft_stays_here(server: Running, qtbot: QtBot, tmp_path: Path) -> None:
    with writing(qtbot, tmp_path, server, lambda: ScriptedModel(" keeper of the lamp.")) as writer:
        writer.window.documents.set_private(True)
        before = server.tasks
        writer.type(BEGINNING)
        writer.until(lambda: writer.page.ghost_text == " keeper of the lamp.")
        writer.reads("server not asked: private draft")
        assert server.tasks == before


def test_the_server_is_killed_amid_a_suggestion_and_comes_back(mortal: Running, qtbot: QtBot, tmp_path: Path) -> None:
    local = ScriptedModel("")
    with writing(qtbot, tmp_path, mortal, lambda: local) as writer:
        writer.type(BEGINNING)
        writer.until(lambda: writer.page.ghost_text.startswith(" city"))
        writer.reads(f"suggested by {mortal.at}")
        mortal.kill()
        local.script = " keeper of the lamp."
        writer.type(" old,")
        writer.until(lambda: writer.page.ghost_text == " keeper of the lamp.")
        writer.reads("server away")
        state = writer.desk.host.state
        assert state is not None
        assert state.server is not None
        assert isinstance(state.server.error, ServerUnreachable)
        assert not writer.window.banner.isVisible()
        writer.keep_picture(f"{mortal.kind.name}-away")
        mortal.start()
        local.script = ""
        writer.rests()
        writer.type(" quiet man walked down to the")
        writer.until(lambda: writer.page.ghost_text not in ("", " keeper of the lamp."))
        writer.reads(f"suggested by {mortal.at}")

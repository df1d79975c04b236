"""The whole desk with a model on this machine and a server: what a writer sees of both."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from afterword import secrets
from afterword.app import Desk
from afterword.assist import cascading
from afterword.assist.timing import SERVER_WITHIN
from afterword.assist.types import Phase
from afterword.engine.protocol import LanguageModel
from afterword.engine.server.types import Server
from afterword.errors import ServerUnreachable
from afterword.settings import Settings
from afterword.suggest.remote import RemoteOpener
from afterword.watch import Watch
from afterword.window import server_label
from afterword.window.server_choice import Choice
from afterword.window.server_label import ServerLabel
from tests.desk import Answers
from tests.fakes.keyring import FakeKeyring
from tests.fakes.scripted import ScriptedModel
from tests.window.conftest import part

URL = "https://there.example"
CITY = " the city of Nova Haven."
WAIT = 20_000


def gated(script: str = CITY, words: int = 99, name: str = "local") -> ScriptedModel:
    return ScriptedModel(script, gate=threading.Semaphore(words), name=name)


class Writer:
    """Somebody at a desk with a server, to which they agreed."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot = qtbot
        self.local, self.server = gated(), gated(name="big")
        self.failure: Exception | None = None
        self.loaded: list[str] = []
        self.opened: list[Server] = []
        self.settings = Settings(folder / "settings.toml")
        self.settings["suggestions.pace"] = "eager"
        self.settings["server.url"] = self.settings["server.agreed"] = URL
        self.settings["server.enabled"] = True
        self.folder = folder

    def start(self) -> None:
        self.desk = Desk(self.settings, self.load, Answers(self.folder / "draft.md"), server=self.server_opener)
        self.page, self.window = self.desk.page, self.desk.window
        self.desk.start()
        self.page.setFocus()
        self.until(lambda: self.desk.host.state is not None and self.desk.host.state.phase is Phase.READY)

    def load(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        self.loaded.append(name)
        return self.local

    def server_opener(self, server: Server, origin: str, keyed: bool) -> RemoteOpener:
        def opened(watch: Watch) -> LanguageModel:
            self.opened.append(server)
            if self.failure is not None:
                raise self.failure
            return self.server

        return opened

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=WAIT)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.page, text)

    def sees(self, ghost: str) -> None:
        self.until(lambda: self.page.ghost_text == ghost)

    def reads(self, text: str) -> None:
        """In the status bar, of the server."""
        self.until(lambda: self.said_of_server == text)

    @property
    def said_of_server(self) -> str:
        label = part(self.window.status, ServerLabel)
        return label.text() if label.isVisible() else ""

    def leave(self) -> None:
        self.window.close()
        self.until(lambda: not self.window.isVisible())
        assert self.desk.close()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is late, however busy the machine is; but where a test is `hurried`."""
    monkeypatch.setattr(cascading, "SERVER_WITHIN", 1000.0)


@pytest.fixture
def hurried(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server is late when it is for a writer."""
    monkeypatch.setattr(cascading, "SERVER_WITHIN", SERVER_WITHIN)


@pytest.fixture
def writer(qtbot: QtBot, tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(qtbot, tmp_path)
    yield writer
    writer.leave()
    assert (writer.local.iterators_open, writer.server.iterators_open) == (0, 0)


def test_the_local_model_is_first_and_the_server_goes_on(writer: Writer) -> None:
    writer.local, writer.server = gated(" the city"), gated(words=0, name="big")
    writer.start()
    writer.type("Once,")
    writer.sees(" the city")
    writer.reads("suggested here")
    writer.type(" the")
    assert writer.page.ghost_text == " city"
    assert writer.server.gate is not None
    writer.server.gate.release(9)
    writer.sees(" city of Nova Haven.")
    writer.reads("suggested by there.example")
    writer.qtbot.wait(260)
    QTest.keyClick(writer.page, Qt.Key.Key_Tab)
    assert writer.page.text() == "Once," + CITY


def test_the_server_is_first(writer: Writer) -> None:
    writer.local.gate = threading.Semaphore(0)
    writer.start()
    writer.reads("server: there.example")
    writer.type("Once,")
    writer.sees(CITY)
    writer.reads("suggested by there.example")
    label = part(writer.window.status, ServerLabel)
    assert label.toolTip() == f"The last suggestion was made by big on {URL}. What you write goes to {URL}."
    assert label.accessibleName() == f"suggested by there.example. {label.toolTip()}"


def test_who_made_it_is_forgotten_once_nothing_is_suggested(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_label, "_FORGET_AFTER_MS", 50)
    writer.local.gate = threading.Semaphore(0)
    writer.start()
    writer.type("Once,")
    writer.sees(CITY)
    writer.reads("suggested by there.example")
    writer.qtbot.wait(150)
    writer.reads("suggested by there.example")
    QTest.keyClick(writer.page, Qt.Key.Key_Escape)
    writer.reads("server: there.example")


def test_the_server_says_something_else(writer: Writer) -> None:
    writer.server = gated(" a town by the sea.", words=0, name="big")
    writer.start()
    writer.type("Once,")
    writer.sees(CITY)
    assert writer.server.gate is not None
    writer.server.gate.release(9)
    writer.until(lambda: writer.server.pieces_said > 0 and writer.server.iterators_open == 0)
    assert writer.page.ghost_text == CITY
    writer.reads("suggested here")


@pytest.mark.usefixtures("hurried")
def test_the_server_is_slow(writer: Writer) -> None:
    writer.local, writer.server = gated(words=0), gated(words=0, name="big")
    writer.start()
    writer.type("Once,")
    writer.until(lambda: writer.local.iterators_open == writer.server.iterators_open == 1)
    assert writer.local.gate is not None
    writer.local.gate.release(99)
    writer.sees(CITY)
    writer.until(lambda: writer.server.iterators_open == 0)
    writer.type(CITY + " And")
    writer.sees(CITY)


def test_the_server_is_away_and_comes_back(writer: Writer) -> None:
    writer.failure = ServerUnreachable(URL, "no route to host")
    writer.start()
    writer.type("Once,")
    writer.sees(CITY)
    writer.reads("server away")
    tip = part(writer.window.status, ServerLabel).toolTip()
    assert tip == f"The server {URL} cannot be reached: no route to host. Until it is back the model on this machine stands in."
    assert not writer.window.banner.isVisible()
    writer.failure, writer.local.gate = None, threading.Semaphore(0)
    remote = writer.desk.host.server._remote
    assert remote is not None
    remote._rest._until = 0.0  # its time is over
    writer.type(" yes,")
    writer.sees(CITY)
    writer.reads("suggested by there.example")


def test_the_server_is_switched_off_while_it_answers_and_on_again(writer: Writer) -> None:
    writer.local, writer.server = gated(""), gated(words=3, name="big")
    writer.start()
    writer.type("Once,")
    writer.sees(" the city")
    writer.window.keeper.choose("server.enabled", False)
    writer.until(lambda: writer.server.closed)
    writer.reads("")
    writer.type(" no,")
    writer.qtbot.wait(50)
    asked = len(writer.server.requests)
    writer.window.keeper.choose("server.enabled", True)
    writer.server.gate = None
    writer.type(" yes,")
    writer.sees(CITY)
    assert writer.loaded == ["starter"]
    assert {request.context.before for request in writer.server.requests[:asked]} <= {"O", "On", "Onc", "Once", "Once,"}
    assert len(writer.opened) == 2


def test_a_private_draft_is_the_local_models_alone(writer: Writer) -> None:
    writer.start()
    writer.window.documents.set_private(True)
    writer.type("Once,")
    writer.sees(CITY)
    writer.reads("server not asked: private draft")
    assert writer.opened == []
    assert not writer.server.requests


def test_a_draft_becomes_private_while_the_server_answers(writer: Writer) -> None:
    writer.local, writer.server = gated(""), gated(words=3, name="big")
    writer.start()
    writer.type("Once,")
    writer.sees(" the city")
    writer.window.documents.set_private(True)
    writer.until(lambda: writer.server.iterators_open == 0)
    asked = len(writer.server.requests)
    writer.type(" no,")
    writer.until(lambda: bool(writer.local.requests) and writer.local.requests[-1].context.before == "Once, no,")
    assert len(writer.server.requests) == asked


@pytest.mark.parametrize(("key", "value"), [("agreed", "https://elsewhere"), ("enabled", False), ("url", "https://elsewhere")])
def test_nobody_is_asked_to_whom_the_writer_has_not_agreed(writer: Writer, key: str, value: object) -> None:
    writer.settings[f"server.{key}"] = value
    writer.start()
    writer.type("Once,")
    writer.sees(CITY)
    assert writer.opened == []
    assert writer.said_of_server == ""


def test_without_a_model_on_this_machine(writer: Writer) -> None:
    writer.settings["server.alone"] = True
    writer.start()
    writer.window.resize(1000, 700)
    writer.type("Once,")
    writer.sees(CITY)
    assert writer.loaded == []
    writer.reads("big on there.example")
    writer.window.keeper.choose("server.alone", False)
    writer.until(lambda: writer.loaded == ["starter"])
    writer.window.keeper.choose("server.alone", True)
    writer.until(lambda: writer.local.closed)


@pytest.fixture
def alone(writer: Writer) -> Writer:
    """Without a model on this machine."""
    writer.settings["server.alone"] = True
    return writer


def reads_notice(writer: Writer, text: str) -> None:
    writer.until(lambda: writer.window.status.currentMessage() == text)


def asks_by_hand(writer: Writer) -> None:
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(writer.page, Qt.Key.Key_Space, modifiers)


def test_a_private_draft_without_a_model_on_this_machine_says_why_nothing_comes(alone: Writer) -> None:
    alone.start()
    alone.window.documents.set_private(True)
    alone.type("Once,")
    alone.reads("server not asked: private draft")
    assert "No model here" in [label.text() for label in alone.window.status.findChildren(QLabel)]
    asks_by_hand(alone)
    reads_notice(alone, "No suggestion: this draft never leaves this machine, and there is no model here.")
    assert alone.opened == []


def test_a_server_that_is_alone_and_away_says_so_to_who_asks_by_hand(alone: Writer) -> None:
    alone.failure = ServerUnreachable(URL, "no route to host")
    alone.start()
    asks_by_hand(alone)
    reads_notice(alone, f"The server {URL} cannot be reached: no route to host.")
    alone.reads("server away")
    assert "No model here" in [label.text() for label in alone.window.status.findChildren(QLabel)]


@pytest.mark.parametrize("by", ["an answer", "a test"])
def test_a_server_that_is_known_to_be_back_is_no_longer_said_to_be_away(alone: Writer, by: str) -> None:
    alone.failure = ServerUnreachable(URL, "no route to host")
    alone.start()
    alone.type("Once,")
    alone.reads("server away")
    alone.failure = None
    if by == "a test":
        alone.window.servers.works.emit()
    else:
        alone.settings["server.agreed_asking"] = URL
        alone.server.reply = "The end."
        alone.window.asking.open()
        alone.window.asking.ask("What is missing?")
    alone.reads("server: there.example")
    alone.page.setFocus()
    asks_by_hand(alone)
    alone.sees(CITY)


def test_while_suggestions_are_off_nothing_is_said_to_go_to_the_server(writer: Writer) -> None:
    writer.start()
    writer.window.status.suggestions_switched.emit(False)
    writer.reads("server: when you ask")
    writer.window.status.suggestions_switched.emit(True)
    writer.reads("server: there.example")
    writer.window.preferences.pause(True)
    writer.reads("server: when you ask")


def test_a_key_that_no_keyring_keeps_is_used_until_the_program_ends(
    writer: Writer, system_keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed: list[bool] = []
    opener = writer.server_opener

    def listening(server: Server, origin: str, key: bool) -> RemoteOpener:
        keyed.append(key)
        return opener(server, origin, key)

    monkeypatch.setattr(writer, "server_opener", listening)
    system_keyring.reason = "there is no keyring"
    writer.start()
    assert keyed == [False]
    writer.window.servers._chosen(Choice(URL, "", "sk-4711", enabled=True, alone=False, unencrypted=False))
    assert keyed[1:] == [True]
    writer.until(writer.window.key_strip.isVisible)
    writer.window.keeper.choose("server.model", "big")
    assert keyed[2:] == [True]
    secrets.forget_all()  # as at the next start
    writer.window.keeper.choose("server.model", "small")
    assert keyed[3:] == [False]


def test_another_key_is_used_at_once(writer: Writer) -> None:
    writer.local = gated("")
    writer.start()
    writer.type("Once,")
    writer.sees(CITY)
    writer.window.servers.key_changed.emit()
    writer.type(" yes,")
    writer.sees(CITY)
    assert len(writer.opened) == 2


@pytest.mark.parametrize("moment", ["opening", "writing"])
def test_quitting_while_the_server_is_busy(qtbot: QtBot, tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, opening = Writer(qtbot, tmp_path), threading.Event()
    writer.server = gated(words=0, name="big")

    def slow(watch: Watch) -> LanguageModel:
        opening.set()
        while True:
            watch.check()
            time.sleep(0.002)

    if moment == "opening":
        monkeypatch.setattr(writer, "server_opener", lambda *_: slow)
    writer.start()
    writer.type("Once,")
    writer.until(opening.is_set if moment == "opening" else lambda: writer.server.iterators_open == 1)
    writer.leave()
    assert all(thread.name != "server" for thread in threading.enumerate())

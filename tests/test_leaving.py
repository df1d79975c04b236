"""The whole desk beside a server that records every byte: nothing leaves that the writer has not agreed to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from afterword import crash, logs, paths
from afterword.app import Desk
from afterword.assist import cascading
from afterword.drafts.beside import Beside, beside_path, write_beside
from afterword.drafts.journal import Edit, Head, Journal
from afterword.engine.protocol import LanguageModel
from afterword.settings import Settings, load_settings
from afterword.watch import Watch
from afterword.window.actions import Action
from afterword.window.consent_dialog import ConsentDialog
from afterword.window.recovery_dialog import RecoveryDialog
from afterword.window.server_dialog import ServerDialog
from afterword.window.versions_dialog import VersionsDialog
from tests.desk import Answers
from tests.fakes import openai_server
from tests.fakes.keyring import FakeKeyring
from tests.fakes.openai_server import Faults, OpenAIServer
from tests.fakes.scripted import ScriptedModel
from tests.window.conftest import part

KEY = "sk-very-secret-0815"
SECRET = "Nobody knows that Ida took the money. "
LONG_MS = 20_000


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server.running() as server:
        server.says = " rained all night."
        yield server


class Writer:
    """Somebody at a desk, with a model on this machine, beside a server."""

    def __init__(self, qtbot: QtBot, folder: Path, server: OpenAIServer) -> None:
        self.qtbot = qtbot
        self.server = server
        self.folder = folder
        self.local = ScriptedModel(" rained")
        self.settings = Settings(paths.settings_file())
        self.settings["suggestions.pace"] = "eager"
        self.desk: Desk | None = None
        self.words = iter(["Then", "Later", "Afterwards", "Finally"])

    def agrees(self) -> None:
        """Has agreed to the server some time ago."""
        self.settings["server.enabled"], self.settings["server.url"] = True, self.server.url
        self.settings["server.agreed"] = self.server.url

    def start(self, draft: Path | None = None) -> None:
        self.settings.save()
        self.settings, wrong = load_settings(paths.settings_file())
        assert wrong is None
        self.desk = Desk(self.settings, self.load, Answers(self.folder / "saved.md"))
        self.page, self.window = self.desk.page, self.desk.window
        self.desk.start(draft)
        self.page.setFocus()
        if draft is not None:
            self.until(lambda: self.window.documents.path == draft)

    def load(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        return self.local

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=LONG_MS)

    def type(self, text: str) -> None:
        self.qtbot.wait(100)  # the focus goes to and fro when a window comes to the front, or a dialog goes
        self.window.activateWindow()
        self.page.setFocus()
        self.until(self.page.hasFocus)
        QTest.keyClicks(self.page, text)

    def is_answered_here(self) -> None:
        """Type, and see what the model on this machine says: by then the server would have been asked too."""
        self.page.moveCursor(self.page.textCursor().MoveOperation.End)
        self.type("It")
        self.until(lambda: self.page.ghost_text)
        self.qtbot.wait(100)

    def is_answered_there(self) -> None:
        """Type until the server has been asked about that, which is nothing that a suggestion is remembered for."""
        asked = len(self.server.completions)
        self.page.moveCursor(self.page.textCursor().MoveOperation.End)
        self.type(f"{next(self.words)} ")
        self.until(lambda: len(self.server.completions) > asked)

    def chooses(self, key: str = "") -> ConsentDialog:
        """The server, in the dialog, up to the question whether the text may go there."""
        self.window.menus.actions[Action.SERVER].trigger()
        dialog = part(self.window, ServerDialog)
        for name, text in (("Address", self.server.url), ("Key", key)):
            [field] = [field for field in dialog.findChildren(QLineEdit) if field.accessibleName() == name]
            field.setText(text)
        [box] = [box for box in dialog.findChildren(QCheckBox) if box.text() == "Use this server"]
        box.setChecked(True)
        press(dialog, "Save")
        self.until(lambda: self.window.findChild(ConsentDialog) is not None)
        return part(self.window, ConsentDialog)

    def decides(self, dialog: ConsentDialog, text: str) -> None:
        press(dialog, text)
        self.until(lambda: not self.window.findChildren(QDialog))

    def leave(self) -> None:
        desk, self.desk = self.desk, None
        if desk is None:
            return
        for seat in list(desk.seats):
            seat.page.document().setModified(False)
            seat.window.close()
        self.until(lambda: not desk.window.isVisible() and not desk.jobs.busy)  # so that the draft is nobody's any more
        assert desk.close()


def press(dialog: QWidget, text: str) -> None:
    [button] = [button for button in dialog.findChildren(QPushButton) if button.text().replace("&", "") == text]
    button.click()


@pytest.fixture
def writer(qtbot: QtBot, tmp_path: Path, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Writer]:
    monkeypatch.setattr(cascading, "SERVER_WITHIN", 1000.0)  # no server is late, however busy the machine is
    writer = Writer(qtbot, tmp_path, server)
    yield writer
    writer.leave()
    assert server.wait_until_left()


def private_draft(folder: Path, text: str = SECRET) -> Path:
    path = folder / "secret.md"
    path.write_text(text, "utf-8")
    write_beside(path, text, Beside("Ida is the cashier.", private=True))
    return path


def nothing_of_it(server: OpenAIServer) -> bool:
    return not any(word.encode() in server.received for word in ("Nobody", "knows", "Ida", "money", "cashier"))


# --- before the writer agrees ---------------------------------------------------------------------------------------


def test_a_server_is_not_even_connected_to_before_the_writer_agrees(writer: Writer, server: OpenAIServer) -> None:
    writer.settings["server.enabled"], writer.settings["server.url"] = True, server.url
    writer.start()
    assert writer.window.sharing_strip.isVisible()
    writer.is_answered_here()
    assert (server.connections, bytes(server.received)) == (0, b"")


def test_nor_while_the_question_is_on_the_screen_nor_when_it_is_denied(writer: Writer, server: OpenAIServer) -> None:
    writer.start()
    writer.is_answered_here()
    dialog = writer.chooses(KEY)
    writer.qtbot.wait(100)
    writer.decides(dialog, "Not to a server")
    writer.is_answered_here()
    assert (server.connections, bytes(server.received)) == (0, b"")


def test_what_was_agreed_to_for_another_server_counts_for_nothing(writer: Writer, server: OpenAIServer) -> None:
    writer.agrees()
    writer.settings["server.agreed"] = server.url.replace("127.0.0.1", "localhost")
    writer.start()
    writer.is_answered_here()
    assert server.connections == 0


def test_what_the_writer_was_shown_is_what_is_sent_first_and_all_of_it(writer: Writer, server: OpenAIServer) -> None:
    server.key = KEY
    writer.start()
    writer.window.documents.set_notes("Told by Ann.")
    writer.window.documents.notes_changed.emit("Told by Ann.")
    writer.type("The boat left. ")
    dialog = writer.chooses(KEY)
    shown = "".join(field.toPlainText() for field in dialog.findChildren(QPlainTextEdit))
    assert shown.startswith("Told by Ann.")
    writer.decides(dialog, "Send to this server")
    QTest.keyClick(writer.page, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    writer.until(lambda: server.completions)
    asked = server.completions[0]
    assert shown == asked.body["prompt"] + " "  # the server is to say the space itself
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    others = {key: value for key, value in asked.body.items() if key != "prompt"}
    assert "boat" not in repr(others)
    assert "Ann" not in repr([others, asked.headers])


def test_nothing_leaves_after_the_server_is_switched_off(writer: Writer, server: OpenAIServer) -> None:
    writer.agrees()
    writer.start()
    writer.is_answered_there()
    writer.window.keeper.choose("server.enabled", False)
    assert server.wait_until_left()
    received, connections = bytes(server.received), server.connections
    writer.page.set_text("")
    writer.is_answered_here()
    assert (bytes(server.received), server.connections) == (received, connections)


# --- a draft that never leaves --------------------------------------------------------------------------------------


def test_nothing_of_a_private_draft_leaves_from_its_opening_on(writer: Writer, server: OpenAIServer, tmp_path: Path) -> None:
    writer.agrees()
    writer.start(private_draft(tmp_path))
    writer.is_answered_here()
    assert (server.connections, bytes(server.received)) == (0, b"")


def test_nothing_of_it_leaves_when_it_follows_another_draft(writer: Writer, server: OpenAIServer, tmp_path: Path) -> None:
    writer.agrees()
    writer.start()
    writer.is_answered_there()
    writer.page.set_text("")
    path = private_draft(tmp_path)
    writer.window.open_draft(path)
    writer.until(lambda: writer.window.documents.path == path)
    asked = len(server.completions)
    writer.is_answered_here()
    assert len(server.completions) == asked
    assert nothing_of_it(server)
    writer.page.document().setModified(False)
    writer.window.documents.new()
    writer.is_answered_there()
    assert nothing_of_it(server)


def test_in_doubt_nothing_of_a_draft_leaves(writer: Writer, server: OpenAIServer, tmp_path: Path) -> None:
    path = private_draft(tmp_path)
    beside_path(path).write_text("{", "utf-8")
    writer.agrees()
    writer.start(path)
    assert writer.window.sharing_strip.isVisible()
    writer.is_answered_here()
    assert server.connections == 0
    press(writer.window.sharing_strip, "It may be sent")
    writer.is_answered_there()


def test_nothing_of_it_leaves_after_it_was_saved_elsewhere(writer: Writer, server: OpenAIServer, tmp_path: Path) -> None:
    writer.agrees()
    writer.start(private_draft(tmp_path))
    writer.window.documents.save_as()
    writer.until(lambda: writer.window.documents.path == tmp_path / "saved.md")
    writer.is_answered_here()
    writer.leave()
    writer.start(tmp_path / "saved.md")
    writer.is_answered_here()
    assert server.connections == 0


def test_nothing_of_it_leaves_when_it_comes_back_with_the_next_start(
    writer: Writer, server: OpenAIServer, tmp_path: Path
) -> None:
    path = private_draft(tmp_path)
    writer.agrees()
    writer.start(path)
    writer.leave()
    writer.start()
    writer.until(lambda: writer.window.documents.path == path)
    writer.is_answered_here()
    assert (server.connections, bytes(server.received)) == (0, b"")


def test_nothing_of_it_leaves_when_an_earlier_version_is_restored(writer: Writer, server: OpenAIServer, tmp_path: Path) -> None:
    writer.agrees()
    writer.start(private_draft(tmp_path, f"{SECRET}\nAnd more.\n"))
    writer.until(lambda: writer.desk is not None and not writer.desk.jobs.busy)
    writer.page.set_text("Something else.")
    writer.window.versions.show()
    writer.until(lambda: writer.window.findChild(VersionsDialog) is not None)
    dialog = part(writer.window, VersionsDialog)
    dialog.restored.emit(SECRET)
    dialog.reject()
    writer.until(lambda: not writer.window.findChildren(QDialog))
    assert writer.page.text() == SECRET
    writer.is_answered_here()
    assert (server.connections, bytes(server.received)) == (0, b"")


@pytest.mark.parametrize("has_file", [True, False])
def test_nothing_of_it_leaves_after_a_crash(writer: Writer, server: OpenAIServer, tmp_path: Path, has_file: bool) -> None:
    path = private_draft(tmp_path) if has_file else None
    journal = Journal(paths.journals_dir() / "0.journal")
    journal.begin(Head(path, 1.0, "secret", private=True), SECRET if has_file else "")
    journal.append([Edit(0, 0, SECRET)], 2.0)
    journal.close()
    if path is not None:
        beside_path(path).unlink()
    writer.agrees()
    writer.start()
    writer.until(lambda: writer.window.findChild(RecoveryDialog) is not None)
    press(part(writer.window, RecoveryDialog), "Recover")
    assert writer.desk is not None
    desk = writer.desk
    writer.until(lambda: desk.page.text().startswith(SECRET))
    writer.page, writer.window = desk.page, desk.window
    writer.is_answered_here()
    assert (server.connections, bytes(server.received)) == (0, b"")


def test_nothing_of_it_leaves_from_a_second_window(writer: Writer, server: OpenAIServer, tmp_path: Path) -> None:
    writer.agrees()
    writer.start()
    writer.is_answered_there()
    assert writer.desk is not None
    writer.desk.open_window()
    writer.page, writer.window = writer.desk.page, writer.desk.window
    path = private_draft(tmp_path)
    writer.window.open_draft(path)
    writer.until(lambda: writer.window.documents.path == path)
    asked = len(server.completions)
    writer.is_answered_here()
    assert len(server.completions) == asked
    assert nothing_of_it(server)


def test_a_draft_that_becomes_private_has_what_is_on_its_way_ended_at_once(writer: Writer, server: OpenAIServer) -> None:
    server.gate = threading.Semaphore(99)
    writer.agrees()
    writer.start()
    writer.is_answered_there()
    server.gate = threading.Semaphore(0)
    writer.is_answered_there()
    assert server.wait_until_answering()
    writer.window.menus.actions[Action.PRIVATE].trigger()
    writer.until(lambda: not server.answering)
    asked = len(server.completions)
    server.gate.release(99)
    writer.is_answered_here()
    assert len(server.completions) == asked


# --- the key --------------------------------------------------------------------------------------------------------


class _Everything(logging.Handler):
    """Writes down all that is logged, as it would be without our own formatter."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []
        self.setFormatter(logging.Formatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record) + repr(record.args))


@pytest.fixture
def everything() -> Iterator[_Everything]:
    handler, root = _Everything(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def has_key(path: Path) -> bool:
    try:
        return KEY.encode() in path.read_bytes()
    except FileNotFoundError:  # one that has taken the place of another meanwhile
        return False


@pytest.mark.parametrize(
    "faults",
    [
        Faults(),
        Faults(status=401, message="this key is wrong: KEY"),
        Faults(status=500, message="this key is wrong: KEY"),
        Faults(redirect="http://elsewhere.example/KEY"),
        Faults(redirect="http://KEY.example/"),
        Faults(media="text/KEY"),
    ],
)
def test_no_key_is_in_any_log_or_file(
    writer: Writer, server: OpenAIServer, everything: _Everything, system_keyring: FakeKeyring, home: Path, faults: Faults
) -> None:
    server.key, server.faults = KEY, faults
    log = logging.FileHandler(home / "all.log")
    log.setFormatter(logs.DiscreetFormatter())
    log.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(log)
    try:
        with crash.Run(paths.log_dir()):
            writer.start()
            writer.type("The boat left. ")
            writer.decides(writer.chooses(KEY), "Send to this server")
            writer.is_answered_here()
            writer.until(lambda: server.asked)
            writer.window.documents.save()
            writer.until(lambda: not writer.window.documents.dirty)
            writer.type("More. ")
            with writer.qtbot.waitSignal(writer.window.documents.journaled):
                pass
            written = [path for folder in (home, writer.folder) for path in folder.rglob("*") if path.is_file()]
            assert {"settings.toml", "all.log", "saved.md"} <= {path.name for path in written}
            assert any(path.suffix == ".journal" for path in written)
            assert [path for path in written if has_key(path)] == []
            writer.leave()
    finally:
        logging.getLogger().removeHandler(log)
        log.close()
    assert f"Bearer {KEY}".encode() in server.received, "else there was no key to be found"
    assert system_keyring.keys == {server.url: KEY}
    assert [text for text in everything.texts if KEY in text] == []
    assert [path for path in home.rglob("*") if path.is_file() and has_key(path)] == []
    assert KEY not in repr(writer.settings.__dict__)

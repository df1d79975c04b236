"""Files that cannot be written, that are large, damaged, or in another encoding."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from afterword.drafts import draft as drafts
from afterword.drafts.encoding import Form
from afterword.editor.page import Page
from afterword.window import outside
from afterword.window.actions import Action
from afterword.window.documents import Documents
from afterword.window.encoding_dialog import EncodingDialog
from afterword.window.main_window import MainWindow
from afterword.window.saving import SaveState

from .conftest import ScriptedDialogs, part, press
from .drafting import opened, typed

# --- read only ------------------------------------------------------------------------------------------------------


@pytest.fixture
def not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "may_write", lambda path: path.name != "locked.md")


@pytest.mark.usefixtures("not_ours")
def test_a_file_that_cannot_be_written_is_read_and_saved_elsewhere(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "locked.md", b"One two.\n")
    assert documents.save_state is SaveState.READ_ONLY
    QTest.keyClicks(page, "x")
    assert page.text() == "One two.\n"
    QTest.keyClick(page, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier)
    assert page.textCursor().selectedText().strip() == "One", "the keyboard still reads and copies"
    dialogs.will("save", tmp_path / "mine.md")
    documents.save()
    qtbot.waitUntil(lambda: documents.path == tmp_path / "mine.md")
    QTest.keyClicks(page, "x")
    assert page.text() == "xtwo.\n"


@pytest.mark.usefixtures("not_ours")
def test_typing_where_nothing_can_be_written_says_why(
    qtbot: QtBot, documents: Documents, page: Page, told: list[str], tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "locked.md")
    QTest.keyClick(page, Qt.Key.Key_Down)
    QTest.keyClick(page, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert not told
    for key in (Qt.Key.Key_X, Qt.Key.Key_Return, Qt.Key.Key_Backspace):
        QTest.keyClick(page, key)
        assert "“locked.md” is only read" in told.pop()
    assert page.text() == "Old.\n"


def test_a_file_that_can_be_written_again_can_be_written_on(
    qtbot: QtBot, documents: Documents, page: Page, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as m:
        m.setattr(drafts, "may_write", lambda _: False)
        m.setattr(outside, "may_write", lambda _: False)
        opened(qtbot, documents, tmp_path / "a.md")
        documents.look_outside()
        qtbot.wait(400)
        assert page.isReadOnly()
    documents.look_outside()
    qtbot.waitUntil(lambda: not page.isReadOnly())
    QTest.keyClicks(page, "x")
    documents.save()
    qtbot.waitUntil(lambda: (tmp_path / "a.md").read_bytes() == b"xOld.\n")


@pytest.mark.usefixtures("not_ours")
def test_another_draft_can_be_written_on_again(qtbot: QtBot, documents: Documents, page: Page, tmp_path: Path) -> None:
    opened(qtbot, documents, tmp_path / "locked.md")
    opened(qtbot, documents, tmp_path / "a.md")
    assert not page.isReadOnly()
    opened(qtbot, documents, tmp_path / "locked.md")
    documents.new()
    assert not page.isReadOnly()


# --- large and damaged ----------------------------------------------------------------------------------------------


def test_a_large_file_is_opened_when_the_writer_says_so(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(drafts, "LARGE_BYTES", 3)
    monkeypatch.setattr(drafts, "LARGEST_BYTES", 10)
    path = tmp_path / "a.md"
    path.write_bytes(b"Large.\n")
    for answer in (False, True):
        documents.open_draft(path)
        qtbot.waitUntil(lambda: "all the same" in dialogs.open)
        assert page.text() == ""
        dialogs.answer("all the same", answer)
    qtbot.waitUntil(lambda: page.text() == "Large.\n")
    path.write_bytes(b"Much too large.\n")
    documents.new()
    documents.open_draft(path)
    qtbot.waitUntil(lambda: "error" in dialogs.questions())
    assert "too large" in str(dialogs.asked[-1][1])


@pytest.mark.parametrize("marked", [True, False])
def test_a_damaged_file_is_only_read(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    told: list[str],
    tmp_path: Path,
    marked: bool,
) -> None:
    dialogs.will("all the same", True)
    path = opened(
        qtbot,
        documents,
        tmp_path / "a.md",
        b"\xef\xbb\xbf" * marked + "Über die Brücke, schön und größer".encode() + b"\xff" + b" und weiter.\n",
    )
    assert "�" in page.text()
    assert page.isReadOnly()
    assert documents.save_state is SaveState.READ_ONLY
    QTest.keyClicks(page, "x")
    assert "damaged" in told[-1]
    assert path.read_bytes().count(b"\xff") == 1


# --- encodings ------------------------------------------------------------------------------------------------------


def shown(window: MainWindow) -> str:
    return window.status._form.text()


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> EncodingDialog:
    opened(qtbot, window.documents, tmp_path / "a.md", "Žena má kůň\r\n".encode("cp1250"))
    window.menus.actions[Action.ENCODING].trigger()
    return part(window, EncodingDialog)


def choose(dialog: EncodingDialog, name: str, text: str) -> None:
    [combo] = [combo for combo in dialog.findChildren(QComboBox) if combo.accessibleName() == name]
    row = combo.findText(text, Qt.MatchFlag.MatchStartsWith)
    assert row >= 0
    combo.setCurrentIndex(row)


def test_a_file_is_read_again_in_another_encoding(window: MainWindow, dialog: EncodingDialog, qtbot: QtBot) -> None:
    choose(dialog, "Encoding", "ISO-8859-2")
    press(dialog, "Read again")
    qtbot.waitUntil(lambda: shown(window).startswith("ISO-8859-2"))
    assert not window.documents.dirty
    window.menus.actions[Action.ENCODING].trigger()
    choose(part(window, EncodingDialog), "Encoding", "Windows-1250")
    press(part(window, EncodingDialog), "Read again")
    qtbot.waitUntil(lambda: window.page.text() == "Žena má kůň\n")
    assert shown(window) == "Windows-1250 · CR LF"


def test_a_draft_is_saved_in_another_encoding_with_other_line_ends(
    window: MainWindow, dialog: EncodingDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    text = window.page.text()
    choose(dialog, "Encoding", "UTF-16 LE")
    choose(dialog, "Line ends", "LF")
    press(dialog, "Save so from now on")
    assert shown(window) == "UTF-16 LE"
    assert window.documents.save_state is SaveState.UNSAVED
    window.documents.save()
    qtbot.waitUntil(lambda: window.documents.save_state is SaveState.SAVED)
    assert (tmp_path / "a.md").read_bytes() == b"\xff\xfe" + text.encode("utf-16-le")
    window.documents.set_form(window.documents.form)
    assert not window.documents.dirty


def test_a_character_that_the_encoding_lacks_makes_it_utf_8_and_that_is_told(
    qtbot: QtBot, documents: Documents, page: Page, told: list[str], tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Größe schön über\n".encode("cp1252"))
    typed(page, "Ж\n")
    documents.save()
    qtbot.waitUntil(lambda: documents.save_state is SaveState.SAVED)
    assert path.read_text("utf-8") == "Größe schön über\nЖ\n"
    assert "Windows-1252 has no “Ж”" in told[-1]
    assert documents.form == Form()

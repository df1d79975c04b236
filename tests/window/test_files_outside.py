"""Files that another program changes, that cannot be written, that are large, damaged, or in another encoding."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from afterword import files, paths
from afterword.drafts import draft as drafts
from afterword.drafts.encoding import Form
from afterword.drafts.journal import read_journal
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.watch import Watch
from afterword.window import outside
from afterword.window.actions import Action
from afterword.window.changed_dialog import Changed
from afterword.window.documents import Documents
from afterword.window.encoding_dialog import EncodingDialog
from afterword.window.main_window import MainWindow
from afterword.window.saving import Opening, SaveState, load

from .conftest import ScriptedDialogs, part


@pytest.fixture
def told(documents: Documents) -> list[str]:
    sentences: list[str] = []
    documents.noticed.connect(sentences.append)
    return sentences


@pytest.fixture
def disputed(documents: Documents) -> list[bool]:
    told: list[bool] = []
    documents.disputed.connect(told.append)
    return told


def opened(qtbot: QtBot, documents: Documents, path: Path, data: bytes = b"Old.\n") -> Path:
    path.write_bytes(data)
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    return path


def replaced(path: Path, data: bytes) -> None:
    """As most programs save."""
    other = path.with_suffix(".new")
    other.write_bytes(data)
    os.replace(other, path)


def typed(page: Page, text: str) -> None:
    page.moveCursor(QTextCursor.MoveOperation.End)
    page.textCursor().insertText(text)


# --- another program ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [replaced, Path.write_bytes])
def test_what_another_program_saves_comes_onto_the_page_and_undo_brings_back_what_was_there(
    qtbot: QtBot, documents: Documents, page: Page, told: list[str], tmp_path: Path, write: object
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    for text in ("New.\n", "Newer.\n"):
        write(path, text.encode())  # type: ignore[operator]
        qtbot.waitUntil(lambda text=text: page.text() == text)  # type: ignore[misc]
        assert documents.save_state is SaveState.SAVED
    assert "as another program saved it" in told[-1]
    page.undo()
    assert page.text() == "New.\n"
    assert documents.dirty
    documents.save()
    qtbot.waitUntil(lambda: path.read_bytes() == b"New.\n")


@pytest.mark.parametrize("answer", list(Changed))
def test_where_both_changed_it_the_writer_is_shown_what_is_different_and_chooses(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    disputed: list[bool],
    jobs: Jobs,
    tmp_path: Path,
    answer: Changed,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    typed(page, "Mine.\n")
    replaced(path, b"Old.\nTheirs.\n")
    qtbot.waitUntil(lambda: disputed == [True])
    assert not dialogs.asked, "a question would take the keys of whoever types"
    documents.compare_outside()
    qtbot.waitUntil(lambda: "changed" in dialogs.open)
    passages = dialogs.asked[-1][1]
    assert isinstance(passages, list)
    assert ["".join(span.text for span in each) for passage in passages for each in (passage.before, passage.after)][-2:] == [
        "Mine.\n",
        "Theirs.\n",
    ]
    dialogs.will("save", tmp_path / "b.md")
    dialogs.answer("changed", answer)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert page.text() == ("Old.\nTheirs.\n" if answer is Changed.THEIRS else "Old.\nMine.\n")
    assert path.read_bytes() == b"Old.\nTheirs.\n", "nothing is saved that was not to be saved"
    assert documents.dirty == (answer in (Changed.MINE, Changed.CANCEL))
    assert disputed[-1] == (answer is Changed.CANCEL)
    if answer is Changed.ELSEWHERE:
        assert (tmp_path / "b.md").read_bytes() == b"Old.\nMine.\n"
        return
    before = len(dialogs.questions())
    dialogs.will("changed", Changed.CANCEL)
    typed(page, "More.\n")
    documents.save()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert len(dialogs.questions()) - before == (answer is Changed.CANCEL), "what was decided is not asked again"


def test_what_is_put_off_stays_told_until_it_is_decided(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    disputed: list[bool],
    jobs: Jobs,
    tmp_path: Path,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    typed(page, "Mine.\n")
    dialogs.will("changed", *[Changed.CANCEL] * 2)
    replaced(path, b"Theirs.\n")
    qtbot.waitUntil(lambda: disputed == [True])
    documents.compare_outside()
    documents.compare_outside()
    qtbot.waitUntil(lambda: dialogs.questions() == ["changed"])
    documents.save()
    qtbot.waitUntil(lambda: dialogs.questions() == ["changed"] * 2 and disputed[-1])
    assert path.read_bytes() == b"Theirs.\n"
    replaced(path, b"Old.\nMine.\n")
    qtbot.waitUntil(lambda: not disputed[-1])
    assert not documents.dirty, "the file holds what is on the page"
    assert dialogs.questions() == ["changed"] * 2


def test_notes_that_were_changed_here_stay_where_another_program_changed_the_text(
    qtbot: QtBot, documents: Documents, page: Page, disputed: list[bool], jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("Told by Ann.")
    replaced(path, b"Theirs.\n")
    qtbot.waitUntil(lambda: page.text() == "Theirs.\n")
    assert (documents.notes, documents.dirty, disputed) == ("Told by Ann.", True, [])
    documents.save()
    qtbot.waitUntil(lambda: not documents.dirty)


def test_notes_are_saved_though_another_program_changed_the_text(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("Told by Ann.")
    path.write_bytes(b"Theirs.\n")
    documents.save()
    qtbot.waitUntil(lambda: documents.save_state is SaveState.SAVED)
    assert (page.text(), path.read_bytes(), documents.notes) == ("Theirs.\n", b"Theirs.\n", "Told by Ann.")
    assert not dialogs.asked


def test_a_journal_that_cannot_be_written_is_told_until_it_can_be(
    window: MainWindow, qtbot: QtBot, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    paths.journals_dir().parent.mkdir(parents=True, exist_ok=True)
    paths.journals_dir().write_bytes(b"in the way")
    QTest.keyClicks(window.page, "Dear Ben,")
    qtbot.waitUntil(window.journal_strip.isVisible)
    assert "kept for recovery" in window.journal_strip.message
    dialogs.will("save", tmp_path / "a.md")
    press(window.journal_strip, "Save")
    qtbot.waitUntil(lambda: not window.journal_strip.isVisible())
    assert (tmp_path / "a.md").read_bytes() == b"Dear Ben,"
    QTest.keyClicks(window.page, " it rained.")
    qtbot.waitUntil(window.journal_strip.isVisible)
    paths.journals_dir().unlink()
    window.documents._draft.journal._write()
    qtbot.waitUntil(lambda: not window.journal_strip.isVisible())


def test_a_strip_says_so_and_the_keys_stay_with_the_page(
    window: MainWindow, dialogs: ScriptedDialogs, qtbot: QtBot, tmp_path: Path
) -> None:
    path = opened(qtbot, window.documents, tmp_path / "a.md")
    window.page.setFocus()
    QTest.keyClicks(window.page, "Mine. ")
    replaced(path, b"Theirs.\n")
    qtbot.waitUntil(window.conflict_strip.isVisible)
    QTest.keyClicks(QApplication.focusWidget() or window, "More. ")
    assert window.page.text() == "Mine. More. Old.\n"
    press(window.conflict_strip, "Compare…")
    qtbot.waitUntil(lambda: "changed" in dialogs.open)
    dialogs.answer("changed", Changed.THEIRS)
    qtbot.waitUntil(lambda: not window.conflict_strip.isVisible())
    assert window.page.text() == "Theirs.\n"


def test_a_file_that_is_gone_is_told_and_saved_again(
    qtbot: QtBot, documents: Documents, page: Page, told: list[str], tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    path.unlink()
    qtbot.waitUntil(lambda: documents.dirty)
    assert "moved or removed" in told[-1]
    assert page.text() == "Old.\n"
    documents.save()
    qtbot.waitUntil(lambda: documents.save_state is SaveState.SAVED)
    assert path.read_bytes() == b"Old.\n"


def test_a_file_that_was_saved_again_and_is_gone_once_more_is_told_once_more(
    qtbot: QtBot, documents: Documents, jobs: Jobs, told: list[str], tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    for times in (1, 2):
        path.unlink()
        qtbot.waitUntil(lambda: documents.dirty)
        assert ["moved or removed" in text for text in told] == [True] * times
        documents.save()
        qtbot.waitUntil(lambda: documents.save_state is SaveState.SAVED and not jobs.busy)


def test_notes_that_were_changed_here_are_in_the_journal_also_when_the_text_is_theirs(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    with qtbot.waitSignal(documents.journaled):
        documents.set_notes("Told by Ann.")
    with qtbot.waitSignal(documents.journaled):
        replaced(path, b"Theirs.\n")
    qtbot.waitUntil(lambda: not jobs.busy)
    [journal] = paths.journals_dir().glob("*.journal")
    found = read_journal(journal)
    assert (page.text(), found.text, found.notes) == ("Theirs.\n", "Theirs.\n", "Told by Ann.")


@pytest.mark.usefixtures("untold")
def test_what_comes_back_after_a_crash_over_what_another_program_wrote_is_told(
    qtbot: QtBot, documents: Documents, disputed: list[bool], tmp_path: Path
) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"Theirs.\n")
    documents.put_changed(load(Opening(path), watch=Watch()), path, "Old.\n", "Mine.\n", None)
    qtbot.waitUntil(lambda: disputed == [True])


def test_a_draft_that_was_left_is_not_looked_at_any_more(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.leave()
    replaced(path, b"Theirs.\n")
    documents.look_outside()
    qtbot.wait(100)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert page.text() == "Old.\n"


@pytest.mark.parametrize("data", [None, b"\0binary"])
def test_what_is_only_on_the_page_is_in_the_journal(
    qtbot: QtBot, documents: Documents, page: Page, told: list[str], tmp_path: Path, data: bytes | None
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    if data is None:
        path.unlink()
    else:
        replaced(path, data)
    with qtbot.waitSignal(documents.journaled):
        qtbot.waitUntil(lambda: documents.dirty)
    [journal] = paths.journals_dir().glob("*.journal")
    assert read_journal(journal).text == "Old.\n"
    assert told


def test_a_save_while_it_is_compared_asks_once(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    typed(page, "Mine.\n")
    replaced(path, b"Theirs.\n")
    documents._others.look()
    documents.save()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert dialogs.questions() == ["changed"]
    dialogs.answer("changed", Changed.MINE)
    qtbot.waitUntil(lambda: path.read_bytes() == b"Old.\nMine.\n" and not jobs.busy)
    assert not documents.dirty


def test_a_save_while_the_writer_waits_for_the_comparison_asks_once(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    typed(page, "Mine.\n")
    replaced(path, b"Theirs.\n")
    documents.compare_outside()
    documents.save()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert dialogs.questions() == ["changed"]
    dialogs.answer("changed", Changed.MINE)
    qtbot.waitUntil(lambda: path.read_bytes() == b"Old.\nMine.\n" and not jobs.busy)
    assert not documents.dirty


def test_our_own_save_is_no_change_by_another_program(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    typed(page, "Mine.\n")
    documents.save()
    qtbot.waitUntil(lambda: path.read_bytes() == b"Old.\nMine.\n")
    qtbot.wait(400)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert (page.text(), documents.dirty, dialogs.questions()) == ("Old.\nMine.\n", False, [])


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


def press(dialog: QWidget, text: str) -> None:
    [button] = [button for button in dialog.findChildren(QPushButton) if button.text() == text]
    button.click()


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


def test_what_another_program_writes_while_ours_is_being_written_is_not_lost(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    jobs: Jobs,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    typed(page, "Mine.\n")
    real = files._write

    def meanwhile(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        monkeypatch.undo()
        path.write_bytes(b"Theirs.\n")

    monkeypatch.setattr(files, "_write", meanwhile)
    documents.save()
    qtbot.waitUntil(lambda: "changed" in dialogs.open)
    assert path.read_bytes() == b"Theirs.\n"
    dialogs.answer("changed", Changed.MINE)
    qtbot.waitUntil(lambda: path.read_bytes() == b"Old.\nMine.\n" and not jobs.busy)

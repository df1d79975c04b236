"""The draft on the page is saved, and never lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from afterword.drafts.beside import read_beside
from afterword.drafts.lock import Taken, take
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.window.changed_dialog import Changed
from afterword.window.documents import Documents
from afterword.window.saving import SaveState
from tests.fakes.reading import read_one_paragraph_at_a_time

from .conftest import ScriptedDialogs
from .drafting import Gate, opened, saved, settled, state, type_text, typed

# --- saving ---------------------------------------------------------------------------------------------------------


def test_the_first_save_asks_where_and_adds_an_ending(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    type_text(page, "# The harbour\nText")
    assert state(documents) is SaveState.UNSAVED
    dialogs.will("save", tmp_path / "story")
    documents.save()
    qtbot.waitUntil(lambda: state(documents) is SaveState.SAVED)
    assert (tmp_path / "story.md").read_bytes() == b"# The harbour\nText"
    [(_, suggested)] = dialogs.asked
    assert isinstance(suggested, Path)
    assert suggested.name == "The harbour.md"
    assert documents.name == "story.md"


def test_a_name_with_an_ending_keeps_it(qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, tmp_path: Path) -> None:
    dialogs.will("save", tmp_path / "verse.txt")
    documents.save_as()
    qtbot.waitUntil(lambda: documents.path == tmp_path / "verse.txt")
    assert [path.name for path in tmp_path.glob("verse*")] == ["verse.txt"]


def test_text_typed_during_a_save_stays_unsaved_until_the_next(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "1 ")
    documents.save()
    assert state(documents) is SaveState.SAVING
    type_text(page, "2 ")
    writing.event.set()
    settled(qtbot, jobs)
    assert state(documents) is SaveState.UNSAVED
    assert path.read_text("utf-8") == "1 Old.\n"
    documents.save()
    settled(qtbot, jobs)
    assert state(documents) is SaveState.SAVED
    assert path.read_text("utf-8") == "1 2 Old.\n"


def test_a_save_reads_the_page_once(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "1 ")
    read: list[str] = []
    real = page.text

    def text() -> str:
        read.append(real())
        return read[-1]

    monkeypatch.setattr(page, "text", text)
    saved(qtbot, documents, jobs)
    assert read == ["1 Old.\n"], "a long text takes the time of a key"
    assert state(documents) is SaveState.SAVED


def test_a_save_of_a_long_new_text_lets_the_writer_go_on_and_holds_it_all(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read_one_paragraph_at_a_time(monkeypatch)
    path = opened(qtbot, documents, tmp_path / "a.md", "")
    settled(qtbot, jobs)
    page.insert_accepted("One.\nTwo.\nThree.")
    documents.save()
    assert not jobs.busy, "it is read bit by bit"
    assert state(documents) is SaveState.SAVING
    type_text(page, " Four.")
    qtbot.waitUntil(lambda: state(documents) is SaveState.SAVED)
    assert path.read_text("utf-8") == page.text() == "One.\nTwo.\nThree. Four."
    assert read_beside(path, page.text()).accepted == ((0, 16),)


def test_a_save_wished_for_during_a_save_comes_after_it(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "1 ")
    documents.save()
    type_text(page, "2 ")
    documents.save()
    documents.save()
    writing.event.set()
    settled(qtbot, jobs)
    assert writing.calls == 2
    assert not documents.dirty
    assert path.read_text("utf-8") == "1 2 Old.\n"


def test_saving_elsewhere_during_a_save_writes_both(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, writing: Gate, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "1 ")
    documents.save()
    dialogs.will("save", tmp_path / "b.md")
    documents.save_as()
    writing.event.set()
    settled(qtbot, jobs)
    assert documents.name == "b.md"
    assert (tmp_path / "a.md").read_text("utf-8") == (tmp_path / "b.md").read_text("utf-8") == "1 Old.\n"


def test_a_failed_save_says_why_keeps_the_text_unsaved_and_offers_another_place(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    type_text(page, "precious")
    dialogs.will("save", tmp_path / "no such folder" / "a.md")
    documents.save()
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.open)
    assert "could not be saved" in str(dialogs.asked[-1][1])
    assert state(documents) is SaveState.UNSAVED
    assert page.text() == "precious"
    dialogs.will("save", tmp_path / "a.md")
    dialogs.answer("elsewhere", True)
    qtbot.waitUntil(lambda: state(documents) is SaveState.SAVED)
    assert (tmp_path / "a.md").read_text("utf-8") == "precious"


@pytest.mark.parametrize("answer", list(Changed))
def test_a_file_changed_by_another_program_is_not_replaced_unasked(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    jobs: Jobs,
    tmp_path: Path,
    answer: Changed,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    path.write_text("by another program", "utf-8")
    type_text(page, "mine: ")
    dialogs.will("changed", answer)
    dialogs.will("save", tmp_path / "b.md")
    documents.save()
    qtbot.waitUntil(lambda: "changed" in dialogs.questions())
    settled(qtbot, jobs)
    replaced = answer is Changed.MINE
    assert path.read_text("utf-8") == ("mine: Old.\n" if replaced else "by another program")
    assert documents.dirty == (answer is Changed.CANCEL)
    assert page.text() == ("by another program" if answer is Changed.THEIRS else "mine: Old.\n")
    assert (tmp_path / "b.md").exists() == (answer is Changed.ELSEWHERE)


def test_line_endings_and_byte_order_mark_survive(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = tmp_path / "dos.txt"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    type_text(page, "zero\n")
    documents.save()
    settled(qtbot, jobs)
    assert path.read_bytes() == b"\xef\xbb\xbfzero\r\none\r\ntwo\r\n"


# --- what is undone, and what is not on the disk --------------------------------------------------------------------


def test_undoing_does_not_save_a_draft_whose_file_is_gone(qtbot: QtBot, documents: Documents, page: Page, tmp_path: Path) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " Typed.")
    told: list[str] = []
    documents.noticed.connect(told.append)
    path.unlink()
    qtbot.waitUntil(lambda: bool(told))
    page.undo()
    assert page.text() == "Old."
    assert documents.dirty


def test_undoing_does_not_save_a_draft_over_which_another_program_wrote(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " Typed.")
    path.write_text("Theirs.", "utf-8")
    dialogs.will("changed", Changed.MINE)
    documents.compare_outside()
    qtbot.waitUntil(lambda: dialogs.questions() == ["changed"])
    page.undo()
    assert page.text() == "Old."
    assert documents.dirty


def test_undoing_what_was_typed_during_a_save_and_before_is_to_be_saved(
    qtbot: QtBot, documents: Documents, page: Page, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " One.")
    documents.save()
    qtbot.waitUntil(lambda: writing.calls == 1)
    page.moveCursor(QTextCursor.MoveOperation.Start)
    page.textCursor().insertText("Two. ")
    writing.event.set()
    qtbot.waitUntil(lambda: documents.save_state is SaveState.UNSAVED)
    while page.document().isUndoAvailable():
        page.undo()
    assert (page.text(), path.read_text("utf-8")) == ("Old.", "Old. One.")
    assert documents.dirty


# --- another place --------------------------------------------------------------------------------------------------


def test_a_draft_that_somebody_else_has_is_not_replaced(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    theirs = tmp_path / "b.md"
    theirs.write_text("Theirs.", "utf-8")
    taken = take(theirs)
    assert isinstance(taken, Taken)
    typed(page, "Mine.")
    dialogs.will("save", theirs)
    documents.save()
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.open)
    assert "open somewhere else" in str(dialogs.asked[-1][1])
    assert theirs.read_text("utf-8") == "Theirs."
    taken.release()
    dialogs.will("save", theirs)
    dialogs.answer("elsewhere", True)
    qtbot.waitUntil(lambda: documents.path == theirs and not documents.dirty)
    assert theirs.read_text("utf-8") == "Mine."


def test_a_file_that_gets_its_ending_here_is_asked_about_before_it_is_replaced(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    (tmp_path / "b.md").write_text("Theirs.", "utf-8")
    typed(page, "Mine.")
    dialogs.will("save", tmp_path / "b")
    documents.save()
    qtbot.waitUntil(lambda: "save" in dialogs.open)
    assert dialogs.asked[-1][1] == tmp_path / "b.md", "the dialog asks about this name"
    assert (tmp_path / "b.md").read_text("utf-8") == "Theirs."
    dialogs.answer("save", None)

"""Notes and accepted text are kept beside the draft."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from afterword.drafts.beside import Beside, read_beside, write_beside
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.window.dialogs import Unsaved
from afterword.window.documents import Documents
from afterword.window.saving import SaveState

from .conftest import ScriptedDialogs
from .drafting import Gate, opened, saved, settled, state, type_text


def test_notes_and_accepted_text_are_kept_beside_the_draft_and_come_back_with_it(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "")
    type_text(page, "The boat")
    page.moveCursor(QTextCursor.MoveOperation.End)
    page.insert_accepted(" left 🐟.\n")
    documents.set_notes("Told by Ann.")
    saved(qtbot, documents, jobs)
    assert state(documents) is SaveState.SAVED
    assert path.read_text("utf-8") == "The boat left 🐟.\n"
    told: list[str] = []
    documents.notes_changed.connect(told.append)
    documents.new()
    assert documents.ledger.runs() == ()
    opened(qtbot, documents, path, path.read_text("utf-8"))
    assert documents.ledger.runs() == ((8, 17),)
    assert told == ["", "Told by Ann."]
    assert documents.notes == "Told by Ann."
    assert state(documents) is SaveState.SAVED
    assert not page.document().isUndoAvailable()


@pytest.mark.parametrize("content", ["{", '{"afterword": 1, "notes": "Ann", "lines": "0000000100000002"}'])
def test_notes_that_cannot_be_used_are_told(qtbot: QtBot, documents: Documents, page: Page, tmp_path: Path, content: str) -> None:
    (tmp_path / ".a.md.afterword.json").write_text(content, "utf-8")
    told: list[str] = []
    documents.noticed.connect(told.append)
    opened(qtbot, documents, tmp_path / "a.md", "The boat left.\n")
    assert page.text() == "The boat left.\n"
    assert documents.notes == ""
    assert [text for text in told if "a.md" in text and "left aside" in text]


def test_a_draft_with_nothing_beside_it_gets_no_second_file(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    saved(qtbot, documents, jobs)
    assert [path.name for path in tmp_path.glob("*a.md*") if path.suffix != ".lock"] == ["a.md"]


def test_changed_notes_are_saved_and_asked_about_like_text(
    qtbot: QtBot, documents: Documents, left: list[bool], dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("")
    assert state(documents) is SaveState.SAVED
    documents.set_notes("Told by Ann.")
    assert state(documents) is SaveState.UNSAVED
    dialogs.will("unsaved", Unsaved.SAVE)
    documents.leave()
    qtbot.waitUntil(lambda: left == [True])
    assert read_beside(path, "Old.\n").notes == "Told by Ann."


def test_notes_written_during_a_save_stay_unsaved_until_the_next(
    qtbot: QtBot, documents: Documents, jobs: Jobs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("one")
    documents.save()
    documents.set_notes("two")
    writing.event.set()
    settled(qtbot, jobs)
    assert state(documents) is SaveState.UNSAVED
    saved(qtbot, documents, jobs)
    assert state(documents) is SaveState.SAVED
    assert read_beside(path, "Old.\n").notes == "two"


def test_a_draft_saved_elsewhere_takes_along_what_is_kept_beside_it(
    qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("one")
    dialogs.will("save", tmp_path / "b.md")
    documents.save_as()
    settled(qtbot, jobs)
    assert read_beside(tmp_path / "b.md", "Old.\n").notes == "one"


def test_what_cannot_be_kept_beside_it_is_told_and_stays_unsaved(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / f"{'a' * 245}.md")  # the longest that most file systems take is 255
    documents.set_notes("Told by Ann.")
    type_text(page, "New. ")
    with qtbot.waitSignal(documents.noticed) as notice:
        saved(qtbot, documents, jobs)
    assert "is saved, but not the notes" in notice.args[0]
    assert path.read_text("utf-8") == "New. Old.\n"
    assert state(documents) is SaveState.UNSAVED
    documents.set_notes("")
    saved(qtbot, documents, jobs)
    assert state(documents) is SaveState.SAVED


def test_notes_that_are_not_saved_are_asked_about_whatever_was_undone_on_the_page(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    told: list[bool] = []
    documents.dirty_changed.connect(told.append)
    type_text(page, "x")
    documents.set_notes("Told by Ann.")
    page.undo()
    assert page.text() == "Old.\n"
    assert state(documents) is SaveState.UNSAVED
    assert told[-1]
    documents.leave()
    assert dialogs.questions() == ["unsaved"]
    dialogs.answer("unsaved", Unsaved.SAVE)
    settled(qtbot, jobs)
    assert not told[-1]


def test_notes_changed_back_to_what_is_saved_are_saved(qtbot: QtBot, documents: Documents, jobs: Jobs, tmp_path: Path) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("one")
    saved(qtbot, documents, jobs)
    documents.set_notes("two")
    assert documents.dirty
    documents.set_notes("one")
    assert not documents.dirty


def test_notes_that_another_window_or_computer_saved_are_not_lost(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    write_beside(path, "Old.\n", Beside("theirs"))
    type_text(page, "New. ")
    saved(qtbot, documents, jobs)
    assert read_beside(path, page.text()).notes == "theirs"
    documents.set_notes("mine")
    saved(qtbot, documents, jobs)
    assert read_beside(path, page.text()).notes == "mine"
    assert "theirs" in (tmp_path / ".a.md.afterword.json.broken").read_text("utf-8")


def test_notes_that_another_computer_saved_are_taken_in_when_the_draft_is_opened_again(
    qtbot: QtBot, documents: Documents, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("mine")
    saved(qtbot, documents, jobs)
    write_beside(path, "Old.\n", Beside("theirs", ((0, 3),)))
    documents.open_draft(path)
    settled(qtbot, jobs)
    assert (documents.notes, documents.ledger.runs()) == ("theirs", ((0, 3),))
    assert state(documents) is SaveState.SAVED


def test_notes_that_cannot_be_read_for_now_are_told_and_come_back(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    write_beside(path, "Old.\n", Beside("mine"))
    with monkeypatch.context() as patch:
        patch.setattr("afterword.drafts.beside._read", fail)
        with qtbot.waitSignal(documents.noticed) as notice:
            opened(qtbot, documents, path)
    assert "cannot be read" in notice.args[0]
    type_text(page, "New. ")
    saved(qtbot, documents, jobs)
    documents.open_draft(path)
    settled(qtbot, jobs)
    assert documents.notes == "mine"
    with monkeypatch.context() as patch:
        patch.setattr("afterword.drafts.beside._read", fail)
        documents.open_draft(path)
        settled(qtbot, jobs)
    assert documents.notes == "mine", "what is here is as good as before"


def fail(_: Path) -> bytes:
    raise OSError(errno.EIO, "Input/output error")


def test_notes_given_up_while_their_draft_is_read_again_are_those_on_the_disk(
    qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, jobs: Jobs, reading: Gate, tmp_path: Path
) -> None:
    reading.event.set()
    path = opened(qtbot, documents, tmp_path / "a.md")
    reading.event.clear()
    documents.open_draft(path)
    documents.set_notes("given up")
    dialogs.will("unsaved", Unsaved.DISCARD)
    reading.event.set()
    settled(qtbot, jobs)
    assert documents.notes == ""
    assert not documents.dirty

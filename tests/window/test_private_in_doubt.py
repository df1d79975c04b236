"""A draft is private in doubt: moved to another folder, damaged, written by other programs."""

from __future__ import annotations

import errno
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from afterword.drafts.beside import Beside, beside_path, write_beside
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.window.changed_dialog import Changed
from afterword.window.documents import Documents

from .conftest import ScriptedDialogs
from .drafting import opened, settled, type_text
from .private_draft import draft as draft
from .private_draft import kept_private
from .private_draft import private as private

# --- another folder -------------------------------------------------------------------------------------------------


def moved(path: Path, folder: Path) -> Path:
    """As a file manager moves it: without the hidden file beside it."""
    folder.mkdir()
    return path.rename(folder / "b.md")


def test_moved_to_another_folder_it_is_known_by_its_text_and_the_window_says_why(
    qtbot: QtBot, documents: Documents, jobs: Jobs, private: Path, tmp_path: Path
) -> None:
    documents.new()
    path = moved(private, tmp_path / "folder")
    with qtbot.waitSignal(documents.noticed) as notice:
        documents.open_draft(path)
    assert notice.args[0] == "“b.md” never leaves this machine: a draft with just this text was marked so."
    assert (documents.private, documents.unsure, documents.dirty) == (True, False, False)
    assert kept_private(path), "from now on whatever its text is"


def test_what_was_written_since_it_was_marked_is_known_too(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, private: Path, tmp_path: Path
) -> None:
    type_text(page, "New. ")
    documents.save()
    qtbot.waitUntil(lambda: not documents.dirty)
    settled(qtbot, jobs)
    documents.new()
    path = moved(private, tmp_path / "folder")
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    assert documents.private


def test_in_a_folder_that_cannot_be_written_it_is_private_all_the_same(
    qtbot: QtBot, documents: Documents, private: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    documents.new()
    path = moved(private, tmp_path / "folder")
    monkeypatch.setattr("afterword.drafts.beside.write_whole", full)
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    assert documents.private


def test_over_another_draft_it_is_private_to_be_safe(qtbot: QtBot, documents: Documents, private: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    write_beside(tmp_path / "folder" / "b.md", "One.\nTwo.\nThree.\n", Beside("Told by Ann."))
    documents.new()
    path = private.rename(tmp_path / "folder" / "b.md")
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    assert (documents.private, documents.unsure) == (True, True)


def test_a_draft_that_may_leave_again_is_not_known_elsewhere(
    qtbot: QtBot, documents: Documents, jobs: Jobs, private: Path, tmp_path: Path
) -> None:
    documents.set_private(False)
    settled(qtbot, jobs)
    documents.new()
    path = moved(private, tmp_path / "folder")
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    assert not documents.private
    assert not beside_path(path).exists()


def test_another_text_in_another_folder_is_nobodys_secret(
    qtbot: QtBot, documents: Documents, private: Path, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "b.md", "Quite another.\n")
    assert not documents.private


# --- in doubt -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"afterword": 1, "private": "yes"}', '{"afterword": 2}', '{"afterword": 1, "notes": 7}']
)
def test_where_what_is_kept_beside_it_is_damaged_the_draft_is_private_to_be_safe(
    qtbot: QtBot, documents: Documents, tmp_path: Path, content: str
) -> None:
    beside_path(tmp_path / "a.md").write_text(content, "utf-8")
    opened(qtbot, documents, tmp_path / "a.md")
    assert (documents.private, documents.unsure) == (True, True)
    assert not documents.dirty


def test_where_it_cannot_be_read_the_draft_is_private_until_it_can(
    qtbot: QtBot, documents: Documents, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_beside(tmp_path / "a.md", "Old.\n", Beside("Told by Ann."))

    def fail(_: Path) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("afterword.drafts.beside._read", fail)
        path = opened(qtbot, documents, tmp_path / "a.md")
    assert (documents.private, documents.unsure) == (True, True)
    documents.open_draft(path)
    qtbot.waitUntil(lambda: not documents.unsure)
    settled(qtbot, jobs)
    assert not documents.private
    assert documents.notes == "Told by Ann."


@pytest.mark.parametrize("private", [True, False])
def test_what_is_of_an_earlier_draft_of_that_name_counts_only_where_that_one_was_private(
    qtbot: QtBot, documents: Documents, tmp_path: Path, private: bool
) -> None:
    write_beside(tmp_path / "a.md", "One.\nTwo.\nThree.\n", Beside("Told by Ann.", private=private))
    opened(qtbot, documents, tmp_path / "a.md", "Quite\nanother.\n")
    assert (documents.private, documents.unsure) == (private, private)


@pytest.mark.parametrize("private", [True, False])
def test_the_writer_decides_and_that_is_kept(
    qtbot: QtBot, documents: Documents, jobs: Jobs, tmp_path: Path, private: bool
) -> None:
    beside_path(tmp_path / "a.md").write_text("{", "utf-8")
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.set_private(private)
    settled(qtbot, jobs)
    assert (documents.private, documents.unsure, documents.dirty) == (private, False, False)
    documents.new()
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    assert (documents.private, documents.unsure) == (private, False)


def test_a_save_in_doubt_leaves_the_draft_private(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    beside_path(tmp_path / "a.md").write_text("{", "utf-8")
    path = opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    documents.set_notes("Told by Ben.")
    documents.save()
    qtbot.waitUntil(lambda: not documents.dirty)
    settled(qtbot, jobs)
    assert documents.private
    assert kept_private(path), "the damaged file is gone now: nobody would be in doubt again"


# --- other programs -------------------------------------------------------------------------------------------------


def test_another_program_that_writes_the_text_does_not_open_it(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, private: Path
) -> None:
    beside_path(private).unlink()
    private.write_text("Theirs.\n", "utf-8")
    documents.look_outside()
    qtbot.waitUntil(lambda: page.text() == "Theirs.\n")
    settled(qtbot, jobs)
    assert documents.private
    qtbot.waitUntil(lambda: beside_path(private).exists())
    assert json.loads(beside_path(private).read_text("utf-8"))["private"] is True


@pytest.mark.usefixtures("untold")
def test_what_another_program_writes_while_that_is_being_kept_comes_onto_the_page(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_write = threading.Event()

    def held(*args: Any, **kwargs: Any) -> Beside:
        assert may_write.wait(60)
        return write_beside(*args, **kwargs)

    monkeypatch.setattr("afterword.window.saving.write_beside", held)
    documents.set_private(True)
    draft.write_text("Theirs.\n", "utf-8")
    with qtbot.waitSignal(documents._others._outside.changed):
        documents.look_outside()
    assert page.text() != "Theirs.\n", "it is not looked at while something is being written"
    may_write.set()
    qtbot.waitUntil(lambda: page.text() == "Theirs.\n")
    settled(qtbot, jobs)
    assert documents.private


def test_another_afterword_that_makes_it_private_does(qtbot: QtBot, documents: Documents, page: Page, draft: Path) -> None:
    write_beside(draft, "Theirs.\n", Beside(private=True))
    draft.write_text("Theirs.\n", "utf-8")
    documents.look_outside()
    qtbot.waitUntil(lambda: page.text() == "Theirs.\n")
    assert documents.private


@pytest.mark.parametrize("answer", [Changed.MINE, Changed.THEIRS])
def test_between_two_writers_the_more_careful_one_is_heard(
    qtbot: QtBot,
    documents: Documents,
    dialogs: ScriptedDialogs,
    page: Page,
    jobs: Jobs,
    draft: Path,
    answer: Changed,
) -> None:
    type_text(page, "Mine. ")
    write_beside(draft, "Theirs.\n", Beside(private=True))
    draft.write_text("Theirs.\n", "utf-8")
    dialogs.will("changed", answer)
    documents.save()
    qtbot.waitUntil(lambda: not documents.dirty)
    settled(qtbot, jobs)
    assert documents.private
    assert kept_private(draft)


def test_reading_it_again_does_not_open_it(qtbot: QtBot, documents: Documents, jobs: Jobs, private: Path) -> None:
    beside_path(private).unlink()
    documents.read_again("latin-1")
    settled(qtbot, jobs)
    assert documents.private
    assert kept_private(private)


def test_reading_it_again_does_not_open_it_where_it_is_saved_elsewhere_meanwhile(
    qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, jobs: Jobs, private: Path, tmp_path: Path
) -> None:
    beside_path(private).unlink()
    private.write_text("Theirs.\n", "utf-8")
    dialogs.will("save", tmp_path / "b.md")
    documents.open_draft(private)
    documents.save_as()
    settled(qtbot, jobs)
    assert documents.private

"""What is written is on the disk within a second, and of no use once it is saved."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from afterword.drafts.journal import Edit, Head, Journal, read_journal
from afterword.editor.page import Page
from afterword.editor.plaintext import units
from afterword.errors import JournalNotWritten
from afterword.jobs import Jobs
from afterword.watch import Watch
from afterword.window import journal_keeper
from afterword.window.journal_keeper import JournalKeeper, _Written


class Desk:
    def __init__(self, page: Page, folder: Path, jobs: Jobs, qtbot: QtBot) -> None:
        self.page, self.folder, self.jobs, self.qtbot = page, folder, jobs, qtbot
        self.failed: list[Exception] = []
        self.keeper = JournalKeeper(page.document(), page.text, folder, jobs, page)
        self.keeper.failed.connect(self.failed.append)

    def opens(self, text: str, path: Path | None = None) -> None:
        self.page.set_text(text)
        self.keeper.begin(path, path.name if path else "Untitled", text)

    def types(self, text: str) -> None:
        cursor = self.page.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        cursor.insertText(text)

    @property
    def journals(self) -> list[Path]:
        return sorted(self.folder.glob("*.journal"))

    @property
    def kept(self) -> str | None:
        return read_journal(self.journals[0]).text if self.journals else None

    def keeps(self, text: str | None) -> None:
        self.qtbot.waitUntil(lambda: not self.jobs.busy and self.kept == text)

    def keeps_notes(self, notes: str) -> None:
        self.qtbot.waitUntil(lambda: not self.jobs.busy and bool(self.journals) and read_journal(self.journals[0]).notes == notes)


AFTER_MS = journal_keeper.WRITE_AFTER_MS


@pytest.fixture
def desk(page: Page, tmp_path: Path, jobs: Jobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(journal_keeper, "WRITE_AFTER_MS", 20)
    return Desk(page, tmp_path / "state", jobs, qtbot)


def test_every_change_is_kept_within_a_second(desk: Desk, tmp_path: Path) -> None:
    desk.opens("The ferry", tmp_path / "ferry.md")
    desk.types(" left")
    desk.keeps("The ferry left")
    assert AFTER_MS < 500
    desk.page.undo()
    desk.keeps("The ferry")
    desk.types("🐟\nand more")
    desk.keeps("The ferry🐟\nand more")
    found = read_journal(desk.journals[0])
    assert (found.before, found.head.path, found.head.name) == ("The ferry", tmp_path / "ferry.md", "ferry.md")


def test_what_is_on_the_disk_is_not_kept_twice(desk: Desk) -> None:
    desk.opens("One")
    desk.types(" two")
    desk.keeps("One two")
    desk.keeper.begin(None, "Untitled", desk.page.text())
    desk.keeps(None)
    assert list(desk.folder.iterdir()) == []
    desk.types(" three")
    desk.keeps("One two three")


def test_another_draft_is_not_mixed_with_the_one_before(desk: Desk) -> None:
    desk.opens("One")
    desk.types(" two")
    desk.keeper.write_now()
    desk.opens("Another")
    desk.types("!")
    desk.keeps("Another!")
    assert len(desk.journals) == 1


def test_notes_are_kept_too(desk: Desk) -> None:
    desk.opens("One")
    desk.keeper.note("Ida is the captain.")
    desk.keeps_notes("Ida is the captain.")


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_full_disk_is_told_once_and_nothing_is_lost_when_there_is_room_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(journal_keeper, "TRY_AGAIN_MS", 10)
    desk.opens("One")
    desk.types(" two")
    desk.keeps("One two")
    real: Callable[..., object] = getattr(os, call)
    monkeypatch.setattr(os, call, full)
    desk.types(" three")
    desk.qtbot.waitUntil(lambda: bool(desk.failed))
    desk.types(" four")
    desk.qtbot.wait(100)
    assert [type(error) for error in desk.failed] == [JournalNotWritten]
    monkeypatch.setattr(os, call, real)
    desk.keeps("One two three four")


def test_one_that_has_grown_is_begun_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_keeper, "_SMALL", 600)
    desk.opens("One")
    desk.keeper.note("Ida is the captain.")
    for number in range(12):
        desk.types(f" {number:02} and so on, and so on")
        desk.keeps(desk.page.text())
    assert desk.journals[0].stat().st_size < 1500
    kept = read_journal(desk.journals[0])
    assert kept.before == "One", "what changed is told from what is on the disk"
    assert kept.notes == "Ida is the captain."
    assert kept.place == len(desk.page.text())


@pytest.mark.parametrize(("place", "found"), [(0, 0), (3, 3), (99, 3)])
def test_where_the_writer_was_is_kept_within_the_text(desk: Desk, place: int, found: int) -> None:
    desk.opens("One")
    desk.keeper.note_place(place)
    desk.keeps("One")
    assert read_journal(desk.journals[0]).place == found


def test_where_the_writer_was_before_the_draft_was_saved_is_kept_should_its_file_go(desk: Desk) -> None:
    desk.opens("One two")
    desk.page.textCursor().insertText("Zero ")
    desk.keeper.begin(None, "Untitled", "Zero One two")
    desk.keeper.write_all()
    desk.keeps("Zero One two")
    assert read_journal(desk.journals[0]).place == len("Zero ")


def test_where_the_writer_was_in_one_draft_is_not_where_they_are_in_the_next(desk: Desk) -> None:
    desk.opens("One")
    desk.types(" two")
    desk.keeps("One two")
    desk.opens("Another")
    desk.keeper.write_all()
    desk.keeps("Another")
    assert read_journal(desk.journals[0]).place is None


@pytest.mark.parametrize("gone", ["journal", "folder"])
def test_one_that_somebody_removed_is_begun_anew_without_a_word(desk: Desk, gone: str) -> None:
    desk.opens("One")
    desk.keeper.note("Ida is the captain.")
    desk.types(" two")
    desk.keeps("One two")
    if gone == "folder":
        shutil.rmtree(desk.folder)
    else:
        desk.journals[0].unlink()
    desk.page.textCursor().insertText("👋 ")
    desk.keeps("👋 One two")
    kept = read_journal(desk.journals[0])
    assert (kept.before, kept.notes) == ("One", "Ida is the captain.")
    assert kept.place == units("👋 ")
    assert desk.failed == []


@pytest.mark.parametrize("fails", [True, False])
def test_what_comes_while_the_draft_before_is_written_down_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    held, real = threading.Event(), Journal.append

    def append(self: Journal, *args: Any) -> None:
        assert held.wait(60)
        if fails:
            raise JournalNotWritten(self.path, "full")
        real(self, *args)

    monkeypatch.setattr(Journal, "append", append)
    desk.opens("One")
    desk.types(" two")
    desk.keeper.write_now()
    desk.opens("Another")
    desk.keeper.note("Ida is the captain.")
    held.set()
    desk.qtbot.waitUntil(lambda: not desk.jobs.busy)
    monkeypatch.setattr(Journal, "append", real)
    desk.keeps_notes("Ida is the captain.")
    assert desk.kept == "Another"


def test_all_is_written_anew_though_the_draft_before_was_just_written_down(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    held, real = threading.Event(), Journal.append

    def append(self: Journal, *args: Any) -> None:
        assert held.wait(60)
        real(self, *args)

    monkeypatch.setattr(Journal, "append", append)
    desk.opens("One")
    desk.types(" two")
    desk.keeper.write_now()
    desk.opens("Another")
    desk.keeper.write_all()
    held.set()
    desk.keeps("Another")


def test_what_was_meant_for_the_draft_before_never_reaches_the_journal_of_the_next(desk: Desk) -> None:
    scribe = desk.keeper._scribe
    desk.opens("Another")
    desk.types("!")
    desk.keeps("Another!")
    late = _Written(0, Head(None, 1.0, "old"), None, None, (Edit(0, 0, "Late. "),), None, None, 1.0)
    scribe.write(late, watch=Watch())
    assert desk.kept == "Another!"

"""When versions of a draft are kept, under which draft, and what becomes of them in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from afterword import paths
from afterword.drafts.version_store import VersionStore
from afterword.drafts.versions import Occasion, key_of
from afterword.jobs import Jobs
from afterword.window.actions import Action
from afterword.window.changed_dialog import Changed
from afterword.window.dialogs import Unsaved
from afterword.window.main_window import MainWindow
from afterword.window.versions_dialog import VersionsDialog
from afterword.window.versions_keeper import EVERY_MS

from .conftest import ScriptedDialogs, part


class Writer:
    def __init__(self, window: MainWindow, qtbot: QtBot, jobs: Jobs, dialogs: ScriptedDialogs) -> None:
        self.window, self.page, self.documents = window, window.page, window.documents
        self._qtbot, self._jobs, self._dialogs = qtbot, jobs, dialogs
        self.store = VersionStore(paths.versions_file())

    def settles(self) -> None:
        self._qtbot.waitUntil(lambda: not self._jobs.busy)

    def opens(self, path: Path, text: str = "") -> None:
        if text:
            path.write_text(text, "utf-8")
        self.window.open_draft(path)
        self._qtbot.waitUntil(lambda: self.documents.path == path)
        self.settles()

    def types(self, text: str) -> None:
        self.page.moveCursor(QTextCursor.MoveOperation.End)
        self.page.textCursor().insertText(text)

    def saves_over_another(self, path: Path, answer: Changed) -> None:
        """Save what is typed where another program has written meanwhile."""
        self.types("Mine.\n")
        path.write_text("Theirs.\n", "utf-8")
        self._dialogs.will("changed", answer)
        self.documents.save()
        self._qtbot.waitUntil(lambda: not self.documents.dirty)
        self.settles()

    def saves(self, path: Path | None = None) -> None:
        if path is not None:
            self._dialogs.will("save", path)
            self.documents.save_as()
        else:
            self.documents.save()
        self._qtbot.waitUntil(lambda: not self.documents.dirty and (path is None or self.documents.path == path))
        self.settles()

    def rests(self) -> None:
        """For as long as it takes until a version is kept."""
        timer = self.window.versions._timer
        if timer.isActive():
            timer.start(0)
            self._qtbot.waitUntil(lambda: not timer.isActive())
            timer.setInterval(EVERY_MS)
        self.settles()

    def kept(self, path: Path) -> list[tuple[str, Occasion]]:
        return [(self.store.text(v.number), v.occasion) for v in self.store.versions(key_of(path))]


@pytest.fixture
def writer(window: MainWindow, qtbot: QtBot, jobs: Jobs, dialogs: ScriptedDialogs) -> Writer:
    return Writer(window, qtbot, jobs, dialogs)


def test_one_is_kept_at_opening_at_saves_and_while_writing(writer: Writer, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    writer.opens(path, "One.\n")
    writer.types("Two.\n")
    writer.rests()
    writer.types("Three.\n")
    writer.saves()
    writer.rests()
    assert writer.kept(path) == [
        ("One.\n", Occasion.SAVED),
        ("One.\nTwo.\n", Occasion.WRITING),
        ("One.\nTwo.\nThree.\n", Occasion.SAVED),
    ]


def test_what_was_written_before_the_first_save_comes_along(writer: Writer, tmp_path: Path) -> None:
    writer.types("One.")
    writer.rests()
    writer.types(" Two.")
    writer.saves(tmp_path / "a.md")
    assert [text for text, _ in writer.kept(tmp_path / "a.md")] == ["One.", "One. Two."]
    writer.types(" Three.")
    writer.saves(tmp_path / "b.md")
    assert [text for text, _ in writer.kept(tmp_path / "b.md")] == ["One.", "One. Two.", "One. Two. Three."]
    assert [text for text, _ in writer.kept(tmp_path / "a.md")] == ["One.", "One. Two."]


def test_nothing_is_kept_of_a_draft_that_was_discarded_before_it_was_ever_saved(
    writer: Writer, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    writer.types("A secret.")
    writer.rests()
    key = writer.window.versions._key
    assert len(writer.store.versions(key)) == 1
    dialogs.will("unsaved", Unsaved.DISCARD)
    writer.documents.new()
    writer.settles()
    assert writer.store.versions(key) == []


def test_they_follow_a_draft_that_was_moved(writer: Writer, tmp_path: Path) -> None:
    writer.opens(tmp_path / "a.md", "One.\n")
    writer.types("Two.\n")
    writer.saves()
    writer.documents.new()
    (tmp_path / "elsewhere").mkdir()
    moved = (tmp_path / "a.md").rename(tmp_path / "elsewhere" / "b.md")
    writer.opens(moved)
    assert [text for text, _ in writer.kept(moved)] == ["One.\n", "One.\nTwo.\n"]


def test_one_is_restored_in_one_step_that_can_be_undone(writer: Writer, qtbot: QtBot, tmp_path: Path) -> None:
    writer.opens(tmp_path / "a.md", "One.\n")
    writer.types("Two.\n")
    writer.window.menus.actions[Action.VERSIONS].trigger()
    qtbot.waitUntil(lambda: writer.window.findChild(VersionsDialog) is not None)
    dialog = part(writer.window, VersionsDialog)
    writer.settles()
    part(dialog, QListWidget).setCurrentRow(2)  # under the day, and the newest
    writer.settles()
    [button] = [button for button in dialog.findChildren(QPushButton) if button.text() == "Restore all"]
    button.click()
    qtbot.waitUntil(lambda: writer.page.text() == "One.\n")
    writer.page.undo()
    assert writer.page.text() == "One.\nTwo.\n"
    assert ("One.\nTwo.\n", Occasion.WRITING) in writer.kept(tmp_path / "a.md")


def test_a_broken_file_of_versions_is_told_once_and_writing_goes_on(writer: Writer, tmp_path: Path) -> None:
    paths.versions_file().parent.mkdir(parents=True)
    paths.versions_file().write_bytes(b"no database" * 1000)
    writer.opens(tmp_path / "a.md", "One.\n")
    assert "put aside" in writer.window.status.currentMessage()
    writer.types("Two.\n")
    writer.saves()
    assert ("One.\nTwo.\n", Occasion.SAVED) in writer.kept(tmp_path / "a.md")


@pytest.mark.parametrize("answer", [Changed.MINE, Changed.THEIRS])
def test_of_two_texts_in_conflict_the_one_that_gives_way_is_kept(writer: Writer, tmp_path: Path, answer: Changed) -> None:
    path = tmp_path / "a.md"
    writer.opens(path, "Old.\n")
    writer.saves_over_another(path, answer)
    gone = "Theirs.\n" if answer is Changed.MINE else "Old.\nMine.\n"
    assert (gone, Occasion.OVERRULED) in writer.kept(path)


def test_what_comes_onto_an_empty_page_that_is_named_is_kept_too(writer: Writer, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    writer.window.open_draft(path)
    qtbot.waitUntil(lambda: writer.documents.name == "a.md")
    path.write_text("Theirs.\n", "utf-8")
    writer.documents.save()
    qtbot.waitUntil(lambda: writer.page.text() == "Theirs.\n")
    writer.settles()
    writer.documents.new()
    writer.settles()
    assert writer.kept(path) == [("Theirs.\n", Occasion.SAVED)], "also once the draft was left"


@pytest.mark.parametrize("answer", [Changed.MINE, Changed.THEIRS])
def test_so_it_is_where_the_draft_had_no_file_until_another_program_made_it(
    writer: Writer, qtbot: QtBot, tmp_path: Path, answer: Changed
) -> None:
    path = tmp_path / "a.md"
    writer.window.open_draft(path)
    qtbot.waitUntil(lambda: writer.documents.name == "a.md")
    writer.saves_over_another(path, answer)
    writer.documents.new()
    writer.settles()
    gone = "Theirs.\n" if answer is Changed.MINE else "Mine.\n"
    assert (gone, Occasion.OVERRULED) in writer.kept(path), "also once the draft was left"


def test_the_versions_window_closes_when_the_page_is_another_under_it(writer: Writer, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    writer.opens(path, "Old.\n")
    writer.window.menus.actions[Action.VERSIONS].trigger()
    qtbot.waitUntil(lambda: writer.window.findChild(VersionsDialog) is not None)
    path.write_text("A day of work.\n", "utf-8")
    qtbot.waitUntil(lambda: writer.page.text() == "A day of work.\n")
    qtbot.waitUntil(lambda: writer.window.findChild(VersionsDialog) is None)
    writer.settles()
    assert ("A day of work.\n", Occasion.SAVED) in writer.kept(path)

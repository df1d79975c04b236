"""Exports, asked for and made while the writer goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from afterword.jobs import Jobs
from afterword.window.actions import Action
from afterword.window.main_window import MainWindow

from .conftest import ScriptedDialogs, type_keys


def ask(window: MainWindow) -> None:
    window.menus.actions[Action.EXPORT].trigger()


@pytest.mark.parametrize(("name", "part"), [("a.html", "<em>harbour</em>"), ("a.md", "The *harbour*"), ("a.txt", "harbour")])
def test_what_is_on_the_page_is_exported(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path, name: str, part: str
) -> None:
    window.page.set_text("The *harbour*")
    dialogs.will("export", tmp_path / name)
    ask(window)
    qtbot.waitUntil(lambda: "Exported to" in window.status.currentMessage())
    assert part in (tmp_path / name).read_text("utf-8")
    assert window.documents.path is None, "an export is no save"


def test_every_format_is_offered_with_a_name(window: MainWindow, dialogs: ScriptedDialogs) -> None:
    ask(window)
    assert set(dialogs.formats) == {".pdf", ".docx", ".odt", ".epub", ".html", ".md", ".txt"}
    assert all(name.lower() != ending.removeprefix(".") or name == "PDF" for ending, name in dialogs.formats.items())


def test_the_last_format_is_suggested_again_and_added_to_a_bare_name(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    dialogs.will("export", tmp_path / "a.txt", tmp_path / "b")
    ask(window)
    ask(window)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert [question[1].suffix for question in dialogs.asked if isinstance(question[1], Path)] == [".pdf", ".txt"]
    assert (tmp_path / "b.txt").exists()


def test_a_failed_export_says_why(qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path) -> None:
    dialogs.will("export", tmp_path / "no such folder" / "a.html")
    ask(window)
    qtbot.waitUntil(lambda: "error" in dialogs.questions())
    assert "could not be made" in str(dialogs.asked[-1][1])
    assert window.status.currentMessage() == ""


def test_an_unknown_ending_says_which_are_known(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    dialogs.will("export", tmp_path / "a.xyz")
    ask(window)
    qtbot.waitUntil(lambda: "error" in dialogs.questions())
    assert ".pdf" in str(dialogs.asked[-1][1])


def test_an_export_to_the_drafts_own_file_is_a_save(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    path = tmp_path / "a.md"
    path.write_text("Once.", "utf-8")
    window.open_draft(path)
    qtbot.waitUntil(lambda: window.documents.path == path)
    type_keys(window.page, "x")
    dialogs.will("export", path)
    ask(window)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert path.read_text("utf-8") == "xOnce."
    assert not window.documents.dirty


@pytest.mark.parametrize("on", [False, True])
def test_a_last_line_says_how_much_was_typed_where_the_writer_wants_that(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path, on: bool
) -> None:
    if on:
        window.menus.actions[Action.LEDGER_LINE].trigger()
    type_keys(window.page, "The boat")
    window.page.insert_accepted(" is")
    dialogs.will("export", tmp_path / "a.md")
    ask(window)
    qtbot.waitUntil(lambda: "Exported to" in window.status.currentMessage())
    line = "73 % of this text was typed by its author; the rest was accepted from suggestions."
    assert (tmp_path / "a.md").read_text("utf-8") == (f"The boat is\n\n{line}\n" if on else "The boat is")
    assert window.settings["export.ledger_line"] is on
    assert window.page.text() == "The boat is"

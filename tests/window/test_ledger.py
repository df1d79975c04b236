"""The author ledger in the window: the tint, and what the status bar says."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from afterword.drafts.beside import Beside, read_beside, write_beside
from afterword.drafts.draft import write_draft
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.window.actions import Action
from afterword.window.main_window import MainWindow

from .conftest import ScriptedDialogs, part, type_keys


def test_the_words_of_the_status_bar_tell_how_much_is_the_writers(qtbot: QtBot, window: MainWindow) -> None:
    type_keys(window.page, "One two ")
    window.page.insert_accepted("three")
    qtbot.waitUntil(lambda: any(label.toolTip() == "3 words, 62 % typed by you" for label in window.findChildren(QLabel)))


def test_notes_are_shown_with_their_draft_and_kept_to_the_last_key(
    qtbot: QtBot, window: MainWindow, jobs: Jobs, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = tmp_path / "a.md"
    write_draft(path, "Once.")
    write_beside(path, "Once.", Beside("Told by Ann."))
    window.open_draft(path)
    qtbot.waitUntil(lambda: window.page.notes == window.notes.notes == "Told by Ann.")
    assert not window.documents.dirty
    type_keys(part(window.notes, QPlainTextEdit), "So ")
    window.documents.save()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert read_beside(path, "Once.").notes == "So Told by Ann."
    window.documents.new()
    assert window.page.notes == window.notes.notes == ""


def test_the_tint_is_switched_in_the_menu_and_remembered(
    qtbot: QtBot, window: MainWindow, settings: Settings, jobs: Jobs, dialogs: ScriptedDialogs
) -> None:
    tint = window.menus.actions[Action.TINT]
    assert not tint.isChecked()
    for on in (True, False, True):
        tint.trigger()
        assert window.page.tints_accepted is on
        assert window.settings["page.tint_accepted"] is on
    other = MainWindow(Page(), settings, jobs, dialogs)
    qtbot.addWidget(other)
    assert other.page.tints_accepted
    assert other.menus.actions[Action.TINT].isChecked()
    assert not other.exports.tells_typed

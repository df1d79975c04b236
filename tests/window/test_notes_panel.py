"""The writer's notes for the model: told to it, counted, and never on the page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from afterword.engine.protocol import Seen
from afterword.text.context import Context
from afterword.window.actions import Action
from afterword.window.main_window import MainWindow

from .conftest import focused, part, type_keys


@pytest.fixture
def field(window: MainWindow) -> QPlainTextEdit:
    window.menus.actions[Action.NOTES].trigger()
    return part(window.notes, QPlainTextEdit)


def said(window: MainWindow) -> str:
    return "\n".join(label.text() for label in window.notes.findChildren(QLabel))


def test_they_open_with_the_focus_in_them_and_give_it_back(window: MainWindow, field: QPlainTextEdit) -> None:
    assert focused() is field
    assert window.settings["window.notes"]
    window.menus.actions[Action.NOTES].trigger()
    assert focused() is window.page
    assert not window.notes.isVisible()


def test_the_model_is_told_a_moment_after_the_last_key(window: MainWindow, field: QPlainTextEdit, qtbot: QtBot) -> None:
    asked: list[Context] = []
    window.seen_wanted.connect(asked.append)
    window.page.set_text("The ferry")
    type_keys(field, "A tale.")
    qtbot.waitUntil(lambda: window.page.context() == Context("", "The ferry", "A tale."))
    qtbot.waitUntil(lambda: asked[-1:] == [window.page.context()])
    assert window.page.text() == "The ferry"
    assert window.isWindowModified(), "they are saved with the draft"


def test_they_are_counted(window: MainWindow, field: QPlainTextEdit) -> None:
    window.notes.show_seen(Seen(notes=124, notes_left_out=0, page=700, characters=3420, room=1024))
    assert "124 of 512 tokens" in said(window)
    window.notes.setLocale(QLocale("en_US"))
    window.notes.show_seen(Seen(notes=1240, notes_left_out=0, page=7000, characters=34_200, room=16_384))
    assert "1,240 of 8,192 tokens" in said(window)
    window.notes.show_seen(Seen(notes=512, notes_left_out=31, page=500, characters=2400, room=1024))
    assert "31 tokens at their end are too many" in said(window)


def writes(window: MainWindow, text: str) -> None:
    window.page.set_text(text)
    window.page.moveCursor(QTextCursor.MoveOperation.End)
    window._noting.look()


def sees(window: MainWindow, characters: int) -> str:
    window.notes.show_seen(Seen(notes=0, notes_left_out=0, page=9, characters=characters, room=1024))
    return said(window)


@pytest.mark.parametrize(
    ("text", "words"), [("one", "1 word"), ("to be or not to be ", "6 words"), ("a 🐟\u00a0b\nc", "3 words")]
)
def test_where_all_before_the_cursor_is_seen_it_says_so_with_the_words_that_are_there(
    window: MainWindow, field: QPlainTextEdit, text: str, words: str
) -> None:
    writes(window, text)
    assert f"sees all before the cursor, {words}." in sees(window, len(text))
    window.page.moveCursor(QTextCursor.MoveOperation.Start)
    window._noting.look()
    assert "Nothing stands before the cursor." in sees(window, 0)


def test_where_only_some_of_it_is_seen_those_words_are_counted(window: MainWindow, field: QPlainTextEdit) -> None:
    window.notes.setLocale(QLocale("en_US"))
    writes(window, "gone " * 200 + "incomprehensibilities " * 100)
    assert "sees the last 100 words before" in sees(window, 22 * 100)
    assert "sees the last 1 word before" in sees(window, 22)
    assert "sees all before the cursor, 300 words" in sees(window, 5 * 200 + 22 * 100 - 2)
    writes(window, "word " * 4000)
    assert len(window.page.context().before) < 5 * 4000
    assert f"sees the last {len(window.page.context().before) // 5:,} words before" in sees(window, 10_000)


def test_what_is_typed_is_counted_only_while_they_are_shown(window: MainWindow, qtbot: QtBot) -> None:
    asked: list[Context] = []
    window.seen_wanted.connect(asked.append)
    type_keys(window.page, "one")
    qtbot.wait(500)
    assert not asked
    window.menus.actions[Action.NOTES].trigger()
    asked.clear()
    type_keys(window.page, " two")
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [Context("one two")]


def test_notes_of_another_draft_are_shown_and_not_taken_for_a_change(
    window: MainWindow, field: QPlainTextEdit, qtbot: QtBot
) -> None:
    changes: list[str] = []
    window.notes.notes_changed.connect(changes.append)
    window.notes.notes_edited.connect(changes.append)
    window.notes.show_notes("of another draft")
    assert field.toPlainText() == "of another draft"
    qtbot.wait(500)
    assert not changes


def test_tab_leaves_them(window: MainWindow, field: QPlainTextEdit) -> None:
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert focused() is not field
    assert field.toPlainText() == ""


def test_panels_share_the_window_with_the_page(window: MainWindow) -> None:
    window.menus.actions[Action.NOTES].trigger()
    window.resize(1100, 700)
    assert window.page.width() >= 400
    window.resize(400, 700)
    assert window.page.height() >= 150
    assert window.notes.height() >= 100


@pytest.mark.parametrize("width", [1100, 500])
def test_the_line_that_is_written_on_stays_on_the_page(window: MainWindow, qtbot: QtBot, width: int) -> None:
    window.resize(width, 700)
    page = window.page
    page.set_text("\n".join("The ferry left the harbour at noon, and nobody waved to it. " * 8 for _ in range(60)))
    cursor = page.textCursor()
    cursor.setPosition(15_000)
    page.setTextCursor(cursor)
    QTest.keyClick(page, Qt.Key.Key_Space)
    for action in (Action.NOTES, Action.PANEL, Action.NOTES, Action.PANEL):
        was = page.size()
        window.menus.actions[action].trigger()
        qtbot.waitUntil(lambda was=was: page.size() != was)  # type: ignore[misc]
        QApplication.processEvents()
        assert page.viewport().rect().contains(page.cursorRect())

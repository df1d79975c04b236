"""The list of the likeliest words: with keys, with the mouse, and out of the way of who writes on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from afterword.engine.protocol import Piece
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.window.main_window import MainWindow

from .conftest import part

PIECES = [Piece(" home", 0.61), Piece("\n\n", 0.2), Piece("’s", 0.004)]


@pytest.fixture
def words(window: MainWindow, qtbot: QtBot) -> QListWidget:
    window.page.set_text("He")
    window.page.moveCursor(window.page.textCursor().MoveOperation.End)
    window.page.setFocus()
    window.page.show_suggestion(Suggestion((Piece(" went", 0.9), Piece(" away", 0.2)), Ended.LENGTH), window.page.place())
    window.page.look_at_ghost(6)
    window.likeliest.open_with(PIECES)
    qtbot.waitUntil(window.likeliest.isVisible)
    return part(window.likeliest, QListWidget)


def accessible(words: QListWidget) -> list[str]:
    return [words.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(words.count())]


def test_it_says_how_probable_each_is(words: QListWidget) -> None:
    assert accessible(words) == ["home, 61 %", "↵↵, 20 %", "’s, 0 %"]
    assert words.accessibleName()


def test_the_suggestion_stays_while_it_is_open(window: MainWindow, words: QListWidget) -> None:
    assert window.page.ghost_text == " went away"
    assert words.hasFocus()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_one_is_chosen_with_keys(window: MainWindow, words: QListWidget, key: Qt.Key) -> None:
    QTest.keyClick(words, Qt.Key.Key_Down)
    QTest.keyClick(words, Qt.Key.Key_Up)
    QTest.keyClick(words, key)
    assert not window.likeliest.isVisible()
    assert window.page.ghost_text == " went home"


def test_one_is_chosen_with_the_mouse(window: MainWindow, words: QListWidget) -> None:
    spot = words.visualItemRect(words.item(2)).center()
    QTest.mouseClick(words.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert window.page.ghost_text == " went’s"


def test_the_word_on_the_page_is_the_chosen_one_at_first_and_choosing_it_changes_nothing(
    window: MainWindow, words: QListWidget, qtbot: QtBot
) -> None:
    branches: list[object] = []
    window.page.branch_wanted.connect(lambda *_: branches.append(1))
    window.likeliest.close()
    window.page.look_at_ghost(6)
    window.likeliest.open_with([Piece(" home", 0.61), Piece(" a", 0.2), Piece(" away", 0.1)])
    assert words.currentItem().text().startswith("away")
    QTest.keyClick(words, Qt.Key.Key_Return)
    assert not window.likeliest.isVisible()
    assert (window.page.ghost_text, branches) == (" went away", [])


def test_esc_closes_it_and_leaves_the_suggestion(window: MainWindow, words: QListWidget) -> None:
    QTest.keyClick(words, Qt.Key.Key_Escape)
    assert not window.likeliest.isVisible()
    assert window.page.ghost_text == " went away"


def test_who_writes_on_writes_on_the_page(window: MainWindow, words: QListWidget) -> None:
    QTest.keyClick(words, Qt.Key.Key_Space)
    assert not window.likeliest.isVisible()
    assert window.page.text() == "He "
    assert window.page.ghost_text == "went away"


@pytest.mark.parametrize("key", [Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_CapsLock])
def test_a_key_that_does_nothing_by_itself_leaves_it_open(window: MainWindow, words: QListWidget, key: Qt.Key) -> None:
    QTest.keyClick(words, key)
    assert window.likeliest.isVisible()
    assert window.page.ghost_text == " went away"


@pytest.mark.parametrize("across", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("down", [0.0, 0.5, 1.0])
def test_it_opens_on_the_screen_and_beside_the_line_of_the_cursor(
    window: MainWindow, words: QListWidget, across: float, down: float
) -> None:
    screen, line = window.screen().availableGeometry(), window.page.cursorRect().height()
    window.likeliest.close()
    x, bottom = screen.left() + int(across * screen.width()), screen.top() + line + int(down * (screen.height() - line - 1))
    window.likeliest.wait_at("", "", QPoint(x, bottom))
    window.likeliest.open_with(PIECES)
    opened = window.likeliest.frameGeometry()
    assert screen.contains(opened)
    away = opened.top() - bottom if down < 1 else bottom - line - opened.bottom()
    assert 0 <= away < line


def test_a_model_that_cannot_say_opens_nothing(window: MainWindow) -> None:
    window.likeliest.wait_at("", "", QPoint())
    window.likeliest.open_with([])
    assert not window.likeliest.isVisible()

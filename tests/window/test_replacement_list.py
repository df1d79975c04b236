"""Other words for one on the page: how the writer asks for them, sees them and chooses one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget
from pytestqt.qtbot import QtBot

from afterword.assist.types import Place
from afterword.suggest.replacing import Spot
from afterword.window.actions import Action
from afterword.window.main_window import MainWindow

from .conftest import part

LINE = "The old harbour slept."
WORDS = ["little", "great", "quiet"]


class Asking:
    """A writer in a window whose page has LINE, with the cursor in its second word."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.page = window, window.page
        self.wanted: list[tuple[Spot, Place]] = []
        self.page.replacements_wanted.connect(lambda spot, place: self.wanted.append((spot, place)))
        self.page.set_text(LINE)
        cursor = self.page.textCursor()
        cursor.setPosition(5)
        self.page.setTextCursor(cursor)
        self.page.setFocus()

    def asks(self) -> None:
        QTest.keyClick(self.page, Qt.Key.Key_Semicolon, Qt.KeyboardModifier.ControlModifier)

    def says(self) -> str:
        return self.window.status.currentMessage()


@pytest.fixture
def asking(window: MainWindow) -> Asking:
    return Asking(window)


@pytest.fixture
def words(asking: Asking, qtbot: QtBot) -> QListWidget:
    asking.asks()
    asking.window.choices.show_replacements(WORDS, asking.wanted[0][1])
    qtbot.waitUntil(asking.window.replacements.isVisible)
    return part(asking.window.replacements, QListWidget)


def test_the_list_is_at_the_word_with_a_name_for_assistive_technology(asking: Asking, words: QListWidget) -> None:
    assert [words.item(row).text() for row in range(words.count())] == WORDS
    assert words.accessibleName() == "Words that fit here"
    assert words.hasFocus()
    assert words.currentRow() == 0
    cursor = asking.page.textCursor()
    cursor.setPosition(4)
    below = asking.page.viewport().mapToGlobal(asking.page.cursorRect(cursor).bottomLeft())
    corner = asking.window.replacements.geometry().topLeft()
    assert (corner - below).manhattanLength() <= 2
    asking.window.replacements.close()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
def test_one_is_chosen_with_keys(asking: Asking, words: QListWidget, key: Qt.Key) -> None:
    QTest.keyClick(words, Qt.Key.Key_Down)
    QTest.keyClick(words, key)
    assert not asking.window.replacements.isVisible()
    assert asking.page.text() == "The great harbour slept."
    assert asking.page.textCursor().position() == 9
    asking.page.undo()
    assert asking.page.text() == LINE


def test_one_is_chosen_with_the_mouse(asking: Asking, words: QListWidget) -> None:
    spot = words.visualItemRect(words.item(2)).center()
    QTest.mouseClick(words.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert asking.page.text() == "The quiet harbour slept."


def test_esc_leaves_all_as_it_was(asking: Asking, words: QListWidget) -> None:
    QTest.keyClick(words, Qt.Key.Key_Escape)
    assert not asking.window.replacements.isVisible()
    assert (asking.page.text(), asking.page.textCursor().position()) == (LINE, 5)
    assert not asking.page.document().isUndoAvailable()
    assert not asking.page.document().isModified()


def test_who_writes_on_writes_on_the_page(asking: Asking, words: QListWidget) -> None:
    QTest.keyClick(words, Qt.Key.Key_X)
    assert not asking.window.replacements.isVisible()
    assert asking.page.text() == "The oxld harbour slept."


def test_asking_again_while_the_list_is_open_asks_anew(asking: Asking, words: QListWidget) -> None:
    QTest.keyClick(words, Qt.Key.Key_Semicolon, Qt.KeyboardModifier.ControlModifier)
    assert not asking.window.replacements.isVisible()
    assert len(asking.wanted) == 2


def test_words_for_a_place_where_the_writer_is_no_more_are_not_shown(asking: Asking) -> None:
    asking.asks()
    place = asking.wanted[0][1]
    QTest.keyClick(asking.page, Qt.Key.Key_Right)
    for found in (WORDS, [], None):
        asking.window.choices.show_replacements(found, place)
    assert not asking.window.replacements.isVisible()
    assert asking.says() == ""


@pytest.mark.parametrize(
    ("found", "says"),
    [([], "Nothing comes to mind here."), (None, "Other words come from a model on this machine, and none is loaded.")],
)
def test_where_there_are_none_that_is_said(asking: Asking, found: list[str] | None, says: str) -> None:
    asking.asks()
    asking.window.choices.show_replacements(found, asking.wanted[0][1])
    assert not asking.window.replacements.isVisible()
    assert asking.says() == says


def test_while_they_are_looked_for_that_is_said(asking: Asking, qtbot: QtBot) -> None:
    asking.asks()
    qtbot.waitUntil(lambda: asking.says() == "Looking for other words…")
    asking.window.choices.show_replacements(WORDS, asking.wanted[0][1])
    assert asking.says() == ""
    asking.window.replacements.close()


@pytest.mark.parametrize("key", [Qt.Key.Key_X, Qt.Key.Key_Right])
def test_who_goes_on_is_told_nothing_of_them(asking: Asking, qtbot: QtBot, key: Qt.Key) -> None:
    asking.asks()
    qtbot.waitUntil(lambda: asking.says() != "")
    QTest.keyClick(asking.page, key)
    assert asking.says() == ""


def test_where_there_is_no_word_the_writer_is_told_what_to_do(asking: Asking) -> None:
    asking.page.set_text("")
    asking.asks()
    assert asking.says() == "Put the cursor on a word, or select up to three."


@pytest.mark.parametrize("switched", ["on", "off", "paused"])
def test_the_menu_asks_too_and_so_it_does_with_suggestions_off(asking: Asking, switched: str) -> None:
    window = asking.window
    if switched == "off":
        window.menus.actions[Action.SUGGESTIONS].trigger()
    elif switched == "paused":
        window.menus.actions[Action.PAUSE].trigger()
    action = window.menus.actions[Action.REPLACE]
    assert action.isEnabled()
    action.trigger()
    assert [spot.words for spot, _ in asking.wanted] == ["old"]
    assert action in window.page.actions(), "the page's own menu begins with it"
    if switched == "paused":
        window.menus.actions[Action.PAUSE].trigger()


def test_the_context_menu_asks_about_the_word_under_the_mouse(asking: Asking) -> None:
    cursor = asking.page.textCursor()
    cursor.setPosition(10)
    viewport, point = asking.page.viewport(), asking.page.cursorRect(cursor).center()
    menu = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, viewport.mapToGlobal(point))
    QApplication.sendEvent(viewport, menu)
    opened = QApplication.activePopupWidget()
    assert opened is not None
    opened.actions()[0].trigger()
    opened.close()
    assert [spot.words for spot, _ in asking.wanted] == ["harbour"]

"""Suggestions that are seen only while Ctrl is held, and a menu that is opened meanwhile."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from afterword.editor.keys import EditorAction
from tests.editor.conftest import CTRL, Key, Writer


@pytest.fixture
def menu(writer: Writer, qtbot: QtBot) -> QMenu:
    """Opened while Ctrl is held and a suggestion is seen; its release goes to the menu."""
    writer.page.reveals = True
    writer.has("H")
    writer.types("e")
    writer.sees(" ran", " away")
    QApplication.sendEvent(writer.page, QKeyEvent(QEvent.Type.KeyPress, Key.Key_Control, CTRL))
    menu = QMenu(writer.page)
    menu.addAction("Accept").triggered.connect(lambda: writer.page.perform(EditorAction.ACCEPT_ALL))
    menu.popup(writer.page.mapToGlobal(QPoint(50, 50)))
    qtbot.waitUntil(menu.isVisible)
    assert writer.ghost == " ran away", "it can be taken from the menu"
    return menu


def test_it_is_hidden_when_the_menu_is_closed(writer: Writer, menu: QMenu, qtbot: QtBot) -> None:
    QTest.keyClick(menu, Key.Key_Escape)
    qtbot.waitUntil(lambda: writer.ghost == "")
    assert writer.page.hasFocus()
    assert writer.text == "He"


def test_it_is_taken_when_the_menu_says_so(writer: Writer, menu: QMenu) -> None:
    QTest.keyClick(menu, Key.Key_Down)
    QTest.keyClick(menu, Key.Key_Return)
    assert writer.text == "He ran away"


def test_what_was_asked_for_stays_when_the_menu_is_closed(writer: Writer, menu: QMenu, qtbot: QtBot) -> None:
    writer.page.perform(EditorAction.ASK_NOW)
    writer.sees(" slept")
    QTest.keyClick(menu, Key.Key_Escape)
    qtbot.waitUntil(lambda: not menu.isVisible())
    QApplication.processEvents()
    assert writer.ghost == " slept"

"""Strips above the page: who had the focus in one that goes has it on the page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from afterword.window.main_window import MainWindow
from afterword.window.sharing import Leaving
from afterword.window.switch import Switch

from .conftest import focused, part, type_keys

NONE = Qt.KeyboardModifier.NoModifier
STRIPS = "banner held_strip conflict_strip journal_strip crash_strip offer_strip sharing_strip key_strip".split()


@pytest.fixture
def window(window: MainWindow) -> MainWindow:
    """With panels behind the strips, in the order of the tab key."""
    window.switch_panel(True)
    window.switch_notes(True)
    window.page.setFocus()
    return window


def last_button(window: MainWindow, name: str) -> QPushButton:
    """Of a strip that says something; it has the focus."""
    strip = getattr(window, name)
    strip.say("Something is to be known.")
    button: QPushButton = strip.findChildren(QPushButton)[-1]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert focused() is button
    return button


def test_these_are_all(window: MainWindow) -> None:
    assert [getattr(window, name) for name in STRIPS] == list(window._strips)


@pytest.mark.parametrize("name", STRIPS)
def test_a_strip_that_goes_gives_the_focus_back_to_the_page(window: MainWindow, name: str) -> None:
    last_button(window, name)
    getattr(window, name).dismiss()
    assert focused() is window.page
    type_keys(focused(), "words ")
    assert (window.page.text(), window.notes.notes) == ("words ", "")


@pytest.mark.parametrize("name", ["banner", "held_strip", "crash_strip", "offer_strip", "sharing_strip", "key_strip"])
def test_it_is_dismissed_by_key_and_the_next_key_writes(window: MainWindow, name: str) -> None:
    window.sharing_strip.show_leaving(Leaving.UNASKED, "https://there.example", "draft")
    button = last_button(window, name)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert not getattr(window, name).isVisible()
    QTest.keyClick(focused(), Qt.Key.Key_Space)
    assert window.page.text() == " "
    assert window.panel.isVisible()
    assert window.notes.isVisible()


@pytest.mark.parametrize("name", STRIPS)
def test_esc_leads_out_of_it_and_it_stays(window: MainWindow, name: str) -> None:
    QTest.keyClick(last_button(window, name), Qt.Key.Key_Escape)
    assert focused() is window.page
    assert getattr(window, name).isVisible()
    assert window.panel.isVisible()


def test_the_tab_key_in_the_menu_bar_writes_nothing(window: MainWindow) -> None:
    window.menuBar().setFocus(Qt.FocusReason.MenuBarFocusReason)
    QTest.keyClick(window.menuBar(), Qt.Key.Key_Tab)
    assert window.page.text() == ""


def test_return_that_is_held_at_a_button_writes_nothing_on_the_page(window: MainWindow) -> None:
    QTest.keyPress(last_button(window, "key_strip"), Qt.Key.Key_Return)
    assert focused() is window.page
    for _ in range(3):
        QApplication.sendEvent(focused(), QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, NONE, "\r", True))
    QTest.keyRelease(focused(), Qt.Key.Key_Return)
    assert window.page.text() == ""
    QTest.keyPress(focused(), Qt.Key.Key_Return)
    QApplication.sendEvent(focused(), QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, NONE, "\r", True))
    QTest.keyRelease(focused(), Qt.Key.Key_Return)
    assert window.page.text() == "\n\n", "on the page itself it may be held"


@pytest.mark.parametrize("name", STRIPS)
def test_what_is_typed_at_its_buttons_is_for_the_page(window: MainWindow, name: str) -> None:
    QTest.keyClick(last_button(window, name), Qt.Key.Key_T, Qt.KeyboardModifier.AltModifier)
    assert focused() in getattr(window, name).findChildren(QPushButton), "that is for menus"
    type_keys(focused(), "w")
    type_keys(focused(), "ords on ")
    assert focused() is window.page
    assert window.page.text() == "words on "
    assert getattr(window, name).isVisible()


def test_what_is_typed_at_a_button_of_the_status_bar_is_for_the_page(window: MainWindow) -> None:
    switch = part(window.status, Switch)
    for text, button in (("words", switch), ("on", part(window.status, QToolButton))):
        button.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(button, Qt.Key.Key_T, Qt.KeyboardModifier.AltModifier)
        assert focused() is button, "that is for menus"
        for character in text:
            QTest.keyClicks(focused(), character)
        assert focused() is window.page
    assert window.page.text() == "wordson"
    assert switch.isChecked()


def test_space_at_the_switch_is_for_it_and_return_writes_nothing(window: MainWindow) -> None:
    switch = part(window.status, Switch)
    switch.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(switch, Qt.Key.Key_Return)
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert focused() is switch
    assert (switch.isChecked(), window.page.text()) == (False, "")


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
@pytest.mark.parametrize("name", STRIPS)
def test_return_presses_the_button_that_has_the_focus_and_writes_no_line(window: MainWindow, name: str, key: Qt.Key) -> None:
    button = last_button(window, name)
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    for modifier in (Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier):
        QTest.keyClick(button, key, modifier)
    assert (pressed, window.page.text()) == ([], "")
    assert focused() is button
    QTest.keyClick(button, key)
    assert (len(pressed), window.page.text()) == (1, "")


@pytest.mark.parametrize("name", STRIPS)
def test_a_strip_that_goes_leaves_the_focus_where_it_is_otherwise(window: MainWindow, name: str) -> None:
    getattr(window, name).say("Something is to be known.")
    window.notes.setFocus()
    notes = focused()
    getattr(window, name).dismiss()
    assert focused() is notes


def test_one_that_goes_behind_a_dialog_gives_it_back_once_that_is_closed(window: MainWindow, qtbot: QtBot) -> None:
    last_button(window, "conflict_strip")
    dialog = QDialog(window)
    QPushButton("Take theirs", dialog)
    dialog.open()
    qtbot.waitUntil(dialog.isActiveWindow)
    window.conflict_strip.dismiss()
    assert part(dialog, QPushButton).window().isActiveWindow(), "the dialog stays in front"
    dialog.close()
    window.activateWindow()
    qtbot.waitUntil(window.page.hasFocus)

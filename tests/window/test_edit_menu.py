"""The menus act on what has the focus."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QLineEdit
from pytestqt.qtbot import QtBot

from afterword.window.actions import Action, Menu
from afterword.window.main_window import MainWindow

from .conftest import focused, part, type_keys
from .doing import do, offer


def test_suggestions_are_taken_by_menu(qtbot: QtBot, window: MainWindow) -> None:
    menu = window.menus.menus[Menu.SUGGESTIONS]
    menu.aboutToShow.emit()
    assert not window.menus.actions[Action.ACCEPT_ALL].isEnabled()
    type_keys(window.page, "Once")
    offer(window, " upon a time")
    menu.aboutToShow.emit()
    do(window, Action.ACCEPT_WORD)
    assert window.page.text() == "Once upon"
    do(window, Action.ACCEPT_ALL)
    assert window.page.text() == "Once upon a time"


def test_editing_is_about_the_field_that_has_the_focus(qtbot: QtBot, window: MainWindow) -> None:
    type_keys(window.page, "page")
    do(window, Action.SELECT_ALL)
    do(window, Action.CUT)
    assert window.page.text() == ""
    do(window, Action.UNDO)
    assert window.page.text() == "page"
    do(window, Action.FIND)
    field = part(window.find_bar, QLineEdit)
    field.setText("field")
    do(window, Action.SELECT_ALL)
    do(window, Action.CUT)
    assert field.text() == ""
    assert window.page.text() == "page"


def test_undo_is_offered_when_there_is_something_to_undo(qtbot: QtBot, window: MainWindow) -> None:
    assert not window.menus.actions[Action.UNDO].isEnabled()
    type_keys(window.page, "x")
    assert window.menus.actions[Action.UNDO].isEnabled()
    do(window, Action.UNDO)
    assert window.menus.actions[Action.REDO].isEnabled()


def test_the_edit_menu_acts_on_the_notes_while_they_are_written(window: MainWindow, qapp: QApplication) -> None:
    type_keys(window.page, "Once")
    do(window, Action.NOTES)
    type_keys(focused(), "Told by Ann.")
    do(window, Action.UNDO)
    assert window.notes.notes == ""
    do(window, Action.REDO)
    assert window.notes.notes == "Told by Ann."
    do(window, Action.SELECT_ALL)
    do(window, Action.CUT)
    do(window, Action.PASTE)
    do(window, Action.PASTE)
    assert window.notes.notes == "Told by Ann.Told by Ann."
    qapp.clipboard().clear()
    do(window, Action.SELECT_ALL)
    do(window, Action.COPY)
    assert qapp.clipboard().text() == "Told by Ann.Told by Ann."
    assert window.page.text() == "Once"
    assert not window.page.textCursor().hasSelection()
    qapp.clipboard().clear()


def test_the_edit_menu_acts_on_a_number_while_it_is_changed(window: MainWindow, qapp: QApplication) -> None:
    type_keys(window.page, "Once")
    box = part(window.panel.control("max_words"), QDoubleSpinBox)
    box.setFocus()
    do(window, Action.SELECT_ALL)
    qapp.clipboard().setText("7")
    do(window, Action.PASTE)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 7
    assert window.page.text() == "Once"
    qapp.clipboard().clear()


def test_undo_and_redo_are_offered_where_there_may_be_something_to_undo(window: MainWindow) -> None:
    def offered() -> tuple[bool, bool]:
        return window.menus.actions[Action.UNDO].isEnabled(), window.menus.actions[Action.REDO].isEnabled()

    assert offered() == (False, False)
    do(window, Action.NOTES)
    assert offered() == (True, True)
    window.page.setFocus()
    assert offered() == (False, False)
    type_keys(window.page, "x")
    assert offered() == (True, False)
    do(window, Action.UNDO)
    assert offered() == (False, True)


def test_the_page_has_the_keys_once_the_menus_are_left(window: MainWindow) -> None:
    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.activePopupWidget() or focused(), key, modifier)
        QApplication.processEvents()

    alt = Qt.KeyboardModifier.AltModifier
    for keys in ((Qt.Key.Key_M,), (Qt.Key.Key_M, Qt.Key.Key_F)):
        for key in keys:
            press(key, alt)
            assert QApplication.activePopupWidget() is not None
            press(Qt.Key.Key_Escape)
        press(Qt.Key.Key_Escape)
        assert focused() is window.page

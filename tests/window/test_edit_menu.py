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


ALT = Qt.KeyboardModifier.AltModifier


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keys are; nothing else happens before the next one."""
    QTest.keyClick(QApplication.activePopupWidget() or focused(), key, modifier)


def write(text: str) -> None:
    """Press the keys that write `text`, each where the keys are by then."""
    for character in text:
        QTest.keyClicks(QApplication.activePopupWidget() or focused(), character)


def open_menu(key: Qt.Key) -> None:
    press(key, ALT)
    assert QApplication.activePopupWidget() is not None


def test_one_esc_leads_from_a_menu_to_the_page(window: MainWindow) -> None:
    for keys in ((Qt.Key.Key_M,), (Qt.Key.Key_M, Qt.Key.Key_F)):
        for key in keys:
            open_menu(key)
            press(Qt.Key.Key_Escape)
            assert QApplication.activePopupWidget() is None
            assert focused() is window.page
    open_menu(Qt.Key.Key_F)
    press(Qt.Key.Key_Escape)
    write(" AFTERESC qu")
    assert window.page.text() == " AFTERESC qu"
    assert window.menuBar().activeAction() is None


def test_esc_in_a_menu_of_a_menu_closes_only_that(window: MainWindow) -> None:
    menu, inner = window.menus.menus[Menu.SUGGESTIONS], window.menus.menus[Menu.PACE]
    open_menu(Qt.Key.Key_S)
    press(Qt.Key.Key_P)
    assert QApplication.activePopupWidget() is inner
    press(Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is menu
    press(Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None
    assert focused() is window.page


def test_esc_leads_back_to_the_field_from_which_the_menu_was_opened(window: MainWindow) -> None:
    do(window, Action.NOTES)
    notes = focused()
    open_menu(Qt.Key.Key_F)
    press(Qt.Key.Key_Escape)
    assert focused() is notes
    write("who")
    assert (window.notes.notes, window.page.text()) == ("who", "")


def test_what_is_no_letter_of_the_menu_bar_is_written_where_one_was(window: MainWindow) -> None:
    window.page.setFocus()
    bar = window.menuBar()
    for text in ("qu", "42"):
        bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
        write(text)
        assert focused() is window.page
    assert window.page.text() == "qu42"
    bar.setFocus(Qt.FocusReason.MenuBarFocusReason)
    press(Qt.Key.Key_F)
    assert QApplication.activePopupWidget() is window.menus.menus[Menu.FILE]
    press(Qt.Key.Key_Escape)
    assert (focused(), window.page.text()) == (window.page, "qu42")

"""Buttons: Return presses the one that has the focus, and no other one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QVBoxLayout
from pytestqt.qtbot import QtBot

from afterword.window.button import Button, ToolButton
from afterword.window.glyphs import Glyph, GlyphButton

KEYS = [Qt.Key.Key_Return, Qt.Key.Key_Enter]
NONE = Qt.KeyboardModifier.NoModifier


class Asked(QDialog):
    """Has a field, a button and a default button, and counts how often each is pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.pressed: list[str] = []
        self.field = QLineEdit(self)
        self.other = Button("Throw away", "Forget it", self)
        self.default = Button("Recover", "Open it", self)
        self.default.setDefault(True)
        column = QVBoxLayout(self)
        for widget in (self.field, self.other, self.default):
            column.addWidget(widget)
        for button in (self.other, self.default):
            button.clicked.connect(self._note)

    def _note(self) -> None:
        button = self.sender()
        assert isinstance(button, Button)
        self.pressed.append(button.text())


@pytest.fixture
def asked(qtbot: QtBot) -> Asked:
    dialog = Asked()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


@pytest.mark.parametrize(("key", "modifier"), [(KEYS[0], NONE), (KEYS[1], Qt.KeyboardModifier.KeypadModifier)])
def test_return_presses_what_has_the_focus_and_else_the_default(asked: Asked, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    for widget in (asked.other, asked.default, asked.field):
        widget.setFocus()
        QTest.keyClick(widget, key, modifier)
    assert asked.pressed == ["Throw away", "Recover", "Recover"]


@pytest.mark.parametrize("key", KEYS)
def test_held_down_it_presses_once_and_nothing_else(asked: Asked, key: Qt.Key) -> None:
    asked.other.setFocus()
    QTest.keyPress(asked.other, key)
    for _ in range(3):
        QApplication.sendEvent(asked.other, QKeyEvent(QEvent.Type.KeyPress, key, NONE, "\r", True))
    assert asked.pressed == ["Throw away"]


@pytest.mark.parametrize("modifier", ["Shift", "Control", "Alt", "Meta"])
def test_with_another_key_it_presses_nothing(asked: Asked, modifier: str) -> None:
    asked.other.setFocus()
    QTest.keyClick(asked.other, Qt.Key.Key_Return, Qt.KeyboardModifier[f"{modifier}Modifier"])
    assert asked.pressed == []


def test_one_that_cannot_be_pressed_is_not(asked: Asked) -> None:
    asked.other.setFocus()
    asked.other.setEnabled(False)
    QTest.keyClick(asked.other, Qt.Key.Key_Return)
    assert "Throw away" not in asked.pressed


def test_one_with_a_menu_shows_it(asked: Asked, qtbot: QtBot) -> None:
    menu = QMenu(asked)
    menu.addAction("Shorter")
    asked.other.setMenu(menu)
    asked.other.setFocus()
    QTest.keyClick(asked.other, Qt.Key.Key_Return)
    qtbot.waitUntil(menu.isVisible)
    menu.close()


@pytest.mark.parametrize("kind", ["symbol", "fold"])
def test_the_small_ones_of_panels_and_bars_too(kind: str, asked: Asked, qtbot: QtBot) -> None:
    small = GlyphButton(Glyph.CLOSE, "Hide", asked) if kind == "symbol" else ToolButton(asked)
    small.setCheckable(kind == "fold")
    small.show()
    small.setFocus()
    with qtbot.waitSignal(small.clicked):
        QTest.keyClick(small, Qt.Key.Key_Return)
    assert small.isChecked() == (kind == "fold")
    assert asked.pressed == []

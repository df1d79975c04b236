"""A field: what is meant for a menu is not written into it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout
from pytestqt.qtbot import QtBot

from afterword.editor import keys
from afterword.window.field import Field, LongField

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture(params=[Field, LongField])
def field(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Field | LongField]:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    made: Field | LongField = request.param(dialog)
    QPushButton("&Save", dialog)
    QVBoxLayout(dialog).addWidget(made)
    dialog.show()
    made.setFocus()
    yield made
    dialog.close()


def written(field: Field | LongField) -> str:
    return field.text() if isinstance(field, Field) else field.toPlainText()


def test_alt_with_a_letter_writes_nothing(field: Field | LongField, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MAC", False)
    QTest.keyClicks(field, "sk-1")
    QTest.keyClick(field, Qt.Key.Key_T, ALT)
    assert written(field) == "sk-1"


def test_on_a_mac_it_writes_the_sign_of_that_key(field: Field | LongField, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MAC", True)
    QTest.keyClick(field, Qt.Key.Key_T, ALT)
    assert written(field) == "t"


def test_alt_gr_writes(field: Field | LongField) -> None:
    QTest.keyClick(field, Qt.Key.Key_Q, ALT | CONTROL)
    assert written(field) == "q"


@pytest.mark.parametrize("field", [Field], indirect=True)
def test_return_with_alt_is_as_without(field: Field, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.returnPressed):
        QTest.keyClick(field, Qt.Key.Key_Return, ALT)

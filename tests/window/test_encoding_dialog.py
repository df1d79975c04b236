"""What Return does in the encoding dialog, and what is told of a character that an encoding lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from afterword.drafts.encoding import Form
from afterword.drafts.encodings import Encoding
from afterword.window.actions import Action
from afterword.window.encoding_dialog import EncodingDialog
from afterword.window.main_window import MainWindow
from afterword.window.saving import SaveState

from .conftest import part

READ, SAVE = "Read again", "Save so from now on"


def dialog_for(window: MainWindow, form: Form, in_file: bool = True) -> EncodingDialog:
    dialog = EncodingDialog(form, in_file, window)
    dialog.open()
    return dialog


def combo(dialog: EncodingDialog, name: str) -> QComboBox:
    [found] = [each for each in dialog.findChildren(QComboBox) if each.accessibleName() == name]
    return found


def choose(dialog: EncodingDialog, name: str, text: str) -> None:
    box = combo(dialog, name)
    row = box.findText(text, Qt.MatchFlag.MatchStartsWith)
    assert row >= 0
    box.setCurrentIndex(row)


def default(dialog: EncodingDialog) -> str:
    [button] = [each for each in dialog.findChildren(QPushButton) if each.isDefault()]
    return button.text()


def test_return_reads_again_once_another_encoding_is_chosen(window: MainWindow) -> None:
    dialog = dialog_for(window, Form(encoding="cp1250"))
    wanted: list[str] = []
    dialog.read_wanted.connect(wanted.append)
    assert default(dialog) == SAVE
    choose(dialog, "Encoding", "Windows-1252")
    assert default(dialog) == READ
    choose(dialog, "Encoding", "Windows-1250")
    assert default(dialog) == SAVE
    choose(dialog, "Encoding", "Windows-1251")
    QTest.keyClick(combo(dialog, "Encoding"), Qt.Key.Key_Return)
    assert wanted == ["cp1251"]


def test_return_saves_where_reading_again_would_change_nothing_or_forget_the_line_ends(window: MainWindow) -> None:
    dialog = dialog_for(window, Form())
    choose(dialog, "Encoding", "UTF-8 BOM")
    assert default(dialog) == SAVE, "the same letters"
    choose(dialog, "Encoding", "Windows-1252")
    choose(dialog, "Line ends", "CR LF")
    assert default(dialog) == SAVE
    choose(dialog, "Line ends", "LF")
    assert default(dialog) == READ
    dialog.close()


def test_return_saves_where_there_is_no_file(window: MainWindow) -> None:
    dialog = dialog_for(window, Form(), in_file=False)
    forms: list[Form] = []
    dialog.form_chosen.connect(forms.append)
    choose(dialog, "Encoding", "Windows-1252")
    assert default(dialog) == SAVE
    QTest.keyClick(combo(dialog, "Encoding"), Qt.Key.Key_Return)
    assert forms == [Form(encoding="cp1252")]


def test_utf_16_without_a_mark_is_shown_as_such(window: MainWindow) -> None:
    dialog = dialog_for(window, Form(encoding="utf-16-be"))
    shown = combo(dialog, "Encoding").currentData()
    assert isinstance(shown, Encoding)
    assert (shown.name, shown.bom) == ("UTF-16 BE no BOM", False)
    dialog.close()


@pytest.mark.parametrize("by_dialog", [True, False])
def test_a_character_that_the_encoding_lacks_is_told_and_kept_and_the_file_is_utf_8_from_then_on(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, by_dialog: bool
) -> None:
    documents, page, status = window.documents, window.page, window.status
    told: list[str] = []
    status.noticed.connect(told.append)
    path = tmp_path / "a.md"
    path.write_bytes("Größe schön über\r\n".encode("utf-8" if by_dialog else "cp1252"))
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    if by_dialog:
        window.menus.actions[Action.ENCODING].trigger()
        dialog = part(window, EncodingDialog)
        choose(dialog, "Encoding", "Windows-1252")
        [save] = [each for each in dialog.findChildren(QPushButton) if each.text() == SAVE]
        save.click()
    assert status._form.text() == "Windows-1252 · CR LF"
    page.insertPlainText("Ж")
    window.menus.actions[Action.SAVE].trigger()
    qtbot.waitUntil(lambda: documents.save_state is SaveState.SAVED)
    assert told[-1] == status.currentMessage() == "Windows-1252 has no “Ж”, so “a.md” was saved in UTF-8."
    assert page.text() == "ЖGröße schön über\n"
    assert path.read_bytes() == "ЖGröße schön über\r\n".encode()
    assert status._form.text() == "UTF-8 · CR LF"
    page.insertPlainText("ж")
    window.menus.actions[Action.SAVE].trigger()
    qtbot.waitUntil(lambda: documents.save_state is SaveState.SAVED)
    assert sum("has no" in each for each in told) == 1

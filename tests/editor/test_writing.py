"""Which keys write on the page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.editor.conftest import ALT, CTRL, NONE, SHIFT, Key, Writer


@pytest.mark.parametrize(
    ("key", "modifiers", "text"),
    [(Key.Key_T, ALT, "t"), (Key.Key_Return, CTRL, "\r"), (Key.Key_Return, ALT, "\r"), (Key.Key_T, CTRL, "\x14")],
    ids=["Alt+T", "Ctrl+Return", "Alt+Return", "Ctrl+T"],
)
@pytest.mark.parametrize("selected", [True, False], ids=["selection", "cursor"])
def test_a_command_writes_nothing(writer: Writer, key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str, selected: bool) -> None:
    writer.has("abc def")
    if selected:
        writer.goes_to(3, anchor=0)
    writer.press(key, modifiers, text)
    assert writer.text == "abc def"


@pytest.mark.parametrize(
    ("key", "modifiers", "text", "written"),
    [
        (Key.Key_Return, NONE, "\r", "\n"),
        (Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier, "\r", "\n"),
        (Key.Key_Return, SHIFT, "\r", "\n"),
        (Key.Key_At, CTRL | ALT, "@", "@"),
        (Key.Key_A, SHIFT, "A", "A"),
        (Key.Key_unknown, NONE, "🐟", "🐟"),
        (Key.Key_Tab, NONE, "\t", "\t"),
    ],
)
@pytest.mark.parametrize("selected", [True, False], ids=["selection", "cursor"])
def test_a_key_writes_what_it_says(
    writer: Writer, key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str, written: str, selected: bool
) -> None:
    writer.has("abc def")
    if selected:
        writer.goes_to(7, anchor=3)
    writer.press(key, modifiers, text)
    assert writer.text == ("abc" if selected else "abc def") + written


def test_who_writes_sees_where(writer: Writer) -> None:
    writer.has("line\n" * 200)
    bar = writer.page.verticalScrollBar()
    for key, text in ((Key.Key_A, "a"), (Key.Key_Return, "\r"), (Key.Key_Backspace, ""), (Key.Key_Backspace, "")):
        bar.setValue(0)
        assert not writer.page.viewport().rect().intersects(writer.page.cursorRect())
        writer.press(key, NONE, text)
        assert writer.page.viewport().rect().contains(writer.page.cursorRect())

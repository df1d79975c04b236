"""Taking a suggestion whole, by word and by sentence: keys, timing, undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from afterword.editor.accepted import ACCEPTED
from afterword.editor.keys import EditorAction
from tests.editor.conftest import ALT, CTRL, SHIFT, Key, Writer, suggestion


def accepted(writer: Writer) -> str:
    """The characters that bear the mark of accepted text; a newline is not looked at."""
    text = ""
    cursor = QTextCursor(writer.page.document())
    for position, character in enumerate(writer.text):
        cursor.setPosition(position + 1)
        text += character if cursor.charFormat().hasProperty(ACCEPTED) and character != "\n" else ""
    return text


def test_tab_takes_all_and_wishes_for_more(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour", " lay")
    writer.press(Key.Key_Tab, text="\t")
    assert (writer.text, writer.ghost, writer.cursor) == ("The harbour lay", "", 15)
    assert writer.taken == [(" harbour lay", EditorAction.ACCEPT_ALL)]
    assert writer.dropped == []
    assert [context.before for context, _ in writer.wishes] == ["The harbour lay"]


def test_ctrl_right_takes_a_word_and_punctuation_by_itself(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" har", "bour", ", quiet")
    for text, ghost in (("The harbour", ", quiet"), ("The harbour,", " quiet"), ("The harbour, quiet", "")):
        assert writer.wishes == []
        writer.press(Key.Key_Right, CTRL)
        assert (writer.text, writer.ghost) == (text, ghost)
    assert [text for text, _ in writer.taken] == [" harbour", ",", " quiet"]
    assert len(writer.wishes) == 1
    assert writer.shown == [" harbour, quiet"]


def test_alt_right_takes_a_sentence(writer: Writer) -> None:
    writer.has("He")
    writer.sees(" left, e.g. early. She stayed.")
    writer.press(Key.Key_Right, ALT)
    assert (writer.text, writer.ghost) == ("He left, e.g. early.", " She stayed.")
    assert writer.taken == [(" left, e.g. early.", EditorAction.ACCEPT_SENTENCE)]


def test_esc_takes_it_away(writer: Writer) -> None:
    writer.types("The")
    writer.sees(" harbour")
    writer.forgets()
    writer.press(Key.Key_Escape)
    assert (writer.ghost, writer.text) == ("", "The")
    assert (writer.wishes, writer.dropped, writer.unwanted) == ([], [" harbour"], 1)


def test_taking_in_the_middle_of_a_paragraph_leaves_the_rest(writer: Writer) -> None:
    writer.has("The quiet", cursor=3)
    writer.sees(" 🐟 harbour\nlay")
    writer.press(Key.Key_Tab, text="\t")
    assert (writer.text, writer.cursor) == ("The 🐟 harbour\nlay quiet", 18)


def test_taken_text_may_be_of_several_lines(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" end.\n", "\nNext")
    writer.press(Key.Key_Tab, text="\t")
    assert writer.text == "The end.\n\nNext"
    writer.page.undo()
    assert writer.text == "The"


# --- Tab and time ---------------------------------------------------------------------------------------------------


def test_tab_does_nothing_in_a_line_while_the_suggestion_is_new(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour", seconds=0.24)
    writer.press(Key.Key_Tab, text="\t")
    assert (writer.text, writer.ghost) == ("The", " harbour")
    writer.waits(0.02)
    writer.press(Key.Key_Tab, text="\t")
    assert writer.text == "The harbour"


@pytest.mark.parametrize("start", ["", "One\n", "One\n  "])
def test_tab_indents_at_the_start_of_a_line_while_the_suggestion_is_new(writer: Writer, start: str) -> None:
    writer.has(start)
    writer.sees("harbour", seconds=0.1)
    writer.press(Key.Key_Tab, text="\t")
    assert (writer.text, writer.ghost) == (start + "\t", "")
    assert len(writer.wishes) == 1


def test_a_suggestion_stays_as_old_as_it_is_while_it_is_typed(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour", seconds=0.2)
    writer.types(" h")
    writer.waits(0.06)
    writer.press(Key.Key_Tab, text="\t")
    assert writer.text == "The harbour"


def test_more_of_a_stream_that_was_typed_to_its_end_is_a_new_sight(writer: Writer) -> None:
    writer.has("The")
    place = writer.page.place()
    writer.sees(" har", more=True)
    writer.types(" har")
    writer.page.show_suggestion(suggestion(" har", "bour"), place)
    writer.press(Key.Key_Tab, text="\t")
    assert (writer.text, writer.ghost) == ("The har", "bour")


def test_tab_is_a_tab_where_there_is_no_suggestion(writer: Writer) -> None:
    writer.has("The")
    writer.press(Key.Key_Tab, text="\t")
    assert writer.text == "The\t"


def test_a_menu_takes_also_a_new_suggestion(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour", seconds=0)
    assert writer.page.perform(EditorAction.ACCEPT_ALL)
    assert writer.text == "The harbour"


def test_a_tab_held_down_takes_once_and_writes_no_tabs(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour")
    writer.press(Key.Key_Tab, text="\t")
    for _ in range(3):
        writer.press(Key.Key_Tab, text="\t", repeat=True)
    writer.sees(" lay")
    writer.press(Key.Key_Tab, text="\t", repeat=True)
    assert (writer.text, writer.ghost) == ("The harbour", " lay")
    writer.press(Key.Key_Tab, text="\t")
    assert writer.text == "The harbour lay"


def test_ctrl_right_held_down_takes_words_but_does_not_run_on_into_the_text(writer: Writer) -> None:
    writer.has("The and so on", cursor=3)
    writer.sees(" harbour lay")
    writer.press(Key.Key_Right, CTRL)
    for _ in range(4):
        writer.press(Key.Key_Right, CTRL, repeat=True)
    assert (writer.text, writer.cursor) == ("The harbour lay and so on", 15)


# --- keys without a suggestion, other keys --------------------------------------------------------------------------


def test_without_a_suggestion_the_keys_mean_what_they_always_mean(writer: Writer) -> None:
    writer.has("One two", cursor=0)
    writer.press(Key.Key_Right, CTRL)
    assert writer.cursor == 4
    for action in (EditorAction.ACCEPT_ALL, EditorAction.ACCEPT_WORD, EditorAction.ACCEPT_SENTENCE, EditorAction.DISMISS):
        assert not writer.page.perform(action)
    assert writer.text == "One two"


def test_other_keys_can_be_bound(writer: Writer) -> None:
    writer.page.set_bindings({EditorAction.ACCEPT_ALL: [QKeySequence("F2"), QKeySequence("Ctrl+Return")]})
    writer.has("The")
    writer.sees(" harbour")
    writer.press(Key.Key_Right, CTRL)
    assert writer.text == "The"
    writer.press(Key.Key_F2)
    writer.sees(" lay")
    writer.press(Key.Key_Return, CTRL)
    assert writer.text == "The harbour lay"
    writer.sees(" so")
    writer.press(Key.Key_Tab, text="\t")
    assert writer.text == "The harbour lay\t"


def test_the_page_gets_its_keys_before_a_shortcut_of_the_window(writer: Writer, qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(writer.page)
    fired: list[str] = []
    for keys in ("Tab", "Ctrl+Right", "Alt+Right", "Esc", "Ctrl+Shift+Space"):
        action = QAction(keys, window)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _=False, keys=keys: fired.append(keys))
        window.addAction(action)
    window.show()
    window.activateWindow()
    writer.page.setFocus()
    qtbot.waitUntil(writer.page.hasFocus)
    writer.has("The")
    writer.sees(" harbour lay. And so on it went.")
    handle = window.windowHandle()
    QTest.keyClick(handle, Key.Key_Right, CTRL)
    assert writer.text == "The harbour"
    QTest.keyClick(handle, Key.Key_Right, ALT)
    assert writer.text == "The harbour lay."
    QTest.keyClick(handle, Key.Key_Escape)
    assert writer.ghost == ""
    writer.sees(" Then")
    QTest.keyClick(handle, Key.Key_Tab)
    assert writer.text == "The harbour lay. Then"
    writer.forgets()
    QTest.keyClick(handle, Key.Key_Space, CTRL | SHIFT)
    assert len(writer.wishes) == 1
    assert fired == []
    QTest.keyClick(handle, Key.Key_Escape)
    assert fired == ["Esc"]
    window.takeCentralWidget()
    writer.page.setParent(None)


# --- undo -----------------------------------------------------------------------------------------------------------


def test_each_accept_is_exactly_one_step_of_undo(writer: Writer) -> None:
    writer.types("The")
    writer.sees(" harbour", " lay", " quiet")
    writer.press(Key.Key_Right, CTRL)
    writer.press(Key.Key_Right, CTRL)
    writer.press(Key.Key_Tab, text="\t")
    writer.types(" at")
    writer.types(" dawn")
    steps = ["The harbour lay quiet at dawn", "The harbour lay quiet", "The harbour lay", "The harbour", "The", ""]
    assert writer.text == steps[0]
    for text in steps[1:]:
        writer.page.undo()
        assert writer.text == text
    for text in reversed(steps[:-1]):
        writer.page.redo()
        assert writer.text == text


def test_accepted_text_keeps_its_mark_through_undo_and_what_is_written_around_it_has_none(writer: Writer) -> None:
    writer.types("a")
    writer.sees("BC")
    writer.press(Key.Key_Tab, text="\t")
    writer.types("d\ne")
    writer.goes_to(2)
    writer.types("xy")
    assert (writer.text, accepted(writer)) == ("aBxyCd\ne", "BC")
    for _ in range(9):
        writer.page.undo()
    assert (writer.text, accepted(writer)) == ("", "")
    for _ in range(9):
        writer.page.redo()
    assert (writer.text, accepted(writer)) == ("aBxyCd\ne", "BC")


@pytest.mark.parametrize("how", ["typed", "composed", "pasted", "entered"])
def test_what_replaces_accepted_text_is_the_writers_own(writer: Writer, how: str) -> None:
    writer.has("a")
    writer.sees("BCD")
    writer.press(Key.Key_Tab, text="\t")
    writer.goes_to(3, anchor=2)
    if how == "typed":
        writer.types("x")
    elif how == "composed":
        writer.composes("", commit="x")
    elif how == "entered":
        writer.types("\n")
    else:
        QGuiApplication.clipboard().setText("x")
        writer.page.paste()
    assert accepted(writer) == "BD"
    writer.page.undo()
    assert (writer.text, accepted(writer)) == ("aBCD", "BCD")


@pytest.mark.parametrize("how", ["typed", "composed"])
def test_what_is_written_behind_accepted_text_is_the_writers_own(writer: Writer, how: str) -> None:
    writer.sees("AB")
    writer.press(Key.Key_Tab, text="\t")
    writer.press(Key.Key_Left)
    writer.press(Key.Key_Right)
    writer.types("x") if how == "typed" else writer.composes("", commit="x")
    assert (writer.text, accepted(writer)) == ("ABx", "AB")


def test_a_new_draft_is_nobodys_suggestion(writer: Writer) -> None:
    writer.has("a")
    writer.sees("BC")
    writer.press(Key.Key_Tab, text="\t")
    writer.press(Key.Key_Left)
    writer.page.set_text("other")
    writer.press(Key.Key_End)
    writer.types("x")
    assert (writer.text, accepted(writer)) == ("otherx", "")


@pytest.mark.parametrize("written", ["Ctrl+?", "Ctrl+Shift+?"])
@pytest.mark.parametrize("modifiers", [CTRL, CTRL | SHIFT])
def test_a_sign_is_pressed_with_shift_where_the_keyboard_has_it_there(
    writer: Writer, written: str, modifiers: Qt.KeyboardModifier
) -> None:
    writer.page.set_bindings({EditorAction.ACCEPT_ALL: [QKeySequence(written)]})
    writer.has("One")
    writer.sees(" two")
    writer.press(Key.Key_Question, modifiers)
    assert writer.text == "One two"


def test_shift_makes_another_key_of_a_letter(writer: Writer) -> None:
    writer.page.set_bindings({EditorAction.ACCEPT_ALL: [QKeySequence("Ctrl+K")]})
    writer.has("One")
    writer.sees(" two")
    writer.press(Key.Key_K, CTRL | SHIFT)
    assert writer.text == "One"


def test_ctrl_right_is_pressed_with_the_arrow_of_the_keypad_too(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour lay")
    writer.press(Key.Key_Right, CTRL | Qt.KeyboardModifier.KeypadModifier)
    assert writer.text == "The harbour"

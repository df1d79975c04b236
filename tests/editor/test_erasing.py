"""What an undo brings back of what was erased."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPlainTextEdit

from tests.editor.conftest import CTRL, Key, Writer
from tests.editor.undoing import LONGER, SHORTER, moves_there_and_back, redone, undone


@pytest.mark.parametrize("key", [Key.Key_Backspace, Key.Key_Delete])
def test_what_was_erased_before_a_pause_stays_erased(writer: Writer, key: Key) -> None:
    writer.has("abcdefghi", cursor=9 if key == Key.Key_Backspace else 0)
    for number in range(6):
        writer.waits(LONGER if number in (1, 4) else SHORTER)
        writer.press(key)
    kept = slice(9) if key == Key.Key_Backspace else slice(-9, None)
    texts = [
        text[kept]
        for text in (("abcde", "abcdefgh", "abcdefghi") if key == Key.Key_Backspace else ("efghi", "bcdefghi", "abcdefghi"))
    ]
    assert undone(writer) == texts
    assert not writer.page.document().isModified()
    assert redone(writer) == [*texts[-2::-1], "abc" if key == Key.Key_Backspace else "ghi"]


def test_erasing_after_the_cursor_went_away_and_came_back_is_another_step(writer: Writer) -> None:
    writer.has("abcdef")
    writer.press(Key.Key_Backspace)
    writer.press(Key.Key_Backspace)
    moves_there_and_back(writer)
    writer.press(Key.Key_Backspace)
    writer.press(Key.Key_Backspace)
    assert undone(writer) == ["abcd", "abcdef"]


def test_what_was_selected_and_erased_comes_back_alone(writer: Writer) -> None:
    writer.has("abcdef")
    writer.goes_to(6, anchor=4)
    for _ in range(3):
        writer.press(Key.Key_Backspace)
    assert undone(writer) == ["abcd", "abcdef"]


def test_words_that_are_erased_come_back_one_by_one(writer: Writer) -> None:
    writer.has("one two three")
    writer.press(Key.Key_Backspace, CTRL)
    writer.press(Key.Key_Backspace, CTRL)
    assert writer.text == "one "
    assert undone(writer) == ["one two ", "one two three"]


def test_erasing_in_what_was_just_typed_is_not_undone_with_it(writer: Writer) -> None:
    writer.has("one x")
    writer.press(Key.Key_Backspace)
    writer.waits(LONGER)
    writer.types("two")
    writer.press(Key.Key_Backspace)
    assert undone(writer) == ["one two", "one ", "one x"]


def test_erasing_both_ways_is_a_step_for_each(writer: Writer) -> None:
    writer.has("abcdef", cursor=3)
    for key in (Key.Key_Backspace, Key.Key_Backspace, Key.Key_Delete, Key.Key_Delete):
        writer.press(key)
    assert writer.text == "af"
    assert undone(writer) == ["adef", "abcdef"]


def test_erasing_goes_back_to_what_was_saved(writer: Writer) -> None:
    writer.has("abcdef")
    writer.press(Key.Key_Backspace)
    writer.page.document().setModified(False)
    writer.press(Key.Key_Backspace)
    writer.press(Key.Key_Backspace)
    writer.page.undo()
    assert writer.text == "abcde"
    assert not writer.page.document().isModified()
    writer.page.undo()
    assert writer.text == "abcdef"
    assert writer.page.document().isModified()


def test_erasing_where_nothing_is_left_is_no_step_and_joins_none(writer: Writer) -> None:
    writer.has("")
    writer.types("one")
    writer.press(Key.Key_Delete)
    assert undone(writer) == [""]
    writer.page.redo()
    writer.goes_to(0)
    for _ in range(2):
        writer.press(Key.Key_Backspace)
    assert undone(writer) == [""]


def test_a_pause_is_one_also_when_then_a_key_had_nothing_to_erase(writer: Writer) -> None:
    writer.has("")
    writer.types("one ")
    writer.waits(LONGER)
    writer.press(Key.Key_Delete)
    writer.types("two")
    assert undone(writer) == ["one ", ""]


@pytest.mark.parametrize("what", ["🐟", "e\u0301", "\U00020000", "\n"], ids=["fish", "accent", "astral", "newline"])
def test_a_character_is_erased_as_ever(writer: Writer, what: str) -> None:
    plain = QPlainTextEdit(f"a{what}b")
    for key, at in ((Key.Key_Backspace, 1 + len(what.encode("utf-16-le")) // 2), (Key.Key_Delete, 1)):
        writer.has(f"a{what}b", cursor=at)
        plain.setPlainText(f"a{what}b")
        cursor = plain.textCursor()
        cursor.setPosition(at)
        if key == Key.Key_Backspace:
            cursor.deletePreviousChar()
        else:
            cursor.deleteChar()
        writer.press(key)
        assert writer.text == plain.toPlainText()
        assert writer.cursor == cursor.position()


def test_a_corrected_word_is_undone_step_by_step(writer: Writer) -> None:
    writer.has("")
    writer.types("The habro")
    for _ in range(3):
        writer.press(Key.Key_Backspace)
    writer.types("rbour lay")
    assert undone(writer) == ["The ha", "The habro", ""]

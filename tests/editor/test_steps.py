"""What an undo takes back of what was typed: a stretch, as writers know it from other programs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData

from tests.editor.conftest import SHIFT, Key, Writer
from tests.editor.undoing import LONGER, MOST, SHORTER, moves_there_and_back, redone, undone


def test_what_was_typed_before_a_pause_stays(writer: Writer) -> None:
    writer.has("")
    writer.types("The harbour ")
    writer.waits(LONGER)
    writer.types("lay quiet")
    assert undone(writer) == ["The harbour ", ""]


def test_a_moment_is_no_pause(writer: Writer) -> None:
    writer.has("")
    for letter in "The harbour lay":
        writer.waits(SHORTER)
        writer.types(letter)
    assert undone(writer) == [""]


@pytest.mark.parametrize("typed", [" quiet", "et and"], ids=["before a blank", "in a word"])
def test_a_pause_within_a_word_or_before_a_blank_is_one_before_the_next_word(writer: Writer, typed: str) -> None:
    writer.has("")
    writer.types("It lay qui")
    writer.waits(LONGER)
    writer.types(typed)
    blank = "It lay qui" + typed[: typed.index(" ") + 1]
    assert undone(writer) == [blank, ""]


def test_what_was_typed_before_the_cursor_went_away_and_came_back_stays(writer: Writer) -> None:
    writer.has("")
    writer.types("The harbour ")
    moves_there_and_back(writer)
    writer.types("lay quiet")
    assert undone(writer) == ["The harbour ", ""]


def test_what_was_typed_before_something_was_selected_stays(writer: Writer) -> None:
    writer.has("")
    writer.types("The harbour ")
    writer.press(Key.Key_Left, SHIFT)
    writer.press(Key.Key_Right, SHIFT)
    writer.types("lay quiet")
    assert undone(writer) == ["The harbour ", ""]


def test_what_was_typed_before_something_was_selected_behind_the_cursor_stays(writer: Writer) -> None:
    writer.has("")
    writer.types("The harbour ")
    writer.goes_to(12, anchor=4)
    writer.goes_to(12)
    writer.types("lay quiet")
    assert undone(writer) == ["The harbour ", ""]


def test_what_was_written_in_place_of_something_is_undone_to_that(writer: Writer) -> None:
    writer.has("The pier lay quiet", cursor=8)
    for end, anchor in ((8, 4), (4, 8)):
        writer.goes_to(end, anchor)
        writer.types("harbour")
        assert writer.text == "The harbour lay quiet"
        writer.page.undo()
        assert (writer.text, writer.cursor) == ("The pier lay quiet", 8)
        assert not writer.page.document().isModified()


def test_a_letter_behind_an_emoji_begins_no_step(writer: Writer) -> None:
    writer.has("")
    writer.types("🐟")
    writer.waits(LONGER)
    writer.types("y or")
    assert undone(writer) == ["🐟y ", ""]


def test_a_dead_key_that_is_given_up_begins_no_step_within_a_word(writer: Writer) -> None:
    writer.has("")
    writer.types("The harb")
    writer.goes_to(7)
    writer.goes_to(8)
    writer.composes("´")
    writer.composes("")
    writer.types("our lay")
    assert undone(writer) == ["The harbour ", ""]


def test_what_was_saved_is_what_an_undo_leads_to(writer: Writer) -> None:
    writer.has("")
    writer.types("The har")
    writer.page.document().setModified(False)
    writer.types("bour lay")
    writer.page.undo()
    assert writer.text == "The har"
    assert not writer.page.document().isModified()
    writer.page.undo()
    assert writer.text == ""
    assert writer.page.document().isModified()
    writer.page.redo()
    assert writer.text == "The har"
    assert not writer.page.document().isModified()
    writer.page.redo()
    assert writer.text == "The harbour lay"
    assert writer.page.document().isModified()


def test_a_new_line_is_undone_alone_also_where_the_line_above_is_empty(writer: Writer) -> None:
    writer.has("")
    writer.types("one\n\n\ntwo")
    assert undone(writer) == ["one\n\n\n", "one\n\n", "one\n", "one", ""]
    assert redone(writer) == ["one", "one\n", "one\n\n", "one\n\n\n", "one\n\n\ntwo"]


def test_a_new_line_within_a_paragraph_is_undone_alone(writer: Writer) -> None:
    writer.has("one two", cursor=3)
    writer.press(Key.Key_Return, SHIFT, "\r")
    writer.types("and")
    assert undone(writer) == ["one\n two", "one two"]


def test_at_most_some_words_are_lost(writer: Writer) -> None:
    writer.has("")
    words = [f"word{number} " for number in range(2 * MOST + 1)]
    writer.types("".join(words))
    assert undone(writer) == ["".join(words[: 2 * MOST]), "".join(words[:MOST]), ""]


def test_what_is_typed_without_blanks_is_one_step(writer: Writer) -> None:
    writer.has("")
    writer.types("https://example.org/a-long-way/to-go.on?with=this&and=that")
    assert undone(writer) == [""]


@pytest.mark.parametrize("typed", ["Typed.", "s. Typed.", ". Typed", " Typed", "\nTyped"])
@pytest.mark.parametrize("there", ["Pasted. ", "Pasted in the hou"])
def test_what_was_pasted_stays(writer: Writer, there: str, typed: str) -> None:
    writer.has("")
    mime = QMimeData()
    mime.setText(there)
    writer.page.insertFromMimeData(mime)
    writer.types(typed)
    assert undone(writer)[-2:] == [there, ""]


@pytest.mark.parametrize("typed", ["Typed.", "s. Typed.", ". Typed", " Typed", "\nTyped"])
@pytest.mark.parametrize("there", ["Put. ", "Put into the hou"])
def test_what_a_program_put_in_stays(writer: Writer, there: str, typed: str) -> None:
    writer.has("")
    writer.page.textCursor().insertText(there)
    writer.types(typed)
    assert undone(writer)[-2:] == [there, ""]


@pytest.mark.parametrize("typed", ["two", " two", "s and two"])
def test_what_was_made_again_stays(writer: Writer, typed: str) -> None:
    writer.has("")
    writer.types("One")
    writer.page.undo()
    writer.page.redo()
    writer.types(typed)
    assert undone(writer)[-2:] == ["One", ""]


def test_what_was_accepted_is_a_step_between_two_of_the_writers(writer: Writer) -> None:
    writer.has("")
    writer.types("The harbour")
    writer.sees(" lay quiet")
    writer.press(Key.Key_Tab)
    writer.types(" then and")
    assert undone(writer) == ["The harbour lay quiet", "The harbour", ""]


def test_typing_what_a_suggestion_says_is_undone_like_other_typing(writer: Writer) -> None:
    writer.has("The harbour ")
    writer.sees("lay quiet and grey")
    writer.types("lay ")
    writer.waits(LONGER)
    writer.types("quiet ")
    assert writer.ghost == "and grey"
    assert undone(writer) == ["The harbour lay ", "The harbour "]


def test_the_cursor_is_where_the_undone_text_was(writer: Writer) -> None:
    writer.has("Begin. End.", cursor=7)
    writer.types("One ")
    writer.waits(LONGER)
    writer.types("two ")
    writer.goes_to(0)
    writer.page.undo()
    assert (writer.text, writer.cursor) == ("Begin. One End.", len("Begin. One "))
    writer.page.undo()
    assert (writer.text, writer.cursor) == ("Begin. End.", len("Begin. "))
    writer.page.redo()
    writer.page.redo()
    assert (writer.text, writer.cursor) == ("Begin. One two End.", len("Begin. One two "))


def test_typing_elsewhere_is_a_step_from_which_words_are_counted_anew(writer: Writer) -> None:
    writer.has("Begin.  End.", cursor=7)
    writer.types("a b c d e f ")
    writer.goes_to(len(writer.text.encode()))
    writer.types("s g h i j k l m n o")
    assert undone(writer) == ["Begin. a b c d e f  End.s g h i j k l m n ", "Begin. a b c d e f  End.", "Begin.  End."]

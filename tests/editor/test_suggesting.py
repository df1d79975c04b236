"""When the page wishes for a suggestion, what it shows, and when it falls silent."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from afterword.editor.keys import MAC, EditorAction
from afterword.engine.protocol import Piece
from afterword.text.context import Context
from tests.editor.conftest import ALT, CTRL, NONE, SHIFT, Key, Writer, suggestion


def test_every_key_that_changes_the_text_wishes_for_a_suggestion(writer: Writer) -> None:
    writer.types("ab")
    writer.press(Key.Key_Backspace)
    writer.press(Key.Key_Home)
    writer.press(Key.Key_Delete)
    writer.types("\n")
    assert [(context.before, context.after) for context, _ in writer.wishes] == [
        ("a", ""),
        ("ab", ""),
        ("a", ""),
        ("", ""),
        ("\n", ""),
    ]


def test_the_wish_says_where_it_is(writer: Writer) -> None:
    writer.types("🐟a")
    context, place = writer.wishes[-1]
    assert place == writer.page.place()
    assert place.cursor == 3
    assert context.before == "🐟a"


def test_a_suggestion_appears_where_it_was_asked_for_and_only_on_the_page(writer: Writer) -> None:
    writer.types("The harbour")
    steps = writer.page.document().availableUndoSteps()
    writer.sees(" lay", " quiet")
    assert writer.ghost == " lay quiet"
    assert writer.text == writer.page.toPlainText() == "The harbour"
    assert writer.page.document().availableUndoSteps() == steps
    assert writer.shown == [" lay quiet"]


def test_a_suggestion_leaves_an_unmodified_document_unmodified(writer: Writer) -> None:
    writer.has("The harbour")
    writer.sees(" lay quiet")
    assert writer.ghost
    assert not writer.page.document().isModified()
    assert not writer.page.document().isUndoAvailable()


def test_a_suggestion_for_another_place_is_not_shown(writer: Writer) -> None:
    writer.types("a")
    earlier = writer.page.place()
    writer.types("b")
    writer.page.show_suggestion(suggestion("b or not"), earlier)
    assert writer.ghost == ""


def test_a_suggestion_for_a_place_that_was_left_and_come_back_to_is_not_shown(writer: Writer) -> None:
    writer.types("ab")
    place = writer.page.place()
    writer.press(Key.Key_Left)
    writer.press(Key.Key_Right)
    writer.page.show_suggestion(suggestion(" or not"), place)
    assert writer.ghost == ""


def test_a_stream_grows_in_its_place_and_is_shown_first_once(writer: Writer) -> None:
    writer.types("The")
    place = writer.page.place()
    for said in ((" har",), (" har", "bour"), (" har", "bour", " lay")):
        writer.page.show_suggestion(suggestion(*said, more=True), place)
        assert writer.ghost == "".join(said)
    assert writer.shown == [" har"]


def test_typing_what_it_says_shrinks_it_without_a_new_wish(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour", "\nlay 🐟")
    for character, left in zip(" harbour\nlay ", range(1, 99), strict=False):
        writer.types(character)
        assert writer.ghost == " harbour\nlay 🐟"[left:]
    assert writer.wishes == []
    assert writer.dropped == []
    assert writer.text == "The harbour\nlay "


def test_typing_it_to_its_end_wishes_for_the_next(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" x")
    writer.types(" x")
    assert writer.ghost == ""
    assert len(writer.wishes) == 1
    assert writer.dropped == []


def test_a_stream_goes_on_behind_what_the_writer_types_of_it(writer: Writer) -> None:
    writer.types("The")
    place = writer.page.place()
    writer.forgets()
    writer.page.show_suggestion(suggestion(" har", more=True), place)
    writer.types(" ha")
    writer.page.show_suggestion(suggestion(" har", "bour", more=True), place)
    assert writer.ghost == "rbour"
    assert writer.wishes == []


def test_the_writer_may_type_ahead_of_a_stream_as_far_as_it_will_agree(writer: Writer) -> None:
    writer.types("The")
    place = writer.page.place()
    writer.forgets()
    writer.page.show_suggestion(suggestion(" har", more=True), place)
    writer.types(" harb")
    assert writer.ghost == ""
    assert writer.wishes == []
    writer.page.show_suggestion(suggestion(" har", "bour", more=True), place)
    assert writer.ghost == "our"
    assert writer.shown == [" har"]


def test_a_stream_that_disagrees_with_what_was_typed_ahead_is_asked_for_anew(writer: Writer) -> None:
    writer.types("The")
    place = writer.page.place()
    writer.forgets()
    writer.page.show_suggestion(suggestion(" har", more=True), place)
    writer.types(" hard")
    assert writer.wishes == []
    writer.page.show_suggestion(suggestion(" har", "bour", more=True), place)
    assert writer.ghost == ""
    assert [context.before for context, _ in writer.wishes] == ["The hard"]


def test_typing_something_else_drops_it_and_wishes_anew(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour")
    place = writer.page.place()
    writer.types(" s")
    assert writer.ghost == ""
    assert writer.dropped == [" harbour"]
    assert [context.before for context, _ in writer.wishes] == ["The s"]
    writer.page.show_suggestion(suggestion(" harbour"), place)
    assert writer.ghost == ""


def test_backspace_drops_it_and_wishes_anew(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour")
    writer.press(Key.Key_Backspace)
    assert (writer.ghost, writer.text) == ("", "Th")
    assert [context.before for context, _ in writer.wishes] == ["Th"]


def test_backspace_is_no_typing_even_where_what_follows_is_what_was_suggested(writer: Writer) -> None:
    writer.has("abbc", cursor=2)
    writer.sees("bx")
    writer.press(Key.Key_Backspace)
    assert (writer.text, writer.ghost, len(writer.wishes)) == ("abc", "", 1)


@pytest.mark.parametrize(
    ("key", "modifiers"),
    [
        (Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Key.Key_Up, Qt.KeyboardModifier.NoModifier),
        (Key.Key_Home, Qt.KeyboardModifier.NoModifier),
        (Key.Key_PageUp, Qt.KeyboardModifier.NoModifier),
        (Key.Key_Left, SHIFT),
        (Key.Key_A, CTRL),
    ],
)
def test_moving_and_selecting_take_it_away_and_wish_for_nothing(
    writer: Writer, key: Qt.Key, modifiers: Qt.KeyboardModifier
) -> None:
    writer.types("One\ntwo")
    writer.sees(" harbours")
    place = writer.page.place()
    writer.forgets()
    writer.press(key, modifiers)
    assert writer.ghost == ""
    assert writer.wishes == []
    assert writer.unwanted == 1
    writer.page.show_suggestion(suggestion(" harbours", " more"), place)
    assert writer.ghost == ""


def test_a_key_that_does_nothing_leaves_it(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour")
    for key in (Key.Key_Control, Key.Key_Shift, Key.Key_F8, Key.Key_VolumeUp, Key.Key_Right):
        writer.press(key)
        assert writer.ghost == " harbour"
    assert writer.unwanted == 0


def test_end_stays_in_its_paragraph_before_the_ghost(writer: Writer) -> None:
    writer.has("One two\nthree", cursor=3)
    writer.sees(" harbour\nlay")
    writer.press(Key.Key_End)
    assert writer.cursor == len("One two")
    writer.has("One\nthree", cursor=3)
    writer.sees(" harbour\nlay")
    writer.press(Key.Key_End)
    assert writer.cursor == 3


def test_nothing_is_suggested_over_a_selection(writer: Writer) -> None:
    writer.types("The")
    writer.goes_to(0, anchor=3)
    writer.sees(" harbour")
    assert writer.ghost == ""
    writer.page.ask_now()
    assert len(writer.wishes) == 3


@pytest.mark.parametrize("by_menu", [True, False])
def test_undo_and_redo_are_followed_by_silence_until_the_next_key(writer: Writer, by_menu: bool) -> None:
    writer.types("The")
    writer.sees(" harbour")
    writer.forgets()
    writer.page.undo() if by_menu else writer.press(Key.Key_Z, CTRL)
    assert (writer.text, writer.ghost, writer.wishes, writer.unwanted) == ("", "", [], 1)
    writer.page.redo() if by_menu else writer.press(Key.Key_Z, CTRL | SHIFT)
    assert (writer.text, writer.wishes) == ("The", [])
    writer.types("n")
    assert len(writer.wishes) == 1


def test_undoing_is_not_typing_even_where_it_brings_back_what_is_suggested(writer: Writer) -> None:
    writer.types("ab")
    writer.press(Key.Key_Backspace)
    writer.sees("before")
    writer.press(Key.Key_Z, CTRL)
    assert (writer.text, writer.ghost) == ("ab", "")


def test_a_page_that_cannot_be_written_on_wishes_for_nothing(writer: Writer) -> None:
    writer.types("The")
    writer.sees(" harbour")
    writer.page.setReadOnly(True)
    assert writer.ghost == ""
    assert writer.unwanted == 1
    writer.forgets()
    writer.types("x")
    writer.page.ask_now()
    writer.sees(" harbour")
    assert (writer.text, writer.ghost, writer.wishes) == ("The", "", [])


def test_suggestions_can_be_switched_off(writer: Writer) -> None:
    writer.types("The")
    writer.sees(" harbour")
    writer.page.suggestions_enabled = False
    assert (writer.ghost, writer.unwanted) == ("", 1)
    writer.forgets()
    writer.types("n")
    writer.sees(" harbour")
    assert (writer.wishes, writer.ghost) == ([], "")
    writer.page.suggestions_enabled = True
    writer.types("e")
    assert len(writer.wishes) == 1


def test_one_that_is_asked_for_comes_also_while_they_are_off(writer: Writer) -> None:
    writer.page.suggestions_enabled = False
    writer.types("The")
    writer.press(Key.Key_Space, CTRL | SHIFT)
    assert len(writer.wishes) == 1
    writer.sees(" harbour", " wall")
    assert writer.ghost == " harbour wall"
    writer.types(" harb")
    assert writer.ghost == "our wall"
    writer.types("x")
    assert (writer.ghost, len(writer.wishes)) == ("", 1)


def test_what_was_asked_for_while_they_are_off_is_taken_and_no_other_comes(writer: Writer) -> None:
    writer.page.suggestions_enabled = False
    writer.has("The")
    writer.press(Key.Key_Space, CTRL | SHIFT)
    writer.sees(" harbour")
    writer.waits()
    writer.press(Key.Key_Tab)
    assert (writer.text, writer.ghost, len(writer.wishes)) == ("The harbour", "", 1)


@pytest.mark.parametrize("asked", [True, False])
def test_who_asks_is_told_when_nothing_comes(writer: Writer, asked: bool) -> None:
    told: list[bool] = []
    writer.page.suggestion_missing.connect(lambda: told.append(True))
    if asked:
        writer.has("The")
        writer.press(Key.Key_Space, CTRL | SHIFT)
    else:
        writer.types("The")
    writer.sees()
    assert told == [True] * asked


def test_it_goes_when_the_page_loses_the_focus(writer: Writer, qtbot: QtBot) -> None:
    other = QLineEdit(writer.page.parentWidget())
    qtbot.addWidget(other)
    writer.types("The")
    writer.sees(" harbour")
    QApplication.sendEvent(writer.page, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
    assert (writer.ghost, writer.unwanted) == ("", 1)


def test_it_stays_when_a_menu_is_opened_to_take_it(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour")
    QApplication.sendEvent(writer.page, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.PopupFocusReason))
    assert writer.page.perform(EditorAction.ACCEPT_ALL)
    assert writer.text == "The harbour"


def test_what_is_written_by_the_program_makes_it_void(writer: Writer) -> None:
    writer.types("One\nTwo")
    writer.sees(" harbours\nand")
    place = writer.page.place()
    cursor = QTextCursor(writer.page.document())
    cursor.insertText("Zero\n")
    assert (writer.ghost, writer.text, writer.unwanted) == ("", "Zero\nOne\nTwo", 1)
    writer.page.show_suggestion(suggestion(" harbours"), place)
    assert writer.ghost == ""
    assert all(block.layout().preeditAreaText() == "" for block in blocks(writer))


@pytest.mark.parametrize("change", ["before it", "in two", "away", "new"])
def test_no_ghost_is_left_behind_by_a_program_that_changes_its_paragraph(writer: Writer, change: str) -> None:
    writer.has("One\nTwo three\nFour", cursor=7)
    writer.sees(" harbours")
    cursor = QTextCursor(writer.page.document())
    if change == "before it":
        cursor.setPosition(5)
        cursor.insertText("x")
    elif change == "in two":
        cursor.setPosition(7)
        cursor.insertText("\n")
    elif change == "away":
        cursor.setPosition(2)
        cursor.setPosition(15, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
    else:
        writer.page.set_text("Other")
    assert writer.ghost == ""
    assert all(block.layout().preeditAreaText() == "" for block in blocks(writer))


def test_the_controller_can_take_it_away(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour")
    writer.page.void()
    assert (writer.ghost, writer.dropped, writer.unwanted) == ("", [" harbour"], 0)


def test_an_empty_answer_shows_nothing_and_is_not_asked_for_again(writer: Writer) -> None:
    writer.types("The")
    writer.forgets()
    writer.sees()
    assert (writer.ghost, writer.shown, writer.wishes) == ("", [], [])


def test_asking_now_wishes_also_where_the_page_was_silent(writer: Writer) -> None:
    writer.has("The")
    writer.press(Key.Key_Left)
    assert writer.page.perform(EditorAction.ASK_NOW)
    assert [context.before for context, _ in writer.wishes] == ["Th"]


def blocks(writer: Writer):
    block = writer.page.document().firstBlock()
    while block.isValid():
        yield block
        block = block.next()


def test_it_is_told_where_the_cursor_rests_with_nothing_wished_for(writer: Writer, qtbot: QtBot) -> None:
    with qtbot.waitSignal(writer.page.cursor_rested) as rested:
        writer.has("One two", cursor=3)
    assert rested.args == [Context("One", " two")]


def test_where_words_are_wished_for_nothing_rests(writer: Writer, qtbot: QtBot) -> None:
    writer.types("One")
    with qtbot.assertNotEmitted(writer.page.cursor_rested, wait=400):
        pass


def test_every_key_that_types_is_told_and_no_other(writer: Writer) -> None:
    keys: list[None] = []
    writer.page.typed.connect(lambda: keys.append(None))
    writer.has("The ferry")
    writer.sees(" left", " late")
    writer.types(" le")  # follows the suggestion
    writer.press(Key.Key_Right, CTRL)
    writer.press(Key.Key_Left)
    assert len(keys) == 3
    writer.types("x")
    assert len(keys) == 4


def test_a_branch_is_the_same_suggestion_going_on_elsewhere(writer: Writer) -> None:
    writer.has("The ferry")
    writer.sees(" left", " late", seconds=1.0)
    writer.page.branch("", Piece(" sank", 0.2))
    writer.waits(1.0)
    writer.press(Key.Key_Escape)
    assert writer.shown == [" left late"]
    assert writer.dropped == [" sank"]


@pytest.mark.skipif(MAC, reason="there Option with a key writes a sign")
@pytest.mark.parametrize(("modifiers", "writes"), [(ALT, False), (ALT | SHIFT, False), (ALT | CTRL, True), (NONE, True)])
def test_alt_is_for_menus_and_altgr_for_signs(writer: Writer, modifiers: Qt.KeyboardModifier, writes: bool) -> None:
    writer.has("He")
    writer.press(Key.Key_BracketRight, modifiers, "]")
    assert writer.text == ("He]" if writes else "He")


# --- what is longer than any suggestion ------------------------------------------------------------------------------


@pytest.mark.parametrize("absurd", ["a" * 300_000, " word" * 10_000], ids=["a word", "a text"])
def test_what_no_writer_could_read_is_not_laid_on_the_page_and_what_stands_there_stays(writer: Writer, absurd: str) -> None:
    writer.has("He")
    writer.sees(absurd)
    assert writer.ghost == ""
    writer.sees(" ran", more=True)
    writer.sees(" ran", absurd, more=True)
    assert writer.ghost == " ran"
    writer.page.offer_alternatives([suggestion(absurd), suggestion(" slept")], writer.page.place())
    writer.press(Key.Key_Down, ALT)
    assert writer.ghost == " slept"
    writer.press(Key.Key_Down, ALT)
    assert writer.ghost == " ran"

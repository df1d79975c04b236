"""Other suggestions in place of the one that is shown."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from afterword.assist.types import Place, Wish
from afterword.editor.keys import EditorAction
from afterword.suggest.suggestion import Suggestion
from tests.editor.conftest import ALT, CTRL, Key, Writer, suggestion

OTHERS = [suggestion(" walked", " home"), suggestion(" slept")]


@pytest.fixture
def place(writer: Writer) -> Place:
    """Where a suggestion was asked for, and is shown, with two others to go to."""
    writer.has("He")
    place = writer.page.place()
    writer.sees(" ran", " away")
    writer.page.offer_alternatives(OTHERS, place)
    return place


def remark(writer: Writer) -> str:
    """What stands behind the ghost that is not of it."""
    laid = writer.page.textCursor().block().layout().preeditAreaText()
    return str(laid).partition("\u00a0\u00a0")[2]


@pytest.mark.usefixtures("place")
def test_next_and_previous_go_around(writer: Writer) -> None:
    seen = []
    for _ in range(4):
        writer.press(Key.Key_Down, ALT)
        seen.append((writer.ghost, remark(writer)))
    assert seen == [(" walked home", "2/3"), (" slept", "3/3"), (" ran away", "1/3"), (" walked home", "2/3")]
    writer.press(Key.Key_Up, ALT)
    assert (writer.ghost, remark(writer)) == (" ran away", "1/3")
    assert writer.text == "He"
    assert not writer.taken


@pytest.mark.usefixtures("place")
def test_the_one_that_was_gone_to_is_taken(writer: Writer) -> None:
    writer.press(Key.Key_Down, ALT)
    writer.press(Key.Key_Tab)
    assert writer.text == "He walked home"
    assert writer.ghost == ""


@pytest.mark.usefixtures("place")
def test_none_is_counted_before_the_writer_looks_for_another(writer: Writer) -> None:
    assert remark(writer) == ""


@pytest.mark.usefixtures("place")
def test_who_types_what_another_says_sees_the_rest_of_that_at_once(writer: Writer) -> None:
    wishes = len(writer.wishes)
    writer.types(" w")
    assert writer.ghost == "alked home"
    assert len(writer.wishes) == wishes
    writer.types("z")
    assert writer.ghost == ""
    assert len(writer.wishes) == wishes + 1


@pytest.mark.usefixtures("place")
def test_only_those_that_fit_what_was_typed_since_are_gone_to(writer: Writer) -> None:
    writer.types(" ")
    writer.press(Key.Key_Down, ALT)
    assert writer.ghost == "walked home"
    writer.types("w")
    writer.press(Key.Key_Down, ALT)
    assert writer.ghost == "alked home"


def test_who_cannot_wait_for_the_others_has_them_made_now(writer: Writer) -> None:
    wanted: list[None] = []
    writer.page.alternatives_wanted.connect(lambda: wanted.append(None))
    writer.has("He")
    place = writer.page.place()
    writer.sees(" ran", " away")
    writer.press(Key.Key_Up, ALT)
    assert (wanted, writer.ghost) == ([None], " ran away")
    writer.page.offer_alternatives(OTHERS, place)
    assert writer.ghost == " slept"


def test_others_for_another_place_are_not_offered(writer: Writer, place: Place) -> None:
    writer.page.offer_alternatives([suggestion(" sang")], Place(place.revision - 1, place.cursor))
    writer.press(Key.Key_Down, ALT)
    assert writer.ghost == " walked home"


def test_with_no_ghost_the_keys_mean_what_they_always_mean(writer: Writer) -> None:
    writer.has("one\ntwo", cursor=1)
    before = writer.page.place()
    assert not writer.page.perform(EditorAction.NEXT)
    writer.press(Key.Key_Down, ALT)
    assert writer.page.place() == before
    assert writer.text == "one\ntwo"


# --- at length ------------------------------------------------------------------------------------------------------


def at_length(writer: Writer) -> Place:
    wishes: list[Wish] = []
    writer.page.suggestion_wanted.connect(lambda _context, _place, wish: wishes.append(wish))
    writer.page.perform(EditorAction.CONTINUE)
    assert wishes == [Wish.LONG]
    return writer.page.place()


def test_a_long_continuation_is_stopped_by_esc_and_dismissed_by_another(writer: Writer) -> None:
    writer.has("He")
    place = at_length(writer)
    writer.page.show_suggestion(suggestion(" ran.", " Then", more=True), place)
    writer.press(Key.Key_Escape)
    assert (writer.unwanted, writer.ghost) == (1, " ran. Then")
    writer.page.show_suggestion(suggestion(" ran.", " Then", " he", more=True), place)
    assert writer.ghost == " ran. Then", "what was under way when it was stopped comes too late"
    writer.press(Key.Key_Escape)
    assert writer.ghost == ""
    assert writer.text == "He"


@pytest.mark.parametrize("gone_by", ["dismissed", "typed on", "taken"])
def test_the_page_is_where_it_was_once_a_long_continuation_is_gone(writer: Writer, gone_by: str) -> None:
    writer.has("A line.\n" * 60 + "He")
    writer.page.keep_room()
    bar = writer.page.verticalScrollBar()
    before = bar.value()
    place = at_length(writer)
    writer.page.show_suggestion(suggestion(*[f" ran{n}.\n\nThen" for n in range(8)]), place)
    shown = bar.value()
    assert shown > before
    writer.waits()
    if gone_by == "dismissed":
        writer.press(Key.Key_Escape)
    elif gone_by == "typed on":
        writer.types("x")
    else:
        writer.press(Key.Key_Tab)
    assert (bar.value() >= shown) if gone_by == "taken" else (bar.value() == before)


def test_words_taken_faster_than_they_come_leave_it_going_on(writer: Writer) -> None:
    writer.has("He")
    place = at_length(writer)
    writer.forgets()
    writer.page.show_suggestion(suggestion(" ran", more=True), place)
    writer.waits()
    writer.press(Key.Key_Right, CTRL)
    assert (writer.text, writer.wishes, writer.unwanted) == ("He ran", [], 0)
    writer.page.show_suggestion(suggestion(" ran", " home.", more=True), place)
    assert writer.ghost == " home."


def test_it_is_taken_by_the_sentence_while_it_goes_on(writer: Writer) -> None:
    writer.has("He")
    place = at_length(writer)
    writer.page.show_suggestion(suggestion(" ran.", " Then he", more=True), place)
    writer.waits()
    writer.page.perform(EditorAction.ACCEPT_SENTENCE)
    assert (writer.text, writer.ghost) == ("He ran.", " Then he")
    writer.page.show_suggestion(suggestion(" ran.", " Then he", " slept."), place)
    writer.page.perform(EditorAction.ACCEPT_ALL)
    assert writer.text == "He ran. Then he slept."
    writer.page.undo()
    assert writer.text == "He ran."


def test_its_end_scrolls_into_view_and_the_cursor_stays_on_the_page(writer: Writer) -> None:
    writer.has("line\n" * 60 + "He")
    writer.page.ensureCursorVisible()
    place = at_length(writer)
    height = writer.page.viewport().height()
    text = " and then he went home"
    for _ in range(60):
        text += " and slept, and woke, and slept again"
        writer.page.show_suggestion(Suggestion(suggestion(text).pieces), place)
        assert 0 <= writer.page.cursorRect().top() <= height
    assert writer.page.cursorRect().top() < height / 3


def test_a_suggestion_that_was_not_asked_for_does_not_scroll_the_page(writer: Writer) -> None:
    writer.has("line\n" * 60 + "He")
    value = writer.page.verticalScrollBar().value()
    writer.sees(" ran" * 200)
    assert writer.page.verticalScrollBar().value() == value


# --- seen only while Ctrl is held -----------------------------------------------------------------------------------


def ctrl(writer: Writer, held: bool) -> None:
    kind = QEvent.Type.KeyPress if held else QEvent.Type.KeyRelease
    modifiers = Qt.KeyboardModifier.ControlModifier if held else Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(writer.page, QKeyEvent(kind, Key.Key_Control, modifiers))


@pytest.fixture
def hiding(writer: Writer) -> Writer:
    writer.page.reveals = True
    writer.has("H")
    writer.types("e")
    writer.sees(" ran", " away")
    return writer


def test_a_suggestion_is_seen_while_ctrl_is_held(hiding: Writer) -> None:
    assert hiding.ghost == ""
    ctrl(hiding, True)
    assert hiding.ghost == " ran away"
    ctrl(hiding, False)
    assert hiding.ghost == ""
    assert hiding.shown == [" ran away"]


def test_what_is_hidden_cannot_be_taken(hiding: Writer) -> None:
    hiding.types("\t")
    assert hiding.text == "He\t"


def test_with_ctrl_held_the_keys_take_it(hiding: Writer) -> None:
    ctrl(hiding, True)
    hiding.waits()
    hiding.press(Key.Key_Right, CTRL)
    assert hiding.text == "He ran"
    hiding.press(Key.Key_Tab, CTRL)
    assert hiding.text == "He ran away"


def test_what_was_asked_for_is_shown_all_the_same(writer: Writer) -> None:
    writer.page.reveals = True
    writer.has("He")
    writer.page.perform(EditorAction.ASK_NOW)
    writer.sees(" ran")
    assert writer.ghost == " ran"


def test_leaving_the_page_hides_it_again(hiding: Writer) -> None:
    ctrl(hiding, True)
    hiding.page.clearFocus()
    hiding.page.setFocus()
    hiding.types(" ")
    hiding.sees("ran")
    assert hiding.ghost == ""

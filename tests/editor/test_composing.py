"""Input methods: the pre-edit area is theirs."""

from __future__ import annotations

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from tests.editor.conftest import Key, Writer, suggestion


def preedit(writer: Writer) -> str:
    return writer.page.textCursor().block().layout().preeditAreaText()


def test_composing_takes_the_suggestion_away_and_wishes_for_nothing(writer: Writer) -> None:
    writer.types("The")
    writer.sees(" harbour")
    place = writer.page.place()
    writer.forgets()
    writer.composes("か")
    assert (writer.ghost, preedit(writer), writer.unwanted) == ("", "か", 1)
    writer.page.show_suggestion(suggestion(" harbour"), place)
    writer.sees("さ")
    writer.page.ask_now()
    assert (writer.ghost, preedit(writer), writer.wishes) == ("", "か", [])


def test_what_was_composed_is_text_and_wishes_for_more(writer: Writer) -> None:
    writer.has("The ")
    writer.composes("か")
    writer.composes("かき")
    writer.composes("", commit="柿")
    assert (writer.text, preedit(writer)) == ("The 柿", "")
    assert [context.before for context, _ in writer.wishes] == ["The 柿"]


def test_composing_that_is_given_up_leaves_nothing_and_wishes_for_nothing(writer: Writer) -> None:
    writer.has("The ")
    writer.composes("か")
    writer.composes("")
    assert (writer.text, preedit(writer), writer.wishes) == ("The ", "", [])
    writer.sees("harbour")
    assert writer.ghost == "harbour"


def test_a_commit_that_is_followed_by_more_composing_waits_for_its_end(writer: Writer) -> None:
    writer.has("")
    writer.composes("か")
    writer.composes("き", commit="柿")
    assert (writer.text, preedit(writer), writer.wishes) == ("柿", "き", [])


def test_letters_that_an_input_method_commits_are_typed_letters(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" 🐟bour")
    writer.composes("", commit=" ")
    writer.composes("", commit="🐟b")
    assert (writer.text, writer.ghost, writer.wishes) == ("The 🐟b", "our", [])
    writer.composes("", commit="x")
    assert (writer.text, writer.ghost, len(writer.wishes)) == ("The 🐟bx", "", 1)


def test_an_input_method_that_has_nothing_to_say_does_not_wipe_the_ghost(writer: Writer) -> None:
    writer.has("The")
    writer.sees(" harbour")
    writer.composes("")
    assert (writer.ghost, preedit(writer)[1:], writer.unwanted) == (" harbour", " harbour", 0)


def test_an_input_method_may_replace_what_stands_before_the_cursor(writer: Writer) -> None:
    writer.has("teh")
    writer.sees(" harbour")
    event = QInputMethodEvent("", [])
    event.setCommitString("the", -3, 3)
    QApplication.sendEvent(writer.page, event)
    assert (writer.text, writer.ghost) == ("the", "")
    assert len(writer.wishes) == 1


def test_what_is_composed_over_a_selection_replaces_it_and_can_be_undone(writer: Writer) -> None:
    writer.has("One two")
    writer.goes_to(7, anchor=4)
    writer.composes("か")
    writer.composes("", commit="柿")
    assert writer.text == "One 柿"
    for _ in range(3):
        writer.page.undo()
    assert writer.text == "One two"


def test_highlighting_survives_composing(writer: Writer) -> None:
    writer.page.set_markdown(True)
    writer.has("**bold**", cursor=4)
    formats = [(f.start, f.length) for f in writer.page.document().firstBlock().layout().formats()]
    writer.composes("か")
    writer.composes("")
    assert [(f.start, f.length) for f in writer.page.document().firstBlock().layout().formats()] == formats


def test_keys_pressed_while_composing_show_no_ghost(writer: Writer) -> None:
    writer.has("The")
    writer.composes("か")
    writer.press(Key.Key_Shift)
    writer.press(Key.Key_F8)
    assert (writer.ghost, preedit(writer)) == ("", "か")

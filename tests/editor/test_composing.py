"""Input methods: the pre-edit area is theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QApplication, QTextEdit

from afterword.assist.types import Wish
from afterword.editor.keys import EditorAction
from afterword.editor.look import PageLook
from tests.editor.conftest import CTRL, Key, Writer, suggestion

Attribute = QInputMethodEvent.Attribute
AttributeType = QInputMethodEvent.AttributeType
Query = Qt.InputMethodQuery


def preedit(writer: Writer) -> str:
    return writer.page.textCursor().block().layout().preeditAreaText()


def send(writer: Writer, preedit: str = "", *attributes: Attribute, commit: str = "", replace: tuple[int, int] = (0, 0)) -> None:
    """What an input method sends; `replace` is where what it replaces begins, counted from the cursor, and how long that is."""
    event = QInputMethodEvent(preedit, list(attributes))
    event.setCommitString(commit, *replace)
    QApplication.sendEvent(writer.page, event)


def every_wish(writer: Writer) -> list[str]:
    """Whatever words the page asks for from now on."""
    wishes: list[str] = []
    writer.page.suggestion_wanted.connect(lambda: wishes.append("suggestion"))
    writer.page.alternatives_wanted.connect(lambda: wishes.append("alternatives"))
    writer.page.branch_wanted.connect(lambda: wishes.append("branch"))
    return wishes


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


# --- nothing is asked for meanwhile, and once afterwards ------------------------------------------------------------


def test_no_words_are_asked_for_while_composing(writer: Writer) -> None:
    writer.has("He")
    place = writer.page.place()
    writer.sees(" ran")
    wishes = every_wish(writer)
    for composed in ("か", "かき", "かきく", "かき"):
        writer.composes(composed)
        for wish in Wish:
            writer.page.ask_now(wish)
        for action in EditorAction:
            assert writer.page.perform(action) is (action is EditorAction.SPEAK)
        writer.page.offer_alternatives([suggestion(" slept")], place)
        writer.page.branch("", suggestion(" slept").pieces[0])
        writer.press(Key.Key_Control, CTRL)
        assert (preedit(writer), writer.ghost) == (composed, "")
    assert wishes == []
    assert writer.text == "He"


@pytest.mark.parametrize("ending", ["at once", "preedit first", "empty event behind", "in two parts"])
def test_however_an_input_method_ends_a_suggestion_is_asked_for_once(writer: Writer, ending: str) -> None:
    writer.has("The ")
    wishes = every_wish(writer)
    writer.composes("かき")
    if ending == "preedit first":
        writer.composes("")
    if ending == "in two parts":
        writer.composes("き", commit="か")
        writer.composes("", commit="き")
    else:
        writer.composes("", commit="かき")
    if ending == "empty event behind":
        writer.composes("")
        assert writer.unwanted == 0, "it is still wanted"
    assert wishes == ["suggestion"]
    assert [context.before for context, _ in writer.wishes] == ["The かき"]
    writer.sees("walked")
    assert writer.ghost == "walked"


# --- whose pre-edit area it is --------------------------------------------------------------------------------------


def find_marks(writer: Writer) -> None:
    mark = QTextEdit.ExtraSelection()
    mark.cursor = QTextCursor(writer.page.document())
    mark.cursor.setPosition(1)
    mark.cursor.setPosition(2, QTextCursor.MoveMode.KeepAnchor)
    writer.page.setExtraSelections([mark])


MEANWHILE: dict[str, Callable[[Writer], object]] = {
    "resized": lambda writer: writer.page.resize(420, 300),
    "zoomed": lambda writer: writer.page.zoom(2),
    "other look": lambda writer: writer.page.set_look(PageLook(font_size=13)),
    "highlighted": lambda writer: writer.page.set_markdown(True),
    "marked": find_marks,
    "hidden": lambda writer: setattr(writer.page, "reveals", True),
    "cleared": lambda writer: writer.page.void(),
}


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_whatever_happens_around_it_what_is_composed_stays(writer: Writer, meanwhile: str) -> None:
    writer.has("**He** ran", cursor=6)
    writer.sees(" never")
    writer.composes("かき")
    MEANWHILE[meanwhile](writer)
    writer.page.grab()
    assert (preedit(writer), writer.ghost, writer.text) == ("かき", "", "**He** ran")


@pytest.mark.parametrize("commit", ["", "い"])
@pytest.mark.parametrize("markdown", [False, True])
def test_what_is_composed_looks_as_the_input_method_says(writer: Writer, markdown: bool, commit: str) -> None:
    writer.page.set_markdown(markdown)
    writer.has("**He** ran", cursor=4)
    writer.sees("nry")
    underlined = QTextCharFormat()
    underlined.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DashUnderline)
    send(writer, "かき", Attribute(AttributeType.TextFormat, 0, 2, underlined), commit=commit)
    layout = writer.page.document().firstBlock().layout()
    looks = [
        (run.start, run.length)
        for run in layout.formats()
        if run.format.underlineStyle() == QTextCharFormat.UnderlineStyle.DashUnderline
    ]
    assert layout.preeditAreaPosition() == 4 + len(commit)
    assert looks == [(4 + len(commit), 2)]
    ghost = writer.page.look.ghost
    assert not any(run.format.foreground().color().name() == ghost for run in layout.formats()), "nothing of the ghost's look"


def test_composing_in_the_middle_of_a_ghost_and_of_a_paragraph(writer: Writer) -> None:
    writer.has("The of the day", cursor=3)
    writer.sees(" harbour", " master")
    writer.types(" har")
    assert writer.ghost == "bour master"
    writer.composes("か")
    layout = writer.page.document().firstBlock().layout()
    assert (preedit(writer), layout.preeditAreaPosition()) == ("か", 7)
    writer.composes("", commit="花")
    assert writer.text == "The har花 of the day"
    [(context, place)] = writer.wishes
    assert (context.before, context.after) == ("The har花", " of the day")
    assert place == writer.page.place()


def test_who_gives_up_composing_in_the_middle_of_a_ghost_does_not_get_it_back_stale(writer: Writer) -> None:
    writer.has("The")
    place = writer.page.place()
    writer.sees(" harbour", more=True)
    writer.composes("か")
    writer.composes("")
    writer.page.show_suggestion(suggestion(" harbour", " was"), place)
    assert (writer.ghost, preedit(writer), writer.wishes) == ("", "", [])


def test_an_input_method_is_told_of_the_text_and_not_of_the_ghost(writer: Writer) -> None:
    writer.has("The of the day", cursor=3)
    cursor = writer.page.inputMethodQuery(Query.ImCursorRectangle)
    writer.sees(" harbour", " was\nquiet")
    told = writer.page.inputMethodQuery
    assert told(Query.ImSurroundingText) == "The of the day"
    assert told(Query.ImTextBeforeCursor) == "The"
    assert told(Query.ImTextAfterCursor) == " of the day"
    assert (told(Query.ImCursorPosition), told(Query.ImAnchorPosition)) == (3, 3)
    assert told(Query.ImCursorRectangle) == cursor, "where its window with candidates opens"


# --- dead keys ------------------------------------------------------------------------------------------------------


def test_a_dead_key_leaves_the_ghost_and_its_letter_types_through_it(writer: Writer) -> None:
    writer.has("L'")
    writer.sees("été dernier")
    writer.press(Key.Key_Dead_Acute)
    assert (writer.ghost, writer.text, writer.unwanted) == ("été dernier", "L'", 0)
    writer.press(Key.Key_Eacute, text="é")
    assert (writer.ghost, writer.text, writer.wishes) == ("té dernier", "L'é", [])


def test_a_dead_key_that_is_composed_by_an_input_method_asks_once(writer: Writer) -> None:
    writer.has("L'")
    writer.sees("été")
    writer.composes("´")
    assert (writer.ghost, preedit(writer), writer.wishes) == ("", "´", [])
    writer.composes("", commit="é")
    assert writer.text == "L'é"
    assert len(writer.wishes) == 1


# --- replacing what is written --------------------------------------------------------------------------------------


def test_an_input_method_may_replace_what_stands_before_the_cursor(writer: Writer) -> None:
    writer.has("teh")
    writer.sees(" harbour")
    send(writer, commit="the", replace=(-3, 3))
    assert (writer.text, writer.ghost) == ("the", "")
    assert len(writer.wishes) == 1


def test_what_it_replaces_may_lie_on_both_sides_of_the_ghost(writer: Writer) -> None:
    writer.has("one teh🐟 two", cursor=6)
    writer.sees("bou")
    send(writer, commit="the", replace=(-2, 5))
    assert (writer.text, writer.ghost, preedit(writer)) == ("one the two", "", "")
    [(context, _)] = writer.wishes
    assert (context.before, context.after) == ("one the", " two")
    writer.page.undo()
    assert writer.text == "one teh🐟 two"


def test_what_it_replaces_goes_together_with_what_is_selected(writer: Writer) -> None:
    writer.has("teh two")
    writer.goes_to(3, anchor=7)
    send(writer, commit="the", replace=(-3, 3))
    assert (writer.text, writer.cursor) == ("the", 3)


def test_what_it_replaces_may_lie_away_from_the_cursor(writer: Writer) -> None:
    writer.has("teh two")
    send(writer, commit="the", replace=(-7, 3))
    writer.types("!")
    assert writer.text == "the two!"


def test_an_input_method_may_delete_what_stands_before_the_cursor(writer: Writer) -> None:
    writer.has("The harx")
    writer.sees(" of")
    send(writer, replace=(-1, 1))
    assert (writer.text, writer.ghost) == ("The har", "")
    assert [context.before for context, _ in writer.wishes] == ["The har"]


def test_reconversion_takes_text_back_into_composing_and_asks_when_it_is_done(writer: Writer) -> None:
    writer.has("今日は柿")
    writer.sees("を食べた")
    send(writer, "かき", replace=(-1, 1))
    assert (writer.text, preedit(writer), writer.ghost, writer.wishes) == ("今日は", "かき", "", [])
    send(writer, "牡蠣")
    assert writer.wishes == []
    send(writer, commit="牡蠣")
    assert (writer.text, preedit(writer)) == ("今日は牡蠣", "")
    assert [context.before for context, _ in writer.wishes] == ["今日は牡蠣"]


def test_an_input_method_that_selects_takes_the_ghost_away_and_asks_for_nothing(writer: Writer) -> None:
    writer.has("今日は柿")
    writer.sees("を食べた")
    send(writer, "", Attribute(AttributeType.Selection, 3, 1, None))
    assert writer.page.textCursor().selectedText() == "柿"
    assert (writer.ghost, preedit(writer), writer.wishes) == ("", "", [])

"""Other words for those on the page: what is asked for, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QContextMenuEvent, QTextCursor
from PySide6.QtWidgets import QApplication

from afterword.assist.types import Place
from afterword.suggest.replacing import Spot
from afterword.text.context import Context
from tests.editor.conftest import CTRL, Key, Writer
from tests.editor.test_accepting import accepted

LINE = "The old harbour slept."


class Asking:
    """A writer who asks for other words, and what the page made of it."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.wanted: list[tuple[Spot, Place]] = []
        self.missing: list[int] = []
        writer.page.replacements_wanted.connect(lambda spot, place: self.wanted.append((spot, place)))
        writer.page.words_missing.connect(lambda: self.missing.append(1))

    def asks(self) -> None:
        self.writer.press(Key.Key_Semicolon, CTRL)


@pytest.fixture
def asking(writer: Writer) -> Asking:
    return Asking(writer)


def test_the_word_at_the_cursor_is_asked_about_with_both_its_sides(writer: Writer, asking: Asking) -> None:
    writer.has(f"First.\n{LINE}\nLast.", 13)
    writer.page.notes = "A tale."
    asking.asks()
    spot = Spot(Context("First.\nThe ", " harbour slept.\nLast.", "A tale."), "old")
    assert asking.wanted == [(spot, writer.page.place())]
    assert writer.text == f"First.\n{LINE}\nLast."


def test_selected_words_are_asked_about_and_stay_selected(writer: Writer, asking: Asking) -> None:
    writer.has(LINE)
    writer.goes_to(15, anchor=5)
    asking.asks()
    assert [spot.words for spot, _ in asking.wanted] == ["old harbour"]
    assert asking.wanted[0][0].context == Context("The ", " slept.")
    assert writer.page.textCursor().selectedText() == "ld harbour"


@pytest.mark.parametrize(
    ("text", "cursor", "anchor"), [("", 0, None), ("One.  Two.", 5, None), ("a b c d", 7, 0), ("ab\ncd", 5, 0)]
)
def test_where_there_is_no_word_or_too_many_the_writer_is_told(
    writer: Writer, asking: Asking, text: str, cursor: int, anchor: int | None
) -> None:
    writer.has(text)
    writer.goes_to(cursor, anchor)
    asking.asks()
    assert (asking.wanted, asking.missing) == ([], [1])


@pytest.mark.parametrize("enabled", [True, False])
def test_the_ghost_gives_way_and_none_is_needed(writer: Writer, asking: Asking, enabled: bool) -> None:
    writer.has("The old")
    writer.sees(" harbour")
    writer.page.suggestions_enabled = enabled
    asking.asks()
    assert writer.ghost == ""
    assert [spot.words for spot, _ in asking.wanted] == ["old"]
    assert writer.wishes == []


def test_the_chosen_word_takes_its_place_with_the_cursor_behind_it(writer: Writer, asking: Asking) -> None:
    writer.has(LINE, 5)
    asking.asks()
    writer.page.replace_words("little")
    assert (writer.text, writer.cursor) == ("The little harbour slept.", 10)
    assert not writer.page.textCursor().hasSelection()
    assert writer.wishes == []


def test_it_is_one_step_of_undo(writer: Writer, asking: Asking) -> None:
    writer.has(LINE, 7)
    writer.types("er")
    asking.asks()
    writer.page.replace_words("bigger")
    assert writer.text == "The bigger harbour slept."
    writer.page.undo()
    assert writer.text == "The older harbour slept."
    writer.page.redo()
    assert writer.text == "The bigger harbour slept."
    writer.page.undo()
    writer.page.undo()
    assert writer.text == LINE


def test_it_counts_as_accepted_and_what_is_typed_behind_it_does_not(writer: Writer, asking: Asking) -> None:
    writer.has(LINE, 5)
    asking.asks()
    writer.page.replace_words("small")
    writer.types("er")
    assert accepted(writer) == "small"


def test_letters_beyond_the_first_plane_are_counted_as_qt_does(writer: Writer, asking: Asking) -> None:
    writer.has("😀 𝒜b old 😀", 7)
    asking.asks()
    assert asking.wanted[0][0] == Spot(Context("😀 𝒜b ", " 😀"), "old")
    writer.page.replace_words("new")
    assert writer.text == "😀 𝒜b new 😀"


def moves(writer: Writer) -> None:
    writer.press(Key.Key_Left)


def types(writer: Writer) -> None:
    writer.types("x")


def changes(writer: Writer) -> None:
    writer.page.replace_text("Something else.")


@pytest.mark.parametrize("goes_on", [moves, types, changes])
@pytest.mark.parametrize("enabled", [True, False])
def test_once_the_writer_has_gone_on_nothing_is_replaced(writer: Writer, asking: Asking, goes_on: Any, enabled: bool) -> None:
    writer.page.suggestions_enabled = enabled
    writer.has(LINE, 5)
    asking.asks()
    writer.forgets()
    goes_on(writer)
    assert asking.wanted[0][1] != writer.page.place()
    assert writer.unwanted or writer.wishes, "the model is told"
    text = writer.text
    writer.page.replace_words("little")
    assert writer.text == text


def test_a_word_is_replaced_once(writer: Writer, asking: Asking) -> None:
    writer.has(LINE, 5)
    asking.asks()
    writer.page.replace_words("little")
    writer.page.replace_words("large")
    assert writer.text == "The little harbour slept."


def test_on_a_page_that_is_only_read_the_writer_is_told_so(writer: Writer, asking: Asking) -> None:
    refused: list[int] = []
    writer.page.write_refused.connect(lambda: refused.append(1))
    writer.has(LINE, 5)
    writer.page.setReadOnly(True)
    asking.asks()
    assert (asking.wanted, refused) == ([], [1])


def test_while_a_character_is_composed_nothing_is_asked(writer: Writer, asking: Asking) -> None:
    writer.has(LINE, 5)
    writer.composes("か")
    asking.asks()
    assert (asking.wanted, asking.missing) == ([], [])


# --- the context menu -----------------------------------------------------------------------------------------------


def point_in(writer: Writer, position: int) -> QPoint:
    cursor = QTextCursor(writer.page.document())
    cursor.setPosition(position)
    return writer.page.cursorRect(cursor).center()


def menu_at(writer: Writer, point: QPoint, reason: QContextMenuEvent.Reason = QContextMenuEvent.Reason.Mouse) -> list[str]:
    """The texts of the menu that opens there."""
    viewport = writer.page.viewport()
    QApplication.sendEvent(viewport, QContextMenuEvent(reason, point, viewport.mapToGlobal(point)))
    opened = QApplication.activePopupWidget()
    assert opened is not None
    texts = [action.text() for action in opened.actions() if not action.isSeparator()]
    opened.close()
    return texts


def test_the_menu_is_about_the_word_under_the_mouse_and_begins_with_what_was_added(writer: Writer) -> None:
    action = QAction("Another word", writer.page)
    writer.page.addAction(action)
    writer.has(LINE, 0)
    texts = menu_at(writer, point_in(writer, 10))
    assert texts[0] == "Another word"
    assert any("Paste" in text.replace("&", "") for text in texts)
    assert writer.cursor == 10


def test_a_selection_stays_where_the_menu_is_opened_in_it_or_with_a_key(writer: Writer) -> None:
    writer.has(LINE)
    writer.goes_to(15, anchor=4)
    menu_at(writer, point_in(writer, 10))
    assert writer.page.textCursor().selectedText() == "old harbour"
    menu_at(writer, point_in(writer, 20), QContextMenuEvent.Reason.Keyboard)
    assert writer.page.textCursor().selectedText() == "old harbour"
    menu_at(writer, point_in(writer, 20))
    assert (writer.cursor, writer.page.textCursor().hasSelection()) == (20, False)

"""Other words at a point of the suggestion, and going on from one of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication

from afterword.assist.types import Place
from afterword.editor import geometry
from afterword.engine.protocol import Piece
from afterword.suggest.suggestion import Suggestion
from afterword.text.context import Context
from tests.editor.conftest import ALT, Key, Writer, suggestion


class Looks:
    def __init__(self, writer: Writer) -> None:
        self.said: list[str] = []
        self.branches: list[tuple[Context, Place, Suggestion]] = []
        writer.page.ghost_looked_at.connect(lambda _context, said, _corner: self.said.append(said))
        writer.page.branch_wanted.connect(lambda *wanted: self.branches.append(wanted))


@pytest.fixture
def looks(writer: Writer) -> Looks:
    writer.has("One 🐟 here", cursor=6)
    writer.sees(" sw", "am", " away,", " far")
    return Looks(writer)


@pytest.mark.parametrize(
    ("index", "said"), [(0, ""), (4, ""), (5, " swam"), (9, " swam"), (10, " swam away"), (12, " swam away,")]
)
def test_it_is_whole_words_that_are_looked_at(writer: Writer, looks: Looks, index: int, said: str) -> None:
    writer.page.look_at_ghost(index)
    assert looks.said == [said]


def rest_pointer(writer: Writer, point: QPoint) -> None:
    QApplication.sendEvent(writer.page.viewport(), QHelpEvent(QHelpEvent.Type.ToolTip, point, writer.page.mapToGlobal(point)))


def test_the_word_under_a_pointer_that_rests_is_looked_at(writer: Writer, looks: Looks) -> None:
    height = writer.page.cursorRect().center().y()
    found: dict[str, QPoint] = {}
    for x in range(0, writer.page.viewport().width(), 2):
        index = geometry.ghost_index_at(writer.page, QPointF(x, height))
        if index is not None:
            found.setdefault(writer.ghost[index], QPoint(x, height))
    assert "".join(found) == "".join(dict.fromkeys(" swam away, far"))
    rest_pointer(writer, found["y"])
    rest_pointer(writer, found["f"])
    assert looks.said == [" swam", " swam away,"]


def test_a_pointer_that_rests_elsewhere_looks_at_nothing(writer: Writer, looks: Looks) -> None:
    rest_pointer(writer, writer.page.cursorRect().center() - QPoint(8, 0))
    rest_pointer(writer, QPoint(20, 300))
    assert not looks.said


def test_a_key_looks_at_the_beginning(writer: Writer, looks: Looks) -> None:
    writer.press(Key.Key_Return, ALT)
    assert looks.said == [""]
    assert writer.text == "One 🐟 here"


def test_going_on_from_another_word_shows_it_at_once_and_then_what_follows(writer: Writer, looks: Looks) -> None:
    writer.page.branch(" swam", Piece(" home", 0.1))
    assert writer.ghost == " swam home"
    [(context, place, begun)] = looks.branches
    assert (context.before, place, begun.text) == ("One 🐟", writer.page.place(), " swam home")
    writer.page.show_suggestion(suggestion(" swam", " home", " at last"), place)
    assert writer.ghost == " swam home at last"
    writer.waits()
    writer.press(Key.Key_Tab)
    assert writer.text == "One 🐟 swam home at last here"
    assert not writer.dropped


def test_what_came_for_the_suggestion_before_is_not_shown_any_more(writer: Writer, looks: Looks) -> None:
    before = writer.page.place()
    writer.page.branch("", Piece(" dived", 0.1))
    writer.page.show_suggestion(suggestion(" swam", " on"), before)
    assert writer.ghost == " dived"


def test_where_the_suggestion_is_another_by_now_nothing_happens(writer: Writer, looks: Looks) -> None:
    writer.page.branch(" sank", Piece(" home", 0.1))
    writer.page.void()
    writer.page.branch("", Piece(" home", 0.1))
    assert not looks.branches

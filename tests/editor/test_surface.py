"""The page as a plain-text editor: its text, its context, its words, its looks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from afterword.editor.look import DARK, PageLook
from afterword.editor.plaintext import index_at, units
from afterword.editor.wordcount import WordCounts
from afterword.text.boundaries import count_words
from afterword.text.context import AFTER_LIMIT, BEFORE_LIMIT, Context
from tests.colours import contrast
from tests.editor.conftest import CTRL, SHIFT, Key, Writer

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\ufdd0\ufdd1"), max_size=30)


@pytest.mark.parametrize(
    "text", ["", "a", "a\nb\n", "\n\n", "no\u00a0break", "thin\u202fspace", "🐟\n👩‍🚀 é", "\ttab", "שלום\nعالم"]
)
def test_text_comes_back_as_it_was_set(writer: Writer, text: str) -> None:
    writer.page.set_text(text)
    assert writer.text == text
    assert not writer.page.document().isModified()
    assert not writer.page.document().isUndoAvailable()
    assert writer.cursor == 0


def test_every_kind_of_newline_becomes_one(writer: Writer) -> None:
    writer.page.set_text("a\r\nb\rc\u2028d\u2029e")
    assert writer.text == "a\nb\nc\nd\ne"


def test_shift_return_is_a_newline_like_any_other(writer: Writer) -> None:
    writer.types("a")
    writer.press(Key.Key_Return, SHIFT, "\r")
    writer.types("b")
    assert writer.text == "a\nb"
    assert writer.page.document().blockCount() == 2


def test_typed_no_break_spaces_are_kept(writer: Writer) -> None:
    writer.types("10\u00a0km")
    assert writer.text == "10\u00a0km"
    assert writer.wishes[-1][0].before == "10\u00a0km"


@given(ANY_TEXT)
def test_positions_in_utf16_and_in_characters_agree(text: str) -> None:
    assert units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2
    for index in range(len(text) + 1):
        assert index_at(text, units(text[:index])) == index


@pytest.mark.parametrize("position", [0, 1, 7, 2999, 6500, 9000, 11_999])
def test_the_context_is_what_stands_around_the_cursor(writer: Writer, position: int) -> None:
    text = ("One 🐟 two\n\nThree" * 1000)[:12_000]
    writer.has(text, cursor=units(text[:position]))
    context, expected = writer.page.context(), Context.around(text, position)
    assert context.after == expected.after
    # Positions on the page are counted in UTF-16 units, so the beginning may be another one.
    assert text[:position].endswith(context.before)
    assert (len(context.before) == position) if position < BEFORE_LIMIT else (4_500 <= len(context.before) <= BEFORE_LIMIT)


def test_the_beginning_of_the_context_stays_while_the_writer_types(writer: Writer) -> None:
    writer.has("word " * 4000, cursor=10_600)
    before = writer.page.context().before
    writer.types("and hundreds of characters more, ")
    assert writer.page.context().before == before + "and hundreds of characters more, "


def test_a_context_of_one_long_paragraph_is_bounded_too(writer: Writer) -> None:
    writer.has("word " * 4000, cursor=10_000)
    context = writer.page.context()
    assert 4_500 <= len(context.before) <= BEFORE_LIMIT
    assert len(context.after) == AFTER_LIMIT


def test_the_context_knows_nothing_of_the_ghost(writer: Writer) -> None:
    writer.has("One two", cursor=3)
    writer.sees(" and\nmore")
    assert writer.page.context() == Context("One", " two")


# --- words ----------------------------------------------------------------------------------------------------------


def test_words_are_told_a_moment_after_they_change(writer: Writer, qtbot: QtBot) -> None:
    told: list[int] = []
    writer.page.words_changed.connect(told.append)
    writer.page.set_text("One two\nthree")
    qtbot.waitUntil(lambda: told == [3])
    writer.goes_to(7)
    writer.types("s and fou")
    writer.types("r\nfive")
    assert told == [3]
    qtbot.waitUntil(lambda: told == [3, 6])
    writer.page.selectAll()
    writer.press(Key.Key_Delete)
    qtbot.waitUntil(lambda: told == [3, 6, 0])


def test_the_ghost_is_not_counted(writer: Writer, qtbot: QtBot) -> None:
    told: list[int] = []
    writer.page.words_changed.connect(told.append)
    writer.has("One two")
    writer.sees(" three four")
    qtbot.waitUntil(lambda: told == [2])
    assert writer.ghost == " three four"


def _nobody(number: int) -> str:
    raise AssertionError(f"paragraph {number} was counted already")


@given(st.data())
def test_counts_are_right_after_any_changes_and_only_what_changed_is_counted(data: st.DataObject) -> None:
    counts, paragraphs = WordCounts(), [""]
    for _ in range(data.draw(st.integers(1, 6))):
        first = data.draw(st.integers(0, len(paragraphs) - 1))
        last = data.draw(st.integers(first, len(paragraphs) - 1))
        new = data.draw(st.lists(st.sampled_from(["", "one", "one two", "a b c"]), min_size=1, max_size=4))
        paragraphs[first : last + 1] = new
        counts.changed(first, first + len(new) - 1, len(paragraphs))
        if data.draw(st.booleans()):
            assert counts.count(paragraphs.__getitem__)
            assert counts.count(_nobody)
            assert counts.total == sum(map(count_words, paragraphs))
    counts.count(paragraphs.__getitem__)
    assert counts.total == sum(map(count_words, paragraphs))


def test_counting_stops_when_its_time_is_up_and_goes_on_later() -> None:
    counts = WordCounts()
    counts.changed(0, 99, 100)
    assert not counts.count(lambda _: "word", seconds=-1.0)
    assert counts.count(lambda _: "word", seconds=60.0)
    assert counts.total == 100


# --- looks ----------------------------------------------------------------------------------------------------------


def line_tops(writer: Writer) -> list[float]:
    layout = writer.page.document().firstBlock().layout()
    writer.page.cursorRect()
    return [layout.lineAt(number).y() for number in range(layout.lineCount())]


@pytest.mark.parametrize("spacing", [1.0, 1.4, 2.0])
def test_lines_stand_apart_as_the_look_says(writer: Writer, spacing: float) -> None:
    writer.page.set_look(PageLook(font_size=11, width=60, line_spacing=spacing))
    writer.has("many words " * 30 + "\nnext", cursor=0)
    height, tops = writer.page.cursorRect().height(), line_tops(writer)
    steps = {b - a for a, b in pairwise(tops)}
    assert len(steps) == 1
    assert abs(steps.pop() - height * spacing) <= 1
    last = writer.page.cursorRect()
    writer.goes_to(len("many words " * 30) + 1)
    assert abs(writer.page.cursorRect().top() - last.top() - len(tops) * height * spacing) <= len(tops)


def selected_area(image: QImage, colour: str) -> set[tuple[int, int]]:
    return {(x, y) for x in range(0, image.width(), 3) for y in range(image.height()) if image.pixelColor(x, y) == QColor(colour)}


@pytest.mark.parametrize("text", ["many words " * 30, "מילים רבות " * 30])
def test_a_selection_has_no_stripes_between_lines(writer: Writer, text: str) -> None:
    writer.page.set_look(PageLook(font_size=11, width=60, line_spacing=2.0, selection="#ff00ff"))
    writer.has(text)
    writer.goes_to(220, anchor=60)
    writer.page.setCursorWidth(0)
    image = writer.page.viewport().grab().toImage()
    first, last = writer.page.textCursor(), writer.page.textCursor()
    first.setPosition(60)
    top, bottom = writer.page.cursorRect(first).center().y(), writer.page.cursorRect(last).center().y()
    area = selected_area(image, "#ff00ff")
    assert bottom - top > 40
    middle = image.width() // 2
    assert {y for _, y in area if top <= y <= bottom} == set(range(top, bottom + 1))
    assert any(abs(x - middle) < 100 for x, _ in area)
    outside = {y for _, y in area if y < top - 30 or y > bottom + 30}
    assert not outside


def test_what_is_selected_is_marked_where_it_stands_in_text_of_both_directions(writer: Writer) -> None:
    writer.page.set_look(PageLook(font_size=11, selection="#ff00ff"))
    text = "one אבגד two"
    writer.has(text)
    writer.goes_to(6, anchor=2)  # "e אב": the two Hebrew letters are the right half of their word
    writer.page.setCursorWidth(0)
    image = writer.page.viewport().grab().toImage()
    y = writer.page.cursorRect().top()
    xs = [x for x in range(image.width()) if image.pixelColor(x, y) == QColor("#ff00ff")]
    gaps = [(a, b) for a, b in pairwise(xs) if b - a > 4]
    assert len(gaps) == 1
    cursor = writer.page.textCursor()
    cursor.setPosition(8)
    assert abs(xs[-1] - writer.page.cursorRect(cursor).left()) <= 2


def test_lines_of_a_ghost_stand_where_they_will_stand_once_taken(writer: Writer) -> None:
    """Each paragraph of it from the side from which it is read."""
    writer.has("He said")
    writer.sees(" it.\n\nשלום עולם.\n\nAnd left. שלום", " עולם.")
    rect = writer.page.cursorRect().size()

    def lefts() -> list[int]:
        found, block = [], writer.page.document().begin()
        while block.isValid():
            layout = block.layout()
            found += [round(layout.lineAt(number).naturalTextRect().left()) for number in range(layout.lineCount())]
            block = block.next()
        return found

    shown = lefts()
    writer.waits()
    writer.press(Key.Key_Tab)
    assert lefts() == shown
    assert shown[2] > shown[0] == shown[4]
    assert writer.page.cursorRect().size() == rect


def test_right_to_left_paragraphs_begin_at_the_right(writer: Writer) -> None:
    writer.has("שלום\nhello", cursor=0)
    assert writer.page.cursorRect().left() > writer.page.viewport().width() - 40
    writer.goes_to(5)
    assert writer.page.cursorRect().left() < 40


@pytest.mark.parametrize("look", [PageLook(), DARK])
def test_the_page_has_its_colours(writer: Writer, look: PageLook) -> None:
    writer.page.set_look(look)
    writer.has("mmmm", cursor=0)
    image = writer.page.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(60)}
    assert {look.page, look.text} <= colours
    assert image.pixelColor(1, 1).name() == image.pixelColor(image.width() // 2, 200).name() == look.page


@pytest.mark.parametrize("look", [PageLook(), DARK])
def test_a_ghost_can_be_read_and_told_from_text(look: PageLook) -> None:
    assert contrast(look.page, look.ghost) >= 4.5
    assert contrast(look.text, look.ghost) >= 2


def wheel(writer: Writer, delta: int, modifiers: Qt.KeyboardModifier) -> None:
    point = QPointF(50, 50)
    event = QWheelEvent(point, point, QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase(0), False)
    QApplication.sendEvent(writer.page.viewport(), event)


def test_zooming_is_by_points_and_can_be_undone(writer: Writer) -> None:
    told: list[int] = []
    writer.page.zoomed.connect(told.append)
    size = writer.page.font().pointSizeF()
    writer.page.zoom(3)
    assert writer.page.font().pointSizeF() == size + 3
    wheel(writer, -120, CTRL)
    wheel(writer, 60, CTRL)
    wheel(writer, 60, CTRL)
    assert told == [3, 2, 3]
    writer.page.set_look(PageLook(font_size=20))
    assert writer.page.font().pointSizeF() == 23
    writer.page.reset_zoom()
    assert writer.page.font().pointSizeF() == 20
    writer.page.zoom(-1000)
    assert writer.page.font().pointSizeF() == 6


def test_the_wheel_alone_scrolls_also_beside_the_column(writer: Writer) -> None:
    writer.has("One\n" * 80, cursor=0)
    QApplication.processEvents()
    wheel(writer, -120, Qt.KeyboardModifier.NoModifier)
    first = writer.page.verticalScrollBar().value()
    assert first > 0
    point = QPointF(2, 100)
    event = QWheelEvent(
        point,
        point,
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(writer.page, event)
    assert writer.page.verticalScrollBar().value() > first


# --- screen readers -------------------------------------------------------------------------------------------------


def test_a_screen_reader_is_told_the_page_and_never_reads_the_ghost(writer: Writer) -> None:
    writer.has("One two", cursor=3)
    writer.sees(" and\nmore")
    interface = QAccessible.queryAccessibleInterface(writer.page)
    assert interface.text(QAccessible.Text.Name) == "Page"
    assert interface.text(QAccessible.Text.Description)
    assert interface.role() == QAccessible.Role.EditableText
    reader = interface.textInterface()
    assert reader.characterCount() == 7
    assert reader.text(0, 7) == "One two"
    assert reader.cursorPosition() == 3
    assert interface.text(QAccessible.Text.Value) == "One two"


def test_words_of_another_text_are_unknown_until_they_are_counted_be_they_as_many(writer: Writer, qtbot: QtBot) -> None:
    told: list[int | None] = []
    writer.page.words_changed.connect(told.append)
    writer.page.words_unknown.connect(lambda: told.append(None))
    writer.page.set_text("One two")
    qtbot.waitUntil(lambda: told == [None, 2])
    writer.page.set_text("Three four")
    assert told == [None, 2, None]
    qtbot.waitUntil(lambda: told == [None, 2, None, 2])

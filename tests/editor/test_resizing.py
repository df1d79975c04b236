"""The page gets another size, because the window does or a panel is opened: the writer finds the place again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from tests.editor.conftest import Writer

WIDE, HIGH = 640, 420
ROUNDING = 5  # pixels; there may be other paragraphs above the line than before
NOVEL = "\n".join(f"Paragraph {number}: " + "the ferry left the harbour at noon, and nobody waved. " * 6 for number in range(80))


def resized(writer: Writer, width: int = WIDE, height: int = HIGH) -> None:
    writer.page.resize(width, height)
    QApplication.processEvents()


def cursor_top(writer: Writer) -> int:
    """How far below the upper edge the line with the cursor begins; it is whole on the page."""
    rect = writer.page.cursorRect()
    assert rect.top() >= 0, "it is above the page"
    assert rect.bottom() <= writer.page.viewport().height(), "it is below the page"
    return rect.top()


def first_paragraph(writer: Writer) -> int:
    return writer.page.firstVisibleBlock().blockNumber()


def place_cursor(writer: Writer, down: int) -> None:
    """In the middle of the novel, `down` lines below the first one that is seen."""
    at = NOVEL.index("Paragraph 40") + 200
    writer.has(NOVEL, cursor=at)
    writer.page.scroll_to(at)
    bar = writer.page.verticalScrollBar()
    bar.setValue(bar.value() - down)
    QApplication.processEvents()


@pytest.mark.parametrize("width", [330, 480, 1000])
@pytest.mark.parametrize("down", [0, 5, 10])
def test_the_line_with_the_cursor_stays_where_it_is(writer: Writer, down: int, width: int) -> None:
    place_cursor(writer, down)
    top = cursor_top(writer)
    resized(writer, width)
    assert abs(cursor_top(writer) - top) <= ROUNDING
    resized(writer)
    assert abs(cursor_top(writer) - top) <= ROUNDING


def test_it_stays_while_the_window_is_drawn_narrower_bit_by_bit(writer: Writer) -> None:
    place_cursor(writer, 8)
    top = cursor_top(writer)
    for width in range(WIDE, 320, -20):
        resized(writer, width)
    assert abs(cursor_top(writer) - top) <= ROUNDING


def test_it_stays_with_a_suggestion_at_it(writer: Writer) -> None:
    place_cursor(writer, 6)
    writer.types("s")
    top = cursor_top(writer)
    writer.sees(" and a gull cried out above the masts")
    resized(writer, 360)
    assert abs(cursor_top(writer) - top) <= ROUNDING


@pytest.mark.parametrize("size", [(WIDE, 150), (330, 150)])
def test_in_a_lower_page_it_is_moved_up_as_far_as_is_needed(writer: Writer, size: tuple[int, int]) -> None:
    place_cursor(writer, 10)
    resized(writer, *size)
    assert cursor_top(writer) > 60


def test_a_beginning_that_is_seen_stays_as_long_as_the_cursor_is_on_the_page(writer: Writer) -> None:
    writer.has(NOVEL[:700], cursor=690)
    resized(writer, 480)
    assert writer.page.verticalScrollBar().value() == 0
    resized(writer, 330, 200)
    assert cursor_top(writer) > 0
    assert writer.page.verticalScrollBar().value() > 0


@pytest.mark.parametrize("cursor", [0, len(NOVEL)])
@pytest.mark.parametrize("width", [330, 1000])
def test_a_page_that_was_scrolled_away_from_the_cursor_stays_at_what_is_read(writer: Writer, width: int, cursor: int) -> None:
    writer.has(NOVEL, cursor=cursor)
    at = NOVEL.index("Paragraph 40") + 250
    writer.page.scroll_to(at)
    QApplication.processEvents()
    resized(writer, width)
    assert first_paragraph(writer) == 40
    assert abs(writer.page.top_position() - at) < 100, "about the same line of it"
    resized(writer)
    assert first_paragraph(writer) == 40


def test_a_page_that_is_scrolled_as_soon_as_there_is_text_stays_there_when_it_gets_a_scroll_bar(writer: Writer) -> None:
    QApplication.processEvents()
    assert not writer.page.verticalScrollBar().isVisible()
    writer.page.set_text(NOVEL)
    writer.page.scroll_to(NOVEL.index("Paragraph 40"))
    QApplication.processEvents()
    assert writer.page.verticalScrollBar().isVisible()
    assert first_paragraph(writer) == 40


def place_at_end(writer: Writer) -> None:
    """Behind the last word of the novel, as high on the page as one who writes on there has it."""
    writer.has(NOVEL)
    writer.page.ensureCursorVisible()
    QApplication.processEvents()
    assert HIGH / 4 < cursor_top(writer) < HIGH


def below_end(writer: Writer) -> float:
    """How much of the page is blank below the end of the text."""
    *_, (block, rect) = writer.page.visible_blocks()
    assert not block.next().isValid(), "the end is not on the page"
    return writer.page.viewport().height() - rect.bottom()


@pytest.mark.parametrize("way", [[(330, 150)], [(WIDE, 150), (330, 150), (330, HIGH)], [(330, 110), (330, 200)]])
@pytest.mark.parametrize("place", [place_at_end, lambda writer: place_cursor(writer, 8)])
def test_it_is_where_it_was_once_there_is_room_again(
    writer: Writer, place: Callable[[Writer], None], way: list[tuple[int, int]]
) -> None:
    place(writer)
    top = cursor_top(writer)
    for size in way:
        resized(writer, *size)
    resized(writer)
    assert abs(cursor_top(writer) - top) <= ROUNDING


def test_a_beginning_that_gave_way_in_a_low_page_is_seen_again(writer: Writer) -> None:
    writer.has(NOVEL[:700], cursor=690)
    for size in ((330, 200), (480, 150), (330, 120), (480, 300), (WIDE, HIGH)):
        resized(writer, *size)
    assert writer.page.verticalScrollBar().value() == 0


@pytest.mark.parametrize("step", [7, 60, 600])
def test_a_page_that_grows_after_writing_shows_text_and_not_the_blank_below_it(writer: Writer, step: int) -> None:
    place_at_end(writer)
    resized(writer, 330, 110)
    writer.types("s.")
    for height in (*range(110, 700, step), 700):
        resized(writer, 330, height)
    assert 250 < below_end(writer) <= 350
    assert cursor_top(writer) > 300


def test_a_page_on_which_all_has_room_again_shows_all_of_it(writer: Writer) -> None:
    writer.has(NOVEL[:700])
    resized(writer, WIDE, 110)
    writer.types("s.")
    assert writer.page.verticalScrollBar().value() > 0
    resized(writer)
    assert writer.page.verticalScrollBar().value() == 0
    assert not writer.page.verticalScrollBar().isVisible()


def test_what_was_scrolled_up_for_room_below_stays_there_while_only_the_width_changes(writer: Writer) -> None:
    place_at_end(writer)
    bar = writer.page.verticalScrollBar()
    bar.setValue(bar.maximum())
    top = cursor_top(writer)
    for width in (500, 330, WIDE):
        resized(writer, width)
        assert abs(cursor_top(writer) - top) <= ROUNDING


def test_a_writer_who_scrolls_in_a_low_page_finds_what_was_scrolled_to_when_it_grows(writer: Writer) -> None:
    place_cursor(writer, 10)
    resized(writer, WIDE, 150)
    writer.page.verticalScrollBar().setValue(writer.page.verticalScrollBar().value() + 1)
    top = cursor_top(writer)
    resized(writer)
    assert abs(cursor_top(writer) - top) <= ROUNDING


@pytest.mark.parametrize("text", ["", "One line.", NOVEL])
def test_a_page_may_have_no_height_at_all(writer: Writer, text: str) -> None:
    writer.has(text)
    for height in (0, 5, 0, HIGH):
        resized(writer, WIDE, height)
    assert cursor_top(writer) > 0


def test_a_beginning_that_gave_way_is_seen_again_at_another_width_too(writer: Writer) -> None:
    writer.has(NOVEL, cursor=200)
    for width in (WIDE, 330, 480):
        resized(writer, width, 80)
        assert writer.page.verticalScrollBar().value() > 0
        resized(writer, width, HIGH)
        assert writer.page.verticalScrollBar().value() == 0


def test_a_short_text_that_was_scrolled_up_stays_there_while_only_the_width_changes(writer: Writer) -> None:
    writer.has("One line.\n" * 6)
    bar = writer.page.verticalScrollBar()
    bar.setValue(2)
    for width in (500, 330, WIDE):
        resized(writer, width)
        assert bar.value() == 2


@pytest.mark.parametrize("paragraphs", [5, 10, 20, 80])
@pytest.mark.parametrize("height", [HIGH, 700])
def test_the_end_is_where_it_is_to_be_whatever_was_not_laid_out_yet(writer: Writer, paragraphs: int, height: int) -> None:
    writer.has("\n".join(NOVEL.split("\n")[:paragraphs]))
    resized(writer, 330, 110)
    writer.types("s.")
    resized(writer, 480, height)
    assert cursor_top(writer) > height / 3
    assert writer.page.verticalScrollBar().value() == 0 or below_end(writer) > height / 3


def test_what_was_scrolled_up_for_room_below_gives_way_by_little_to_a_page_that_grows_a_little(writer: Writer) -> None:
    place_at_end(writer)
    bar = writer.page.verticalScrollBar()
    bar.setValue(bar.maximum() - 1)
    top = cursor_top(writer)
    resized(writer, WIDE, HIGH + 20)
    assert top <= cursor_top(writer) < 60


@pytest.mark.parametrize("into", range(0, 300, 45))
def test_the_line_that_is_written_on_is_whole_on_a_page_of_any_height(writer: Writer, into: int) -> None:
    writer.has(NOVEL, cursor=NOVEL.index("Paragraph 40") + into)
    for height in range(60, 200, 9):
        resized(writer)
        writer.page.ensureCursorVisible()
        resized(writer, 480, height)
        assert cursor_top(writer) >= 0

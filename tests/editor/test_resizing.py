"""The page gets another size, because the window does or a panel is opened: the writer finds the place again."""

from __future__ import annotations

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

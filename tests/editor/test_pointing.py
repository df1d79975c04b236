"""Positions on the screen, and what the mouse means by them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from afterword.editor.look import PageLook
from tests.editor.conftest import SHIFT, Writer

TEXT = "One two three four five six.\nThe second paragraph is here.\nAnd a third one."


def spot(writer: Writer, position: int) -> QPoint:
    cursor = QTextCursor(writer.page.document())
    cursor.setPosition(position)
    return writer.page.cursorRect(cursor).center()


@pytest.mark.parametrize("at", [0, 3, 8, 28, 29, 40, len(TEXT)])
def test_a_click_lands_where_it_was_aimed_with_the_ghost_in_the_way(writer: Writer, at: int) -> None:
    for ghost in (" and a half", " and\nmore,\nmuch more", " and more" * 15):
        writer.has(TEXT, cursor=7)
        writer.sees(ghost)
        writer.clicks(spot(writer, at))
        assert (writer.cursor, writer.ghost) == (at, "")


def test_a_click_on_the_ghost_stays_where_the_ghost_was(writer: Writer) -> None:
    writer.has(TEXT, cursor=6)
    writer.types("o")
    writer.sees(" and a half")
    writer.clicks(writer.page.cursorRect().center() + QPoint(30, 0))
    assert (writer.cursor, writer.ghost, writer.unwanted) == (7, "", 1)


def test_a_hand_that_is_not_quite_still_selects_nothing(writer: Writer) -> None:
    writer.has(TEXT, cursor=7)
    writer.sees(" and a half")
    point = spot(writer, 13)
    QTest.mousePress(writer.page.viewport(), Qt.MouseButton.LeftButton, pos=point)
    drag(writer, point + QPoint(2, 1))
    QTest.mouseRelease(writer.page.viewport(), Qt.MouseButton.LeftButton, pos=point + QPoint(2, 1))
    assert writer.cursor == 13
    assert not writer.page.textCursor().hasSelection()


def drag(writer: Writer, point: QPoint) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(point),
        QPointF(writer.page.viewport().mapToGlobal(point)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(writer.page.viewport(), event)


def test_a_drag_selects_from_where_it_was_aimed(writer: Writer) -> None:
    writer.has(TEXT, cursor=7)
    writer.sees(" and a half")
    QTest.mousePress(writer.page.viewport(), Qt.MouseButton.LeftButton, pos=spot(writer, 13))
    drag(writer, spot(writer, 45))
    assert (writer.page.textCursor().anchor(), writer.cursor) == (13, 45)


def test_a_double_click_selects_the_word_that_was_under_the_mouse(writer: Writer) -> None:
    writer.has(TEXT, cursor=7)
    writer.sees(" and a half")
    point = spot(writer, 10)
    QTest.mouseClick(writer.page.viewport(), Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseDClick(writer.page.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert writer.page.textCursor().selectedText() == "three"


def test_a_click_with_shift_selects_up_to_where_it_was_aimed(writer: Writer) -> None:
    writer.has(TEXT, cursor=7)
    writer.sees(" and a half")
    writer.clicks(spot(writer, 13), SHIFT)
    assert writer.page.textCursor().selectedText() == " three"


def test_a_click_between_two_lines_goes_to_the_nearer_one(writer: Writer) -> None:
    writer.page.set_look(PageLook(font_size=11, width=60, line_spacing=2.5))
    writer.has("many words " * 30, cursor=0)
    first, second = spot(writer, 20), spot(writer, 0)
    line = writer.page.document().firstBlock().layout().lineAt(1)
    second = spot(writer, line.textStart() + 20)
    assert second.y() - first.y() > 1.5 * writer.page.cursorRect().height()
    middle = (first.y() + second.y()) // 2
    for y, expected in ((middle - 2, first), (middle + 2, second)):
        writer.clicks(QPoint(first.x(), y))
        assert writer.page.cursorRect().center().y() == expected.y()
        assert abs(writer.page.cursorRect().center().x() - first.x()) < 12


def test_a_click_below_the_text_goes_to_its_end_and_one_in_the_margin_to_its_line(writer: Writer) -> None:
    writer.has(TEXT, cursor=0)
    writer.clicks(QPoint(40, writer.page.viewport().height() - 4))
    assert writer.cursor == len(TEXT)
    viewport = writer.page.viewport().geometry()
    assert viewport.left() > 4
    for x, expected in ((2, 29), (viewport.right() + 3, len("One two three four five six.\nThe second paragraph is here."))):
        y = viewport.top() + spot(writer, 35).y()
        QTest.mouseClick(writer.page, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        assert writer.cursor == expected


@pytest.mark.parametrize("ghost", ["", " and a half", " and\nmore,\nmuch more"])
def test_positions_and_points_agree_with_and_without_ghost(writer: Writer, ghost: str) -> None:
    writer.has(TEXT, cursor=7)
    writer.sees(ghost)
    for position in range(len(TEXT) + 1):
        assert writer.page.cursorForPosition(spot(writer, position)).position() == position
    assert writer.ghost == ghost


def test_the_column_is_centred_and_as_wide_as_the_look_says(writer: Writer) -> None:
    writer.page.resize(900, 400)
    writer.page.set_look(PageLook(font_size=11, width=50))
    narrow = writer.page.viewport().geometry()
    writer.page.set_look(PageLook(font_size=11, width=80))
    wide = writer.page.viewport().geometry()
    bar = writer.page.verticalScrollBar().sizeHint().width()
    for column in (narrow, wide):
        assert abs(column.left() - (900 - bar - 1 - column.right())) <= 2
    assert 1.5 < wide.width() / narrow.width() < 1.7
    writer.page.resize(300, 400)
    assert writer.page.viewport().width() > 220


def test_the_scroll_bar_is_there_when_it_is_of_use_and_moves_nothing(writer: Writer) -> None:
    writer.has("One\ntwo", cursor=0)
    QApplication.processEvents()
    bar, width = writer.page.verticalScrollBar(), writer.page.viewport().width()
    assert not bar.isVisible()
    writer.has("One\n" * 60, cursor=0)
    QApplication.processEvents()
    assert bar.isVisible()
    assert writer.page.viewport().width() == width


def test_there_is_room_for_a_ghost_below_the_line_that_is_written_on(writer: Writer) -> None:
    height, line = writer.page.viewport().height(), writer.page.cursorRect().height()
    for _ in range(40):
        writer.types("\n")
        assert writer.page.cursorRect().bottom() < height - 2 * line
    writer.types("x")
    top = writer.page.verticalScrollBar().value()
    assert top > 0
    writer.sees("y and so on\nand on")
    writer.types("y")
    assert writer.page.verticalScrollBar().value() == top

"""Bars as they are painted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QApplication

from afterword.window.bars import Bars, Part, top_of_scale
from afterword.window.themes import LIGHT, palette_of

LOWER, UPPER = QColor("#ff0000"), QColor("#0000ff")
PLACE = QRectF(40, 12, 30, 100)


def bars(*numbers: tuple[int, int]) -> Bars:
    return Bars("Fates", (Part("lower", LOWER), Part("upper", UPPER)), numbers, "none yet")


def painted(row: Bars, ratio: float = 1) -> QImage:
    picture = QImage(round(80 * ratio), round(120 * ratio), QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    row.paint_bars(painter, palette_of(LIGHT), PLACE, QLocale("C"), 40)
    painter.end()
    return picture


def rows_of(picture: QImage, colour: QColor, bar: int) -> list[int]:
    x = round((PLACE.left() + 10 * bar + 5) * picture.devicePixelRatio())
    return [y for y in range(picture.height()) if picture.pixelColor(x, y) == colour]


@pytest.mark.parametrize("ratio", [1, 1.25, 2])
def test_parts_stand_on_one_another_and_are_as_high_as_their_numbers(qapp: QApplication, ratio: float) -> None:
    picture = painted(bars((2, 1), (0, 10), (0, 0)), ratio)
    lower, upper = rows_of(picture, LOWER, 0), rows_of(picture, UPPER, 0)
    foot = round(PLACE.bottom() * ratio)
    assert lower == list(range(foot - round(20 * ratio), foot)), "sharp: no half colours at the ends"
    assert upper == list(range(foot - round(30 * ratio), foot - round(20 * ratio)))
    assert len(rows_of(picture, UPPER, 1)) == round(100 * ratio)
    assert rows_of(picture, LOWER, 2) == rows_of(picture, UPPER, 2) == []


def test_one_among_thousands_is_still_seen(qapp: QApplication) -> None:
    picture = painted(bars((1, 0), (9000, 0), (0, 0)))
    assert len(rows_of(picture, LOWER, 0)) == 1


def test_with_nothing_to_show_no_scale_pretends_to_be_one(qapp: QApplication) -> None:
    def ink_at_the_left(row: Bars) -> bool:
        picture = painted(row)
        return any(picture.pixelColor(x, y) != QColor("white") for x in range(39) for y in range(120))

    assert ink_at_the_left(bars((1, 0), (0, 0), (0, 0)))
    assert not ink_at_the_left(bars((0, 0), (0, 0), (0, 0)))


def test_the_head_is_as_wide_as_it_says(qapp: QApplication) -> None:
    row, metrics = bars((1, 1)), QFontMetricsF(qapp.font())
    picture = QImage(600, 40, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    painter.setFont(qapp.font())
    row.paint_head(painter, palette_of(LIGHT), QRectF(10, 0, row.head_width(metrics), 40))
    painter.end()
    inked = [x for x in range(600) if any(picture.pixelColor(x, y) != QColor("white") for y in range(40))]
    assert 10 <= inked[0] < 14
    assert inked[-1] <= 10 + row.head_width(metrics)
    assert metrics.horizontalAdvance("Fates lower upper") < row.head_width(metrics)


@given(st.integers(0, 10**12))
def test_the_top_of_a_scale_is_near_and_can_be_halved(most: int) -> None:
    top = top_of_scale(most)
    assert most <= top <= max(4, 2 * most)
    assert top % 2 == 0
    assert len(str(top).strip("0")) == 1

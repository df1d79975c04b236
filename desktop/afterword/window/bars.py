"""A row of bars with a title, a legend and a scale, painted in the colours of a palette."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLocale, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPalette, QPen

GAP = 8.0

_FILLED = 0.66
"""How much of its column a bar fills."""

_SQUARE = 1.2
"""The side of a square of the legend, as a multiple of the height of an x."""

_ALIGN = Qt.AlignmentFlag


@dataclass(frozen=True)
class Part:
    """A piece of every bar: what it stands for, "" where the title says it, and its colour."""

    name: str
    colour: QColor


@dataclass(frozen=True)
class Bars:
    """One row of bars.

    Attributes:
        title: what is counted.
        parts: of a bar, the lowest first.
        numbers: for each bar, one of each part.
        none: what to say where all are 0.
    """

    title: str
    parts: Sequence[Part]
    numbers: Sequence[Sequence[int]]
    none: str

    @property
    def top(self) -> int:
        """The number at the top of the scale."""
        return top_of_scale(max(map(sum, self.numbers)))

    def head_width(self, metrics: QFontMetricsF) -> float:
        """How wide the title and the legend are."""
        return metrics.horizontalAdvance(self.title) + self._legend_width(metrics)

    def paint_head(self, painter: QPainter, palette: QPalette, place: QRectF) -> None:
        """The title at the left and the legend at the right."""
        metrics = QFontMetricsF(painter.font())
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        painter.drawText(place, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, self.title)
        side = metrics.xHeight() * _SQUARE
        left = place.right() - self._legend_width(metrics)
        for part in self._named():
            left += 2 * GAP
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(part.colour)
            painter.drawRoundedRect(QRectF(left, place.center().y() - side / 2, side, side), 2, 2)
            left += side + GAP / 2
            width = metrics.horizontalAdvance(part.name)
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            name = QRectF(left, place.top(), width + 1, place.height())
            painter.drawText(name, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, part.name)
            left += width

    def paint_bars(self, painter: QPainter, palette: QPalette, place: QRectF, locale: QLocale, gutter: float) -> None:
        """The bars, over the lines of the scale, whose numbers stand in the `gutter` at the left of `place`."""
        top, ratio, height = self.top, painter.device().devicePixelRatio(), QFontMetricsF(painter.font()).height()
        empty = not any(map(sum, self.numbers))
        for mark in (0,) if empty else (0, top // 2, top):
            y = _sharp(place.bottom() - place.height() * mark / top, ratio)
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid), 1 / ratio))
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))
            if mark:
                painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
                number = QRectF(place.left() - gutter, y - height / 2, gutter - 6, height)
                painter.drawText(number, _ALIGN.AlignRight | _ALIGN.AlignVCenter, locale.toString(mark))
        if empty:
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(place, _ALIGN.AlignCenter, self.none)
        painter.setPen(Qt.PenStyle.NoPen)
        column = place.width() / len(self.numbers)
        for at, numbers in enumerate(self.numbers):
            left = _sharp(place.left() + column * (at + (1 - _FILLED) / 2), ratio)
            self._paint_bar(painter, numbers, QRectF(left, place.top(), _sharp(column * _FILLED, ratio), place.height()), top)

    def _paint_bar(self, painter: QPainter, numbers: Sequence[int], place: QRectF, top: int) -> None:
        ratio = painter.device().devicePixelRatio()
        below = 0
        for part, number in zip(self.parts, numbers, strict=True):
            if number:
                foot = _sharp(place.bottom() - place.height() * below / top, ratio)
                below += number
                head = _sharp(place.bottom() - place.height() * below / top, ratio)
                piece = QRectF(place.left(), min(head, foot - 1), place.width(), 0)  # a single one in a thousand is still seen
                piece.setBottom(foot)
                painter.setBrush(part.colour)
                painter.drawRect(piece)

    def _named(self) -> list[Part]:
        return [part for part in self.parts if part.name]

    def _legend_width(self, metrics: QFontMetricsF) -> float:
        fixed = 2.5 * GAP + metrics.xHeight() * _SQUARE
        return sum(fixed + metrics.horizontalAdvance(part.name) for part in self._named())


def top_of_scale(most: int) -> int:
    """A round number from `most` on, whose half is one too, for the top of a scale."""
    power = 1
    while True:
        for digit in (4, 6, 8, 10, 20):
            if digit * power >= most:
                return digit * power
        power *= 10


def _sharp(length: float, ratio: float) -> float:
    """The nearest length that ends between two pixels of a screen with `ratio` pixels to a unit."""
    return round(length * ratio) / ratio

"""A small chart of some days: what became of the suggestions, and below it the keystrokes saved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QDate, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from afterword.editor.look import between
from afterword.statistics import Counts
from afterword.window.bars import GAP, Bars, Part

_PAD = 14.0
_ABOVE_DATES = 5.0
_PLOTS = (96, 52)
"""The least heights of the bars; what there is more they share alike."""

_COLUMN = 12
"""The least width of a day."""

_WEEK = 7


class DayChart(QWidget):
    """Bars for some days, of which one is chosen: pointed at, or gone to with the arrow keys. Time goes from left to right.

    Args:
        days: at least one, the earliest first; the last one is chosen.

    Signals:
        day_chosen: another one.
    """

    day_chosen = Signal()

    def __init__(self, days: Sequence[tuple[date, Counts]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._days = list(days)
        self._at = len(days) - 1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def day(self) -> tuple[date, Counts]:
        """The one that is chosen."""
        return self._days[self._at]

    def show_days(self, days: Sequence[tuple[date, Counts]]) -> None:
        """Show as many other `days`; the chosen one is as far from the last as before."""
        self._days = list(days)
        self.update()

    def choose(self, at: int) -> None:
        """Go to a day by its number, or to the nearest there is."""
        at = max(0, min(at, len(self._days) - 1))
        if at != self._at:
            self._at = at
            self.update()
            self.day_chosen.emit()

    # --- Qt's own -------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint() + QSize(80, 60)

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetricsF(self._small())
        heads = [bars.head_width(metrics) for bars in self._rows()]
        width = max(*heads, _COLUMN * len(self._days) + self._gutter(metrics)) + 2 * _PAD
        return QSize(round(width), round(2 * _PAD + self._around_plots(metrics) + sum(_PLOTS)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        went = {
            Qt.Key.Key_Left: self._at - 1,
            Qt.Key.Key_Right: self._at + 1,
            Qt.Key.Key_PageUp: self._at - _WEEK,
            Qt.Key.Key_PageDown: self._at + _WEEK,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._days) - 1,
        }.get(Qt.Key(event.key()))
        if went is None:
            super().keyPressEvent(event)
        else:
            self.choose(went)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area, x = self._area(), event.position().x()
        if area.left() <= x < area.right():
            self.choose(int((x - area.left()) / area.width() * len(self._days)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.setFont(self._small())
        palette, roles, metrics = self.palette(), QPalette.ColorRole, QFontMetricsF(painter.font())
        painter.setPen(QPen(palette.color(roles.Accent if self.hasFocus() else roles.Mid), 1))
        painter.setBrush(palette.color(roles.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        area, line = self._area(), metrics.height()
        self._paint_choice(painter, area.adjusted(0, line, 0, 0))
        spare = max(area.height() - self._around_plots(metrics) - sum(_PLOTS), 0) / 2
        top = area.top()
        for bars, least in zip(self._rows(), _PLOTS, strict=True):
            bars.paint_head(painter, palette, QRectF(_PAD, top, area.right() - _PAD, line))
            place = QRectF(area.left(), top + line + GAP, area.width(), least + spare)
            bars.paint_bars(painter, palette, place, self.locale(), area.left() - _PAD)
            top = place.bottom() + 2 * GAP
        self._paint_dates(painter, QRectF(area.left(), area.bottom() - line, area.width(), line))

    # --- what is painted ------------------------------------------------------------------------------------------

    def _rows(self) -> tuple[Bars, Bars]:
        palette, roles = self.palette(), QPalette.ColorRole
        base, accent, quiet = (palette.color(role).name() for role in (roles.Base, roles.Accent, roles.PlaceholderText))
        fates = (
            Part(self.tr("taken"), QColor(accent)),
            Part(self.tr("typed by you"), between(base, accent, 0.7)),
            Part(self.tr("ignored"), between(base, quiet, 0.7)),
            Part(self.tr("gone at once"), between(base, quiet, 0.3)),
        )
        counted = [counts for _, counts in self._days]
        numbers = [
            (one.taken, one.typed, one.ignored, max(one.shown - one.taken - one.typed - one.ignored, 0)) for one in counted
        ]
        saved = Part("", QColor(accent))
        none = self.tr("none yet")
        return (
            Bars(self.tr("Suggestions"), fates, numbers, none),
            Bars(self.tr("Keystrokes saved"), (saved,), [(one.saved,) for one in counted], none),
        )

    def _paint_choice(self, painter: QPainter, area: QRectF) -> None:
        column = area.width() / len(self._days)
        colour = self.palette().color(QPalette.ColorRole.Accent)
        colour.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(area.left() + self._at * column, area.top(), column, area.height()), 3, 3)

    def _paint_dates(self, painter: QPainter, place: QRectF) -> None:
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        metrics, column, last = QFontMetricsF(painter.font()), place.width() / len(self._days), len(self._days) - 1
        for at in range(last, -1, -_WEEK):
            day = QDate(*self._days[at][0].timetuple()[:3])
            text = self.tr("Today") if at == last else self.locale().toString(day, self.tr("d MMM"))
            width = metrics.horizontalAdvance(text) + 2
            left = place.left() + column * (at + 0.5) - width / 2
            left = min(max(left, place.left()), place.right() - width)
            painter.drawText(QRectF(left, place.top(), width, place.height()), Qt.AlignmentFlag.AlignCenter, text)

    # --- measures -------------------------------------------------------------------------------------------------

    def _small(self) -> QFont:
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.88)
        return font

    def _around_plots(self, metrics: QFontMetricsF) -> float:
        """The height of all that stands above, between and below the bars."""
        return 3 * metrics.height() + 4 * GAP + _ABOVE_DATES

    def _gutter(self, metrics: QFontMetricsF) -> float:
        """The room for the numbers at the left."""
        return max(metrics.horizontalAdvance(self.locale().toString(bars.top)) for bars in self._rows()) + 6

    def _area(self) -> QRectF:
        """Where the bars and the dates are, and above them the titles, which begin further left."""
        inner = QRectF(self.rect()).adjusted(_PAD, _PAD, -_PAD, -_PAD)
        inner.setLeft(_PAD + self._gutter(QFontMetricsF(self._small())))
        return inner

"""What became of the suggestions of the last month: a sentence, a chart, and a button that forgets it all."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QDate, Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from afterword.statistics import Counts, Statistics
from afterword.window.button import Button
from afterword.window.statistics_chart import DayChart
from afterword.window.statistics_keeper import StatisticsKeeper
from afterword.window.switch import Switch

DAYS = 30


class StatisticsDialog(QDialog):
    """Shows the numbers of a keeper. What is cleared can be brought back until the dialog is closed.

    Args:
        keeper: counts.
        parent: the window that it belongs to.
    """

    def __init__(self, keeper: StatisticsKeeper, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Statistics"))
        self._keeper = keeper
        self._cleared: Statistics | None = None
        # Made in the order of the tab key.
        self._month = self._label(larger=1.1)
        self._ever = self._label(quiet=True)
        self._chart = DayChart(keeper.statistics.last(DAYS), self)
        self._chart.setToolTip(self.tr("Point at a day, or go from day to day with the arrow keys"))
        self._chart.day_chosen.connect(self._show_day)
        self._day = self._label()
        self._note = self._label(quiet=True)
        self._note.setText(self.tr("Numbers only, and none of your words. They stay on this computer."))
        self._switch = Switch(self.tr("Keep statistics"), self)
        self._switch.setToolTip(self.tr("Count what becomes of suggestions, or do not"))
        self._switch.setChecked(keeper.enabled)
        self._switch.clicked.connect(keeper.switch)
        self._undo = Button(self.tr("Undo"), self.tr("Bring back what was cleared"), self)
        self._undo.setAccessibleName(self.tr("Undo clearing"))
        self._undo.clicked.connect(self._bring_back)
        self._undo.hide()
        self._clear = Button(self.tr("Clear"), self.tr("Forget all that was counted, at once"), self)
        self._clear.setAccessibleName(self.tr("Clear the statistics"))
        self._clear.clicked.connect(self._forget)
        self._close = Button(self.tr("Close"), self.tr("Close the statistics"), self)
        self._close.setDefault(True)
        self._close.clicked.connect(self.accept)
        self._lay_out()
        keeper.changed.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(6)
        column.addWidget(self._month)
        column.addWidget(self._ever)
        column.addSpacing(6)
        column.addWidget(self._chart, 1)
        self._day.setMinimumHeight(2 * self._day.fontMetrics().lineSpacing())  # so that the chart stays when a line is broken
        self._day.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self._day)
        column.addWidget(self._note)
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._switch)
        row.addStretch(1)
        for button in (self._undo, self._clear, self._close):
            row.addWidget(button)
        column.addLayout(row)
        self.resize(600, 470)

    def _label(self, larger: float = 1.0, quiet: bool = False) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        font = label.font()
        font.setPointSizeF(font.pointSizeF() * larger)
        label.setFont(font)
        if quiet:
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        return label

    # --- what is shown --------------------------------------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        statistics = self._keeper.statistics
        days = statistics.last(DAYS)
        numbers = self._totals(sum((counts for _, counts in days), Counts()))
        month = self.tr("In the last {count} days: {numbers}.").format(count=DAYS, numbers=numbers)
        since = statistics.since
        earlier = since is not None and since < days[0][0]
        self._month.setText(month)
        if since is not None and earlier:
            first = self._date(since, self.tr("d MMMM yyyy"))
            self._ever.setText(self.tr("Since {day}: {numbers}.").format(day=first, numbers=self._totals(statistics.total())))
        self._ever.setVisible(earlier)
        self._chart.show_days(days)
        self._chart.setAccessibleDescription(month)
        self._show_day()
        self._clear.setEnabled(not statistics.empty)

    @Slot()
    def _show_day(self) -> None:
        day, counts = self._chart.day
        sentence = self.tr("{day}: {numbers}.").format(day=self._name(day), numbers=self._fates(counts))
        self._day.setText(sentence)
        self._chart.setAccessibleName(self.tr("Suggestions by day. {sentence}").format(sentence=sentence))

    def _totals(self, counts: Counts) -> str:
        if counts == Counts():
            return self.tr("no suggestions")
        shown = self.tr("1 suggestion shown") if counts.shown == 1 else self.tr("{count} suggestions shown")
        parts = (
            shown.format(count=self._number(counts.shown)),
            self.tr("{count} taken").format(count=self._number(counts.taken)),
            self._saved(counts),
        )
        return self.tr(", ").join(parts)

    def _fates(self, counts: Counts) -> str:
        if counts == Counts():
            return self.tr("no suggestions")
        parts = (
            self.tr("{count} shown").format(count=self._number(counts.shown)),
            self.tr("{count} taken").format(count=self._number(counts.taken)),
            self.tr("{count} typed by you").format(count=self._number(counts.typed)),
            self.tr("{count} ignored").format(count=self._number(counts.ignored)),
            self._saved(counts),
        )
        return self.tr(", ").join(parts)

    def _saved(self, counts: Counts) -> str:
        text = self.tr("1 keystroke saved") if counts.saved == 1 else self.tr("{count} keystrokes saved")
        return text.format(count=self._number(counts.saved))

    def _number(self, number: int) -> str:
        return self.locale().toString(number)

    def _name(self, day: date) -> str:
        today = self._keeper.statistics.last(1)[0][0]
        if day == today:
            return self.tr("Today")
        if day == today - timedelta(1):
            return self.tr("Yesterday")
        return self._date(day, self.tr("dddd, d MMMM"))

    def _date(self, day: date, form: str) -> str:
        return self.locale().toString(QDate(day.year, day.month, day.day), form)

    # --- clearing -------------------------------------------------------------------------------------------------

    @Slot()
    def _forget(self) -> None:
        self._cleared = self._keeper.clear()
        self._undo.show()
        self._undo.setFocus()

    @Slot()
    def _bring_back(self) -> None:
        if self._cleared is not None:
            self._keeper.restore(self._cleared)
            self._cleared = None
        self._clear.setFocus()
        self._undo.hide()

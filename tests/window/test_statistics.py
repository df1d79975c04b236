"""Statistics in the window: what is counted of the page, what reaches the disk, and the dialog that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QLocale, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from afterword import paths
from afterword.app import Desk
from afterword.assist.timing import SEEN_AFTER
from afterword.editor.keys import EditorAction
from afterword.editor.page import Page
from afterword.engine.protocol import Piece
from afterword.files import write_whole
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.statistics import Counts, Statistics
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.window import statistics_keeper
from afterword.window.actions import Action
from afterword.window.button import Button
from afterword.window.statistics_chart import DayChart
from afterword.window.statistics_keeper import SAVE_EVERY_MS, StatisticsKeeper, SuggestionCounter
from afterword.window.statistics_view import DAYS, StatisticsDialog
from afterword.window.switch import Switch
from afterword.window.themes import LIGHT, palette_of
from tests.fakes.scripted import ScriptedModel

from .conftest import ScriptedDialogs, part, type_keys

TODAY = date(2026, 11, 24)
SECRET = " the city of Nova Haven."


def today() -> date:
    return TODAY


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "statistics.json"


@pytest.fixture
def keeper(file: Path, settings: Settings, jobs: Jobs) -> StatisticsKeeper:
    return StatisticsKeeper(file, settings, jobs, today=today)


@pytest.fixture
def written(qtbot: QtBot, jobs: Jobs) -> Callable[[], None]:
    """Waits until everything is on the disk."""
    return lambda: qtbot.waitUntil(lambda: not jobs.busy)


def on_disk(file: Path) -> Counts:
    return Statistics.from_json(file.read_bytes()).total()


# --- what is counted ------------------------------------------------------------------------------------------------


class Writer:
    """At a page that is listened to."""

    def __init__(self, keeper: StatisticsKeeper) -> None:
        self.now = 0.0
        self.page = Page(clock=lambda: self.now)
        self.counter = SuggestionCounter(self.page, keeper, self.page)
        self.keeper = keeper
        self.page.show()

    def sees(self, text: str = SECRET, seconds: float = SEEN_AFTER) -> None:
        self.page.show_suggestion(Suggestion((Piece(text, 0.9),), Ended.LENGTH), self.page.place())
        assert self.page.ghost_text == text
        self.now += seconds

    def total(self) -> Counts:
        return self.keeper.statistics.total()


@pytest.fixture
def writer(qtbot: QtBot, keeper: StatisticsKeeper) -> Writer:
    writer = Writer(keeper)
    qtbot.addWidget(writer.page)
    type_keys(writer.page, "Once,")
    return writer


def test_taken_whole_it_counts_once_with_its_characters_and_one_key(writer: Writer) -> None:
    writer.sees()
    assert writer.total() == Counts(shown=1)
    writer.page.perform(EditorAction.ACCEPT_ALL)
    assert writer.total() == Counts(shown=1, taken=1, characters=len(SECRET), keys=1)


def test_taken_word_by_word_it_counts_once_with_a_key_for_each_word(writer: Writer) -> None:
    for _ in range(2):
        writer.sees(" two words")
        writer.page.perform(EditorAction.ACCEPT_WORD)
        writer.page.perform(EditorAction.ACCEPT_WORD)
    assert writer.total() == Counts(shown=2, taken=2, characters=2 * len(" two words"), keys=4)


def test_typed_to_its_end_it_is_neither_taken_nor_ignored(writer: Writer) -> None:
    writer.sees(" city")
    type_keys(writer.page, " city")
    assert writer.total() == Counts(shown=1, typed=1)


def test_passed_over_it_is_ignored(writer: Writer) -> None:
    writer.sees()
    type_keys(writer.page, "x")
    assert writer.total() == Counts(shown=1, ignored=1)


def test_gone_before_it_could_be_seen_it_is_shown_and_nothing_else(writer: Writer) -> None:
    writer.sees(seconds=SEEN_AFTER / 2)
    type_keys(writer.page, "x")
    assert writer.total() == Counts(shown=1)


def test_switched_off_nothing_is_counted_and_what_was_counted_stays(writer: Writer, settings: Settings) -> None:
    writer.sees()
    told: list[bool] = []
    writer.keeper.settings_changed.connect(lambda: told.append(settings["statistics.enabled"]))
    writer.keeper.switch(False)
    writer.page.perform(EditorAction.ACCEPT_ALL)
    assert writer.total() == Counts(shown=1)
    writer.keeper.switch(True)
    writer.sees()
    assert writer.total() == Counts(shown=2)
    assert told == [False, True]


# --- what reaches the disk ------------------------------------------------------------------------------------------


def test_a_minute_of_counting_makes_one_write(
    keeper: StatisticsKeeper, file: Path, written: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[Path] = []

    def write(path: Path, data: bytes) -> None:
        writes.append(path)
        write_whole(path, data)

    monkeypatch.setattr(statistics_keeper, "write_whole", write)
    assert (keeper._timer.interval(), SAVE_EVERY_MS) == (60_000, 60_000)
    keeper.count(Counts(shown=1))
    assert keeper._timer.isActive()
    monkeypatch.setattr(keeper._timer, "start", lambda: pytest.fail("another suggestion put the write off"))
    for _ in range(50):
        keeper.count(Counts(shown=1))
    assert writes == []
    keeper._timer.timeout.emit()
    written()
    assert writes == [file]
    assert on_disk(file) == Counts(shown=51)
    keeper.save_now()
    written()
    assert writes == [file], "there is nothing new"


def test_it_goes_on_from_what_was_saved(
    keeper: StatisticsKeeper, file: Path, settings: Settings, jobs: Jobs, written: Callable[[], None]
) -> None:
    keeper.count(Counts(shown=2))
    keeper.save_now()
    written()
    again = StatisticsKeeper(file, settings, jobs, today=lambda: TODAY + timedelta(1))
    again.count(Counts(shown=3))
    assert again.statistics.last(2) == [(TODAY, Counts(shown=2)), (TODAY + timedelta(1), Counts(shown=3))]


def test_of_several_writes_the_newest_numbers_win(keeper: StatisticsKeeper, file: Path, written: Callable[[], None]) -> None:
    for number in range(20):
        keeper.count(Counts(shown=1))
        keeper.save_now()
        assert keeper.statistics.total().shown == number + 1
    written()
    assert on_disk(file) == Counts(shown=20)


def test_no_word_of_the_draft_reaches_the_disk(writer: Writer, file: Path, written: Callable[[], None]) -> None:
    writer.sees()
    writer.page.perform(EditorAction.ACCEPT_WORD)
    writer.page.perform(EditorAction.ACCEPT_ALL)
    writer.keeper.save_now()
    written()
    text = file.read_text("utf-8")
    assert '"taken": 1' in text
    assert not any(word.strip(".,") in text for word in f"Once,{SECRET}".split() if len(word) > 2)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]"])
def test_a_damaged_file_is_put_aside(
    content: bytes, file: Path, settings: Settings, jobs: Jobs, written: Callable[[], None]
) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    keeper = StatisticsKeeper(file, settings, jobs, today=today)
    assert keeper.statistics.empty
    keeper.count(Counts(shown=1))
    keeper.save_now()
    written()
    assert on_disk(file) == Counts(shown=1)
    assert file.with_name("statistics.json.broken").read_bytes() == content
    keeper.clear()
    written()
    assert list(file.parent.iterdir()) == [], "cleared is cleared"


def test_what_could_not_be_written_is_written_the_next_time(
    keeper: StatisticsKeeper, file: Path, written: Callable[[], None]
) -> None:
    file.parent.write_bytes(b"a file where the folder should be")
    keeper.count(Counts(shown=1))
    keeper.save_now()
    written()
    file.parent.unlink()
    keeper.count(Counts(shown=1))
    keeper.save_now()
    written()
    assert on_disk(file) == Counts(shown=2)


def test_cleared_nothing_is_left_and_restored_nothing_is_lost(
    keeper: StatisticsKeeper, file: Path, written: Callable[[], None]
) -> None:
    keeper.count(Counts(shown=5))
    keeper.save_now()
    written()
    cleared = keeper.clear()
    written()
    assert keeper.statistics.empty
    assert not file.exists()
    keeper.count(Counts(shown=1))
    keeper.restore(cleared)
    written()
    assert on_disk(file) == keeper.statistics.total() == Counts(shown=6)


# --- the dialog -----------------------------------------------------------------------------------------------------


@pytest.fixture
def dialog(qtbot: QtBot, keeper: StatisticsKeeper, monkeypatch: pytest.MonkeyPatch) -> StatisticsDialog:
    for back, counts in (
        (0, Counts(shown=40, taken=12, typed=3, ignored=20, characters=150, keys=20)),
        (3, Counts(shown=1200, taken=368, typed=30, ignored=700, characters=3170, keys=400)),
    ):
        monkeypatch.setattr(keeper.statistics, "_today", lambda back=back: TODAY - timedelta(back))
        keeper.statistics.add(counts)
    monkeypatch.setattr(keeper.statistics, "_today", today)
    return opened(qtbot, keeper)


def opened(qtbot: QtBot, keeper: StatisticsKeeper) -> StatisticsDialog:
    dialog = StatisticsDialog(keeper)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.setLocale(QLocale("en_US"))
    dialog._show()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog.isActiveWindow() and dialog.focusWidget() is QApplication.focusWidget() is not None)
    return dialog


def labels(dialog: StatisticsDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def button(dialog: StatisticsDialog, text: str) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == text)


def spoken(widget: QWidget) -> tuple[str, str]:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name), interface.text(QAccessible.Text.Description)


def test_the_month_is_told_in_a_sentence_to_the_eye_and_to_the_ear(dialog: StatisticsDialog) -> None:
    month = "In the last 30 days: 1,240 suggestions shown, 380 taken, 2,900 keystrokes saved."
    day = "Today: 40 shown, 12 taken, 3 typed by you, 20 ignored, 130 keystrokes saved."
    assert labels(dialog)[:2] == [month, day], "and no line about earlier days, where there are none"
    assert spoken(part(dialog, DayChart)) == (f"Suggestions by day. {day}", month)


def test_earlier_days_have_a_line_of_their_own(qtbot: QtBot, dialog: StatisticsDialog, keeper: StatisticsKeeper) -> None:
    earlier = Statistics(lambda: TODAY - timedelta(DAYS))
    earlier.add(Counts(shown=60, taken=20, characters=110, keys=10))
    keeper.restore(earlier)
    assert labels(dialog)[0].startswith("In the last 30 days: 1,240 ")
    assert labels(dialog)[1] == "Since 25 October 2026: 1,300 suggestions shown, 400 taken, 3,000 keystrokes saved."


def test_the_first_of_the_last_days_is_no_earlier_day(qtbot: QtBot, keeper: StatisticsKeeper) -> None:
    first = Statistics(lambda: TODAY - timedelta(DAYS - 1))
    first.add(Counts(shown=2))
    keeper.restore(first)
    told = labels(opened(qtbot, keeper))
    assert told[0] == "In the last 30 days: 2 suggestions shown, 0 taken, 0 keystrokes saved."
    assert told[1].startswith("Today:")


def test_one_is_not_many(qtbot: QtBot, keeper: StatisticsKeeper) -> None:
    keeper.count(Counts(shown=1, taken=1, characters=2, keys=1))
    assert labels(opened(qtbot, keeper))[0] == "In the last 30 days: 1 suggestion shown, 1 taken, 1 keystroke saved."


def test_the_keys_go_from_day_to_day(dialog: StatisticsDialog) -> None:
    chart = part(dialog, DayChart)
    assert chart.hasFocus()
    for key, days_back in (
        (Qt.Key.Key_Right, 0),
        (Qt.Key.Key_Left, 1),
        (Qt.Key.Key_PageUp, 8),
        (Qt.Key.Key_PageDown, 1),
        (Qt.Key.Key_Home, 29),
        (Qt.Key.Key_Left, 29),
        (Qt.Key.Key_End, 0),
    ):
        QTest.keyClick(chart, key)
        assert chart.day[0] == TODAY - timedelta(days_back)
    for _ in range(3):
        QTest.keyClick(chart, Qt.Key.Key_Left)
    told = "Saturday, 21 November: 1,200 shown, 368 taken, 30 typed by you, 700 ignored, 2,770 keystrokes saved."
    assert told in labels(dialog)
    assert spoken(chart)[0].endswith(told)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert "Yesterday: no suggestions." in labels(dialog)


def point_at(chart: DayChart, point: QPointF) -> None:
    """Not by QTest.mouseMove: what that moves is the one mouse of all windows, and the one that it meets may be another."""
    where, no = chart.mapToGlobal(point), Qt.MouseButton.NoButton
    QApplication.sendEvent(chart, QMouseEvent(QEvent.Type.MouseMove, point, where, no, no, Qt.KeyboardModifier.NoModifier))


def test_the_day_pointed_at_is_chosen(dialog: StatisticsDialog) -> None:
    chart = part(dialog, DayChart)
    area = chart._area()
    for back in (29, 10, 0):
        x = area.right() - area.width() / DAYS * (back + 0.5)
        point_at(chart, QPointF(x, chart.height() / 2))
        assert chart.day[0] == TODAY - timedelta(back)
    point_at(chart, QPointF(2, 2))
    assert chart.day[0] == TODAY, "the margin is no day"


def test_every_control_can_be_reached_by_key_and_says_what_it_is(dialog: StatisticsDialog) -> None:
    reached = []
    for _ in range(4):
        here = QApplication.focusWidget()
        assert here is not None
        reached.append(here)
        QTest.keyClick(here, Qt.Key.Key_Tab)
    assert [type(widget) for widget in reached] == [DayChart, Switch, Button, Button]
    assert QApplication.focusWidget() is reached[0]
    for widget in reached:
        assert spoken(widget)[0].strip()
        assert widget.toolTip().strip()


def test_clear_clears_at_once_and_undo_brings_it_back(
    dialog: StatisticsDialog, keeper: StatisticsKeeper, file: Path, written: Callable[[], None]
) -> None:
    before = labels(dialog)
    clear, undo = button(dialog, "Clear"), button(dialog, "Undo")
    assert not undo.isVisible()
    clear.click()
    written()
    assert not file.exists()
    assert labels(dialog)[0] == "In the last 30 days: no suggestions."
    assert not clear.isEnabled()
    assert undo.hasFocus()
    undo.click()
    written()
    assert on_disk(file).shown == 1240
    assert labels(dialog) == before
    assert clear.hasFocus()
    assert not undo.isVisible()


def test_enter_closes_and_never_clears(dialog: StatisticsDialog, keeper: StatisticsKeeper) -> None:
    QTest.keyClick(part(dialog, DayChart), Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert not keeper.statistics.empty


def test_the_switch_shows_and_sets_whether_statistics_are_kept(
    qtbot: QtBot, dialog: StatisticsDialog, keeper: StatisticsKeeper, settings: Settings
) -> None:
    switch = part(dialog, Switch)
    assert switch.isChecked()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert settings["statistics.enabled"] is False
    assert not part(opened(qtbot, keeper), Switch).isChecked()


def test_the_bars_of_a_day_stand_in_its_column(dialog: StatisticsDialog) -> None:
    chart = part(dialog, DayChart)
    chart.setPalette(palette_of(LIGHT))
    chart.choose(0)
    picture, area = chart.grab().toImage(), chart._area().toRect()
    below_the_legend = area.top() + chart.fontMetrics().height()

    def ink(back: int) -> int:
        x = round(area.right() - area.width() / DAYS * (back + 0.5))
        return [picture.pixelColor(x, y) for y in range(below_the_legend, area.bottom())].count(QColor(LIGHT.accent))

    assert 0 < ink(0) < ink(3)
    assert [back for back in range(DAYS) if ink(back)] == [0, 3]


# --- all of it connected --------------------------------------------------------------------------------------------


@pytest.fixture
def desk(qtbot: QtBot, settings: Settings, dialogs: ScriptedDialogs) -> Iterator[Desk]:
    desk = Desk(settings, lambda name, download, watch: ScriptedModel(SECRET), dialogs)
    qtbot.addWidget(desk.window)
    desk.window.show()
    yield desk
    assert desk.close()


def test_the_menu_shows_what_was_counted_and_closing_saves_it(desk: Desk) -> None:
    page = desk.page
    page.show_suggestion(Suggestion((Piece(SECRET, 0.9),), Ended.LENGTH), page.place())
    desk.window.menus.actions[Action.STATISTICS].trigger()
    dialog = part(desk.window, StatisticsDialog)
    assert "1 suggestion shown" in labels(dialog)[0]
    part(dialog, Switch).click()
    assert desk.window.keeper._timer.isActive(), "the setting will be saved"
    dialog.accept()
    assert not paths.statistics_file().exists()
    desk.window.close()
    assert desk.close()
    assert on_disk(paths.statistics_file()) == Counts(shown=1)

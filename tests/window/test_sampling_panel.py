"""The sampling panel: what it shows is what is in force."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from afterword.engine.sampling import PRESETS, Sampling, with_preset
from afterword.settings import DECLARED
from afterword.window.glyphs import GlyphButton
from afterword.window.main_window import MainWindow
from afterword.window.sampling_control import SamplingControl
from afterword.window.sampling_panel import ADVANCED, BASIC, SamplingPanel

from .conftest import focused, part, type_keys

KEYS = (*BASIC, *ADVANCED)
RANGES = {setting.key.partition(".")[2]: setting.range for setting in DECLARED if setting.key.startswith("sampling.")}


@pytest.fixture
def panel(qtbot: QtBot) -> SamplingPanel:
    return shown(qtbot, Sampling())


def shown(qtbot: QtBot, sampling: Sampling) -> SamplingPanel:
    panel = SamplingPanel(sampling)
    qtbot.addWidget(panel)
    panel.resize(300, 700)
    panel.show()
    qtbot.waitExposed(panel)
    panel.activateWindow()
    return panel


def spin(panel: SamplingPanel, key: str) -> QDoubleSpinBox:
    return part(panel.control(key), QDoubleSpinBox)


def slider(panel: SamplingPanel, key: str) -> QSlider | None:
    return part(panel.control(key), QSlider)


def reset(panel: SamplingPanel, key: str) -> GlyphButton:
    return part(panel.control(key), GlyphButton)


def combo(panel: SamplingPanel) -> QComboBox:
    return part(panel, QComboBox)


def heard(panel: SamplingPanel) -> list[Sampling]:
    samplings: list[Sampling] = []
    panel.sampling_changed.connect(samplings.append)
    return samplings


def marked(control: SamplingControl) -> bool:
    return "Differs" in part(control, QDoubleSpinBox).accessibleDescription()


def test_there_is_a_control_for_every_value_that_is_a_setting() -> None:
    assert set(KEYS) == set(RANGES)


@pytest.mark.parametrize("key", KEYS)
def test_the_number_has_the_declared_range(panel: SamplingPanel, key: str) -> None:
    box, allowed = spin(panel, key), RANGES[key]
    assert allowed is not None
    assert (box.minimum(), box.maximum(), box.singleStep()) == (allowed.low, allowed.high, allowed.step)


@pytest.mark.parametrize("key", [key for key in KEYS if key != "seed"])
def test_the_slider_reaches_both_ends_and_every_step_between(panel: SamplingPanel, key: str) -> None:
    bar, allowed = slider(panel, key), RANGES[key]
    assert bar is not None
    assert allowed is not None
    values = set()
    for step in range(bar.minimum(), bar.maximum() + 1):
        bar.setValue(step)
        value = getattr(panel.sampling, key)
        assert value == spin(panel, key).value()
        values.add(value)
    assert (min(values), max(values)) == (allowed.low, allowed.high)
    assert len(values) == round((allowed.high - allowed.low) / allowed.step) + 1


def test_moving_a_slider_tells_the_sampling(panel: SamplingPanel) -> None:
    samplings = heard(panel)
    bar = slider(panel, "max_words")
    assert bar is not None
    bar.setValue(bar.minimum() + 4)
    assert samplings == [replace(Sampling(), max_words=5)]
    assert type(samplings[0].max_words) is int


def test_a_number_can_be_typed(qtbot: QtBot, panel: SamplingPanel) -> None:
    samplings = heard(panel)
    box = spin(panel, "temperature")
    box.setFocus()
    box.selectAll()
    type_keys(box, "0.57")
    assert samplings == [], "nothing is told before the number is whole"
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert samplings == [replace(Sampling(), temperature=0.57)]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_its_values_and_leaves_the_writers_own(qtbot: QtBot, name: str) -> None:
    others = Sampling(typical_p=0.5, no_repeat_ngram=3, dry_multiplier=2.0, dry_base=1.2, xtc_probability=0.5, xtc_threshold=0.3)
    mine = replace(others, dry_allowed_length=7, max_words=33, candidates=5, eagerness=80, seed=7)
    panel = shown(qtbot, mine)
    samplings = heard(panel)
    box = combo(panel)
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())
    assert samplings == [with_preset(mine, name)]
    assert box.currentData() == name
    for key in KEYS:
        assert spin(panel, key).value() == getattr(panel.sampling, key)


def test_values_of_no_preset_are_called_custom(panel: SamplingPanel) -> None:
    box = combo(panel)
    assert box.currentText() == "Balanced"
    spin(panel, "top_k").setValue(41)
    assert box.currentText() == "Custom"
    assert box.count() == len(PRESETS) + 1
    spin(panel, "top_k").setValue(40)
    assert box.currentText() == "Balanced"
    assert box.count() == len(PRESETS)


def test_choosing_custom_changes_nothing(panel: SamplingPanel) -> None:
    spin(panel, "top_k").setValue(41)
    samplings = heard(panel)
    box = combo(panel)
    box.activated.emit(box.currentIndex())
    assert samplings == []
    assert panel.sampling.top_k == 41


def test_choosing_the_preset_in_force_tells_nothing(panel: SamplingPanel) -> None:
    samplings = heard(panel)
    box = combo(panel)
    box.activated.emit(box.findData("balanced"))
    assert samplings == []


def test_what_differs_from_the_preset_is_marked_and_can_be_reset(panel: SamplingPanel) -> None:
    assert [key for key in KEYS if marked(panel.control(key)) or reset(panel, key).isEnabled()] == []
    spin(panel, "temperature").setValue(1.5)
    spin(panel, "seed").setValue(3)
    assert [key for key in KEYS if marked(panel.control(key))] == ["temperature", "seed"]
    reset(panel, "temperature").click()
    assert [key for key in KEYS if reset(panel, key).isEnabled()] == ["seed"]
    assert panel.sampling == replace(Sampling(), seed=3)


def test_reset_goes_back_to_the_preset_that_was_chosen_last(panel: SamplingPanel) -> None:
    box = combo(panel)
    box.activated.emit(box.findData("story"))
    spin(panel, "temperature").setValue(0.1)
    spin(panel, "max_words").setValue(50)
    spin(panel, "eagerness").setValue(90)
    spin(panel, "candidates").setValue(6)
    spin(panel, "xtc_probability").setValue(0.5)
    button = part(panel, QPushButton)
    button.click()
    assert panel.sampling == with_preset(Sampling(), "story")
    assert not button.isEnabled()


def test_a_value_set_by_hand_in_the_settings_file_survives_other_changes(qtbot: QtBot) -> None:
    panel = shown(qtbot, Sampling(temperature=0.3333))
    spin(panel, "top_k").setValue(7)
    assert panel.sampling == Sampling(temperature=0.3333, top_k=7)


def test_what_the_model_ignores_is_grey_and_says_why(panel: SamplingPanel) -> None:
    panel.show_ignored(frozenset({"top_k", "seed"}))
    for key in KEYS:
        box = spin(panel, key)
        assert box.isEnabled() == (key not in {"top_k", "seed"})
        assert ("no such control" in box.toolTip()) == (key in {"top_k", "seed"})
    panel.show_ignored(frozenset())
    assert all(spin(panel, key).isEnabled() for key in KEYS)


def test_what_only_the_server_ignores_can_be_set_and_says_where_it_counts(panel: SamplingPanel) -> None:
    panel.show_ignored(frozenset({"seed"}), frozenset({"top_k", "seed"}))
    for key in KEYS:
        box = spin(panel, key)
        assert box.isEnabled() == (key != "seed")
        assert box.toolTip().endswith(" Not on the server.") == (key == "top_k")
        assert ("Not on the server." in box.accessibleDescription()) == (key == "top_k")
    assert "no such control" in spin(panel, "seed").toolTip()
    panel.show_ignored(frozenset({"seed"}))
    assert not any("server" in spin(panel, key).toolTip() for key in KEYS)


def test_the_seldom_changed_values_are_folded_away(panel: SamplingPanel) -> None:
    assert [key for key in KEYS if panel.control(key).isVisible()] == list(BASIC)
    fold = part(panel, QToolButton, "fold")
    fold.click()
    assert all(panel.control(key).isVisible() for key in KEYS)


def test_the_wheel_scrolls_and_changes_nothing_that_has_no_focus(qapp: QApplication, panel: SamplingPanel) -> None:
    def turn(widget: QDoubleSpinBox | QSlider) -> None:
        where = QPointF(widget.rect().center())
        buttons, modifiers = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        there = QPointF(widget.mapToGlobal(where.toPoint()))
        event = QWheelEvent(where, there, QPoint(), QPoint(0, 120), buttons, modifiers, Qt.ScrollPhase.NoScrollPhase, False)
        qapp.sendEvent(widget, event)

    box, bar = spin(panel, "temperature"), slider(panel, "top_p")
    assert bar is not None
    combo(panel).setFocus()
    turn(box)
    turn(bar)
    assert panel.sampling == Sampling()
    box.setFocus()
    turn(box)
    assert panel.sampling.temperature > Sampling().temperature


def test_a_value_with_a_unit_shows_it_and_takes_a_number_without(panel: SamplingPanel) -> None:
    box = spin(panel, "eagerness")
    assert box.text() == "50 %"
    box.setFocus()
    box.selectAll()
    type_keys(box, "72")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert (box.text(), panel.sampling) == ("72 %", Sampling(eagerness=72))


def test_what_is_off_says_so(panel: SamplingPanel) -> None:
    for key in ("no_repeat_ngram", "dry_multiplier", "xtc_probability"):
        assert spin(panel, key).text() == "Off"
        spin(panel, key).stepUp()
        assert spin(panel, key).text() != "Off"


@pytest.mark.parametrize("key", KEYS)
def test_every_value_has_a_name_and_a_line_of_help(panel: SamplingPanel, key: str) -> None:
    box = spin(panel, key)
    assert box.accessibleName()
    assert box.toolTip().endswith(".")
    assert part(panel.control(key), QLabel, "quiet").text() == box.toolTip() == box.accessibleDescription()


def test_tab_goes_through_the_controls_in_the_order_in_which_they_stand(qtbot: QtBot, panel: SamplingPanel) -> None:
    def tops() -> list[int]:
        found = []
        widget = panel.nextInFocusChain()
        while widget is not None and widget is not panel:
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and panel.isAncestorOf(widget):
                found.append(widget.mapTo(panel, widget.rect().center()).y())
            widget = widget.nextInFocusChain()
        return found

    panel.set_advanced(True)
    assert len(tops()) > 4 * len(BASIC) + 3 * len(ADVANCED)
    qtbot.waitUntil(lambda: all(after >= before - 3 for before, after in pairwise(tops())))  # once all is laid out


# --- in the window --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["panel", "notes"])
def test_the_tab_key_goes_round_in_a_panel_and_escape_leaves_it(window: MainWindow, name: str) -> None:
    window.switch_panel(True)
    window.switch_notes(True)
    here: QWidget = getattr(window, name)
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        next(widget for widget in here.findChildren(QAbstractButton) if widget.isVisible()).setFocus()
        begin, stops = focused(), list[QWidget]()
        while focused() not in stops:
            assert here.isAncestorOf(focused())
            stops.append(focused())
            QTest.keyClick(focused(), key)
        assert focused() is begin
        assert len(stops) >= 2
        for stop in stops:
            stop.setFocus()
            QTest.keyClick(stop, Qt.Key.Key_Escape)
            assert focused() is window.page, stop
    assert here.isVisible()

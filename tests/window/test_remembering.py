"""What is set in the window is in force at once, and the next time."""

from __future__ import annotations

from PySide6.QtWidgets import QDoubleSpinBox
from pytestqt.qtbot import QtBot

from afterword.engine.sampling import Sampling
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.window.actions import Action
from afterword.window.main_window import MainWindow
from afterword.window.switch import Switch

from .conftest import ScriptedDialogs, part
from .doing import do, heard, saved_settings


def test_a_moved_slider_is_told_and_remembered(qtbot: QtBot, window: MainWindow, jobs: Jobs, settings: Settings) -> None:
    told = heard(window.keeper.sampling_changed)
    part(window.panel.control("max_words"), QDoubleSpinBox).setValue(5)
    assert told == [Sampling(max_words=5)]
    qtbot.waitUntil(lambda: settings._file.exists() and saved_settings(settings).sampling() == Sampling(max_words=5))


def test_what_was_set_is_saved_on_closing_without_waiting(
    qtbot: QtBot, window: MainWindow, jobs: Jobs, settings: Settings
) -> None:
    part(window.panel.control("temperature"), QDoubleSpinBox).setValue(1.25)
    window.close()
    assert jobs.close()
    assert saved_settings(settings).sampling().temperature == 1.25


def test_settings_that_cannot_be_saved_disturb_nobody(
    qtbot: QtBot, window: MainWindow, jobs: Jobs, settings: Settings, dialogs: ScriptedDialogs
) -> None:
    settings._file.mkdir()
    window.keeper.save_now()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert dialogs.asked == []
    assert window.isVisible()


def test_suggestions_are_switched_by_menu_and_status_bar_alike(window: MainWindow) -> None:
    told = heard(window.preferences.switched)
    switch = part(window, Switch)
    action = window.menus.actions[Action.SUGGESTIONS]
    switch.click()
    assert (window.page.suggestions_enabled, action.isChecked(), switch.isChecked()) == (False, False, False)
    action.trigger()
    assert (window.page.suggestions_enabled, action.isChecked(), switch.isChecked()) == (True, True, True)
    assert told == [False, True]


def test_pace_is_told(window: MainWindow, settings: Settings) -> None:
    told: list[object] = []
    window.keeper.changed.connect(lambda key: told.append(settings[key]))
    do(window, Action.PACE_EAGER)
    do(window, Action.PACE_CALM)
    assert told == ["eager", "calm"]


def test_a_theme_changes_the_page(window: MainWindow) -> None:
    do(window, Action.THEME_LIGHT)
    light = window.page.look.page
    do(window, Action.THEME_DARK)
    assert window.page.look.page != light
    image = window.page.viewport().grab().toImage()
    assert image.pixelColor(image.width() // 2, image.height() - 5).name() == window.page.look.page


def test_the_panel_is_shown_and_hidden_and_gives_the_focus_back(window: MainWindow) -> None:
    part(window.panel.control("top_k"), QDoubleSpinBox).setFocus()
    do(window, Action.PANEL)
    assert not window.panel.isVisible()
    assert window.page.hasFocus()
    assert window.settings["window.panel"] is False
    do(window, Action.PANEL)
    assert window.panel.isVisible()


def test_zoom_and_back(window: MainWindow) -> None:
    size = window.page.font().pointSizeF()
    do(window, Action.ZOOM_IN)
    assert window.page.font().pointSizeF() > size
    do(window, Action.ZOOM_RESET)
    do(window, Action.ZOOM_OUT)
    assert window.page.font().pointSizeF() < size


def test_full_screen_and_back(window: MainWindow) -> None:
    do(window, Action.FULL_SCREEN)
    assert window.isFullScreen()
    assert window.menus.actions[Action.FULL_SCREEN].isChecked()
    do(window, Action.FULL_SCREEN)
    assert not window.isFullScreen()
    assert not window.menus.actions[Action.FULL_SCREEN].isChecked()

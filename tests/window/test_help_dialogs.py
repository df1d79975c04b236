"""Every control of every window of our own says what it is: to a screen reader by its name, to the pointer by its hint."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from afterword.assist.types import ModelState, Phase
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.statistics import Counts
from afterword.window.actions import Action
from afterword.window.main_window import MainWindow
from afterword.window.statistics_keeper import StatisticsKeeper
from afterword.window.statistics_view import StatisticsDialog


def controls(window: QWidget) -> list[QWidget]:
    """All that can have the focus or be pressed now, but what Qt puts into its own widgets."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if (widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget, QAbstractButton))
        and widget.isVisible()
        and widget.window() is window
        and widget.focusProxy() is None
        and not (isinstance(widget.parentWidget(), QLineEdit) or widget.objectName().startswith("qt_"))
    ]


def assert_all_say_what_they_are(window: QWidget, at_least: int) -> None:
    """By a name and a hint; over the page a hint would be in the way of the text."""
    assert window.windowTitle()
    found = controls(window)
    assert len(found) >= at_least
    for widget in found:
        name = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
        assert name.strip(), widget
        assert widget.toolTip().strip() or isinstance(widget, Page), (type(widget.parentWidget()).__name__, name)


@pytest.mark.parametrize(("action", "at_least"), [(Action.KEYS, 8), (Action.ABOUT, 2)])
def test_the_controls_of_a_window_of_the_help_menu(window: MainWindow, action: Action, at_least: int) -> None:
    window.menus.actions[action].trigger()
    [dialog] = window.findChildren(QDialog)
    assert_all_say_what_they_are(dialog, at_least)
    dialog.close()


def test_the_controls_of_the_statistics(window: MainWindow, qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    keeper = StatisticsKeeper(tmp_path / "statistics.json", window.settings, jobs)
    keeper.count(Counts(shown=1))
    dialog = StatisticsDialog(keeper, window)
    qtbot.addWidget(dialog)
    dialog.show()
    assert_all_say_what_they_are(dialog, 4)


def test_the_controls_of_the_window(window: MainWindow) -> None:
    window.show_model_state(ModelState(Phase.LOADING, "starter", 0.5))
    window.banner.show_failure("It failed.", starter_failed=False)
    window.find_bar.open_bar()
    window.panel.set_advanced(True)
    window.switch_notes(True)
    assert_all_say_what_they_are(window, 40)

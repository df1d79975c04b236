"""Suggestions switched off for a while, seen in another way, or resting."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from afterword.window.actions import Action
from afterword.window.main_window import MainWindow


def switches(window: MainWindow) -> tuple[bool, bool, bool]:
    """Whether the page wishes for suggestions, the menu says that it does, and the menu says that it pauses."""
    actions = window.menus.actions
    return window.page.suggestions_enabled, actions[Action.SUGGESTIONS].isChecked(), actions[Action.PAUSE].isChecked()


def test_a_pause_ends_by_itself(window: MainWindow, qtbot: QtBot) -> None:
    window.menus.actions[Action.PAUSE].trigger()
    assert switches(window) == (False, True, True)
    assert window.settings["suggestions.enabled"], "after a restart they are on again"
    assert "5 minutes" in window.status.currentMessage()
    window.preferences._pause.setInterval(0)
    window.preferences._pause.start()
    qtbot.waitUntil(lambda: switches(window) == (True, True, False))


def test_a_pause_is_ended_by_its_own_key_and_by_switching_them_on(window: MainWindow) -> None:
    pause, on = window.menus.actions[Action.PAUSE], window.menus.actions[Action.SUGGESTIONS]
    pause.trigger()
    pause.trigger()
    assert switches(window) == (True, True, False)
    pause.trigger()
    window.status.suggestions_switched.emit(True)  # the switch in the status bar, which shows that they are off
    assert switches(window) == (True, True, False)
    pause.trigger()
    on.trigger()
    assert switches(window) == (False, False, False)


@pytest.mark.parametrize("action", [Action.PAUSE, Action.SUGGESTIONS])
def test_a_pause_that_is_ended_is_not_told_of_any_more(window: MainWindow, action: Action) -> None:
    window.menus.actions[Action.PAUSE].trigger()
    assert "5 minutes" in window.status.currentMessage()
    window.menus.actions[action].trigger()
    assert window.status.currentMessage() == ""
    assert window.status.toolTip() == ""


def test_what_was_told_since_stays_when_a_pause_ends(window: MainWindow) -> None:
    window.menus.actions[Action.PAUSE].trigger()
    window.show_notice("Another sentence.")
    window.menus.actions[Action.PAUSE].trigger()
    assert window.status.currentMessage() == "Another sentence."


def test_what_is_off_cannot_be_paused(window: MainWindow) -> None:
    window.menus.actions[Action.SUGGESTIONS].trigger()
    window.menus.actions[Action.PAUSE].trigger()
    assert switches(window) == (False, False, False)


def test_a_rest_is_explained_with_the_key_that_ends_it(window: MainWindow) -> None:
    window.show_rest(True)
    assert "Ctrl+Shift+Space" in window.status.currentMessage()


@pytest.mark.parametrize("shading", ["off", "subtle", "strong"])
def test_how_sureness_is_shown_acts_at_once_and_is_remembered(window: MainWindow, shading: str) -> None:
    window.menus.actions[Action[f"SHADING_{shading.upper()}"]].trigger()
    assert window.page.look.shading == shading
    assert window.settings["suggestions.shading"] == shading


def test_showing_only_while_ctrl_is_held_acts_at_once_and_is_remembered(window: MainWindow) -> None:
    window.menus.actions[Action.REVEAL].trigger()
    assert window.page.reveals
    assert window.settings["suggestions.reveal"]
    window.menus.actions[Action.REVEAL].trigger()
    assert not window.page.reveals

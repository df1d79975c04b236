"""Models as the window has them: chosen, remembered, and told of where they fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDoubleSpinBox, QPushButton
from pytestqt.qtbot import QtBot

from afterword.assist.types import ModelState, Phase, ServerState
from afterword.errors import GenerationFailed, ModelBroken
from afterword.window.actions import Action
from afterword.window.main_window import MainWindow

from .conftest import ScriptedDialogs, focused, part, type_keys
from .doing import do, heard

FAILED = ModelState(Phase.FAILED, "/models/mine", error=ModelBroken("mine", "cut short"))


def test_a_failed_model_is_told_above_the_page_without_taking_the_focus(qtbot: QtBot, window: MainWindow) -> None:
    window.page.setFocus()
    window.show_model_state(FAILED)
    assert window.banner.isVisible()
    assert "damaged" in window.banner.message
    type_keys(focused(), "still writing ")
    assert window.page.text() == "still writing "
    window.show_model_state(ModelState(Phase.READY, "the one before"))
    assert window.banner.isVisible(), "it stays until it was read"


def buttons(window: MainWindow) -> dict[str, QPushButton]:
    return {button.text(): button for button in window.banner.findChildren(QPushButton)}


def test_the_starter_model_is_offered_instead(window: MainWindow) -> None:
    wanted = heard(window.model_wanted)
    window.show_model_state(FAILED)
    buttons(window)["Use the starter model"].click()
    assert wanted == ["starter"]
    assert not window.banner.isVisible()


def test_a_failed_starter_model_can_be_tried_again(window: MainWindow) -> None:
    wanted = heard(window.model_wanted)
    window.show_model_state(ModelState(Phase.FAILED, "starter", error=ModelBroken("starter", "cut short")))
    buttons(window)["Try again"].click()
    assert wanted == ["starter"]


def test_the_message_can_be_dismissed_and_goes_with_a_new_attempt(window: MainWindow) -> None:
    window.show_model_state(FAILED)
    buttons(window)["Dismiss"].click()
    assert not window.banner.isVisible()
    window.show_model_state(FAILED)
    window.show_model_state(ModelState(Phase.LOADING, "starter"))
    assert not window.banner.isVisible()


def test_the_same_failure_of_writing_is_told_once_until_a_model_is_loaded(window: MainWindow) -> None:
    loading, ready, writing = (ModelState(phase, "mine") for phase in (Phase.LOADING, Phase.READY, Phase.WRITING))
    broken, otherwise = (ModelState(Phase.FAILED, "mine", error=GenerationFailed("mine", why)) for why in ("no", "no more"))

    def told(*states: ModelState) -> bool:
        for state in states:
            window.show_model_state(state)
        visible = window.banner.isVisible()
        buttons(window)["Dismiss"].click()
        return visible

    assert told(loading, ready, writing, broken)
    assert not told(broken)
    assert told(otherwise)
    assert not told(otherwise, ready, writing, otherwise)
    assert told(loading, ready, writing, otherwise)


def test_a_model_that_writes_again_takes_its_failure_away_but_not_that_of_another(window: MainWindow) -> None:
    window.show_model_state(ModelState(Phase.WRITING, "mine"))
    window.show_model_state(ModelState(Phase.FAILED, "mine", error=GenerationFailed("mine", "no")))
    window.show_model_state(ModelState(Phase.READY, "mine"))
    assert not window.banner.isVisible()
    window.show_model_state(ModelState(Phase.LOADING, "/models/mine"))
    window.show_model_state(FAILED)
    for phase in (Phase.READY, Phase.WRITING, Phase.READY):
        window.show_model_state(ModelState(phase, "mine"))
    assert window.banner.isVisible(), "it stays until it was read"


def test_details_are_in_the_log(window: MainWindow, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    opened: list[str] = []
    shown: list[bool] = [True, False]

    def show(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return shown.pop(0)

    monkeypatch.setattr(QDesktopServices, "openUrl", show)
    window.show_model_state(FAILED)
    told = heard(window.status.noticed)
    buttons(window)["Details"].click()
    assert (opened, told) == ([str(home / "log")], [])
    buttons(window)["Details"].click()
    assert str(home / "log") in str(told[-1]), "nothing shows folders: where it is, is said"


def test_models_are_chosen_by_menu(window: MainWindow, dialogs: ScriptedDialogs) -> None:
    wanted = heard(window.model_wanted)
    dialogs.will("folder", None, Path("/models/mine"))
    dialogs.will("file", Path("/models/mine.gguf"))
    dialogs.will("name", "", "gpt2")
    do(window, Action.MODEL_STARTER)
    for action in (Action.MODEL_FOLDER, Action.MODEL_FILE, Action.MODEL_NAME) * 2:
        if action is not Action.MODEL_FILE or "file" not in dialogs.questions():
            do(window, action)
    assert wanted == ["starter", "/models/mine.gguf", "/models/mine", "gpt2"]


def test_a_chosen_model_is_remembered_once_it_has_loaded(window: MainWindow, dialogs: ScriptedDialogs) -> None:
    dialogs.will("name", "broken", "gpt2", "other")
    do(window, Action.MODEL_NAME)
    window.show_model_state(ModelState(Phase.FAILED, "broken", error=ModelBroken("broken", "cut short")))
    window.show_model_state(ModelState(Phase.READY, "starter"))
    assert window.settings["model.name"] == "starter"
    do(window, Action.MODEL_NAME)
    window.show_model_state(ModelState(Phase.LOADING, "gpt2", 0.5))
    window.show_model_state(ModelState(Phase.READY, "gpt2"))
    assert window.settings["model.name"] == "gpt2"
    do(window, Action.MODEL_NAME)
    window.show_model_state(ModelState(Phase.LOADING, "other", 0.5))
    do(window, Action.STOP_LOADING)
    window.show_model_state(ModelState(Phase.READY, "gpt2"))
    assert window.settings["model.name"] == "gpt2"


def test_loading_can_be_stopped_while_it_runs(window: MainWindow) -> None:
    stopped: list[bool] = []
    window.load_cancelled.connect(lambda: stopped.append(True))
    action = window.menus.actions[Action.STOP_LOADING]
    assert not action.isEnabled()
    window.show_model_state(ModelState(Phase.LOADING, "starter", 0.1))
    assert action.isEnabled()
    action.trigger()
    window.status.cancel_wanted.emit()
    assert stopped == [True, True]


def test_controls_that_the_model_ignores_are_grey(window: MainWindow) -> None:
    window.show_model_state(ModelState(Phase.READY, "server", ignores=frozenset({"top_k"})))
    assert not part(window.panel.control("top_k"), QDoubleSpinBox).isEnabled()
    assert part(window.panel.control("top_p"), QDoubleSpinBox).isEnabled()


def test_controls_that_only_the_server_ignores_say_so(window: MainWindow) -> None:
    server = ServerState("https://there.example", "big", ignores=frozenset({"top_k"}))
    window.show_model_state(ModelState(Phase.READY, "starter", server=server))
    assert part(window.panel.control("top_k"), QDoubleSpinBox).isEnabled()
    assert part(window.panel.control("top_k"), QDoubleSpinBox).toolTip().endswith("Not on the server.")
    assert "server" not in part(window.panel.control("top_p"), QDoubleSpinBox).toolTip()
    window.show_model_state(ModelState(Phase.READY, "starter"))
    assert "server" not in part(window.panel.control("top_k"), QDoubleSpinBox).toolTip()


def test_a_model_that_became_ready_though_another_was_chosen_is_not_the_one_of_the_next_start(window: MainWindow) -> None:
    window.models.want("chosen")
    window.show_model_state(ModelState(Phase.READY, "another"))
    assert window.settings["model.name"] == "starter"
    window.show_model_state(ModelState(Phase.READY, "chosen"))
    assert window.settings["model.name"] == "chosen"


@pytest.mark.parametrize("name", ["model", "model.gguf"])
def test_a_model_that_is_dropped_on_the_window_is_offered(window: MainWindow, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"") if path.suffix else path.mkdir()
    wanted = heard(window.model_wanted)
    window.drop.file_dropped.emit(path)
    assert window.offer_strip.isVisible()
    assert name in window.offer_strip.message
    assert wanted == []
    next(button for button in window.offer_strip.findChildren(QPushButton) if button.text() == "Use it").click()
    assert wanted == [str(path)]
    assert not window.offer_strip.isVisible()

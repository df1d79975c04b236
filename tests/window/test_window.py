"""The main window: its parts connected."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QLineEdit, QPushButton, QSplitter, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from afterword.assist.types import ModelState, Phase, ServerState
from afterword.editor.keys import EditorAction
from afterword.editor.page import Page
from afterword.engine.protocol import Piece
from afterword.engine.sampling import Sampling
from afterword.errors import GenerationFailed, ModelBroken
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.window.actions import Action, Menu
from afterword.window.dialogs import Unsaved
from afterword.window.main_window import MainWindow
from afterword.window.switch import Switch

from .conftest import ScriptedDialogs, focused, part, type_keys

FAILED = ModelState(Phase.FAILED, "/models/mine", error=ModelBroken("mine", "cut short"))


def do(window: MainWindow, action: Action) -> None:
    window.menus.actions[action].trigger()


def heard(signal: object) -> list[object]:
    values: list[object] = []
    signal.connect(values.append)  # type: ignore[attr-defined]
    return values


def offer(window: MainWindow, text: str) -> None:
    page = window.page
    page.show_suggestion(Suggestion((Piece(text, 0.9),), Ended.LENGTH), page.place())
    assert page.ghost_text == text


def saved_settings(settings: Settings) -> Settings:
    again = Settings(settings._file)
    assert again.load() == []
    return again


# --- for everyone ---------------------------------------------------------------------------------------------------


def focusable(window: MainWindow) -> list[QWidget]:
    window.show_model_state(ModelState(Phase.LOADING, "starter", 0.5))
    window.banner.show_failure("It failed.", starter_failed=False)
    window.find_bar.open_bar()
    window.panel.set_advanced(True)
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None and widget.isVisible()
    ]


def test_every_control_has_a_name_and_a_hint(window: MainWindow) -> None:
    widgets = focusable(window)
    assert len(widgets) > 25
    for widget in widgets:
        interface = QAccessible.queryAccessibleInterface(widget)
        assert interface.text(QAccessible.Text.Name).strip(), widget
        if widget is not window.page:  # a tooltip over the text would be in the way of writing
            assert widget.toolTip().strip(), widget
    assert window.page.accessibleDescription()


def test_f6_goes_round_the_panes_and_back(qtbot: QtBot, window: MainWindow) -> None:
    def pane() -> str:
        here = focused()
        panes = {"page": window.page, "panel": window.panel, "status": window.status}
        return next(name for name, widget in panes.items() if widget is here or widget.isAncestorOf(here))

    went = [pane()]
    for key, times in ((Qt.KeyboardModifier.NoModifier, 3), (Qt.KeyboardModifier.ShiftModifier, 3)):
        for _ in range(times):
            QTest.keyClick(focused(), Qt.Key.Key_F6, key)
            went.append(pane())
    assert went == ["page", "panel", "status", "page", "status", "panel", "page"]


def test_a_pane_remembers_where_one_was(window: MainWindow) -> None:
    box = part(window.panel.control("top_p"), QDoubleSpinBox)
    box.setFocus()
    do(window, Action.NEXT_PANE)
    assert not box.hasFocus()
    do(window, Action.PREVIOUS_PANE)
    assert box.hasFocus()


def test_a_hidden_panel_is_no_pane(window: MainWindow) -> None:
    do(window, Action.PANEL)
    do(window, Action.NEXT_PANE)
    assert part(window, Switch).hasFocus()


def test_the_window_can_be_400_pixels_wide(qtbot: QtBot, window: MainWindow) -> None:
    focusable(window)
    window.resize(400, 600)
    qtbot.waitUntil(lambda: window.minimumSizeHint().width() <= 400)
    assert window.width() == 400
    assert window.page.viewport().width() > 250
    parts = (window.panel, window.status, window.banner, window.find_bar)
    assert all(widget.isVisible() for widget in parts)
    qtbot.waitUntil(lambda: all(widget.mapTo(window, widget.rect().topRight()).x() < 400 for widget in parts))
    assert part(window, QSplitter).orientation() == Qt.Orientation.Vertical
    window.resize(1100, 700)
    assert part(window, QSplitter).orientation() == Qt.Orientation.Horizontal
    assert window.page.height() > 300


# --- the draft ------------------------------------------------------------------------------------------------------


def test_the_title_names_the_draft_and_marks_changes(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    assert window.windowTitle() == "Untitled[*] – Afterword"
    path = tmp_path / "story.md"
    path.write_text("Once.", "utf-8")
    window.open_draft(path)
    qtbot.waitUntil(lambda: window.windowTitle() == "story.md[*] – Afterword")
    assert not window.isWindowModified()
    type_keys(window.page, "x")
    assert window.isWindowModified()
    do(window, Action.SAVE)
    qtbot.waitUntil(lambda: not window.isWindowModified())
    assert path.read_text("utf-8") == "xOnce."
    window.notes.notes_edited.emit("Told by Ann.")
    assert window.isWindowModified()
    do(window, Action.SAVE)
    qtbot.waitUntil(lambda: not window.isWindowModified())


def test_a_suggestion_is_not_saved(qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path) -> None:
    type_keys(window.page, "Once")
    offer(window, " upon a time")
    dialogs.will("save", tmp_path / "a.md")
    do(window, Action.SAVE)
    qtbot.waitUntil(lambda: not window.documents.dirty)
    assert (tmp_path / "a.md").read_bytes() == b"Once"


def drop(qapp: QApplication, widget: QWidget, mime: QMimeData) -> bool:
    """Drag `mime` onto `widget` and let it go; whether it was taken."""
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, mime, left, none)
    qapp.sendEvent(widget, enter)
    event = QDropEvent(QPointF(5, 5), copy, mime, left, none)
    event.ignore()
    qapp.sendEvent(widget, event)
    return enter.isAccepted() and event.isAccepted()


@pytest.mark.parametrize("target", ["window", "page"])
def test_a_file_dropped_anywhere_is_opened(
    qtbot: QtBot, qapp: QApplication, window: MainWindow, tmp_path: Path, target: str
) -> None:
    path = tmp_path / "dropped.txt"
    path.write_text("dropped", "utf-8")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    assert drop(qapp, window if target == "window" else window.page.viewport(), mime)
    qtbot.waitUntil(lambda: window.page.text() == "dropped")
    assert window.documents.path == path


def test_words_dropped_on_the_page_go_into_the_text(qapp: QApplication, window: MainWindow) -> None:
    mime = QMimeData()
    mime.setText("words")
    assert drop(qapp, window.page.viewport(), mime)
    assert window.page.text() == "words"
    assert not drop(qapp, window, mime)


# --- closing --------------------------------------------------------------------------------------------------------


def test_closing_a_saved_draft_is_at_once(window: MainWindow) -> None:
    closings: list[bool] = []
    window.closing.connect(lambda: closings.append(True))
    assert window.close()
    assert closings == [True]


def test_closing_asks_and_stays_when_told_to(qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs) -> None:
    type_keys(window.page, "precious")
    dialogs.will("unsaved", Unsaved.CANCEL)
    assert not window.close()
    assert window.isVisible()
    assert window.page.text() == "precious"


def test_closing_saves_then_goes(qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path) -> None:
    type_keys(window.page, "precious")
    dialogs.will("unsaved", Unsaved.SAVE)
    dialogs.will("save", tmp_path / "a.md")
    with qtbot.waitSignal(window.closing):
        do(window, Action.CLOSE_WINDOW)
    assert (tmp_path / "a.md").read_text("utf-8") == "precious"
    assert not window.isVisible()


def test_a_window_opened_again_asks_again(qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs) -> None:
    type_keys(window.page, "precious")
    dialogs.will("unsaved", Unsaved.DISCARD)
    assert window.close()
    window.show()
    dialogs.will("unsaved", Unsaved.CANCEL)
    assert not window.close()


def test_the_place_of_the_window_is_remembered(
    qtbot: QtBot, window: MainWindow, jobs: Jobs, settings: Settings, dialogs: ScriptedDialogs
) -> None:
    window.resize(777, 555)
    window.close()
    qtbot.waitUntil(lambda: not jobs.busy)
    other = MainWindow(Page(), saved_settings(settings), jobs, dialogs)
    qtbot.addWidget(other)
    assert (other.width(), other.height()) == (777, 555)


@pytest.mark.parametrize("damaged", ["", "no base64 ü", "AAAA"])
def test_a_damaged_place_does_no_harm(
    qtbot: QtBot, settings: Settings, jobs: Jobs, dialogs: ScriptedDialogs, damaged: str
) -> None:
    settings["window.geometry"] = damaged
    window = MainWindow(Page(), settings, jobs, dialogs)
    qtbot.addWidget(window)
    assert window.width() == 1100


# --- what is set and remembered -------------------------------------------------------------------------------------


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


# --- editing by menu ------------------------------------------------------------------------------------------------


def test_suggestions_are_taken_by_menu(qtbot: QtBot, window: MainWindow) -> None:
    menu = window.menus.menus[Menu.SUGGESTIONS]
    menu.aboutToShow.emit()
    assert not window.menus.actions[Action.ACCEPT_ALL].isEnabled()
    type_keys(window.page, "Once")
    offer(window, " upon a time")
    menu.aboutToShow.emit()
    do(window, Action.ACCEPT_WORD)
    assert window.page.text() == "Once upon"
    do(window, Action.ACCEPT_ALL)
    assert window.page.text() == "Once upon a time"


def test_editing_is_about_the_field_that_has_the_focus(qtbot: QtBot, window: MainWindow) -> None:
    type_keys(window.page, "page")
    do(window, Action.SELECT_ALL)
    do(window, Action.CUT)
    assert window.page.text() == ""
    do(window, Action.UNDO)
    assert window.page.text() == "page"
    do(window, Action.FIND)
    field = part(window.find_bar, QLineEdit)
    field.setText("field")
    do(window, Action.SELECT_ALL)
    do(window, Action.CUT)
    assert field.text() == ""
    assert window.page.text() == "page"


def test_undo_is_offered_when_there_is_something_to_undo(qtbot: QtBot, window: MainWindow) -> None:
    assert not window.menus.actions[Action.UNDO].isEnabled()
    type_keys(window.page, "x")
    assert window.menus.actions[Action.UNDO].isEnabled()
    do(window, Action.UNDO)
    assert window.menus.actions[Action.REDO].isEnabled()


# --- models ---------------------------------------------------------------------------------------------------------


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
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    window.show_model_state(FAILED)
    buttons(window)["Details"].click()
    assert opened == [str(home / "log")]


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


def test_notices_are_shown(window: MainWindow) -> None:
    window.show_notice("The settings cannot be read.")
    assert window.status.currentMessage() == "The settings cannot be read."
    assert not QToolTip.isVisible()


# --- the Edit menu --------------------------------------------------------------------------------------------------


def test_the_edit_menu_acts_on_the_notes_while_they_are_written(window: MainWindow, qapp: QApplication) -> None:
    type_keys(window.page, "Once")
    do(window, Action.NOTES)
    type_keys(focused(), "Told by Ann.")
    do(window, Action.UNDO)
    assert window.notes.notes == ""
    do(window, Action.REDO)
    assert window.notes.notes == "Told by Ann."
    do(window, Action.SELECT_ALL)
    do(window, Action.CUT)
    do(window, Action.PASTE)
    do(window, Action.PASTE)
    assert window.notes.notes == "Told by Ann.Told by Ann."
    qapp.clipboard().clear()
    do(window, Action.SELECT_ALL)
    do(window, Action.COPY)
    assert qapp.clipboard().text() == "Told by Ann.Told by Ann."
    assert window.page.text() == "Once"
    assert not window.page.textCursor().hasSelection()
    qapp.clipboard().clear()


def test_the_edit_menu_acts_on_a_number_while_it_is_changed(window: MainWindow, qapp: QApplication) -> None:
    type_keys(window.page, "Once")
    box = part(window.panel.control("max_words"), QDoubleSpinBox)
    box.setFocus()
    do(window, Action.SELECT_ALL)
    qapp.clipboard().setText("7")
    do(window, Action.PASTE)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 7
    assert window.page.text() == "Once"
    qapp.clipboard().clear()


def test_undo_and_redo_are_offered_where_there_may_be_something_to_undo(window: MainWindow) -> None:
    def offered() -> tuple[bool, bool]:
        return window.menus.actions[Action.UNDO].isEnabled(), window.menus.actions[Action.REDO].isEnabled()

    assert offered() == (False, False)
    do(window, Action.NOTES)
    assert offered() == (True, True)
    window.page.setFocus()
    assert offered() == (False, False)
    type_keys(window.page, "x")
    assert offered() == (True, False)
    do(window, Action.UNDO)
    assert offered() == (False, True)


def test_a_draft_that_is_opened_gets_the_keyboard(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    do(window, Action.NOTES)
    assert focused() is not window.page
    path = tmp_path / "a.md"
    path.write_text("The boat left.\n", "utf-8")
    with qtbot.waitSignal(window.documents.opened):
        window.open_draft(path)
    assert focused() is window.page


def test_who_asks_for_words_that_do_not_come_is_told(window: MainWindow) -> None:
    window.page.perform(EditorAction.ASK_NOW)
    window.page.show_suggestion(Suggestion((), Ended.UNSURE), window.page.place())
    assert "Nothing comes to mind" in window.status.currentMessage()


def test_a_model_that_became_ready_though_another_was_chosen_is_not_the_one_of_the_next_start(window: MainWindow) -> None:
    window.models.want("chosen")
    window.show_model_state(ModelState(Phase.READY, "another"))
    assert window.settings["model.name"] == "starter"
    window.show_model_state(ModelState(Phase.READY, "chosen"))
    assert window.settings["model.name"] == "chosen"


def test_the_page_has_the_keys_once_the_menus_are_left(window: MainWindow) -> None:
    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.activePopupWidget() or focused(), key, modifier)
        QApplication.processEvents()

    alt = Qt.KeyboardModifier.AltModifier
    for keys in ((Qt.Key.Key_M,), (Qt.Key.Key_M, Qt.Key.Key_F)):
        for key in keys:
            press(key, alt)
            assert QApplication.activePopupWidget() is not None
            press(Qt.Key.Key_Escape)
        press(Qt.Key.Key_Escape)
        assert focused() is window.page


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

"""The main window: its parts connected."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QSplitter, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from afterword.assist.types import ModelState, Phase
from afterword.editor.keys import EditorAction
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.window.actions import Action
from afterword.window.dialogs import Unsaved
from afterword.window.main_window import MainWindow
from afterword.window.switch import Switch

from .conftest import ScriptedDialogs, focused, part, type_keys
from .doing import do, offer, saved_settings

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


# --- models ---------------------------------------------------------------------------------------------------------


def test_notices_are_shown(window: MainWindow) -> None:
    window.show_notice("The settings cannot be read.")
    assert window.status.currentMessage() == "The settings cannot be read."
    assert not QToolTip.isVisible()


# --- the Edit menu --------------------------------------------------------------------------------------------------


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

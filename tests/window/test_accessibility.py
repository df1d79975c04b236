"""What assistive technology gets to know of the window, and how far one comes without a mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAccessibleTextInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot

from afterword.assist.types import ModelState, Phase
from afterword.drafts.compare import compare
from afterword.editor.page import Page
from afterword.errors import ModelBroken
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.window.actions import Action
from afterword.window.dialogs import WindowDialogs
from afterword.window.main_window import MainWindow
from afterword.window.sharing import Leaving
from tests.editor.conftest import ALT, Key, Writer, suggestion

from .conftest import ScriptedDialogs, focused

# --- the text of the page -------------------------------------------------------------------------------------------


@pytest.fixture
def writer(qtbot: QtBot) -> Writer:
    writer = Writer()
    qtbot.addWidget(writer.page)
    writer.page.show()
    writer.page.activateWindow()
    writer.page.setFocus()
    qtbot.waitUntil(writer.page.hasFocus)
    writer.has("The end of the day.\nAll slept.", cursor=3)
    return writer


def shown(writer: Writer) -> None:
    writer.sees(" bitter", " end\nof it")


def growing(writer: Writer) -> None:
    writer.sees(" bitter", more=True)


def turned(writer: Writer) -> None:
    place = writer.page.place()
    writer.sees(" bitter")
    writer.page.offer_alternatives([suggestion(" sweet", " smell"), suggestion(" one")], place)
    writer.press(Key.Key_Down, ALT)
    assert writer.ghost == " sweet smell"


def composing(writer: Writer) -> None:
    writer.sees(" bitter")
    writer.composes("かき")


@pytest.mark.parametrize("state", [shown, growing, turned, composing])
def test_the_accessible_text_is_the_document_and_nothing_else(writer: Writer, state: Callable[[Writer], None]) -> None:
    page, text = writer.page, writer.text
    state(writer)
    assert page.textCursor().block().layout().preeditAreaText(), "something stands on the page that is not in the text"
    interface = accessible(page)
    read = interface.textInterface()
    assert isinstance(read, QAccessibleTextInterface)
    assert interface.text(QAccessible.Text.Value) == text
    assert (read.text(0, len(text)), read.characterCount()) == (text, len(text))
    assert (read.cursorPosition(), read.selectionCount()) == (3, 0)
    assert [read.text(at, at + 1) for at in range(len(text))] == list(text)
    for x in range(0, page.width(), 20):
        for y in range(0, 100, 10):
            assert read.offsetAtPoint(page.mapToGlobal(QPoint(x, y))) <= len(text)


def test_what_was_accepted_is_read_like_all_other_text(writer: Writer) -> None:
    writer.sees(" bitter")
    writer.press(Key.Key_Tab)
    read = accessible(writer.page).textInterface()
    assert read.text(0, 16) == "The bitter end o"
    assert read.cursorPosition() == len("The bitter")


# --- names ----------------------------------------------------------------------------------------------------------


def accessible(widget: QWidget) -> QAccessibleInterface:
    """What assistive technology knows of a widget."""
    interface = QAccessible.queryAccessibleInterface(widget)
    assert interface.isValid()
    return interface


def controls(parent: QWidget) -> list[QWidget]:
    """All that can have the focus now."""
    return [
        widget
        for widget in parent.findChildren(QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
    ]


def dialogs_of(window: MainWindow) -> dict[str, Callable[[], object]]:
    ask = WindowDialogs(window)
    return {
        "unsaved": lambda: ask.ask_unsaved("draft", print),
        "elsewhere": lambda: ask.ask_elsewhere("The disk is full.", print),
        "changed": lambda: ask.ask_changed("draft", compare("The boat left.", "The boat came."), print),
        "open": lambda: ask.ask_open("It is large.", print),
        "encoding": lambda: window.menus.actions[Action.ENCODING].trigger(),
        "error": lambda: ask.show_error("It failed."),
        "name": lambda: ask.ask_model_name(print),
        "server": lambda: window.menus.actions[Action.SERVER].trigger(),
        "consent": lambda: window.servers.look(),
        "keys": lambda: window.menus.actions[Action.KEYS].trigger(),
        "about": lambda: window.menus.actions[Action.ABOUT].trigger(),
    }


@pytest.mark.parametrize(
    "name",
    ["unsaved", "elsewhere", "changed", "open", "encoding", "error", "name", "server", "consent", "keys", "about"],
)
def test_every_control_of_a_dialog_has_a_name_and_those_of_our_own_a_hint(window: MainWindow, name: str) -> None:
    window.page.set_text("Dear Ben, ")
    window.page.moveCursor(window.page.textCursor().MoveOperation.End)
    window.settings["server.enabled"], window.settings["server.url"] = True, "https://server.example"
    before = set(QApplication.topLevelWidgets())
    dialogs_of(window)[name]()
    [dialog] = [widget for widget in set(QApplication.topLevelWidgets()) - before if widget.isVisible()]
    try:
        assert accessible(dialog).text(QAccessible.Text.Name).strip()
        found = controls(dialog)
        assert found
        for widget in found:
            assert accessible(widget).text(QAccessible.Text.Name).strip(), widget
            standard = isinstance(widget.parentWidget(), QDialogButtonBox) or name not in ("keys", "about")
            assert standard or widget.toolTip().strip(), widget
    finally:
        dialog.close()


# --- the keyboard ---------------------------------------------------------------------------------------------------


def everything_open(window: MainWindow) -> None:
    window.resize(1200, 1600)
    window.show_model_state(ModelState(Phase.LOADING, "starter", 0.5))
    window.banner.show_failure("It failed.", starter_failed=False)
    window.sharing_strip.show_leaving(Leaving.UNASKED, "https://server.example", "draft")
    window.key_strip.say("The key is only kept until Afterword ends.")
    window.find_bar.open_bar()
    window.panel.set_advanced(True)
    window.switch_notes(True)
    window.page.setFocus()


def walk(window: MainWindow, key: Qt.Key) -> set[QWidget]:
    """What the focus comes to on its way from where it is to the page, or back to where it is."""
    been: set[QWidget] = set()
    while (here := focused()) not in been:
        been.add(here)
        if here is window.page:
            break
        QTest.keyClick(here, key)
    return been


def test_the_keyboard_alone_reaches_every_control(window: MainWindow) -> None:
    everything_open(window)
    reached: set[QWidget] = set()
    for key in (Key.Key_Tab, Key.Key_Backtab):
        for panes in range(8):
            window.page.setFocus()
            for _ in range(panes):
                QTest.keyClick(focused(), Key.Key_F6)
            reached |= walk(window, key)
    buttons = [button for button in window.findChildren(QAbstractButton) if button.isVisible() and button.isEnabled()]
    missing = {*controls(window), *buttons} - reached
    assert len(reached) > 30
    assert not missing, [accessible(widget).text(QAccessible.Text.Name) for widget in missing]


def test_f6_leaves_the_page_also_with_a_suggestion_on_it_and_comes_back(window: MainWindow) -> None:
    window.page.set_text("He")
    window.page.moveCursor(window.page.textCursor().MoveOperation.End)
    window.page.show_suggestion(suggestion(" ran"), window.page.place())
    assert window.page.ghost_text
    QTest.keyClick(window.page, Key.Key_F6)
    assert not window.page.hasFocus()
    QTest.keyClick(focused(), Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert window.page.hasFocus()
    assert (window.page.text(), window.page.ghost_text) == ("He", "")


# --- what is announced ----------------------------------------------------------------------------------------------


class Heard:
    """Notes what a screen reader would say."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, sentence: str, answers: bool) -> None:
        self.said.append(sentence)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def spoken_window(qtbot: QtBot, settings: Settings, jobs: Jobs, dialogs: ScriptedDialogs, heard: Heard) -> MainWindow:
    window = MainWindow(Page(), settings, jobs, dialogs, heard)
    qtbot.addWidget(window)
    window.show()
    window.page.setFocus()
    return window


def test_a_pause_its_end_and_a_rest_are_announced(spoken_window: MainWindow, heard: Heard) -> None:
    pause = spoken_window.menus.actions[Action.PAUSE]
    pause.trigger()
    pause.trigger()
    spoken_window.show_rest(True)
    assert heard.said[:2] == ["No suggestions for 5 minutes.", "Suggestions on"]
    assert heard.said[2] == spoken_window.status.currentMessage()
    assert len(heard.said) == 3


def test_switching_suggestions_on_and_off_by_key_is_announced(spoken_window: MainWindow, heard: Heard) -> None:
    spoken_window.menus.actions[Action.SUGGESTIONS].trigger()
    spoken_window.menus.actions[Action.SUGGESTIONS].trigger()
    assert heard.said == ["Suggestions off", "Suggestions on"]


def test_a_failure_is_announced_once(spoken_window: MainWindow, heard: Heard) -> None:
    for _ in range(2):
        spoken_window.show_model_state(ModelState(Phase.FAILED, "/models/mine", error=ModelBroken("mine", "cut short")))
    assert heard.said == [spoken_window.banner.message]


def test_notices_are_announced(spoken_window: MainWindow, heard: Heard) -> None:
    spoken_window.documents.noticed.emit("Saved.")
    spoken_window.show_notice("Hello.")
    assert heard.said == ["Saved.", "Hello."]


def test_announcements_can_be_switched_off_and_that_is_remembered(spoken_window: MainWindow, heard: Heard) -> None:
    action = spoken_window.menus.actions[Action.ANNOUNCE]
    assert action.isChecked()
    action.trigger()
    spoken_window.page.suggestion_taken.emit(" ran", None)
    assert heard.said == []
    assert spoken_window.settings["accessibility.announce"] is False
    action.trigger()
    spoken_window.page.suggestion_taken.emit(" ran", None)
    assert heard.said == ["Taken: ran"]


def test_who_asks_to_hear_a_suggestion_without_a_screen_reader_sees_that_there_is_none(spoken_window: MainWindow) -> None:
    assert not QAccessible.isActive()
    spoken_window.menus.actions[Action.SPEAK].trigger()
    assert spoken_window.status.currentMessage() == "No screen reader is listening."

"""The page of keys in a real window: what is changed there is so in the page, the menus and the next time."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QTreeWidgetItemIterator,
    QWidget,
)
from pytestqt.qtbot import QtBot

from afterword.editor.page import Page
from afterword.engine.protocol import Piece
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.window.actions import TABLE, Action, plain
from afterword.window.key_field import KeyField
from afterword.window.key_tree import KeyTree
from afterword.window.keys_dialog import KeysDialog
from afterword.window.main_window import MainWindow

from .conftest import ScriptedDialogs, focused, part

CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
Key = Qt.Key
FOR_WRITING = "is needed for writing. Take it together with Ctrl or Alt, or take a function key."


class Writer:
    """Changes keys in the dialog, with the keyboard, and tries them on the page."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.window = window
        self.page = window.page
        self.dialog: KeysDialog
        self.heard: list[str] = []
        window.help.said.connect(self.heard.append)

    def opens(self) -> None:
        self._qtbot.waitUntil(self.window.isActiveWindow)
        QTest.keyClick(self.page, Key.Key_F1)
        dialog = self.window.findChild(KeysDialog)
        assert isinstance(dialog, KeysDialog)
        self._qtbot.waitUntil(dialog.isActiveWindow)
        self.dialog = dialog

    def closes(self) -> None:
        self.dialog.accept()
        self.window.activateWindow()
        self._qtbot.waitUntil(self.window.isActiveWindow)
        self.page.setFocus()

    def chooses(self, action: Action) -> None:
        part(self.window, KeyTree).choose(action)

    def button(self, text: str) -> QPushButton:
        return next(b for b in self.dialog.findChildren(QPushButton) if b.text().replace("&", "") == text and b.isVisible())

    def presses(self, key: Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """After the button that waits for a key."""
        self.button("Add a key…").click()
        assert isinstance(focused(), KeyField)
        QTest.keyClick(focused(), key, modifiers)

    def adds(self, action: Action, key: Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        self.chooses(action)
        self.presses(key, modifiers)

    def removes(self, action: Action, row: int = 0) -> None:
        self.chooses(action)
        self.listed.setCurrentRow(row)
        self.button("Remove").click()

    @property
    def listed(self) -> QListWidget:
        return part(self.dialog, QListWidget)

    @property
    def keys(self) -> list[str]:
        """Those in the list of the chosen action."""
        return [self.listed.item(row).text() for row in range(self.listed.count())]

    @property
    def told(self) -> str:
        """What the dialog says."""
        return part(self.window, QLabel, "sentence").text()

    def sees(self, text: str) -> None:
        """A suggestion is shown."""
        self.page.show_suggestion(Suggestion((Piece(text, 0.9),), Ended.LENGTH), self.page.place())
        assert self.page.ghost_text == text

    def writes(self, text: str, cursor: int = -1) -> None:
        self.page.set_text(text)
        place = self.page.textCursor()
        place.setPosition(len(text) if cursor < 0 else cursor)
        self.page.setTextCursor(place)


@pytest.fixture
def writer(window: MainWindow, qtbot: QtBot) -> Writer:
    writer = Writer(window, qtbot)
    writer.opens()
    return writer


def actions_shown(tree: KeyTree) -> list[str]:
    shown = []
    entries = QTreeWidgetItemIterator(tree, QTreeWidgetItemIterator.IteratorFlag.NotHidden)
    while entry := entries.value():
        shown += [entry.text(0)] if entry.parent() is not None else []
        entries += 1
    return shown


def test_the_arrows_go_from_action_to_action_over_the_names_of_menus(writer: Writer) -> None:
    tree = part(writer.window, KeyTree)
    writer.chooses(Action.QUIT)
    seen = []
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Up, Key.Key_Up):
        QTest.keyClick(tree, key)
        seen.append(tree.action)
    assert seen == [Action.CLEAR_RECENT, Action.UNDO, Action.CLEAR_RECENT, Action.QUIT]
    QTest.keyClick(tree, Key.Key_Home)
    QTest.keyClick(tree, Key.Key_Up)
    assert tree.action is not Action.QUIT


# --- the page -------------------------------------------------------------------------------------------------------


def test_another_key_takes_a_word_and_the_old_one_moves_by_a_word_again(writer: Writer) -> None:
    writer.adds(Action.ACCEPT_WORD, Key.Key_Space, CTRL)
    writer.removes(Action.ACCEPT_WORD)
    writer.closes()
    writer.writes("The")
    writer.sees(" harbour lay")
    QTest.keyClick(writer.page, Key.Key_Space, CTRL)
    assert (writer.page.text(), writer.page.ghost_text) == ("The harbour", " lay")
    writer.writes("The old harbour", cursor=0)
    writer.sees("So: ")
    QTest.keyClick(writer.page, Key.Key_Right, CTRL)
    assert (writer.page.text(), writer.page.textCursor().position()) == ("The old harbour", 4)


def test_a_shared_key_takes_the_suggestion_and_else_is_the_other_action(writer: Writer) -> None:
    writer.adds(Action.ACCEPT_WORD, Key.Key_F, CTRL)
    assert "While a suggestion is shown, Ctrl+F means “Accept next word”; at all other times “Find”." in writer.told
    writer.closes()
    writer.writes("The")
    writer.sees(" harbour")
    QTest.keyClick(writer.page, Key.Key_F, CTRL)
    assert writer.page.text() == "The harbour"
    assert not writer.window.find_bar.isVisible()
    QTest.keyClick(writer.page, Key.Key_F, CTRL)
    assert writer.window.find_bar.isVisible()


def test_tab_can_be_given_away_and_is_a_tab_again(writer: Writer) -> None:
    writer.removes(Action.ACCEPT_ALL)
    writer.adds(Action.ACCEPT_WORD, Key.Key_Tab)
    assert writer.keys == ["Ctrl+Right", "Tab"]
    writer.closes()
    writer.writes("The")
    writer.sees(" harbour lay")
    QTest.keyClick(writer.page, Key.Key_Tab)
    assert writer.page.text() == "The harbour"


def test_a_key_of_the_window_works_at_once_and_the_old_one_no_more(writer: Writer) -> None:
    writer.adds(Action.FIND, Key.Key_F12)
    part(writer.window, KeyField).editingFinished.emit()  # instead of waiting whether another press comes
    writer.removes(Action.FIND)
    writer.closes()
    QTest.keyClick(writer.page, Key.Key_F, CTRL)
    assert not writer.window.find_bar.isVisible()
    QTest.keyClick(writer.page, Key.Key_F12)
    assert writer.window.find_bar.isVisible()


def test_a_key_that_the_editor_itself_knows_can_mean_something_else(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    window.keys.add(Action.FIND, QKeySequence("Ctrl+Y"))
    window.keys.remove(Action.UNDO, QKeySequence("Ctrl+Z"))
    QTest.keyClicks(window.page, "ab")
    QTest.keyClick(window.page, Key.Key_Z, CTRL)
    assert window.page.text() == "ab", "the key is no more that of undo"
    window.page.undo()
    undone = window.page.text()
    assert undone != "ab"
    QTest.keyClick(window.page, Key.Key_Y, CTRL)
    assert window.page.text() == undone
    assert window.find_bar.isVisible()
    window.keys.reset_all()
    window.page.setFocus()
    QTest.keyClick(window.page, Key.Key_Y, CTRL)
    assert window.page.text() == "ab"


def test_a_key_that_the_editor_knows_besides_the_usual_one_can_mean_something_else(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    window.keys.add(Action.FIND, QKeySequence("Ctrl+Ins"))
    QTest.keyClick(window.page, Key.Key_Insert, CTRL)
    assert window.find_bar.isVisible()


def test_a_key_of_the_keypad_that_the_editor_knows_can_mean_something_else(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    window.keys.add(Action.FIND, QKeySequence("Ctrl+Ins"))
    QTest.keyClick(window.page, Key.Key_Insert, CTRL | Qt.KeyboardModifier.KeypadModifier)
    assert window.find_bar.isVisible()


def test_a_key_that_was_given_to_two_things_is_first_that_of_the_suggestion(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    window.keys.add(Action.FIND, QKeySequence("F12"))
    window.keys.add(Action.ACCEPT_WORD, QKeySequence("F12"))
    window.page.show_suggestion(Suggestion((Piece("So it", 0.9),), Ended.LENGTH), window.page.place())
    QTest.keyClick(window.page, Key.Key_F12)
    assert window.page.text() == "So"
    assert not window.find_bar.isVisible()


# --- the menus ------------------------------------------------------------------------------------------------------


def test_menus_show_the_keys_in_force(window: MainWindow) -> None:
    menus = window.menus
    window.keys.add(Action.SAVE, QKeySequence("F12"))
    window.keys.add(Action.ACCEPT_WORD, QKeySequence("Ctrl+Space"))
    window.keys.remove(Action.ACCEPT_WORD, QKeySequence("Ctrl+Right"))
    window.keys.remove(Action.DISMISS, QKeySequence("Esc"))
    assert menus.actions[Action.SAVE].shortcuts() == [QKeySequence("Ctrl+S"), QKeySequence("F12")]
    assert menus.actions[Action.ACCEPT_WORD].text() == "Accept next &word\tCtrl+Space"
    assert menus.actions[Action.ACCEPT_WORD].shortcuts() == []
    assert menus.actions[Action.DISMISS].text() == "&Dismiss"
    shown = [menus.shown_keys(action) for action in (Action.SAVE, Action.ACCEPT_WORD, Action.DISMISS)]
    assert shown == ["Ctrl+S", "Ctrl+Space", ""]


# --- the next time --------------------------------------------------------------------------------------------------


def test_a_change_survives_a_restart(writer: Writer, qtbot: QtBot, jobs: Jobs, dialogs: ScriptedDialogs, tmp_path: Path) -> None:
    writer.adds(Action.ACCEPT_WORD, Key.Key_Space, CTRL)
    writer.closes()
    qtbot.waitUntil(lambda: (tmp_path / "settings.toml").exists() and not jobs.busy)
    settings = Settings(tmp_path / "settings.toml")
    assert settings.load() == []
    again = MainWindow(Page(), settings, jobs, dialogs)
    qtbot.addWidget(again)
    again.page.set_text("")
    again.page.show_suggestion(Suggestion((Piece("So it", 0.9),), Ended.LENGTH), again.page.place())
    QTest.keyClick(again.page, Key.Key_Space, CTRL)
    assert again.page.text() == "So"
    again.page.document().setModified(False)


# --- conflicts ------------------------------------------------------------------------------------------------------


def test_a_conflict_is_told_and_nothing_happens_until_the_writer_insists(writer: Writer) -> None:
    writer.adds(Action.ASK_NOW, Key.Key_S, CTRL)
    assert writer.told == "Ctrl+S belongs to “Save”."
    assert writer.heard[-1] == writer.told
    assert "Ctrl+S" not in writer.keys
    assert focused() is writer.button("Take Ctrl+S from it")
    QTest.keyClick(focused(), Key.Key_Space)
    assert "Ctrl+S" in writer.keys
    assert writer.told == "Ask now has Ctrl+S now."
    assert focused() is writer.button("Add a key…")
    assert writer.window.menus.actions[Action.SAVE].shortcuts() == []
    writer.chooses(Action.SAVE)
    assert writer.told == "Ctrl+S belongs to “Ask now”."
    writer.button("Reset").click()
    assert writer.told == "Save has no key. Ctrl+S belongs to “Ask now”."


def test_the_offer_to_take_a_key_goes_with_the_action_that_it_was_for(writer: Writer) -> None:
    writer.adds(Action.ASK_NOW, Key.Key_S, CTRL)
    writer.chooses(Action.ACCEPT_ALL)
    assert writer.told == ""
    assert [b.text() for b in writer.dialog.findChildren(QPushButton) if "Take" in b.text() and b.isVisible()] == []


@pytest.mark.parametrize(
    ("action", "key", "modifiers", "told"),
    [
        (
            Action.ACCEPT_ALL,
            Key.Key_A,
            NONE,
            "A " + FOR_WRITING,
        ),
        (
            Action.ASK_NOW,
            Key.Key_Escape,
            NONE,
            "Esc " + FOR_WRITING,
        ),
        (Action.ASK_NOW, Key.Key_F, Qt.KeyboardModifier.AltModifier, "Alt+F opens a menu, and cannot do anything else."),
        (Action.ACCEPT_ALL, Key.Key_Tab, NONE, "Accept all has Tab already."),
    ],
)
def test_a_key_that_cannot_be_had_is_told(
    writer: Writer, action: Action, key: Key, modifiers: Qt.KeyboardModifier, told: str
) -> None:
    writer.chooses(action)
    before = writer.keys
    writer.presses(key, modifiers)
    assert (writer.told, writer.keys) == (told, before)
    assert focused() is writer.button("Add a key…")


# --- the keyboard ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [Key.Key_Tab, Key.Key_Backtab, Key.Key_Escape, Key.Key_Return])
def test_any_key_is_taken_down_and_the_keyboard_is_free_again(writer: Writer, key: Key) -> None:
    writer.chooses(Action.ACCEPT_SENTENCE)
    writer.presses(key)
    assert writer.dialog.isVisible()
    assert not part(writer.dialog, KeyField).isVisible()
    assert isinstance(focused(), QPushButton)


def test_return_in_the_tree_asks_for_a_key(writer: Writer) -> None:
    writer.chooses(Action.ACCEPT_SENTENCE)
    part(writer.window, KeyTree).setFocus()
    QTest.keyClick(focused(), Key.Key_Return)
    assert isinstance(focused(), KeyField)
    QTest.keyClick(focused(), Key.Key_End)
    assert writer.keys == ["Alt+Right", "End"]


def test_a_key_held_down_does_nothing_after_it_was_taken_down(writer: Writer) -> None:
    writer.chooses(Action.ACCEPT_SENTENCE)
    writer.button("Add a key…").click()
    for kind, repeat in ((QEvent.Type.KeyPress, False), (QEvent.Type.KeyRelease, True), (QEvent.Type.KeyPress, True)):
        QApplication.sendEvent(focused(), QKeyEvent(kind, Key.Key_F12, NONE, "", repeat))
    assert isinstance(focused(), KeyField)
    QApplication.sendEvent(focused(), QKeyEvent(QEvent.Type.KeyRelease, Key.Key_F12, NONE))
    assert writer.keys == ["Alt+Right", "F12"]


def test_what_the_dialog_says_is_said_aloud(qtbot: QtBot, settings: Settings, jobs: Jobs, dialogs: ScriptedDialogs) -> None:
    said: list[str] = []
    window = MainWindow(Page(), settings, jobs, dialogs, lambda sentence, _answers: said.append(sentence))
    qtbot.addWidget(window)
    dialog = window.help.show_keys()
    next(button for button in dialog.findChildren(QPushButton) if button.text() == "Reset a&ll").click()
    assert said == ["All actions have their usual keys."]


def test_to_look_elsewhere_gives_a_new_key_up(writer: Writer) -> None:
    writer.chooses(Action.ACCEPT_SENTENCE)
    writer.button("Add a key…").click()
    part(writer.dialog, QLineEdit).setFocus()
    assert not part(writer.dialog, KeyField).isVisible()
    assert writer.keys == ["Alt+Right"]
    assert isinstance(focused(), QLineEdit)


def test_tab_goes_through_all_controls_and_never_into_the_field(writer: Writer) -> None:
    first = focused()
    seen = [first]
    while True:
        QTest.keyClick(focused(), Key.Key_Tab)
        if focused() is first or len(seen) > 20:
            break
        seen.append(focused())
    kinds = [type(widget).__name__ for widget in seen]
    assert kinds[:3] == ["Field", "KeyTree", "QListWidget"]
    texts = [widget.text().replace("&", "") for widget in seen if isinstance(widget, QAbstractButton)]
    assert texts == ["Add a key…", "Remove", "Reset all", "Close"], "Reset does nothing here"


def test_every_control_has_a_name_and_a_tooltip(writer: Writer) -> None:
    writer.button("Add a key…").click()
    controls = [w for w in writer.dialog.findChildren(QWidget) if w.focusPolicy() != Qt.FocusPolicy.NoFocus and w.isVisible()]
    assert len(controls) >= 8
    for control in controls:
        assert control.accessibleName() or (isinstance(control, QAbstractButton) and control.text()), control
        assert control.toolTip(), control


# --- the tree -------------------------------------------------------------------------------------------------------


def test_every_action_is_listed_with_its_keys(writer: Writer) -> None:
    tree = part(writer.window, KeyTree)
    assert sorted(actions_shown(tree)) == sorted(plain(row.text) for row in TABLE.values())
    tree.choose(Action.REDO)
    item = tree.currentItem()
    assert item is not None
    assert item.text(1) == "Ctrl+Shift+Z or Ctrl+Y"
    writer.window.keys.remove(Action.REDO, QKeySequence("Ctrl+Y"))
    assert item.text(1) == "Ctrl+Shift+Z"
    assert item.toolTip(1) == "usually Ctrl+Shift+Z or Ctrl+Y"
    assert item.font(1).bold()


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("next word", ["Accept next word"]),
        ("CTRL+S", ["Save", "Save as"]),
        ("f6", ["Next pane", "Previous pane"]),
        ("theme dark", ["Dark"]),
        ("zebra", []),
    ],
)
def test_actions_are_found_by_name_and_key(writer: Writer, words: str, shown: list[str]) -> None:
    tree = part(writer.window, KeyTree)
    QTest.keyClicks(focused(), words)
    assert set(shown) <= set(actions_shown(tree))
    assert (tree.action is not None) == bool(shown)
    assert writer.button("Add a key…").isEnabled() == bool(shown)
    focused().clear()  # type: ignore[attr-defined]
    assert len(actions_shown(tree)) == len(TABLE)
    assert tree.action is not None


@pytest.mark.parametrize("button", ["Take F12 from it", "Remove", "Reset"])
def test_whatever_takes_a_key_away_can_be_undone(writer: Writer, button: str) -> None:
    writer.adds(Action.SAVE, Key.Key_F12)
    part(writer.dialog, KeyField).editingFinished.emit()  # instead of waiting whether another press comes
    before = {action: writer.window.keys.keys(action) for action in TABLE}
    assert QKeySequence("F12") in before[Action.SAVE]
    if button.startswith("Take"):
        writer.adds(Action.ASK_NOW, Key.Key_F12)
    else:
        writer.chooses(Action.SAVE)
        writer.listed.setCurrentRow(1)
    writer.button(button).click()
    assert QKeySequence("F12") not in writer.window.keys.keys(Action.SAVE)
    done = writer.told
    writer.button("Undo").click()
    assert {action: writer.window.keys.keys(action) for action in TABLE} == before
    assert writer.told not in ("", done)
    assert writer.heard[-2:] == [done, writer.told]
    assert not [b for b in writer.dialog.findChildren(QPushButton) if "Undo" in b.text() and b.isVisible()]


def test_all_keys_are_reset_and_that_can_be_undone(writer: Writer) -> None:
    writer.adds(Action.ACCEPT_ALL, Key.Key_F12)
    writer.button("Reset all").click()
    assert writer.keys == ["Tab"]
    writer.button("Undo").click()
    assert writer.keys == ["Tab", "F12"]
    writer.button("Reset").click()
    assert writer.keys == ["Tab"]
    assert writer.told == "Accept all has Tab again."

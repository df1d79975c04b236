"""The table of actions: nothing forgotten, nothing twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextBrowser
from pytestqt.qtbot import QtBot

from afterword.editor.keys import EditorAction
from afterword.window.actions import MENUS, TABLE, Action, Menu, plain
from afterword.window.handlers import HANDLERS
from afterword.window.main_window import MainWindow

from .conftest import part


class _Marking(QTranslator):
    """Translates every text by putting it in brackets."""

    def translate(self, context: str, text: bytes | str, disambiguation: bytes | str | None = None, n: int = -1) -> str:
        return f"[{text.decode() if isinstance(text, bytes) else text}]"

    def isEmpty(self) -> bool:  # noqa: N802
        return False


@pytest.mark.parametrize("mac", [False, True])
def test_no_two_actions_share_a_key(mac: bool) -> None:
    keys = Counter(key.toString() for row in TABLE.values() for key in row.keys_on(mac=mac))
    assert all(keys), "a key of the table is no key"
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_action_has_a_row_and_a_handler() -> None:
    assert set(TABLE) == set(HANDLERS) == set(Action)


def test_everything_that_the_page_does_is_in_the_table() -> None:
    assert Counter(row.editor for row in TABLE.values() if row.editor) == Counter(EditorAction)


def test_texts_and_tips_say_something() -> None:
    for row in TABLE.values():
        assert plain(row.text).strip()
        assert row.tip.strip()
        assert not f"{row.tip}{row.more}".endswith("."), "a tip is no sentence"


def test_no_two_entries_of_a_menu_share_a_mnemonic() -> None:
    entries: list[tuple[Menu | None, str]] = [(row.menu, row.text) for row in TABLE.values()]
    entries += [(TABLE[row.after].menu if row.after else None, row.text) for row in MENUS.values()]
    mnemonics = Counter((menu, text[text.index("&") + 1].lower()) for menu, text in entries)
    assert [entry for entry, count in mnemonics.items() if count > 1] == []


def test_every_action_is_in_its_menu(window: MainWindow) -> None:
    for action, row in TABLE.items():
        assert window.menus.actions[action] in window.menus.menus[row.menu].actions()


def test_every_tip_has_room_in_the_status_bar_and_the_tooltip_says_all(window: MainWindow) -> None:
    window.resize(1100, 740)
    window.status.show_rate(88.8)
    QApplication.processEvents()
    for action, row in TABLE.items():
        made = window.menus.actions[action]
        assert made.statusTip() == row.tip
        assert window.status.fontMetrics().horizontalAdvance(row.tip) <= window.status._room(), row.tip
        assert made.toolTip() == (f"{row.tip}; {row.more}" if row.more else row.tip)
        assert window.menus.menus[row.menu].toolTipsVisible()


def test_every_menu_can_be_reached_from_the_menu_bar(window: MainWindow) -> None:
    def reached(actions: list[QAction]) -> set[str]:
        menus = [action.menu() for action in actions if action.menu() is not None]
        return {menu.title() for menu in menus} | {title for menu in menus for title in reached(menu.actions())}  # type: ignore[attr-defined]

    assert reached(window.menuBar().actions()) == {menu.title() for menu in window.menus.menus.values()}


def test_menus_are_translated(qtbot: QtBot, qapp: QApplication, request: pytest.FixtureRequest) -> None:
    translator = _Marking()
    qapp.installTranslator(translator)
    try:
        window: MainWindow = request.getfixturevalue("window")
    finally:
        qapp.removeTranslator(translator)
    for action, row in TABLE.items():
        assert window.menus.actions[action].text().split("\t")[0] == f"[{row.text}]"
        assert window.menus.actions[action].statusTip() == f"[{row.tip}]"
    for menu, menu_row in MENUS.items():
        assert window.menus.menus[menu].title() == f"[{menu_row.text}]"


def test_the_keys_of_the_page_are_shown_but_not_listened_for(window: MainWindow, qtbot: QtBot) -> None:
    for action, row in TABLE.items():
        made = window.menus.actions[action]
        if row.editor is None:
            assert made.shortcuts() == row.keys_on(mac=False)
        else:
            assert made.shortcuts() == []
            assert made.text().endswith("\t" + row.keys_on(mac=False)[0].toString(QKeySequence.SequenceFormat.NativeText))
    heard: list[bool] = []
    window.menus.actions[Action.ACCEPT_ALL].triggered.connect(lambda: heard.append(True))
    window.page.set_text("ab")
    QTest.keyClick(window.page, Qt.Key.Key_Tab)
    assert heard == []
    assert window.page.text() != "ab", "without a suggestion Tab does what it does in an editor"


@pytest.mark.parametrize("key", ["window.theme", "suggestions.pace"])
def test_of_several_values_exactly_the_one_in_force_is_checked(window: MainWindow, key: str) -> None:
    choices = {
        row.choice[1]: window.menus.actions[action] for action, row in TABLE.items() if row.choice and row.choice[0] == key
    }
    assert len(choices) == 3
    for value, action in choices.items():
        action.trigger()
        assert window.settings[key] == value
        assert [name for name, other in choices.items() if other.isChecked()] == [value]


def test_about_names_the_licences(window: MainWindow) -> None:
    dialog = window.help.show_about()
    browser = part(dialog, QTextBrowser)
    assert "LGPL" in browser.toPlainText()
    assert "Apache-2.0" in browser.toPlainText()
    dialog.close()


def test_recent_files_are_listed_above_the_line(window: MainWindow) -> None:
    menu = window.menus.menus[Menu.RECENT]
    menu.aboutToShow.emit()
    assert not window.menus.actions[Action.CLEAR_RECENT].isEnabled()
    window.recent.put(Path("/a/one & two.md"))
    window.recent.put(Path("/b/three.md"))
    for _ in range(2):
        menu.aboutToShow.emit()
        assert [action.text() for action in menu.actions() if action.data()] == ["three.md", "one && two.md"]
    chosen: list[object] = []
    window.recent_menu.chosen.connect(chosen.append)
    menu.actions()[1].trigger()
    assert chosen == [Path("/a/one & two.md")]
    window.menus.actions[Action.CLEAR_RECENT].trigger()
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions() if action.data()] == []

"""Which keys are in force: defaults, changes, conflicts, and settings that make no sense."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from afterword.editor.keys import EditorAction
from afterword.editor.page import Page
from afterword.settings import Settings
from afterword.window.actions import TABLE, Action
from afterword.window.key_bindings import SETTING, Conflict, KeyBindings
from afterword.window.key_rules import GHOST_ACTIONS, Clash, Refusal, clash, refusal


@pytest.fixture(autouse=True)
def _app(qapp: QApplication) -> None:
    """The platform says which keys move the cursor."""


@pytest.fixture
def keys(settings: Settings) -> KeyBindings:
    return KeyBindings(settings, mac=False)


def key(text: str) -> QKeySequence:
    return QKeySequence(text, QKeySequence.SequenceFormat.PortableText)


def in_force(keys: KeyBindings, action: Action) -> list[str]:
    return [key.toString(QKeySequence.SequenceFormat.PortableText) for key in keys.keys(action)]


def from_file(tmp_path: Path, changed: str) -> KeyBindings:
    file = tmp_path / "by_hand.toml"
    file.write_text(f"[keys]\nchanged = {changed}\n", "utf-8")
    settings = Settings(file)
    settings.load()
    return KeyBindings(settings, mac=False)


def assert_nothing_is_taken_twice(keys: KeyBindings) -> None:
    for one, other in combinations(TABLE, 2):
        for its in keys.keys(one):
            assert all(clash(one, its, other, others) is not Clash.TAKEN for others in keys.keys(other)), (one, other, its)


# --- defaults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mac", [False, True])
def test_defaults_of_every_system_are_allowed_and_get_in_nobodys_way(settings: Settings, mac: bool) -> None:
    keys = KeyBindings(settings, mac=mac)
    for action, row in TABLE.items():
        assert keys.keys(action) == keys.defaults(action) == row.keys_on(mac=mac)
        assert [refusal(action, default) for default in keys.defaults(action)] == [None] * len(keys.defaults(action))
    assert_nothing_is_taken_twice(keys)


def test_only_the_actions_on_a_suggestion_wait_for_one(page: Page) -> None:
    page.set_text("Quiet")
    assert {action for action in EditorAction if not page.perform(action)} == GHOST_ACTIONS


# --- changing -------------------------------------------------------------------------------------------------------


def test_a_key_is_added_removed_and_reset(keys: KeyBindings) -> None:
    heard: list[bool] = []
    keys.changed.connect(lambda: heard.append(True))
    keys.add(Action.ACCEPT_WORD, key("Ctrl+Space"))
    assert in_force(keys, Action.ACCEPT_WORD) == ["Ctrl+Right", "Ctrl+Space"]
    keys.remove(Action.ACCEPT_WORD, key("Ctrl+Right"))
    assert in_force(keys, Action.ACCEPT_WORD) == ["Ctrl+Space"]
    assert keys.page_keys()[EditorAction.ACCEPT_WORD] == [key("Ctrl+Space")]
    keys.reset(Action.ACCEPT_WORD)
    assert in_force(keys, Action.ACCEPT_WORD) == ["Ctrl+Right"]
    assert len(heard) == 3


def test_a_key_is_taken_from_the_action_that_had_it(keys: KeyBindings) -> None:
    assert keys.conflicts(Action.ASK_NOW, key("Ctrl+S")) == [Conflict(Action.SAVE, key("Ctrl+S"), Clash.TAKEN)]
    keys.add(Action.ASK_NOW, key("Ctrl+S"))
    assert in_force(keys, Action.SAVE) == []
    keys.add(Action.FIND, key("Ctrl+S"))
    assert in_force(keys, Action.ASK_NOW) == ["Ctrl+Shift+Space", "Alt+\\"]
    keys.reset(Action.FIND)
    assert in_force(keys, Action.SAVE) == ["Ctrl+S"], "nobody else wants it any more"


def test_a_reset_takes_nothing_back(keys: KeyBindings) -> None:
    keys.add(Action.SAVE, key("F12"))
    keys.add(Action.FIND, key("Ctrl+S"))
    keys.reset(Action.SAVE)
    assert in_force(keys, Action.SAVE) == []
    assert in_force(keys, Action.FIND) == ["Ctrl+F", "Ctrl+S"]


def test_a_key_for_a_suggestion_may_be_another_action_without_one(keys: KeyBindings) -> None:
    assert keys.conflicts(Action.ACCEPT_ALL, key("Ctrl+S")) == [Conflict(Action.SAVE, key("Ctrl+S"), Clash.SHARED)]
    keys.add(Action.ACCEPT_ALL, key("Ctrl+S"))
    assert in_force(keys, Action.SAVE) == ["Ctrl+S"]
    assert in_force(keys, Action.ACCEPT_ALL) == ["Tab", "Ctrl+S"]
    assert keys.conflicts(Action.SAVE, key("Ctrl+S")) == [Conflict(Action.ACCEPT_ALL, key("Ctrl+S"), Clash.SHARED)]


@pytest.mark.parametrize(
    ("one", "its", "other", "others", "found"),
    [
        (Action.SAVE, "Ctrl+K", Action.FIND, "Ctrl+K, Ctrl+F", Clash.TAKEN),
        (Action.SAVE, "Ctrl+K, Ctrl+S", Action.FIND, "Ctrl+K, Ctrl+F", None),
        (Action.SAVE, "Ctrl+K, Ctrl+S", Action.ASK_NOW, "Ctrl+S", Clash.TAKEN),
        (Action.SAVE, "Ctrl+K, Ctrl+S", Action.DISMISS, "Ctrl+S", Clash.SHARED),
        (Action.ACCEPT_ALL, "F12", Action.ACCEPT_WORD, "F12", Clash.TAKEN),
        (Action.SAVE, "Ctrl++", Action.FIND, "Ctrl+Shift++", Clash.TAKEN),
        (Action.SAVE, "Ctrl+5", Action.FIND, "Ctrl+Num+5", Clash.TAKEN),
        (Action.SAVE, "Ctrl+A", Action.FIND, "Ctrl+Shift+A", None),
    ],
)
def test_what_gets_in_the_way_of_what(one: Action, its: str, other: Action, others: str, found: Clash | None) -> None:
    assert clash(one, key(its), other, key(others)) is found
    assert clash(other, key(others), one, key(its)) is found


# --- keys that cannot be had ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["A", "Shift+A", "5", "Space", "Shift+Space", "é", "Ж", "Return", "Enter", "Backspace", "Del", "Left", "Shift+Right", "PgUp"],
)
def test_writing_keeps_its_keys(text: str) -> None:
    assert {refusal(action, key(text)) for action in (Action.SAVE, Action.ACCEPT_ALL, Action.ASK_NOW)} == {Refusal.WRITES}


@pytest.mark.parametrize("text", ["Tab", "Esc", "End"])
def test_a_suggestion_may_borrow_a_key_from_writing(text: str) -> None:
    assert refusal(Action.ACCEPT_ALL, key(text)) is None
    assert refusal(Action.SAVE, key(text)) is Refusal.WRITES
    assert refusal(Action.ASK_NOW, key(text)) is Refusal.WRITES


def test_a_key_that_moves_by_a_word_is_only_borrowed() -> None:
    assert refusal(Action.ACCEPT_SENTENCE, key("Ctrl+Left")) is None
    assert refusal(Action.SAVE, key("Ctrl+Left")) is Refusal.WRITES


@pytest.mark.parametrize(
    ("action", "text", "reason"),
    [
        (Action.SAVE, "", Refusal.NO_KEY),
        (Action.SAVE, "Ctrl+Nonsense", Refusal.NO_KEY),
        (Action.SAVE, "Shift", Refusal.NO_KEY),
        (Action.ACCEPT_ALL, "Ctrl+K, Ctrl+A", Refusal.SEVERAL_PRESSES),
        (Action.SAVE, "Ctrl+K, Ctrl+S", None),
        (Action.SAVE, "Alt+F", Refusal.OPENS_MENU),
        (Action.SAVE, "F12", None),
        (Action.ACCEPT_ALL, "F12", None),
    ],
)
def test_why_an_action_cannot_have_a_key(keys: KeyBindings, action: Action, text: str, reason: Refusal | None) -> None:
    assert refusal(action, key(text)) is reason
    if reason is not None:
        with pytest.raises(ValueError, match=reason.name):
            keys.add(action, key(text))


# --- the settings ---------------------------------------------------------------------------------------------------


def test_changes_are_there_the_next_time(settings: Settings, tmp_path: Path) -> None:
    keys = KeyBindings(settings, mac=False)
    keys.add(Action.ACCEPT_WORD, key("Ctrl+Space"))
    keys.add(Action.ZOOM_IN, key("Ctrl+K, Ctrl+="))
    keys.remove(Action.PAUSE, key("Ctrl+Alt+P"))
    settings.save()
    again = Settings(tmp_path / "settings.toml")
    assert again.load() == []
    assert again[SETTING] == [
        "accept_word=Ctrl+Right",
        "accept_word=Ctrl+Space",
        "zoom_in=Ctrl++",
        "zoom_in=Ctrl+=",
        "zoom_in=Ctrl+K, Ctrl+=",
        "pause=",
    ]
    others = KeyBindings(again, mac=False)
    assert {action: others.keys(action) for action in TABLE} == {action: keys.keys(action) for action in TABLE}


def test_what_is_again_as_it_was_is_not_written(keys: KeyBindings, settings: Settings) -> None:
    keys.add(Action.SAVE, key("F12"))
    keys.remove(Action.SAVE, key("F12"))
    assert settings[SETTING] == []


def test_all_changes_are_undone_and_brought_back(keys: KeyBindings) -> None:
    keys.add(Action.SAVE, key("F12"))
    keys.add(Action.FIND, key("Ctrl+N"))
    before = keys.changes
    keys.reset_all()
    assert all(keys.keys(action) == keys.defaults(action) for action in TABLE)
    keys.restore(before)
    assert (in_force(keys, Action.SAVE), in_force(keys, Action.NEW)) == (["Ctrl+S", "F12"], [])


@pytest.mark.parametrize(
    "changed",
    [
        '"accept_word=F12"',
        "[4]",
        '["accept_word"]',
        '["accept_word=x"]',
        '["accept_word=Ctrl+Nonsense"]',
        '["accept_word=Ctrl+K, Ctrl+W"]',
        '["", "=", "=F12", "no_such_action=F12"]',
    ],
)
def test_a_damaged_setting_leaves_the_defaults(tmp_path: Path, changed: str) -> None:
    keys = from_file(tmp_path, changed)
    assert all(keys.keys(action) == keys.defaults(action) for action in TABLE)


def test_what_is_right_beside_something_wrong_is_in_force(tmp_path: Path) -> None:
    keys = from_file(tmp_path, '["accept_word=x", " Accept_Word = ctrl+space ", "save=F12", "find=F12", "of_later=F10"]')
    assert in_force(keys, Action.ACCEPT_WORD) == ["Ctrl+Space"]
    assert in_force(keys, Action.SAVE) == ["F12"]
    assert in_force(keys, Action.FIND) == ["Ctrl+F"], "two cannot have it: the first has it"
    keys.add(Action.OPEN, key("F10"))
    assert from_file(tmp_path, str(keys._settings[SETTING])).keys(Action.OPEN) == [key("Ctrl+O"), key("F10")]
    assert "of_later=F10" in keys._settings[SETTING], "a later version may know it"


TEXTS = st.sampled_from(
    ["F12", "Ctrl+S", "Ctrl+N", "Tab", "Ctrl+Right", "Ctrl+K", "Ctrl+K, Ctrl+S", "Ctrl++", "Alt+\\", "Esc", "x"]
)
ACTIONS = st.sampled_from(
    [Action.SAVE, Action.NEW, Action.FIND, Action.ACCEPT_ALL, Action.ACCEPT_WORD, Action.ASK_NOW, Action.ZOOM_IN]
)


@given(
    by_hand=st.lists(st.builds("{}={}".format, ACTIONS.map(lambda action: action.name.lower()), TEXTS), max_size=5),
    steps=st.lists(st.tuples(st.sampled_from(["add", "remove", "reset"]), ACTIONS, TEXTS), max_size=8),
)
@hypothesis_settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_changed_no_key_has_two_meanings_and_all_of_it_is_kept(
    tmp_path: Path, by_hand: list[str], steps: list[tuple[str, Action, str]]
) -> None:
    settings = Settings(tmp_path / "never_written.toml")
    settings[SETTING] = by_hand
    keys = KeyBindings(settings, mac=False)
    for step, action, text in steps:
        if step == "add" and refusal(action, key(text)) is None:
            keys.add(action, key(text))
            assert key(text) in keys.keys(action)
        elif step == "remove":
            keys.remove(action, key(text))
            assert key(text) not in keys.keys(action)
        elif step == "reset":
            keys.reset(action)
    assert_nothing_is_taken_twice(keys)
    again = KeyBindings(settings, mac=False)
    assert {action: again.keys(action) for action in TABLE} == {action: keys.keys(action) for action in TABLE}

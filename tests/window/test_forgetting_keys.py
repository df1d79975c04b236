"""A key of a server that is forgotten, or replaced: it is used no more, and nowhere, or is said to be there still."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from afterword import secrets
from afterword.jobs import Jobs
from afterword.settings import Settings, load_settings
from afterword.watch import Watch
from afterword.window.main_window import MainWindow
from tests.fakes.keyring import FakeKeyring

from .serving import KEY, ORIGIN, URL, Probe, button, filled, forgotten, named, refused, said_by, saved, shown, told
from .serving import probe as probe
from .serving import window as window

STILL_THERE = "may still have an older key"


def can_be_forgotten(window: MainWindow) -> bool:
    dialog = filled(window, URL, enabled=False)
    visible = button(dialog, "Forget it").isVisible()
    dialog.reject()
    return visible


def key_at_the_next_start(window: MainWindow, qtbot: QtBot, probe: Probe) -> str:
    """Which one the server that is set is given then."""
    secrets.forget_all()
    dialog = filled(window, URL, enabled=False)
    said_by(qtbot, dialog)
    dialog.reject()
    return probe.asked[-1].key


def test_a_key_that_is_forgotten_before_the_keyring_was_opened_is_not_in_it_afterwards(
    window: MainWindow,
    qtbot: QtBot,
    jobs: Jobs,
    settings: Settings,
    system_keyring: FakeKeyring,
) -> None:
    system_keyring.hangs = True
    saved(window, KEY)
    qtbot.waitUntil(lambda: bool(system_keyring.asked))
    forgotten(window)
    assert settings["server.keyed"] == []
    system_keyring.hangs = False
    qtbot.waitUntil(lambda: not jobs.busy)
    assert system_keyring.keys == {}
    assert (settings["server.keyed"], settings["server.unwanted"]) == ([], [])
    assert not can_be_forgotten(window)


def test_an_older_key_that_could_not_be_replaced_is_used_no_more_and_can_be_forgotten(
    window: MainWindow, qtbot: QtBot, probe: Probe, jobs: Jobs, settings: Settings, system_keyring: FakeKeyring
) -> None:
    system_keyring.keys[ORIGIN], settings["server.keyed"] = "sk-old", [ORIGIN]
    refused(window, qtbot, system_keyring)
    assert STILL_THERE in told(shown(window))
    shown(window).reject()
    assert key_at_the_next_start(window, qtbot, probe) == "", "that it is to be typed again was told"
    system_keyring.reason = ""
    assert STILL_THERE in told(shown(window))
    shown(window).reject()
    forgotten(window)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert system_keyring.keys == {}
    assert not can_be_forgotten(window)


def test_a_key_that_is_forgotten_before_anybody_asked_the_keyring_never_comes_there(
    window: MainWindow, qtbot: QtBot, jobs: Jobs, settings: Settings, system_keyring: FakeKeyring
) -> None:
    may_end = threading.Event()

    def long(*, watch: Watch) -> None:
        while not may_end.wait(0.005):
            watch.check()

    for _ in range(8):
        jobs.start(long)
    saved(window, KEY)
    forgotten(window)
    may_end.set()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert (system_keyring.asked, system_keyring.keys) == ([], {})
    assert not secrets.knows(ORIGIN)
    assert (settings["server.keyed"], settings["server.unwanted"]) == ([], [])


def test_of_two_keys_in_quick_succession_the_second_is_kept(
    window: MainWindow, qtbot: QtBot, jobs: Jobs, system_keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    second_wished, second_came = threading.Event(), threading.Event()
    asked: list[str] = []

    def answer(wish: str, stopped: Callable[[], bool]) -> bytes:
        key = json.loads(wish)["key"]
        asked.append(key)
        if key == "first":
            assert second_wished.wait(60)
            second_came.wait(0.5)  # were it let by
        answered = system_keyring.answer(wish, stopped)
        if key == "second":
            second_came.set()
        return answered

    monkeypatch.setattr(secrets, "_child", answer)
    kept: list[bool] = []
    window.servers.key_kept.connect(lambda: kept.append(True))
    saved(window, "first")
    qtbot.waitUntil(lambda: asked == ["first"])
    saved(window, "second")
    second_wished.set()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert system_keyring.keys == {ORIGIN: "second"}
    assert len(kept) == 1, "of the first nothing is said any more"


@pytest.mark.parametrize("in_time", [True, False])
def test_a_key_that_is_given_as_the_program_ends_is_looked_for_at_the_next_start(
    window: MainWindow, settings: Settings, jobs: Jobs, system_keyring: FakeKeyring, in_time: bool
) -> None:
    system_keyring.hangs = not in_time
    saved(window, KEY)
    window.close()
    jobs.close()
    kept, _ = load_settings(settings._file)
    assert kept["server.keyed"] == [ORIGIN]
    assert (ORIGIN in system_keyring.keys) == in_time


def test_a_key_that_is_forgotten_as_the_program_ends_is_used_no_more_and_can_be_forgotten_at_the_next_start(
    window: MainWindow, settings: Settings, jobs: Jobs, system_keyring: FakeKeyring
) -> None:
    settings["server.keyed"], system_keyring.keys[ORIGIN], system_keyring.hangs = [ORIGIN], KEY, True
    forgotten(window)
    window.close()
    jobs.close()
    assert system_keyring.keys == {ORIGIN: KEY}
    kept, _ = load_settings(settings._file)
    assert (kept["server.keyed"], kept["server.unwanted"]) == ([], [ORIGIN])


def test_a_key_that_the_keyring_does_not_let_go_of_is_used_no_more_and_forgetting_it_can_be_tried_again(
    window: MainWindow, qtbot: QtBot, probe: Probe, jobs: Jobs, settings: Settings, system_keyring: FakeKeyring
) -> None:
    settings["server.url"], settings["server.keyed"] = URL, [ORIGIN]
    system_keyring.keys[ORIGIN], system_keyring.reason = KEY, "the keyring is locked"
    with qtbot.waitSignal(window.key_strip.told):
        forgotten(window)
    assert "not used any more" in window.key_strip.message
    said_by(qtbot, shown(window))
    assert STILL_THERE in told(shown(window))
    assert named(shown(window), "Key").placeholderText() == "none"
    shown(window).reject()
    system_keyring.reason = ""
    assert probe.asked[-1].key == key_at_the_next_start(window, qtbot, probe) == ""
    forgotten(window)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert system_keyring.keys == {}
    assert not window.key_strip.isVisible()
    assert not can_be_forgotten(window)


def test_the_key_is_forgotten_of_the_server_that_was_shown_and_of_no_other(
    window: MainWindow, qtbot: QtBot, jobs: Jobs, settings: Settings, system_keyring: FakeKeyring
) -> None:
    other = "https://other.example"
    settings["server.keyed"] = [other, ORIGIN]
    system_keyring.keys.update({ORIGIN: KEY, other: "sk-other"})
    dialog = filled(window, URL, enabled=False)
    button(dialog, "Forget it").click()
    named(dialog, "Address").setText(other)
    assert named(dialog, "Key").placeholderText() == "one is kept"
    button(dialog, "Save").click()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert system_keyring.keys == {other: "sk-other"}
    assert settings["server.keyed"] == [other]


def test_a_key_that_is_typed_in_place_of_a_forgotten_one_is_kept(
    window: MainWindow, qtbot: QtBot, jobs: Jobs, settings: Settings, system_keyring: FakeKeyring
) -> None:
    settings["server.keyed"], system_keyring.keys[ORIGIN] = [ORIGIN], "sk-old"
    dialog = filled(window, URL, enabled=False)
    button(dialog, "Forget it").click()
    named(dialog, "Key").setText(KEY)
    button(dialog, "Save").click()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert (system_keyring.keys, settings["server.keyed"]) == ({ORIGIN: KEY}, [ORIGIN])


def test_a_key_that_the_keyring_turned_out_not_to_have_is_not_said_to_be_there(
    window: MainWindow, qtbot: QtBot, settings: Settings, system_keyring: FakeKeyring
) -> None:
    settings["server.keyed"] = [ORIGIN]
    assert secrets.read_key(ORIGIN) == ""
    dialog = filled(window, URL)
    assert named(dialog, "Key").placeholderText() == "none"
    assert not can_be_forgotten(window)
    refused(window, qtbot, system_keyring)
    assert STILL_THERE not in told(shown(window))
    assert (settings["server.keyed"], settings["server.unwanted"]) == ([], [])


def test_keys_that_are_given_over_and_over_while_the_keyring_waits_leave_room_for_other_tasks(
    window: MainWindow, qtbot: QtBot, jobs: Jobs, system_keyring: FakeKeyring
) -> None:
    system_keyring.hangs = True
    for number in range(9):
        saved(window, f"key {number}")
    with qtbot.waitSignal(jobs.start(nothing).done):
        pass
    system_keyring.hangs = False
    qtbot.waitUntil(lambda: not jobs.busy)
    assert system_keyring.keys == {ORIGIN: "key 8"}


def nothing(*, watch: Watch) -> None:
    watch.check()

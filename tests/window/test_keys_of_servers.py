"""The key of a server: where it is, and what is said of that."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from afterword import secrets
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.window.main_window import MainWindow
from tests.fakes.keyring import FakeKeyring

from .conftest import type_keys
from .serving import KEY, ORIGIN, URL, Probe, button, filled, named, refused, said_by, saved, shown, told
from .serving import probe as probe
from .serving import window as window


def test_a_key_is_never_shown_again_and_can_be_forgotten(
    window: MainWindow, qtbot: QtBot, settings: Settings, jobs: Jobs, system_keyring: FakeKeyring
) -> None:
    button(filled(window, URL, KEY, enabled=False), "Save").click()
    qtbot.waitUntil(lambda: not jobs.busy)
    dialog = shown(window)
    assert (named(dialog, "Key").text(), named(dialog, "Key").placeholderText()) == ("", "one is kept")
    button(dialog, "Save").click()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert system_keyring.keys == {ORIGIN: KEY}, "what is not touched stays"
    dialog = shown(window)
    button(dialog, "Forget it").click()
    assert named(dialog, "Key").placeholderText() == "none"
    button(dialog, "Save").click()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert (system_keyring.keys, settings["server.keyed"], settings["server.unwanted"]) == ({}, [], [])


def test_where_the_system_has_no_keyring_that_is_told_and_all_works_on(
    window: MainWindow, qtbot: QtBot, probe: Probe, system_keyring: FakeKeyring
) -> None:
    refused(window, qtbot, system_keyring)
    strip = window.key_strip
    assert strip.isVisible(), "it stays until it was read"
    assert "only kept until Afterword ends" in strip.message
    said_by(qtbot, shown(window))
    assert probe.asked[0].key == KEY
    button(strip, "Dismiss").click()
    assert not strip.isVisible()


def test_a_key_that_no_keyring_took_is_not_said_to_be_kept_nor_looked_for_there_again(
    window: MainWindow, qtbot: QtBot, settings: Settings, system_keyring: FakeKeyring
) -> None:
    settings["server.keyed"] = [ORIGIN]
    refused(window, qtbot, system_keyring)
    assert settings["server.keyed"] == []
    dialog = shown(window)
    assert named(dialog, "Key").placeholderText() == "known until Afterword ends"
    assert "in no keyring" in told(dialog)
    assert "kept in the system's keyring" not in told(dialog)
    named(dialog, "Address").setText("https://other.example")
    assert named(dialog, "Key").placeholderText() == "none"
    assert "A key goes into the system's keyring" in told(dialog)


def test_a_key_that_is_only_known_can_be_forgotten_without_a_word_of_a_keyring(
    window: MainWindow, qtbot: QtBot, jobs: Jobs, system_keyring: FakeKeyring
) -> None:
    refused(window, qtbot, system_keyring)
    window.key_strip.dismiss()
    dialog = shown(window)
    button(dialog, "Forget it").click()
    button(dialog, "Save").click()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert not window.key_strip.isVisible()
    assert secrets.key_of(ORIGIN) == ""


def test_a_keyring_that_waits_for_somebody_stops_nothing(
    window: MainWindow, qtbot: QtBot, jobs: Jobs, system_keyring: FakeKeyring
) -> None:
    system_keyring.hangs = True
    button(filled(window, URL, KEY, enabled=False), "Save").click()
    qtbot.waitUntil(lambda: bool(system_keyring.asked))
    type_keys(window.page, "Once")
    assert window.page.text() == "Once"
    assert jobs.close()


def test_while_the_keyring_is_asked_nothing_is_said_to_be_kept_or_lost_and_then_what_is_true(
    window: MainWindow, qtbot: QtBot, system_keyring: FakeKeyring
) -> None:
    system_keyring.hangs = True
    saved(window, KEY)
    qtbot.waitUntil(lambda: bool(system_keyring.asked))
    dialog = shown(window)
    assert "has not answered yet" in told(dialog)
    assert "typed again" not in told(dialog)
    assert "is kept" not in told(dialog)
    assert named(dialog, "Key").placeholderText() == "known until Afterword ends"
    system_keyring.hangs = False
    qtbot.waitUntil(lambda: named(dialog, "Key").placeholderText() == "one is kept")
    assert "The key is kept in the system's keyring" in told(dialog)
    assert "has not answered" not in told(dialog)


def test_a_keyring_that_refuses_is_told_of_in_the_dialog_that_is_open_too(
    window: MainWindow, qtbot: QtBot, system_keyring: FakeKeyring
) -> None:
    system_keyring.hangs, system_keyring.reason = True, "the keyring is locked"
    saved(window, KEY)
    dialog = shown(window)
    system_keyring.hangs = False
    qtbot.waitUntil(lambda: "typed again after the next start" in told(dialog))


def test_what_is_said_of_a_key_goes_once_it_is_kept(window: MainWindow, qtbot: QtBot) -> None:
    window.key_strip.tell(ORIGIN, "not kept")
    saved(window, KEY)
    qtbot.waitUntil(lambda: not window.key_strip.isVisible())


def test_what_is_said_of_the_key_of_another_server_stays(
    window: MainWindow, qtbot: QtBot, jobs: Jobs, system_keyring: FakeKeyring
) -> None:
    window.key_strip.tell("https://other.example", "not kept")
    saved(window, KEY)
    qtbot.waitUntil(lambda: system_keyring.keys == {ORIGIN: KEY} and not jobs.busy)
    assert window.key_strip.isVisible()
    assert window.key_strip.message == "not kept"


def test_what_is_said_of_two_keys_goes_for_each(window: MainWindow) -> None:
    strip = window.key_strip
    strip.tell("https://one.example", "One.")
    strip.tell("https://two.example", "Two.")
    assert strip.message == "One. Two."
    strip.untell("https://one.example")
    assert (strip.message, strip.isVisible()) == ("Two.", True)
    strip.untell("https://two.example")
    assert not strip.isVisible()
    strip.tell("https://one.example", "One.")
    assert strip.message == "One."
    strip.dismiss()
    strip.tell("https://two.example", "Two.")
    assert strip.message == "Two.", "the other was read"


def test_a_test_without_the_key_says_nothing_of_the_server_as_it_is_set(
    window: MainWindow, qtbot: QtBot, probe: Probe, settings: Settings, system_keyring: FakeKeyring
) -> None:
    system_keyring.keys[ORIGIN] = KEY
    settings["server.url"], settings["server.keyed"] = URL, [ORIGIN]
    worked: list[bool] = []
    window.servers.works.connect(lambda: worked.append(True))
    dialog = shown(window)
    said_by(qtbot, dialog)
    assert len(worked) == 1
    button(dialog, "Forget it").click()
    said_by(qtbot, dialog)
    assert [server.key for server in probe.asked] == [KEY, ""]
    assert len(worked) == 1

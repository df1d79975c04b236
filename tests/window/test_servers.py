"""Choosing a server: what is tested, and what is kept."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot

from afterword.engine.server.types import Abilities
from afterword.errors import ServerNoModels, ServerUnreachable
from afterword.jobs import Jobs
from afterword.sentences import sentence
from afterword.settings import Settings
from afterword.window.main_window import MainWindow
from afterword.window.shown_text import ShownText
from tests.fakes.keyring import FakeKeyring

from .conftest import focused, part, type_keys
from .serving import ABLE, KEY, ORIGIN, URL, Probe, box, button, consent, filled, named, said_by, shown
from .serving import by_hand as by_hand
from .serving import probe as probe
from .serving import window as window

# --- the test of a connection ---------------------------------------------------------------------------------------


def test_nothing_is_asked_before_the_button_is_pressed(window: MainWindow, probe: Probe) -> None:
    filled(window)
    assert probe.asked == []


def test_the_test_says_in_plain_words_what_the_server_can_do(window: MainWindow, qtbot: QtBot) -> None:
    dialog = filled(window)
    said = said_by(qtbot, dialog)
    for words in (
        "vLLM 0.12",
        "big, small",
        "Suggestions while you write: yes",
        "Questions about the draft: yes",
        "how sure it is of each word",
        "Without effect there: DRY multiplier, No-repeat n-gram",
        "8192 tokens",
        "0.25 s",
    ):
        assert words in said, words
    models = part(dialog, QComboBox)
    assert [models.itemText(row) for row in range(models.count())] == ["big", "small"]
    assert models.currentText() == "", "the writer chooses"


def test_it_says_what_a_server_cannot_do(window: MainWindow, qtbot: QtBot, probe: Probe) -> None:
    probe.answer = Abilities("", "", (), "", False, True, 0, frozenset())
    said = said_by(qtbot, filled(window))
    assert "does not say what it is" in said
    assert "Suggestions while you write: no" in said
    assert "does not say how sure" in said
    assert "tokens" not in said


def test_numbers_and_names_that_nobody_means_end_the_test_like_any_other(window: MainWindow, qtbot: QtBot, probe: Probe) -> None:
    names = ("x" * 200_000, "a\nIt is vLLM. \u202e", *(f"model{number}" for number in range(300_000)))
    probe.answer = Abilities("vllm", "9" * 5000, names, "big", True, True, 5, frozenset(), 0.25, 10**30)
    dialog = filled(window)
    said = said_by(qtbot, dialog)
    assert button(dialog, "Test connection").isEnabled()
    assert len(said) < 1500
    assert "\u202e" not in said
    assert "a It is vLLM." in said, "a name is one line of them"
    assert part(dialog, QComboBox).count() <= 500
    assert "model7" in [part(dialog, QComboBox).itemText(row) for row in range(20)]


def test_what_cannot_be_told_leaves_no_test_that_never_ends(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise OverflowError

    monkeypatch.setattr("afterword.window.abilities.told", fail)
    dialog = filled(window)
    with qtbot.captureExceptions() as raised:
        button(dialog, "Test connection").click()
        qtbot.waitUntil(lambda: bool(raised))
    assert button(dialog, "Test connection").isEnabled()


def test_it_says_the_one_sentence_of_what_went_wrong(window: MainWindow, qtbot: QtBot, probe: Probe) -> None:
    probe.answer = ServerUnreachable(ORIGIN, "connection refused")
    dialog = filled(window)
    assert said_by(qtbot, dialog) == sentence(probe.answer)
    probe.answer = ABLE
    assert "vLLM" in said_by(qtbot, dialog), "it can be tried again"


def test_a_server_that_is_no_server_of_models_is_told_in_one_sentence_with_no_word_of_protocols(
    window: MainWindow, qtbot: QtBot, probe: Probe
) -> None:
    probe.answer = ServerNoModels(ORIGIN)
    said = said_by(qtbot, filled(window))
    assert said == sentence(probe.answer)
    assert "/v1/" not in said


def test_a_server_that_is_known_to_work_as_it_is_set_is_told_of(
    by_hand: Settings, window: MainWindow, qtbot: QtBot, probe: Probe
) -> None:
    worked: list[bool] = []
    window.servers.works.connect(lambda: worked.append(True))
    dialog = shown(window)
    said_by(qtbot, dialog)
    assert len(worked) == 1
    probe.answer = Abilities("", "", (), "", False, True, 0, frozenset())
    said_by(qtbot, dialog)
    probe.answer = ServerUnreachable(ORIGIN, "connection refused")
    said_by(qtbot, dialog)
    probe.answer = ABLE
    named(dialog, "Key").setText(KEY)
    said_by(qtbot, dialog)
    named(dialog, "Key").setText("")
    named(dialog, "Address").setText("https://other.example")
    said_by(qtbot, dialog)
    assert len(worked) == 1, "of another server, or with another key, it says nothing"


def test_what_the_test_says_is_passed_by_while_it_is_empty_and_shows_that_it_has_the_focus(
    window: MainWindow, qtbot: QtBot
) -> None:
    dialog = filled(window)
    result = part(dialog, ShownText)
    test = button(dialog, "Test connection")

    def tabbed() -> QWidget:
        test.setFocus()
        QTest.keyClick(test, Qt.Key.Key_Tab)
        return focused()

    qtbot.waitUntil(dialog.isActiveWindow)
    assert tabbed() is box(dialog, "Use this server")
    said_by(qtbot, dialog)
    before = result.grab().toImage()
    assert tabbed() is result
    assert result.grab().toImage() != before
    corner = result.viewport().mapTo(result, QPoint(0, result.viewport().height() // 2))
    assert result.grab().toImage().pixelColor(corner) == dialog.palette().highlight().color()
    QTest.keyClick(result, Qt.Key.Key_Tab)
    assert focused() is box(dialog, "Use this server")
    assert result.grab().toImage() == before


def test_what_was_typed_is_tested_and_nothing_is_kept_of_it(
    window: MainWindow, qtbot: QtBot, probe: Probe, settings: Settings, system_keyring: FakeKeyring
) -> None:
    dialog = filled(window, "http://server.example", f" {KEY} ")
    part(dialog, QComboBox).setEditText("big")
    box(dialog, "Also without encryption").setChecked(True)
    said_by(qtbot, dialog)
    [server] = probe.asked
    assert (server.url, server.model, server.key, server.unencrypted) == ("http://server.example", "big", KEY, True)
    dialog.reject()
    assert (settings["server.url"], settings["server.enabled"], system_keyring.keys) == ("", False, {})


def test_a_test_can_be_stopped(window: MainWindow, qtbot: QtBot, probe: Probe) -> None:
    probe.may_end.clear()
    dialog = filled(window)
    button(dialog, "Test connection").click()
    qtbot.waitUntil(lambda: bool(probe.asked))
    with qtbot.waitSignal(dialog.told):
        button(dialog, "Stop").click()
    assert dialog.found == "Stopped."
    assert button(dialog, "Test connection").isEnabled()


def test_closing_the_dialog_ends_a_running_test(window: MainWindow, qtbot: QtBot, probe: Probe, jobs: Jobs) -> None:
    probe.may_end.clear()
    dialog = filled(window)
    button(dialog, "Test connection").click()
    qtbot.waitUntil(lambda: bool(probe.asked))
    dialog.reject()
    qtbot.waitUntil(lambda: not jobs.busy)


def test_a_kept_key_is_tested_where_none_is_typed(
    window: MainWindow, qtbot: QtBot, probe: Probe, settings: Settings, system_keyring: FakeKeyring
) -> None:
    system_keyring.keys[ORIGIN] = KEY
    settings["server.url"], settings["server.keyed"] = URL, [ORIGIN]
    said_by(qtbot, filled(window))
    said_by(qtbot, filled(window, "https://other.example"))
    assert [server.key for server in probe.asked] == [KEY, ""]
    assert system_keyring.asked == [ORIGIN], "where no key is kept the keyring is not opened"


@pytest.mark.parametrize("does", ["Test connection", "Save"])
def test_what_is_no_address_is_said_where_it_can_be_mended_and_for_as_long(
    window: MainWindow, qtbot: QtBot, probe: Probe, does: str
) -> None:
    dialog = filled(window, "https://server.example/v1?key=secret")
    qtbot.waitUntil(dialog.isActiveWindow)
    named(dialog, "Key").setFocus()
    with qtbot.waitSignal(dialog.told):
        button(dialog, does).click()
    assert dialog.found == (
        "“https://server.example/v1?…” has more in it than where the server is: a key is not part of its address."
    )
    assert focused() is named(dialog, "Address")
    assert probe.asked == []
    type_keys(focused(), "x")
    assert dialog.found == ""
    named(dialog, "Address").setText("http://server.example")
    button(dialog, does).click()
    assert "would not be encrypted" in dialog.found
    assert focused() is box(dialog, "Also without encryption")
    box(dialog, "Also without encryption").setChecked(True)
    assert dialog.found == ""
    assert dialog.isVisible()


def test_without_an_address_there_is_nothing_to_test(window: MainWindow) -> None:
    dialog = shown(window)
    assert not button(dialog, "Test connection").isEnabled()
    named(dialog, "Address").setText("htp:/")
    assert button(dialog, "Test connection").isEnabled()


def test_no_encryption_can_only_be_chosen_where_it_matters(window: MainWindow) -> None:
    dialog = filled(window)
    for url, matters in (
        ("http://server.example", True),
        ("https://server.example", False),
        ("server.example", False),
        ("http://localhost:8000", False),
        ("nonsense://", False),
        ("", False),
    ):
        named(dialog, "Address").setText(url)
        assert box(dialog, "Also without encryption").isEnabled() == matters, url


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_the_choice_is_kept_and_the_key_in_the_keyring_alone(
    window: MainWindow, qtbot: QtBot, settings: Settings, jobs: Jobs, system_keyring: FakeKeyring
) -> None:
    dialog = filled(window, URL, KEY, enabled=False)
    part(dialog, QComboBox).setEditText("big")
    button(dialog, "Save").click()
    qtbot.waitUntil(lambda: not jobs.busy)
    window.keeper.save_now()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert system_keyring.keys == {ORIGIN: KEY}
    text = settings._file.read_text("utf-8")
    assert URL in text
    assert "big" in text
    assert KEY not in text
    assert consent(window) is None, "a server that is not asked is nothing to agree to"


@pytest.mark.parametrize("url", ["", "nonsense://x", "http://server.example", "https://me:secret@server.example"])
def test_what_nothing_can_be_sent_to_is_not_kept(window: MainWindow, settings: Settings, url: str) -> None:
    dialog = filled(window, url)
    button(dialog, "Save").click()
    assert dialog.isVisible()
    assert dialog.found.endswith(".")
    assert "secret" not in dialog.found
    assert settings["server.url"] == ""


def test_without_an_address_a_key_is_of_no_server(
    window: MainWindow, settings: Settings, jobs: Jobs, system_keyring: FakeKeyring
) -> None:
    dialog = filled(window, "", KEY, enabled=False)
    button(dialog, "Save").click()
    assert not dialog.isVisible()
    assert not jobs.busy
    assert (settings["server.keyed"], system_keyring.asked) == ([], [])


def test_all_of_a_choice_is_in_force_before_anybody_is_told_of_one_part(window: MainWindow, settings: Settings) -> None:
    seen: list[tuple[object, ...]] = []
    window.keeper.changed.connect(lambda _: seen.append((settings["server.url"], settings["server.alone"])))
    dialog = filled(window)
    box(dialog, "Without a model on this machine").setChecked(True)
    button(dialog, "Save").click()
    assert set(seen) == {(URL, True)}

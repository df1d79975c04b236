"""Choosing a server: what is tested, what is kept, and that nothing leaves before the writer has seen what would."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from afterword.drafts.beside import beside_path
from afterword.editor.page import Page
from afterword.engine.server.given import given
from afterword.engine.server.types import Abilities, Server
from afterword.errors import ServerUnreachable
from afterword.jobs import Jobs
from afterword.sentences import sentence
from afterword.settings import Settings
from afterword.watch import Watch
from afterword.window.actions import Action
from afterword.window.consent_dialog import ConsentDialog, Part
from afterword.window.main_window import MainWindow
from afterword.window.server_dialog import ServerDialog
from afterword.window.sharing import Leaving
from tests.fakes.keyring import FakeKeyring

from .conftest import ScriptedDialogs, part, type_keys

URL, ORIGIN, KEY = "https://server.example/v1", "https://server.example", "sk-very-secret-0815"
ABLE = Abilities(
    "vllm", "0.12", ("big", "small"), "big", True, True, 5, frozenset({"no_repeat_ngram", "dry_multiplier"}), 0.25, 8192
)


class Probe:
    """Asks no server: answers as the test says, and remembers what it was to ask."""

    def __init__(self) -> None:
        self.asked: list[Server] = []
        self.answer: Abilities | Exception = ABLE
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self, server: Server, watch: Watch) -> Abilities:
        self.asked.append(server)
        while not self.may_end.wait(0.005):
            watch.check()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def probe() -> Iterator[Probe]:
    probe = Probe()
    yield probe
    probe.may_end.set()


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, jobs: Jobs, dialogs: ScriptedDialogs, probe: Probe) -> MainWindow:
    window = MainWindow(Page(), settings, jobs, dialogs, probe=probe)
    qtbot.addWidget(window, before_close_func=lambda window: window.page.document().setModified(False))
    window.show()
    qtbot.waitExposed(window)
    return window


def named(dialog: QWidget, name: str) -> QLineEdit:
    [field] = [field for field in dialog.findChildren(QLineEdit) if field.accessibleName() == name]
    return field


def box(dialog: QWidget, text: str) -> QCheckBox:
    [found] = [found for found in dialog.findChildren(QCheckBox) if found.text() == text]
    return found


def button(dialog: QWidget, text: str) -> QPushButton:
    [found] = [found for found in dialog.findChildren(QPushButton) if found.text() == text]
    return found


def shown(window: MainWindow) -> ServerDialog:
    window.menus.actions[Action.SERVER].trigger()
    return part(window, ServerDialog)


def filled(window: MainWindow, url: str = URL, key: str = "", *, enabled: bool = True) -> ServerDialog:
    dialog = shown(window)
    named(dialog, "Address").setText(url)
    named(dialog, "Key").setText(key)
    box(dialog, "Ask this server too").setChecked(enabled)
    return dialog


def shares(window: MainWindow) -> bool:
    return window.sharing.shared


def consent(window: MainWindow) -> ConsentDialog | None:
    return next((dialog for dialog in window.findChildren(ConsentDialog) if dialog.isVisible()), None)


def asked(window: MainWindow) -> ConsentDialog:
    dialog = consent(window)
    assert dialog is not None
    return dialog


def said_by(qtbot: QtBot, dialog: ServerDialog) -> str:
    with qtbot.waitSignal(dialog.told):
        button(dialog, "Test connection").click()
    return dialog.found


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
    assert (system_keyring.keys, settings["server.keyed"]) == ({}, [])


def test_where_the_system_has_no_keyring_that_is_told_and_all_works_on(
    window: MainWindow, qtbot: QtBot, probe: Probe, system_keyring: FakeKeyring
) -> None:
    system_keyring.reason = "there is no keyring"
    with qtbot.waitSignal(window.servers.noticed) as notice:
        button(filled(window, URL, KEY, enabled=False), "Save").click()
    assert "until Afterword ends" in notice.args[0]
    said_by(qtbot, shown(window))
    assert probe.asked[0].key == KEY


def test_a_keyring_that_waits_for_somebody_stops_nothing(
    window: MainWindow, qtbot: QtBot, jobs: Jobs, system_keyring: FakeKeyring
) -> None:
    system_keyring.hangs = True
    button(filled(window, URL, KEY, enabled=False), "Save").click()
    qtbot.waitUntil(lambda: bool(system_keyring.asked))
    type_keys(window.page, "Once")
    assert window.page.text() == "Once"
    assert jobs.close()


@pytest.mark.parametrize("url", ["", "nonsense://x", "http://server.example", "https://me:secret@server.example"])
def test_what_nothing_can_be_sent_to_is_not_kept(window: MainWindow, settings: Settings, url: str) -> None:
    dialog = filled(window, url)
    button(dialog, "Save").click()
    assert dialog.isVisible()
    assert dialog.found.endswith(".")
    assert "secret" not in dialog.found
    assert settings["server.url"] == ""


def test_all_of_a_choice_is_in_force_before_anybody_is_told_of_one_part(window: MainWindow, settings: Settings) -> None:
    seen: list[tuple[object, ...]] = []
    window.keeper.changed.connect(lambda _: seen.append((settings["server.url"], settings["server.alone"])))
    dialog = filled(window)
    box(dialog, "Without a model on this machine").setChecked(True)
    button(dialog, "Save").click()
    assert set(seen) == {(URL, True)}


# --- consent --------------------------------------------------------------------------------------------------------


@pytest.fixture
def wanted(window: MainWindow) -> MainWindow:
    """A window in which a server was just chosen."""
    window.page.set_text("The boat left. It rai")
    window.page.notes = "Told by Ann."
    window.page.moveCursor(window.page.textCursor().MoveOperation.End)
    button(filled(window), "Save").click()
    return window


def test_before_the_first_use_the_very_characters_are_shown(wanted: MainWindow) -> None:
    dialog = asked(wanted)
    fields = dialog.findChildren(QPlainTextEdit)
    assert [field.toPlainText() for field in fields] == ["Told by Ann.\n\n", "The boat left. It"]
    assert [field.accessibleName() for field in fields] == [
        "Your notes for the model, 14 characters",
        "The draft before the cursor, 17 characters",
    ]
    assert "".join(field.toPlainText() for field in fields) == given(wanted.page.context())
    assert all(field.isReadOnly() for field in fields)


def told(dialog: QWidget) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_it_says_where_to_how_and_that_it_goes_on(wanted: MainWindow) -> None:
    said = told(asked(wanted))
    for words in (URL, "encrypted", "31 characters in all", "From then on", "Never sent", "asked again"):
        assert words in said, words
    assert "Not sent while you write: what stands behind the cursor." in said


@pytest.mark.parametrize(
    ("url", "words"),
    [("http://server.example", "not encrypted: whoever"), ("http://127.0.0.1:8000", "on this machine")],
)
def test_it_says_how_safe_the_way_is(window: MainWindow, url: str, words: str) -> None:
    dialog = filled(window, url)
    box(dialog, "Also without encryption").setChecked(True)
    button(dialog, "Save").click()
    assert words in told(asked(window))


def test_nothing_is_shared_before_it_is_agreed_to(wanted: MainWindow, settings: Settings) -> None:
    assert not shares(wanted)
    with_signal: list[bool] = []
    wanted.sharing_changed.connect(with_signal.append)
    button(asked(wanted), "Send to this server").click()
    assert shares(wanted)
    assert with_signal == [True]
    assert settings["server.agreed"] == ORIGIN


@pytest.mark.parametrize("how", [lambda dialog: button(dialog, "Not to a server").click(), QDialog.reject, QDialog.close])
def test_who_does_not_agree_has_the_server_switched_off(
    wanted: MainWindow, settings: Settings, how: Callable[[QDialog], object]
) -> None:
    how(asked(wanted))
    assert not shares(wanted)
    assert (settings["server.enabled"], settings["server.agreed"], settings["server.url"]) == (False, "", URL)
    assert not wanted.sharing_strip.isVisible()


def test_return_does_not_agree(wanted: MainWindow) -> None:
    assert button(asked(wanted), "Not to a server").isDefault()
    assert not button(asked(wanted), "Send to this server").isDefault()


def test_it_is_asked_once_for_a_server_and_again_for_another(wanted: MainWindow) -> None:
    button(asked(wanted), "Send to this server").click()
    button(filled(wanted, enabled=False), "Save").click()
    assert not shares(wanted)
    button(filled(wanted, f"{ORIGIN}/v1/"), "Save").click()
    assert shares(wanted)
    assert consent(wanted) is None
    for other in ("https://other.example", "https://server.example:8443"):
        button(filled(wanted, other), "Save").click()
        assert not shares(wanted)
        button(asked(wanted), "Not to a server").click()


def test_without_a_word_before_the_cursor_it_says_that_this_is_nothing(window: MainWindow) -> None:
    button(filled(window), "Save").click()
    assert "no whole word" in told(asked(window))
    assert asked(window).findChildren(QPlainTextEdit) == []


def test_of_a_private_draft_nothing_is_shown_to_be_sent(window: MainWindow) -> None:
    window.page.set_text("Secret words stand here. ")
    window.documents.set_private(True)
    button(filled(window), "Save").click()
    assert asked(window).findChildren(QPlainTextEdit) == []
    assert "Of this draft nothing is sent" in told(asked(window))
    button(asked(window), "Send to this server").click()
    assert not shares(window)
    assert window.sharing.leaving is Leaving.PRIVATE


# --- settings that were written by hand -----------------------------------------------------------------------------


@pytest.fixture
def by_hand(settings: Settings) -> Settings:
    settings["server.enabled"], settings["server.url"] = True, URL
    return settings


def test_a_server_that_was_not_agreed_to_is_not_used_and_the_window_says_so(
    by_hand: Settings, window: MainWindow, probe: Probe
) -> None:
    assert window.sharing_strip.isVisible()
    assert ORIGIN in window.sharing_strip.message
    assert not shares(window)
    assert probe.asked == []
    window.page.setFocus()
    type_keys(window.page, "Once")
    assert window.page.text() == "Once", "the strip takes no key"
    button(window.sharing_strip, "See what would be sent…").click()
    button(asked(window), "Send to this server").click()
    assert shares(window)
    assert not window.sharing_strip.isVisible()


def test_not_now_hides_it_and_shares_nothing(by_hand: Settings, window: MainWindow) -> None:
    button(window.sharing_strip, "Not now").click()
    assert not window.sharing_strip.isVisible()
    assert not shares(window)


@pytest.mark.parametrize("url", ["nonsense://", "http://server.example"])
def test_an_address_where_nothing_can_be_sent_is_told_with_a_way_to_mend_it(
    by_hand: Settings, url: str, request: pytest.FixtureRequest
) -> None:
    by_hand["server.url"] = url
    window: MainWindow = request.getfixturevalue("window")
    assert url in window.sharing_strip.message
    button(window.sharing_strip, "Server…").click()
    assert part(window, ServerDialog).isVisible()


def test_a_server_that_was_agreed_to_is_used_without_a_question(by_hand: Settings, request: pytest.FixtureRequest) -> None:
    by_hand["server.agreed"] = ORIGIN
    window: MainWindow = request.getfixturevalue("window")
    assert shares(window)
    assert not window.sharing_strip.isVisible()


# --- the draft ------------------------------------------------------------------------------------------------------


@pytest.fixture
def agreed(by_hand: Settings, request: pytest.FixtureRequest) -> MainWindow:
    by_hand["server.agreed"] = ORIGIN
    window: MainWindow = request.getfixturevalue("window")
    return window


def test_a_draft_can_be_kept_here_with_a_mark_in_the_menu(agreed: MainWindow) -> None:
    heard: list[bool] = []
    agreed.sharing_changed.connect(heard.append)
    action = agreed.menus.actions[Action.PRIVATE]
    assert not action.isChecked()
    action.trigger()
    assert (agreed.documents.private, shares(agreed), action.isChecked()) == (True, False, True)
    action.trigger()
    assert (agreed.documents.private, shares(agreed), action.isChecked()) == (False, True, False)
    assert heard == [False, True]


def test_a_new_draft_is_shared_again(agreed: MainWindow, qtbot: QtBot) -> None:
    agreed.documents.set_private(True)
    agreed.documents.new()
    assert shares(agreed)
    assert not agreed.menus.actions[Action.PRIVATE].isChecked()


@pytest.mark.parametrize(("answer", "private"), [("It may be sent", False), ("Keep it here", True)])
def test_in_doubt_the_window_says_why_nothing_is_sent_and_the_writer_decides(
    agreed: MainWindow, qtbot: QtBot, jobs: Jobs, answer: str, private: bool, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text("Old.\n", "utf-8")
    beside_path(tmp_path / "a.md").write_text("{", "utf-8")
    agreed.open_draft(tmp_path / "a.md")
    qtbot.waitUntil(agreed.sharing_strip.isVisible)
    assert "a.md" in agreed.sharing_strip.message
    assert not shares(agreed)
    button(agreed.sharing_strip, answer).click()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert not agreed.sharing_strip.isVisible()
    assert (agreed.documents.private, shares(agreed)) == (private, not private)


def test_without_a_server_a_doubt_is_nobodys_business(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Old.\n", "utf-8")
    beside_path(tmp_path / "a.md").write_text("{", "utf-8")
    window.open_draft(tmp_path / "a.md")
    qtbot.waitUntil(lambda: window.documents.path is not None)
    assert not window.sharing_strip.isVisible()


def test_the_doubt_that_is_told_is_about_the_draft_that_is_here(
    agreed: MainWindow, qtbot: QtBot, jobs: Jobs, tmp_path: Path
) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("Old.\n", "utf-8")
        beside_path(tmp_path / name).write_text("{", "utf-8")
        agreed.open_draft(tmp_path / name)
        qtbot.waitUntil(lambda name=name: agreed.documents.path == tmp_path / name)  # type: ignore[misc]
        assert name in agreed.sharing_strip.message


# --- for whoever else wants to send something -----------------------------------------------------------------------


def answered(window: MainWindow, *leaves: Part) -> list[bool]:
    answers: list[bool] = []
    window.servers.ask(leaves or None, answers.append)
    return answers


def test_who_wants_to_send_something_else_has_that_shown(by_hand: Settings, window: MainWindow) -> None:
    answers = answered(window, Part("Your question", "Shorter?"), Part("The selection", "It rained."))
    assert answers == []
    assert [field.toPlainText() for field in asked(window).findChildren(QPlainTextEdit)] == ["Shorter?", "It rained."]
    assert "Not sent while you write" not in told(asked(window)), "what is behind the cursor is sent when one asks"
    button(asked(window), "Send to this server").click()
    assert answers == [True]
    assert answered(window) == answered(window, Part("Your question", "Clearer?")) == [True], "it is asked once"


def test_who_has_agreed_to_neither_sees_what_both_send(by_hand: Settings, window: MainWindow) -> None:
    window.page.set_text("The boat left. It rai")
    window.page.moveCursor(window.page.textCursor().MoveOperation.End)
    answered(window, Part("Your question", "Shorter?"))
    assert [field.toPlainText() for field in asked(window).findChildren(QPlainTextEdit)] == ["Shorter?", "The boat left. It"]
    for words in (
        "8 characters in all",
        "17 characters in all",
        "while you write",
        "each time that you ask",
        "Never sent: other",
    ):
        assert words in told(asked(window)), words


def test_to_be_asked_is_not_covered_by_what_is_sent_while_one_writes(by_hand: Settings, window: MainWindow) -> None:
    window.servers.look()
    button(asked(window), "Send to this server").click()
    assert shares(window)
    answers = answered(window, Part("Your question", "Shorter?"))
    assert answers == []
    assert [field.toPlainText() for field in asked(window).findChildren(QPlainTextEdit)] == ["Shorter?"]
    assert "While you write" not in told(asked(window))
    button(asked(window), "Not to a server").click()
    assert answers == [False]
    assert shares(window), "that was agreed to"


def test_who_does_not_agree_to_that_has_it_not_sent(by_hand: Settings, window: MainWindow) -> None:
    answers = answered(window, Part("Your question", "Shorter?"))
    button(asked(window), "Not to a server").click()
    assert answers == [False]
    assert not shares(window)


def test_nothing_of_a_private_draft_is_shown_as_if_it_could_be_sent(by_hand: Settings, window: MainWindow) -> None:
    window.documents.set_private(True)
    answered(window, Part("The selection", "Secret."))
    assert asked(window).findChildren(QPlainTextEdit) == []


def test_without_a_server_nothing_can_be_sent(window: MainWindow) -> None:
    assert answered(window) == [False]
    assert consent(window) is None

"""Nothing leaves before the writer has seen what would, nor of a draft that stays here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QPlainTextEdit
from pytestqt.qtbot import QtBot

from afterword.drafts.beside import beside_path
from afterword.engine.server.given import given
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.window.actions import Action
from afterword.window.consent_dialog import Part
from afterword.window.main_window import MainWindow
from afterword.window.server_dialog import ServerDialog
from afterword.window.sharing import Leaving

from .conftest import part, type_keys
from .serving import ORIGIN, URL, Probe, asked, box, button, consent, filled, shares, told
from .serving import by_hand as by_hand
from .serving import probe as probe
from .serving import window as window

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
    assert [field.toPlainText() for field in fields] == ["Told by Ann.\n\n", "The boat left. It rai"]
    assert [field.accessibleName() for field in fields] == [
        "Your notes for the model, 14 characters",
        "The draft before the cursor, 21 characters",
    ]
    assert "".join(field.toPlainText() for field in fields) == given(wanted.page.context())
    assert all(field.isReadOnly() for field in fields)


def test_it_says_where_to_how_and_that_it_goes_on(wanted: MainWindow) -> None:
    said = told(asked(wanted))
    for words in (URL, "encrypted", "35 characters in all", "From then on", "Never sent", "asked again"):
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
    assert "no word before" in told(asked(window))
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
    assert [field.toPlainText() for field in asked(window).findChildren(QPlainTextEdit)] == ["Shorter?", "The boat left. It rai"]
    for words in (
        "8 characters in all",
        "21 characters in all",
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


@pytest.mark.parametrize("answer", ["Send to this server", "Not to a server"])
def test_what_is_answered_of_one_server_switches_off_no_other_that_is_set_meanwhile(
    by_hand: Settings, window: MainWindow, answer: str
) -> None:
    window.servers.look()
    other = "https://other.example"
    window.keeper.choose_all({"server.url": other, "server.agreed": other})
    assert shares(window)
    button(asked(window), answer).click()
    assert shares(window)
    assert (by_hand["server.enabled"], by_hand["server.agreed"]) == (True, other)

"""The status bar says what is, and nothing in it jumps."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QAbstractButton, QLabel, QProgressBar, QToolButton
from pytestqt.qtbot import QtBot

from afterword.assist.types import ModelState, Phase
from afterword.drafts.ledger import Tally
from afterword.errors import ModelTooLarge
from afterword.window import status_bar
from afterword.window.elided_label import ElidedLabel
from afterword.window.glyphs import GlyphButton
from afterword.window.saving import SaveState
from afterword.window.status_bar import StatusBar
from afterword.window.switch import Switch

from .conftest import part

LOADING = ModelState(Phase.LOADING, "starter", 0.43, "converting")


@pytest.fixture
def status(qtbot: QtBot) -> StatusBar:
    return shown(qtbot, 1000)


def shown(qtbot: QtBot, width: int) -> StatusBar:
    status = StatusBar()
    qtbot.addWidget(status)
    status.resize(width, 30)
    status.show()
    qtbot.waitExposed(status)
    return status


def texts(status: StatusBar) -> list[str]:
    return [label.text() for label in status.findChildren(QLabel) if label.isVisible()]


def button(status: StatusBar) -> QAbstractButton:
    return part(status, GlyphButton)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (ModelState(Phase.NONE), "No model"),
        (LOADING, "Starter model · converting 43 %"),
        (ModelState(Phase.LOADING, "starter"), "Starter model · loading"),
        (ModelState(Phase.LOADING, "gpt2", -1.0, "a stage of the future"), "gpt2 · loading"),
        (ModelState(Phase.READY, "owner/model"), "owner/model · ready"),
        (ModelState(Phase.WRITING, "/home/me/models/mine"), "mine · writing"),
        (ModelState(Phase.FAILED, "/home/me/big.gguf", error=ModelTooLarge("big")), "big.gguf · failed"),
    ],
)
def test_the_model_and_what_it_does(status: StatusBar, state: ModelState, text: str) -> None:
    status.show_model_state(state)
    assert text in texts(status)


def test_a_failure_says_why_on_pointing(status: StatusBar) -> None:
    status.show_model_state(ModelState(Phase.FAILED, "big", error=ModelTooLarge("big")))
    assert "memory" in part(status, ElidedLabel).toolTip()


def test_loading_shows_how_far_it_is_and_can_be_stopped(qtbot: QtBot, status: StatusBar) -> None:
    progress = part(status, QProgressBar)
    assert not progress.isVisible()
    assert not button(status).isVisible()
    status.show_model_state(LOADING)
    assert progress.isVisible()
    assert progress.value() == 43
    with qtbot.waitSignal(status.cancel_wanted):
        button(status).click()
    status.show_model_state(ModelState(Phase.LOADING, "starter", -1.0))
    assert progress.maximum() == 0, "busy, without a share"
    status.show_model_state(ModelState(Phase.READY, "starter"))
    assert not progress.isVisible()


def test_in_a_narrow_window_the_share_is_left(qtbot: QtBot) -> None:
    status = shown(qtbot, 400)
    status.show_rate(20.0)
    status.show_model_state(LOADING)
    assert "43 %" in texts(status)
    assert not any("tokens" in text for text in texts(status))
    assert button(status).isVisible()


@pytest.mark.parametrize(("count", "text"), [(0, "0 words"), (1, "1 word"), (2, "2 words")])
def test_words(status: StatusBar, count: int, text: str) -> None:
    status.show_words(count)
    assert text in texts(status)


@pytest.mark.parametrize(("locale", "text"), [("en_US", "1,536,204 words"), ("de_DE", "1.536.204 words")])
def test_many_words_are_told_in_groups_of_digits_as_the_writer_is_used_to(status: StatusBar, locale: str, text: str) -> None:
    status.setLocale(QLocale(locale))
    status.show_words(1_536_204)
    assert text in texts(status)


def test_words_that_are_not_counted_yet_are_not_those_of_another_draft(status: StatusBar) -> None:
    status.show_words(1204)
    status.show_tally(Tally(6000, 540, 1204, 100))
    [words] = [label for label in status.findChildren(QLabel) if "word" in label.text()]
    width = words.width()
    status.hide_words()
    assert words.text() == ""
    assert words.toolTip() == "Words in the draft"
    assert words.width() == width, "nothing moves"
    status.show_words(1204)
    assert words.text().endswith("204 words")


@pytest.mark.parametrize(
    ("tally", "text"),
    [
        (Tally(), "Words in the draft"),
        (Tally(5, 0, 1, 0), "1 word, all typed by you"),
        (Tally(6000, 540, 1204, 100), "{1204} words, 91 % typed by you"),
        (Tally(4, 4, 1, 1), "1 word, 0 % typed by you"),
    ],
)
def test_pointing_at_the_words_says_how_much_is_the_writers(status: StatusBar, tally: Tally, text: str) -> None:
    status.show_words(tally.words)
    status.show_tally(tally)
    [words] = [label for label in status.findChildren(QLabel) if "word" in label.text()]
    assert words.toolTip() == text.replace("{1204}", status.locale().toString(1204))
    assert words.accessibleDescription() == words.toolTip()


def test_speed(status: StatusBar) -> None:
    status.show_rate(23.44)
    assert status.locale().toString(23.4, "f", 1) + " tokens/s" in texts(status)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (SaveState.NEW, "Not saved"),
        (SaveState.SAVED, "Saved"),
        (SaveState.SAVING, "Saving…"),
        (SaveState.UNSAVED, "Not saved"),
    ],
)
def test_save_state(status: StatusBar, state: SaveState, text: str) -> None:
    status.show_save_state(state)
    assert text in texts(status)


def test_the_switch_tells_what_the_writer_wants(qtbot: QtBot, status: StatusBar) -> None:
    switch = part(status, Switch)
    wishes: list[bool] = []
    status.suggestions_switched.connect(wishes.append)
    switch.click()
    assert wishes == [False]
    status.show_suggestions(True)
    assert switch.isChecked()
    assert wishes == [False], "being told is no wish"


def test_nothing_moves_when_something_changes(status: StatusBar) -> None:
    labels = [label for label in status.findChildren(QLabel) if not isinstance(label, ElidedLabel)]
    assert len(labels) == 3

    def places() -> list[tuple[int, int]]:
        return [(label.x(), label.width()) for label in (*labels, part(status, Switch))]

    before = places()
    for words, rate, save in ((1, 0.1, SaveState.SAVED), (99_999, 999.9, SaveState.SAVING), (0, 8.0, SaveState.UNSAVED)):
        status.show_words(words)
        status.show_rate(rate)
        status.show_save_state(save)
        for state in (LOADING, ModelState(Phase.READY, "a name that is really very long " * 5), ModelState(Phase.NONE)):
            status.show_model_state(state)
            status.grab()
            assert places() == before


def test_it_is_as_high_while_a_model_is_loaded(status: StatusBar) -> None:
    status.show_model_state(ModelState(Phase.READY, "starter"))
    ready = status.sizeHint().height()
    status.show_model_state(ModelState(Phase.LOADING, "starter", share=0.5))
    status.resize(1200, ready)
    status.show_model_state(ModelState(Phase.LOADING, "starter", share=0.5))
    assert status.sizeHint().height() == ready


# --- notices ---------------------------------------------------------------------------------------------------------

LONG = "No suggestion: this draft never leaves this machine, and there is no model here."


@pytest.mark.parametrize("width", [1000, 640])
def test_a_long_notice_is_read_whole_and_what_gave_way_to_it_comes_back(qtbot: QtBot, width: int) -> None:
    status = shown(qtbot, width)
    status.show_words(12345)
    before = texts(status)
    status.show_notice(LONG)
    assert status.currentMessage() == LONG
    left = min(widget.x() for widget in (part(status, Switch), *status.findChildren(QLabel)) if widget.isVisible() and widget.x())
    assert status.fontMetrics().horizontalAdvance(LONG) < left, "nothing stands in its way"
    assert part(status, Switch).isVisible()
    status.resize(width + 1, 30)
    assert status.fontMetrics().horizontalAdvance(LONG) < part(status, Switch).x()
    status.clearMessage()
    assert texts(status) == before
    status.show_notice("Short.")
    assert texts(status)[-2:] == before[-2:], "what is short stands beside the rest"


def test_of_a_notice_that_does_not_fit_all_is_said_on_pointing_at_it(qtbot: QtBot) -> None:
    status = shown(qtbot, 400)
    status.setFixedWidth(400)
    status.show_notice(LONG)
    assert status.currentMessage().endswith("…")
    assert status.toolTip() == LONG
    status.clearMessage()
    assert status.toolTip() == ""


def test_a_notice_is_fitted_again_with_the_window(qtbot: QtBot) -> None:
    status = shown(qtbot, 400)
    status.setFixedWidth(400)
    said: list[str] = []
    status.noticed.connect(said.append)
    status.show_notice(LONG)
    assert status.currentMessage().endswith("…")
    status.setFixedWidth(1000)
    assert status.currentMessage() == LONG
    status.setFixedWidth(500)
    narrow = status.currentMessage()
    assert narrow.endswith("…")
    assert status.fontMetrics().horizontalAdvance(narrow) < part(status, Switch).x()
    assert (status.toolTip(), said) == (LONG, [LONG])


def test_a_notice_stands_no_longer_for_being_fitted_again(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    status, stands = shown(qtbot, 1000), []
    monkeypatch.setattr(StatusBar, "showMessage", lambda _, text, ms: stands.append(ms))
    status.show_notice(LONG)
    qtbot.wait(300)
    status.resize(900, 30)
    first, then = stands
    assert first - then >= 250
    monkeypatch.setattr(status_bar, "NOTICE_MS", 0)
    status.show_notice(LONG)
    qtbot.wait(20)
    status.resize(1000, 30)
    assert len(stands) == 3, "what is over does not come again"


def test_a_notice_that_comes_before_the_window_is_seen_is_read_whole_then(qtbot: QtBot) -> None:
    status = StatusBar()
    qtbot.addWidget(status)
    status.resize(200, 30)
    status.show_notice(LONG)
    status.resize(1000, 30)
    status.show()
    qtbot.waitExposed(status)
    assert status.currentMessage() == LONG


def test_what_another_says_in_its_place_is_left_alone(qtbot: QtBot) -> None:
    status = shown(qtbot, 640)
    status.show_notice(LONG)
    status.showMessage("Opens a draft")
    assert status.toolTip() == ""
    status.resize(1000, 30)
    assert status.currentMessage() == "Opens a draft"


def test_where_the_focus_is_nothing_gives_way_to_a_notice(qtbot: QtBot) -> None:
    status = shown(qtbot, 700)
    form = part(status, QToolButton)
    status.activateWindow()
    qtbot.waitUntil(status.isActiveWindow)
    form.setFocus()
    assert form.hasFocus()
    status.show_notice(LONG)
    assert (form.isVisible(), form.hasFocus()) == (True, True)
    assert status.fontMetrics().horizontalAdvance(status.currentMessage()) < form.x()

"""The status bar says what is, and nothing in it jumps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import Qt, QTextDocument
from PySide6.QtWidgets import QAbstractButton, QLabel, QProgressBar
from pytestqt.qtbot import QtBot

from afterword.assist.types import ModelState, Phase, ServerState
from afterword.drafts.ledger import Tally
from afterword.engine.protocol import Piece
from afterword.errors import ModelTooLarge, ServerUnencrypted, ServerUnreachable
from afterword.suggest.cascade import LOCAL, SERVER
from afterword.suggest.suggestion import Suggestion
from afterword.window.elided_label import ElidedLabel
from afterword.window.glyphs import GlyphButton
from afterword.window.saving import SaveState
from afterword.window.server_label import ServerLabel
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


# --- the server ------------------------------------------------------------------------------------------------------

URL = "https://there.example"
THERE = ServerState(URL, "big")
BOTH = ModelState(Phase.READY, "starter", device="cpu", server=THERE)
AWAY = ServerState(URL, "big", error=ServerUnreachable(URL, "no route"))


def of_server(status: StatusBar) -> tuple[str, str]:
    label = part(status, ServerLabel)
    return (label.text(), label.toolTip()) if label.isVisible() else ("", "")


def made_by(by: str) -> Suggestion:
    return Suggestion((Piece(" the city", 0.9),), by=by)


def test_without_a_server_nothing_is_said_of_one(status: StatusBar) -> None:
    status.show_sharing(True)
    status.show_model_state(ModelState(Phase.READY, "starter"))
    status.show_author(made_by(LOCAL))
    assert of_server(status) == ("", "")
    status.show_model_state(BOTH)
    status.show_model_state(ModelState(Phase.READY, "starter"))
    assert of_server(status) == ("", "")


@pytest.mark.parametrize(
    ("shared", "server", "by", "text", "tip"),
    [
        (True, THERE, "", "with there.example", f"What you write goes to {URL}."),
        (True, THERE, SERVER, "by there.example", f"This suggestion was made by big on {URL}. What you write goes to {URL}."),
        (True, THERE, LOCAL, "by this machine", f"This suggestion was made on this machine. What you write goes to {URL}."),
        (False, THERE, LOCAL, "server not asked", f"Nothing of this draft goes to {URL}."),
        (False, AWAY, LOCAL, "server not asked", f"Nothing of this draft goes to {URL}."),
        (
            True,
            AWAY,
            LOCAL,
            "server away",
            f"The server {URL} cannot be reached: no route. Until it is back the model on this machine stands in.",
        ),
    ],
)
def test_what_is_said_of_the_server(status: StatusBar, shared: bool, server: ServerState, by: str, text: str, tip: str) -> None:
    status.show_sharing(shared)
    status.show_model_state(ModelState(Phase.READY, "starter", device="cpu", server=server))
    status.show_author(made_by(by))
    assert of_server(status) == (text, tip)
    assert part(status, ServerLabel).accessibleName() == f"{text}. {tip}"


def test_what_no_waiting_mends_is_not_said_to_come_back(status: StatusBar) -> None:
    status.show_sharing(True)
    status.show_model_state(replace(BOTH, server=ServerState(URL, error=ServerUnencrypted(URL))))
    assert of_server(status)[1].endswith("so nothing was sent. The model on this machine answers instead.")


def test_a_server_that_is_slower_than_the_writer_is_said_to_be_until_it_is_not(status: StatusBar) -> None:
    status.show_sharing(True)
    status.show_author(made_by(LOCAL))
    slow = replace(THERE, slow=True)
    status.show_model_state(replace(BOTH, server=slow))
    tip = f"The server is slower than you type: this machine answers. What you write goes to {URL}."
    assert of_server(status) == ("server slow", tip)
    status.show_model_state(replace(BOTH, server=slow, device="server"))
    assert of_server(status) == ("server slow", f"The server is slower than you type. What you write goes to {URL}.")
    status.show_model_state(BOTH)
    assert of_server(status)[0] == "with there.example"


def test_where_there_is_only_a_server_nothing_stands_in_for_it(status: StatusBar) -> None:
    status.show_sharing(True)
    status.show_model_state(ModelState(Phase.READY, "big", device="server", server=AWAY))
    assert of_server(status) == ("server away", f"The server {URL} cannot be reached: no route.")
    status.show_model_state(ModelState(Phase.READY, "big", device="server", server=THERE))
    assert part(status, ElidedLabel).toolTip() == f"big, on {URL}"


def test_who_made_it_stays_until_somebody_else_does_or_the_server_is_another(status: StatusBar) -> None:
    status.show_sharing(True)
    status.show_model_state(BOTH)
    status.show_author(made_by(SERVER))
    status.show_model_state(ModelState(Phase.WRITING, "starter", device="cpu", server=THERE))
    status.show_author(Suggestion())
    assert of_server(status)[0] == "by there.example"
    status.show_model_state(ModelState(Phase.READY, "starter", server=ServerState("https://elsewhere:8000")))
    assert of_server(status)[0] == "with elsewhere:8000"


def test_nothing_said_of_the_server_moves_while_the_model_writes(status: StatusBar) -> None:
    status.show_sharing(True)
    label, places = part(status, ServerLabel), []
    for phase in (Phase.READY, Phase.WRITING) * 2:
        status.show_model_state(ModelState(phase, "starter", device="cpu", server=THERE))
        status.grab()
        places.append((label.x(), label.width()))
    assert len(set(places)) == 1


def test_in_a_narrow_window_the_server_is_spoken_of_in_place_of_the_model(qtbot: QtBot) -> None:
    status = shown(qtbot, 400)
    status.show_sharing(True)
    status.show_words(12345)
    status.show_model_state(ModelState(Phase.READY, "starter", device="cpu", server=AWAY))
    status.grab()
    label, model = part(status, ServerLabel), part(status, ElidedLabel)
    assert (label.isVisible(), model.isVisible()) == (True, False)
    assert label.width() >= label.fontMetrics().horizontalAdvance("server away")
    assert label.mapTo(status, label.rect().topRight()).x() < part(status, Switch).x()
    status.show_model_state(ModelState(Phase.LOADING, "starter", 0.43, "converting", server=THERE))
    status.show_author(made_by(SERVER))
    assert (label.isVisible(), model.text()) == (False, "43 %")
    status.show_model_state(ModelState(Phase.READY, "starter"))
    assert (label.isVisible(), model.isVisible()) == (False, True)
    status.show_model_state(BOTH)
    status.resize(1000, 30)
    assert (label.isVisible(), model.isVisible()) == (True, True)


HOSTILE = '<img src="/etc/hostname">tiny <b>x</b>'


@pytest.mark.parametrize("author", [LOCAL, SERVER])
def test_what_a_server_calls_itself_is_shown_letter_by_letter(status: StatusBar, author: str) -> None:
    server = ServerState(URL, HOSTILE)
    status.show_sharing(True)
    for state in (ModelState(Phase.READY, HOSTILE, device="server", server=server), replace(BOTH, server=server)):
        status.show_model_state(state)
        status.show_author(made_by(author))
        for label in status.findChildren(QLabel):
            tip = QTextDocument()
            if Qt.mightBeRichText(label.toolTip()):
                tip.setHtml(label.toolTip())
                assert HOSTILE in tip.toPlainText()
            assert label.textFormat() is Qt.TextFormat.PlainText or HOSTILE not in label.text()
    failed = replace(BOTH, server=replace(server, error=ServerUnreachable(URL, "no <b>route</b>")))
    status.show_model_state(failed)
    assert "&lt;b&gt;route" in part(status, ServerLabel).toolTip()
    assert "no <b>route</b>" in part(status, ServerLabel).accessibleName()

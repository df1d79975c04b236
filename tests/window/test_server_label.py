"""What the status bar says of a server: whether what is written goes there, who made what, and why nothing comes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import Qt, QTextDocument
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from afterword.assist.types import ModelState, Phase, ServerState
from afterword.engine.protocol import Piece
from afterword.errors import (
    GenerationFailed,
    ServerBusy,
    ServerModelMissing,
    ServerRefused,
    ServerSilent,
    ServerUnreachable,
    ServerUntrusted,
)
from afterword.sentences import sentence
from afterword.suggest.cascade import LOCAL, SERVER
from afterword.suggest.suggestion import Suggestion
from afterword.window import server_label
from afterword.window.elided_label import ElidedLabel
from afterword.window.server_label import ServerLabel
from afterword.window.sharing import Leaving
from afterword.window.status_bar import StatusBar
from afterword.window.switch import Switch

from .conftest import part
from .test_status_bar import shown, texts
from .test_status_bar import status as status

# --- in few words ------------------------------------------------------------------------------------------------------

URL = "https://there.example"
THERE = ServerState(URL, "big")
BOTH = ModelState(Phase.READY, "starter", device="cpu", server=THERE)
AWAY = ServerState(URL, "big", error=ServerUnreachable(URL, "no route"))
GOES = f"What you write goes to {URL}."


def alone(server: ServerState) -> ModelState:
    """What the host says where there is no model on this machine."""
    return ModelState(Phase.READY if server.error is None else Phase.NONE, server.model, device="server", server=server)


def of_server(status: StatusBar) -> tuple[str, str]:
    label = part(status, ServerLabel)
    return (label.text(), label.toolTip()) if label.isVisible() else ("", "")


def of_model(status: StatusBar) -> str:
    label = next(label for label in status.findChildren(ElidedLabel) if not isinstance(label, ServerLabel))
    return label.text() if label.isVisible() else ""


def made_by(by: str) -> Suggestion:
    return Suggestion((Piece(" the city", 0.9),), by=by)


def test_without_a_server_nothing_is_said_of_one(status: StatusBar) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(ModelState(Phase.READY, "starter"))
    status.show_author(made_by(LOCAL))
    assert of_server(status) == ("", "")
    status.show_model_state(BOTH)
    status.show_model_state(ModelState(Phase.READY, "starter"))
    assert of_server(status) == ("", "")


@pytest.mark.parametrize(
    ("leaving", "server", "by", "text", "tip"),
    [
        (Leaving.TEXT, THERE, "", "server: there.example", GOES),
        (
            Leaving.TEXT,
            THERE,
            SERVER,
            "suggested by there.example",
            f"The last suggestion was made by big on {URL}. {GOES}",
        ),
        (Leaving.TEXT, THERE, LOCAL, "suggested here", f"The last suggestion was made on this machine. {GOES}"),
        (Leaving.PRIVATE, THERE, LOCAL, "server not asked: private draft", f"Nothing of this draft goes to {URL}."),
        (Leaving.UNSURE, THERE, LOCAL, "server not asked", f"Nothing of this draft goes to {URL}."),
        (Leaving.PRIVATE, AWAY, LOCAL, "server not asked: private draft", f"Nothing of this draft goes to {URL}."),
        (
            Leaving.TEXT,
            AWAY,
            LOCAL,
            "server away",
            f"The server {URL} cannot be reached: no route. Until it is back the model on this machine stands in.",
        ),
    ],
)
def test_what_is_said_of_the_server(
    status: StatusBar, leaving: Leaving, server: ServerState, by: str, text: str, tip: str
) -> None:
    status.show_leaving(leaving)
    status.show_model_state(ModelState(Phase.READY, "starter", device="cpu", server=server))
    status.show_author(made_by(by))
    assert of_server(status) == (text, tip)
    assert part(status, ServerLabel).accessibleName() == f"{text}. {tip}"


def test_a_server_that_is_slower_than_the_writer_is_said_to_be_until_it_is_not(status: StatusBar) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_author(made_by(LOCAL))
    slow = replace(THERE, slow=True)
    status.show_model_state(replace(BOTH, server=slow))
    assert of_server(status) == ("server slow", f"The server is slower than you type: this machine answers. {GOES}")
    status.show_model_state(alone(slow))
    assert of_server(status) == ("server slow", f"The server is slower than you type. {GOES}")
    status.show_model_state(BOTH)
    assert of_server(status)[0] == "server: there.example"


def test_while_suggestions_are_off_nothing_is_said_to_go_to_the_server(status: StatusBar) -> None:
    status.show_leaving(Leaving.TEXT)
    for state in (BOTH, replace(BOTH, server=replace(THERE, slow=True))):
        status.show_model_state(state)
        status.show_author(made_by(SERVER))
        status.show_suggestions(False)
        text, tip = of_server(status)
        assert text == "server: when you ask"
        assert (
            tip
            == f"Suggestions are off: while you write nothing goes to {URL}. When you ask for one, or about the draft, that does."
        )
        status.show_suggestions(True)
        assert of_server(status)[1].endswith(GOES)


@pytest.mark.parametrize("error", [ServerUnreachable(URL, "no route"), ServerSilent(URL, 10.0), ServerBusy(URL)])
def test_while_suggestions_are_off_nobody_finds_out_that_it_is_back_so_it_is_not_called_away(
    status: StatusBar, error: Exception
) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(replace(BOTH, server=replace(THERE, error=error)))
    status.show_suggestions(False)
    text, tip = of_server(status)
    assert text == "server: when you ask"
    assert tip.endswith(f"When you ask for one, or about the draft, that does. When it was asked last: {sentence(error)}")
    status.show_suggestions(True)
    assert of_server(status)[0] in ("server away", "server silent", "server busy")


@pytest.mark.parametrize("error", [ServerRefused(URL), ServerModelMissing(URL, "big"), ServerUntrusted(URL, "expired")])
def test_what_only_the_writer_can_mend_is_said_with_suggestions_off_too(status: StatusBar, error: Exception) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(replace(BOTH, server=replace(THERE, error=error)))
    said = of_server(status)
    status.show_suggestions(False)
    assert of_server(status) == said
    assert said[0] != "server: when you ask"


# --- a server that is alone ------------------------------------------------------------------------------------------


def test_where_there_is_only_a_server_nothing_stands_in_for_it(status: StatusBar) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(alone(AWAY))
    assert of_server(status) == ("server away", f"The server {URL} cannot be reached: no route.")
    assert of_model(status) == "No model here"
    status.show_model_state(alone(THERE))
    assert (of_model(status), of_server(status)) == ("", ("big on there.example", GOES))


def test_a_server_that_has_not_answered_yet_is_not_said_to_be_ready(status: StatusBar) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(alone(ServerState(URL)))
    assert (of_model(status), of_server(status)[0]) == ("No model here", "server: there.example")
    assert part(status, ElidedLabel).toolTip() == f"There is no model on this machine: only {URL} suggests."


@pytest.mark.parametrize("leaving", [Leaving.PRIVATE, Leaving.UNSURE, Leaving.UNASKED])
@pytest.mark.parametrize("server", [THERE, AWAY, ServerState(URL)])
def test_nobody_is_said_to_suggest_where_nothing_goes_to_the_server_that_is_alone(
    status: StatusBar, leaving: Leaving, server: ServerState
) -> None:
    status.show_leaving(leaving)
    status.show_model_state(alone(server))
    assert (of_model(status), part(status, ElidedLabel).toolTip()) == ("No model here", "There is no model on this machine.")


def test_for_a_private_draft_a_server_that_is_alone_is_no_model(status: StatusBar) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(alone(THERE))
    status.show_leaving(Leaving.PRIVATE)
    assert of_model(status) == "No model here"
    assert of_server(status) == (
        "server not asked: private draft",
        f"Nothing of this draft goes to {URL}. There is no model on this machine that could suggest something.",
    )


FAILED = ModelState(Phase.FAILED, "local", error=GenerationFailed("local", "broken"), device="cpu", server=THERE)
LOADING = ModelState(Phase.LOADING, "starter", 0.43, "converting", server=THERE)


@pytest.mark.parametrize("state", [BOTH, FAILED, LOADING, replace(FAILED, device=""), replace(BOTH, phase=Phase.WRITING)])
def test_a_model_that_fails_or_is_on_its_way_is_not_said_to_be_none(status: StatusBar, state: ModelState) -> None:
    status.show_leaving(Leaving.PRIVATE)
    status.show_model_state(state)
    assert of_server(status) == ("server not asked: private draft", f"Nothing of this draft goes to {URL}.")


@pytest.mark.parametrize(
    ("leaving", "state", "said"),
    [
        (Leaving.PRIVATE, alone(THERE), "No suggestion: this draft never leaves this machine, and there is no model here."),
        (
            Leaving.UNSURE,
            alone(THERE),
            "No suggestion: it is not decided whether this draft may leave, and there is no model here.",
        ),
        (
            Leaving.UNASKED,
            ModelState(Phase.NONE),
            "No suggestion: you have not agreed to the server yet, and there is no model here.",
        ),
        (Leaving.NOTHING, ModelState(Phase.NONE), "No suggestion: there is no model here."),
        (Leaving.TEXT, alone(AWAY), f"The server {URL} cannot be reached: no route."),
        (Leaving.TEXT, replace(FAILED, server=AWAY), f"The server {URL} cannot be reached: no route."),
        (Leaving.PRIVATE, FAILED, "“local” stopped with an error: broken."),
        (Leaving.TEXT, alone(THERE), ""),
        (Leaving.PRIVATE, BOTH, ""),
        (Leaving.PRIVATE, LOADING, ""),
    ],
)
def test_who_asks_by_hand_is_told_why_nothing_comes(status: StatusBar, leaving: Leaving, state: ModelState, said: str) -> None:
    status.show_leaving(leaving)
    status.show_model_state(state)
    status.tell_why_nothing_comes()
    assert status.currentMessage() == said


# --- who made it ------------------------------------------------------------------------------------------------------


def test_who_made_it_is_said_as_long_as_it_is_shown_and_a_moment_longer(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_label, "_FORGET_AFTER_MS", 50)
    status = shown(qtbot, 1000)
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(BOTH)
    for _ in range(2):
        status.show_author(made_by(SERVER))
        status.author_gone()
        status.show_author(made_by(LOCAL))  # the next came within that moment
        qtbot.wait(150)
        assert of_server(status)[0] == "suggested here"
        status.author_gone()
        assert of_server(status)[0] == "suggested here"
        qtbot.waitUntil(lambda: of_server(status)[0] == "server: there.example")


# --- places ----------------------------------------------------------------------------------------------------------


def test_who_made_it_stays_until_somebody_else_does_or_the_server_is_another(status: StatusBar) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(BOTH)
    status.show_author(made_by(SERVER))
    status.show_model_state(ModelState(Phase.WRITING, "starter", device="cpu", server=THERE))
    status.show_author(Suggestion())
    assert of_server(status)[0] == "suggested by there.example"
    status.show_model_state(ModelState(Phase.READY, "starter", server=ServerState("https://elsewhere:8000")))
    assert of_server(status)[0] == "server: elsewhere:8000"


def test_nothing_said_of_the_server_moves_while_the_model_writes(status: StatusBar) -> None:
    status.show_leaving(Leaving.TEXT)
    label, places = part(status, ServerLabel), []
    for phase in (Phase.READY, Phase.WRITING) * 2:
        status.show_model_state(ModelState(phase, "starter", device="cpu", server=THERE))
        status.grab()
        places.append((label.x(), label.width()))
    assert len(set(places)) == 1


def is_whole(label: ElidedLabel) -> bool:
    """Whether all of its text is read."""
    return label.width() >= label.fontMetrics().horizontalAdvance(label.text())


@pytest.mark.parametrize("width", [640, 860, 1000])
def test_what_is_said_of_the_server_is_read_whole(qtbot: QtBot, width: int) -> None:
    status = shown(qtbot, width)
    status.show_words(12345)
    status.show_rate(23.4)
    status.show_leaving(Leaving.TEXT)
    here = ServerState("http://192.168.178.112:8000", "big")
    status.show_model_state(replace(BOTH, server=here))
    for leaving, by in ((Leaving.TEXT, SERVER), (Leaving.TEXT, LOCAL), (Leaving.PRIVATE, LOCAL)):
        status.show_leaving(leaving)
        status.show_author(made_by(by))
        qtbot.waitUntil(lambda: all(is_whole(label) for label in status.findChildren(ElidedLabel) if label.isVisible()))
    status.show_rate(23.4)
    assert ("tokens" in " ".join(texts(status))) == (width > 640)
    status.show_model_state(ModelState(Phase.READY, "starter"))
    assert "tokens" in " ".join(texts(status)), "without a server there is room for more"


def test_in_a_narrow_window_the_server_is_spoken_of_in_place_of_the_model(qtbot: QtBot) -> None:
    status = shown(qtbot, 400)
    status.show_leaving(Leaving.TEXT)
    status.show_words(12345)
    status.show_model_state(ModelState(Phase.READY, "starter", device="cpu", server=AWAY))
    status.grab()
    label, model = part(status, ServerLabel), part(status, ElidedLabel)
    assert (label.isVisible(), model.isVisible()) == (True, False)
    assert label.width() >= label.fontMetrics().horizontalAdvance("server away")
    assert label.mapTo(status, label.rect().topRight()).x() < part(status, Switch).x()
    status.show_model_state(alone(AWAY))
    assert (label.isVisible(), model.isVisible()) == (True, False)
    status.show_model_state(LOADING)
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
    status.show_leaving(Leaving.TEXT)
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


def test_how_fast_the_model_here_was_is_not_said_of_a_suggestion_of_the_server(status: StatusBar) -> None:
    status.show_rate(18.5)
    status.show_author(made_by(LOCAL))
    assert any("18.5" in text for text in texts(status))
    status.show_author(made_by(SERVER))
    assert not any("18.5" in text for text in texts(status))

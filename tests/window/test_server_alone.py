"""The status bar where a server is alone, and while a question is with one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from afterword.assist.types import ModelState, Phase, ServerState
from afterword.suggest.cascade import SERVER
from afterword.window.server_label import ServerLabel
from afterword.window.sharing import Leaving
from afterword.window.status_bar import StatusBar

from .conftest import part
from .test_server_label import AWAY, BOTH, GOES, LOADING, THERE, URL, alone, is_whole, made_by, of_model, of_server
from .test_status_bar import shown, texts
from .test_status_bar import status as status

# --- a server that is alone ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [("big", "big"), ("starter", "starter"), ("owner/model", "owner/model"), ("/models/of/qwen.gguf", "qwen.gguf")],
)
@pytest.mark.parametrize("author", ["", SERVER])
def test_its_model_is_told_once_as_the_servers(status: StatusBar, name: str, said: str, author: str) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(alone(ServerState(URL, name)))
    status.show_author(made_by(author))
    assert [text for text in texts(status) if "there.example" in text or said in text] == [f"{said} on there.example"]
    assert not any("ready" in text or "Starter model" in text for text in texts(status))
    assert of_server(status)[1].endswith(GOES)


def test_beside_it_no_model_is_said_to_be_ready_whatever_else_is_said(status: StatusBar) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(alone(ServerState(URL, "starter", slow=True)))
    assert (of_model(status), of_server(status)[0]) == ("", "server slow")
    status.show_suggestions(False)
    assert (of_model(status), of_server(status)[0]) == ("", "server: when you ask")


def test_the_starter_of_this_machine_is_still_called_so(status: StatusBar) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(replace(BOTH, server=ServerState(URL, "starter")))
    assert (of_model(status), of_server(status)[0]) == ("Starter model · ready", "server: there.example")


def test_in_a_narrow_window_the_host_is_what_is_read(qtbot: QtBot) -> None:
    status = shown(qtbot, 640)
    status.show_leaving(Leaving.TEXT)
    status.show_words(12345)
    status.show_model_state(alone(ServerState("http://192.168.178.112:8000", "meta-llama/Llama-3.3-70B-Instruct")))
    label = part(status, ServerLabel)
    assert label.text() == "server: 192.168.178.112:8000"
    qtbot.waitUntil(lambda: is_whole(label))
    status.resize(1000, 30)
    assert label.text() == "meta-llama/Llama-3.3-70B-Instruct on 192.168.178.112:8000"
    qtbot.waitUntil(lambda: is_whole(label))
    status.show_model_state(alone(ServerState("http://192.168.178.112:8000", "much/" * 40 + "too-long")))
    assert label.text().endswith("… on 192.168.178.112:8000")
    qtbot.waitUntil(lambda: is_whole(label))


# --- while a question is with it -------------------------------------------------------------------------------------

SENT = f"Your question is with {URL}, and what it is about."


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("state", [BOTH, alone(THERE), replace(BOTH, server=replace(THERE, slow=True))])
def test_it_is_said_that_it_is_asked_whatever_suggestions_do(status: StatusBar, state: ModelState, on: bool) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(state)
    status.show_author(made_by(SERVER))
    status.show_suggestions(on)
    before = of_server(status)
    status.show_server_asked(True)
    assert of_server(status) == ("asking there.example", f"{SENT} {before[1]}")
    status.show_server_asked(False)
    assert of_server(status) == before


def test_a_server_that_was_away_is_asked_too_and_nothing_is_said_to_go_there_otherwise(status: StatusBar) -> None:
    status.show_leaving(Leaving.TEXT)
    status.show_model_state(replace(BOTH, server=AWAY))
    status.show_server_asked(True)
    assert of_server(status) == ("asking there.example", SENT)
    status.show_model_state(alone(AWAY))
    assert (of_model(status), of_server(status)[0]) == ("No model here", "asking there.example")


@pytest.mark.parametrize("width", [400, 640, 1000])
def test_it_is_read_whole_in_a_window_of_any_width_also_while_a_model_is_loading(qtbot: QtBot, width: int) -> None:
    status = shown(qtbot, width)
    status.show_leaving(Leaving.TEXT)
    status.show_words(12345)
    for state in (BOTH, LOADING, alone(THERE), replace(BOTH, phase=Phase.FAILED)):
        status.show_model_state(state)
        status.show_server_asked(True)
        label = part(status, ServerLabel)
        qtbot.waitUntil(lambda label=label: label.isVisible() and is_whole(label))  # type: ignore[misc]
        status.show_server_asked(False)
        assert of_server(status)[0] != "asking there.example"

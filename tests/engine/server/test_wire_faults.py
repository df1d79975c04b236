"""The connection to a server that is away, busy, broken or no server at all: one error each."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from typing import Any

import pytest

from afterword.engine.server.wire import Wire
from afterword.errors import (
    ServerBrokeOff,
    ServerBusy,
    ServerCannot,
    ServerFailed,
    ServerModelMissing,
    ServerNotUnderstood,
    ServerRedirects,
    ServerRefused,
    ServerSilent,
    ServerUnreachable,
)
from tests.engine.server.conftest import IMPATIENT, QUICK, Connect
from tests.engine.server.wiring import BODY, COMPLETIONS, answering, ask, drained, fails, texts, unused, wait_for
from tests.fakes import openai_server
from tests.fakes.openai_server import OpenAIServer


def test_a_server_that_is_not_there(server: OpenAIServer, connect: Connect) -> None:
    with unused() as port:
        wire = connect(f"http://127.0.0.1:{port}")
        error = fails(wire)
    assert isinstance(error, ServerUnreachable)
    assert "refused" in error.reason.lower()


def test_a_name_that_is_not_known(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:  # at once: where there is no network, to find that out may take longer than it has
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    wire = connect("https://nowhere.invalid")
    assert isinstance(fails(wire), ServerUnreachable)


def test_a_server_that_is_back_is_asked_again(server: OpenAIServer, wire: Wire) -> None:
    server.faults.hangs_up = 2
    assert "".join(texts(ask(wire))) == " and so on."
    assert len(server.asked) == 3


def test_a_server_that_hangs_up_for_good(server: OpenAIServer, wire: Wire) -> None:
    server.faults.hangs_up = 100
    assert isinstance(fails(wire), ServerUnreachable)
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_busy_server_is_asked_again(server: OpenAIServer, wire: Wire, status: int) -> None:
    server.faults.status, server.faults.times = status, 2
    assert "".join(texts(ask(wire))) == " and so on."
    server.faults.times = 100
    assert isinstance(fails(wire), ServerBusy)
    assert len(server.asked) == 6


def test_it_waits_as_long_as_a_busy_server_says(server: OpenAIServer, wire: Wire) -> None:
    server.faults.status, server.faults.times, server.faults.retry_after = 429, 1, "0.2"
    began = time.monotonic()
    texts(ask(wire))
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("retry_after", ["30", "Wed, 21 Oct 2099 07:28:00 GMT", "-1", "nan", "nonsense"])
def test_a_server_that_wants_a_long_rest_has_it(server: OpenAIServer, wire: Wire, retry_after: str) -> None:
    server.faults.status, server.faults.retry_after = 503, retry_after
    assert isinstance(fails(wire), ServerBusy)
    assert len(server.asked) == 1


def test_waiting_for_a_busy_server_can_be_stopped(server: OpenAIServer, connect: Connect) -> None:
    server.faults.status = 429
    answer = ask(connect(server.url, patience=replace(QUICK, pause=1000.0)))
    assert wait_for(lambda: len(server.asked) == 1 and not server.answering)
    assert answer.next(lambda: True) is None
    assert drained(answer), "it waits no longer"
    assert len(server.asked) == 1


def test_an_error_of_the_server(server: OpenAIServer, wire: Wire) -> None:
    server.faults.status, server.faults.message = 500, "the wheel\nis off"
    error = fails(wire)
    assert isinstance(error, ServerFailed)
    assert (error.status, error.reason) == (500, "the wheel is off")
    assert "wheel" not in str(error)  # it may quote the request
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key(server: OpenAIServer, wire: Wire, status: int) -> None:
    server.faults.status = status
    assert isinstance(fails(wire), ServerRefused)


def test_the_right_key(server: OpenAIServer, connect: Connect) -> None:
    server.key = "sk-right"
    wire = connect(server.url, "sk-right")
    assert texts(ask(wire))
    assert "sk-right" not in repr(wire)


@pytest.mark.parametrize("key", ["sk\r\nHost: other.example", "schlüssel", "sk\0"])
def test_a_key_that_no_header_can_hold_is_sent_nowhere(server: OpenAIServer, key: str, connect: Connect) -> None:
    with pytest.raises(ServerRefused):
        connect(server.url, key)
    assert not server.connections


def test_an_unknown_model(server: OpenAIServer, wire: Wire) -> None:
    with pytest.raises(ServerModelMissing) as caught:
        texts(ask(wire, model="huge"))
    assert caught.value.model == "huge"


def test_a_path_that_it_has_not(server: OpenAIServer, wire: Wire) -> None:
    server.completes = False
    error = fails(wire)
    assert isinstance(error, ServerCannot)
    assert error.what == COMPLETIONS


def test_a_redirect_is_not_followed(server: OpenAIServer, wire: Wire) -> None:
    with openai_server.running() as other:
        server.faults.redirect = f"{other.url}/v1/completions?token=secret"
        error = fails(wire)
        assert not other.connections
    assert isinstance(error, ServerRedirects)
    assert error.to == other.url


def test_a_web_page(server: OpenAIServer, wire: Wire) -> None:
    server.faults.html = True
    error = fails(wire)
    assert isinstance(error, ServerNotUnderstood)
    assert error.reason == "it is a web page"


def test_silence_before_the_answer(server: OpenAIServer, connect: Connect) -> None:
    server.faults.silent_after = 0
    error = fails(connect(server.url, patience=replace(IMPATIENT, between=60.0)))
    assert isinstance(error, ServerSilent)
    assert error.seconds == IMPATIENT.first
    assert server.wait_until_left()


@pytest.mark.parametrize("pings", [False, True])
def test_silence_within_the_answer(server: OpenAIServer, connect: Connect, pings: bool) -> None:
    server.faults.silent_after, server.faults.pings = 1, pings
    error = fails(connect(server.url, patience=replace(IMPATIENT, first=60.0)))
    assert isinstance(error, ServerSilent)
    assert error.seconds == IMPATIENT.between
    assert server.wait_until_left()


def test_a_server_that_dies_in_the_middle(server: OpenAIServer, wire: Wire) -> None:
    server.faults.cut_after = 1
    assert isinstance(fails(wire), ServerUnreachable)
    assert len(server.asked) == 1  # what was said is not asked for again


@pytest.mark.parametrize("how", ["reset", "ended"])
def test_a_server_that_breaks_off_before_its_first_word(server: OpenAIServer, wire: Wire, how: str) -> None:
    if how == "reset":
        server.faults.cut_after = 0
    else:
        server.faults.no_done, server.says = True, []
    assert isinstance(fails(wire), ServerBrokeOff)
    assert len(server.asked) == 1  # it would do the same again


def test_what_it_answers_at_once(server: OpenAIServer, wire: Wire) -> None:
    assert wire.post(COMPLETIONS, BODY | {"stream": False})["choices"][0]["text"] == " and"
    assert wire.post(COMPLETIONS, BODY | {"stream": False}, lambda: True) is None


def test_half_an_event(server: OpenAIServer, wire: Wire) -> None:
    server.faults.half_event = True
    assert isinstance(fails(wire), ServerNotUnderstood)


def test_an_answer_without_an_end(server: OpenAIServer, wire: Wire) -> None:
    server.faults.no_done = True
    assert isinstance(fails(wire), ServerUnreachable)


@pytest.mark.parametrize("raw", [b"data: \xff\n\n", b"data: {\n\n", b"data: [1]\n\n", b"data: " + b"[" * 100_000 + b"\n\n"])
def test_an_event_that_is_none(server: OpenAIServer, wire: Wire, raw: bytes) -> None:
    server.faults.raw = raw
    assert isinstance(fails(wire), ServerNotUnderstood)


@pytest.mark.parametrize(
    ("told", "status", "reason"),
    [
        ({"message": "no memory", "code": 503}, 503, "no memory"),
        ({"message": "no memory", "code": "oom"}, 500, "no memory"),
        ("no memory", 500, "no memory"),
        (["?"], 500, ""),
    ],
)
def test_an_error_in_the_middle(server: OpenAIServer, wire: Wire, told: Any, status: int, reason: str) -> None:
    server.faults.error_event = told
    error = fails(wire)
    assert isinstance(error, ServerFailed)
    assert (error.status, error.reason) == (status, reason)


def test_an_endless_answer_ends_with_what_was_asked_for(server: OpenAIServer, wire: Wire) -> None:
    server.faults.endless = True
    assert len(texts(ask(wire, most=40))) == 40
    assert server.wait_until_left()


def test_an_endless_line(server: OpenAIServer, wire: Wire) -> None:
    server.faults.unbroken = True
    assert isinstance(fails(wire), ServerNotUnderstood)
    assert server.wait_until_left()


@pytest.mark.parametrize("said", [{"choices": [{"text": " left"}]}, {"error": "no"}, [], 7])
def test_an_answer_that_is_no_stream(server: OpenAIServer, wire: Wire, said: Any) -> None:
    server.faults.wrong_json = said
    if isinstance(said, dict) and "choices" in said:
        assert texts(ask(wire)) == [" left"]
    else:
        assert isinstance(fails(wire), ServerFailed if isinstance(said, dict) else ServerNotUnderstood)


def test_an_answer_that_is_packed(server: OpenAIServer, wire: Wire) -> None:
    server.faults.encoding = "gzip"
    assert isinstance(fails(wire), ServerNotUnderstood)


def test_what_does_not_speak_http(connect: Connect) -> None:
    with answering(b"220 mail.example ESMTP\r\n\r\n") as port:
        wire = connect(f"http://127.0.0.1:{port}")
        assert isinstance(fails(wire), ServerNotUnderstood)


def test_headers_without_an_end(connect: Connect) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 3_000_000) as port:
        wire = connect(f"http://127.0.0.1:{port}")
        assert isinstance(fails(wire), ServerNotUnderstood)

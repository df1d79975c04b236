"""The connection to a server: what it says, and that nothing is left behind."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time

import pytest

from afterword.engine.server.wire import Patience, Wire
from afterword.sentences import sentence
from tests.engine.server.conftest import Connect
from tests.engine.server.wiring import BODY, COMPLETIONS, ask, deaf, drained, fails, texts
from tests.fakes.openai_server import OpenAIServer

# --- what it says -----------------------------------------------------------------------------------------------------


def test_an_answer_comes_event_by_event(server: OpenAIServer, wire: Wire) -> None:
    server.says, server.gate = " left the quay", threading.Semaphore(1)
    answer = ask(wire)
    first = answer.next()
    assert first is not None
    assert first["choices"][0]["text"] == " left"
    server.gate.release(5)
    assert texts(answer) == [" the", " quay", ""]


def test_requests_share_a_connection(server: OpenAIServer, wire: Wire) -> None:
    for _ in range(3):
        answer = ask(wire)
        texts(answer)
        assert drained(answer)
        assert wire.get("/v1/models")["data"][0]["id"] == "tiny"
    assert server.connections == 1


def test_a_stream_that_only_says_that_it_is_done_leaves_the_connection_too(server: OpenAIServer, wire: Wire) -> None:
    server.faults.no_reason = True
    for _ in range(3):
        answer = ask(wire)
        texts(answer)
        assert drained(answer)
    assert server.connections == 1


def test_an_owner_who_reads_no_further_than_the_text_leaves_the_connection(server: OpenAIServer, wire: Wire) -> None:
    for _ in range(3):
        answer = ask(wire)
        assert answer.next() is not None
        assert drained(answer)  # all of it is here, and unread
        answer.close()
        assert answer.next() is None
    assert server.connections == 1


def test_a_long_answer_takes_its_time(server: OpenAIServer, connect: Connect) -> None:
    wire = connect(server.url, patience=Patience(first=3.0, between=3.0))
    server.says, server.pause_s = " on" * 32, 0.1
    began = time.monotonic()
    assert len(texts(ask(wire, max_tokens=40))) == 33
    assert time.monotonic() - began > 3.0


def test_two_answers_come_at_once(server: OpenAIServer, wire: Wire) -> None:
    server.gate = threading.Semaphore(0)
    one, other = ask(wire), ask(wire)
    assert server.wait_until_answering(2)
    server.gate.release(20)
    assert texts(other) == texts(one) != []


def test_the_owner_stops_while_the_server_is_silent(server: OpenAIServer, wire: Wire) -> None:
    server.faults.silent_after = 1
    answer = ask(wire)
    assert answer.next() is not None
    stop = threading.Event()
    timer = threading.Timer(0.05, stop.set)
    timer.start()
    assert answer.next(stop.is_set) is None
    timer.join()
    assert server.wait_until_left()


@pytest.mark.parametrize("events", [0, 1])
def test_closing_an_answer_closes_the_stream(server: OpenAIServer, connect: Connect, events: int) -> None:
    wire = connect(server.url, patience=Patience(first=1000.0, between=1000.0))  # it is not for want of patience
    server.faults.silent_after = events
    answer = ask(wire)
    assert server.wait_until_answering()
    for _ in range(events):
        assert answer.next() is not None
    assert not server.left_at
    answer.close()
    assert server.wait_until_left()
    assert len(server.left_at) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_closing_while_it_still_connects_closes_the_socket(connect: Connect, scheme: str) -> None:
    with deaf() as listening:
        wire = connect(f"{scheme}://localhost:{listening.getsockname()[1]}", patience=Patience(connect=30.0, first=30.0))
        answer = wire.stream(COMPLETIONS, BODY, 10)
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(20)
            assert connection.recv(10)  # of a handshake that nobody answers, or of a request
            answer.close()
            while connection.recv(65_536):
                pass  # until it is closed


def test_closing_the_wire_closes_all(server: OpenAIServer, wire: Wire) -> None:
    server.faults.silent_after = 1
    answers = [ask(wire) for _ in range(3)]
    assert server.wait_until_answering(3)
    wire.close()
    wire.close()
    assert server.wait_until_left()
    for answer in answers:
        while answer.next() is not None:
            pass
    assert not [thread for thread in threading.enumerate() if thread.name == "server"]


# --- what is said about the writer ------------------------------------------------------------------------------------


def test_a_request_says_nothing_about_this_machine(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, connect: Connect
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    wire = connect(server.url, "sk-secret")
    texts(ask(wire))
    wire.get("/v1/models")
    texts(ask(wire))
    wire.close()
    headers = dict(server.asked[0].headers)
    assert headers.pop("user-agent").startswith("Afterword/")
    assert headers.pop("authorization") == "Bearer sk-secret"
    assert headers.pop("accept-encoding") == "identity"
    assert set(headers) == {"host", "accept", "connection", "content-type", "content-length"}
    assert server.asked[0].body == BODY
    assert all("cookie" not in asked.headers for asked in server.asked)  # it was given one


def test_no_key_and_no_text_is_in_any_log_or_message(
    server: OpenAIServer, caplog: pytest.LogCaptureFixture, connect: Connect
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx2", "httpcore2", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    wire = connect(server.url, "sk-secret")
    texts(ask(wire))
    told = ""
    for status in (401, 429, 500):
        server.faults.status, server.faults.message = status, "refused: KEY"
        error = fails(wire)
        told += f"{error} {error!r} {sentence(error)} {vars(error)} {error.__cause__!r}"
    wire.close()
    assert "sk-secret" not in told + caplog.text + repr(wire)
    assert "The ferry" not in caplog.text
    assert all("HTTP" not in record.message for record in caplog.records)


def test_no_library_of_http_is_loaded_before_a_server_is_asked() -> None:
    code = "import sys, afterword.engine.server.model; print([n for n in ('httpx2', 'idna', 'torch') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

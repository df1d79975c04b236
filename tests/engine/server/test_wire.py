"""The connection to a server: what it says, what goes wrong, and that nothing is left behind."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from afterword.engine.server.stream import Stream
from afterword.engine.server.wire import Patience, Wire
from afterword.errors import (
    ServerBrokeOff,
    ServerBusy,
    ServerCannot,
    ServerError,
    ServerFailed,
    ServerModelMissing,
    ServerNotUnderstood,
    ServerOtherScheme,
    ServerRedirects,
    ServerRefused,
    ServerSilent,
    ServerUnreachable,
    ServerUntrusted,
)
from afterword.sentences import sentence
from tests.engine.server.conftest import IMPATIENT, QUICK, Connect
from tests.fakes import openai_server
from tests.fakes.openai_server import CERTIFICATES, OpenAIServer

COMPLETIONS = "/v1/completions"
BODY = {"model": "tiny", "prompt": "The ferry", "stream": True, "max_tokens": 16}


def ask(wire: Wire, most: int = 100, **more: Any) -> Stream:
    return wire.stream(COMPLETIONS, BODY | more, most)


def texts(answer: Stream) -> list[str]:
    """What an answer says until it ends."""
    found = []
    try:
        while (event := answer.next()) is not None:
            found.append(event["choices"][0]["text"])
    finally:
        answer.close()
    return found


def fails(wire: Wire) -> ServerError:
    """With what a request fails; it is one sentence for whoever reads it."""
    with pytest.raises(ServerError) as caught:
        texts(ask(wire))
    line = sentence(caught.value)
    assert line.endswith(".")
    assert "\n" not in line
    assert wire.address.base in line
    return caught.value


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
        texts(ask(wire))
        assert wait_for(lambda: not server.answering)
        assert wire.get("/v1/models")["data"][0]["id"] == "tiny"
    assert server.connections == 1


def test_a_stream_that_only_says_that_it_is_done_leaves_the_connection_too(server: OpenAIServer, wire: Wire) -> None:
    server.faults.no_reason = True
    for _ in range(3):
        texts(ask(wire))
        assert server.wait_until_idle()
    assert server.connections == 1


def test_an_owner_who_reads_no_further_than_the_text_leaves_the_connection(server: OpenAIServer, wire: Wire) -> None:
    for _ in range(3):
        answer = ask(wire)
        assert answer.next() is not None
        assert server.wait_until_idle()
        time.sleep(0.05)  # all of it is here, and unread
        answer.close()
        assert answer.next() is None
    assert server.connections == 1


def test_a_long_answer_takes_its_time(server: OpenAIServer, connect: Connect) -> None:
    wire = connect(server.url, patience=Patience(first=1.0, between=1.0))
    server.says, server.pause_s = " on and on and on", 0.25
    assert len(texts(ask(wire))) == 6


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
    threading.Timer(0.05, stop.set).start()
    assert answer.next(stop.is_set) is None
    assert server.wait_until_left()


@pytest.mark.parametrize("events", [0, 1])
def test_closing_an_answer_closes_the_stream(server: OpenAIServer, wire: Wire, events: int) -> None:
    server.faults.silent_after = events
    answer = ask(wire)
    assert server.wait_until_answering()
    for _ in range(events):
        assert answer.next() is not None
    began = time.monotonic()
    answer.close()
    assert server.wait_until_left()
    assert server.left_at[0] - began < 1.0


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_closing_while_it_still_connects_closes_the_socket(connect: Connect, scheme: str) -> None:
    with deaf() as listening:
        wire = connect(f"{scheme}://localhost:{listening.getsockname()[1]}", patience=Patience(connect=30.0, first=30.0))
        answer = wire.stream(COMPLETIONS, BODY, 10)
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(5)
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


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_server_that_is_not_there(server: OpenAIServer, connect: Connect) -> None:
    with unused() as port:
        wire = connect(f"http://127.0.0.1:{port}")
        error = fails(wire)
    assert isinstance(error, ServerUnreachable)
    assert "refused" in error.reason.lower()


def test_a_name_that_is_not_known(connect: Connect) -> None:
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


def test_waiting_for_a_busy_server_can_be_stopped(server: OpenAIServer, wire: Wire) -> None:
    server.faults.status, server.faults.retry_after = 429, "1.9"
    answer = ask(wire)
    assert wait_for(lambda: len(server.asked) == 1)
    began = time.monotonic()
    assert answer.next(lambda: True) is None
    assert time.monotonic() - began < 1.0


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
    error = fails(connect(server.url, patience=replace(IMPATIENT, between=5.0)))
    assert isinstance(error, ServerSilent)
    assert error.seconds == IMPATIENT.first
    assert server.wait_until_left()


@pytest.mark.parametrize("pings", [False, True])
def test_silence_within_the_answer(server: OpenAIServer, connect: Connect, pings: bool) -> None:
    server.faults.silent_after, server.faults.pings = 1, pings
    error = fails(connect(server.url, patience=replace(IMPATIENT, first=5.0)))
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


# --- encryption -------------------------------------------------------------------------------------------------------


def test_a_certificate_that_fits(monkeypatch: pytest.MonkeyPatch, connect: Connect) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "localhost.pem"))
    with openai_server.running(CERTIFICATES / "localhost.pem") as server:
        wire = connect(server.url, "sk-secret")
        assert texts(ask(wire))


@pytest.mark.parametrize("trusted", [False, True])
def test_a_certificate_that_does_not_fit(monkeypatch: pytest.MonkeyPatch, trusted: bool, connect: Connect) -> None:
    if trusted:  # but not for this name
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "elsewhere.pem"))
    with openai_server.running(CERTIFICATES / "elsewhere.pem") as server:
        wire = connect(server.url, "sk-secret")
        error = fails(wire)
        assert isinstance(error, ServerUntrusted)
        assert ("mismatch" if trusted else "self-signed") in error.reason.replace("self signed", "self-signed")
        assert not server.received


def test_https_where_there_is_none(server: OpenAIServer, connect: Connect) -> None:
    wire = connect(server.url.replace("http:", "https:"), "sk-secret", replace(QUICK, connect=1.0))
    error = fails(wire)  # to a server that waits for the end of a line
    assert isinstance(error, ServerUnreachable)
    assert error.reason == "it does not answer in https"
    assert b"secret" not in server.received


def test_https_to_a_server_that_hangs_up(connect: Connect) -> None:
    with answering(b"") as port:
        error = fails(connect(f"https://localhost:{port}", "sk-secret"))
    assert isinstance(error, ServerUnreachable), "it may be one that is just being started"
    assert error.reason == "it hangs up before the connection is encrypted"


def test_https_to_a_server_of_http(connect: Connect) -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        error = fails(connect(f"https://localhost:{port}", "sk-secret"))
    assert isinstance(error, ServerOtherScheme)
    assert sentence(error) == (
        f"The server https://localhost:{port}/v1 does not speak https: its address may begin with http://."
    )


def test_http_to_a_server_of_https(connect: Connect) -> None:
    with answering(b"\x15\x03\x01\x00\x02\x02\x46") as port:  # TLS for "what is that?"
        error = fails(connect(f"http://127.0.0.1:{port}"))
    assert isinstance(error, ServerOtherScheme)
    assert (error.scheme, error.instead) == ("http", "https")


def test_http_to_a_server_of_https_that_hangs_up(connect: Connect) -> None:
    with openai_server.running(CERTIFICATES / "localhost.pem") as server:
        error = fails(connect(server.url.replace("https:", "http:")))
    assert isinstance(error, ServerUnreachable)
    assert error.reason == "it hangs up without an answer; perhaps it speaks https"


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
        logging.getLogger(name).setLevel(logging.DEBUG)
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


def wait_for(condition: Any, timeout: float = 5.0) -> bool:
    deadline = time.monotonic() + timeout
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    return bool(condition())


@contextmanager
def unused() -> Iterator[int]:
    """A port where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextmanager
def deaf() -> Iterator[socket.socket]:
    """Takes connections, and nothing is answered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        yield listening


@contextmanager
def answering(content: bytes) -> Iterator[int]:
    """A port where every connection is answered with `content`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def serve() -> None:
            listening.settimeout(0.02)
            while not over.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(2)
                    try:
                        connection.recv(65_536)
                        connection.sendall(content)
                    except OSError:
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join()

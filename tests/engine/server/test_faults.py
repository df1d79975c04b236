"""What the words of servers mean."""

from __future__ import annotations

import errno
import json
import ssl
from typing import Any

import httpx2
import pytest

from afterword.engine.server.address import address
from afterword.engine.server.faults import Again, of_connection, of_status
from afterword.errors import ServerCannot, ServerFailed, ServerModelMissing, ServerOtherScheme, ServerUnreachable

AT = address("https://server.example")


def error(status: int, body: Any) -> Exception:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return of_status(AT, "/v1/completions", "huge", status, {}, content, "sk-secret")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        # vLLM
        (404, {"error": {"message": "The model `huge` does not exist.", "type": "NotFoundError", "param": "model", "code": 404}}),
        (404, {"object": "error", "message": "The model `huge` does not exist.", "type": "NotFoundError", "code": 404}),
        # llama-cpp-python
        (400, {"error": {"message": "The model `huge` does not exist", "type": "x", "param": None, "code": "model_not_found"}}),
        # OpenAI
        (404, {"error": {"message": "No access to `huge`", "code": "model_not_found"}}),
        (400, {"error": {"message": "You cannot use it", "code": "model_not_found"}}),
        # Ollama
        (404, {"error": {"message": 'model "huge" not found, try pulling it first', "type": "not_found_error"}}),
        (404, {"error": "model 'huge' not found"}),
        # transformers
        (400, {"detail": "Server is pinned to model 'tiny'; requested 'huge'."}),
    ],
)
def test_a_model_that_is_not_there(status: int, body: Any) -> None:
    found = error(status, body)
    assert isinstance(found, ServerModelMissing)
    assert found.model == "huge"


@pytest.mark.parametrize("body", [b"404 page not found", {"detail": "Not Found"}, b"<html>Not Found</html>", b"", b"\xff"])
@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_path_that_is_not_there(status: int, body: Any) -> None:
    assert isinstance(error(status, body), ServerCannot)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (400, {"error": {"message": "no such field"}}, "no such field"),
        (400, {"error": "no such field"}, "no such field"),
        (422, {"detail": "no such field"}, "no such field"),
        (422, {"detail": [{"loc": ["body", "seed"], "msg": "no such field", "type": "x"}]}, "no such field"),
        (500, {"message": "no memory"}, "no memory"),
        (500, b"no\n  memory", "no memory"),
        (500, b"<html>Oh no</html>", "Internal Server Error"),
        (500, {"error": {"code": 7}}, "Internal Server Error"),
        (500, [1], "Internal Server Error"),
        (500, b"", "Internal Server Error"),
        (500, b"[" * 60_000, "[" * 200 + "…"),
        (599, b"", "it gives no reason"),
        (500, {"error": {"message": "Bearer sk-secret is no good"}}, "Bearer (key) is no good"),
        (500, {"error": {"message": "a\u0000\u202eb"}}, "ab"),
    ],
)
def test_the_words_of_a_server_are_one_line(status: int, body: Any, reason: str) -> None:
    found = error(status, body)
    assert isinstance(found, ServerFailed)
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("cause", "word"),
    [
        (
            OSError(10061, "No connection could be made"),
            "No connection could be made",
        ),  # of Windows
        (OSError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 9)"), "Connection refused"),
    ],
)
def test_the_word_of_the_system(cause: OSError, word: str) -> None:
    error = httpx2.ConnectError("no")
    error.__cause__ = cause
    again = of_connection(AT.base, error)
    assert isinstance(again, Again)
    assert isinstance(again.error, ServerUnreachable)
    assert again.error.reason == word


@pytest.mark.parametrize(
    "body",
    [
        b"Client sent an HTTP request to an HTTPS server.\n",  # Go: Ollama, Caddy
        b"<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>",  # nginx
        b"<p>Reason: You're speaking plain HTTP to an SSL-enabled server port.</p>",  # Apache
    ],
)
def test_a_server_of_https_that_says_so(body: bytes) -> None:
    found = of_status(address("http://localhost:1"), "/v1/models", "", 400, {}, body, "")
    assert isinstance(found, ServerOtherScheme)
    assert (found.scheme, found.instead) == ("http", "https")
    assert not isinstance(error(400, body), ServerOtherScheme), "the connection is one of https already"
    assert not isinstance(of_status(address("http://localhost:1"), "/v1/models", "", 500, {}, body, ""), ServerOtherScheme)


@pytest.mark.parametrize("reason", ["WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"])
def test_what_openssl_says_to_plain_text_is_no_tls(reason: str) -> None:
    said = ssl.SSLError(1, f"[SSL: {reason}]")
    said.reason = reason
    found = of_connection("https://localhost:1/v1", said)
    assert isinstance(found, ServerOtherScheme)
    assert (found.scheme, found.instead) == ("https", "http")


@pytest.mark.parametrize(
    ("base", "reason"),
    [
        ("http://localhost:1/v1", "it hangs up without an answer; perhaps it speaks https"),
        ("https://localhost:1/v1", "the connection broke off"),
    ],
)
def test_only_where_it_was_not_asked_by_https_one_that_hangs_up_may_want_that(base: str, reason: str) -> None:
    again = of_connection(base, httpx2.RemoteProtocolError("Server disconnected without sending a response."))
    assert isinstance(again, Again)
    assert isinstance(again.error, ServerUnreachable)
    assert again.error.reason == reason

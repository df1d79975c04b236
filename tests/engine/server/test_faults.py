"""What the words of servers mean."""

from __future__ import annotations

import errno
import json
from typing import Any

import httpx2
import pytest

from afterword.engine.server.address import address
from afterword.engine.server.faults import Again, TooLong, of_connection, of_status, too_long
from afterword.errors import ServerCannot, ServerFailed, ServerModelMissing, ServerUnreachable

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
    ("status", "reason", "percent"),
    [
        (
            400,
            "This model's maximum context length is 512 tokens, however you requested 768 tokens (700 in your prompt; 68).",
            50,
        ),
        (400, "This model's maximum context length is 512 tokens. However, your request has 513 input tokens.", 1),
        (400, "request (6000 tokens) exceeds the available context size (4096 tokens), try increasing it", 47),
        (422, "`inputs` must have less than 1000 tokens. Given: 1100", 10),
        (400, "context length exceeded", 1),
        (400, "the prompt is too long for 12 (request 20261126)", 1),  # no such number of tokens
        (400, "the prompt is too long for 12 of 1200", 9_900),
        (404, "context length 10 is not 20", None),
        (400, "no such field: 100", None),
    ],
)
def test_by_how_much_a_text_is_too_long(status: int, reason: str, percent: int | None) -> None:
    told = too_long(ServerFailed("https://server.example/v1", status, reason))
    assert (told and told.over) == percent


@pytest.mark.parametrize(
    ("reason", "fewer", "beyond"),
    [
        (
            "This model's maximum context length is 2048 tokens. However, you requested 3072 tokens (1000 in the messages, 2072 "
            "in the completion).",
            1048,
            1,
        ),
        (
            "'max_tokens' is too large: 9032. This model's maximum context length is 8192 tokens and your request has 2037 input "
            "tokens (9032 > 8192 - 2037).",
            None,  # more than was asked for
            1,
        ),
        ("maximum context length is 2048 tokens. However, your request has 2040 input tokens.", None, 13),
        ("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3000 `inputs` tokens and 2000 `max_new_tokens`", 1096, 1),
        ("request (5000 tokens) exceeds the available context size (4096 tokens)", 1057, 23),
        ("request (9000 tokens) exceeds the available context size (4096 tokens)", None, 120),
        ("the prompt is too long", 256, 1),
    ],
)
def test_an_answer_is_lessened_before_the_text(reason: str, fewer: int | None, beyond: int) -> None:
    told = too_long(ServerFailed("https://server.example/v1", 400, reason))
    assert told is not None
    assert (told.lessened(2000, 256), told.beyond(256)) == (fewer, beyond)


@pytest.mark.parametrize("told", [TooLong(), TooLong(1, 1000), TooLong(50, 1000, 900), TooLong(200, 1000, 100)])
def test_every_try_asks_for_less(told: TooLong) -> None:
    most: int | None = 2000
    tries = 0
    while most is not None:
        fewer = told.lessened(most, 32)
        assert fewer is None or 32 <= fewer < most
        most, tries = fewer, tries + 1
        assert tries < 300


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

"""What the words of servers mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from afterword.engine.server.address import address
from afterword.engine.server.faults import of_status, over
from afterword.errors import ServerCannot, ServerFailed, ServerModelMissing

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
        (404, "context length 10 is not 20", None),
        (400, "no such field: 100", None),
    ],
)
def test_by_how_much_a_text_is_too_long(status: int, reason: str, percent: int | None) -> None:
    assert over(ServerFailed("https://server.example/v1", status, reason)) == percent

"""What servers say of a request that is too long."""

from __future__ import annotations

import pytest

from afterword.engine.server.too_long import TooLong, too_long
from afterword.errors import ServerFailed


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

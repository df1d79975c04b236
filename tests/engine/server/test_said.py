"""From the events of the protocol to tokens in whole characters."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.server.said import ChatReader, CompletionReader, Token
from afterword.errors import ServerNotUnderstood

PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"], exclude_characters="\ufffd"), max_size=30)


def event(text: Any, logprobs: Any = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "text": text, "logprobs": logprobs}]}


def old(*tokens: tuple[str, float]) -> dict[str, Any]:
    """Logprobs as the completions of OpenAI have them."""
    logs = [math.log(p) for _, p in tokens]
    return {"tokens": [t for t, _ in tokens], "token_logprobs": logs, "top_logprobs": [{t: math.log(p)} for t, p in tokens]}


def chat(*tokens: tuple[str, float]) -> dict[str, Any]:
    """As its chats have them, and llama.cpp's completions too."""
    return {
        "content": [
            {"token": t, "logprob": math.log(p), "top_logprobs": [{"token": t, "logprob": math.log(p)}]} for t, p in tokens
        ]
    }


def read(*events: dict[str, Any]) -> list[Token]:
    completion = CompletionReader("http://localhost/v1")
    return [token for one in events for token in completion.read(one)]


def test_a_token_has_its_probability() -> None:
    for logprobs in (old((" quiet", 0.25)), chat((" quiet", 0.25))):
        [token] = read(event(" quiet", logprobs))
        assert token.text == " quiet"
        assert token.probability == pytest.approx(0.25)
        assert token.alternatives == {" quiet": token.probability}


def test_several_tokens_in_one_event_are_told_apart() -> None:
    tokens = read(event(" quiet rain", old((" quiet", 0.5), (" rain", 0.25))))
    assert [(token.text, token.probability) for token in tokens] == [(" quiet", 0.5), (" rain", 0.25)]


def test_tokens_whose_texts_are_not_the_text_have_their_product() -> None:
    tokens = read(event("é", old(("�", 0.5), ("�", 0.5))))
    assert [(token.text, token.probability, token.alternatives) for token in tokens] == [("é", 0.25, {})]


def test_half_a_character_waits_for_the_other_half_with_its_probability() -> None:
    tokens = read(event("", old(("�", 0.5))), event("é", old(("é", 0.5))), event("a", old(("a", 0.5))))
    assert [(token.text, token.probability) for token in tokens] == [("é", 0.25), ("a", 0.5)]
    assert tokens[0].alternatives == {}  # they are of its second half


def test_without_logprobs_there_is_no_probability() -> None:
    assert read(event("a"), event("b", {"tokens": ["b"], "token_logprobs": [None], "top_logprobs": None})) == [
        Token("a"),
        Token("b"),
    ]


def test_an_event_that_only_counts_says_nothing() -> None:
    assert read({"choices": [], "usage": {"total_tokens": 7}}, event(None), event("")) == []


@given(st.lists(PLAIN), st.data())
def test_the_text_is_what_the_server_said_even_where_json_parts_a_character(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    units = text.encode("utf-16-le")
    cuts = sorted(2 * data.draw(st.integers(0, len(units) // 2)) for _ in range(4))
    cut = [units[a:b].decode("utf-16-le", "surrogatepass") for a, b in zip([0, *cuts], [*cuts, len(units)], strict=True)]
    said = "".join(token.text for token in read(*(event(json.loads(json.dumps(part))) for part in cut)))
    assert said == text
    reply = ChatReader("http://localhost/v1")
    replied = "".join(reply.read({"choices": [{"delta": {"content": part}}]}) for part in cut)
    assert replied == text.lstrip()


def test_what_no_page_can_show_is_left_out() -> None:
    said = "".join(token.text for token in read(event("a\ud83d"), event("b\x00\ufffd\r"), event("\nc")))
    assert said == "ab\nc"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"choices": None, "x": 1},
        {"choices": "text"},
        {"choices": [7]},
        {"choices": [{"delta": {"content": "x"}}]},
        event(7),
        event(["x"]),
        event("a", {"tokens": [1], "token_logprobs": [0.0], "top_logprobs": [{}]}),
        event("a", {"tokens": ["a"], "token_logprobs": ["x"], "top_logprobs": [{}]}),
        event("a", {"tokens": ["a"], "token_logprobs": [], "top_logprobs": []}),
        event("a", {"content": [{"token": "a"}]}),
        event("a", 7),
    ],
)
def test_an_event_of_another_shape_is_not_understood(wrong: dict[str, Any]) -> None:
    if wrong.get("choices", 1) is None:
        assert read(wrong) == []
        return
    with pytest.raises(ServerNotUnderstood):
        read(wrong)


@pytest.mark.parametrize("log", [-math.inf, math.nan, 1e9, -1e9])
def test_a_strange_logarithm_is_still_a_probability(log: float) -> None:
    [token] = read(event("a", {"tokens": ["a"], "token_logprobs": [log], "top_logprobs": [{"a": log}]}))
    assert token.probability is not None
    assert 0 <= token.probability <= 1


def test_what_a_model_thinks_is_no_part_of_its_reply() -> None:
    reply = ChatReader("http://localhost/v1")
    deltas: list[dict[str, Any]] = [
        {"role": "assistant", "content": ""},
        {"reasoning_content": "Hm."},
        {"reasoning": "Hm.", "content": None},
        {"content": "\n\nYes"},
        {"content": " ."},
    ]
    assert "".join(reply.read({"choices": [{"delta": delta}]}) for delta in deltas) == "Yes ."

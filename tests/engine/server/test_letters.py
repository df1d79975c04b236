"""The letters of a word, one after the other: what the server said first serves them all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from afterword.engine.server.model import ServerModel
from tests.engine.server.asking import texts
from tests.engine.server.conftest import request
from tests.fakes.openai_server import OpenAIServer, Said

Open = Callable[..., ServerModel]


def lay(body: Any) -> Any:
    if body["prompt"].endswith("lay"):
        return [Said(" loud", 0.5, {" quiet": 0.2, " quick": 0.05}), " and"]
    return " in the rain."


def test_the_next_letter_of_a_word_is_not_asked_for(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.says = lay
    assert texts(model, "The harbour lay qu", seed=1) == "iet in the rain."
    assert texts(model, "The harbour lay qui", seed=1) == "et in the rain."
    assert texts(model, "The harbour lay quic", seed=1) == "k in the rain."
    sent = [asked.body["prompt"].removeprefix("The harbour ") for asked in server.completions]
    assert sent == ["lay", "lay quiet", "lay quiet", "lay quick"]
    fresh = opened()
    for letters in ("qui", "quic"):
        known = [(piece.text, piece.probability) for piece in model.complete(request(f"The harbour lay {letters}", seed=1))]
        asked = [(piece.text, piece.probability) for piece in fresh.complete(request(f"The harbour lay {letters}", seed=1))]
        fresh._known = type(fresh._known)()
        assert known == asked


def test_what_was_drawn_before_is_gone_on_from_where_it_agrees(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.says = lay
    assert texts(model, "The harbour lay lo", seed=1) == "ud and"
    assert texts(model, "The harbour lay lou", seed=1) == "d in the rain."
    assert [asked.body["prompt"] for asked in server.completions] == ["The harbour lay", "The harbour lay loud"]


@pytest.mark.parametrize(("temperature", "requests"), [(0.0, 1), (0.5, 2)])
def test_where_nothing_agrees_it_is_drawn_again_if_that_can_be_another(
    server: OpenAIServer, opened: Open, temperature: float, requests: int
) -> None:
    model = opened()
    server.says = lay
    assert texts(model, "The harbour lay x", temperature=temperature, seed=1) == ""
    assert texts(model, "The harbour lay xy", temperature=temperature, seed=1) == ""
    assert len(server.completions) == requests


@pytest.mark.parametrize(
    ("before", "more"),
    [("The harbour lay qu", {}), ("The harbour lay qui", {"temperature": 0.9}), ("A harbour lay qui", {})],
)
def test_what_may_be_another_is_asked_for(server: OpenAIServer, opened: Open, before: str, more: dict[str, float]) -> None:
    model = opened()
    server.says = lay
    texts(model, "The harbour lay qu", seed=1)
    server.asked.clear()
    texts(model, before, **({"seed": 1} | more))
    assert server.completions[0].body["prompt"] == before.rpartition(" ")[0]


def test_what_is_known_of_a_word_is_forgotten_with_the_connection(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.says = lay
    texts(model, "The harbour lay qu")
    assert "harbour" in repr(model._known)
    model.close()
    assert "harbour" not in repr(model._known)

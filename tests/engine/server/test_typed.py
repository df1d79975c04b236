"""Half-typed words without access to logits."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Piece
from afterword.engine.server.said import Token
from afterword.engine.server.typed import behind, healed


class Server:
    """Answers prompts by what stands at their end, and remembers them."""

    def __init__(self, answers: dict[str, list[Token]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str]] = []
        self.open = 0

    def ask(self, prompt: str, typed: str) -> Generator[Token, None, None]:
        self.asked.append((prompt, typed))
        end = max((end for end in self.answers if prompt.endswith(end)), key=len)
        self.open += 1
        try:
            yield from self.answers[end]
        finally:
            self.open -= 1


def likely(text: str, probability: float, **others: float) -> Token:
    return Token(text, probability, {text: probability} | {name.replace("_", " "): p for name, p in others.items()})


@pytest.fixture
def heal() -> Callable[[Server, str, str], list[Piece]]:
    def heal(server: Server, prompt: str, typed: str) -> list[Piece]:
        pieces = list(healed(server.ask, prompt, typed))
        assert server.open == 0
        return [replace(piece, probability=round(piece.probability, 6)) for piece in pieces]

    return heal


def test_what_agrees_is_shown_from_behind_what_is_typed(heal) -> None:
    server = Server({"lay": [likely(" quiet", 0.4, _quick=0.1, _loud=0.3), Token(" in", 0.9)]})
    assert heal(server, "It lay", " qui") == [Piece("et", 0.8), Piece(" in", 0.9)]
    assert server.asked == [("It lay", " qui")]


def test_where_nothing_is_typed_everything_agrees(heal) -> None:
    server = Server({"\n": [Token("It", 0.5)]})
    assert heal(server, "A line.\n", "") == [Piece("It", 0.5)]
    assert server.asked == [("A line.\n", "")]


def test_an_alternative_that_agrees_is_gone_on_from(heal) -> None:
    server = Server({"lay": [likely(" loud", 0.6, _quiet=0.2, _quicker=0.1, _a=0.05)], "quiet": [Token(" there", 0.9)]})
    assert heal(server, "It lay", " qui") == [Piece("et", 0.666667), Piece(" there", 0.9)]
    assert server.asked == [("It lay", " qui"), ("It lay quiet", "")]


def test_several_tokens_may_spell_what_is_typed(heal) -> None:
    server = Server(
        {
            "he": [likely(" is", 0.6, _ant=0.01, _a=0.02)],
            "ant": [likely("s", 0.5, id=0.3)],
            "antid": [likely("ote", 0.9, isest=0.1)],
            "isest": [Token("ablish", 0.8)],
        }
    )
    pieces = heal(server, "he", " antidi")
    assert [piece.text for piece in pieces] == ["sest", "ablish"]
    assert [prompt for prompt, _ in server.asked] == ["he", "he ant", "he antid", "he antidisest"]
    assert pieces[0].probability < 0.5  # it was not the only way


def test_after_three_hops_it_gives_up(heal) -> None:
    server = Server({"": [likely("x", 0.6, **dict.fromkeys("abcdef", 0.1))]})
    assert heal(server, "x", "abcdef") == []
    assert len(server.asked) == 4


def test_what_agrees_with_nothing_says_nothing(heal) -> None:
    server = Server({"lay": [likely(" loud", 0.6, _in=0.2), Token(" quiet")]})
    assert heal(server, "It lay", " qui") == []
    assert len(server.asked) == 1


def test_a_word_that_is_whole_already_goes_on(heal) -> None:
    server = Server({"lay": [likely(" quiet", 0.5, _quietly=0.5), Token(" in", 0.9)]})
    assert heal(server, "It lay", " quiet") == [Piece(" in", 0.45)]


def test_the_drawn_token_is_kept_where_it_agrees_though_another_is_likelier(heal) -> None:
    server = Server({"lay": [likely(" quick", 0.1, _quiet=0.5), Token("ly", 0.9)]})
    assert [piece.text for piece in heal(server, "It lay", " qui")] == ["ck", "ly"]


def test_closing_early_closes_the_stream() -> None:
    server = Server({"\n": [Token("a", 0.5), Token("b", 0.5)]})
    pieces = healed(server.ask, "\n", "")
    next(pieces)
    assert isinstance(pieces, Generator)
    pieces.close()
    assert server.open == 0


@given(st.text(min_size=1, max_size=12), st.data())
def test_whatever_the_parts_what_stands_behind_is_the_same(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    typed = text[: data.draw(st.integers(0, len(text)))]
    assert "".join(behind(parts, typed)) == text[len(typed) :]
    assert list(behind([*parts, "y"], f"{text}x")) == []

"""How much a server may say."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.server.bounds import WORD_AT_MOST, Bounds, sayable, shown_word

PARTS = st.lists(st.text(st.sampled_from("a\u0301 -界.")).map(lambda text: text * 23), max_size=12)


def through(bounds: Bounds, parts: list[str]) -> str:
    return "".join(bounds.within(part) for part in parts)


@given(PARTS, st.integers(1, 8))
def test_in_whatever_parts_a_text_comes_the_same_is_let_through(parts: list[str], words: int) -> None:
    whole, bounds = "".join(parts), Bounds(words)
    text = through(bounds, parts)
    assert text == through(Bounds(words), [whole]) == through(Bounds(words), list(whole))
    assert whole.startswith(text)
    assert bounds.reached == (text != whole)
    assert len(text) <= 40 * words + 200
    longest = max((len(run) for run in regex.findall(r"\w+", whole)), default=0)
    assert bounds.reached == (longest > WORD_AT_MOST or len(whole) > 40 * words + 200)


def test_nothing_comes_after_what_was_too_long() -> None:
    bounds = Bounds(12)
    assert bounds.within("x" * 201) == "x" * 200
    assert bounds.within(" and") == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("b9999", "b9999"),
        (" a \n b ", "a b"),
        ("a\x1b[31mb", "a[31mb"),
        ("a\u202e\u200bb", "ab"),
        ("x" * 500, "x" * 100),
        ("", ""),
    ],
)
def test_a_word_of_a_server_is_one_clean_line(text: str, shown: str) -> None:
    assert shown_word(text) == shown


@pytest.mark.parametrize("token", ["", "\ufffd", "x" * 201, "a\u202e", "\x1b", "\r"])
def test_what_cannot_be_shown_is_no_alternative(token: str) -> None:
    assert not sayable(token)
    assert sayable(" word")

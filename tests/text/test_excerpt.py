"""A part of a long text around a place in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.text.excerpt import excerpt

TEXT = " ".join(f"word{number}" for number in range(400))


@given(st.text("ab \n", max_size=300), st.integers(0, 300), st.integers(1, 300))
def test_it_is_a_part_around_the_place(text: str, at: int, most: int) -> None:
    at = min(at, len(text))
    part, here = excerpt(text, at, most)
    assert len(part) <= most or part == text
    assert text[at - here : at - here + len(part)] == part
    assert 0 <= here <= len(part)


@given(st.integers(0, len(TEXT)))
def test_no_word_is_cut_in_two_and_there_is_nearly_as_much_as_may_be(at: int) -> None:
    part, here = excerpt(TEXT, at, 600)
    assert set(part[:here].split()[:-1] + part[here:].split()[1:]) <= set(TEXT.split())
    assert part.split()[0] in TEXT.split() or here < 10
    assert part.split()[-1] in TEXT.split() or len(part) - here < 10
    assert len(part) > 560


@pytest.mark.parametrize(("at", "before"), [(0, 0), (2000, 440), (len(TEXT), 590)])
def test_most_of_it_stands_before_the_place(at: int, before: int) -> None:
    _, here = excerpt(TEXT, at, 600)
    assert before - 10 <= here <= before + 20


def test_the_place_is_in_it_where_no_word_is_near() -> None:
    text = " " * 420 + "word" + " " * 600
    part, here = excerpt(text, 400, 60)
    assert 0 <= here <= len(part) <= 60
    assert text[400 - here : 400 - here + len(part)] == part


def test_a_text_without_spaces_is_cut_all_the_same() -> None:
    part, here = excerpt("夜" * 1000, 500, 100)
    assert part == "夜" * len(part)
    assert 20 < len(part) <= 100
    assert 0 <= here <= len(part)

"""How sure a server is that gives no probabilities."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Piece
from afterword.engine.server.agreement import AGAIN, NO_TRIAL, NOT_AGAIN, agreed, words
from afterword.errors import ServerBusy


def pieces(first: str, second: str, typed: str = "") -> list[tuple[str, float]]:
    return [(piece.text, piece.probability) for piece in agreed([first], lambda: [second], typed)]


def test_words_that_are_said_again_are_more_probable() -> None:
    found = pieces(" in the rain.", " in the rain.")
    assert found == [(" in", AGAIN), (" the", AGAIN), (" rain.", AGAIN)]
    assert pytest.approx(2 / 3) == AGAIN


def test_behind_the_first_difference_nothing_counts_as_said_again() -> None:
    assert pieces(" in the rain.", " in a rain.") == [(" in", AGAIN), (" the", NOT_AGAIN), (" rain.", NOT_AGAIN)]


def test_a_shorter_second_answer_is_no_trial_of_the_rest() -> None:
    assert pieces(" in the rain.", " in") == [(" in", AGAIN), (" the", NO_TRIAL), (" rain.", NO_TRIAL)]


def test_the_half_typed_word_is_left_out_of_the_first_piece() -> None:
    assert pieces(" quiet in", " quiet on", " qui") == [("et", AGAIN), (" in", NOT_AGAIN)]


def test_a_second_answer_that_does_not_begin_as_typed_says_nothing() -> None:
    assert pieces(" quiet in", " loud in", " qui") == [("et", NO_TRIAL), (" in", NO_TRIAL)]


def test_a_first_answer_that_does_not_begin_as_typed_is_not_shown() -> None:
    assert pieces(" loud in", " quiet in", " qui") == []
    assert pieces(" qu in", " qu in", " qui") == []


def test_a_second_answer_that_fails_leaves_the_first() -> None:
    def fails() -> list[str]:
        raise ServerBusy("http://localhost/v1")

    assert [piece.text for piece in agreed([" in", " the"], fails, "")] == [" in", " the"]


def test_a_word_is_there_before_the_answer_ends() -> None:
    def never_ending() -> Iterator[str]:
        yield " in the"
        raise AssertionError("more was wanted than the first word needs")

    assert next(agreed(never_ending(), never_ending, "")) == Piece(" in", AGAIN)


@given(st.lists(st.text(max_size=6)))
def test_words_are_the_whole_text(parts: list[str]) -> None:
    found = list(words(parts))
    assert "".join(found) == "".join(parts)
    assert all(not word.strip() or len(word.split()) == 1 for word in found)

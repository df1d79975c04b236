"""What is shown of what a model says, by how sure it is of it."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import mul

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Piece
from afterword.suggest.suggestion import Limit
from afterword.suggest.worth import GATES, gate, worth
from tests.suggest.pieces import pieces, unit_ends


def judged(said: Sequence[Piece], eagerness: float = 50, final: bool = True, cut: bool = True) -> Limit:
    return worth(spelled(said), said, eagerness, final, cut)


def shown(said: Sequence[Piece], eagerness: float = 50, final: bool = True, cut: bool = True) -> str:
    return spelled(said)[: judged(said, eagerness, final, cut).length]


def spelled(said: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in said)


# --- whether anything is shown --------------------------------------------------------------------------------------


LEAST = gate(50)


@pytest.mark.parametrize("eagerness", [0, 25, 50, 75, 100])
def test_the_dial_sets_how_sure_the_model_must_be_of_the_first_word(eagerness: float) -> None:
    least = gate(eagerness)
    assert shown([Piece(" boat", least + 0.01)], eagerness) == " boat"
    assert judged([Piece(" boat", least - 0.01)], eagerness) == Limit(0, True)


def test_the_dial_goes_from_nearly_certain_to_anything_and_evenly_between_the_marks() -> None:
    assert [gate(eagerness) for eagerness, _ in GATES] == [least for _, least in GATES]
    assert gate(0) >= 0.9
    assert gate(100) == 0
    (low, at_low), (high, at_high) = GATES[:2]
    assert gate((low + high) / 2) == pytest.approx((at_low + at_high) / 2)


@given(pieces, st.floats(0, 100), st.floats(0, 100))
def test_a_higher_eagerness_never_shows_less(said: list[Piece], one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert judged(said, low).length <= judged(said, high).length


def test_a_word_of_several_pieces_is_as_probable_as_all_of_them_together() -> None:
    assert shown([Piece(" light", 0.9), Piece("house", (LEAST + 0.01) / 0.9)]) == " lighthouse"
    assert shown([Piece(" light", 0.9), Piece("house", (LEAST - 0.01) / 0.9)]) == ""
    assert judged([Piece(" light", LEAST - 0.01)], final=False) == Limit(0, True)  # it can only become less


def test_that_the_word_ends_where_it_ends_counts_too() -> None:
    assert shown([Piece(" light", 0.9), Piece(" was", 0.9, new_word=(LEAST + 0.01) / 0.9)]) == " light was"
    assert shown([Piece(" light", 0.9), Piece(" was", 0.9, new_word=(LEAST - 0.01) / 0.9)]) == ""


def test_nothing_is_shown_before_it_is_known_that_its_word_is_whole() -> None:
    assert judged([Piece(" light", 0.9)], final=False) == Limit(0, False)
    assert shown([Piece(" light", 0.9)], final=True) == " light"
    assert shown([Piece(" light", 0.9), Piece(" w", 0.9)], final=False) == " light"
    assert shown([Piece(" light was", 0.9)], final=False) == " light"  # the piece itself shows it, with no other behind it


@pytest.mark.parametrize("mark", ["'", "’", "-", ".", ","])
def test_a_mark_that_words_are_joined_with_does_not_show_yet_that_one_is_whole(mark: str) -> None:
    said = [Piece(" don3", 0.9), Piece(mark, 0.9, new_word=0.0)]
    assert judged(said, final=False) == Limit(0, False)
    assert shown([*said, Piece("5t", 0.9), Piece(" so", 0.9)], final=False) == f" don3{mark}5t"
    said = [Piece(" don3", 0.9), Piece(mark, 0.9)]
    assert shown([*said, Piece(" so", 0.9)], final=False).startswith(" don3")


@pytest.mark.parametrize("mark", [".", ",", "!", ".”", "\n", "--"])
def test_a_mark_that_ends_words_shows_at_once_that_one_is_whole(mark: str) -> None:
    assert shown([Piece(" boat", 0.9), Piece(mark, 0.9)], final=False) == " boat"


def test_a_new_word_behind_a_mark_says_nothing_of_the_mark() -> None:
    said = [Piece(" he", 0.9), Piece(" said", 0.9), Piece(" “", 0.9), Piece("Yes", 0.9, new_word=0.01), Piece("”", 0.9)]
    assert shown(said) == " he said “Yes”"


@pytest.mark.parametrize(
    ("opening", "word"), [(" “", "Yes"), (",", " and"), (" —", " so"), ("\n\n", "Then"), ("...", " and"), (" (", "see")]
)
def test_punctuation_at_the_cursor_is_judged_with_the_word_behind_it(opening: str, word: str) -> None:
    assert shown([Piece(opening, 0.9), Piece(word, 0.9), Piece(" so", 0.1)]).startswith(opening + word)
    assert shown([Piece(opening, 0.9), Piece(word, LEAST)]) == ""
    assert judged([Piece(opening, 0.9)], final=False) == Limit(0, False)
    assert judged([Piece(opening, 0.9), Piece(" ", 1.0)], final=False) == Limit(0, False)


def test_punctuation_alone_is_shown_where_nothing_follows() -> None:
    assert shown([Piece("?!", 0.9)]) == "?!"
    assert shown([Piece("?!", 0.9), Piece("\n", 0.9)]) == "?!"


def test_an_opening_mark_is_not_left_standing_without_its_word() -> None:
    said = [Piece(" he", 0.9), Piece(" said", 0.9), Piece(" “", 0.9), Piece("Yes", 0.1), Piece("”", 0.9)]
    assert shown(said) == " he said"


def test_a_closing_mark_is_judged_alone() -> None:
    said = [Piece(" he", 0.99), Piece(" left", 0.99), Piece(".", 0.99), Piece(" She", 0.1)]
    assert shown(said) == " he left."
    assert shown([*said[:3], Piece("\n", 0.5)], final=False) == " he left."


# --- how far --------------------------------------------------------------------------------------------------------

certain = st.floats(0, 1)


@given(st.lists(certain, min_size=1, max_size=12))
def test_each_word_that_is_shown_saves_keys_and_the_next_would_not(probabilities: list[float]) -> None:
    words = [Piece(" boat", probability) for probability in probabilities]
    length = judged(words, eagerness=100).length // len(" boat")
    cost = [expected_keys(probabilities, n) for n in range(len(probabilities) + 1)]
    assert length >= 1
    assert all(cost[n + 1] <= cost[n] + 1e-9 for n in range(1, length))
    assert length == len(probabilities) or cost[length + 1] >= cost[length] - 1e-9


def expected_keys(probabilities: list[float], shown: int) -> float:
    """Of a writer who is offered the first `shown` words, for as many as are right: of the rest, each costs a key.

    By counting every case: exactly the first `right` words are right.
    """
    reached: list[float] = [1.0, *accumulate(probabilities, mul), 0.0]
    cases = [(right, reached[right] - reached[right + 1]) for right in range(len(probabilities) + 1)]
    return sum(chance * (1 + right - shown if right >= shown else right) for right, chance in cases)


def test_long_suggestions_need_surer_words() -> None:
    words = [Piece(f" w{n}", 0.7) for n in range(12)]
    assert shown(words) == " w0 w1 w2 w3"  # a fourth needs 2/3, a fifth 3/4
    assert judged(words).ended


def test_without_the_cut_all_that_follows_the_first_word_is_shown() -> None:
    words = [Piece(" boat", 0.5), *[Piece(" and", 0.1)] * 9]
    assert shown(words, cut=False) == spelled(words)
    assert shown([Piece(" boat", LEAST - 0.01), Piece(" and", 1.0)], cut=False) == ""


# --- as it grows ----------------------------------------------------------------------------------------------------


@given(pieces, st.sampled_from([0, 20, 50, 80, 100]), st.booleans())
def test_what_is_worth_showing_stays_so_whatever_follows(said: list[Piece], eagerness: float, cut: bool) -> None:
    growing = [judged(said[:n], eagerness, final=False, cut=cut) for n in range(len(said) + 1)]
    for now, later in pairwise([*growing, judged(said, eagerness, final=True, cut=cut)]):
        assert now.length <= later.length
        assert not now.ended or later == now


@given(pieces)
def test_only_whole_words_are_shown(said: list[Piece]) -> None:
    assert judged(said, eagerness=100).length in unit_ends(spelled(said))

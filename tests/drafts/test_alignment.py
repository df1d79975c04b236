"""What two sequences share, in a time that is bounded."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from afterword.drafts.alignment import Aligner, anchored, rising

ITEMS = st.lists(st.sampled_from("abcdefgh"), max_size=40)


@given(ITEMS, ITEMS)
def test_runs_are_the_same_on_both_sides_and_rise(old: list[str], new: list[str]) -> None:
    a = c = 0
    for i, j, length in Aligner(1000).same(old, new):
        assert length > 0
        assert old[i : i + length] == new[j : j + length]
        assert i >= a
        assert j >= c
        assert (i, j) > (a, c) or (a, c) == (0, 0), "else it would be one run with the one before"
        a, c = i + length, j + length


@given(ITEMS, ITEMS)
def test_small_ones_are_as_difflib_has_them(old: list[str], new: list[str]) -> None:
    shared = sum(length for _, _, length in Aligner(10_000).same(old, new))
    start = SequenceMatcher(None, old, new, autojunk=False)
    assert shared >= max((block.size for block in start.get_matching_blocks()), default=0)


@given(st.lists(st.integers(0, 30), max_size=12))
def test_the_rising_subsequence_is_a_longest(numbers: list[int]) -> None:
    found = rising(numbers)
    assert found == sorted(found)
    chosen = [numbers[at] for at in found]
    assert all(one < other for one, other in pairwise(chosen))
    best = [1] * len(numbers)
    for at, number in enumerate(numbers):
        best[at] = 1 + max((best[before] for before in range(at) if numbers[before] < number), default=0)
    assert len(found) == max(best, default=0)


def test_what_occurs_once_is_an_anchor() -> None:
    assert anchored("xaybx", "zbazc") == [(1, 2)] or anchored("xaybx", "zbazc") == [(3, 1)]
    assert anchored("aa", "a") == []


def test_without_effort_only_the_ends_are_the_same() -> None:
    assert Aligner(0).same("abXcYde", "abZcWde") == [(0, 0, 2), (5, 5, 2)]
    assert Aligner(100).same("abXcYde", "abZcWde") == [(0, 0, 2), (3, 3, 1), (5, 5, 2)]


def test_the_effort_is_for_all_that_is_aligned() -> None:
    aligner = Aligner(9)
    assert len(aligner.same("XcY", "ZcW")) == 1
    assert aligner.same("XcY", "ZcW") == []


def test_long_ones_stand_on_what_occurs_once() -> None:
    old = [n if n % 3 else -1 for n in range(3000)]
    new = [n if n % 3 else -2 for n in range(3000)]
    assert [length for _, _, length in Aligner(0).same(old, new)] == [2] * 1000

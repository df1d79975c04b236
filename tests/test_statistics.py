"""Counting by day: nothing is lost by keeping it, by its bound, or by damage beside it; and no text is in it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.statistics import KEPT_DAYS, Counts, Statistics

DAY = date(2026, 11, 24)
COUNTED = Counts(shown=9, taken=4, typed=1, ignored=2, characters=50, keys=6)


class Calendar:
    """Says which day it is."""

    def __init__(self, day: date = DAY) -> None:
        self.day = day

    def __call__(self) -> date:
        return self.day


def counted(calendar: Calendar, happened: list[tuple[int, Counts]]) -> Statistics:
    """Statistics of what happened some days after DAY."""
    statistics = Statistics(calendar)
    for days, counts in happened:
        calendar.day = DAY + timedelta(days)
        statistics.add(counts)
    return statistics


def written_and_read(statistics: Statistics, calendar: Calendar) -> Statistics:
    return Statistics.from_json(statistics.to_json(), calendar)


def state(statistics: Statistics, days: int = KEPT_DAYS + 100) -> tuple[object, ...]:
    return statistics.last(days), statistics.total(), statistics.since, statistics.empty


def numbers() -> st.SearchStrategy[Counts]:
    number = st.integers(0, 1000)
    accepted = st.tuples(number, number).map(lambda pair: (max(pair), min(pair)))
    return st.builds(lambda four, two: Counts(*four, *two), st.tuples(number, number, number, number), accepted)


def histories() -> st.SearchStrategy[list[tuple[int, Counts]]]:
    return st.lists(st.tuples(st.integers(0, 3 * KEPT_DAYS), numbers()), max_size=12)


def test_what_happens_on_one_day_is_added_up_and_days_are_kept_apart() -> None:
    calendar = Calendar()
    statistics = counted(calendar, [(0, Counts(shown=1)), (0, Counts(taken=1, characters=12, keys=1)), (2, Counts(shown=3))])
    assert statistics.last(3) == [
        (DAY, Counts(shown=1, taken=1, characters=12, keys=1)),
        (DAY + timedelta(1), Counts()),
        (DAY + timedelta(2), Counts(shown=3)),
    ]
    assert statistics.total() == Counts(shown=4, taken=1, characters=12, keys=1)
    assert statistics.since == DAY


def test_keystrokes_saved_are_the_characters_less_the_keys_that_took_them() -> None:
    assert COUNTED.saved == 44


def test_nothing_was_counted_at_first() -> None:
    statistics = Statistics(Calendar())
    assert statistics.empty
    assert statistics.since is None
    assert statistics.total() == Counts()
    assert statistics.last(2) == [(DAY - timedelta(1), Counts()), (DAY, Counts())]


@given(histories())
def test_what_is_written_is_read_again(happened: list[tuple[int, Counts]]) -> None:
    calendar = Calendar()
    statistics = counted(calendar, happened)
    assert state(written_and_read(statistics, calendar)) == state(statistics)


def test_earlier_days_than_are_kept_apart_become_one_sum() -> None:
    calendar = Calendar()
    statistics = counted(calendar, [(day, COUNTED) for day in range(KEPT_DAYS + 10)])
    again = written_and_read(statistics, calendar)
    kept = [counts for _, counts in again.last(KEPT_DAYS + 10)]
    assert kept == [Counts()] * 10 + [COUNTED] * KEPT_DAYS
    assert again.total().shown == COUNTED.shown * (KEPT_DAYS + 10)
    assert again.since == DAY
    assert len(json.loads(again.to_json())["days"]) == KEPT_DAYS


@given(histories(), histories())
def test_adding_one_to_another_keeps_every_day_of_both(one: list[tuple[int, Counts]], other: list[tuple[int, Counts]]) -> None:
    calendar = Calendar()
    both = counted(calendar, one)
    both.add_all(counted(calendar, other))
    assert state(both) == state(counted(calendar, [*one, *other]))


def test_adding_one_that_has_a_sum_of_earlier_days_keeps_the_sum() -> None:
    calendar = Calendar()
    long = counted(calendar, [(day, COUNTED) for day in range(KEPT_DAYS + 10)])
    statistics = Statistics(calendar)
    statistics.add_all(long)
    assert statistics.total() == long.total()
    assert statistics.since == DAY


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b"7", b"null", b"[" * 100_000])
def test_what_is_no_statistics_at_all_is_told(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- of many kinds
        Statistics.from_json(data)


DAMAGED: list[Any] = [
    None,
    [],
    "nine",
    {"shown": -1},
    {"shown": 1.5},
    {"shown": True},
    {"shown": "9"},
    {"shown": 10**30},
    {"characters": 1, "keys": 2},
]


@pytest.mark.parametrize("damaged", DAMAGED)
def test_a_damaged_day_is_left_out_and_the_others_stay(damaged: object) -> None:
    good = {"shown": 9, "taken": 4, "typed": 1, "ignored": 2, "characters": 50, "keys": 6}
    days = {"2026-11-23": damaged, "2026-11-24": good, "yesterday": good, "2026-02-30": good}
    read = Statistics.from_json(json.dumps({"since": 7, "older": damaged, "days": days}).encode(), Calendar())
    assert read.last(2) == [(DAY - timedelta(1), Counts()), (DAY, COUNTED)]
    assert read.total() == COUNTED
    assert read.since == DAY


@pytest.mark.parametrize("days", [None, [], "x", 3])
def test_without_days_the_sum_of_earlier_ones_stays(days: object) -> None:
    data = json.dumps({"since": "2025-01-02", "older": {"shown": 5, "unknown": "x"}, "days": days}).encode()
    read = Statistics.from_json(data, Calendar())
    assert read.total() == Counts(shown=5)
    assert read.since == date(2025, 1, 2)
    assert not read.empty


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=5),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["days", "older", "since", "shown", "2026-11-24"]), x),
        max_leaves=8,
    )
)
def test_any_other_json_is_read_or_told(read: object) -> None:
    try:
        statistics = Statistics.from_json(json.dumps(read).encode(), Calendar())
    except ValueError:
        return
    assert statistics.total().saved >= 0

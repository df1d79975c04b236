"""Which versions are kept for how long, under what, and in which pieces."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.drafts.versions import (
    DAY,
    HOUR,
    LAST_ONES,
    WEEK,
    Occasion,
    Version,
    blocks_of,
    key_of,
    left_behind,
    never_saved,
    new_key,
    superfluous,
)

NOW = 1_700_000_000


def versions(*times: int, named: frozenset[int] = frozenset()) -> list[Version]:
    """By rising number, followed by as many new ones as are kept in any case."""
    times = (*times, *[NOW] * LAST_ONES)
    return [Version(n, at, Occasion.WRITING, "x" if n in named else "", 1, 1) for n, at in enumerate(times)]


def ages_kept(*ages: int) -> list[int]:
    found = versions(*[NOW - age for age in ages])
    over = superfluous(found)
    return [age for number, age in enumerate(ages) if number not in over]


def test_of_the_last_hour_all_are_kept() -> None:
    ages = range(HOUR, 0, -60)
    assert ages_kept(*ages) == list(ages)


@pytest.mark.parametrize(("oldest", "newest", "width"), [(DAY, HOUR, HOUR), (30 * DAY, DAY, DAY), (300 * DAY, 30 * DAY, WEEK)])
def test_of_older_ones_the_last_of_each_hour_day_or_week_is_kept(oldest: int, newest: int, width: int) -> None:
    ages = range(oldest, newest, -width // 6)
    kept = ages_kept(*ages)
    slots = {(NOW - age) // width for age in ages}
    assert [(NOW - age) // width for age in kept] == sorted(slots), "one of each"
    assert all(age == min(a for a in ages if (NOW - a) // width == (NOW - age) // width) for age in kept), "the last"


def test_the_last_ones_stay_however_old_they_are() -> None:
    old = [Version(n, NOW - 400 * DAY + n, Occasion.WRITING, "", 1, 1) for n in range(LAST_ONES)]
    assert superfluous(old) == []


def test_a_clock_that_was_set_back_makes_nothing_old() -> None:
    found = versions(*[NOW + 1000 * DAY + n for n in range(50)])
    assert superfluous(found) == []


class Keeping:
    """A draft of which versions are kept and thinned out, by a clock that may be wrong."""

    def __init__(self) -> None:
        self.now = NOW
        self.true: list[int] = []  # when each was kept, by its number
        self.kept: list[Version] = []

    def keeps(self, after: int = 60, wrong_by: int = 0) -> None:
        self.now += after
        self.kept.append(Version(len(self.true), self.now + wrong_by, Occasion.WRITING, "", 1, 1))
        self.true.append(self.now)
        over = superfluous(self.kept)
        self.kept = [version for version in self.kept if version.number not in over]


@pytest.mark.parametrize("wrong_by", [3650 * DAY, 31 * DAY, 3 * HOUR])
def test_a_clock_that_is_ahead_for_some_saves_makes_nothing_old(wrong_by: int) -> None:
    keeping = Keeping()
    for number in range(55):
        keeping.keeps(wrong_by=wrong_by if 35 <= number < 40 else 0)
    assert [version.number for version in keeping.kept] == list(range(55)), "all of the last hour"


GAPS = st.integers(1, 600) | st.integers(600, 40 * DAY)
AHEAD = st.integers(0, 2 * DAY) | st.integers(0, 4000 * DAY)


@settings(deadline=None)
@given(st.lists(st.tuples(GAPS, AHEAD, st.integers(1, 12), st.integers(1, LAST_ONES - 1)), max_size=12))
def test_a_clock_that_is_ahead_now_and_then_drops_nothing_before_its_time(sessions: list[tuple[int, int, int, int]]) -> None:
    keeping = Keeping()
    for pause, ahead, right, wrong in sessions:
        for number in range(right + wrong):
            keeping.keeps(after=30 if number else pause, wrong_by=0 if number < right else ahead)
            kept = {version.number for version in keeping.kept}
            assert kept >= {n for n, at in enumerate(keeping.true) if keeping.now - at <= HOUR}


@given(st.lists(st.integers(-NOW, 2 * NOW), max_size=60), st.sets(st.integers(0, 59)))
def test_named_ones_and_the_last_ones_are_never_superfluous_and_what_is_has_a_newer_one_beside_it(
    times: list[int], named: set[int]
) -> None:
    found = versions(*times, named=frozenset(named))
    over = set(superfluous(found))
    assert not over & named
    assert not over & {version.number for version in found[-LAST_ONES:]}
    for number in over:
        assert any(
            later.number > number and later.number not in over and abs(later.at - found[number].at) < WEEK for later in found
        )


@given(st.text() | st.text(st.characters(categories=["Cs"]), max_size=4) | st.text("ab.\n\0🐟é", max_size=300))
def test_blocks_joined_are_the_text(text: str) -> None:
    blocks = list(blocks_of(text))
    assert b"".join(blocks).decode("utf-8", "surrogatepass") == text
    assert all(blocks)


def test_a_change_leaves_most_blocks_as_they_are() -> None:
    rng = random.Random(1)
    words = "keeper lamp ferry noon harbour rain glass stairs letter winter".split()
    text = "\n\n".join(f"{' '.join(rng.choices(words, k=12))}. {n}." for n in range(5000))
    before = set(blocks_of(text))
    after = set(blocks_of("A new beginning. " + text.replace(" 2500.", " Something else.")))
    assert len(before) > 20
    assert len(after - before) <= 4


def test_the_key_of_a_draft_is_the_same_by_any_way_to_it(tmp_path: Path) -> None:
    draft = tmp_path / "ferry.md"
    draft.touch()
    (tmp_path / "link").symlink_to(draft)
    (tmp_path / "sub").mkdir()
    keys = {key_of(path) for path in (draft, tmp_path / "link", tmp_path / "sub" / ".." / "ferry.md")}
    assert len(keys) == 1
    draft.rename(tmp_path / "elsewhere.md")
    (tmp_path / "link").unlink()
    assert key_of(draft) in keys, "also when it is gone"
    assert key_of(Path(os.fsdecode(b"/drafts/\xff.md"))) == b"/drafts/\xff.md"


def test_a_draft_that_was_never_saved_has_a_key_of_its_own() -> None:
    assert new_key() != new_key()
    assert never_saved(new_key())
    assert not left_behind(new_key())
    assert not never_saved(key_of(Path("/drafts/ferry.md")))


def test_a_path_is_left_behind_when_there_is_nothing_any_more(tmp_path: Path) -> None:
    draft = tmp_path / "ferry.md"
    assert left_behind(key_of(draft))
    draft.touch()
    assert not left_behind(key_of(draft))

"""Which versions are kept for how long, under what, and in which pieces."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from hypothesis import given
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
    over = superfluous(found, NOW)
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
    assert superfluous(old, NOW) == []


def test_a_clock_that_was_set_back_makes_nothing_old() -> None:
    found = versions(*[NOW + 1000 * DAY + n for n in range(50)])
    assert superfluous(found, NOW) == []


@given(st.lists(st.integers(-NOW, 2 * NOW), max_size=60), st.sets(st.integers(0, 59)), st.integers(0, 2 * NOW))
def test_named_ones_and_the_last_ones_are_never_superfluous_and_what_is_has_a_newer_one_beside_it(
    times: list[int], named: set[int], now: int
) -> None:
    found = versions(*times, named=frozenset(named))
    over = set(superfluous(found, now))
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
    assert not left_behind(new_key())


def test_a_path_is_left_behind_when_there_is_nothing_any_more(tmp_path: Path) -> None:
    draft = tmp_path / "ferry.md"
    assert left_behind(key_of(draft))
    draft.touch()
    assert not left_behind(key_of(draft))

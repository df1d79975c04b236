"""When a suggestion is due: by pace, by the writer's own rhythm, and by how the last ones were received."""

from __future__ import annotations

import pytest

from afterword.assist import timing
from afterword.assist.rhythm import Rhythm


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rhythm(clock: Clock) -> Rhythm:
    return Rhythm(clock)


def types(rhythm: Rhythm, clock: Clock, seconds: float, keys: int = 100) -> None:
    for _ in range(keys):
        clock.now += seconds
        rhythm.key()


@pytest.mark.parametrize("pace", timing.SHOW_AFTER)
def test_at_first_it_is_the_pace_that_counts(rhythm: Rhythm, pace: str) -> None:
    rhythm.set_pace(pace)
    assert rhythm.delay == timing.SHOW_AFTER[pace]


@pytest.mark.parametrize(("seconds", "delay"), [(0.3, 0.225), (0.1, 0.075), (0.2, 0.15), (0.05, 0.075), (0.9, 0.3)])
def test_it_follows_the_writer_s_own_rhythm_within_bounds(rhythm: Rhythm, clock: Clock, seconds: float, delay: float) -> None:
    types(rhythm, clock, seconds)
    assert rhythm.delay == pytest.approx(delay, rel=0.02)


def test_a_pause_is_no_rhythm(rhythm: Rhythm, clock: Clock) -> None:
    types(rhythm, clock, 10.0)
    assert rhythm.delay == timing.SHOW_AFTER["balanced"]


def test_eager_is_at_once_however_slow_the_writer(rhythm: Rhythm, clock: Clock) -> None:
    rhythm.set_pace("eager")
    types(rhythm, clock, 0.9)
    assert rhythm.delay == 0


def test_after_five_in_a_row_ignored_it_waits_longer_until_one_is_taken(rhythm: Rhythm) -> None:
    for pace in ("eager", "balanced"):
        rhythm.set_pace(pace)
        usual = rhythm.delay
        for _ in range(4):
            rhythm.ignored()
        assert rhythm.delay == usual
        rhythm.ignored()
        assert rhythm.delay >= max(usual * 3, 0.5)
        rhythm.taken()
        assert rhythm.delay == usual


def test_after_ten_it_rests_for_half_a_minute_and_is_careful_then(rhythm: Rhythm, clock: Clock) -> None:
    usual = rhythm.delay
    for _ in range(10):
        assert rhythm.rest == 0
        rhythm.ignored()
    assert rhythm.rest == 30
    clock.now += 29.9
    assert rhythm.rest == pytest.approx(0.1)
    clock.now += 0.2
    assert rhythm.rest == 0
    assert rhythm.delay > usual


def test_who_asks_ends_the_rest(rhythm: Rhythm) -> None:
    for _ in range(10):
        rhythm.ignored()
    rhythm.wake()
    assert rhythm.rest == 0
    assert rhythm.delay == timing.SHOW_AFTER["balanced"]

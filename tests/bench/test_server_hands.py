"""How the simulated writers type."""

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.bench.server_hands import Key, keys

TEXT = "The keeper lit the lamp, and the boats came home one by one before the wind turned to the north. " * 60


def page(typed: list[Key]) -> str:
    text = ""
    for key in typed:
        text = text + key.typed if key.typed else text[:-1]
    return text


@given(text=st.text(max_size=300), seed=st.integers(0, 1000), rate=st.floats(0.2, 20))
def test_whatever_slips_the_text_stands_in_the_end(text: str, seed: int, rate: float) -> None:
    typed = list(keys(text, rate, random.Random(seed)))
    assert page(typed) == text
    assert all(key.after_s > 0 for key in typed)


def test_the_rhythm_is_that_of_people() -> None:
    typed = list(keys(TEXT, 5.0, random.Random(7)))
    within = [key.after_s for key in typed if key.after_s < 2]
    assert statistics.mean(within) == pytest.approx(0.2, rel=0.05)
    assert statistics.stdev(within) / statistics.mean(within) == pytest.approx(0.47, rel=0.15)
    pauses, words = len(typed) - len(within), len(TEXT.split())
    assert words / pauses == pytest.approx(12, rel=0.3)
    assert sum(not key.typed for key in typed) / len(typed) == pytest.approx(0.05, abs=0.02)


def test_a_slip_is_another_letter_and_is_taken_back_before_what_belongs_there() -> None:
    slips = 0
    for seed in range(200):
        typed = list(keys("sea", 5.0, random.Random(seed)))
        text = "".join(key.typed or "<" for key in typed)
        slips += "<" in text
        assert text.replace("<", "") != "sea" or text == "sea"
    assert 5 < slips < 40


def test_the_same_chance_types_the_same() -> None:
    first, again, other = (list(keys(TEXT, 5.0, random.Random(seed))) for seed in (1, 1, 2))
    assert first == again != other


def test_the_rate_is_kept() -> None:
    slow, quick = (
        statistics.mean(key.after_s for key in keys(TEXT, rate, random.Random(1)) if key.after_s < 2) for rate in (2.0, 8.0)
    )
    assert slow / quick == pytest.approx(4, rel=0.1)

"""From logits to the next token: what may come, how often, and always the same for the same seed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
    TypicalLogitsWarper,
)

from afterword.engine.processors import DontRepeatYourself
from afterword.engine.sampler import distribution, logits_processors, random_source, sample_next_token
from afterword.engine.sampling import LONG, PRESETS, RANGES, Sampling, with_preset

VOCABULARY = 12
ALL = Sampling(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, repetition_penalty=1.0, seed=1)
GREEDY = Sampling(temperature=0, repetition_penalty=1.0)

logit = st.one_of(st.floats(-30, 30, width=32), st.sampled_from([0.0, 1.0, -math.inf, -math.inf]))
rows = st.lists(logit, min_size=VOCABULARY, max_size=VOCABULARY).filter(lambda row: max(row) > -math.inf)
texts = st.lists(st.integers(0, VOCABULARY - 1), min_size=1, max_size=20)


def _values(key: str) -> st.SearchStrategy[float]:
    allowed = RANGES[key]
    low, high = allowed.low, allowed.high
    if allowed.whole:
        return st.integers(int(low), int(high))
    return st.one_of(
        st.floats(low, high),
        st.integers(math.ceil(low), math.floor(high)),
        st.sampled_from([low, high, math.nextafter(low, high), math.nextafter(high, low)]),
    )


samplings = st.builds(Sampling, **{key: _values(key) for key in RANGES})


def drawn(row: list[float], tokens: list[int], sampling: Sampling, breakers: frozenset[int] = frozenset()) -> int:
    """The next token; the first of the seed of `sampling`."""
    cpu = torch.device("cpu")
    source = random_source(sampling, cpu) if sampling.temperature > 0 else None
    processors = logits_processors(sampling, breakers)
    return sample_next_token(torch.tensor([row]), torch.tensor([tokens]), processors, source)[0]


def chances(row: list[float], tokens: list[int], sampling: Sampling) -> dict[int, float]:
    """What is drawn from, with the draw of XTC by the seed of `sampling`."""
    source = random_source(sampling, torch.device("cpu"))
    candidates, probabilities = distribution(torch.tensor([row]), torch.tensor([tokens]), logits_processors(sampling), source)
    return dict(zip(candidates.tolist(), probabilities.tolist(), strict=True))


# --- whatever the values --------------------------------------------------------------------------------------------


@given(row=rows, tokens=texts, sampling=samplings.filter(lambda sampling: sampling.temperature > 0))
def test_any_sampling_leaves_something_to_draw_from_and_nothing_that_cannot_come(
    row: list[float], tokens: list[int], sampling: Sampling
) -> None:
    found = chances(row, tokens, sampling)
    possible = {token: chance for token, chance in found.items() if chance > 0}
    assert all(math.isfinite(chance) for chance in found.values())
    assert sum(possible.values()) == pytest.approx(1, abs=1e-4)
    assert all(row[token] > -math.inf for token in possible)


@given(row=rows, tokens=texts, sampling=samplings)
def test_the_token_is_one_that_the_processors_allow(row: list[float], tokens: list[int], sampling: Sampling) -> None:
    sampling = replace(sampling, seed=max(sampling.seed, 0))
    source = random_source(sampling, torch.device("cpu"))
    allowed = logits_processors(sampling)(torch.tensor([tokens]), torch.tensor([row]), source=source)[0]
    token = drawn(row, tokens, sampling)
    assert allowed[token] > -math.inf
    if sampling.temperature == 0:
        assert allowed[token] == allowed.max()


@given(row=rows, tokens=texts, sampling=samplings)
def test_the_same_seed_gives_the_same_token(row: list[float], tokens: list[int], sampling: Sampling) -> None:
    sampling = replace(sampling, seed=max(sampling.seed, 0))
    assert drawn(row, tokens, sampling) == drawn(row, tokens, sampling)


@given(row=rows, tokens=texts, sampling=samplings)
def test_what_sampling_does_it_does_as_transformers_in_the_order_of_generate(
    row: list[float], tokens: list[int], sampling: Sampling
) -> None:
    sampling = replace(
        sampling,
        temperature=max(sampling.temperature, 0.1),
        typical_p=max(sampling.typical_p, 0.01),
        dry_multiplier=0.0,
        xtc_probability=0.0,
    )
    expected = _generate(sampling)(torch.tensor([tokens]), torch.tensor([row]))[0].softmax(-1)
    if not expected.isfinite().all():  # the n-gram ban left nothing; what then happens is tested with the ban
        return
    found = chances(row, tokens, sampling)
    for token in range(VOCABULARY):
        assert found.get(token, 0.0) == pytest.approx(float(expected[token]), abs=1e-5)


def _generate(sampling: Sampling) -> Any:
    """The processors that transformers' `generate` makes of the same values, all on the whole vocabulary."""
    made: list[tuple[bool, Any]] = [
        (sampling.repetition_penalty != 1, lambda: RepetitionPenaltyLogitsProcessor(float(sampling.repetition_penalty))),
        (sampling.no_repeat_ngram > 0, lambda: NoRepeatNGramLogitsProcessor(sampling.no_repeat_ngram)),
        (True, lambda: TemperatureLogitsWarper(float(sampling.temperature))),
        (sampling.top_k > 0, lambda: TopKLogitsWarper(sampling.top_k)),
        (sampling.top_p < 1, lambda: TopPLogitsWarper(sampling.top_p)),
        (sampling.min_p > 0, lambda: MinPLogitsWarper(sampling.min_p)),
        (sampling.typical_p < 1, lambda: TypicalLogitsWarper(sampling.typical_p)),
    ]
    return LogitsProcessorList(make() for wanted, make in made if wanted)


# --- one value at a time --------------------------------------------------------------------------------------------

ROW = torch.tensor([0.4, 0.25, 0.15, 0.1, 0.05, 0.03, 0.02]).log().tolist()
LOOP = [0, 1, 2, 0, 1, 2, 0, 1]  # 2 would go on with it


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ({}, {0, 1, 2, 3, 4, 5, 6}),
        ({"top_k": 3}, {0, 1, 2}),
        ({"top_p": 0.7}, {0, 1, 2}),
        ({"min_p": 0.3}, {0, 1, 2}),
        ({"typical_p": 0.3}, {1, 2}),
        ({"typical_p": 0.0}, {1}),
        ({"no_repeat_ngram": 3}, {0, 1, 3, 4, 5, 6}),
        ({"no_repeat_ngram": 1}, {3, 4, 5, 6}),
        ({"xtc_probability": 1.0, "xtc_threshold": 0.12}, {2, 3, 4, 5, 6}),
        ({"xtc_probability": 1.0, "xtc_threshold": 0.12, "top_k": 2}, {1}),
        ({"xtc_probability": 1.0, "xtc_threshold": 0.2, "top_k": 3}, {1, 2}),
    ],
)
def test_what_each_value_leaves(changed: dict[str, Any], left: set[int]) -> None:
    found = chances(ROW, LOOP, replace(ALL, **changed))
    assert {token for token, chance in found.items() if chance > 0} == left


def test_dry_makes_the_loop_less_likely_by_the_exponential_of_its_penalty() -> None:
    plain, penalized = chances(ROW, LOOP, ALL), chances(ROW, LOOP, replace(ALL, dry_multiplier=0.8))
    odds = (penalized[2] / penalized[0]) / (plain[2] / plain[0])
    assert odds == pytest.approx(math.exp(-0.8 * 1.75 ** (5 - 2)), rel=1e-4)


def test_breakers_reach_dry() -> None:
    sure = [0.0, 0.0, 3.0, 1.0]
    looping = replace(GREEDY, dry_multiplier=5.0)
    assert drawn(sure, LOOP, GREEDY) == 2
    assert drawn(sure, LOOP, looping) == 3
    assert drawn(sure, LOOP, looping, frozenset({1})) == 2


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"repetition_penalty": 1.5}, 3),
        ({"dry_multiplier": 5.0}, 3),
        ({"no_repeat_ngram": 3}, 3),
        ({"xtc_probability": 1.0, "xtc_threshold": 0.0}, 2),
        ({"typical_p": 0.01}, 2),
    ],
)
def test_at_temperature_zero_penalties_and_bans_act_and_what_narrows_the_draw_does_not(
    changed: dict[str, Any], expected: int
) -> None:
    assert drawn([0.0, 0.0, 3.0, 2.5], LOOP, replace(GREEDY, **changed)) == expected


def test_a_very_low_temperature_takes_the_likeliest() -> None:
    assert chances([0.0, 90.0, 89.0, -math.inf], [0], replace(ALL, temperature=5e-324))[1] == pytest.approx(1)


def test_a_seed_gives_its_own_tokens_again_and_again() -> None:
    def tokens(seed: int) -> list[int]:
        sampling = replace(ALL, xtc_probability=0.5, seed=seed)
        source, flat, none = random_source(sampling, torch.device("cpu")), torch.zeros(1, 99), torch.zeros(1, 0).long()
        return [sample_next_token(flat, none, logits_processors(sampling), source)[0] for _ in range(20)]

    assert tokens(1) == tokens(1)
    assert len({tuple(tokens(seed)) for seed in (1, 2, -1, -1)}) == 4


def test_tokens_are_drawn_as_often_as_they_should() -> None:
    sampling, source = replace(ALL, top_k=2), torch.Generator().manual_seed(1)
    row, none = torch.tensor([ROW]), torch.zeros(1, 0, dtype=torch.long)
    counts = torch.zeros(len(ROW))
    for _ in range(1000):
        counts[sample_next_token(row, none, logits_processors(sampling), source)[0]] += 1
    assert counts[2:].sum() == 0
    assert 560 < counts[0] < 670, "0.4 of 0.65"


@pytest.mark.parametrize("seed", range(5))
def test_xtc_draws_from_the_source_of_the_seed(seed: int) -> None:
    acts = float(torch.rand(1, generator=torch.Generator().manual_seed(seed))) < 0.5
    assert (chances(ROW, [0], replace(ALL, xtc_probability=0.5, seed=seed))[0] == 0) == acts


def test_the_probability_is_the_models_own() -> None:
    row, source = torch.tensor([ROW]), torch.Generator().manual_seed(1)
    processors = logits_processors(replace(ALL, temperature=0.1, top_k=1, repetition_penalty=1.5))
    token, probability = sample_next_token(row, torch.tensor([LOOP]), processors, source)
    assert token == 0
    assert probability == pytest.approx(0.4, abs=1e-5)


def test_the_presets_and_the_defaults_go_through() -> None:
    for sampling in (Sampling(), LONG, *(with_preset(Sampling(), name) for name in PRESETS)):
        assert 0 <= drawn(ROW, LOOP, replace(sampling, seed=1)) < len(ROW)
    assert any(isinstance(processor, DontRepeatYourself) for processor in logits_processors(LONG))


# --- what cannot come -----------------------------------------------------------------------------------------------


@given(tokens=texts, sampling=samplings, only=st.integers(0, VOCABULARY - 1), value=st.floats(-(2.0**99), 2.0**99, width=32))
def test_the_only_token_that_can_come_does(tokens: list[int], sampling: Sampling, only: int, value: float) -> None:
    row = [-math.inf] * VOCABULARY
    row[only] = value
    assert drawn(row, tokens, sampling) == only


@pytest.mark.parametrize("sampling", [GREEDY, Sampling(), LONG])
@pytest.mark.parametrize(
    ("row", "words"),
    [
        ([0.0, math.nan, 1.0], "logits reach nan"),
        ([math.nan] * 3, "logits reach nan"),
        ([0.0, math.inf, 1.0], "logits reach inf"),
        ([-math.inf] * 3, "every token is ruled out"),
    ],
)
def test_logits_that_mean_nothing_are_an_error(row: list[float], words: str, sampling: Sampling) -> None:
    with pytest.raises(ValueError, match=words):
        drawn(row, [0], sampling)

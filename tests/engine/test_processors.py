"""DRY, XTC and the ban of n-grams, beside what their definitions say in as few words as possible."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer, LogitsProcessorList, PreTrainedTokenizerFast

from afterword.engine.processors import (
    BREAKERS,
    DontRepeatYourself,
    ExcludeTopChoices,
    NoRepeatNGram,
    breaker_tokens,
    repetitions,
)
from tests.engine.tiny import tiny_gpt2

VOCABULARY = 5
texts = st.lists(st.integers(0, VOCABULARY - 1), min_size=1, max_size=40)
some = st.frozensets(st.integers(0, VOCABULARY - 1), max_size=2)
logits = st.lists(st.one_of(st.floats(-20, 20, width=32), st.just(-math.inf)), min_size=VOCABULARY, max_size=VOCABULARY)


def dry(tokens: list[int], breakers: frozenset[int] = frozenset(), allowed_length: int = 2) -> list[float]:
    """What DRY takes from each logit, by default at 0.8 and 1.75."""
    processor = DontRepeatYourself(0.8, 1.75, allowed_length, breakers)
    return [-score for score in processor(torch.tensor([tokens]), torch.zeros(1, VOCABULARY))[0].tolist()]


def longest_repetition(tokens: list[int], follower: int, breakers: frozenset[int]) -> int:
    """How many of the last tokens stand before some `follower`, none of them a breaker; by trying everything."""
    return max(
        (
            length
            for place, token in enumerate(tokens)
            for length in range(1, place + 1)
            if token == follower and token not in breakers
            if tokens[place - length : place] == tokens[-length:] and not breakers & set(tokens[-length:])
        ),
        default=0,
    )


# --- DRY ------------------------------------------------------------------------------------------------------------


@given(tokens=texts, breakers=some)
def test_repetitions_are_those_that_trying_every_place_finds(tokens: list[int], breakers: frozenset[int]) -> None:
    expected = {token: longest_repetition(tokens, token, breakers) for token in range(VOCABULARY)}
    assert repetitions(tokens, breakers) == {token: length for token, length in expected.items() if length}


@pytest.mark.parametrize("length", range(1, 11))
def test_repetitions_of_two_words_in_every_order(length: int) -> None:
    for tokens in itertools.product((0, 1), repeat=length):
        expected = {token: longest_repetition(list(tokens), token, frozenset()) for token in (0, 1)}
        assert repetitions(list(tokens)) == {token: found for token, found in expected.items() if found}


@given(
    tokens=texts,
    breakers=some,
    scores=logits,
    multiplier=st.floats(0.01, 5),
    base=st.floats(1, 4),
    allowed_length=st.integers(1, 6),
)
def test_dry_penalizes_by_its_formula_whatever_would_prolong_a_repetition_and_nothing_else(
    tokens: list[int], breakers: frozenset[int], scores: list[float], multiplier: float, base: float, allowed_length: int
) -> None:
    processor = DontRepeatYourself(multiplier, base, allowed_length, breakers)
    processed = processor(torch.tensor([tokens]), torch.tensor([scores]))[0].tolist()
    for token in range(VOCABULARY):
        length = longest_repetition(tokens, token, breakers)
        if length < allowed_length:
            assert processed[token] == scores[token]
        else:
            penalty = min(multiplier * base ** (length - allowed_length), 1e30 * multiplier)
            assert processed[token] == pytest.approx(scores[token] - penalty, rel=1e-4, abs=1e-4)


def test_dry_by_an_example() -> None:
    assert dry([0, 1, 2, 3, 0, 1, 2]) == pytest.approx([0, 0, 0, 0.8 * 1.75, 0])
    assert dry([0, 1, 2, 3, 0, 1, 2], allowed_length=4) == [0, 0, 0, 0, 0]


def test_a_breaker_ends_a_repetition_and_is_free_itself() -> None:
    tokens = [0, 1, 2, 3, 0, 1, 2]
    assert dry(tokens, frozenset({0})) == pytest.approx([0, 0, 0, 0.8, 0])
    assert dry(tokens, frozenset({1})) == [0, 0, 0, 0, 0]
    assert dry(tokens, frozenset({2})) == [0, 0, 0, 0, 0]
    assert dry(tokens, frozenset({3})) == [0, 0, 0, 0, 0]


def test_however_long_a_repetition_dry_bans_nothing_and_the_shorter_one_stays_the_likelier() -> None:
    long = [0] * 1300
    scores = DontRepeatYourself(5.0, 4.0, 1)(torch.tensor([long]), torch.zeros(1, 2))[0]
    assert scores.isfinite().all()
    assert scores[0] < -1e20
    assert scores[1] == 0


def test_dry_takes_each_row_for_itself_and_changes_nothing_in_place() -> None:
    rows = [[0, 1, 2, 3, 0, 1, 2], [4, 4, 4, 4, 4, 4, 4], [0, 1, 2, 3, 4, 3, 2]]
    given_scores = torch.arange(3.0 * VOCABULARY).reshape(3, VOCABULARY)
    kept = given_scores.clone()
    processor = DontRepeatYourself(0.8, 1.75, 2)
    together = processor(torch.tensor(rows), given_scores)
    alone = [processor(torch.tensor([row]), given_scores[i : i + 1]) for i, row in enumerate(rows)]
    assert together.equal(torch.cat(alone))
    assert [row.equal(old) for row, old in zip(together, kept, strict=True)] == [False, False, True]
    assert given_scores.equal(kept)


def test_dry_passes_over_tokens_that_the_model_has_no_logit_for() -> None:
    assert dry([0, 1, 9, 0, 1, 3, 0, 1]) == pytest.approx([0, 0, 0, 0.8, 0])
    assert dry([0, 1, 9, 0, 1]) == [0, 0, 0, 0, 0]


class Counted(int):
    """A token that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return int.__eq__(self, other)

    __hash__ = int.__hash__


@pytest.mark.parametrize("pattern", [[0], [0, 1], [0, 0, 1], [0, 1, 0, 0, 1]])
def test_repetitions_takes_time_in_proportion_to_the_text(pattern: list[int]) -> None:
    tokens: list[int] = [Counted(token) for token in (pattern * 1300)[:1300]]
    Counted.compared = 0
    assert repetitions(tokens)
    assert Counted.compared < 5 * len(tokens)


# --- XTC ------------------------------------------------------------------------------------------------------------


def xtc(scores: list[float], probability: float, threshold: float, seed: int = 1) -> list[float]:
    source = torch.Generator().manual_seed(seed)
    return list(ExcludeTopChoices(probability, threshold)(torch.zeros(1, 0), torch.tensor([scores]), source)[0].tolist())


@given(scores=logits.filter(lambda scores: max(scores) > -math.inf), threshold=st.floats(0, 0.5), seed=st.integers(0, 99))
def test_xtc_leaves_of_the_tokens_from_the_threshold_on_only_the_least_likely(
    scores: list[float], threshold: float, seed: int
) -> None:
    likely = torch.tensor(scores).softmax(-1).tolist()
    threshold32 = float(torch.tensor(threshold))
    top = [score for score, share in zip(scores, likely, strict=True) if share >= threshold32 and share > 0]
    least = min(top, default=math.inf)
    assert xtc(scores, 1, threshold, seed) == [-math.inf if score > least else score for score in scores]


@given(scores=logits, threshold=st.floats(0, 0.5), seed=st.integers(0, 99))
def test_xtc_leaves_nothing_out_at_probability_zero(scores: list[float], threshold: float, seed: int) -> None:
    assert xtc(scores, 0, threshold, seed) == scores


def test_xtc_by_an_example() -> None:
    scores = torch.tensor([0.4, 0.3, 0.2, 0.06, 0.04]).log().tolist()
    assert xtc(scores, 1, 0.1) == [-math.inf, -math.inf, *scores[2:]]
    assert xtc(scores, 1, 0.35) == scores, "one top choice alone stays"
    assert xtc(scores, 1, 0.5) == scores


def test_xtc_never_comes_to_a_token_of_no_probability() -> None:
    scores = [0.0, -1.0, -1000.0, -math.inf, -math.inf]
    assert xtc(scores, 1, 0.0) == [-math.inf, *scores[1:]]


def test_xtc_acts_as_often_as_it_should_and_draws_for_each_row() -> None:
    rows = torch.tensor([0.4, 0.3, 0.2, 0.06, 0.04]).log().repeat(1000, 1)
    processed = ExcludeTopChoices(0.3, 0.1)(torch.zeros(1000, 0), rows, torch.Generator().manual_seed(1))
    assert 250 < int((processed[:, 0] == -math.inf).sum()) < 350
    assert rows.isfinite().all(), "nothing is changed in place"


def test_xtc_draws_one_number_whether_or_not_there_is_something_to_leave_out() -> None:
    sources = [torch.Generator().manual_seed(1) for _ in range(2)]
    for source, scores in zip(sources, ([0.0, 0.0], [0.0, -9.0]), strict=True):
        ExcludeTopChoices(1.0, 0.1)(torch.zeros(1, 0), torch.tensor([scores]), source)
    assert sources[0].get_state().equal(sources[1].get_state())
    assert not sources[0].get_state().equal(torch.Generator().manual_seed(1).get_state())


def test_xtc_is_handed_the_source_by_transformers_list() -> None:
    processors = LogitsProcessorList([ExcludeTopChoices(1.0, 0.1)])
    processed = processors(torch.zeros(1, 0), torch.tensor([[0.0, -0.5]]), source=torch.Generator())
    assert processed.tolist() == [[-math.inf, -0.5]]
    with pytest.raises(ValueError, match="source"):
        processors(torch.zeros(1, 0), torch.zeros(1, 2))


# --- n-grams --------------------------------------------------------------------------------------------------------


@given(tokens=texts, scores=logits, n=st.integers(1, 4))
def test_what_would_end_an_ngram_that_was_there_is_banned_unless_nothing_else_is_left(
    tokens: list[int], scores: list[float], n: int
) -> None:
    there = {tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)}
    last = tokens[len(tokens) - n + 1 :]
    banned = [-math.inf if (*last, token) in there else score for token, score in enumerate(scores)]
    expected = banned if max(banned) > -math.inf else scores
    assert NoRepeatNGram(n)(torch.tensor([tokens]), torch.tensor([scores]))[0].tolist() == expected


# --- breakers -------------------------------------------------------------------------------------------------------


def broken(tokenizer: Any) -> set[int]:
    return {token for token in range(len(tokenizer)) if any(breaker in tokenizer.decode([token]) for breaker in BREAKERS)}


def byte_level(folder: Path) -> Any:
    tokenizer = AutoTokenizer.from_pretrained(tiny_gpt2(folder))
    tokenizer.add_tokens(["“No", "\n\n", ".”"])
    return tokenizer


def sentence_pieces(_: Path) -> Any:
    from tokenizers import Tokenizer, decoders, models

    pieces = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "▁said", ":", '▁"', "”", "▁“A", "Ċ", "\n\n", "x*"]
    tokenizer = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, [], unk_token="<unk>", byte_fallback=True))
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")


def word_pieces(_: Path) -> Any:
    from tokenizers import Tokenizer, decoders, models

    pieces = ["[UNK]", "said", "##s", ":", "##:", '"', "*", "“", "”", "##”", "Ċ"]
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.decoder = decoders.WordPiece()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]")


@pytest.mark.parametrize("make", [byte_level, sentence_pieces, word_pieces])
def test_breakers_are_the_tokens_that_spell_one(tmp_path: Path, make: Any) -> None:
    tokenizer = make(tmp_path)
    expected = broken(tokenizer)
    assert len(expected) > 4
    assert breaker_tokens(tokenizer) == expected

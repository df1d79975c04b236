"""Other words for those that stand in a text: what is proposed, what is offered, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.opening import open_model
from afterword.engine.protocol import Piece, never
from afterword.suggest.replacing import MOST, PROPOSED, Spot, alternatives
from afterword.text.context import Context
from tests.fakes.scripted import ScriptedModel
from tests.starter import starter_folder as starter_folder

AFTER = " past the quay and on to the old harbour, where she slept until the morning."


class ScriptedMasked:
    """Proposes what it is told to, and remembers what it was asked."""

    def __init__(self, says: Sequence[str]) -> None:
        self.says = says
        self.asked: list[tuple[str, str, int]] = []

    def propose(self, before: str, after: str, words: int, n: int, stopped: Callable[[], bool] = never) -> list[str]:
        self.asked.append((before, after, words))
        return list(self.says)

    def close(self) -> None:
        pass


def spot(words: str = "walked", before: str = "They ", after: str = AFTER) -> Spot:
    return Spot(Context(before, after), words)


def by_word(chances: Mapping[str, float]) -> Callable[[str], float]:
    """The logarithm of the probability of a text, by its first word."""
    return lambda text: math.log(chances.get(text.split()[0].strip(",."), 1e-9))


def test_what_fits_both_sides_best_comes_first() -> None:
    model = ScriptedModel(
        candidates=["were late", "went home", "ran away", "42 times", "_walk_ on"],
        scores=lambda text: {"were": -9.0, "went": -4.0, "ran": -5.0, "walked": -6.0}[text.split()[0]],
    )
    assert alternatives(model, spot()) == ["went", "ran", "were"]
    near, far = " past the quay and", " past the quay and on to the old harbour, where she slept"
    assert set(model.scored[:4]) == {f"{word}{near}" for word in ("walked", "were", "went", "ran")}
    assert set(model.scored[4:]) == {f"{word}{far}" for word in ("walked", "were", "went", "ran")}


def test_what_stands_there_is_not_offered_and_nothing_twice() -> None:
    model = ScriptedModel(candidates=["walked on", "Walked on", "went on", "Went off", "ran on", "ran, on"])
    assert alternatives(model, spot()) == ["went", "ran"]


def test_words_of_several_tokens_are_whole() -> None:
    pieces = [Piece("wan", 0.9), Piece("dered", 0.9), Piece(" off", 0.9), Piece(" then", 0.9)]
    half_open = [Piece("half", 0.9), Piece("-", 0.9), Piece("slept", 0.9), Piece(" a", 0.9)]
    ending = [Piece("strol", 0.9), Piece("led", 0.9)]
    model = ScriptedModel(candidates=[pieces, half_open, ending])
    assert alternatives(model, spot()) == ["wandered", "half-slept", "strolled"]
    assert model.candidates_asked == [PROPOSED]


def test_no_more_is_made_of_a_candidate_than_its_words() -> None:
    model = ScriptedModel(candidates=["went on and on", ", then on"])
    said: list[int] = []
    found = model.candidates

    def counted(*arguments: object, **named: object) -> list[list[Piece]]:
        answer = found(*arguments, **named)  # type: ignore[arg-type]
        said.extend(map(len, answer))
        return answer

    model.candidates = counted  # type: ignore[method-assign]
    alternatives(model, spot())
    assert said == [2, 1]


def test_a_candidate_that_begins_with_something_else_than_a_word_is_none() -> None:
    model = ScriptedModel(candidates=[", and", "\nThey", "“No", "went on", "…"])
    assert alternatives(model, spot()) == ["went"]


@pytest.mark.parametrize("words", ["walked on", "walked on and"])
def test_several_words_give_way_to_as_many_or_fewer(words: str) -> None:
    model = ScriptedModel(candidates=["went away from there", "ran, laughing"])
    expected = {"went", "went away", "ran"} | ({"went away from"} if words.count(" ") == 2 else set())
    assert set(alternatives(model, spot(words)) or ()) == expected


def test_there_are_eight_at_most() -> None:
    model = ScriptedModel(
        candidates=[f"w{n} on" for n in range(40)], scores=lambda text: -float(text.split()[0].strip("walked") or 0)
    )
    assert alternatives(model, spot()) == [f"w{n}" for n in range(MOST)]


def test_what_is_far_less_probable_than_what_stands_there_does_not_fit() -> None:
    model = ScriptedModel(candidates=["went on", "of on"], scores=by_word({"walked": 0.5, "went": 0.01, "of": 1e-7}))
    assert alternatives(model, spot()) == ["went"]
    model = ScriptedModel(candidates=["the on", "of on"], scores=by_word({"walked": 0.5, "the": 1e-6, "of": 1e-7}))
    assert alternatives(model, spot()) == []


def test_what_fits_as_well_as_what_stands_there_fits_however_good_the_best_is() -> None:
    many = {f"w{n}": 0.9 for n in range(3)} | {"ran": 2e-6, "of": 5e-7}
    model = ScriptedModel(candidates=[f"{word} on" for word in many], scores=by_word(many | {"walked": 1e-6}))
    assert alternatives(model, spot()) == ["w0", "w1", "w2", "ran"]
    many = {f"w{n}": 0.9 for n in range(3)} | {f"v{n}": 1e-5 for n in range(30)} | {"ran": 2e-6}
    model = ScriptedModel(candidates=[f"{word} on" for word in many], scores=by_word(many | {"walked": 1e-6}))
    assert (alternatives(model, spot()) or [])[:5] == ["w0", "w1", "w2", "v0", "v1"]


# --- capitals and marks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "words", "said", "offered"),
    [
        ("", "Walked", "went", "Went"),
        ("It rained. ", "Walked", "went", "Went"),
        ("It rained.\n", "Walked", "went", "Went"),
        ("It rained. “", "Walked", "went", "Went"),
        ("# ", "Walked", "went", "Went"),
        ("It rained. ", "walked", "Went", "went"),
        ("It rained. ", "we", "I", "I"),
        ("It rained. ", "They", "NASA", "NASA"),
        ("It rained. ", "I", "we", "We"),
        ("And then ", "I", "we", "we"),
        ("We met Mr. ", "Hale", "Stone", "Stone"),
        ("And then ", "Ana", "she", "she"),
        ("And then ", "she", "Ana", "Ana"),
        ("And then ", "STOP", "wait", "WAIT"),
        ("It was ", "Old Harbour", "new street", "New Street"),
        ("It was ", "old harbour", "new street", "new street"),
    ],
)
def test_capitals_are_as_the_place_wants_them(before: str, words: str, said: str, offered: str) -> None:
    model = ScriptedModel(candidates=[f"{said} on"])
    assert offered in (alternatives(model, spot(words, before)) or ())


def test_of_two_that_differ_in_capitals_the_one_that_is_written_like_the_word_is_offered() -> None:
    model = ScriptedModel(candidates=["House on", "house on"])
    assert alternatives(model, spot("hut", "The old ")) == ["house"]
    assert alternatives(model, spot("Hut", "The old ")) == ["House"]


def test_the_marks_around_it_stay_and_count() -> None:
    model = ScriptedModel(candidates=["went on", "ran on"], scores=lambda text: 0.0)
    assert alternatives(model, spot("walked", "They (", "), as ever.")) == ["went", "ran"]
    assert "went), as ever" in model.scored


def test_no_word_comes_to_stand_beside_itself() -> None:
    model = ScriptedModel(candidates=["the on", "past it", "went on"])
    assert alternatives(model, spot("walked", "to the ")) == ["went"]


# --- with a masked model --------------------------------------------------------------------------------------------


def test_a_masked_model_proposes_too_and_the_other_judges() -> None:
    masked = ScriptedMasked(["sailed", "went", "Swam"])
    model = ScriptedModel(
        candidates=["went on"], scores=by_word({"went": 0.02, "sailed": 0.3, "Swam": 0.001, "swam": 0.001, "walked": 0.1})
    )
    assert alternatives(model, spot(), masked) == ["sailed", "went", "Swam"]
    assert masked.asked == [("They ", AFTER, 1)]


def test_the_words_of_a_masked_model_without_capitals_get_theirs_before_they_are_judged() -> None:
    model = ScriptedModel(candidates=[], scores=by_word({"Sailed": 0.3, "Walked": 0.1}))
    assert alternatives(model, spot("Walked", ""), ScriptedMasked(["sailed"])) == ["Sailed"]


# --- what a model cannot do -----------------------------------------------------------------------------------------


def test_a_model_without_candidates_judges_what_a_masked_one_proposes() -> None:
    model = ScriptedModel(absent=["candidates"], scores=by_word({"went": 0.1, "sailed": 0.3, "walked": 0.1}))
    assert alternatives(model, spot()) == []
    assert alternatives(model, spot(), ScriptedMasked(["went", "sailed"])) == ["sailed", "went"]


def test_a_model_that_cannot_judge_offers_them_as_it_finds_them() -> None:
    model = ScriptedModel(absent=["score"], candidates=["went on", "ran on"])
    assert alternatives(model, spot()) == ["went", "ran"]


def test_once_it_is_stopped_nothing_is_answered() -> None:
    model = ScriptedModel(candidates=["went on"])
    assert alternatives(model, spot(), stopped=lambda: True) is None
    assert model.scored == []
    judged = ScriptedModel(candidates=[f"w{n} on" for n in range(40)])
    assert alternatives(judged, spot(), stopped=lambda: bool(judged.scored)) is None
    assert len(judged.scored) < 40, "it is looked at between two parts"


said = st.lists(st.sampled_from(["the", "The", " a", "walk", "ed", " ", "'s", "-", ".", "\n", "É", "我", "“"]), max_size=5).map(
    "".join
)


@given(said, st.lists(said, max_size=6), said)
def test_what_is_offered_is_whole_words_each_once(before: str, candidates: list[str], after: str) -> None:
    found = alternatives(ScriptedModel(candidates=candidates), Spot(Context(before, after), "Word here"))
    assert found is not None
    assert len({text.casefold() for text in found}) == len(found)
    for text in found:
        assert text == text.strip() != ""
        assert "\n" not in text
        assert 1 <= len(text.split(" ")) <= 2


# --- the starter model ----------------------------------------------------------------------------------------------


@pytest.mark.starter
def test_the_starter_model_finds_words_that_fit_both_sides(starter_folder: Path) -> None:
    model = open_model("starter", starter_folder.parent)
    try:
        before, after = "I am at the trade fair on ", ", and on the day after that I shall be back in the office."
        days = alternatives(model, Spot(Context(before, after), "Wednesday")) or []
        assert {"Monday", "Tuesday", "Thursday", "Friday"} & set(days[:5])
        assert "Wednesday" not in days
        first = alternatives(model, Spot(Context("It rained all night. ", " went home early because he was tired."), "Ana")) or []
        assert "He" in first[:5]
        assert all(text[0].isupper() for text in first), "it begins a sentence"
        past = alternatives(model, Spot(Context("Yesterday she ", " to the market and bought some apples."), "strolled")) or []
        present = alternatives(model, Spot(Context("Every day she ", " to the market and buys some apples."), "strolls")) or []
        assert (past[0], present[0]) == ("went", "goes"), "what follows decides between its forms"
        drinks = (
            alternatives(model, Spot(Context("She poured herself a cup of ", " and drank it while it was hot."), "cocoa")) or []
        )
        assert {"tea", "coffee"} <= set(drinks[:5])
    finally:
        model.close()

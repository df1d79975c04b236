"""In the middle of a paragraph what follows the cursor decides."""

import math
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Piece, Request
from afterword.engine.sampling import Sampling
from afterword.suggest.suggester import LOOKING_AHEAD, Suggester
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import Context
from tests.fakes.scripted import ScriptedModel

AFTER = " to the harbour, where she slept."


def chances(by_beginning: Mapping[str, float]):
    """The logarithm of the probability of a text, by how it begins."""
    return lambda text: math.log(next(chance for beginning, chance in by_beginning.items() if text.startswith(beginning)))


def asked(model: ScriptedModel, after: str = AFTER, before: str = "They", **sampling: float) -> list[Suggestion]:
    request = Request(1, Context(before, after), Sampling(**sampling))  # type: ignore[arg-type]
    return list(Suggester(model).suggest(request))


def test_the_candidate_after_which_the_following_text_is_likeliest_is_shown() -> None:
    model = ScriptedModel(
        candidates=[" slept", " went", " ran"],
        scores=chances({" slept to": 0.01, " went to": 0.3, " ran to": 0.1, " slept": 0.5, " went": 0.4, " ran": 0.1}),
    )
    assert [one.text for one in asked(model, eagerness=100)] == [" went"]
    following = " to the harbour, where she slept"  # six words of it are enough
    assert model.scored[:3] == [f" slept{following}", f" went{following}", f" ran{following}"]
    assert model.candidates_asked == [6]


def test_a_candidate_goes_as_far_as_it_leads_best_to_what_follows() -> None:
    model = ScriptedModel(
        candidates=[" went down and out"],
        scores=chances({" went down to": 0.5, " went to": 0.2, " went down and to": 0.01, " went": 0.9}),
    )
    assert asked(model)[-1].text == " went down"
    model = ScriptedModel(candidates=["went down and out"], scores=lambda text: 0.0 if text.startswith("went down to") else -0.1)
    assert asked(model, AFTER.strip(), "They ")[-1].text == "went down "


def test_that_all_candidates_are_improbable_counts_too() -> None:
    model = ScriptedModel(candidates=[" slept", " went"], scores=chances({" went to": 0.9, " slept": 0.01, " went": 0.1}))
    assert asked(model, eagerness=50) == [Suggestion((), Ended.UNSURE)]
    assert asked(model, eagerness=100)[-1].text == " went"


def test_what_follows_counts_half() -> None:
    likely = {" slept to": 0.1, " went to": 0.2}
    near = ScriptedModel(candidates=[" slept", " went"], scores=chances({**likely, " slept": 0.5, " went": 0.4}))
    far = ScriptedModel(candidates=[" slept", " went"], scores=chances({**likely, " slept": 0.5, " went": 0.2}))
    assert asked(near, eagerness=100)[-1].text == " went"
    assert asked(far, eagerness=100)[-1].text == " slept"


@pytest.mark.parametrize("after", ["", "\n\nThe next day", "”\nThe next day", ".", " …"])
def test_where_the_paragraph_ends_at_the_cursor_nothing_is_compared(after: str) -> None:
    model = ScriptedModel(" went home", candidates=[" ran"])
    assert asked(model, after)[-1].text.rstrip() == " went home"
    assert not model.candidates_asked
    assert not model.scored


@pytest.mark.parametrize("absent", ["candidates", "score"])
def test_a_model_that_cannot_compare_just_goes_on(absent: str) -> None:
    model = ScriptedModel(" went down", candidates=[" ran"], absent=[absent])
    assert asked(model)[-1].text == " went down"


def test_looking_ahead_can_be_left_out() -> None:
    model = ScriptedModel(" went down", candidates=[" ran"])
    request = Request(1, Context("They", AFTER))
    assert list(Suggester(model, without=[LOOKING_AHEAD]).suggest(request))[-1].text == " went down"
    assert not model.candidates_asked


def test_where_none_of_them_stands_out_nothing_is_shown() -> None:
    model = ScriptedModel(candidates=[" slept", " went", " ran", " sat"])
    assert asked(model, eagerness=20) == [Suggestion((), Ended.UNSURE)]
    assert asked(model, eagerness=100)[-1].text == " slept"


@given(st.lists(st.floats(-20, 0), min_size=4, max_size=4), st.integers(0, 100), st.integers(0, 100))
def test_a_higher_eagerness_shows_no_less(scores: list[float], one: int, other: int) -> None:
    words = [" slept", " went", " ran", " sat"]
    model = ScriptedModel(
        candidates=words, scores=lambda text: scores[next(n for n, w in enumerate(words) if text.startswith(w))]
    )
    low, high = (asked(model, eagerness=eagerness)[-1].text for eagerness in sorted((one, other)))
    assert low in ("", high)


def test_the_same_text_twice_does_not_stand_in_its_own_way() -> None:
    candidates: Sequence[Sequence[Piece]] = [[Piece(" went", 0.5)], [Piece(" we", 0.3), Piece("nt", 0.9)], [Piece(" ran", 0.2)]]
    model = ScriptedModel(candidates=candidates, scores=chances({" went": 0.5, " ran": 0.3}))
    assert asked(model, eagerness=50)[-1].text == " went"  # 0.5 of all; twice the same would leave it 0.31
    assert len(model.scored) == 4


def test_candidates_end_as_suggestions_do_and_none_repeats_what_follows() -> None:
    model = ScriptedModel(
        candidates=[" went to the harbour, where", " left. They went", " to the harbour", " came home and"],
        scores=chances({"went": 0.1, "left": 0.6, "came": 0.1}),
    )
    shown = asked(model, "to the harbour, where she slept.", before="They ")
    assert [one.text for one in shown] == ["left. "]
    following = "to the harbour, where she slept"
    said = ("went ", "left. ", "came ", "came home ", "came home and ")
    assert model.scored[: len(said)] == [f"{each}{following}" for each in said]


def test_the_words_that_it_ends_with_are_not_those_that_follow_either() -> None:
    model = ScriptedModel(candidates=[" went to sea"], scores=lambda text: 0.0 if text.startswith(" went to to") else -1.0)
    assert asked(model)[-1].text == " went"
    model = ScriptedModel(candidates=["I sat down"], scores=lambda text: 0.0 if text.startswith("I to") else -1.0)
    assert asked(model, before="There ")[-1].text == "I sat"  # "I" takes a key, shown or not


def test_where_no_candidate_is_left_nothing_is_scored() -> None:
    model = ScriptedModel(candidates=[" to the harbour", "", " "])
    assert not asked(model)[-1]
    assert not model.scored


def test_what_was_compared_is_remembered() -> None:
    model = ScriptedModel(candidates=[" went"])
    suggester, request = Suggester(model), Request(1, Context("They", AFTER))
    first, again = (list(suggester.suggest(request)) for _ in range(2))
    assert first[-1]
    assert first == again
    assert len(model.requests) == 1


@pytest.mark.parametrize("when", ["at once", "while scoring"])
def test_once_it_is_stopped_it_says_nothing_and_remembers_nothing(when: str) -> None:
    model = ScriptedModel(candidates=[" went"])
    suggester, request = Suggester(model), Request(1, Context("They", AFTER))
    stopped = (lambda: True) if when == "at once" else (lambda: bool(model.scored))
    assert list(suggester.suggest(request, stopped)) == [Suggestion((), Ended.STOPPED)]
    assert bool(model.scored) is (when == "while scoring")
    assert list(suggester.suggest(request))[-1].text == " went"

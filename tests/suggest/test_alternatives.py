"""The other suggestions, to cycle through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Piece, Request
from afterword.suggest.suggester import Suggester
from afterword.suggest.suggestion import Suggestion
from afterword.text.boundaries import word_ends
from afterword.text.context import Context
from tests.fakes.scripted import ScriptedModel

HERE = Request(1, Context("Once upon a time,"))


def alternatives(model: ScriptedModel, n: int = 2, request: Request = HERE) -> list[Suggestion]:
    """Those that there are when the suggestion stands on the page."""
    suggester = Suggester(model)
    list(suggester.suggest(request))
    return suggester.alternatives(request, n)


def texts(suggestions: list[Suggestion]) -> list[str]:
    return [suggestion.text for suggestion in suggestions]


def test_each_begins_with_another_word_than_the_one_that_is_shown_and_the_others() -> None:
    model = ScriptedModel(" the city", candidates=[" the town", " a city", " The land", " a town", " there was"])
    assert texts(alternatives(model)) == [" a city", " there was"]


def test_there_are_at_most_as_many_as_were_asked_for_and_the_best_come_first() -> None:
    model = ScriptedModel(" the city", candidates=[" a", " an", " there", " in", " my"])
    assert texts(alternatives(model, 2)) == [" a", " an"]
    assert model.candidates_asked[-1] >= 3  # one of them is the one that is shown


def test_the_word_counts_and_not_the_mark_before_it() -> None:
    model = ScriptedModel(" “Hello", candidates=[" “Hello there", " “Goodbye", " “Yes"])
    assert texts(alternatives(model, 3)) == [" “Goodbye", " “Yes"]


def test_they_are_shown_however_improbable() -> None:
    model = ScriptedModel(" the city", candidates=[[Piece(" a", 0.05), Piece(" city", 0.9)], [Piece(" in", 0.01)]])
    assert texts(alternatives(model)) == [" a city", " in"]


def test_they_end_as_the_first_one_does() -> None:
    model = ScriptedModel(
        " the city",
        candidates=[" a man. Then he", " one very very very old", " to the sea and slept", " x"],
    )
    request = Request(1, Context("They went ", "\nto the sea and slept"))
    assert texts(alternatives(model, 4, request)) == ["a man.", "one very very"]


def test_where_nothing_was_shown_there_may_still_be_others() -> None:
    model = ScriptedModel([Piece(" the", 0.1)], candidates=[" the city", " a city"])
    assert texts(alternatives(model)) == [" the city", " a city"]


@pytest.mark.parametrize("context", [Context(""), Context("qui", "et")])
def test_where_no_suggestion_belongs_there_are_none(context: Context) -> None:
    model = ScriptedModel(" the", candidates=[" a"])
    assert alternatives(model, 2, Request(1, context)) == []
    assert not model.requests


def test_a_model_that_has_no_candidates_has_no_others() -> None:
    model = ScriptedModel(" the city", absent=["candidates"])
    assert alternatives(model) == []


def test_once_it_is_stopped_there_are_none() -> None:
    model = ScriptedModel(" the city", candidates=[" a city"])
    assert Suggester(model).alternatives(HERE, 2, stopped=lambda: True) == []
    assert model.candidates_asked == []


said = st.lists(st.sampled_from([" the", " The", " a", " “", "a", "n", ".", " city", "\n"]), max_size=4).map("".join)


@given(said, st.lists(said, max_size=8), st.integers(1, 5))
def test_no_two_begin_alike_and_none_like_the_one_that_is_shown(shown: str, others: list[str], n: int) -> None:
    model = ScriptedModel(shown, candidates=others)
    suggester = Suggester(model)
    first = list(suggester.suggest(HERE))[-1]
    found = suggester.alternatives(HERE, n)
    every = [first, *found] if first else found
    words = [text[: next(iter(word_ends(text, 1)), len(text))].strip().casefold() for text in texts(every)]
    assert len(set(words)) == len(words)
    assert len(found) <= n
    assert all(found)

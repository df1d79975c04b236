"""What was suggested a moment ago comes back at once, and only where it was suggested."""

from dataclasses import replace

import pytest

from afterword.engine.protocol import Piece, Request
from afterword.engine.sampling import Sampling
from afterword.suggest.memory import Memory
from afterword.suggest.suggester import Suggester
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import AFTER_LIMIT, BEFORE_LIMIT, Context
from tests.fakes.scripted import ScriptedModel

HERE = Context("Once upon a time,", "\n\nThe end.", "A tale of the sea.")


class Page:
    """Asks a suggester at one place after the other, as the page does."""

    def __init__(self, says: str = " the city of Nova Haven") -> None:
        self.model = ScriptedModel(says)
        self.suggester = Suggester(self.model)

    def asks(self, context: Context, sampling: Sampling = Sampling()) -> list[Suggestion]:  # noqa: B008 frozen
        return list(self.suggester.suggest(Request(1, context, sampling)))

    def asks_again(self, context: Context, sampling: Sampling = Sampling()) -> Suggestion | None:  # noqa: B008
        """What is shown at once; None where the model had to be asked."""
        before = len(self.model.requests)
        found = self.asks(context, sampling)
        assert len(found) == 1 or len(self.model.requests) > before
        return found[0] if len(self.model.requests) == before else None


def test_the_same_place_again_shows_at_once_and_asks_no_model() -> None:
    page = Page()
    shown = page.asks(HERE)[-1]
    assert shown
    assert page.asks_again(HERE) == shown


def test_that_there_was_nothing_to_show_is_remembered_too() -> None:
    page = Page("")
    page.asks(HERE)
    assert page.asks_again(HERE) == Suggestion((), Ended.MODEL)


def test_after_a_wrong_letter_and_backspace_it_is_back_and_so_is_the_rest_of_it_further_on() -> None:
    page = Page()
    page.asks(HERE)
    typed = replace(HERE, before=HERE.before + " x")
    page.asks(typed)
    assert page.asks_again(HERE) is not None
    right = replace(HERE, before=HERE.before + " the ci")
    rest = page.asks_again(right)
    assert rest is not None
    assert (rest.text, rest.why_it_ended) == ("ty of Nova Haven", Ended.MODEL)


def test_of_what_was_suggested_on_the_way_the_newest_place_counts() -> None:
    page = Page()
    page.asks(HERE)
    page.model.script = " city of Rome"
    page.asks(replace(HERE, before=HERE.before + " a"))
    rest = page.asks_again(replace(HERE, before=HERE.before + " a city"))
    assert rest is not None
    assert rest.text == " of Rome"


def test_a_newer_place_whose_suggestion_does_not_fit_hides_no_older_one() -> None:
    memory = Memory()
    memory.keep(HERE, Sampling(), Suggestion((Piece(" the city", 0.5),), Ended.LENGTH))
    memory.keep(replace(HERE, before=HERE.before + " t"), Sampling(), Suggestion((Piece("own", 0.5),), Ended.LENGTH))
    rest = memory.recall(replace(HERE, before=HERE.before + " the"), Sampling())
    assert rest is not None
    assert rest.text == " city"


@pytest.mark.parametrize(
    "typed", [" the city of Nova Have", " the city of Nova Haven", " the city of Nova Haven and", " the town"]
)
def test_of_one_key_or_nothing_or_something_else_there_is_no_rest(typed: str) -> None:
    page = Page()
    page.asks(HERE)
    assert page.asks_again(replace(HERE, before=HERE.before + typed)) is None


def test_the_space_that_closes_a_suggestion_is_no_suggestion() -> None:
    page = Page(" quickly")
    context = Context("He ran ", "“home.”")
    assert page.asks(context)[-1].text == "quickly "
    assert page.asks_again(replace(context, before="He ran quickly")) is None


@pytest.mark.parametrize(
    "other",
    [
        Context("Twice upon a time,", HERE.after, HERE.preface),
        Context(HERE.before, "\n\nThe End.", HERE.preface),
        Context(HERE.before, HERE.after, "A tale of the wood."),
        Context(HERE.before[:-1], HERE.after, HERE.preface),
    ],
)
def test_other_text_on_either_side_or_other_notes_are_another_place(other: Context) -> None:
    page = Page()
    page.asks(HERE)
    assert page.asks_again(other) is None


@pytest.mark.parametrize("change", [{"temperature": 0.31}, {"max_words": 3}, {"eagerness": 51}, {"seed": 1}])
def test_with_other_sampling_the_model_is_asked_again(change: dict[str, float]) -> None:
    page = Page()
    page.asks(HERE)
    other = replace(Sampling(), **change)  # type: ignore[arg-type]
    assert page.asks_again(HERE, other) is None
    assert page.asks_again(HERE, other) is not None


def test_what_was_stopped_or_broken_off_is_not_remembered() -> None:
    page = Page()
    request = Request(1, HERE)
    list(page.suggester.suggest(request, stopped=lambda: page.model.pieces_said >= 3))
    assert page.asks_again(HERE) is None
    page = Page()
    for suggestion in page.suggester.suggest(request):
        assert suggestion
        break
    assert page.asks_again(HERE) is None


@pytest.mark.parametrize("position", [BEFORE_LIMIT, BEFORE_LIMIT + 1, BEFORE_LIMIT + 1500, BEFORE_LIMIT + 3000])
def test_in_a_long_draft_the_context_may_begin_elsewhere(position: int) -> None:
    text = "".join(f"{number}," for number in range(4000))
    page = Page()
    page.asks(Context.around(text[:position], position))
    for typed in (" the ci", ""):
        written = text[:position] + typed
        assert page.asks_again(Context.around(written, len(written))) is not None


def test_it_forgets_the_oldest() -> None:
    memory = Memory()
    places = [Context(f"Place {number:04}", "x" * AFTER_LIMIT) for number in range(400)]
    suggestion = Suggestion((Piece(" the city", 0.5),), Ended.LENGTH)
    for place in places:
        memory.keep(place, Sampling(), suggestion)
        if place is places[200]:
            memory.keep(places[0], Sampling(), suggestion)  # made anew, it is no longer the oldest
    kept = [place for place in places if memory.recall(place, Sampling())]
    assert kept == [places[0], *places[-249:]]


def test_an_unfinished_suggestion_is_not_kept() -> None:
    memory = Memory()
    for why in (None, Ended.STOPPED):
        memory.keep(HERE, Sampling(), Suggestion((Piece(" the", 0.5),), why))
    assert memory.recall(HERE, Sampling()) is None

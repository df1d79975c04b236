from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Piece, Request, never
from afterword.engine.sampling import LONG, Sampling
from afterword.errors import GenerationFailed
from afterword.suggest.ending import repeats_from
from afterword.suggest.suggester import CUT, FOLLOWING, LOOKING_AHEAD, PARTS, Suggester
from afterword.suggest.suggestion import Ended, Suggestion, saves_a_key
from afterword.text.context import Context
from tests.fakes.scripted import ScriptedModel
from tests.suggest.pieces import pieces, sure_pieces, texts


def growing(says: str | Sequence[Piece], before: str = "They", sampling: Sampling = Sampling()) -> list[Suggestion]:  # noqa: B008
    return list(Suggester(ScriptedModel(says)).suggest(Request(1, Context(before), sampling)))


def test_it_grows_by_whole_words_and_says_at_last_why_it_ended() -> None:
    seen = growing(" went down to")
    assert [one.text for one in seen] == [" went", " went down", " went down to"]
    assert [one.why_it_ended for one in seen] == [None, None, Ended.MODEL]


def test_its_pieces_keep_their_probabilities() -> None:
    said = [Piece("  light", 0.9, 1.0), Piece("house keeper", 0.8, 0.1), Piece(" was", 0.9, 0.9)]
    shown = growing(said, "The ")[-1]
    assert shown.pieces == (Piece("light", 0.9, 1.0), Piece("house keeper", 0.8, 0.1), Piece(" was", 0.9, 0.9))


def test_what_the_model_is_not_sure_of_is_not_shown_and_the_model_not_asked_for_more() -> None:
    model = ScriptedModel([Piece(" light", 0.1), Piece("house", 1.0), Piece(" was", 1.0)])
    assert list(Suggester(model).suggest(Request(1, Context("The")))) == [Suggestion((), Ended.UNSURE)]
    assert model.pieces_said == 1


def test_the_eager_see_what_the_others_do_not() -> None:
    says = [Piece(" lighthouse", 0.1), Piece(" was", 0.9)]
    assert growing(says, sampling=Sampling(eagerness=100))[-1].text == " lighthouse was"


def test_a_long_continuation_goes_on_however_unsure_the_model_is() -> None:
    says = [Piece(f" word{number}", 0.05) for number in range(40)]
    assert growing(says, sampling=LONG)[-1].text == "".join(piece.text for piece in says)
    assert growing(says, sampling=replace(LONG, max_words=20))[-1].why_it_ended is Ended.LENGTH
    for short in (Sampling(eagerness=100, max_words=40), Sampling(eagerness=99, max_words=40, max_sentences=0)):
        assert growing(says, sampling=short)[-1].why_it_ended is Ended.UNSURE


# --- nothing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("says", ["", " ", "\n", " \n\n ", "\t", "\u3000"])
def test_blank_text_is_nothing(says: str) -> None:
    assert [bool(one) for one in growing(says)] == [False]
    assert [bool(one) for one in growing([Piece(character, 0.99) for character in says])] == [False]


@pytest.mark.parametrize(
    ("says", "before"), [("r", "Once upon a time the"), (" a", "Such "), (".", "They left"), (",", "They left")]
)
def test_what_one_key_types_is_not_shown(says: str, before: str) -> None:
    assert not growing(says, before)[-1]


@pytest.mark.parametrize("before", ["", "\n", "\n\n  "])
def test_before_anything_is_written_only_who_asks_gets_words(before: str) -> None:
    for asked in (False, True):
        suggester = Suggester(ScriptedModel("Once upon a time"))
        request = Request(1, Context(before), Sampling(eagerness=100), asked=asked)
        assert [one.text for one in suggester.suggest(request)][-1] == "Once upon a time" * asked


def test_one_character_that_takes_several_keys_is() -> None:
    assert growing("是", "我")[-1].text == "是"


def test_the_last_letter_of_a_word_is_shown_with_the_words_behind_it() -> None:
    seen = growing([Piece("r", 0.99), Piece(" by", 0.9), Piece(" the", 0.9), Piece(" sea", 0.9)], "There was a towe")
    assert [one.text for one in seen] == ["r by", "r by the", "r by the sea"]


# --- ending early ---------------------------------------------------------------------------------------------------


def test_stopping_ends_it_with_what_was_shown() -> None:
    model = ScriptedModel(" one two three")
    suggestions = Suggester(model).suggest(Request(1, Context("Number")), stopped=lambda: model.pieces_said >= 2)
    last = list(suggestions)[-1]
    assert (last.text, last.why_it_ended) == (" one", Ended.STOPPED)


def test_what_is_stopped_before_it_began_asks_the_model_nothing() -> None:
    model = ScriptedModel(" one two three")
    request = Request(1, Context("Number", " four"))
    assert [*Suggester(model).suggest(request, stopped=lambda: True)] == [Suggestion((), Ended.STOPPED)]
    assert (model.requests, model.candidates_asked) == ([], [])


class Holding(ScriptedModel):
    """Has its iterators in hand, as a model does that keeps its state in them."""

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:
        self.held = super().complete(request, stopped)
        return self.held


def test_when_it_ends_and_when_it_is_left_the_models_iterator_is_closed() -> None:
    model = Holding(" one. Two three")
    list(Suggester(model).suggest(Request(1, Context("Number"))))
    assert model.iterators_open == 0
    suggestions = Suggester(model).suggest(Request(1, Context("Number"), Sampling(max_sentences=2)))
    next(suggestions)
    suggestions.close()  # type: ignore[attr-defined]
    assert model.iterators_open == 0


def test_a_model_that_breaks_is_heard_of_and_can_be_asked_again() -> None:
    model = ScriptedModel(" one two three", error=GenerationFailed("m", "broken"))
    suggester = Suggester(model)
    with pytest.raises(GenerationFailed):
        list(suggester.suggest(Request(1, Context("Number"))))
    model.error = None
    assert list(suggester.suggest(Request(2, Context("Number"))))[-1].text == " one two three"


# --- reading ahead --------------------------------------------------------------------------------------------------


def test_it_lets_the_model_read_the_page_ahead_where_a_suggestion_belongs() -> None:
    model = ScriptedModel()
    here = Context("Once upon", " a time", "A tale")
    for context in (here, Context(""), Context("qui", "et")):
        Suggester(model).warm(context)
    assert model.warmed == [here]
    Suggester(ScriptedModel(absent=["warm"])).warm(here)


# --- what must hold of anything that a model may say ----------------------------------------------------------------

befores = st.sampled_from(
    ["They", "They ", "M", "the old man and", "It was very", "---", "The sea was calm.\n", "- Buy milk\n- Buy"]
)
afters = st.one_of(st.just(""), st.lists(texts, min_size=1, max_size=5).map("".join))
samplings = st.builds(
    Sampling,
    max_words=st.sampled_from([1, 2, 3, 8, 50]),
    max_sentences=st.sampled_from([0, 1, 2]),
    eagerness=st.sampled_from([0, 50, 80, 100]),
)


@given(st.one_of(pieces, sure_pieces), befores, afters, samplings, st.sampled_from([[], [LOOKING_AHEAD]]))
def test_streamed_text_only_grows_and_is_always_worth_a_key_and_never_what_follows(
    says: list[Piece], before: str, after: str, sampling: Sampling, without: list[str]
) -> None:
    suggester = Suggester(ScriptedModel(says), without=without)
    seen = list(suggester.suggest(Request(1, Context(before, after), sampling)))
    assert all(later.text.startswith(earlier.text) for earlier, later in pairwise(seen))
    assert all(saves_a_key(one.text) and repeats_from(one.text.rstrip(), before, after) is None for one in seen if one)
    assert [one.why_it_ended is not None for one in seen] == [False] * (len(seen) - 1) + [True]
    assert list(suggester.suggest(Request(2, Context(before, after), sampling))) == seen[-1:]


@given(st.one_of(pieces, sure_pieces), befores, afters, samplings)
def test_it_shows_only_what_the_model_said(says: list[Piece], before: str, after: str, sampling: Sampling) -> None:
    said = "".join(piece.text for piece in says)
    model = ScriptedModel(says)
    shown = list(Suggester(model, without=[LOOKING_AHEAD]).suggest(Request(1, Context(before, after), sampling)))[-1].text
    assert said.lstrip().startswith(shown.strip())
    assert len(shown) - len(shown.lstrip()) <= len(said) - len(said.lstrip())


LINE = "One day the old man went down to the sea."  # longer than what is taken for a loop


@pytest.mark.parametrize(
    ("part", "says", "before", "after", "without_it"),
    [
        (CUT, [Piece(" went", 0.9), Piece(" down", 0.9), Piece(" to", 0.1)], "They", "", " went down to"),
        (FOLLOWING, " went down to the sea", "They", " down to the sea.", " went down to the sea"),
        ("run", " waited!!!!!!", "They", "", " waited!!!!!!"),
        ("line above", f"\n{LINE}", LINE, "", f"\n{LINE}"),
        ("new line", " of the\n\nThe sun", "They were in the middle", "", " of the\n\nThe sun"),
        ("brackets", " of [the house](a)", "They saw the [plan", " here](b)", " of [the house](a)"),
        ("loop", " and the old man and the old man", "They", "", " and the old man and the old man"),
    ],
)
def test_what_a_part_keeps_back_is_shown_without_it(
    part: str, says: str | list[Piece], before: str, after: str, without_it: str
) -> None:
    def shown(*without: str) -> str:
        suggester = Suggester(ScriptedModel(says), without=[LOOKING_AHEAD, *without])
        sampling = Sampling(max_sentences=0, max_words=50, eagerness=99)
        return list(suggester.suggest(Request(1, Context(before, after), sampling)))[-1].text.rstrip()

    assert shown(part) == without_it
    assert len(shown()) < len(without_it)
    assert part in PARTS

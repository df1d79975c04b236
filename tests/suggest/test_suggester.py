from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Request
from afterword.engine.sampling import Sampling
from afterword.suggest.suggester import Suggester
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import Context
from tests.fakes.scripted import ScriptedModel


def suggested(says: str, before: str, after: str = "", **sampling: float) -> Suggestion:
    request = Request(1, Context(before, after), Sampling(**sampling))  # type: ignore[arg-type]
    return list(Suggester(ScriptedModel(says)).suggest(request))[-1]


@pytest.mark.parametrize(
    ("says", "before", "after", "shown"),
    [
        (" the city of Nova", "Once upon a time,", "", " the city of Nova"),
        (" the city", "Once upon a time, ", "", "the city"),
        ("  the city", "Once upon a time, ", "", "the city"),
        ("me, there was", "Once upon a ti", "", "me, there was"),
        (", there was", "Once upon a time ", "", ""),  # the writer's space stands: a comma does not belong behind it
        (" quickly", "He ran ", "home.", "quickly "),
        (" quickly", "He ran", " home.", " quickly"),
        ("\n\nThank you", "Dear Anna, ", "", "\n\nThank you"),
        (" Then he", "It rained.\n", "", "Then he"),
        ("Then he", "It rained.\n\t", "", "Then he"),
        (" aloud", "she read", "(see below)", " aloud "),
        (" and said", "He came,", "“Yes.”", " and said "),
        (" home", "They went", ", and", " home"),
        (" home", "They went", "” he said", " home"),
        ("是", "我，", "们好", "是"),
    ],
)
def test_neither_a_doubled_nor_a_missing_space_at_the_cursor(says: str, before: str, after: str, shown: str) -> None:
    assert suggested(says, before, after).text == shown


def test_the_model_is_not_shown_the_space_at_the_cursor() -> None:
    model = ScriptedModel(" city")
    list(Suggester(model).suggest(Request(1, Context("the  ", "after"))))
    assert model.requests[0].context == Context("the", "after")


@pytest.mark.parametrize(("before", "after"), [("", ""), ("  \n", ""), ("qui", "et")])
def test_silent_on_an_empty_page_and_inside_a_word(before: str, after: str) -> None:
    model = ScriptedModel(" something")
    assert [s.text for s in Suggester(model).suggest(Request(1, Context(before, after)))] == [""]
    assert not model.requests


def test_it_ends_with_the_sentence() -> None:
    suggestion = suggested(" saw Mr. Hale. Then they left.", "They")
    assert suggestion.text == " saw Mr. Hale."
    assert suggestion.why_it_ended is Ended.SENTENCE


def test_it_ends_after_so_many_words_with_the_punctuation_that_clings_to_the_last() -> None:
    suggestion = suggested(" one two three, four five", "They", max_words=3)
    assert suggestion.text == " one two three,"
    assert suggestion.why_it_ended is Ended.LENGTH


def test_a_long_continuation_runs_over_sentences_and_paragraphs() -> None:
    text = " one. Two.\n\nThree four."
    assert suggested(text, "Number", max_sentences=0, max_words=150).text == text


def test_a_sentence_does_not_run_into_the_next_paragraph() -> None:
    assert suggested(" and so on\nNext line", "They").text == " and so on"


@pytest.mark.parametrize(
    ("says", "after", "shown"),
    [
        (" went down to the harbour and slept.", " to the harbour and slept.", " went down"),
        (" went home.", ".", " went home"),
        (" went to the house", " to the harbour and slept.", " went to the house"),
        (" to the harbour and slept.", " to the harbour and slept.", ""),
        (" went", " went", ""),
        (" Joanna said so", "\n\nJo", " Joanna said so"),
    ],
)
def test_it_never_repeats_what_stands_after_the_cursor(says: str, after: str, shown: str) -> None:
    assert suggested(says, "They", after).text == shown


def test_the_model_is_asked_for_no_more_than_is_shown_and_its_iterator_is_closed() -> None:
    model = ScriptedModel(" one. Two three four five six.")
    list(Suggester(model).suggest(Request(1, Context("Number"))))
    assert model.pieces_said == 2
    assert model.iterators_open == 0


def test_stopping_ends_it_with_what_was_shown() -> None:
    model = ScriptedModel(" one two three")
    suggestions = Suggester(model).suggest(Request(1, Context("Number")), stopped=lambda: model.pieces_said >= 2)
    last = list(suggestions)[-1]
    assert (last.text, last.why_it_ended) == (" one two", Ended.STOPPED)


words = st.sampled_from(
    [" the", " boat", "s", ".", ",", " Mr", " e.g.", "\n", "\n\n", "  ", ' "', '."', " 3", ".5", "我。", "😀", "-", "'s"]
)


@given(st.lists(words, max_size=30).map("".join), st.sampled_from(["They", "They ", "They\n", "M"]), words, st.integers(1, 8))
def test_streamed_text_only_grows(says: str, before: str, after: str, max_words: int) -> None:
    request = Request(1, Context(before, after), Sampling(max_words=max_words))
    seen = [s.text for s in Suggester(ScriptedModel(says)).suggest(request)]
    assert all(later.startswith(earlier) for earlier, later in pairwise(seen))
    assert not seen[-1] or seen[-1].strip()

"""Where a suggestion ends: with its words, its sentence, or what already stands after the cursor."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from afterword.engine.protocol import Piece, Request
from afterword.engine.sampling import Sampling
from afterword.suggest.ending import repeats_from
from afterword.suggest.suggester import LOOKING_AHEAD, Suggester
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import Context
from tests.fakes.scripted import ScriptedModel
from tests.suggest.pieces import sure_pieces


def suggested(says: str | list[Piece], before: str = "They", after: str = "", **sampling: float) -> Suggestion:
    """Without looking ahead: what is said is what is cut."""
    request = Request(1, Context(before, after), Sampling(**sampling))  # type: ignore[arg-type]
    return list(Suggester(ScriptedModel(says), without=[LOOKING_AHEAD]).suggest(request))[-1]


# --- sentences and words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "shown"),
    [
        (" saw Mr. Hale. Then they left.", " saw Mr. Hale."),
        (" took e.g. the boat. Then", " took e.g. the boat."),
        (" paid 3.50 euros. Then", " paid 3.50 euros."),
        (" left.\nThen", " left."),
        (" said “No.” Then", " said “No.”"),
        (" left! Then", " left!"),
        ("走了。她", "走了。"),
        (" and so on\nNext line", " and so on"),
        ("\n\nThank you. We", "\n\nThank you."),
    ],
)
def test_it_ends_with_the_sentence(says: str, shown: str) -> None:
    suggestion = suggested(says)
    assert (suggestion.text, suggestion.why_it_ended) == (shown, Ended.SENTENCE)


@pytest.mark.parametrize("end", [[".", "\n"], [".\n"], [".", " "], [".”", "\n\n"], [".", " Then"]])
def test_the_full_stop_is_shown_whatever_comes_behind_it(end: list[str]) -> None:
    says = [Piece(text, 0.99) for text in (" she", " left", *end, " more")]
    assert suggested(says).text == " she left" + end[0].strip()


def test_it_ends_after_so_many_sentences() -> None:
    assert suggested(" left. She stayed. We slept.", max_sentences=2).text == " left. She stayed."


def test_a_long_continuation_runs_over_sentences_and_paragraphs() -> None:
    text = " one. Two.\n\nThree four."
    assert suggested(text, "Number", max_sentences=0, max_words=150).text == text


@pytest.mark.parametrize(
    ("says", "words", "shown"),
    [
        (" one two three, four five", 3, " one two three,"),
        (" one two three", 3, " one two three"),
        (" one two-three four", 2, " one two-three"),
        (" one two—three four", 2, " one two—"),
        (" don't stop here now", 2, " don't stop"),
        (" 3.50 euros for it", 1, " 3.50"),
    ],
)
def test_it_ends_after_so_many_words_with_the_punctuation_that_clings_to_the_last(says: str, words: int, shown: str) -> None:
    assert suggested(says, max_words=words).text == shown


def test_the_model_is_asked_for_no_more_than_is_shown_and_its_iterator_is_closed() -> None:
    model = ScriptedModel(" one. Two three four five six.")
    list(Suggester(model).suggest(Request(1, Context("Number"))))
    assert model.pieces_said == 2
    assert model.iterators_open == 0


# --- what stands after the cursor -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "after", "shown"),
    [
        (" went down to the harbour and slept.", " to the harbour and slept.", " went down"),
        (" went home.", ".", " went home"),
        (" went home, and", ", and", " went home"),
        (" went to the house", " to the harbour and slept.", " went to the house"),
        (" to the harbour and slept.", " to the harbour and slept.", ""),
        (" went", " went", ""),
        (" Joanna said so", "\n\nJo", " Joanna said so"),
        (" went up To the Harbour", " to the harbour and slept.", " went up"),
        (" saw it was a day", " it was a night", " saw"),  # three words are enough
        (" saw lighthouses everywhere", " lighthouses of stone", " saw"),  # and so is a long one
        (" went for a while", "\n\nAnother day", " went for a while"),
        (" went for a", "\n\nAnother day", " went for a"),  # part of a word is no repetition
        (" took the 3.50 euros", ".", " took the 3.50 euros"),
        (" a", " b a b", " a"),
        (" went a", " a b", " went"),
        (" went on a a", " a b", " went on"),
    ],
)
def test_it_never_repeats_what_stands_after_the_cursor(says: str, after: str, shown: str) -> None:
    assert suggested(says, "They", after).text == shown


@pytest.mark.parametrize("unsure", [" sea", " harbour"])
def test_nor_when_it_is_cut_amid_what_may_become_a_repetition(unsure: str) -> None:
    says = [Piece(" went", 0.99), Piece(" to", 0.99), Piece(" the", 0.99), Piece(unsure, 0.1), Piece(" and", 0.9)]
    assert suggested(says, "They", " to the harbour and slept").text == " went"
    assert suggested(says[:3], "They", " to the harbour and slept").text == " went"
    assert suggested(" went to the sea and slept", "They", " to the harbour and slept", max_words=3).text == " went"


def test_nor_when_a_rule_cuts_it_there() -> None:
    assert suggested(" went on to the very very very cold sea", "They", " very, very cold").text == " went on to the"


def test_the_end_of_a_half_typed_word_is_no_repetition() -> None:
    assert suggested("me", "Once upon a ti", " me again").text == "me"
    assert suggested("me", "Once upon a ", " me again").text == ""


def test_the_model_is_not_asked_for_all_that_stands_there() -> None:
    model = ScriptedModel(" went to the harbour and slept and slept and slept")
    request = Request(1, Context("They", " to the harbour and slept and slept and slept"))
    suggestion = list(Suggester(model, without=[LOOKING_AHEAD]).suggest(request))[-1]
    assert (suggestion.text, suggestion.why_it_ended) == (" went", Ended.FOLLOWING)
    assert model.pieces_said <= 5
    model = ScriptedModel(" went now and then and so on")
    assert list(Suggester(model, without=[LOOKING_AHEAD]).suggest(Request(1, Context("They", " now"))))[-1].text == " went"
    assert model.pieces_said <= 4


def of_word(character: str) -> bool:
    """Whether it is a letter, a digit, or a mark on one: é may be two characters, and no word begins behind it."""
    return character.isalnum() or unicodedata.combining(character or " ") > 0


@example([Piece(" the", 1.0, 1.0)], [Piece(" the", 1.0, 1.0), Piece("_", 1.0, 1.0)], "They", 1)
@example([Piece("e\u0301", 1.0, 1.0)] * 2, [Piece("e\u0301", 1.0, 1.0)], "They ", 1)
@given(sure_pieces, sure_pieces, st.sampled_from(["They", "They ", "to the harbour", "M"]), st.integers(1, 12))
def test_what_is_shown_never_ends_as_what_follows_begins(said: list[Piece], behind: list[Piece], before: str, words: int) -> None:
    after = "".join(piece.text for piece in behind)
    shown = suggested(said, before, after, max_words=words, max_sentences=0, eagerness=100).text.rstrip()
    assert repeats_from(shown, before, after) is None
    following = after.strip()
    for start in range(len(shown)):
        begins = shown[start].isalnum() and not of_word(shown[start - 1] if start else before[-1])
        if begins and following.startswith(shown[start:]):
            rest = following[len(shown) - start :].lstrip("_")  # the_word is one, and the_ is none
            assert of_word(rest[:1]) or shown[start - 1] in "_'’-.,"

"""Spaces at both sides of a suggestion, and where none belongs."""

import pytest

from afterword.engine.protocol import Request
from afterword.suggest import seam
from afterword.suggest.suggester import LOOKING_AHEAD, Suggester
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import Context
from tests.fakes.scripted import ScriptedModel


@pytest.mark.parametrize(
    ("says", "before", "after", "shown"),
    [
        (" the city of Nova", "Once upon a time,", "", " the city of Nova"),
        (" the city", "Once upon a time, ", "", "the city"),
        ("the city", "Once upon a time, ", "", "the city"),  # the model was given the space, and says what follows it
        ("  the city", "Once upon a time, ", "", "the city"),
        ("  the city", "Once upon a time,\t", "", "the city"),
        ("me, there was", "Once upon a ti", "", "me, there was"),
        (" quickly", "He ran ", "“home.”", "quickly "),
        (" quickly", "He ran", "\nhome.", " quickly"),
        ("\n\nThank you", "Dear Anna, ", "", "\n\nThank you"),
        ("\n\nThank you", "Dear Anna,\n", "", "\nThank you"),
        ("\nThank you", "Dear Anna,\n", "", "\nThank you"),
        ("\nThank you", "Dear Anna,\n\n", "", "Thank you"),
        ("\n\n Thank you", "Dear Anna,\n \n", "", "Thank you"),
        (" \n\n\nThank you", "Dear Anna,", "", "\n\nThank you"),
        (" Then he", "It rained.\n", "", "Then he"),
        ("Then he", "It rained.\n\t", "", "Then he"),
        (" aloud", "she read", "(see below)", " aloud "),
        (" and said", "He came,", "“Yes.”", " and said "),
        (" home", "They went", ", so", " home"),
        (" home", "They went", "” he said", " home"),
        ("是", "我，", "们好", "是"),
        ("ไป", "เรา", "บ้าน", "ไป"),
        (" 갔다", "학교에", "“네.”", " 갔다 "),  # Korean has spaces
    ],
)
def test_neither_a_doubled_nor_a_missing_space_at_the_cursor(says: str, before: str, after: str, shown: str) -> None:
    model = ScriptedModel(says)
    assert list(Suggester(model, without=[LOOKING_AHEAD]).suggest(Request(1, Context(before, after))))[-1].text == shown


def test_the_space_comes_only_when_the_suggestion_goes_no_further() -> None:
    suggester = Suggester(ScriptedModel(" and so on"), without=[LOOKING_AHEAD])
    seen = list(suggester.suggest(Request(1, Context("He came,", "“Yes.”"))))
    assert len(seen) > 1
    assert [one.text.endswith(" ") for one in seen] == [one.why_it_ended is not None for one in seen]


def test_the_model_is_given_the_page_as_it_stands() -> None:
    model, context = ScriptedModel(" city"), Context("the  ", "\nafter", "notes")
    list(Suggester(model).suggest(Request(1, context)))
    assert model.requests[0].context == context


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("  \n", ""),
        ("qui", "et"),
        ("qui", "e\u0301t"),
        ("हि", "न्दी"),
        ("3", "5"),
        ("I don", "'t know"),
        ("I don'", "t know"),
        ("He’", "s tired"),
        ("a well", "-known"),
        ("a well-", "known"),
        ("an e", "-mail"),
        ("about 3", ".5 km"),
        ("at 10", ":30"),
        ("at 10:", "30"),
        ("می", "\u200cخواهم"),
        ("می\u200c", "خواهم"),
        ("cafe", "\u0301s"),
    ],
)
def test_silent_on_an_empty_page_and_inside_a_word(before: str, after: str) -> None:
    model = ScriptedModel(" something")
    assert list(Suggester(model).suggest(Request(1, Context(before, after)))) == [Suggestion((), Ended.SEAM)]
    assert not model.requests


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("the boys", "' books"),
        ("so", "- and"),
        ("He came", ".Then"),
        ("in 3", ". Then"),
        ("I -", "he"),
        ("我们", "好"),
        ("ですか", "らは"),
        ("เรา", "บ้าน"),
        ("qui ", "et"),
        ("qui", " et"),
        ("qui", ""),
    ],
)
def test_in_scripts_without_spaces_a_letter_on_both_sides_says_nothing(before: str, after: str) -> None:
    assert not seam.inside_word(Context(before, after))


def test_with_notes_it_speaks_on_an_empty_page() -> None:
    request = Request(1, Context("", "", "A tale of the sea."))
    assert list(Suggester(ScriptedModel("Once upon a time")).suggest(request))[-1].text == "Once upon a time"

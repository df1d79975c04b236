"""What a suggestion never says, and what it may say all the same."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Piece, Request
from afterword.engine.sampling import Sampling
from afterword.suggest.rules import RULES
from afterword.suggest.suggester import LOOKING_AHEAD, Suggester
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import Context
from tests.fakes.scripted import ScriptedModel
from tests.suggest.pieces import sure_pieces, unit_ends

FREE = Sampling(max_sentences=0, max_words=50, eagerness=100)


def growing(says: str | Sequence[Piece], before: str = "They", sampling: Sampling = FREE) -> list[Suggestion]:
    return list(Suggester(ScriptedModel(says)).suggest(Request(1, Context(before), sampling)))


def last(says: str, before: str = "They") -> Suggestion:
    return growing(says, before)[-1]


def stopped_at(says: str, before: str, rest: str) -> bool:
    """Whether of `says` all is shown but `rest`, for a rule's sake, and none of `rest` was ever on the page."""
    seen = growing(says, before)
    kept = says.removesuffix(rest)
    assert kept + rest == says
    return seen[-1] == Suggestion(seen[-1].pieces, Ended.RULE) and all(kept.startswith(one.text) for one in seen)


# --- runs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "before", "rest"),
    [
        (" waited....... and went", "They", "....... and went"),
        (" cried!!!! and went", "They", "!!!! and went"),
        (" said ---- and went", "They", " ---- and went"),
        (" cried?!!!! and went", "They", "!!!! and went"),
        ("-", "They came.\n\n---", "-"),
        ("..and so on", "They waited..", "..and so on"),
        (" paid 10000000000 and went", "They", " 10000000000 and went"),
        (" laughed hahahahahaha and", "They", " hahahahahaha and"),
        (" laughed bahahahahaha and", "They", " bahahahahaha and"),
        ("ooo and went", "They said noooo", "ooo and went"),
        ("มมมมมมมม", "ว่า", "มมมมมมมม"),
    ],
)
def test_no_four_of_the_same_mark_in_a_row_and_no_word_like_that(says: str, before: str, rest: str) -> None:
    assert stopped_at(says, before, rest)
    assert last(says, before).text == says.removesuffix(rest)


@pytest.mark.parametrize(
    ("says", "before"),
    [
        (" waited...", "They"),
        (" and then... they left", "They waited..."),
        (". They left", "They waited.."),
        ("\n\nThey left", "They came.\n\n---"),
        ("\n\nThey left", "They came.\n\n----"),
        ("\n\nThey left", "They came.\n\n-----------"),
        ("\nThey left", "A title\n======="),
        (" “‘Yes!’”, he said", "They"),
        (" ___ and so", "They"),
        (" paid 1000000 and", "They"),
        (" said hahaha and", "They"),
        (" said Mississippi and", "They"),
        (" and went", "They shouted nooooooooo"),
    ],
)
def test_marks_that_writers_use_are_left_alone(says: str, before: str) -> None:
    assert last(says, before).text == says.removeprefix(" " if before.endswith(" ") else "")


# --- the line above -------------------------------------------------------------------------------------------------

ABOVE = "The sea was calm today."


@pytest.mark.parametrize(
    ("says", "before"),
    [
        ("The sea was calm today.", f"{ABOVE}\n"),
        (" sea was calm today.", f"{ABOVE}\nThe"),
        ("the SEA was calm today.", f"{ABOVE}\n\n\n  "),
        ("The sea was calm today.\nThen it rose", f"{ABOVE}\n"),
        ("day. Then it rose", f"{ABOVE}\nThe sea was calm to"),
    ],
)
def test_the_line_above_is_not_said_again(says: str, before: str) -> None:
    assert stopped_at(says, before, says)


def test_nor_the_writers_own_line_nor_one_of_the_suggestion() -> None:
    assert last(" today.\nThe sea was calm today.\nIt", "The sea was calm").text == " today."
    long = "one two three four five six seven eight nine ten"  # too long for a loop
    assert last(f"\n\n{long}\nIt", long).text == ""
    assert last(f"\nThen\n\n{long}\n\n{long}\nIt", "Once").text == f"\nThen\n\n{long}"
    assert last("\n\nIt was cold, then.\nIt was cold, then.\nSo", "The sea was calm").text == "\n\nIt was cold, then."


@pytest.mark.parametrize(
    ("says", "before"),
    [
        ("The sea was calm to look at.", f"{ABOVE}\n"),
        ("Buy milk and eggs", "- Buy milk and bread\n- "),
        (" dream that one day it will rise up", "I have a dream that one day we will sit together.\nI have a"),
        ("We left.", "We left.\n"),  # too short to tell
        ("The sea was calm today.", f"{ABOVE}\nThe wind was not.\n"),  # a refrain
        ("\n\nThe wind", f"{ABOVE}\n{ABOVE}"),  # the writer's own doing
    ],
)
def test_lines_that_only_begin_alike_are_left_alone(says: str, before: str) -> None:
    assert last(says, before).text == says


def test_while_a_line_goes_like_the_one_above_none_of_it_is_shown() -> None:
    seen = growing("The sea was calm to look at.", f"{ABOVE}\n")
    assert [one.text for one in seen] == ["The sea was calm to look at", "The sea was calm to look at."]


def test_a_line_that_ends_before_is_no_repetition() -> None:
    seen = [one.text for one in growing("The sea\nwas high and", f"{ABOVE}\n")]
    assert seen == ["The sea\nwas high", "The sea\nwas high and"]


def test_what_is_cut_before_it_says_all_of_the_line_above_is_shown() -> None:
    says = [*[Piece(word, 0.9) for word in ("The", " sea")], Piece(" was", 0.9), Piece(" calm", 0.1), Piece(" today", 0.9)]
    assert growing(says, f"{ABOVE}\n", Sampling())[-1].text == "The sea was"


# --- loops ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "before", "rest"),
    [
        (" and the old man and the old man and", "The boy", " and the old man and"),
        (" and the old man and", "The boy and the old man", " and the old man and"),
        (" the Old man, and so", "The boy and the old man and", " the Old man, and so"),
        (" very very very cold", "It was", " very cold"),
        (" very cold", "It was very, very", " very cold"),
        (" the boat the boat the boat and", "In", " the boat and"),
        (
            " one two three four five six seven eight one two three four five six seven eight nine",
            "It",
            " one two three four five six seven eight nine",
        ),
    ],
)
def test_no_phrase_is_said_over_and_over(says: str, before: str, rest: str) -> None:
    assert stopped_at(says, before, rest)
    assert last(says, before).text == says.removesuffix(rest)


@pytest.mark.parametrize(
    ("says", "before"),
    [
        (" had had enough", "He"),
        (" had enough of it", "He had"),
        (" very very cold", "It was"),
        (" no, he said", "No,"),
        (", no, no", "Well"),
        (" again and again and would not stop", "He tried"),
        (" and again and again", "He tried again"),
        (" after day after day he went", "Day"),
        (" I know, I know that", "Well,"),
        (" 0 0 0 0 0", "Row:"),
        (" the boat and the man and the sea and the wind", "He saw"),
        (" the old man saw the old woman", "Then"),
        (" it is what it is", "Well,"),
    ],
)
def test_words_that_writers_repeat_are_left_alone(says: str, before: str) -> None:
    assert last(says, before).text == says


def test_what_may_become_a_loop_waits_until_it_does_not() -> None:
    seen = [one.text for one in growing(" and the old man and the old woman", "Once")]
    assert seen == [" and", " and the", " and the old", " and the old man", " and the old man and the old woman"]


# --- new lines ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "before", "rest"),
    [
        (" for your\n\nand when", "I am writing to ask you", "\n\nand when"),
        ("\n\nand when you", "I am writing to ask you", "\n\nand when you"),
        (" come. Then we all go to the\nsea", "He will", "\nsea"),
        (" who we are,\nand when", "I am writing to tell you", "\nand when"),
    ],
)
def test_no_line_ends_amid_a_sentence(says: str, before: str, rest: str) -> None:
    assert stopped_at(says, before, rest)


@pytest.mark.parametrize(
    ("says", "before"),
    [
        ("ask you.\n\nAnd when", "I am writing to"),
        ("\n\nI am writing", "Dear Anna,"),
        ("\n\nIt was cold", "## The end of the long road to town"),
        (" milk and bread and eggs\n- tea", "-"),
        ("The old road to the sea\n\nIt", "1. "),
        ("moon and all the stars\nrise", "I saw the sun upon the sea go\nDown, and the"),
        (" he said to all of them:\n\nGo", "So"),
        (" he said “we all go to sea”\n\nGo", "So"),
    ],
)
def test_lines_that_end_elsewhere_are_left_alone(says: str, before: str) -> None:
    assert last(says, before).text == says.lstrip(" ") if before.endswith(" ") else last(says, before).text == says


# --- links ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "rest"), [(" of [the house](a)", " [the house](a)"), (" of it](b)", "](b)"), (" of\nit", "\nit")]
)
def test_a_link_is_not_broken(says: str, rest: str) -> None:
    context = Context("They saw the [plan", " here](house.md).")
    found = list(Suggester(ScriptedModel(says), without=[LOOKING_AHEAD]).suggest(Request(1, context, FREE)))
    assert [one.text for one in found][-1].strip() == says.removesuffix(rest).strip()


@pytest.mark.parametrize(("before", "after"), [("They [saw] the", " plan](b)"), ("They [saw", " the plan")])
def test_brackets_elsewhere_are_text(before: str, after: str) -> None:
    found = list(Suggester(ScriptedModel(" of [it]"), without=[LOOKING_AHEAD]).suggest(Request(1, Context(before, after), FREE)))
    assert found[-1].text.strip() == "of [it]"


# --- all of them ----------------------------------------------------------------------------------------------------


@given(
    sure_pieces.map(lambda said: "".join(piece.text for piece in said)),
    st.sampled_from(["", "They", "the old man and", "---", f"{ABOVE}\n", "It was in the [old house"]),
)
def test_a_longer_text_is_never_limited_to_less(text: str, before: str) -> None:
    ends = unit_ends(text)
    for rule in RULES.values():
        limits = [rule(text[:end], before, " there](a)") for end in ends]
        lengths = [end if limit is None else limit.length for end, limit in zip(ends, limits, strict=True)]
        assert lengths == sorted(lengths)
        assert all(length <= end for length, end in zip(lengths, ends, strict=True))

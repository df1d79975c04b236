"""Suggestions in the middle of a paragraph: where they are asked for, and what is counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.bench.middle import gaps, measure_middle, repeats
from afterword.engine.sampling import Sampling
from tests.bench.scripted import ScriptedSuggester

TEXT = " ".join(f"w{n}" for n in range(1, 60)) + "."


def test_a_gap_of_one_two_and_three_words_behind_every_fifteenth() -> None:
    assert [TEXT[gap.start : gap.end] for gap in gaps(TEXT)] == ["w16", "w31 w32", "w46 w47 w48"]


def test_a_gap_stays_within_its_line_and_stands_between_spaces() -> None:
    text = TEXT.replace("w15 ", "w15, ").replace("w17 ", "w17\n").replace("w34 w35 ", "w34\n\nw35 ")
    assert [text[gap.start : gap.end] for gap in gaps(text)] == ["w19", "w36 w37", "w51 w52 w53"]


@given(st.lists(st.sampled_from(["word", " ", " ", "\n", ", ", "."]), max_size=300).map("".join))
def test_gaps_are_whole_words_in_order_with_something_on_both_sides(text: str) -> None:
    end = 0
    for gap in gaps(text):
        assert end < gap.start < gap.end < len(text)
        assert text[gap.start - 1] == " "
        assert text[gap.start : gap.end] == text[gap.start : gap.end].strip()
        end = gap.end


def test_each_number_by_hand() -> None:
    says = {"w15": "w16", "w30": "w31 w99", "w45": "so w49 w50"}
    suggester = ScriptedSuggester(lambda before: says[before.split()[-1]])
    found = measure_middle(suggester, [TEXT], Sampling())
    asked = [request.context for request in suggester.requests]
    assert [context.after[:5] for context in asked] == [" w17 ", " w33 ", " w49 "]
    assert all(context.before.endswith(" ") for context in asked)
    assert found == {
        "gaps": 3,
        "shown": 1.0,
        "precision": pytest.approx(2 / 3),
        "first_word_right": pytest.approx(2 / 3),
        "repeats_after": pytest.approx(1 / 3),
    }


def test_silence_counts_as_not_shown_and_not_right() -> None:
    suggester = ScriptedSuggester(lambda before: "w16" if before.endswith("w15 ") else "")
    assert measure_middle(suggester, [TEXT], Sampling()) == {
        "gaps": 3,
        "shown": pytest.approx(1 / 3),
        "precision": 1.0,
        "first_word_right": pytest.approx(1 / 3),
        "repeats_after": 0.0,
    }


def test_a_text_without_gaps_has_no_numbers() -> None:
    found = measure_middle(ScriptedSuggester({}), ["too short"], Sampling())
    assert found == {"gaps": 0, "shown": None, "precision": None, "first_word_right": None, "repeats_after": None}


@pytest.mark.parametrize(
    ("shown", "after", "expected"),
    [
        ("went to the", " harbour and slept", False),
        ("went to the", " the harbour and slept", True),
        ("went to the harbour", " to the harbour and slept", True),
        ("went to the harbour and slept there", " to the harbour and slept", True),
        ("went home.", ". Then", True),
        ("went home,", ". Then", False),
        ("went", " Went away", True),
        ("went", "", False),
    ],
)
def test_what_repeats_what_follows(shown: str, after: str, expected: bool) -> None:
    assert repeats(shown, after) is expected

"""Which words the writer means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.editor.words import words_at

LINE = "The old (half-typed) letter, don't you see."


def meant(line: str, start: int, end: int | None = None) -> str | None:
    found = words_at(line, start, start if end is None else end)
    return None if found is None else line[slice(*found)]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", "The"),
        ("Th", "The"),
        ("The", "The"),
        ("The ", "old"),
        ("The old ", None),
        ("The old (", "half-typed"),
        ("The old (half", "half-typed"),
        ("The old (half-typed) letter", "letter"),
        ("The old (half-typed) letter,", None),
        ("The old (half-typed) letter, don'", "don't"),
        (LINE, None),
    ],
)
def test_without_a_selection_it_is_the_word_at_the_cursor(before: str, expected: str | None) -> None:
    assert meant(LINE, len(before)) == expected


@pytest.mark.parametrize(
    ("selected", "expected"),
    [
        ("old", "old"),
        ("The old ", "The old"),
        ("ld (ha", None),
        ("etter, ", "letter"),
        ("etter, don", None),
        ("don't you s", "don't you see"),
        (" ", None),
        (" (", None),
    ],
)
def test_of_a_selection_it_is_whole_words_with_nothing_but_space_between(selected: str, expected: str | None) -> None:
    start = LINE.index(selected)
    assert meant(LINE, start, start + len(selected)) == expected


def test_four_words_are_too_many() -> None:
    assert meant("one two three four", 0, 13) == "one two three"
    assert meant("one two three four", 0, 18) is None


def test_where_nothing_tells_one_word_from_the_next_it_is_what_is_selected() -> None:
    assert meant("我们去学校", 2) is None
    assert meant("", 0) is None


def test_a_paragraph_as_long_as_a_book_costs_no_more_than_a_short_one() -> None:
    line = "word " * 400_000
    assert words_at(line, 1_000_002, 1_000_002) == (1_000_000, 1_000_004)
    assert words_at(line, 0, 1_000_000) is None


@given(st.text(st.sampled_from("ab -'.,(\u00e9我\u0301"), max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_what_is_meant_touches_what_is_selected(line: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(line)), min(other, len(line))))
    found = words_at(line, start, end)
    if found is not None:
        assert 0 <= found[0] < found[1] <= len(line)
        assert found[0] <= end
        assert found[1] >= start

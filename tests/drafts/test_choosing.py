"""Which of the changes between two texts are taken."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from afterword.drafts.choosing import Change, chosen, edits, parts_of
from afterword.drafts.compare import compare

BEFORE = "The meeting that was held on Tuesday did not decide.\n\nTwo were away."
AFTER = "The meeting on Tuesday decided nothing.\n\nTwo were away."
WORDS = st.lists(st.sampled_from(["the", "roof", "was", "not", "on,", "x\n", "\n\n夜", "👩\u200d👧", "é", ""]), max_size=14)
TEXTS = WORDS.map(" ".join)


def changes(before: str, after: str) -> list[Change]:
    return [part for part in parts_of(compare(before, after)) if isinstance(part, Change)]


def test_each_change_can_be_taken_or_left() -> None:
    parts = parts_of(compare(BEFORE, AFTER))
    assert changes(BEFORE, AFTER) == [Change(" that was held", ""), Change("did not decide", "decided nothing")]
    assert chosen(parts, {0}) == "The meeting on Tuesday did not decide.\n\nTwo were away."
    assert chosen(parts, {1}) == "The meeting that was held on Tuesday decided nothing.\n\nTwo were away."


@given(TEXTS, TEXTS)
def test_all_of_them_are_the_text_afterwards_and_none_the_text_before(before: str, after: str) -> None:
    parts = parts_of(compare(before, after))
    count = len(changes(before, after))
    assert chosen(parts, range(count)) == after
    assert chosen(parts, ()) == before
    assert all(parts)
    assert all(change.gone != change.new for change in changes(before, after))


@given(TEXTS, TEXTS, st.sets(st.integers(0, 8)))
def test_the_edits_make_what_was_chosen(before: str, after: str, taken: set[int]) -> None:
    parts = parts_of(compare(before, after))
    text = before
    found = edits(parts, taken)
    for edit in reversed(found):
        text = text[: edit.start] + edit.text + text[edit.end :]
    assert text == chosen(parts, taken)
    assert all(one.end <= other.start for one, other in pairwise(found))

"""What changed between two texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from afterword.drafts.compare import compare

TEXTS = st.text("ab .\n🐟é", max_size=60)


@given(TEXTS, TEXTS)
def test_both_texts_are_there_whole_and_what_did_not_change_is_the_same_on_both_sides(before: str, after: str) -> None:
    passages = compare(before, after)
    assert "".join(span.text for passage in passages for span in passage.before) == before
    assert "".join(span.text for passage in passages for span in passage.after) == after
    for passage in passages:
        assert [s.text for s in passage.before if not s.changed] == [s.text for s in passage.after if not s.changed]
    assert (before == after) == (not any(passage.changed for passage in passages))


def test_changes_are_marked_by_word_and_their_lines_are_told() -> None:
    before = "Title\n\nThe ferry left at noon.\nNobody waved.\n"
    after = "Title\n\nThe old ferry left at dawn.\nNobody waved.\nRain.\n"
    same, changed, end, added = compare(before, after)
    assert not same.changed
    assert [s.text for s in changed.before if s.changed] == ["noon"]
    assert [s.text for s in changed.after if s.changed] == [" old", "dawn"]
    assert (changed.line_before, changed.line_after) == (2, 2)
    assert not end.changed
    assert ([s.text for s in added.after], added.before, added.line_after) == (["Rain.\n"], (), 4)


def test_a_novel_with_a_few_changes_is_compared_in_pieces() -> None:
    lines = [f"Line {number} of a long book.\n" for number in range(50_000)]
    before = "".join(lines)
    lines[10] = "Another line.\n"
    del lines[40_000]
    changed = [passage for passage in compare(before, "".join(lines)) if passage.changed]
    assert [passage.line_before for passage in changed] == [10, 40_000]

"""What changed between two texts."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import accumulate, pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from afterword.drafts.compare import Span, compare
from afterword.errors import Cancelled
from afterword.text.boundaries import word_spans
from afterword.text.scripts import unspaced
from afterword.watch import Watch

TEXTS = st.text("ab .\n🐟é", max_size=60)
PIECES = [
    "don't",
    "well-known",
    "l’eau",
    "cafe\u0301",
    "naïve",
    "nai\u0308ve",
    "3.5",
    "10,000",
    "12:30",
    'ארה"ב',
    "किताब",
    "कि",
    "می\u200cخواهم",
]
PIECES += [
    "a",
    "t",
    "'",
    "’",
    "-",
    "\u0301",
    "\u200d",
    " ",
    "  ",
    "\n",
    ".",
    ",",
    "1",
    "🐟",
    "👩\u200d🚀",
    "🚀",
    "👍🏽",
    "🏽",
    "🇩🇪",
    "🇪",
    "1️⃣",
    "中",
    "ที่",
]
WORDS = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@given(TEXTS, TEXTS)
def test_both_texts_are_there_whole_and_what_did_not_change_is_the_same_on_both_sides(before: str, after: str) -> None:
    passages = compare(before, after)
    assert "".join(span.text for passage in passages for span in passage.before) == before
    assert "".join(span.text for passage in passages for span in passage.after) == after
    for passage in passages:
        assert [s.text for s in passage.before if not s.changed] == [s.text for s in passage.after if not s.changed]
    assert (before == after) == (not any(passage.changed for passage in passages))


def test_changes_are_marked_by_word() -> None:
    before = "Title\n\nThe ferry left at noon.\nNobody waved.\n"
    after = "Title\n\nThe old ferry left at dawn.\nNobody waved.\nRain.\n"
    same, changed, end, added = compare(before, after)
    assert not same.changed
    assert [s.text for s in changed.before if s.changed] == ["noon"]
    assert [s.text for s in changed.after if s.changed] == [" old", "dawn"]
    assert "".join(s.text for s in changed.before) == "\nThe ferry left at noon.\n", "with the blank line before it"
    assert not end.changed
    assert ([s.text for s in added.after], added.before) == (["Rain.\n"], ())


def borders(spans: Iterable[Span]) -> set[int]:
    """Where what changed and what did not meet."""
    spans = list(spans)
    ends = accumulate(len(span.text) for span in spans)
    return {end for end, (one, other) in zip(ends, pairwise(spans), strict=False) if one.changed != other.changed}


@given(WORDS, WORDS, st.integers(0, 8))
def test_no_word_is_cut_in_half_and_no_character(before: str, after: str, kept: int) -> None:
    before += f" {after[:kept]}"  # something is the same, else all is changed
    passages = compare(before, after)
    for text, spans in (
        (before, [span for passage in passages for span in passage.before]),
        (after, [span for passage in passages for span in passage.after]),
    ):
        for border in borders(spans):
            assert border in {match.start() for match in regex.finditer(r"\X", text)}
            cut = [text[start:end] for start, end in word_spans(text) if start < border < end]
            assert all(any(map(unspaced, word)) for word in cut), f"{cut} at {border} of {text!r}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("don't", "don’t"),
        ("can't", "won't"),
        ("half-typed", "half-read"),
        ("cafe\u0301", "cafe"),
        ("3.5", "3.7"),
        ("12:30", "12:45"),
        ("👩\u200d🚀", "👩\u200d🔬"),
        ("👍🏽", "👍🏿"),
        ("किताब", "किताबें"),
    ],
)
def test_a_word_changes_as_a_whole(before: str, after: str) -> None:
    [passage] = compare(f"And now {before}, she said.", f"And now {after}, she said.")
    assert [s.text for s in passage.before if s.changed] == [before]
    assert [s.text for s in passage.after if s.changed] == [after]


def test_a_novel_with_a_few_changes_is_compared_in_pieces() -> None:
    lines = [f"Line {number} of a long book.\n" for number in range(50_000)]
    before = "".join(lines)
    lines[10] = "Another line.\n"
    del lines[40_000]
    changed = [passage for passage in compare(before, "".join(lines)) if passage.changed]
    assert ["".join(span.text for span in passage.before) for passage in changed] == [
        "Line 10 of a long book.\n",
        "Line 40000 of a long book.\n",
    ]


def test_a_paragraph_that_was_put_in_leaves_the_others_as_they_are() -> None:
    for after in ("One.\n\nTwo.\n\nThree.\n", "One.\n\nTwo.\n\nZero.\n", "One.\n\nFour.\n\nTwo.\n"):
        before = "One.\n\nTwo.\n"
        changed = [passage for passage in compare(before, after) if passage.changed]
        assert [(passage.before, len(passage.after)) for passage in changed] == [((), 1)]


def test_paragraphs_that_were_rewritten_stand_beside_what_they_became_though_others_were_put_in() -> None:
    before = [f"The keeper of lamp {n} wound the clock at {n} and wrote the line {n} of the log." for n in range(40)]
    after = [line.replace("wound", "mended") for line in before]
    after[20:20] = ["Rain fell, and then more rain.", "A boat went by without a sail."]
    del after[5]
    changed = [p for p in compare("\n\n".join(before), "\n\n".join(after)) if p.changed]
    pairs = [p for p in changed if p.before and p.after]
    assert len(pairs) == 39
    assert all([s.text for s in p.before if s.changed] == ["wound"] for p in pairs)
    assert len(changed) == 41, "and one that is gone, and one passage of two new ones"


def test_texts_without_spaces_are_marked_by_character() -> None:
    [passage] = compare("渡船正午离开港口。", "渡船清晨离开港口。")
    assert [s.text for s in passage.before if s.changed] == ["正午"]


def test_paragraphs_that_have_little_in_common_are_changed_altogether() -> None:
    [passage] = compare("The ferry left the harbour at noon, late.", "Nobody in the town, she said, had ever seen it rain.")
    assert [s.changed for s in (*passage.before, *passage.after)] == [True, True]


def test_blank_lines_alone_change_no_word() -> None:
    changed = [p for p in compare("One\nTwo\n", "One\n\n\nTwo\n") if p.changed]
    assert [s.text for p in changed for s in p.after if s.changed] == ["\n\n"]


def letters(count: int, seed: int) -> str:
    return "".join(random.Random(seed).choices("ab \n.", k=count))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("".join(f"word{n} " for n in range(120_000)), "".join(f"word{n} " for n in range(60_000, 180_000))),
        (" ".join(f"{n * 7919 % 100_003}" for n in range(150_000)), " ".join(f"{n * 104_729 % 100_003}" for n in range(150_000))),
        pytest.param("a b " * 250_000, "b a a " * 160_000, marks=pytest.mark.long),
        pytest.param(letters(300_000, 1), letters(300_000, 2), marks=pytest.mark.long),
    ],
    ids=["half of one line", "the same numbers in another order", "two words", "by chance"],
)
def test_texts_that_differ_everywhere_are_compared_in_the_end(before: str, after: str) -> None:
    passages = compare(before, after)
    assert "".join(span.text for passage in passages for span in passage.before) == before
    assert "".join(span.text for passage in passages for span in passage.after) == after


def test_strange_paragraphs_stand_side_by_side_unless_there_are_very_many() -> None:
    for count, passages in ((3, 3), (30_000, 1)):
        assert len(compare("x\n" * count, "y\n" * count)) == passages


def test_a_comparison_stops_when_it_is_asked_to() -> None:
    watch = Watch()
    watch.cancel()
    with pytest.raises(Cancelled):
        compare("One.", "Two.", watch=watch)

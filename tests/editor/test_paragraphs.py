"""What is worked out by paragraph is worked out in the end, however long the document and however short the time."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.editor.paragraphs import ByParagraph

MANY = 280_000
SLICE = 0.004


@dataclass(frozen=True)
class Read:
    """As what the author ledger knows of a paragraph: compared by its fields, which is slow."""

    number: int


def slices(paragraphs: ByParagraph[Read], seconds: float = SLICE, most: int = 10) -> int:
    """After how many slices all was read; no more than `most`."""
    return next((n for n in range(1, most) if paragraphs.work_out(Read, seconds)), most)


def test_a_paragraph_at_the_end_of_a_long_document_is_read_within_a_few_slices() -> None:
    paragraphs: ByParagraph[Read] = ByParagraph()
    paragraphs.changed(0, MANY - 1, MANY)
    assert paragraphs.work_out(Read)
    for first in (MANY - 1, MANY // 2, 0):
        paragraphs.changed(first, first, MANY)
    assert slices(paragraphs) < 5
    assert [read.number for read in paragraphs.known()] == list(range(MANY))


def test_every_slice_reads_something_however_short_it_is() -> None:
    paragraphs: ByParagraph[Read] = ByParagraph()
    paragraphs.changed(0, 4, 5)
    assert slices(paragraphs, seconds=0.0) <= 6


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5), st.integers(0, 5), st.integers(0, 3)), max_size=12))
def test_what_is_known_is_of_the_text_as_it_is_now(changes: list[tuple[int, int, int, int]]) -> None:
    text, letters, paragraphs = [0], iter(range(1, 1000)), ByParagraph[int]()
    for at, gone, new, slices in changes:
        first = min(at, len(text) - 1)
        text[first : first + gone] = [next(letters) for _ in range(max(new, 1))]
        paragraphs.changed(first, first + max(new, 1) - 1, len(text))
        for _ in range(slices):
            paragraphs.work_out(text.__getitem__, 0.0)
    assert paragraphs.work_out(text.__getitem__)
    assert list(paragraphs.known()) == text

"""Change by change between two texts: which of them a writer takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from afterword.drafts.compare import Passage, Span


@dataclass(frozen=True)
class Change:
    """Something that is otherwise afterwards.

    Attributes:
        gone: what stood there; "" where something is put in.
        new: what stands there now; "" where something is left out.
    """

    gone: str
    new: str


Part = str | Change
"""What is the same on both sides, or a change."""


@dataclass(frozen=True)
class Edit:
    """One thing to be done to the text before: between two characters of it stands something else."""

    start: int
    end: int
    text: str


def parts_of(passages: Sequence[Passage]) -> list[Part]:
    """All of both texts in turn, what changed and what did not; neither is empty."""
    return [part for passage in passages for part in _woven(passage)]


def chosen(parts: Sequence[Part], taken: Collection[int]) -> str:
    """The text with the changes of these numbers, counted from 0."""
    texts: list[str] = []
    number = 0
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        texts.append(part.new if number in taken else part.gone)
        number += 1
    return "".join(texts)


def edits(parts: Sequence[Part], taken: Collection[int]) -> list[Edit]:
    """What is to be done to the text before, first things first, for it to have the changes of these numbers."""
    found: list[Edit] = []
    at = number = 0
    for part in parts:
        if isinstance(part, str):
            at += len(part)
            continue
        if number in taken:
            found.append(Edit(at, at + len(part.gone), part.new))
        at += len(part.gone)
        number += 1
    return found


def _woven(passage: Passage) -> Iterator[Part]:
    for before, after in zip_longest(_by_twos(passage.before), _by_twos(passage.after), fillvalue=("", "")):
        if before[0] or after[0]:
            yield Change(before[0], after[0])
        if before[1]:
            yield before[1]


def _by_twos(spans: Sequence[Span]) -> Iterator[tuple[str, str]]:
    """What changed, and what did not behind it; either may be empty."""
    changed = ""
    for span in spans:
        if span.changed:
            changed += span.text
        else:
            yield changed, span.text
            changed = ""
    if changed:
        yield changed, ""

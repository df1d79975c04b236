"""What changed between two texts, paragraph by paragraph and, within those that changed, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from afterword.text.characters import common_ends

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_MANY = 3000  # tokens of a passage; of more it is only said that all of it changed


@dataclass(frozen=True)
class Span:
    """Some text on one side of a comparison.

    Attributes:
        text: of the document.
        changed: whether the other side has it otherwise, or not at all.
    """

    text: str
    changed: bool


@dataclass(frozen=True)
class Passage:
    """Paragraphs that belong together, before and after.

    Attributes:
        before: what stood there; the texts in turn.
        after: what stands there now.
        line_before: the number of its first line before, counted from 0.
        line_after: the number of its first line now.
    """

    before: tuple[Span, ...]
    after: tuple[Span, ...]
    line_before: int
    line_after: int

    @property
    def changed(self) -> bool:
        """Whether anything is different."""
        return any(span.changed for span in (*self.before, *self.after))


def compare(before: str, after: str) -> list[Passage]:
    """All of both texts, in passages that changed or did not, in turn; texts of a side, joined, are that side.

    Lines at the beginning and at the end that are the same cost nothing to speak of; those between are compared by difflib.
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head, tail = common_ends(old, new)
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    passages = [*_equal(old[:head], 0, 0)]
    for tag, a, b, c, d in SequenceMatcher(None, middle_old, middle_new, autojunk=len(middle_old) > _MANY).get_opcodes():
        if tag == "equal":
            passages += _equal(middle_old[a:b], head + a, head + c)
        else:
            spans = _by_word("".join(middle_old[a:b]), "".join(middle_new[c:d]))
            passages.append(Passage(*spans, head + a, head + c))
    passages += _equal(old[len(old) - tail :], len(old) - tail, len(new) - tail)
    return passages


def _equal(lines: Sequence[str], line_before: int, line_after: int) -> Iterator[Passage]:
    if lines:
        spans = (Span("".join(lines), changed=False),)
        yield Passage(spans, spans, line_before, line_after)


def _by_word(before: str, after: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(old), len(new)) > _MANY or not old or not new:
        return _joined([(before, True)]), _joined([(after, True)])
    sides: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        sides[0].append(("".join(old[a:b]), tag != "equal"))
        sides[1].append(("".join(new[c:d]), tag != "equal"))
    return _joined(sides[0]), _joined(sides[1])


def _joined(spans: Sequence[tuple[str, bool]]) -> tuple[Span, ...]:
    return tuple(Span(text, changed) for text, changed in spans if text)

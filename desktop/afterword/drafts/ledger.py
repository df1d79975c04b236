"""The author ledger: which of a text was accepted from suggestions, how much that is, and where it stands after a change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from zlib import crc32

from afterword.text.boundaries import word_spans

Run = tuple[int, int]
"""Where a stretch of accepted text begins and ends, in characters; all else was typed. Runs rise and do not touch."""

LineRun = tuple[int, int, int]
"""A run within one line: the number of the line, and where in it the run begins and ends; the line feed counts as its last."""

_MOST_PAIRS = 1_000_000  # of changed lines to compare: at most 0.03 s in what was tried, and it may grow with the square


@dataclass(frozen=True)
class Tally:
    """How much of a text was accepted.

    Attributes:
        characters: all of them but line feeds.
        accepted_characters: those that were accepted.
        words: as `text.boundaries` counts them.
        accepted_words: those that were accepted by more than half of their characters.
    """

    characters: int = 0
    accepted_characters: int = 0
    words: int = 0
    accepted_words: int = 0

    @property
    def percent_typed(self) -> int:
        """How many percent of the characters were typed; 0 and 100 only where none and all of them were."""
        typed = self.characters - self.accepted_characters
        if typed in (0, self.characters):
            return 100 if typed == self.characters else 0
        return min(max(round(100 * typed / self.characters), 1), 99)


def tally(text: str, runs: Iterable[Run]) -> Tally:
    """How much of `text` was accepted, where `runs` are."""
    accepted = bytearray(len(text))
    line_feeds = 0
    for start, end in runs:
        accepted[start:end] = b"\1" * (end - start)
        line_feeds += text.count("\n", start, end)
    spans = list(word_spans(text))
    return Tally(
        len(text) - text.count("\n"),
        accepted.count(1) - line_feeds,
        len(spans),
        sum(2 * accepted.count(1, start, end) > end - start for start, end in spans),
    )


def total(parts: Collection[Tally]) -> Tally:
    """How much that is together."""
    return Tally(
        sum(part.characters for part in parts),
        sum(part.accepted_characters for part in parts),
        sum(part.words for part in parts),
        sum(part.accepted_words for part in parts),
    )


def joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """`runs`, which rise, with those that touch made one."""
    found: list[Run] = []
    for start, end in runs:
        if found and start == found[-1][1]:
            found[-1] = (found[-1][0], end)
        elif start < end:
            found.append((start, end))
    return tuple(found)


def by_line(text: str, runs: Iterable[Run]) -> list[LineRun]:
    """`runs` of `text`, those that go over the end of a line taken apart there."""
    found: list[LineRun] = []
    lines = _lines(text)
    number, (begin, end) = 0, next(lines)
    for start, stop in runs:
        stop = min(stop, len(text))
        while start < stop:
            while start >= end:
                number, (begin, end) = number + 1, next(lines)
            found.append((number, start - begin, min(stop, end) - begin))
            start = min(stop, end)
    return found


def line_marks(text: str) -> list[int]:
    """A number for each line of `text`, by which it is known again (CRC-32)."""
    return [crc32(line.encode("utf-8", "surrogatepass")) for line in text.split("\n")]


def carried(runs: Sequence[LineRun], marks: Sequence[int], text: str) -> tuple[Run, ...]:
    """Where runs are in a text that may have changed since: they go with their line, and are dropped where it is no more.

    Args:
        runs: rising, in the lines of the earlier text.
        marks: `line_marks` of that text.
        text: as it is now.

    Raises:
        ValueError: the runs are none of a text with these marks.
    """
    now = line_marks(text)
    places = _places(marks, now)
    begins = [begin for begin, _ in _lines(text)] + [len(text) + 1]
    found: list[Run] = []
    before = (0, 0)
    for line, start, end in runs:
        if not ((line, start) >= before and 0 <= start < end and line < len(marks)):
            raise ValueError("runs out of order")
        before = (line, end)
        if line not in places:
            continue
        begin = begins[places[line]]
        if begin + end > begins[places[line] + 1]:
            raise ValueError("a run beyond the end of its line")
        found.append((begin + start, min(begin + end, len(text))))  # the last line has lost its line feed
    return joined(found)


def _lines(text: str) -> Iterator[Run]:
    """Where the lines of `text` begin, and where behind their line feeds the next ones do; the last one has none."""
    begin = 0
    while (at := text.find("\n", begin)) >= 0:
        yield begin, at + 1
        begin = at + 1
    yield begin, len(text)


def _places(old: Sequence[int], new: Sequence[int]) -> dict[int, int]:
    """For each line of `old` that is still there its number in `new`; both rise."""
    head = _equal(zip(old, new, strict=False))
    most = min(len(old), len(new)) - head
    tail = min(most, _equal(zip(reversed(old), reversed(new), strict=False)))
    places = {number: number for number in range(head)}
    places |= {len(old) - 1 - back: len(new) - 1 - back for back in reversed(range(tail))}
    changed, changed_to = old[head : len(old) - tail], new[head : len(new) - tail]
    if 0 < len(changed) * len(changed_to) <= _MOST_PAIRS:
        for one, other, size in SequenceMatcher(None, changed, changed_to).get_matching_blocks():
            places |= {head + one + i: head + other + i for i in range(size)}
    return places


def _equal(pairs: Iterable[tuple[int, int]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

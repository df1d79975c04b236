"""Which parts of two sequences are the same, in a time that is bounded whatever they are.

What occurs once on either side anchors the rest (patience diff: Bram Cohen, 2009). Small gaps between anchors are left to
difflib, which reads best and is cubic at worst, as long as there is effort left for it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher

from afterword.text.characters import common_ends
from afterword.watch import Watch

_SMALL = 40_000  # pairs of items in a gap that difflib gets
_DEEPEST = 12  # anchors are looked for so often within gaps between anchors


class Aligner:
    """Aligns sequences, with a bound on what all of them together may take.

    Args:
        effort: pairs of items that difflib may look at; in gaps that are met when none is left nothing is the same.
        watch: may stop it.
    """

    def __init__(self, effort: int, watch: Watch | None = None) -> None:
        self._effort = effort
        self._watch = watch or Watch()

    def same(self, old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int, int]]:
        """Runs that are the same, in turn, as (where in `old`, where in `new`, length); the length is at least 1."""
        runs: list[tuple[int, int, int]] = []
        gaps = [(0, len(old), 0, len(new), 0)]
        while gaps:
            self._watch.check()
            a, b, c, d, depth = gaps.pop()
            head, tail = common_ends(old[a:b], new[c:d])
            runs += [(a, c, head), (b - tail, d - tail, tail)]
            a, b, c, d = a + head, b - tail, c + head, d - tail
            if a == b or c == d:
                continue
            size = (b - a) * (d - c)
            if size <= _SMALL:
                if self._effort >= size:
                    self._effort -= size
                    matcher = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False)
                    runs += [(a + i, c + j, length) for i, j, length in matcher.get_matching_blocks()]
            elif depth < _DEEPEST:
                anchors = [(a + i, c + j) for i, j in anchored(old[a:b], new[c:d])]
                if anchors:
                    runs += [(i, j, 1) for i, j in anchors]
                    gaps += _between(anchors, (a, b, c, d), depth + 1)
        return _joined(sorted(run for run in runs if run[2]))


def anchored(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Where items stand that occur once on either side: as many as can be had in the same order on both."""
    places = _once(new)
    pairs = [(i, places[item]) for item, i in _once(old).items() if item in places]
    return [pairs[at] for at in rising([j for _, j in pairs])]


def rising(numbers: Sequence[int]) -> list[int]:
    """The indices of a longest strictly rising subsequence (patience sorting, O(n log n))."""
    ends: list[int] = []  # the smallest number that a rising subsequence of each length ends with
    at: list[int] = []  # and its index
    before: list[int] = []
    for index, number in enumerate(numbers):
        pile = bisect_left(ends, number)
        before.append(at[pile - 1] if pile else -1)
        ends[pile : pile + 1] = [number]
        at[pile : pile + 1] = [index]
    chain: list[int] = []
    index = at[-1] if at else -1
    while index >= 0:
        chain.append(index)
        index = before[index]
    return chain[::-1]


def _once(items: Sequence[Hashable]) -> dict[Hashable, int]:
    places: dict[Hashable, int] = {}
    for place, item in enumerate(items):
        places[item] = -1 if item in places else place
    return {item: place for item, place in places.items() if place >= 0}


def _between(
    anchors: Sequence[tuple[int, int]], within: tuple[int, int, int, int], depth: int
) -> Iterator[tuple[int, int, int, int, int]]:
    a, b, c, d = within
    for i, j in anchors:
        if a < i and c < j:
            yield a, i, c, j, depth
        a, c = i + 1, j + 1
    if a < b and c < d:
        yield a, b, c, d, depth


def _joined(runs: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    joined: list[tuple[int, int, int]] = []
    for i, j, length in runs:
        if joined and (joined[-1][0] + joined[-1][2], joined[-1][1] + joined[-1][2]) == (i, j):
            joined[-1] = (*joined[-1][:2], joined[-1][2] + length)
        else:
            joined.append((i, j, length))
    return joined

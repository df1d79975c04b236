"""Suggestions in the middle of a paragraph: some words are taken out of a text and asked for, with what follows them given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import TypedDict

from afterword.bench.writer import Showing, Suggests, judged, last
from afterword.engine.protocol import Request
from afterword.engine.sampling import Sampling
from afterword.text.boundaries import count_words, word_ends
from afterword.text.context import Context

EVERY = 15  # words from one gap to the next
REMOVED = (1, 2, 3)  # words, in turn

_RUN = 3  # words that nobody says twice in a row by chance


class MiddleScores(TypedDict):
    """How suggestions in gaps did. None where there is nothing to count.

    Keys:
        gaps: how many there were.
        shown: the share of the gaps at which something was suggested.
        precision: the share of what was suggested whose first word is right.
        first_word_right: the share of the gaps at which a right first word was suggested.
        repeats_after: the share of what was suggested that says what follows the gap.
    """

    gaps: int
    shown: float | None
    precision: float | None
    first_word_right: float | None
    repeats_after: float | None


@dataclass(frozen=True)
class Gap:
    """Words `start` to `end` of a text, which stand between spaces or before a mark; neither is at the end of its line."""

    start: int
    end: int


def gaps(text: str) -> Iterator[Gap]:
    """A gap behind every 15th word of `text`, or behind the next one where one fits."""
    ends, sizes = word_ends(text, count_words(text)), cycle(REMOVED)
    size, at = next(sizes), EVERY - 1
    while at + size < len(ends):
        start, end = ends[at] + 1, ends[at + size]
        if text[ends[at]] == " " and "\n" not in text[start : end + 1]:
            yield Gap(start, end)
            size, at = next(sizes), at + EVERY
        else:
            at += 1


def measure_middle(
    suggester: Suggests, texts: Sequence[str], sampling: Sampling, progress: Callable[[float], None] | None = None
) -> MiddleScores:
    """Ask for a suggestion in every gap of `texts`; `progress` is told the share done."""
    places = [(text, gap) for text in texts for gap in gaps(text)]
    showings: list[Showing] = []
    repeated = 0
    for number, (text, gap) in enumerate(places, 1):
        before, after = text[: gap.start], text[gap.end :]
        context = Context.around(before + after, len(before))
        shown = last(suggester.suggest(Request(number, context, sampling))).text
        if shown:
            showings.append(judged(shown, text, gap.start))
            repeated += repeats(shown, after)
        if progress:
            progress(number / len(places))
    right = sum(showing.right for showing in showings)
    return {
        "gaps": len(places),
        "shown": len(showings) / len(places) if places else None,
        "precision": right / len(showings) if showings else None,
        "first_word_right": right / len(places) if places else None,
        "repeats_after": repeated / len(showings) if showings else None,
    }


def repeats(shown: str, after: str) -> bool:
    """Whether `shown`, put before `after`, says something twice.

    It does where it ends with the words, or the mark, that `after` begins with, and where the first three words of `after`
    stand in it anywhere. Deliberately not the rule by which `suggest` cuts, which this is to check.
    """
    said, following = (re.findall(r"\w+", part.lower()) for part in (shown, after))
    if any(said[-n:] == following[:n] for n in range(1, min(len(said), len(following)) + 1)):
        return True
    run = following[:_RUN]
    if len(run) == _RUN and any(said[at : at + _RUN] == run for at in range(len(said))):
        return True
    mark = after.lstrip()[:1]
    return bool(mark) and not mark.isalnum() and shown.rstrip()[-1:] == mark

"""From what writing took to the numbers that are reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from afterword.bench.writer import MOST_WORDS, Session

EXACT_LENGTHS = tuple(str(n) for n in range(1, MOST_WORDS + 1))


class Scores(TypedDict):
    """The numbers of a text, or their means over several. None where there is nothing to count.

    Keys:
        saved: 1 - keys / characters.
        precision: the share of the showings whose first word is right.
        wrong_show: showings whose first word is wrong, per 100 keys that typed a character.
        shown_per_100: showings per 100 characters of the text.
        exact_match: for n of "1" to "5", the share of the showings of n words or more whose first n words are all right.
    """

    saved: float | None
    precision: float | None
    wrong_show: float | None
    shown_per_100: float | None
    exact_match: dict[str, float | None]


def scores(session: Session) -> Scores:
    """The numbers of `session`, in which a text that is not empty was written."""
    characters, showings = len(session.text), session.showings
    wrong = sum(not showing.right for showing in showings)
    return {
        "saved": 1 - session.keys / characters,
        "precision": _share(showing.right for showing in showings),
        "wrong_show": 100 * wrong / session.typed,
        "shown_per_100": 100 * len(showings) / characters,
        "exact_match": {n: _share(s.words[int(n) - 1] for s in showings if len(s.words) >= int(n)) for n in EXACT_LENGTHS},
    }


def mean(several: Sequence[Scores]) -> Scores:
    """The mean of each number over the texts that have it; every text counts the same."""
    return {
        "saved": _mean(one["saved"] for one in several),
        "precision": _mean(one["precision"] for one in several),
        "wrong_show": _mean(one["wrong_show"] for one in several),
        "shown_per_100": _mean(one["shown_per_100"] for one in several),
        "exact_match": {n: _mean(one["exact_match"][n] for one in several) for n in EXACT_LENGTHS},
    }


def _share(answers: Iterable[bool]) -> float | None:
    return _mean(float(answer) for answer in answers)


def _mean(values: Iterable[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None

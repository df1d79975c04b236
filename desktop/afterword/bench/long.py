"""Long continuations, on which small models go in circles: how much of them was said before."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypedDict

from afterword.bench.writer import Suggests, last
from afterword.engine.protocol import Request
from afterword.engine.sampling import LONG, Sampling
from afterword.text.context import Context

WORDS = 100
PLACES = 8  # of each text, at equal distances

_RUN = 4  # words


class LongScores(TypedDict):
    """How long continuations did. None where there is nothing to count.

    Keys:
        asked: how many there were.
        words: how many each has, on the mean.
        repeated: of their runs of four words, the share that the same continuation had said before (rep-4 of Welleck et al.,
            Neural text generation with unlikelihood training, 2019).
    """

    asked: int
    words: float | None
    repeated: float | None


def measure_long(
    suggester: Suggests, texts: Sequence[str], sampling: Sampling, progress: Callable[[float], None] | None = None
) -> LongScores:
    """Ask for the likeliest words, a hundred of them, at some places of `texts`; `progress` is told the share done."""
    dial = replace(LONG, temperature=0.0, dry_multiplier=0.0, max_words=WORDS, seed=sampling.seed)
    places = [(text, at) for text in texts for at in _places(text)]
    words = runs = again = 0
    for number, (text, at) in enumerate(places, 1):
        said = last(suggester.suggest(Request(number, Context.around(text[:at], at), dial))).text
        one, seen = re.findall(r"\w+", said.casefold()), set[tuple[str, ...]]()
        words += len(one)
        for start in range(len(one) - _RUN + 1):
            run = tuple(one[start : start + _RUN])
            runs, again = runs + 1, again + (run in seen)
            seen.add(run)
        if progress:
            progress(number / len(places))
    return {
        "asked": len(places),
        "words": words / len(places) if places else None,
        "repeated": again / runs if runs else None,
    }


def _places(text: str) -> list[int]:
    """Where words end."""
    found = (text.rfind(" ", 0, len(text) * n // (PLACES + 1)) for n in range(1, PLACES + 1))
    return sorted({at for at in found if at > 0})

"""What a suggestion owes to its parts: everything is measured again without each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypedDict

from afterword.bench.long import LongScores, measure_long
from afterword.bench.middle import MiddleScores, measure_middle
from afterword.bench.modes import Text, measure
from afterword.bench.scores import Scores
from afterword.engine.protocol import LanguageModel
from afterword.engine.sampling import Sampling
from afterword.suggest.suggester import PARTS, Suggester

NOTHING = "nothing"
MODES = ("eager", "balanced")


class PartScores(TypedDict):
    """The numbers without one part."""

    eager: Scores
    balanced: Scores
    middle: MiddleScores
    long: LongScores


def measure_parts(
    model: LanguageModel,
    texts: Sequence[Text],
    sampling: Sampling,
    progress: Callable[[str, str, float], None],
) -> dict[str, PartScores]:
    """For NOTHING and each of PARTS, the numbers of a suggester without it."""
    return {
        part: _measure(Suggester(model, without=[part]), texts, sampling, partial(progress, f"without {part}"))
        for part in (NOTHING, *PARTS)
    }


def _measure(
    suggester: Suggester, texts: Sequence[Text], sampling: Sampling, progress: Callable[[str, float], None]
) -> PartScores:
    contents = [text.content for text in texts]
    modes = measure(suggester, texts, MODES, sampling, lambda mode, _, share: progress(mode, share))
    return {
        "eager": modes["eager"]["mean"],
        "balanced": modes["balanced"]["mean"],
        "middle": measure_middle(suggester, contents, sampling, partial(progress, "middle")),
        "long": measure_long(suggester, contents, sampling, partial(progress, "long")),
    }

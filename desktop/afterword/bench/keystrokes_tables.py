"""The numbers of `afterword bench keystrokes` as tables, in a writer's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from afterword.bench.middle import MiddleScores
from afterword.bench.parts import MODES, PartScores
from afterword.bench.scores import EXACT_LENGTHS
from afterword.bench.table import markdown_table

_TITLES = {
    "eager": "eager",
    "balanced": "balanced",
    "eager_cycling": "eager, cycling to two others",
    "balanced_cycling": "balanced, cycling to two others",
    "plain": "the plain snippet",
}


def tables(modes: Mapping[str, Any]) -> str:
    """Three tables: what each mode did on the whole, how many words were right, and the keys saved in each file.

    Args:
        modes: for each mode its `keystrokes.ModeScores`; at least one.
    """
    titles = [_TITLES[mode] for mode in modes]
    means = [scores["mean"] for scores in modes.values()]
    whole = markdown_table(
        ["suggestions", "keys saved", "right when shown", "shown per 100 characters", "wrong per 100 keys typed"],
        [
            [title, _percent(mean["saved"]), _percent(mean["precision"]), _one(mean["shown_per_100"]), _one(mean["wrong_show"])]
            for title, mean in zip(titles, means, strict=True)
        ],
    )
    words = markdown_table(
        ["right in their first words", "1 word", *(f"{n} words" for n in EXACT_LENGTHS[1:])],
        [[title, *(_percent(mean["exact_match"][n]) for n in EXACT_LENGTHS)] for title, mean in zip(titles, means, strict=True)],
    )
    columns = [[_percent(file["saved"]) for file in scores["files"]] for scores in modes.values()]
    names = [file["file"] for file in next(iter(modes.values()))["files"]]
    files = markdown_table(["keys saved in", *titles], [list(row) for row in zip(names, *columns, strict=True)])
    return "\n\n".join((whole, words, files))


def middle_table(middle: MiddleScores) -> str:
    """One line: how suggestions in the middle of a paragraph did."""
    return markdown_table(
        ["in the middle of a paragraph", "shown", "right when shown", "right of all", "repeats what follows"],
        [
            [
                f"{middle['gaps']} {'gap' if middle['gaps'] == 1 else 'gaps'} of 1 to 3 words",
                _percent(middle["shown"]),
                _percent(middle["precision"]),
                _percent(middle["first_word_right"]),
                _percent(middle["repeats_after"]),
            ]
        ],
    )


def parts_table(parts: Mapping[str, PartScores]) -> str:
    """What each part is worth: a line for all of them, and one without each.

    Args:
        parts: of `parts.measure_parts`.
    """
    modes = [f"{mode}: {number}" for mode in MODES for number in ("keys saved", "right", "wrong per 100 keys")]
    return markdown_table(
        ["without", *modes, "amid: right of all", "amid: repeats", "long: said before"],
        [
            [
                part,
                *(
                    cell
                    for mean in (found["eager"], found["balanced"])
                    for cell in (_percent(mean["saved"], 1), _percent(mean["precision"], 1), _one(mean["wrong_show"]))
                ),
                _percent(found["middle"]["first_word_right"]),
                _percent(found["middle"]["repeats_after"]),
                _percent(found["long"]["repeated"]),
            ]
            for part, found in parts.items()
        ],
    )


def _percent(share: float | None, digits: int = 0) -> str:
    return "–" if share is None else f"{share * 100:.{digits}f} %"


def _one(number: float | None) -> str:
    return "–" if number is None else f"{number:.1f}"

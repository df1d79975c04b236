"""`afterword bench alternatives`: how often the writer's own word is among those that are offered in its place.

Words that carry meaning are taken out of a text, one at a time, and asked for; what is offered never knows what stood there.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from afterword import paths
from afterword.bench import machine
from afterword.bench.samples import samples
from afterword.bench.table import markdown_table, rounded
from afterword.command import SUCCESS, Parser, opened
from afterword.drafts.draft import read_draft
from afterword.engine.masked import catalogue_masked, open_masked
from afterword.engine.protocol import LanguageModel
from afterword.settings import load_settings
from afterword.suggest.replacing import Proposes, Spot, judged, proposals, ranked
from afterword.text.boundaries import word_spans
from afterword.text.context import Context

FIRST = 5
WORDS = 150
"""How many are asked for, where there are so many."""

_SEED = 1
_LETTERS = 4  # at least, of a word that carries meaning
_FUNCTION = frozenset(
    "about after again against also although among around because been before behind being below between both cannot could "
    "didn does doesn doing don down during each either else even ever every from further have having hers herself himself "
    "here into itself just might more most much must neither none once only other others ought ours over quite rather same "
    "shall should since some such than that their theirs them themselves then there therefore these they this those though "
    "through thus together toward towards under until unless upon very were what whatever when where whether which while who "
    "whom whose will with within without would your yours yourself".split()
)

_TITLES = {"left": "left side only", "both": "both sides", "masked": "both sides, with a masked model"}


class Scores(TypedDict):
    """How often the writer's own word was found. None where there is nothing to count.

    Keys:
        proposed: the share of the words that were among all that were proposed.
        first: the share that came first.
        first_five: the share among the first five.
    """

    proposed: float | None
    first: float | None
    first_five: float | None


@dataclass(frozen=True)
class Asked:
    """What came of one word: at which place it was found, counted from 0, if at all; and whether it was proposed."""

    place: int | None
    proposed: bool


def spots(texts: Sequence[str], most: int = WORDS) -> list[Spot]:
    """A sample of the words of `texts` that carry meaning, the same at every call, in order."""
    found = [
        (text, start, end) for text in texts for start, end in word_spans(text) if start and _carries_meaning(text[start:end])
    ]
    chosen = random.Random(_SEED).sample(range(len(found)), min(most, len(found)))
    return [_spot(*found[number]) for number in sorted(chosen)]  # in order: what a model computed for one serves the next


def measure_alternatives(
    model: LanguageModel,
    asked: Sequence[Spot],
    masked: Proposes | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[dict[str, Scores], float | None]:
    """Ask for each of the words.

    Args:
        model: proposes and judges.
        asked: with the words that stand there, which nothing but the counting sees.
        masked: proposes too, in a measurement of its own.
        progress: told the share done.

    Returns:
        The numbers by the left side only, by both sides, and with a masked model where there is one; and the seconds that finding
        them by both sides takes (the median).
    """
    found: dict[str, list[Asked]] = {"left": [], "both": [], **({"masked": []} if masked else {})}
    seconds = []
    for number, spot in enumerate(asked, 1):
        began = time.perf_counter()
        proposed = proposals(model, spot)
        best = ranked(model, spot.context, proposed) or []
        seconds.append(time.perf_counter() - began)
        found["both"].append(_asked(spot, proposed, best))
        found["left"].append(_asked(spot, proposed, judged(model, spot.context, proposed, "") or []))
        if masked is not None:
            proposed = proposals(model, spot, masked)
            found["masked"].append(_asked(spot, proposed, ranked(model, spot.context, proposed) or []))
        if progress:
            progress(number / len(asked))
    return {way: _scores(of_way) for way, of_way in found.items()}, statistics.median(seconds) if seconds else None


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code.

    Raises:
        AfterwordError: a file cannot be read, a model cannot be opened, or it broke.
    """
    options = _parser().parse_args(arguments)
    asked = spots([read_draft(file).text.strip() for file in options.files or samples()], options.words)
    name = load_settings(paths.settings_file())[0]["model.name"] if options.model is None else options.model
    folder = catalogue_masked(paths.models_dir())
    with opened(name, exact=False, download=options.model is not None) as model:
        masked = None if folder is None else open_masked(folder, paths.models_dir())
        found, seconds = measure_alternatives(model, asked, masked, _progress)
        if masked is not None:
            masked.close()
    _clear()
    about = {"model": name, "masked": folder.name if folder else None, "machine": machine.describe()}
    if options.json:
        print(json.dumps(rounded({"words": len(asked), **found, "seconds": seconds, **about}), ensure_ascii=False, indent=2))
        return SUCCESS
    where = about["machine"]
    print(f"Model {name}; {_counted(len(asked))}; {where['processor']}, {where['cores']} cores.\n")
    print(table(found))
    if seconds is not None:
        print(f"\nFound by both sides in {seconds:.1f} s (the median).")
    return SUCCESS


def table(found: dict[str, Scores]) -> str:
    """A line for each way to find words."""
    rows = [
        [_TITLES[way], *map(_percent, (scores["first_five"], scores["first"], scores["proposed"]))]
        for way, scores in found.items()
    ]
    return markdown_table(["the writer's own word is", f"among the first {FIRST}", "the first", "among all proposed"], rows)


# --- details --------------------------------------------------------------------------------------------------------


def _carries_meaning(word: str) -> bool:
    return word.isalpha() and len(word) >= _LETTERS and word.casefold() not in _FUNCTION


def _spot(text: str, start: int, end: int) -> Spot:
    around = Context.around(text[:start] + text[end:], start)
    return Spot(around, text[start:end])


def _asked(spot: Spot, proposed: Sequence[str], best: Sequence[tuple[str, float]]) -> Asked:
    own = spot.words.casefold()
    place = next((at for at, (text, _) in enumerate(best) if text.casefold() == own), None)
    return Asked(place, any(text.casefold() == own for text in proposed))


def _scores(of_way: Sequence[Asked]) -> Scores:
    def share(count: int) -> float | None:
        return count / len(of_way) if of_way else None

    return {
        "proposed": share(sum(one.proposed for one in of_way)),
        "first": share(sum(one.place == 0 for one in of_way)),
        "first_five": share(sum(one.place is not None and one.place < FIRST for one in of_way)),
    }


def _counted(words: int) -> str:
    return "1 word" if words == 1 else f"{words:,} words"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


def _parser() -> Parser:
    parser = Parser(
        prog="afterword bench alternatives",
        description="Take words out of each file, one at a time, and look for them among the words that are offered for their "
        "place: by what stands before them only, and by what stands on both sides.",
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a draft (default: texts that come with Afterword)")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    parser.add_argument("--model", help="starter, a folder, a .gguf file, or a hub id (default: the one set in the window)")
    parser.add_argument("--words", type=_words, default=WORDS, metavar="N", help=f"how many words (default: {WORDS})")
    return parser


def _words(given: str) -> int:
    if not given.isdecimal() or int(given) < 1:
        raise argparse.ArgumentTypeError(f"“{given}” is not a number of words")
    return int(given)


def _progress(share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[Kalternatives … {share * 100:3.0f} %", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)

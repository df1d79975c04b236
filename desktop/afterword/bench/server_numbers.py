"""From what became of each request of the simulated writers to numbers. Pure logic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from afterword.errors import AfterwordError

PERCENTS = (50, 90, 99)

LONGER, TOO_FEW = "longer", "too few"

_LEAST = 10


@dataclass
class Wish:
    """One wish for words, and what became of it. Times are seconds on one clock.

    Attributes:
        at: when the key came that asked.
        characters: of the context.
        sent: whether the server was asked: not where what it said is still remembered, nor where the next key came before.
        remembered: whether what the server said here a moment before was still known.
        first_at: when the first piece was there; None where none came.
        ended_at: when it was over: whole, failed, or void.
        voided_at: when the next key made it void; None where none did before it ended.
        pieces: how many came.
        shown: whether anything of it stood on the page, before the next key.
        error: what went wrong.
    """

    at: float
    characters: int
    sent: bool = False
    remembered: bool = False
    first_at: float | None = None
    ended_at: float | None = None
    voided_at: float | None = None
    pieces: int = 0
    shown: bool = False
    error: AfterwordError | None = None


@dataclass(frozen=True)
class Numbers:
    """What so many writers were given. None where nothing was measured.

    Attributes:
        writers: that typed at the same time.
        seconds: for how long.
        keys: typed by all together.
        through: keys that a suggestion foretold, and that asked for nothing.
        remembered: keys whose suggestion was still known from a moment before.
        requests: to the server.
        characters: of a context, in the mean.
        answered: the share of requests whose first piece was there before the next key, of those that the server had something
            to say to.
        first_ms: by per cent, milliseconds from the key to the first piece.
        first_why: by per cent, why that is None; see `why_none`.
        whole_ms: from the key to the end of the suggestion, p50.
        whole_why: why that is None.
        voided: the share of requests that the next key made void before they had ended.
        pieces: that came, of all requests; a server streams a token in each.
        wasted: the share of those that came for requests which were void before anything of them was shown.
        errors: how often each sentence's error came, by its type's name.
        sentences: the first error of each type.
        busy: processor seconds of this process by seconds of the clock: 1 is a core, more than which Python cannot use.
        late_ms: by how much the keys were later than they should have been, p99.
    """

    writers: int
    seconds: float
    keys: int
    through: int
    remembered: int
    requests: int
    characters: float | None
    answered: float | None
    first_ms: dict[int, float | None]
    first_why: dict[int, str]
    whole_ms: float | None
    whole_why: str
    voided: float | None
    pieces: int
    wasted: float | None
    errors: dict[str, int]
    sentences: dict[str, AfterwordError]
    busy: float
    late_ms: float | None


def surviving_percentile(waits: Iterable[tuple[float, bool]], percent: float, least: int = _LEAST) -> float | None:
    """The time within which so many per cent would be over, had nothing been broken off; None where that is longer than was seen.

    A request that the next key voids would have taken longer than it was given. Leaving such out, or counting them as over, would
    make a slow server look quick. So this is the estimate for such observations: Kaplan and Meier, "Nonparametric estimation from
    incomplete observations", JASA 53, 1958.

    Args:
        waits: each with whether it was over by then, or broken off.
        percent: more than 0.
        least: behind one that was broken off nothing is estimated from fewer.
    """
    ordered = sorted(waits, key=lambda wait: (wait[0], not wait[1]))
    left, surviving, broken = len(ordered), 1.0, False
    for time, over in ordered:
        broken = broken or not over
        if broken and left < least:
            return None
        if over:
            surviving *= 1 - 1 / left
            if (1 - surviving) * 100 >= percent - 1e-9:
                return time
        left -= 1
    return None


def why_none(waits: Sequence[tuple[float, bool]], percents: Iterable[int] = PERCENTS) -> dict[int, str]:
    """By per cent, why nothing is estimated: "" where something is, or where nobody waited.

    TOO_FEW where more of the same would tell whether something is: so few would wait longer than that, or were left to wait when
    it was reached. Else LONGER: it was not reached by those who were left to wait longest. Whatever is more per cent is that too.
    """
    why, longer = {}, False
    for percent in sorted(percents):
        if not waits or surviving_percentile(waits, percent) is not None:
            why[percent] = ""
            continue
        few = len(waits) * (100 - percent) < 100 * _LEAST or surviving_percentile(waits, percent, least=1) is not None
        longer = longer or not few
        why[percent] = LONGER if longer else TOO_FEW
    return why


def first_waits(asked: Iterable[Wish]) -> list[tuple[float, bool]]:
    """From the key to the first piece, and whether there was one; not of those that the server had nothing to say to."""
    waits = []
    for each in asked:
        if each.first_at is not None:
            waits.append((each.first_at - each.at, True))
        elif each.voided_at is not None:
            waits.append((each.voided_at - each.at, False))
    return waits


def whole_waits(asked: Iterable[Wish]) -> list[tuple[float, bool]]:
    """From the key to the end of the suggestion, of the same."""
    waits = []
    for each in asked:
        if each.voided_at is not None:
            waits.append((each.voided_at - each.at, False))
        elif each.ended_at is not None and each.first_at is not None and each.error is None:
            waits.append((each.ended_at - each.at, True))
    return waits


def summed(
    asked: Sequence[Wish],
    *,
    writers: int,
    seconds: float,
    keys: int,
    through: int,
    busy: float,
    late: Sequence[float],
) -> Numbers:
    """The numbers of all wishes of one run; `late` is in seconds for each key."""
    sent = [each for each in asked if each.sent]
    first, whole, pieces = first_waits(asked), whole_waits(asked), sum(each.pieces for each in sent)
    in_time = sum(1 for each in sent if each.first_at is not None and not _later(each.first_at, each.voided_at))
    failed = [each.error for each in asked if each.error is not None]
    sentences: dict[str, AfterwordError] = {}
    for error in failed:
        sentences.setdefault(type(error).__name__, error)
    lateness = surviving_percentile([(each, True) for each in late], 99)
    return Numbers(
        writers=writers,
        seconds=seconds,
        keys=keys,
        through=through,
        remembered=sum(each.remembered for each in asked),
        requests=len(sent),
        characters=_share(sum(each.characters for each in sent), len(sent)),
        answered=_share(in_time, len(first)),
        first_ms={percent: _ms(surviving_percentile(first, percent)) for percent in PERCENTS},
        first_why=why_none(first),
        whole_ms=_ms(surviving_percentile(whole, 50)),
        whole_why=why_none(whole, [50])[50],
        voided=_share(sum(each.voided_at is not None for each in sent), len(sent)),
        pieces=pieces,
        wasted=_share(sum(each.pieces for each in sent if each.voided_at is not None and not each.shown), pieces),
        errors=dict(Counter(type(error).__name__ for error in failed)),
        sentences=sentences,
        busy=busy,
        late_ms=_ms(lateness),
    )


def _later(time: float, limit: float | None) -> bool:
    return limit is not None and time > limit


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None

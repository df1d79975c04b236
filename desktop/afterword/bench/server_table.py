"""The numbers of `afterword bench server` for readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from afterword.bench.server_numbers import PERCENTS, TOO_FEW, Numbers
from afterword.bench.table import markdown_table
from afterword.sentences import sentence

_MISSING = "–"
_BUSY = 0.7  # of a core: from here on the client may be what is slow


def table(about: Mapping[str, str], keys_per_second: float, runs: Sequence[Numbers], where: Mapping[str, Any]) -> str:
    """What was measured, as Markdown: a column for each number of writers, then what went wrong."""
    rows: list[tuple[str, ...]] = [
        ("keys a second, each", *(_number(run.keys / run.seconds / run.writers, 1) for run in runs)),
        ("requests a second, all", *(_number(run.requests / run.seconds, 1) for run in runs)),
        ("requests for a key", *(_number(_ratio(run.requests, run.keys), 2) for run in runs)),
        *(
            (f"first piece, p{percent}", *(_time(run.first_ms[percent], run.first_why[percent]) for run in runs))
            for percent in PERCENTS
        ),
        ("whole suggestion, p50", *(_time(run.whole_ms, run.whole_why) for run in runs)),
        ("first piece before the next key", *(_percent(run.answered) for run in runs)),
        ("requests voided by the next key", *(_percent(run.voided) for run in runs)),
        ("tokens a second, all", *(_number(run.pieces / run.seconds, 1) for run in runs)),
        ("tokens for a request", *(_number(_ratio(run.pieces, run.requests), 1) for run in runs)),
        ("tokens for nothing", *(_percent(run.wasted) for run in runs)),
        ("characters of a prompt, at most", *(_number(run.characters, 0) for run in runs)),
        ("errors", *(f"{sum(run.errors.values()):,}" for run in runs)),
        ("this program's own work, of a core", *(_percent(run.busy) for run in runs)),
        ("keys late by, p99", *(_number(run.late_ms, 1, " ms") for run in runs)),
    ]
    kind = " ".join(part for part in (about["kind"] or "a server", about["version"]) if part)
    place = f"{where['processor']}, {where['cores']} cores, {where['memory_gb']} GB, {where['os']}"
    first = f"Model {about['model']} on {kind}; {keys_per_second:g} keys a second between pauses; the writers on {place}."
    return "\n\n".join([first, markdown_table(("writers", *(f"{run.writers:,}" for run in runs)), rows), *_remarks(runs)])


def _remarks(runs: Sequence[Numbers]) -> list[str]:
    remarks = []
    if any(TOO_FEW in (*run.first_why.values(), run.whole_why) for run in runs):
        remarks.append(f"Where it says “{TOO_FEW}”, more seconds (`--seconds N`) tell whether there is such a number.")
    for run in runs:
        who = "1 writer" if run.writers == 1 else f"{run.writers:,} writers"
        remarks += [f"{who}, {run.errors[name]:,} times: {sentence(error)}" for name, error in run.sentences.items()]
        if run.busy > _BUSY:
            remarks.append(f"{who}: this program itself was busy, so that the server may be quicker than these numbers.")
    return remarks


def _time(milliseconds: float | None, why_none: str) -> str:
    return (why_none or _MISSING) if milliseconds is None else f"{milliseconds:,.0f} ms"


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> str:
    return _MISSING if share is None else f"{share * 100:,.0f} %"


def _number(value: float | None, digits: int, unit: str = "") -> str:
    return _MISSING if value is None else f"{value:,.{digits}f}{unit}"

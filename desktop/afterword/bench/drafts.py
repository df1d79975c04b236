"""`afterword bench drafts`: how long opening, saving, journaling and keeping a version take, and how much memory a draft needs.

The JSON has a key for each size (characters, as digits), and under it:

    open, save, journal, snapshot, page    {"p50", "p99"} in milliseconds
    first_page_ms       of the first draft that the window opened, with nothing warm; `page` has those after it
    memory_mb           what the process holds more (resident) with the draft on the page than before, in millions of bytes
    peak_memory_mb      the most that it held more while it opened the draft

and besides `goals_ms` (size to milliseconds for `page`), `machine` and `versions`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from afterword.bench import machine
from afterword.bench.editor import document
from afterword.bench.table import markdown_table
from afterword.command import FAILURE, SUCCESS, Parser
from afterword.engine import child

MEASURED = {
    "open": "reading the file",
    "save": "saving, to the disk",
    "journal": "one change in the journal, to the disk",
    "snapshot": "keeping a version",
    "page": "from the command to the painted page",
}
"""What is timed of each draft, and what a reader calls it."""

GOALS_MS = {1_000_000: 1000, 5_000_000: 4000}
"""Size in characters to the most that `page` may take."""

_PARTS = ("p50", "p99")
_WITHIN_S = 600.0


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        sizes: of the drafts, in characters.
        times: each is read, saved, kept and opened in the window.
        changes: written into the journal.
    """

    sizes: Sequence[int]
    times: int
    changes: int


FULL = Plan((10_000, 100_000, 1_000_000, 5_000_000), times=10, changes=100)
"""Takes less than a minute."""

QUICK = Plan((10_000,), times=2, changes=3)
"""Only to see that it works."""


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code."""
    parser = Parser(
        prog="afterword bench drafts",
        description="Measure how long opening, saving, journaling and keeping a version take, and what memory a draft needs. "
        "Takes less than a minute; nothing else should run meanwhile.",
    )
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    parser.add_argument("--quick", action="store_true", help="measure little, only to see that it works")
    options = parser.parse_args(arguments)
    found, why_not = measure(QUICK if options.quick else FULL)
    if found is None:
        print(f"The drafts could not be measured: {why_not or 'it took too long'}.", file=sys.stderr)
        return FAILURE
    goals = {str(size): most for size, most in GOALS_MS.items()}
    report = {**found, "goals_ms": goals, "machine": machine.describe(), "versions": machine.versions()}
    print(json.dumps(report, ensure_ascii=False, indent=2) if options.json else table(report))
    return SUCCESS


def measure(plan: Plan) -> tuple[dict[str, Any] | None, str]:
    """All that is measured, under the keys of the JSON; each size in a process of its own, for its memory.

    Returns:
        `{size: {...}}`, or None and the last that a process said.
    """
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in plan.sizes:
            file = Path(folder) / f"{size}.md"
            file.write_text(document(size), "utf-8")
            said, why_not = _in_a_process(child.python("afterword.bench.drafts_desk", str(file), json.dumps(asdict(plan))))
            if said is None:
                return None, why_not
            found[str(size)] = said
    return found, ""


def table(report: Mapping[str, Any]) -> str:
    """What was measured, as Markdown; `report` has the keys of the JSON."""
    sizes = [size for size in report if size.isdecimal()]
    where = report["machine"]
    rows = [
        (f"{title}, {n}", *(_ms(report[size][what][n]) for size in sizes)) for what, title in MEASURED.items() for n in _PARTS
    ]
    rows.append(("the same, the first time", *(_ms(report[size]["first_page_ms"]) for size in sizes)))
    rows.append(("memory that the draft takes", *(f"{report[size]['memory_mb']:,.1f} MB" for size in sizes)))
    rows.append(("memory that opening it takes", *(f"{report[size]['peak_memory_mb']:,.1f} MB" for size in sizes)))
    goals = "; ".join(f"{int(size):,} characters on the page within {most:,} ms" for size, most in report["goals_ms"].items())
    about = f"{where['processor']}, {where['cores']} cores. Goals: {goals}."
    return "\n\n".join([about, markdown_table(("characters", *(f"{int(size):,}" for size in sizes)), rows)])


def _ms(value: float) -> str:
    return f"{value:,.1f} ms"


def _in_a_process(command: Sequence[str]) -> tuple[dict[str, Any] | None, str]:
    deadline = time.monotonic() + _WITHIN_S
    said: list[str] = []

    def on_tick() -> None:
        if time.monotonic() > deadline:
            raise TimeoutError

    try:
        code, errors = child.run(command, on_tick=on_tick, on_line=said.append)
    except TimeoutError:
        return None, ""
    if code == 0 and said:
        return json.loads(said[-1]), ""
    return None, errors.strip().rpartition("\n")[2] or f"it ended with code {code}"

"""`afterword bench editor`: how soon what was typed is painted, in short and long documents, idle and while a model writes."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from afterword import paths
from afterword.bench import machine
from afterword.bench.samples import REPORT, TUNE, samples
from afterword.bench.table import markdown_table
from afterword.command import FAILURE, SUCCESS, Parser, progress
from afterword.engine import child
from afterword.engine.opening import fetch
from afterword.settings import load_settings
from afterword.watch import Watch

FAKE = ""
"""In place of a model's name: a thread that keeps a core and the interpreter as busy as a model does, and loads nothing."""

MEASURED = {
    "idle": "a key, idle",
    "generating": "a key while the model writes",
    "accept": "Tab takes a suggestion",
    "scroll": "Page Down or Page Up",
}
"""What is measured in each document, and what a reader calls it."""

_WITHIN_S = 1800.0


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        sizes: of the documents, in characters.
        keys: typed in each, idle and once more while the model writes.
        accepts: of suggestions in each.
        pages: scrolled in each.
    """

    sizes: Sequence[int]
    keys: int
    accepts: int
    pages: int


FULL = Plan((10_000, 100_000, 1_000_000), keys=200, accepts=40, pages=40)
"""Takes about six minutes."""

QUICK = Plan((10_000,), keys=12, accepts=1, pages=4)
"""Only to see that it works."""


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code.

    Raises:
        AfterwordError: the model is not there.
    """
    parser = Parser(
        prog="afterword bench editor",
        description="Measure how soon the page shows what was typed, in the whole window off-screen, with the model or without. "
        "Takes about six minutes; nothing else should run meanwhile.",
    )
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--model", help="starter, a folder, a .gguf file, or a hub id (default: the one set in the window)")
    which.add_argument("--fake", action="store_true", help="with a thread that is as busy as a model, in place of one")
    parser.add_argument("--quick", action="store_true", help="measure little, only to see that it works")
    options = parser.parse_args(arguments)
    model = FAKE
    if not options.fake:
        model = load_settings(paths.settings_file())[0]["model.name"] if options.model is None else options.model
        fetch(model, paths.models_dir(), Watch(progress()))
    found, why_not = measure(model, QUICK if options.quick else FULL, _tell)
    _tell("")
    if found is None:
        print(f"The window could not be measured: {why_not or 'it took too long'}.", file=sys.stderr)
        return FAILURE
    report = {**found, "model": model or "fake", "machine": machine.describe(), "versions": machine.versions()}
    print(json.dumps(report, ensure_ascii=False, indent=2) if options.json else table(report))
    return SUCCESS


def measure(model: str, plan: Plan, tell: Callable[[str], None] = lambda _: None) -> tuple[dict[str, Any] | None, str]:
    """All times, in milliseconds, from a window in a process of its own: loading is measured where nothing was imported yet.

    Args:
        model: on this machine, or FAKE.
        plan: how much to measure.
        tell: told what is being done.

    Returns:
        `{size: {what: {"p50", "p99"}}, "longest_stall_loading_ms"}`, or None and the last that the process said.
    """
    deadline = time.monotonic() + _WITHIN_S
    found: list[dict[str, Any]] = []

    def on_tick() -> None:
        if time.monotonic() > deadline:
            raise TimeoutError

    def on_line(line: str) -> None:
        said = json.loads(line)
        if "doing" in said:
            tell(said["doing"])
        else:
            found.append(said)

    with tempfile.TemporaryDirectory() as folder:
        for size in plan.sizes:
            (Path(folder) / f"{size}.md").write_text(document(size), "utf-8")
        try:
            command = child.python("afterword.bench.desk", model, folder, json.dumps(asdict(plan)))
            code, errors = child.run(command, on_tick=on_tick, on_line=on_line)
        except TimeoutError:
            return None, ""
    why_not = errors.strip().rpartition("\n")[2] or f"it ended with code {code}"
    return (found[-1], "") if found else (None, why_not)


def document(size: int) -> str:
    """`size` characters of ordinary paragraphs."""
    text = "".join(f"{file.read_text('utf-8').strip()}\n\n" for half in (REPORT, TUNE) for file in samples(half))
    return (text * (size // len(text) + 1))[:size]


def table(report: Mapping[str, Any]) -> str:
    """What was measured, as Markdown; `report` has the keys of the JSON."""
    sizes = [size for size in report if size.isdecimal()]
    where = report["machine"]
    rows = [
        (f"{title}, {n}", *(_ms(report[size][what][n]) for size in sizes))
        for what, title in MEASURED.items()
        for n in ("p50", "p99")
    ]
    rows.append(("longest stall while the model loads", _ms(report["longest_stall_loading_ms"]), *("" for _ in sizes[1:])))
    about = f"Model {report['model']}; {where['processor']}, {where['cores']} cores. From the key to the end of painting."
    return "\n\n".join([about, markdown_table(("characters", *(f"{int(size):,}" for size in sizes)), rows)])


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f} ms"


def _tell(doing: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{doing} …" if doing else "\r\033[K", end="", file=sys.stderr, flush=True)

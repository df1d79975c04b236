"""`afterword bench latency`: how soon words are there, what they cost, and the same beside llama.cpp and plain transformers."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afterword import paths
from afterword.bench import machine, peers
from afterword.bench.application import memory_mb
from afterword.bench.latency_table import tables
from afterword.bench.race import Racer, Step, race
from afterword.bench.samples import REPORT, TUNE, samples
from afterword.bench.table import rounded
from afterword.bench.typist import Typed, controller_of, type_on
from afterword.command import FAILURE, SUCCESS, Parser, progress
from afterword.engine import conversion, starter
from afterword.engine.opening import fetch, open_model
from afterword.engine.sampling import Sampling
from afterword.settings import load_settings
from afterword.watch import Watch

if TYPE_CHECKING:
    from afterword.assist.worker import Opener

OURS, LLAMA_CPP, TRANSFORMERS = "Afterword", "llama.cpp", "transformers"

BEFORE = 4500  # characters before the cursor when the typing starts, about 1,000 tokens
PREFILLS = ("256", "1024", "4096")  # tokens
EAGER = 100  # per cent: with the gate open every request shows how soon words are there

_TEXT = 30_000  # characters to read from: 4,096 tokens and some, also where a token is 7 characters


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        keys: typed in each of the two sessions.
        idle_s: for how long idling is watched in each.
        steps: of the race.
        budget_s: no round of the race but the first begins later.
        texts: of the report half, for the agreement with exact mode.
        characters: of each of them.
        interval_s: from one key to the next; a fifth of a second is a quick typist.
    """

    keys: int
    idle_s: float
    steps: Sequence[Step]
    budget_s: float
    texts: int
    characters: int
    interval_s: float = 0.2


def _steps(new: int, rounds: int) -> list[Step]:
    return [
        Step("decode_ms", "decode", {"context": 256, "new": new}, rounds),
        Step("256", "prefill", {"tokens": 256}, rounds),
    ]


FULL = Plan(
    keys=150,
    idle_s=2.0,
    steps=[
        *_steps(32, 7),
        Step("decode_guessing_ms", "decode_guessing", {"context": 256, "new": 32}, 3),
        Step("decode_ms_1024", "decode", {"context": 1024, "new": 32}, 3),
        Step("1024", "prefill", {"tokens": 1024}, 3),
        Step("4096", "prefill", {"tokens": 4096}, 1),
    ],
    budget_s=120.0,
    texts=4,
    characters=2000,
)
"""Takes about four minutes."""

QUICK = Plan(keys=15, idle_s=0.4, steps=_steps(8, 1), budget_s=0.0, texts=1, characters=400)
"""Only to see that it works."""


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code.

    Raises:
        AfterwordError: the model cannot be opened, or it broke.
    """
    parser = Parser(
        prog="afterword bench latency",
        description="Measure how soon words are there while you type and what that costs, beside llama.cpp and transformers. "
        "Takes about four minutes; nothing else should run meanwhile.",
    )
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    parser.add_argument("--model", help="starter, a folder, a .gguf file, or a hub id (default: the one set in the window)")
    parser.add_argument("--peers", type=Path, metavar="DIR", help=f"an environment with llama.cpp (default: {peers.PEERS})")
    parser.add_argument("--quick", action="store_true", help="measure little, only to see that it works")
    options = parser.parse_args(arguments)
    model = load_settings(paths.settings_file())[0]["model.name"] if options.model is None else options.model
    folder = fetch(model, paths.models_dir(), Watch(progress()))
    racers = racers_of(model, folder, options.peers)
    report = measure(model, _open, racers, QUICK if options.quick else FULL, _tell)
    _tell("")
    print(json.dumps(report, ensure_ascii=False, indent=2) if options.json else tables(report))
    for name, racer in racers.items():
        if racer.why_not:
            print(f"{name} was not measured{' in full' * bool(racer.times)}: {racer.why_not}.", file=sys.stderr)
    return SUCCESS if racers[OURS].times else FAILURE


def _open(name: str, download: bool, watch: Watch) -> Any:
    return open_model(name, paths.models_dir(), watch, download=download)


def _tell(doing: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{doing} …" if doing else "\r\033[K", end="", file=sys.stderr, flush=True)


# --- what is measured -----------------------------------------------------------------------------------------------


def measure(
    model: str, opener: Opener, racers: dict[str, Racer], plan: Plan, tell: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """All numbers, under the keys of the JSON; None where something could not be measured.

    Args:
        model: what the user calls it; on this machine.
        opener: loads it for the typing sessions.
        racers: `OURS` and its peers by name.
        plan: how much to measure.
        tell: told what is being done.

    Raises:
        AfterwordError: the model cannot be opened, or it broke.
    """
    typed = _type(model, opener, plan, tell)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as within:
        page = _written(Path(folder) / "page.txt", _page(0)[0])
        tell("Starting the whole application")
        memory = memory_mb(model, page)
        text = "\n\n".join(file.read_text("utf-8") for half in (REPORT, TUNE) for file in samples(half))
        long = _written(Path(folder) / "text.txt", f"{text}\n\n" * (_TEXT // len(text) + 1))
        race(racers, plan.steps, long, plan.budget_s, within, tell)
        tell("Comparing with exact mode")
        texts = samples()[: plan.texts]
        parts = [_written(Path(folder) / file.name, file.read_text("utf-8")[: plan.characters]) for file in texts]
        agreement = racers[OURS].ask("agreement", files=[str(part) for part in parts]) or {}
    report: dict[str, Any] = rounded(
        {
            "model": model,
            "first_piece_ms": {f"p{n}": percentile(typed["eager"].first_ms, n) for n in (50, 90, 99)},
            "core_ms_per_key": typed["balanced"].core_ms,
            "core_ms_per_key_eager": typed["eager"].core_ms,
            **_numbers(racers[OURS]),
            **{name: racers[OURS].ms(name) for name in ("decode_ms_1024", "decode_guessing_ms")},
            "memory_mb": memory,
            "agreement": {key: agreement.get(key) for key in ("argmax", "nll_change")},
            "peers": {name: _numbers(racers[name]) for name in (LLAMA_CPP, TRANSFORMERS)},
            "ratios": ratios(racers),
            "typing": {mode: _counts(each) for mode, each in typed.items()},
            "machine": machine.describe(),
            "versions": machine.versions() | racers[LLAMA_CPP].versions,
        }
    )
    return report


def _type(model: str, opener: Opener, plan: Plan, tell: Callable[[str], None]) -> dict[str, Typed]:
    """Type the same text as eager as can be, and as the window does by default."""
    text, start = _page(plan.keys)
    tell("Opening the model")
    typed = {}
    with controller_of(opener, model) as controller:
        for mode, sampling in (("eager", Sampling(eagerness=EAGER, seed=1)), ("balanced", Sampling(seed=1))):
            tell(f"Typing, {mode}")
            controller.set_sampling(sampling)
            controller.set_pace(mode)
            typed[mode] = type_on(controller, text, start, plan.keys, interval_s=plan.interval_s, idle_s=plan.idle_s)
    return typed


def racers_of(model: str, folder: Path, environment: Path | None) -> dict[str, Racer]:
    """Our engine, llama.cpp on the GGUF file that `model` was made from, and transformers on its converted folder."""
    llama_cpp = Racer(None)
    python, gguf = peers.python_of_llama_cpp(environment), gguf_of(folder)
    if gguf is None:
        llama_cpp.why_not = f"“{model}” was not made from a GGUF file"
    elif python is None:
        llama_cpp.why_not = "it is not installed; “make bench-peers” does that"
    else:
        llama_cpp.command = peers.llama_cpp(python, gguf, machine.cores())
    return {OURS: Racer(peers.afterword(model)), LLAMA_CPP: llama_cpp, TRANSFORMERS: Racer(peers.transformers(folder))}


def gguf_of(folder: Path) -> Path | None:
    """The GGUF file from which the model in `folder` was converted, where it is still there."""
    marker = conversion.read_marker(folder)
    places = [folder / starter.GGUF, *([Path(marker.source)] if marker else [])]
    return next((file for file in places if file.suffix == ".gguf" and file.is_file()), None)


# --- numbers --------------------------------------------------------------------------------------------------------


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The value below which so many per cent of `values` lie, interpolated between neighbours; None of no values."""
    if not values:
        return None
    ordered = sorted(values)
    low, share = divmod((len(ordered) - 1) * percent / 100, 1)
    above = ordered[min(int(low) + 1, len(ordered) - 1)]
    return ordered[int(low)] + share * (above - ordered[int(low)])


def ratios(racers: dict[str, Racer]) -> dict[str, float | None]:
    """Our time by theirs, plain decoding: under 1 we are faster."""

    def ratio(name: str, peer: str) -> float | None:
        ours, theirs = racers[OURS].ms(name), racers[peer].ms(name)
        return ours / theirs if ours is not None and theirs else None

    return {
        "decode_vs_llama.cpp": ratio("decode_ms", LLAMA_CPP),
        "prefill_vs_llama.cpp": ratio("256", LLAMA_CPP),
        "decode_vs_transformers": ratio("decode_ms", TRANSFORMERS),
    }


def _numbers(racer: Racer) -> dict[str, Any]:
    prefill_ms = {tokens: racer.ms(tokens) for tokens in PREFILLS}
    return {"decode_ms": racer.ms("decode_ms"), "prefill_ms": prefill_ms, "load_s": racer.load_s}


def _counts(typed: Typed) -> dict[str, float]:
    through = typed.keys - typed.asked
    counts = {name: getattr(typed, name) for name in ("keys", "asked", "silent", "overtaken")}
    return {**counts, "typed_through": through, "idle_core_ms_per_s": typed.idle_core_ms}


def _page(keys: int) -> tuple[str, int]:
    """A text that ends with the last `keys` characters of a sample, and where they begin, with `BEFORE` before them."""
    text = "\n\n".join(file.read_text("utf-8").strip() for file in samples())[-(BEFORE + keys) :]
    return text, len(text) - keys


def _written(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    return file

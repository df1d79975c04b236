"""`afterword bench server`: how soon words are there where many write at one server, and how much of its work was for nothing."""

from __future__ import annotations

import argparse
import heapq
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from afterword.bench import machine
from afterword.bench.samples import REPORT, TUNE, samples
from afterword.bench.server_hands import Key, keys
from afterword.bench.server_numbers import Numbers, summed
from afterword.bench.server_table import table
from afterword.bench.server_writer import Writer
from afterword.bench.table import rounded
from afterword.command import FAILURE, LONGEST_WAIT_S, SERVER_KEY, SUCCESS, Parser, between, server_key
from afterword.engine.protocol import LanguageModel
from afterword.engine.sampling import Sampling
from afterword.engine.server.address import address
from afterword.engine.server.body import COMPLETIONS
from afterword.engine.server.model import ServerModel
from afterword.engine.server.probe import probe
from afterword.engine.server.types import Server
from afterword.engine.server.wire import Patience, Wire
from afterword.errors import ServerCannot
from afterword.sentences import sentence
from afterword.suggest.remote import RemoteOpener
from afterword.watch import Watch

BEFORE = 4500  # characters before the cursor when the typing starts, about 1,000 tokens
PACE = "balanced"
MOST_WRITERS, MOST_SECONDS, MOST_RUNS = 256, 600.0, 8

_SETTLE_WITHIN_S = 60.0
_POLL_S = 0.02
_END_WITHIN_S = 10.0  # for all threads together


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        seconds: of typing.
        keys_per_second: of each writer, within a burst.
        sampling: for every request.
        seed: of what happens by chance.
    """

    seconds: float
    keys_per_second: float = 5.0
    sampling: Sampling = field(default_factory=Sampling)
    seed: int = 1


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit code: 1 where a run got no answer at all.

    Raises:
        AfterwordError: the server cannot be used.
    """
    options = _parsed(arguments)
    at = address(options.url, options.unencrypted)
    server = Server(options.url, options.model or "", server_key(at.origin), options.unencrypted)
    patience = Patience(first=options.wait, between=options.wait) if options.wait else None
    abilities = probe(server, patience=patience)
    if not abilities.completes:
        raise ServerCannot(at.base, COMPLETIONS)

    def opened(_: Watch) -> LanguageModel:
        return ServerModel(Wire(at, server.key, patience), abilities)

    plan = Plan(options.seconds, options.keys_per_second)
    runs = []
    for writers in options.writers:
        _tell(f"{writers} writers" if writers > 1 else "1 writer")
        runs.append(measure(opened, writers, plan))
    _tell("")
    about = {"url": at.base, "kind": abilities.kind, "version": abilities.version, "model": abilities.model}
    if options.json:
        print(json.dumps(_report(about, plan, runs), ensure_ascii=False, indent=2))
    else:
        print(table(about, plan.keys_per_second, runs, machine.describe()))
    if unheard := [str(run.writers) for run in runs if not run.pieces]:
        print(f"With {' and '.join(unheard)} writing, no answer came in time.", file=sys.stderr)
    return FAILURE if unheard else SUCCESS


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(
        prog="afterword bench server",
        description="Let writers type at a server, all at once, and measure how soon words are there. They send samples that "
        f"come with Afterword, nothing of yours. The key that the server wants is read from {SERVER_KEY} or the keyring.",
    )
    parser.add_argument("url", metavar="URL", help="of a server that speaks the OpenAI protocol")
    parser.add_argument(
        "--writers", type=_counts, default=[1, 8, 32], metavar="N", help="how many; 1,8,32 (the default) is three runs"
    )
    parser.add_argument("--model", help="which of the server's models (default: its first)")
    parser.add_argument(
        "--seconds", type=between(1, MOST_SECONDS), default=60.0, metavar="S", help="how long each run takes (default: 60)"
    )
    parser.add_argument(
        "--keys-per-second",
        type=between(0.2, 20),
        default=5.0,
        metavar="K",
        help="of each writer, between pauses (default: 5, sixty words a minute)",
    )
    parser.add_argument(
        "--wait",
        type=between(1, LONGEST_WAIT_S),
        metavar="S",
        help=f"for how long the server may be silent before that is an error (default: {Patience.first:g}, as in the window, but "
        "longer before the first run, when it may have to load its model)",
    )
    parser.add_argument("--unencrypted", action="store_true", help="also over plain http to another machine")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    return parser.parse_args(arguments)


def _counts(given: str) -> list[int]:
    try:
        counts = [int(each) for each in given.split(",")]
    except ValueError:
        counts = []
    if not 0 < len(counts) <= MOST_RUNS or not all(0 < count <= MOST_WRITERS for count in counts):
        raise argparse.ArgumentTypeError(f"“{given}” is no list of up to {MOST_RUNS} numbers from 1 to {MOST_WRITERS}")
    return counts


def _tell(doing: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{doing} …" if doing else "\r\033[K", end="", file=sys.stderr, flush=True)


def _report(about: dict[str, str], plan: Plan, runs: Sequence[Numbers]) -> dict[str, Any]:
    measured = [{**asdict(run), "sentences": {name: sentence(error) for name, error in run.sentences.items()}} for run in runs]
    how = {"seconds": plan.seconds, "keys_per_second": plan.keys_per_second, "machine": machine.describe()}
    report: dict[str, Any] = rounded({**about, **how, "runs": measured})
    return report


# --- what is measured -----------------------------------------------------------------------------------------------


def measure(opener: RemoteOpener, writers: int, plan: Plan) -> Numbers:
    """What so many writers are given, who all begin to type once the server has read each one's page.

    Args:
        opener: opens a model of one writer's own.
        writers: how many.
        plan: how they type.

    Raises:
        Exception: something that is not the server's doing.
    """
    clock = time.perf_counter
    pages = [page(number, writers) for number in range(writers)]
    at_work = [Writer(opener, before, plan.sampling, PACE, clock) for before, _ in pages]
    try:
        for writer in at_work:
            writer.ask()
        _until(lambda: all(writer.settled for writer in at_work), _SETTLE_WITHIN_S)
        for writer in at_work:
            writer.forget()
        fingers = [
            keys(rest, plan.keys_per_second, random.Random(plan.seed * MOST_WRITERS + number))
            for number, (_, rest) in enumerate(pages)
        ]
        cpu, began = time.process_time(), clock()
        late = _type(at_work, fingers, plan.seconds, clock)
        seconds, busy = clock() - began, time.process_time() - cpu
    finally:
        for writer in at_work:
            writer.leave()
        deadline = clock() + _END_WITHIN_S
        for writer in at_work:
            writer.join(max(0.0, deadline - clock()))
    for writer in at_work:
        if writer.failed is not None:
            raise writer.failed
    return summed(
        [asked for writer in at_work for asked in writer.asked],
        writers=writers,
        seconds=seconds,
        keys=sum(writer.keys for writer in at_work),
        through=sum(writer.through for writer in at_work),
        busy=busy / seconds,
        late=late,
    )


def page(number: int, writers: int) -> tuple[str, str]:
    """What stands on the page of writer `number`, and what is written on it. No two begin alike: a server must read each."""
    text = "".join(f"{file.read_text('utf-8').strip()}\n\n" for half in (REPORT, TUNE) for file in samples(half))
    at = len(text) * number // writers
    turned = text[at:] + text[:at]
    head = f"Draft {number + 1} of {writers}\n\n"
    return head + turned[: BEFORE - len(head)], turned[BEFORE - len(head) :] + turned


def _type(writers: Sequence[Writer], fingers: Sequence[Iterator[Key]], seconds: float, clock: Callable[[], float]) -> list[float]:
    """Type on all pages for so many seconds; by how many seconds each key was late."""
    end, late = clock() + seconds, []
    due: list[tuple[float, int, str]] = []
    for number, hand in enumerate(fingers):
        key = next(hand)
        due.append((clock() + key.after_s * random.Random(number).random(), number, key.typed))
    heapq.heapify(due)
    while due and due[0][0] < end:
        at, number, typed = heapq.heappop(due)
        time.sleep(max(0.0, at - clock()))
        writers[number].key(typed)
        late.append(max(0.0, clock() - at))
        if writers[number].failed is not None:
            break
        following = next(fingers[number], None)
        if following is not None:
            heapq.heappush(due, (at + following.after_s, number, following.typed))
    time.sleep(max(0.0, end - clock()) if due else 0.0)
    return late


def _until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(_POLL_S)

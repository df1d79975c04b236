"""Our engine and its peers in turn, several rounds, never two at once: absolute times drift on a machine, ratios hold."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from afterword.bench.peers import Declined, Peer, PeerGone

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """One thing that is timed in a round.

    Attributes:
        name: of the number.
        do: a verb of the peers that answers with milliseconds.
        values: what goes with it.
        rounds: in how many rounds, from the first on.
    """

    name: str
    do: str
    values: Mapping[str, int]
    rounds: int


@dataclass
class Racer:
    """One engine, and what was measured of it.

    Attributes:
        command: starts its process; None where it cannot be had.
        load_s: seconds until the model was there.
        versions: of the packages that it stands on.
        times: milliseconds, by the name of a step.
        why_not: why it was not measured, or not in full; the end of a sentence.
    """

    command: list[str] | None
    load_s: float | None = None
    versions: dict[str, str] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)
    why_not: str = ""
    _peer: Peer | None = field(default=None, repr=False)

    def start(self, text: Path, within: ExitStack) -> None:
        """Start the process and load the model; the process ends with `within`."""
        if self.command is None:
            return
        try:
            self._peer = within.enter_context(Peer(self.command))
        except PeerGone as gone:
            self.why_not = str(gone)
            return
        answer = self.ask("load", file=str(text))
        if answer is not None:
            self.load_s, self.versions = answer["s"], answer.get("versions", {})
        elif self._peer is not None:
            self._peer.close()
            self._peer = None

    def ask(self, do: str, **values: object) -> dict[str, Any] | None:
        """What the process answers; None where it cannot do that, or is gone."""
        if self._peer is None:
            return None
        try:
            return self._peer.ask(do, **values)
        except Declined as declined:
            _log.info("%s %s was declined: %s", do, values, declined)
            self.why_not = self.why_not or str(declined)
        except PeerGone as gone:
            self.why_not, self._peer = str(gone), None
        return None

    def run(self, step: Step, *, counts: bool = True) -> None:
        """Time a step once."""
        answer = self.ask(step.do, **step.values)
        if answer is not None and counts:
            self.times.setdefault(step.name, []).append(answer["ms"])

    def ms(self, name: str) -> float | None:
        """The median of a step in milliseconds; None where it was not measured."""
        return median(self.times[name]) if name in self.times else None


def race(
    racers: Mapping[str, Racer],
    steps: Sequence[Step],
    text: Path,
    budget_s: float,
    within: ExitStack,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Time every step on every racer.

    Args:
        racers: by name; the results are left in them.
        steps: done one after the other in each round, each by all racers.
        text: a file with the text to read.
        budget_s: no round but the first begins later than so many seconds after the start.
        within: ends the processes.
        tell: told what is being done.
    """
    for name, racer in racers.items():
        tell(f"Loading the model with {name}")
        racer.start(text, within)
    began = time.monotonic()
    for racer in racers.values():
        racer.run(steps[0], counts=False)  # the first call of each warms caches and finds its threads
    for turn in range(max(step.rounds for step in steps)):
        if turn and time.monotonic() - began > budget_s:
            break
        tell(f"Round {turn + 1} of reading and writing")
        for step in steps:
            if turn < step.rounds:
                for racer in racers.values():
                    racer.run(step)

"""How fast a model is on this machine: measured in a process of its own, so that the page does not wait, and remembered.

`python -m afterword.engine.speeds NAME MODELS_DIR DEVICE` is the child; it tells the values of a `Measured`, see `child.told`.
"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from afterword.engine import child, conversion, remembered, starter
from afterword.errors import GenerationFailed, ModelMissing
from afterword.watch import Watch

if TYPE_CHECKING:
    from afterword.engine.local import TransformersModel

FILE = "speeds.json"
PROMPT, NEW = 256, 32
"""Tokens that are read, and that are written, when a model is measured."""

_TIMES, _ENOUGH_S = 3, 5.0  # the best of so many counts, while it takes no longer: what else the machine does only adds to it

TEXT = (
    "The ferry left the quay at six, when the gulls were still asleep on the roof of the customs house. Ana counted the crates "
    "again: eleven of pears, four of lamp oil, and one that nobody had signed for. Rain came over the bay in long grey lines. "
)
"""What it reads then; as often as need be."""


@dataclass(frozen=True)
class Measured:
    """What a model takes here.

    Attributes:
        read_s: seconds to read `PROMPT` tokens that it has not seen; where it has no room for so many, by what fewer take.
        token_s: seconds to write a token after them.
        memory: bytes that the whole process takes with it.
        at: when it was measured, in seconds since 1970.
        device: the type of the one on which it computed; "" where that was not remembered.
    """

    read_s: float
    token_s: float
    memory: int
    at: float
    device: str = ""

    @property
    def tokens_per_second(self) -> float:
        """How fast it writes."""
        return 1 / self.token_s if self.token_s else 0.0


def known(models_dir: Path) -> dict[str, Measured]:
    """What was measured of each model, by name; of none where that cannot be read."""
    found = {}
    for name, values in remembered.known(models_dir / FILE).items():
        try:
            read_s, token_s, at = (float(values[key]) for key in ("read_s", "token_s", "at"))
            found[name] = Measured(read_s, token_s, int(values["memory"]), at, str(values.get("device", "")))
        except (LookupError, TypeError, ValueError, AttributeError):
            continue
    return found


def measure(name: str, models_dir: Path, watch: Watch | None = None, device: str = "auto") -> Measured:
    """Measure the model `name`, which is on this machine, and remember it. Asks no network.

    Args:
        name: what the user calls it.
        models_dir: where models are kept.
        watch: told the stage "measuring".
        device: see `opening.open_model`.

    Raises:
        ModelError, StarterUnavailable: it cannot be loaded, or does not run.
        Cancelled: through `watch`.
    """
    watch = watch or Watch()
    if name == starter.NAME and not conversion.is_whole(models_dir / name, watch):
        raise ModelMissing(name)
    try:
        told = child.told(
            "afterword.engine.speeds", name, str(models_dir), device,
            name=name,
            on_tick=lambda: watch.report(-1, "measuring"),
            env={"HF_HUB_OFFLINE": "1", "PIP_NO_INDEX": "1"},  # a starter that turns out to be damaged is not fetched either
        )  # fmt: skip
        found = Measured(**told)
    except child.EndedOtherwise as error:
        raise GenerationFailed(name, f"measuring it ended with code {error.code}") from error
    except OSError as error:
        raise GenerationFailed(name, error.strerror or str(error)) from error
    remembered.remember(models_dir / FILE, name, asdict(found))
    return found


def _measured(name: str, models_dir: Path, device: str) -> Measured:
    """In the child."""
    import psutil

    from afterword.engine.opening import open_model

    model = cast("TransformersModel", open_model(name, models_dir, device=device))
    room = model.positions or PROMPT + NEW
    new = min(NEW, room // 2)
    prompt = min(PROMPT, room - new)
    began, found = time.monotonic(), [model.measure(TEXT, prompt, new)]
    while len(found) < _TIMES and time.monotonic() - began < _ENOUGH_S:
        found.append(model.measure(TEXT, prompt, new))
    read, token = min(speed.prefill_s for speed in found), min(speed.decode_s for speed in found)
    memory = psutil.Process().memory_info().rss
    return Measured(read * PROMPT / prompt, token, memory, time.time(), model.capabilities.device)


def main() -> int:
    """Run as a child process; the exit code is 0 or 1."""
    name, models_dir, device = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    return child.main(lambda tell: tell(**asdict(_measured(name, models_dir, device))))


if __name__ == "__main__":
    sys.exit(main())

"""How fast a model is on this machine: measured in a process of its own, so that the page does not wait, and remembered.

`python -m afterword.engine.speeds NAME MODELS_DIR` is the child; it writes one line of JSON.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from afterword import errors, files
from afterword.engine import child
from afterword.errors import ModelError, ModelTooLarge
from afterword.watch import Watch

FILE = "speeds.json"
PROMPT, NEW = 256, 32
"""Tokens that are read, and that are written, when a model is measured."""

_TEXT = (
    "The ferry left the quay at six, when the gulls were still asleep on the roof of the customs house. Ana counted the crates "
    "again: eleven of pears, four of lamp oil, and one that nobody had signed for. Rain came over the bay in long grey lines. "
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measured:
    """What a model takes here.

    Attributes:
        read_s: seconds to read `PROMPT` tokens that it has not seen.
        token_s: seconds to write a token after them.
        memory: bytes that the whole process takes with it.
        at: when it was measured, in seconds since 1970.
    """

    read_s: float
    token_s: float
    memory: int
    at: float

    @property
    def tokens_per_second(self) -> float:
        """How fast it writes."""
        return 1 / self.token_s if self.token_s else 0.0


def known(models_dir: Path) -> dict[str, Measured]:
    """What was measured of each model, by name; of none where that cannot be read."""
    try:
        content = json.loads((models_dir / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    found = {}
    for name, values in content.items() if isinstance(content, dict) else ():
        try:
            found[name] = Measured(float(values["read_s"]), float(values["token_s"]), int(values["memory"]), float(values["at"]))
        except (LookupError, TypeError, ValueError):
            continue
    return found


def measure(name: str, models_dir: Path, watch: Watch | None = None) -> Measured:
    """Measure the model `name`, which is on this machine, and remember it.

    Raises:
        ModelError: it cannot be loaded.
        Cancelled: through `watch`.
    """
    watch = watch or Watch()
    told: dict[str, Any] = {}
    code, said = child.run(
        child.python("afterword.engine.speeds", name, str(models_dir)),
        on_tick=lambda: watch.report(-1, "measuring"),
        on_line=lambda line: told.update(_object(line)),
        env={"HF_HUB_OFFLINE": "1"},
    )
    if "error" in told:
        kind = getattr(errors, str(told.pop("error")))
        raise kind(name, **told)
    try:
        found = Measured(**told)
    except TypeError as error:
        _log.warning("measuring %s ended with %s: %s", name, code, said)
        raise ModelTooLarge(name) from error  # the system ends what takes too much without a word
    try:
        kept = {each: asdict(measured) for each, measured in known(models_dir).items()} | {name: asdict(found)}
        models_dir.mkdir(parents=True, exist_ok=True)
        files.write_whole(models_dir / FILE, json.dumps(kept, indent=1).encode())
    except OSError:
        _log.warning("what was measured cannot be kept", exc_info=True)
    return found


def _object(line: str) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def main() -> int:
    """Run as a child process; the exit code is 0 or 1."""
    name, models_dir = sys.argv[1], Path(sys.argv[2])
    lines = child.be_a_child()
    import psutil

    from afterword.engine.opening import open_model

    try:
        model = open_model(name, models_dir)
        speed = model.measure(_TEXT, PROMPT, NEW)  # type: ignore[attr-defined]  # a model on this machine can
    except ModelError as error:
        logging.getLogger(__name__).warning("%s cannot be measured", name, exc_info=True)
        values = {key: value for key, value in vars(error).items() if key != "name"}
        lines.write(json.dumps({"error": type(error).__name__, **values}) + "\n")
        return 1
    memory = psutil.Process().memory_info().rss
    lines.write(json.dumps(asdict(Measured(speed.prefill_s, speed.decode_s, memory, time.time()))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

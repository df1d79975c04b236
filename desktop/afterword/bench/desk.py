"""The whole window, off-screen, for its times: `python -m afterword.bench.desk MODEL FOLDER PLAN`; see `bench.editor`.

Prints lines of JSON: `{"doing": ...}`, and at the end what was measured.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afterword.bench.chatter import Chatter
from afterword.bench.editor import FAKE, Plan
from afterword.bench.hand import Hand
from afterword.bench.latency import percentile
from afterword.bench.typist import live
from afterword.engine.protocol import LanguageModel
from afterword.errors import AfterwordError
from afterword.watch import Watch

if TYPE_CHECKING:
    from afterword.app import Desk


def main() -> int:
    """Run as a process, which ends with nothing torn down."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from afterword import app, paths, program
    from afterword.engine.opening import open_model
    from afterword.settings import Settings

    model, folder, plan = sys.argv[1], Path(sys.argv[2]), Plan(**json.loads(sys.argv[3]))
    models = paths.models_dir()

    def opener(name: str, _: bool, watch: Watch) -> LanguageModel:
        return open_model(name, models, watch) if model != FAKE else Chatter()

    application, code = program.make_application(), 0
    with tempfile.TemporaryDirectory() as home:
        os.environ["AFTERWORD_HOME"] = home  # what the window keeps of drafts is not to reach the user's
        desk = app.Desk(Settings(paths.settings_file()), opener)
        try:
            _say(measure(desk, model, folder, plan))
        except (AfterwordError, TimeoutError) as error:
            print(error, file=sys.stderr, flush=True)
            code = 1
        desk.window.hide()
        desk.close()
        application.processEvents()
    os._exit(code)  # as the application itself ends


def measure(desk: Desk, model: str, folder: Path, plan: Plan) -> dict[str, Any]:
    """All times, in milliseconds, under the keys of the JSON.

    Args:
        desk: not started; its opener opens `model`.
        model: what it is called, or FAKE.
        folder: with the documents.
        plan: how much to measure.

    Raises:
        whatever opening the model raises; TimeoutError where the window does not go on.
    """
    hand = Hand(desk)
    desk.controller.set_pace("eager")
    desk.window.show()
    live(0.5)
    _say({"doing": "Loading the model"})
    stall = hand.load(model)
    found: dict[str, Any] = {}
    for size in plan.sizes:
        _say({"doing": f"Typing in {size:,} characters"})
        hand.open(folder / f"{size}.md")
        hand.go_to_middle()
        times = {
            "idle": hand.type(plan.keys, generating=False),
            "generating": hand.type(plan.keys, generating=True),
            "accept": hand.accept(plan.accepts),
            "scroll": hand.scroll(plan.pages),
        }
        found[str(size)] = {what: {f"p{n}": _rounded(percentile(each, n)) for n in (50, 99)} for what, each in times.items()}
    return {**found, "longest_stall_loading_ms": None if model == FAKE else _rounded(stall)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _say(said: object) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""The whole application, off-screen, for its memory: `python -m afterword.bench.application MODEL TEXT`.

Opens the window with the model as a writer would, opens the file TEXT, goes to its end, types a few words and waits for what is
suggested after each. Then it prints a line of JSON, `{"memory_mb": ...}`: the most memory that the process has held since it was
started, with Python, Qt, torch, the model, what the model keeps of the page, and what loading takes for a moment.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from afterword.assist.types import ModelState, Phase
from afterword.bench.machine import peak_memory_mb
from afterword.bench.typist import live
from afterword.engine import child

WORDS = (" In", " the", " morning", " she", " was")
_WITHIN_S = 180.0
_LOAD_WITHIN_S = 120.0
_ANSWER_WITHIN_S = 5.0


def memory_mb(model: str, page: Path) -> float | None:
    """The peak of the whole application in a process of its own, in millions of bytes; None where it does not start."""
    deadline = time.monotonic() + _WITHIN_S
    found: list[float] = []

    def on_tick() -> None:
        if time.monotonic() > deadline:
            raise TimeoutError

    def on_line(line: str) -> None:
        found.append(float(json.loads(line)["memory_mb"]))

    with contextlib.suppress(TimeoutError, ValueError):
        child.run(child.python(__name__, model, str(page)), on_tick=on_tick, on_line=on_line)
    return found[0] if found else None


# --- the process -----------------------------------------------------------------------------------------------------


def main() -> int:
    """Run as a process, which ends with its standard output closed and nothing torn down."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from afterword import app, paths, program
    from afterword.engine.opening import open_model
    from afterword.settings import Settings

    model, draft, models = sys.argv[1], Path(sys.argv[2]), paths.models_dir()
    application = program.make_application()
    states = [ModelState(Phase.NONE)]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AFTERWORD_HOME"] = folder  # what the window keeps of drafts is not to reach the user's
        settings = Settings(paths.settings_file())
        settings["model.name"] = model
        settings["suggestions.pace"] = "eager"
        desk = app.Desk(settings, lambda name, _, watch: open_model(name, models, watch))
        desk.host.state_changed.connect(states.append)
        desk.start(draft)
        _wait(lambda: states[-1].phase in (Phase.READY, Phase.FAILED) and bool(desk.page.text()), _LOAD_WITHIN_S)
        loaded = states[-1].phase is Phase.READY
        QTest.keyClick(desk.page, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
        for word in WORDS if loaded else ():
            said = len(states)
            QTest.keyClicks(desk.page, word)
            _wait(lambda said=said: states[-1].phase is Phase.READY and len(states) > said, _ANSWER_WITHIN_S)  # type: ignore[misc]
        if loaded:
            sys.stdout.write(json.dumps({"memory_mb": peak_memory_mb()}) + "\n")
            sys.stdout.flush()
        desk.window.hide()
        desk.close()
        application.processEvents()
    os._exit(0 if loaded else 1)  # as the application itself ends: taking torch apart takes a second


def _wait(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        live(0.02)


if __name__ == "__main__":
    sys.exit(main())

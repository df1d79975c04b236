"""One draft, read, saved, kept and opened in the window: `python -m afterword.bench.drafts_desk FILE PLAN`; see `bench.drafts`.

Prints a line of JSON: what was measured.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from afterword.bench.drafts import Plan
from afterword.bench.hand import Hand, wait
from afterword.bench.latency import percentile
from afterword.bench.machine import peak_memory_mb
from afterword.bench.typist import live
from afterword.drafts.draft import read_draft, write_draft
from afterword.drafts.journal import Edit, Head
from afterword.drafts.recovery import new_journal
from afterword.drafts.version_store import VersionStore
from afterword.drafts.versions import Occasion, key_of
from afterword.engine.protocol import LanguageModel

if TYPE_CHECKING:
    from afterword.app import Desk

_PAINTED_WITHIN_S = 60.0
_WORD = " quietly"


def main() -> int:
    """Run as a process, which ends with nothing torn down."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    file, plan = Path(sys.argv[1]), Plan(**json.loads(sys.argv[2]))
    with tempfile.TemporaryDirectory() as home:
        os.environ["AFTERWORD_HOME"] = home  # what the window keeps of drafts is not to reach the user's
        found = {**on_page(file, plan), **on_disk(file, plan)}  # the window first: what the other needs is no longer held then
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()
    os._exit(0)  # as the application itself ends


def on_disk(file: Path, plan: Plan) -> dict[str, Any]:
    """The times of a draft's file, its journal and its versions, under the keys of the JSON."""
    draft = read_draft(file)
    texts = _written_on(draft.text)
    copy = file.with_name(f"copy of {file.name}")
    saved = write_draft(copy, draft.text)

    def save() -> None:
        nonlocal saved
        saved = write_draft(copy, next(texts), like=saved)

    store = VersionStore(file.with_name("versions.sqlite"))
    key = key_of(file)
    found = {
        "open": _times(plan.times, lambda: read_draft(file)),
        "save": _times(plan.times, save),
        "snapshot": _times(plan.times, lambda: store.keep(key, next(texts), Occasion.SAVED)),
    }
    journal = new_journal(file.parent / "journals")
    journal.begin(Head(file, time.time(), file.name), draft.text)
    middle = len(draft.text) // 2
    found["journal"] = _times(plan.changes, lambda: journal.append([Edit(middle, 0, _WORD)], time.time()))
    journal.drop()
    return found


def on_page(file: Path, plan: Plan) -> dict[str, Any]:
    """The times and the memory of a draft in the window, under the keys of the JSON."""
    from afterword import app, paths, program
    from afterword.settings import Settings

    def no_model(*_: object) -> LanguageModel:
        raise AssertionError("no model is asked for")

    other = file.with_name(f"other {file.name}")
    other.write_bytes(file.read_bytes())
    application = program.make_application()
    desk = app.Desk(Settings(paths.settings_file()), no_model)
    desk.window.show()
    live(0.5)
    opener = Opener(desk)
    held, most = psutil.Process().memory_info().rss / 1e6, peak_memory_mb()
    first = opener.painted_ms(file)
    live(0.5)
    memory, peak = psutil.Process().memory_info().rss / 1e6 - held, peak_memory_mb()
    times = []
    for number in range(plan.times):
        times.append(opener.painted_ms(file if number % 2 else other))
        live(0.2)
    desk.window.hide()
    desk.close()
    application.processEvents()
    return {
        "page": _percentiles(times),
        "first_page_ms": round(first, 2),
        "memory_mb": round(memory, 1),
        "peak_memory_mb": round(peak - held if peak > most else memory, 1),
    }


class Opener(Hand):
    """Opens drafts in the window and takes the time until each is painted."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._documents = desk.window.documents

    def painted_ms(self, draft: Path) -> float:
        """From the command to the end of the first paint of the page with the draft on it, in milliseconds."""
        painted: list[float] = []

        def on_painted() -> None:
            if self._documents.path == draft:
                painted.append(time.perf_counter())

        self._on_painted = on_painted
        began = time.perf_counter()
        self._window.open_draft(draft)
        wait(lambda: bool(painted), _PAINTED_WITHIN_S)
        self._on_painted = lambda: None
        return (painted[0] - began) * 1000


def _written_on(text: str) -> Iterator[str]:
    """`text` with one word more in the middle each time."""
    middle = len(text) // 2
    while True:
        text = text[:middle] + _WORD + text[middle:]
        yield text


def _times(count: int, action: Callable[[], object]) -> dict[str, float]:
    times = []
    for _ in range(count):
        began = time.perf_counter()
        action()
        times.append((time.perf_counter() - began) * 1000)
    return _percentiles(times)


def _percentiles(times: list[float]) -> dict[str, float]:
    return {f"p{n}": round(percentile(times, n) or 0.0, 2) for n in (50, 99)}


if __name__ == "__main__":
    sys.exit(main())

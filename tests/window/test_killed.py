"""A writer's program is killed at any moment: what was written until a second before is found at the next start."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from afterword.drafts.recovery import orphans

# A page on which somebody types, deletes, takes text back and saves, a deed every few milliseconds; tells what stands there.
WRITER = r"""
import json, os, random, sys, time
from pathlib import Path
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.window.journal_keeper import JournalKeeper

folder, chance = Path(sys.argv[1]), random.Random(int(sys.argv[2]))
app = QApplication([])
page, jobs = Page(), Jobs()
keeper = JournalKeeper(page.document(), page.text, folder, jobs)
page.set_text("The ferry left.\n")
keeper.begin(folder / "ferry.md", "ferry.md", page.text())

def deed():
    cursor = page.textCursor()
    position = chance.randrange(page.document().characterCount())
    cursor.setPosition(position - 1 if "\udc00" <= page.document().characterAt(position) <= "\udfff" else position)
    what = chance.random()
    if what < 0.8:
        cursor.insertText(chance.choice(["a", " word", "\n", "🐟", "x" * 300]))
    elif what < 0.9:
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, chance.randrange(9))
        cursor.removeSelectedText()
    elif what < 0.99:
        page.undo()
    else:
        keeper.begin(folder / "ferry.md", "ferry.md", page.text())
        print(json.dumps(["saved", time.time(), page.text()]), flush=True)
        return
    print(json.dumps(["wrote", time.time(), page.text()]), flush=True)

timer = QTimer(interval=15)
timer.timeout.connect(deed)
timer.start()
print(json.dumps(["ready", time.time(), page.text()]), flush=True)
app.exec()
"""
LATE_S = 1.0


def killed(folder: Path, seed: int) -> tuple[list[tuple[str, float, str]], float]:
    """What the writer told, and when it was killed."""
    record = folder / "record"  # a pipe would be full before it is read
    with (
        record.open("w") as told,
        subprocess.Popen([sys.executable, "-c", WRITER, str(folder), str(seed)], stdout=told) as writer,
    ):
        while not record.stat().st_size:
            assert writer.poll() is None, "it did not even begin"
            time.sleep(0.01)
        time.sleep(random.Random(seed).uniform(0.0, 2.5))
        at = time.time()
        writer.send_signal(signal.SIGKILL)
    whole = [json.loads(line) for line in record.read_text().splitlines() if line.endswith("]")]
    return [(kind, when, text) for kind, when, text in whole], at


def is_lost(folder: Path, seed: int) -> str:
    """What is wrong with what is found after a kill; "" for nothing."""
    told, at = killed(folder, seed)
    found = list(orphans(folder))
    if len(found) > 1:
        return "two journals of one draft"
    text = found[0].found.text if found else next(text for kind, _, text in reversed(told) if kind in ("saved", "ready"))
    # What stood there at any moment of the last second, and what stood there when that began.
    standing = [text for _, when, text in told if when >= at - LATE_S]
    standing += [text for _, when, text in told if when < at - LATE_S][-1:]
    for orphan in found:
        orphan.drop()
    if text in standing or (found and found[0].found.at >= told[-1][1]):
        return ""
    return f"seed {seed}: of {len(told)} deeds the last second is not all that is missing"


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_program_loses_a_second_at_most(tmp_path: Path, seed: int) -> None:
    assert is_lost(tmp_path, seed) == ""


@pytest.mark.long
def test_a_program_killed_500_times_loses_a_second_at_most(tmp_path: Path) -> None:
    lost = [wrong for seed in range(500) if (wrong := is_lost(tmp_path, seed))]
    print(f"faults tried: 500, drafts lost: {len(lost)}")
    assert lost == []

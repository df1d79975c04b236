"""A writer's program is killed at any moment: what was written until a second before is found at the next start."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from afterword.drafts.draft import read_draft
from afterword.drafts.recovery import orphans
from tests.faults import Faults

# A page on which somebody types, deletes, takes text back, saves and rests, a deed every few milliseconds, and tells of each.
WRITER = r"""
import json, os, random, sys, threading, time
from pathlib import Path
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from afterword.drafts import draft as drafts
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.window import journal_keeper
from afterword.window.journal_keeper import JournalKeeper

journal_keeper._SMALL, journal_keeper._GROWN = 200, 1  # so that the journal is begun anew all the time

def tell(kind, text=""):
    with telling:
        sys.stdout.write(json.dumps([kind, time.time(), text]) + "\n")
        sys.stdout.flush()

def on_disk(write):
    def written(*args, **more):
        tell("disk")
        try:
            return write(*args, **more)
        finally:
            tell("done")
    return written

def beat():
    while True:
        tell("beat")
        time.sleep(0.02)

telling = threading.Lock()
os.fsync = on_disk(os.fsync)
folder, chance = Path(sys.argv[1]), random.Random(int(sys.argv[2]))
app = QApplication([])
page, jobs = Page(), Jobs()
keeper = JournalKeeper(page.document(), page.text, folder, jobs)
file = folder / "ferry.md"
page.set_text("The ferry left.\n")
draft = drafts.write_draft(file, page.text())
keeper.begin(file, "ferry.md", page.text())

def deed():
    global draft
    timer.start(1200 if chance.random() < 0.03 else 15)  # now and then the writer rests
    cursor = page.textCursor()
    position = chance.randrange(page.document().characterCount())
    cursor.setPosition(position - 1 if "\udc00" <= page.document().characterAt(position) <= "\udfff" else position)
    what = chance.random()
    if what < 0.8:
        cursor.insertText(chance.choice(["a", " word", "\n", "🐟", "x" * 300]))
    elif what < 0.9:
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, chance.randrange(9))
        cursor.removeSelectedText()
    elif what < 0.97:
        page.undo()
    else:
        draft = drafts.write_draft(file, page.text(), like=draft)
        keeper.begin(file, "ferry.md", page.text())
        tell("saved", page.text())
        return
    tell("wrote", page.text())

timer = QTimer(interval=15)
timer.timeout.connect(deed)
timer.start()
tell("ready", page.text())
threading.Thread(target=beat, daemon=True).start()
app.exec()
"""
LATE_S = 1.0  # and what the machine takes of it, which has others to serve
BEAT_S = 0.05
WRITING_S = 1.9  # at most: half of the time there is a last second and something before it


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
        time.sleep(random.Random(seed).uniform(0.0, WRITING_S))
        at = time.time()
        writer.send_signal(signal.SIGKILL)
    whole = [json.loads(line) for line in record.read_text().splitlines() if line.endswith("]")]
    return [(kind, when, text) for kind, when, text in whole], at


def held_up(told: list[tuple[str, float, str]], at: float) -> float:
    """For how many seconds the writer did not run or waited for the disk."""
    beats = [when for kind, when, _ in told if kind == "beat"]
    asleep = sum(max(0.0, then - when - BEAT_S) for when, then in pairwise([*beats, at]))
    waited, running, since = 0.0, 0, 0.0
    for kind, when, _ in told:
        waited += when - since if running else 0.0
        running, since = running + {"disk": 1, "done": -1}.get(kind, 0), when
    return asleep + waited + (at - since if running else 0.0)


def check(folder: Path, seed: int) -> None:
    """AssertionError where the next start finds what stood there neither in the file nor in a journal, or more is wrong."""
    all_told, at = killed(folder, seed)
    told = [deed for deed in all_told if deed[0] in ("ready", "wrote", "saved")]
    since = at - LATE_S - held_up(all_told, at)
    found = list(orphans(folder))
    for orphan in found:
        orphan.drop()
    assert len(found) <= 1, "two journals of one draft"
    saved = read_draft(folder / "ferry.md").text
    texts = [text for _, _, text in told]
    # What stood there at any moment of the last second, and what stood there when that began.
    late = [text for _, when, text in told if when >= since]
    standing = texts[len(texts) - len(late) - 1 :] if len(texts) > len(late) else texts
    newer = bool(found) and found[0].found.at >= told[-1][1]  # it was killed before it could tell
    assert newer or {saved, *(orphan.found.text for orphan in found)} & {*standing}, (
        f"seed {seed}: of {len(told)} deeds the last second is not all that is missing"
    )
    last_save = max(number for number, (kind, _, _) in enumerate(told) if kind != "wrote")
    assert saved in texts[last_save:], f"seed {seed}: the file holds neither the last save nor a newer text"
    assert len(list(folder.glob(".*.tmp"))) <= 1, "more than one file is left of the save that was killed"


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_program_loses_a_second_at_most(tmp_path: Path, faults: Faults, seed: int) -> None:
    with faults.one(f"kill {seed}"):
        check(tmp_path, seed)


@pytest.mark.long  # ten minutes
def test_a_program_killed_500_times_loses_a_second_at_most(tmp_path: Path, faults: Faults) -> None:
    lost = []
    for seed in range(500):
        (tmp_path / str(seed)).mkdir()
        try:
            with faults.one(f"kill {seed}"):
                check(tmp_path / str(seed), seed)
        except AssertionError as wrong:
            lost.append(str(wrong))
    assert lost == []

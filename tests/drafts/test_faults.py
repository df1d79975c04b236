"""Whatever fails, and whenever: the old text or the new is there whole, and what was written down is found again."""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from afterword.drafts.draft import changed_outside, read_draft, write_draft
from afterword.drafts.journal import Edit, Journal, read_journal
from afterword.drafts.recovery import new_journal, orphans
from afterword.errors import DraftError, JournalGone, JournalNotWritten
from afterword.files import write_whole
from tests.drafts.scenes import HEAD, NEW, OLD, Saving, Writing, left_behind, looked_at, open_files, try_until_written
from tests.faults import Faults, calls_of, failing, faults_of, sample

SAMPLE = 24  # faults of each kind that are tried in the tests that take no minutes
ROOT = Path(__file__).parents[2]

every = pytest.mark.parametrize("most", [SAMPLE, pytest.param(1_000_000, marks=pytest.mark.long)], ids=["sample", "all"])


# --- every call of the system fails in turn -------------------------------------------------------------------------


@every
@pytest.mark.parametrize("kind", Saving.KINDS)
def test_saving(tmp_path: Path, faults: Faults, kind: str, most: int) -> None:
    for fault in sample(faults_of(Saving(tmp_path / "d", kind).save), most):
        with faults.one(fault):
            scene = Saving(tmp_path / "d", kind)
            with failing(fault):
                scene.save()
            scene.check()


@every
def test_journaling(tmp_path: Path, faults: Faults, most: int) -> None:
    for fault in sample(faults_of(Writing(tmp_path / "j").run), most):
        with faults.one(fault):
            writing = Writing(tmp_path / "j")
            with failing(fault):
                try:
                    writing.run()
                except JournalNotWritten:
                    found = [read_journal(file).text for file in (tmp_path / "j").glob("*.journal")]
                    assert writing.written is None or found in ([writing.written], [writing.text])
            try_until_written(writing)
            assert writing.written == writing.text
            writing.check()


@every
def test_looking_for_what_was_left_behind(tmp_path: Path, faults: Faults, most: int) -> None:
    _, text = left_behind(tmp_path / "j")
    for fault in sample(faults_of(lambda: looked_at(tmp_path / "j")), most):
        with faults.one(fault):
            with failing(fault):
                found = looked_at(tmp_path / "j")
            for orphan in found:
                assert orphan.found.text == text
                orphan.leave()
            del found
            [orphan] = orphans(tmp_path / "j")
            assert orphan.found.text == text
            orphan.leave()


@every
def test_reading(tmp_path: Path, faults: Faults, most: int) -> None:
    path = tmp_path / "ferry.md"
    draft = write_draft(path, NEW)
    for fault in sample(faults_of(lambda: read_draft(path)), most):
        with faults.one(fault):
            with failing(fault):
                with contextlib.suppress(DraftError):
                    assert read_draft(path).text == NEW
                changed_outside(draft)
            assert read_draft(path) == draft


def test_every_call_that_matters_is_among_those_that_fail(tmp_path: Path) -> None:
    saving = calls_of(Saving(tmp_path / "d", "old").save)
    assert {"open", "write", "fsync", "close", "replace", "stat", "chmod"} <= set(saving)
    assert saving.count("fsync") == 2  # of the file and of its folder
    journaling = calls_of(Writing(tmp_path / "j").run)
    assert {"open", "write", "fsync", "ftruncate", "close", "replace", "flock", "mkdir"} <= set(journaling)


def test_no_file_stays_open_after_a_fault(tmp_path: Path) -> None:
    gc.collect()  # files that another test left to it
    before = open_files()
    for fault in faults_of(Saving(tmp_path / "d", "old").save)[::7]:
        scene = Saving(tmp_path / "d", "old")
        with failing(fault):
            scene.save()
    assert open_files() <= before


def test_a_draft_that_is_lost_is_counted() -> None:
    counted = Faults()
    with counted.one():
        pass
    with pytest.raises(AssertionError), counted.one():
        raise AssertionError
    with pytest.raises(AssertionError):
        counted.add(3, ["seed 1: nothing is there"])
    assert str(counted) == "faults tried: 5, drafts lost: 2"


# --- what a crash, or somebody else, leaves -------------------------------------------------------------------------


def test_a_folder_that_vanishes_while_somebody_writes(tmp_path: Path, faults: Faults) -> None:
    with faults.one():
        journal = new_journal(tmp_path / "j")
        journal.begin(HEAD, OLD)
        shutil.rmtree(tmp_path / "j")
        with pytest.raises(JournalGone):
            journal.append([Edit(0, 0, "x")], 1.0)
        journal.begin(HEAD, OLD)
        journal.append([Edit(0, 0, "x")], 2.0)
        assert orphans(tmp_path / "j") == [], "it is owned again"
        del journal
        [orphan] = orphans(tmp_path / "j")
        assert orphan.found.text == "x" + OLD
        orphan.leave()


def test_a_journal_that_somebody_replaced_is_begun_anew(tmp_path: Path, faults: Faults) -> None:
    with faults.one():
        journal = Journal(tmp_path / "one.journal")
        journal.begin(HEAD, OLD)
        write_whole(journal.path, journal.path.read_bytes())
        with pytest.raises(JournalGone):
            journal.append([Edit(0, 0, "x")], 1.0)
        journal.begin(HEAD, OLD)
        journal.append([Edit(0, 0, "x")], 1.0)
        assert read_journal(journal.path).text == "x" + OLD
        journal.close()


def test_where_there_are_no_locks_a_journal_is_kept_and_found_all_the_same(
    tmp_path: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with faults.one():
        _, text = left_behind(tmp_path / "j")
        [orphan] = orphans(tmp_path / "j")
        assert orphan.found.text == text
        orphan.drop()
        assert list((tmp_path / "j").iterdir()) == []


@pytest.mark.parametrize("extra", [b"", b"\0" * 512, b"\xff" * 40], ids=["cut", "zeros", "ones"])
def test_a_journal_torn_at_every_byte(tmp_path: Path, faults: Faults, extra: bytes) -> None:
    journal = Journal(tmp_path / "one.journal")
    texts, sizes = ["One"], []
    journal.begin(HEAD, texts[0])
    sizes.append(journal.size)
    for word in (" two", " three", "🐟"):
        journal.append([Edit(len(texts[-1]), 0, word)], 1.0)
        texts.append(texts[-1] + word)
        sizes.append(journal.size)
    journal.close()
    whole = journal.path.read_bytes()
    for cut in range(sizes[0], len(whole) + 1):
        with faults.one():
            journal.path.write_bytes(whole[:cut] + extra)
            kept = max(at for at, size in enumerate(sizes) if size <= cut)
            assert read_journal(journal.path).text == texts[kept]


@pytest.mark.parametrize("times", [50, pytest.param(2000, marks=pytest.mark.long)])
def test_a_larger_journal_torn_anywhere_or_with_a_bit_turned_over(tmp_path: Path, faults: Faults, times: int) -> None:
    chance = random.Random(5)
    journal = Journal(tmp_path / "one.journal")
    journal.begin(HEAD, OLD)
    texts, sizes = [OLD], [journal.size]
    for number in range(200):
        at = chance.randrange(len(texts[-1]))
        journal.append([Edit(at, 0, f"{number} " * chance.randrange(1, 40))], 1.0)
        sizes.append(journal.size)
        texts.append(read_journal(journal.path).text)
    journal.close()
    whole = journal.path.read_bytes()
    for number in range(times):
        with faults.one():
            at = chance.randrange(sizes[0], len(whole))
            torn = bytearray(whole if number % 2 else whole[:at])
            if number % 2:
                torn[at] ^= 1 << chance.randrange(8)
            journal.path.write_bytes(torn)
            assert read_journal(journal.path).text == texts[max(n for n, size in enumerate(sizes) if size <= at)]


def test_a_beginning_that_was_damaged_is_never_thrown_away(tmp_path: Path) -> None:
    (tmp_path / "j").mkdir()
    journal = Journal(tmp_path / "j" / "one.journal")
    journal.begin(HEAD, OLD)
    beginning = journal.size
    journal.append([Edit(0, 0, "x")], 1.0)
    journal.close()
    whole = journal.path.read_bytes()
    for at in range(0, beginning, 7):
        torn = bytearray(whole)
        torn[at] ^= 16
        journal.path.write_bytes(torn)
        assert orphans(tmp_path / "j") == []
        [aside] = (tmp_path / "j").iterdir()
        assert aside.read_bytes() == torn
        aside.unlink()


def test_one_journal_that_cannot_be_read_now_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, text = left_behind(tmp_path / "j")
    two = one.with_name("two.journal")
    shutil.copy(one, two)
    real = Path.read_bytes

    def failing(path: Path) -> bytes:
        if path == one:
            raise OSError(errno.EIO, "Input/output error")
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", failing)
        [found] = orphans(tmp_path / "j")
    assert (found.journal, found.found.text) == (two, text)
    found.drop()
    [found] = orphans(tmp_path / "j")
    assert (found.journal, found.found.text) == (one, text)
    found.leave()


def test_a_clock_that_was_set_back(tmp_path: Path, faults: Faults) -> None:
    path = tmp_path / "ferry.md"
    with faults.one():
        draft = write_draft(path, OLD)
        later = draft.stamp.mtime_ns + 10**18 if draft.stamp else 0
        os.utime(path, ns=(later, later))  # it was saved before the clock was set back
        draft = read_draft(path)
        path.write_text(OLD.replace("left", "sank"))
        assert changed_outside(draft)
    with faults.one():
        journal = Journal(tmp_path / "one.journal")
        journal.begin(HEAD, OLD)
        journal.append([Edit(0, 0, "x")], HEAD.begun - 500)
        journal.append([Edit(0, 0, "y")], -1.0)
        journal.close()
        [orphan] = orphans(tmp_path)
        assert (orphan.found.text, orphan.found.whole) == ("yx" + OLD, True)
        orphan.leave()


# --- other processes ------------------------------------------------------------------------------------------------


def counted(*arguments: str) -> tuple[int, list[str]]:
    """What `tests.drafts.dying` counted: faults, and what was lost."""
    command = [sys.executable, "-m", "tests.drafts.dying", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return found["tried"], found["lost"]


@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.long)])
def test_a_process_killed_at_any_call(tmp_path: Path, faults: Faults, step: int) -> None:
    faults.add(*counted("calls", str(tmp_path), str(step)))


@pytest.mark.parametrize("rounds", [10, pytest.param(200, marks=pytest.mark.long)])
def test_two_processes_that_save_one_draft(tmp_path: Path, faults: Faults, rounds: int) -> None:
    faults.add(*counted("two", str(tmp_path), str(rounds)))


def test_a_full_file_system(tmp_path: Path, faults: Faults) -> None:
    faults.add(*counted("full", str(tmp_path)))

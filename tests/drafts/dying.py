"""Processes that are killed, that write at the same time, or whose disk is full: `python -m tests.drafts.dying WHAT FOLDER`.

Prints a line of JSON: how many faults were tried, and what was lost.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import pytest

from afterword.drafts.draft import read_draft, write_draft
from afterword.drafts.journal import read_journal
from afterword.drafts.recovery import orphans
from afterword.errors import DraftNotWritten, JournalNotWritten
from tests.drafts.scenes import NEW, OLD, Saving, Writing, try_until_written
from tests.faults import Calls, calls_of

_SMALL_DISK = 256 * 1024


class Count:
    """How many faults were tried, and what was lost."""

    def __init__(self) -> None:
        self.tried, self.lost = 0, list[str]()

    def check(self, what: str, check: Callable[[], object], faults: int = 1) -> None:
        """So many more; one is lost where `check` raises anything."""
        self.tried += faults
        try:
            check()
        except Exception as error:  # whatever it is, a draft is not as it must be
            self.lost.append(f"{what}: {error!r}")


def main() -> None:
    what, folder, *more = sys.argv[1:]
    count = Count()
    parts: dict[str, Callable[..., None]] = {
        "calls": killed_at_calls,
        "two": two_processes,
        "save": save_often,
        "full": full,
        "filled": filled,
    }
    parts[what](count, Path(folder), *map(int, more))
    if what != "full":
        print(json.dumps({"tried": count.tried, "lost": count.lost}))


# --- killed ---------------------------------------------------------------------------------------------------------


def killed_at_calls(count: Count, folder: Path, step: int) -> None:
    """Save, and write a journal, in processes that are killed before and after calls of the system, each or each so many."""
    for kind in Saving.KINDS:
        for number in range(0, 2 * len(calls_of(Saving(folder / "d", kind).save)), step):
            scene = Saving(folder / "d", kind)
            _kill_at(number, scene.save)
            count.check(f"saving {kind}, call {number}", partial(scene.check, killed=True))
    for number in range(0, 2 * len(calls_of(Writing(folder / "j").run)), step):
        said = folder / "said"
        said.unlink(missing_ok=True)
        with said.open("a") as file:

            def tell(text: str, is_written: bool, file: TextIO = file) -> None:
                print(json.dumps([text, is_written]), file=file, flush=True)

            _kill_at(number, Writing(folder / "j", tell).run)
        told = [json.loads(line) for line in said.read_text().splitlines()]
        count.check(f"journal, call {number}", partial(_check_told, folder / "j", told))


def _kill_at(number: int, action: Callable[[], object]) -> None:
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return

    def at(now: int, _: str, call: Callable[[], Any]) -> Any:
        if 2 * now == number:
            os.kill(os.getpid(), signal.SIGKILL)
        result = call()
        if 2 * now + 1 == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with pytest.MonkeyPatch.context() as patch:
        Calls(patch, at)
        action()
    os._exit(0)


def _check_told(folder: Path, told: list[tuple[str, bool]]) -> None:
    written = [text for text, is_written in told if is_written][-1:]
    found = orphans(folder)
    texts = [orphan.found.text for orphan in found]
    for orphan in found:
        orphan.leave()
    if written:
        assert texts in ([written[0]], [told[-1][0]]), f"{len(texts)} texts, none that was written down"


# --- two at once ----------------------------------------------------------------------------------------------------


def two_processes(count: Count, folder: Path, rounds: int) -> None:
    """Let two processes save one draft again and again, and read it all the while."""
    path = folder / "ferry.md"
    write_draft(path, OLD)
    command = [sys.executable, "-m", __spec__.name, "save", str(path), str(rounds)]
    writers = [subprocess.Popen([*command, str(which)], stdout=subprocess.PIPE, text=True) for which in (1, 2)]
    texts = {OLD, _of(1), _of(2)}
    while any(writer.poll() is None for writer in writers):
        count.check("two processes", partial(_is_one_of, path, texts), faults=0)
    for writer in writers:
        said = json.loads(writer.communicate()[0])
        count.tried += said["tried"]
        count.lost += said["lost"]
    count.check("two processes", partial(_same, path, read_draft(path).text, folder), faults=0)


def save_often(count: Count, path: Path, rounds: int, which: int) -> None:
    """One of the two."""
    for _ in range(rounds):
        count.check(f"process {which}", partial(write_draft, path, _of(which)))


def _is_one_of(path: Path, texts: set[str]) -> None:
    assert read_draft(path).text in texts, "a text that nobody saved"


def _of(which: int) -> str:
    return NEW * 20 if which == 1 else OLD * 30


# --- a full disk ----------------------------------------------------------------------------------------------------


def full(count: Count, folder: Path) -> None:
    """Save and write a journal on a small file system of their own; where none may be mounted, in files that may not grow."""
    script = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift && exec "$@"'
    command = [sys.executable, "-m", __spec__.name, "filled", str(folder)]
    mounted = ["unshare", "-r", "-m", "sh", "-c", script, "sh", str(_SMALL_DISK), str(folder), *command, str(_SMALL_DISK)]
    if shutil.which("unshare") and subprocess.run(mounted, check=False, stderr=subprocess.DEVNULL).returncode == 0:
        return
    subprocess.run([*command, "0"], check=True)


def filled(count: Count, folder: Path, disk: int) -> None:
    """Save ever more, until the disk is full, and some times then; and the same with a journal.

    Args:
        count: of faults.
        folder: on a disk of its own.
        disk: its size in bytes; 0 where files are limited instead.
    """
    if not disk:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (_SMALL_DISK, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    path, text = folder / "ferry.md", OLD
    write_draft(path, text)
    failed = 0
    while failed < 20:
        wanted = text + OLD * (1 + failed)
        try:
            write_draft(path, wanted)
            text = wanted
        except DraftNotWritten:
            failed += 1
            count.check("saving on a full disk", partial(_same, path, text, folder))
    path.unlink()
    room = folder / "filler"
    for left in range(0, 40_000, 1500) if disk else ():
        with room.open("wb", buffering=0) as filler:
            try:
                while filler.write(b"x" * 4096):
                    pass
            except OSError:
                filler.truncate(max(0, filler.tell() - left))
        writing = Writing(folder / "j")
        with contextlib.suppress(JournalNotWritten):
            writing.run()
        count.check("a journal on a full disk", partial(_written_then, writing, room))


def _written_then(writing: Writing, room: Path) -> None:
    """There is room again."""
    assert writing.written is None or [read_journal(file).text for file in writing.folder.glob("*.journal")] == [writing.written]
    room.unlink()
    try_until_written(writing)
    writing.check()


def _same(path: Path, text: str, folder: Path) -> None:
    assert read_draft(path).text == text, "the old text is not there"
    assert [file.name for file in folder.iterdir()] == [path.name], "files are left"


if __name__ == "__main__":
    main()

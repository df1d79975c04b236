"""What a writer does, step by step, and what must be found after any of it went wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from afterword.drafts.draft import Draft, changed_outside, read_draft, write_draft
from afterword.drafts.journal import Edit, Head, Journal
from afterword.drafts.recovery import Orphan, new_journal, orphans
from afterword.errors import DraftNotWritten, JournalGone, JournalNotWritten
from afterword.watch import Watch

OLD = "The ferry left.\n" * 300
NEW = OLD + "\nThe harbour was quiet 🐟.\n" * 300
HEAD = Head(Path("/drafts/ferry.md"), 1000.0, "ferry.md")


class Saving:
    """A draft that is saved once more.

    Args:
        folder: emptied.
        kind: what there is before: "new" (nothing), "old" (a file), or "link" (to a file in another folder).
    """

    KINDS = ("new", "old", "link")

    def __init__(self, folder: Path, kind: str) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "elsewhere").mkdir(parents=True)
        self.kind, self.folder, self.path = kind, folder, folder / "ferry.md"
        if kind == "link":
            self.path.symlink_to("elsewhere/ferry.md")
        self.before: Draft | None = None if kind == "new" else write_draft(self.path, OLD)
        self.saved: Draft | None = None

    def save(self) -> None:
        """What may fail."""
        try:
            self.saved = write_draft(self.path, NEW, like=self.before)
        except DraftNotWritten:
            self.saved = None

    def check(self, *, killed: bool = False) -> None:
        """AssertionError where a draft is lost, or something else is not as it was."""
        there = self.path.read_text("utf-8") if self.path.exists() else None
        assert there in (NEW, OLD if self.before else None), "neither the old text nor the new"
        assert self.path.is_symlink() == (self.kind == "link"), "the link is gone"
        names = {"ferry.md", "elsewhere"} if there is not None else {"elsewhere"}
        left = {file.name for file in self.folder.iterdir()} - names
        left |= {file.name for file in (self.folder / "elsewhere").iterdir()} - {"ferry.md"}
        assert len(left) <= killed, f"files are left: {left}"
        if self.saved is not None:
            assert there == NEW, "it said that it was saved"
            assert not changed_outside(self.saved)
        again = write_draft(self.path, NEW, like=self.before)
        assert read_draft(self.path) == again


class Writing:
    """A writer whose journal is begun, grows, and is begun anew; who tries again what did not work, as the window does.

    Args:
        folder: of the journals; emptied.
        tell: told what stands on the page before it is written down, and once more when it is.
    """

    def __init__(self, folder: Path, tell: Callable[[str, bool], None] = lambda text, is_written: None) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.folder, self.tell = folder, tell
        self.journal: Journal | None = None
        self.written: str | None = None
        self.text = ""
        self._steps = self._script()
        self._again: Callable[[], None] | None = None

    def run(self) -> None:
        """All that is left to do, up to what fails."""
        while self.step():
            pass

    def step(self) -> bool:
        """Do one thing, or again what failed; False when nothing is left. Raises JournalNotWritten."""
        if self._again is None:
            self._again = next(self._steps, None)
        if self._again is None:
            return False
        self.tell(self.text, False)
        try:
            self._again()
        except JournalGone:
            self._again = self._begin
            raise
        self._again, self.written = None, self.text
        self.tell(self.text, True)
        return True

    def check(self) -> None:
        """AssertionError where what was written down is not found; ends the writer as a crash does."""
        self.journal = None  # the system ends its lock
        found = orphans(self.folder)
        texts = [orphan.found.text for orphan in found]
        assert self.written is None or texts in ([self.text], [self.written]), f"not what was written down, but {texts}"
        assert all(text in (self.text, self.written) for text in texts), "a text that never stood there"
        for orphan in found:
            orphan.leave()

    def _begin(self) -> None:
        if self.journal is None:
            self.journal = new_journal(self.folder)
        self.journal.begin(HEAD, self.text, before=None if self.text == OLD else OLD, at=2000.0)

    def _append(self, words: str) -> Callable[[], None]:
        position = len(self.text)
        self.text += words

        def append() -> None:
            assert self.journal is not None
            self.journal.append([Edit(position, 0, words)], 2000.0)

        return append

    def _script(self) -> Iterator[Callable[[], None]]:
        self.text = OLD
        yield self._begin
        yield self._append("Ida stood at the rail.\n")
        yield self._append("It rained.\n" * 100)
        self.text = "Another beginning. " + self.text
        yield self._begin
        yield self._append("The end.")


def left_behind(folder: Path) -> tuple[Path, str]:
    """A journal that nobody owns any more, and what is in it."""
    writing = Writing(folder)
    writing.run()
    assert writing.journal is not None
    path = writing.journal.path
    writing.journal = None
    return path, writing.text


def looked_at(folder: Path) -> list[Orphan]:
    """What a start finds; nothing where the folder cannot be read."""
    try:
        return orphans(folder, watch=Watch())
    except OSError:
        return []


def try_until_written(writing: Writing, tries: int = 3) -> None:
    """Go on after a failure until all is done."""
    for _ in range(tries):
        try:
            writing.run()
        except JournalNotWritten:
            continue
        return
    raise AssertionError("it does not work again")


def open_files() -> int:
    """How many files this process holds open; -1 where the system does not say."""
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else -1

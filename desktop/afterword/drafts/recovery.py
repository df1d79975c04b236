"""The journals of drafts that are open, and of those that were open when the program ended without saying so."""

from __future__ import annotations

import logging
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from afterword.drafts.draft import read_draft
from afterword.drafts.journal import Head, Journal, Recovered, read_journal
from afterword.errors import DraftError, JournalBroken
from afterword.files import put_aside
from afterword.owning import NO_LOCK, let_go, lock_of, release
from afterword.text.boundaries import count_words
from afterword.watch import Watch

_log = logging.getLogger(__name__)

_ENDING = ".journal"


class OwnedJournal(Journal):
    """A journal that no other process takes for left behind: the system ends its lock with the process that holds it.

    Where there can be no lock the journal is written all the same: what is not written down is lost for certain.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._owner = lock_of(path)

    def begin(self, head: Head, text: str, *, before: str | None = None, at: float = 0.0) -> None:
        """Write down `text`, in place of all that was written down before; see `Journal.begin`."""
        self._own()
        super().begin(head, text, before=before, at=at)

    def drop(self) -> None:
        """Forget what was written down. Raises OSError."""
        super().drop()
        let_go(self._owner)

    def _own(self) -> None:
        if self._owner.is_locked and os.path.exists(self._owner.lock_file):
            return
        try:
            release(self._owner)  # of a file that somebody took away
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._owner.acquire(timeout=0)
        except NO_LOCK as error:
            _log.warning("the journal %s has no lock: %s", self.path, str(error))


@dataclass(frozen=True)
class Orphan:
    """A journal that was left behind.

    Attributes:
        journal: its file.
        found: what it holds.
        owner: held, so that nobody else takes it meanwhile.
        words: of its text.
    """

    journal: Path
    found: Recovered
    owner: FileLock
    words: int

    def drop(self, *, watch: Watch | None = None) -> None:  # noqa: ARG002 -- too short to be cancelled
        """The writer has what is of use of it; a task for `Jobs`. Raises OSError."""
        self.journal.unlink(missing_ok=True)
        let_go(self.owner)

    def leave(self) -> None:
        """Leave it for another time."""
        release(self.owner)


def new_journal(folder: Path) -> Journal:
    """A journal of this process in `folder`, not begun yet."""
    return OwnedJournal(folder / f"{secrets.token_hex(8)}{_ENDING}")


def orphans(folder: Path, *, watch: Watch | None = None) -> list[Orphan]:
    """The journals in `folder` that no running process owns, of drafts that hold what is not saved.

    One that holds nothing else is taken away, and a damaged one of which nothing can be read is set aside, as ".broken". One that
    cannot be read now stays for another time. A task for `Jobs`.
    """
    left: list[Orphan] = []
    for path in sorted(folder.glob(f"*{_ENDING}")):
        if watch is not None:
            watch.check()
        try:
            orphan = _orphan(path)
        except OSError:
            _log.warning("a journal is left for another time", exc_info=True)
            continue
        if orphan is not None:
            left.append(orphan)
    return left


def _orphan(path: Path) -> Orphan | None:
    owner = lock_of(path)
    try:
        owner.acquire(timeout=0)
    except Timeout:
        return None
    except NO_LOCK as error:  # nobody can own it either
        _log.warning("the journal %s has no lock: %s", path, str(error))
    try:
        found = read_journal(path)
        if not _is_on_disk(found):
            return Orphan(path, found, owner, count_words(found.text))
        path.unlink(missing_ok=True)
    except JournalBroken as error:
        if isinstance(error.__cause__, OSError):  # the disk failed, or it is somebody else's
            release(owner)
            raise error.__cause__ from error
        _log.warning("a journal is set aside", exc_info=True)
        put_aside(path)
    let_go(owner)
    return None


def _is_on_disk(found: Recovered) -> bool:
    """Whether nothing would be lost with the journal: what it holds is saved, or it holds nothing."""
    if found.notes is not None:
        return False
    if found.head.path is None:
        return not found.text.strip()
    if found.private is not None:
        return False
    try:
        return read_draft(found.head.path, large=True).text == found.text
    except DraftError:
        return False

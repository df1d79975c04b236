"""The journals of drafts that are open, and of those that were open when the program ended without saying so."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from afterword.drafts.journal import Journal, Recovered, read_journal
from afterword.errors import JournalBroken
from afterword.files import put_aside
from afterword.watch import Watch

_log = logging.getLogger(__name__)

_ENDING = ".journal"


class OwnedJournal(Journal):
    """A journal that no other process takes for left behind: the system ends its lock with the process that holds it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._owner = _lock_of(path)
        self._owner.acquire(timeout=0)

    def drop(self) -> None:
        """Forget what was written down. Raises OSError."""
        super().drop()
        _let_go(self._owner)


@dataclass(frozen=True)
class Orphan:
    """A journal that was left behind.

    Attributes:
        journal: its file.
        found: what it holds.
        owner: held, so that nobody else takes it meanwhile.
    """

    journal: Path
    found: Recovered
    owner: FileLock

    def drop(self, *, watch: Watch | None = None) -> None:  # noqa: ARG002 -- too short to be cancelled
        """The writer has what is of use of it; a task for `Jobs`. Raises OSError."""
        self.journal.unlink(missing_ok=True)
        _let_go(self.owner)

    def leave(self) -> None:
        """Leave it for another time."""
        self.owner.release()


def new_journal(folder: Path) -> Journal:
    """A journal of this process in `folder`, not begun yet. Raises OSError."""
    return OwnedJournal(folder / f"{secrets.token_hex(8)}{_ENDING}")


def orphans(folder: Path, *, watch: Watch | None = None) -> list[Orphan]:
    """The journals in `folder` that no running process owns; one of which nothing can be read is set aside, as ".broken".

    A task for `Jobs`.
    """
    left: list[Orphan] = []
    for path in sorted(folder.glob(f"*{_ENDING}")):
        if watch is not None:
            watch.check()
        owner = _lock_of(path)
        try:
            owner.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        try:
            found = read_journal(path)
        except JournalBroken:
            _log.warning("a journal is set aside", exc_info=True)
            put_aside(path)
            _let_go(owner)
            continue
        if found.text == found.before and found.notes is None:
            path.unlink(missing_ok=True)
            _let_go(owner)
            continue
        left.append(Orphan(path, found, owner))
    return left


def _lock_of(path: Path) -> FileLock:
    return FileLock(path.with_name(path.name + ".lock"), thread_local=False)  # taken and let go on threads of the jobs


def _let_go(owner: FileLock) -> None:
    owner.release()
    Path(owner.lock_file).unlink(missing_ok=True)

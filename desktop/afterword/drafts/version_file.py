"""The SQLite file of earlier versions: opening it on any thread, and putting it aside when it is damaged."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from afterword.errors import Cancelled, VersionsBroken, VersionsUnavailable
from afterword.files import put_aside, reason
from afterword.watch import Watch

_FORMAT = 1
_APPLICATION = 0x41667477  # "Aftw"
_WAIT_S = 10.0  # for another process
_LOOK_EVERY = 20_000  # steps of SQLite's machine between two looks at whether to stop
_SCHEMA = (
    "CREATE TABLE blocks (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, data BLOB NOT NULL)",
    "CREATE TABLE versions (number INTEGER PRIMARY KEY AUTOINCREMENT, draft BLOB NOT NULL, at INTEGER NOT NULL,"
    " occasion TEXT NOT NULL, name TEXT NOT NULL, words INTEGER NOT NULL, characters INTEGER NOT NULL, digest BLOB NOT NULL,"
    " blocks TEXT NOT NULL)",  # ids of blocks in turn, as JSON
    "CREATE INDEX versions_of_draft ON versions (draft, number)",
    "CREATE INDEX versions_by_digest ON versions (digest)",
)
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT}  # all else leaves the file where it is

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Damaged(Exception):
    """What is in the file is not what was put there."""


class VersionFile:
    """Opens the file for one piece of work at a time and closes it again. Safe from any thread and process.

    Args:
        path: of the file; it and its folder are made where they are missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def do(self, work: Callable[[sqlite3.Connection], _T], watch: Watch | None = None) -> _T:
        """What `work` returns, to which the open file is given, in autocommit mode; `Damaged` is for it to raise.

        Raises:
            VersionsUnavailable: it cannot be used now.
            VersionsBroken: it was damaged and is put aside, with its -wal and -shm.
            Cancelled: it was asked to stop.
        """
        watch = watch or Watch()
        watch.check()
        before = self._identity()
        try:
            with closing(self._open(watch)) as db:
                return work(db)
        except sqlite3.Error as error:
            if watch.stopped():
                raise Cancelled from error
            # Without the details; a row that is not UTF-8 has no code.
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
            if code not in _DAMAGE:
                raise VersionsUnavailable(self.path, str(error)) from error
            raise VersionsBroken(self.path, self._put_aside(before)) from error
        except (Damaged, UnicodeDecodeError) as error:  # which sqlite3 raises where the schema or a message is not UTF-8
            raise VersionsBroken(self.path, self._put_aside(before)) from error
        except OSError as error:
            raise VersionsUnavailable(self.path, reason(error)) from error

    def check(self, watch: Watch | None = None) -> None:
        """Read all of the file and look whether it is sound; raises as `do`."""
        self.do(_look, watch)

    def _open(self, watch: Watch) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.path.exists() and not self.path.is_file():
            raise Damaged("it is no file")
        db = sqlite3.connect(self.path, timeout=_WAIT_S, isolation_level=None)
        try:
            db.set_progress_handler(watch.stopped, _LOOK_EVERY)
            db.execute("PRAGMA trusted_schema = OFF")  # what somebody put into the schema is not to do anything
            db.execute("PRAGMA cell_size_check = ON")
            db.execute("PRAGMA synchronous = FULL")  # a version that was kept survives a loss of power
            if db.execute("PRAGMA user_version").fetchone() != (_FORMAT,):
                with self._lock():  # for SQLite does not wait for who changes the mode of a file
                    _begin(db)
            found = {sql for (sql,) in db.execute("SELECT sql FROM sqlite_master")}
            if db.execute("PRAGMA application_id").fetchone() != (_APPLICATION,) or not found.issuperset(_SCHEMA):
                raise Damaged("it is a file of another program")
        except BaseException:
            db.close()
            raise
        return db

    @contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            with FileLock(self.path.with_name(self.path.name + ".lock"), timeout=_WAIT_S):
                yield
        except Timeout as error:
            raise OSError(None, "another process is using them") from error

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _put_aside(self, damaged: tuple[int, int] | None) -> Path:
        """Put the file aside, if it is still the `damaged` one: another process may have done so. Returns where it is."""
        try:
            with self._lock():
                if self._identity() != damaged:
                    return self.path.with_name(f"{self.path.name}.broken")
                _log.warning("the versions of drafts are damaged and put aside", exc_info=True)
                aside = put_aside(self.path)
                for ending in ("-wal", "-shm"):  # under names by which SQLite finds them there
                    with suppress(FileNotFoundError):
                        self.path.with_name(self.path.name + ending).replace(aside.with_name(aside.name + ending))
                return aside
        except OSError as error:
            raise VersionsUnavailable(self.path, reason(error)) from error


@contextmanager
def changing(db: sqlite3.Connection) -> Iterator[None]:
    """All that is changed meanwhile is changed at its end, or nothing; nobody else changes anything meanwhile."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # after some errors there is nothing to take back
            db.execute("ROLLBACK")
        raise


def _begin(db: sqlite3.Connection) -> None:
    (found,) = db.execute("PRAGMA user_version").fetchone()
    if found == _FORMAT:  # another process was quicker
        return
    if found > _FORMAT and db.execute("PRAGMA application_id").fetchone() == (_APPLICATION,):
        raise OSError(None, "a newer version of Afterword has written them")
    if found or db.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise Damaged("it is a file of another program")
    db.execute("PRAGMA auto_vacuum = INCREMENTAL")
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    with changing(db):
        for statement in _SCHEMA:
            db.execute(statement)
        db.execute(f"PRAGMA application_id = {_APPLICATION}")
        db.execute(f"PRAGMA user_version = {_FORMAT}")


def _look(db: sqlite3.Connection) -> None:
    found = db.execute("PRAGMA quick_check(1)").fetchall()
    if found != [("ok",)]:
        raise Damaged(str(found))

"""Keeping earlier versions of drafts: what is stored of a text, what is dropped for it, and what comes back.

Texts lie in one file in blocks, each once, deflated and under its hash: a version of a long draft costs little more than what
changed since the one before. A draft's own file is never touched from here.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from afterword.drafts.version_file import Damaged, VersionFile, changing
from afterword.drafts.versions import Occasion, Version, blocks_of, left_behind, never_saved, superfluous
from afterword.errors import VersionsBroken, VersionUnreadable
from afterword.files import digest_of
from afterword.text.boundaries import word_spans
from afterword.text.characters import writable
from afterword.watch import Watch

LIMIT_BYTES = 500 << 20
"""Of the file; see `VersionStore`."""

_SHRINK_TO = 0.9  # of the limit, so that not every version has to make room for itself
_COLUMNS = "number, at, occasion, name, words, characters"
_USED = (
    "SELECT each.value FROM versions, json_each(CASE WHEN json_valid(versions.blocks) THEN versions.blocks ELSE '[]' END) AS each"
)


class VersionStore:
    """Versions of all drafts. Its methods are tasks for `Jobs`: each opens the file for itself, on the thread that calls it.

    Any process may use the file at the same time. What they all raise is said at `VersionFile.do`.

    Args:
        path: of the file; it and its folder need not exist.
        limit: of its size in bytes. When it is over, the oldest versions of all drafts go until it is a tenth below, except those
            that have a name, the newest of each draft whose file is there, and the newest of the draft that is being kept, which
            stay even if they alone are more.
        clock: seconds since 1970.
    """

    def __init__(self, path: Path, limit: int = LIMIT_BYTES, clock: Callable[[], float] = time.time) -> None:
        self._file = VersionFile(path)
        self._limit = limit
        self._clock = clock
        self._turn = threading.Lock()  # the numbers of versions are to rise as they are asked for

    def check(self, *, watch: Watch | None = None) -> None:
        """Look whether the file is sound, where there is one. Reads all of it."""
        if self._file.path.exists():
            self._file.check(watch)

    def keep(
        self, key: bytes, text: str, occasion: Occasion, name: str = "", words: int | None = None, *, watch: Watch | None = None
    ) -> Version:
        """Keep `text` as the newest version of a draft, then drop those that need not be kept any more.

        If the newest one has the same text and not another name, there is no second one: it gets the name, and the occasion where
        that is something the writer did.

        Args:
            key: of the draft, see `versions.key_of` and `versions.new_key`.
            text: all of it; it comes back as it is, whatever is in it.
            occasion: why.
            name: what the writer calls it; one with a name is never dropped.
            words: of the text; counted here where that is not known.
            watch: may stop it; then nothing is kept.

        Raises:
            VersionsBroken: as said above; `text` is kept in the file that was begun then.
        """
        with self._turn:
            blocks = list(blocks_of(text))
            counted = _counted(text, watch or Watch()) if words is None else words
            now = int(self._clock())
            new = Version(0, now, occasion, writable(name), counted, len(text))

            def keep(db: sqlite3.Connection) -> Version:
                with changing(db):
                    number = _put(db, key, new, blocks)
                    versions = _versions(db, key)
                    _drop(db, superfluous(versions))
                    _shrink(db, key, self._limit, watch)
                db.executescript("PRAGMA incremental_vacuum")  # `execute` would give back one page only
                return next(version for version in reversed(versions) if version.number == number)

            try:
                return self._file.do(keep, watch)
            except VersionsBroken:
                self._file.do(keep, watch)
                raise

    def versions(self, key: bytes, *, watch: Watch | None = None) -> list[Version]:
        """Those of a draft, by rising number."""
        return self._file.do(lambda db: _versions(db, key), watch) if self._file.path.exists() else []

    def text(self, number: int, *, watch: Watch | None = None) -> str:
        """The text of a version, exactly as it was kept.

        Raises:
            VersionUnreadable: it is damaged, which the others need not be, or was dropped.
        """
        return self._file.do(lambda db: _text(db, number), watch)

    def name(self, number: int, name: str, *, watch: Watch | None = None) -> None:
        """Call a version `name`; with "" it has none, and may be dropped some day.

        Raises:
            VersionUnreadable: it was dropped.
        """

        def call(db: sqlite3.Connection) -> None:
            if not db.execute("UPDATE versions SET name = ? WHERE number = ?", (writable(name), number)).rowcount:
                raise VersionUnreadable(number, "it is not kept any more")

        self._file.do(call, watch)

    def move(self, old: bytes, new: bytes, *, watch: Watch | None = None) -> None:
        """The draft of the key `old` has the key `new` from now on: it was saved for the first time, or renamed."""
        self._file.do(lambda db: db.execute("UPDATE versions SET draft = ? WHERE draft = ?", (new, old)), watch)

    def copy(self, old: bytes, new: bytes, *, watch: Watch | None = None) -> None:
        """The draft of the key `new` was made of that of `old`, and both go on: give it those versions that it does not have."""
        copying = (
            "INSERT INTO versions (draft, at, occasion, name, words, characters, digest, blocks)"
            " SELECT ?, at, occasion, name, words, characters, digest, blocks FROM versions AS old WHERE draft = ?"
            " AND NOT EXISTS (SELECT 1 FROM versions AS new WHERE new.draft = ? AND new.digest = old.digest AND new.at = old.at)"
            " ORDER BY number"
        )
        self._file.do(lambda db: db.execute(copying, (new, old, new)), watch)

    def forget(self, key: bytes, *, watch: Watch | None = None) -> None:
        """Keep nothing of a draft any more."""

        def forget(db: sqlite3.Connection) -> None:
            with changing(db):
                _drop(db, [version.number for version in _versions(db, key)])
            db.executescript("PRAGMA incremental_vacuum")

        if self._file.path.exists():
            self._file.do(forget, watch)

    def adopt(self, key: bytes, text: str, *, watch: Watch | None = None) -> bool:
        """Whether a draft without versions is found out to be one that was moved elsewhere, whose versions it then gets.

        That is one that had the very same text in some version (not a blank one), and at whose path there is nothing any more.
        """
        if not text.strip() or not self._file.path.exists():
            return False
        digest = _digest(blocks_of(text))

        def adopt(db: sqlite3.Connection) -> bool:
            with changing(db):
                if db.execute("SELECT 1 FROM versions WHERE draft = ? LIMIT 1", (key,)).fetchone():
                    return False
                found = db.execute("SELECT draft FROM versions WHERE digest = ? ORDER BY number DESC", (digest,)).fetchall()
                old = next((draft for (draft,) in found if isinstance(draft, bytes) and left_behind(draft)), None)
                if old is not None:
                    db.execute("UPDATE versions SET draft = ? WHERE draft = ?", (key, old))
                return old is not None

        return self._file.do(adopt, watch)


def _counted(text: str, watch: Watch) -> int:
    count = 0
    for count, _ in enumerate(word_spans(text), 1):
        if count % 10_000 == 0:
            watch.check()
    return count


def _versions(db: sqlite3.Connection, key: bytes) -> list[Version]:
    found = db.execute(f"SELECT {_COLUMNS} FROM versions WHERE draft = ? ORDER BY number", (key,))
    return [_version(row) for row in found]


def _version(row: tuple[Any, ...]) -> Version:
    number, at, occasion, name, words, characters = row
    known = occasion in {one.value for one in Occasion}
    if not known or not all(type(one) is int for one in (number, at, words, characters)) or type(name) is not str:
        raise Damaged("a row has something else in it than was put there")
    return Version(number, at, Occasion(occasion), name, words, characters)


def _put(db: sqlite3.Connection, key: bytes, new: Version, blocks: list[bytes]) -> int:
    """The number under which `new`, whose own says nothing yet, is there now."""
    digest = _digest(blocks)
    ids = [_put_block(db, block) for block in blocks]
    found = db.execute(f"SELECT digest, {_COLUMNS} FROM versions WHERE draft = ? ORDER BY number DESC LIMIT 1", (key,)).fetchone()
    newest = _version(found[1:]) if found is not None and found[0] == digest else None
    if newest is not None and (not new.name or new.name == newest.name or not newest.name):
        occasion = new.occasion if new.occasion in (Occasion.SAVED, Occasion.NAMED) else newest.occasion
        known = (occasion.value, new.name or newest.name, json.dumps(ids, separators=(",", ":")), newest.number)
        db.execute("UPDATE versions SET occasion = ?, name = ?, blocks = ? WHERE number = ?", known)
        return newest.number
    added = db.execute(
        "INSERT INTO versions (draft, at, occasion, name, words, characters, digest, blocks) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (key, new.at, new.occasion.value, new.name, new.words, new.characters, digest, json.dumps(ids, separators=(",", ":"))),
    )
    return int(added.lastrowid or 0)


def _put_block(db: sqlite3.Connection, block: bytes) -> int:
    """The id of a block, which is there and sound now: a version that stood on a damaged one would be lost from the start."""
    digest = digest_of(block)
    found = db.execute("SELECT id, data FROM blocks WHERE digest = ?", (digest,)).fetchone()
    if found is None:
        added = db.execute("INSERT INTO blocks (digest, data) VALUES (?, ?)", (digest, zlib.compress(block)))
        return int(added.lastrowid or 0)
    if _inflated(found[1]) != block:
        db.execute("UPDATE blocks SET data = ? WHERE id = ?", (zlib.compress(block), found[0]))
    return int(found[0])


def _text(db: sqlite3.Connection, number: int) -> str:
    row = db.execute("SELECT digest, blocks, json_valid(blocks) FROM versions WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise VersionUnreadable(number, "it is not kept any more")
    digest, ids, valid = row
    if valid:
        found = db.execute(
            "SELECT data FROM json_each(?) AS each JOIN blocks ON blocks.id = each.value ORDER BY each.key", (ids,)
        )
        blocks = [_inflated(data) for (data,) in found]
        if _digest(blocks) == digest:
            return b"".join(blocks).decode("utf-8", "surrogatepass")
    raise VersionUnreadable(number, "it is damaged")


def _drop(db: sqlite3.Connection, numbers: list[int]) -> None:
    if numbers:
        db.executemany("DELETE FROM versions WHERE number = ?", [(number,) for number in numbers])
        db.execute(f"DELETE FROM blocks WHERE id NOT IN ({_USED})")


def _shrink(db: sqlite3.Connection, key: bytes, limit: int, watch: Watch | None) -> None:
    if _size(db) <= limit:
        return
    newest = dict(db.execute("SELECT MAX(number), draft FROM versions GROUP BY draft"))

    @cache
    def stays(number: int) -> bool:
        draft = newest.get(number)
        return isinstance(draft, bytes) and (draft == key or not (never_saved(draft) or left_behind(draft)))

    while _size(db) > _SHRINK_TO * limit:
        if watch is not None:
            watch.check()
        numbers = [number for (number,) in db.execute("SELECT number FROM versions WHERE name = '' ORDER BY number")]
        oldest = list(islice((number for number in numbers if not stays(number)), 1 + len(numbers) // 10))
        if not oldest:
            return
        _drop(db, oldest)


def _size(db: sqlite3.Connection) -> int:
    pages, free, size = (db.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "freelist_count", "page_size"))
    return int((pages - free) * size)


def _inflated(data: object) -> bytes:
    """What a block holds; b"" where it is damaged, for none is empty."""
    try:
        return zlib.decompress(data) if isinstance(data, bytes) else b""
    except zlib.error:
        return b""


def _digest(blocks: Iterable[bytes]) -> bytes:
    summed = blake2b(digest_size=16)
    for block in blocks:
        summed.update(block)
    return summed.digest()

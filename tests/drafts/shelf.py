"""A store of versions with a clock of its own."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from afterword.drafts.version_store import VersionStore
from afterword.drafts.versions import Occasion, Version

KEY = b"/drafts/ferry.md"
WRITING, SAVED, NAMED = Occasion.WRITING, Occasion.SAVED, Occasion.NAMED


class Shelf:
    """A store with a clock of its own."""

    def __init__(self, folder: Path, limit: int = 1 << 30) -> None:
        self.path = folder / "versions" / "versions.sqlite3"
        self.now = 1_700_000_000
        self.store = VersionStore(self.path, limit, clock=lambda: self.now)

    def keeps(self, *texts: str, key: bytes = KEY, occasion: Occasion = WRITING, name: str = "") -> Version:
        for text in texts:
            version = self.store.keep(key, text, occasion, name)
        return version

    def versions(self, key: bytes = KEY) -> list[Version]:
        return self.store.versions(key)

    def texts(self, key: bytes = KEY) -> list[str]:
        return [self.store.text(version.number) for version in self.versions(key)]

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            yield db

    def blocks(self) -> int:
        with self.opened() as db:
            return int(db.execute("SELECT COUNT(*) FROM blocks").fetchone()[0])


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def novel(characters: int, seed: int = 1) -> str:
    rng = random.Random(seed)
    return "".join(f"{rng.randbytes(20).hex()} {rng.randbytes(10).hex()}.\n" for _ in range(characters // 63))

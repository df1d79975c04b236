"""Versions and the file that they lie in, damaged, another program's, full, or used by two."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.drafts.version_store import VersionStore
from afterword.errors import AfterwordError, VersionsBroken, VersionsUnavailable, VersionUnreadable
from tests.drafts.shelf import KEY, WRITING, Shelf, novel
from tests.drafts.shelf import shelf as shelf


def tried(shelf: Shelf) -> set[type[AfterwordError]]:
    """Do all that can be done, and keep a text; what it raised of its own."""
    raised: set[type[AfterwordError]] = set()
    numbers: list[int] = []
    for task in (
        lambda: shelf.store.check(),
        lambda: numbers.extend(version.number for version in shelf.versions()),
        lambda: [shelf.store.text(number) for number in (*numbers, 1)],
        lambda: shelf.store.name(1, "name"),
        lambda: shelf.store.copy(KEY, b"copy"),
        lambda: shelf.store.move(b"copy", b"moved"),
        lambda: shelf.store.adopt(b"other", "The ferry left at noon. 1"),
        lambda: shelf.keeps("The ferry left at noon. 7"),
    ):
        try:
            task()
        except AfterwordError as error:
            raised.add(type(error))
    return raised


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shelf = Shelf(tmp_path_factory.mktemp("image"))
    shelf.keeps(*(f"The ferry left at noon. {number}" for number in range(5)))
    shelf.keeps(novel(30_000))
    return shelf.path


@settings(deadline=None, max_examples=40)
@given(
    # The first kilobyte holds what SQLite knows of the file, and is hit too seldom by chance.
    st.lists(st.tuples(st.integers(0, 1000) | st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=12),
    st.sampled_from([1.0, 1.0, 1.0, 0.5, 0.1, 0.002]),
)
def test_damage_raises_nothing_but_errors_of_our_own_and_versions_are_kept_afterwards(
    image: Path, flips: list[tuple[int, int]], share: float
) -> None:
    broken = bytearray(image.read_bytes())
    for at, value in flips:
        broken[at % len(broken)] = value
    end = int(share * len(broken))
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        shelf.path.parent.mkdir()
        shelf.path.write_bytes(broken[:end])
        raised = tried(shelf)
        assert raised <= {VersionsBroken, VersionUnreadable, VersionsUnavailable}
        if VersionsUnavailable not in raised:
            assert shelf.store.text(shelf.versions()[-1].number) == "The ferry left at noon. 7"


@pytest.mark.parametrize("damage", [b"no database at all" * 400, b"SQLite format 3\0" + b"\xff" * 5000], ids=["text", "half"])
def test_a_damaged_file_is_put_aside_and_another_one_begun(shelf: Shelf, damage: bytes) -> None:
    shelf.path.parent.mkdir()
    shelf.path.write_bytes(damage)
    with pytest.raises(VersionsBroken) as caught:
        shelf.store.check()
    assert caught.value.aside.read_bytes() == damage
    shelf.keeps("one")
    assert shelf.texts() == ["one"]


def test_what_was_not_yet_in_a_damaged_file_goes_with_it(shelf: Shelf) -> None:
    shelf.keeps("one")
    with shelf.opened() as other:  # which SQLite does not take the -wal away from
        assert other.execute("SELECT COUNT(*) FROM versions").fetchone() == (1,)
        shelf.keeps("two")
        with shelf.path.open("r+b") as file:
            file.seek(100)
            file.write(b"\xff" * 50_000)
        with pytest.raises(VersionsBroken) as caught:
            shelf.store.check()
    assert caught.value.aside.with_name(caught.value.aside.name + "-wal").exists()
    shelf.keeps("three")
    assert shelf.texts() == ["three"]


def test_a_text_that_meets_a_damaged_file_is_kept_nevertheless(shelf: Shelf) -> None:
    shelf.path.parent.mkdir()
    shelf.path.write_bytes(b"no database at all" * 400)
    with pytest.raises(VersionsBroken):
        shelf.keeps("one")
    assert shelf.texts() == ["one"]


def test_a_folder_in_its_place_is_put_aside(shelf: Shelf) -> None:
    shelf.path.mkdir(parents=True)
    with pytest.raises(VersionsBroken):
        shelf.versions()
    shelf.keeps("one")
    assert shelf.texts() == ["one"]


def test_an_empty_file_is_a_new_one(shelf: Shelf) -> None:
    shelf.path.parent.mkdir()
    shelf.path.touch()
    assert shelf.versions() == []
    shelf.keeps("one")
    assert shelf.texts() == ["one"]


def test_another_programs_database_is_put_aside_whole(shelf: Shelf) -> None:
    shelf.path.parent.mkdir()
    with shelf.opened() as db:
        db.execute("CREATE TABLE theirs (x)")
    with pytest.raises(VersionsBroken) as caught:
        shelf.versions()
    with closing(sqlite3.connect(caught.value.aside)) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


@pytest.mark.parametrize("change", ["DROP INDEX versions_of_draft", "ALTER TABLE versions RENAME COLUMN words TO count"])
def test_tables_that_are_not_ours_are_damage(shelf: Shelf, change: str) -> None:
    shelf.keeps("one")
    with shelf.opened() as db:
        db.execute(change)
    with pytest.raises(VersionsBroken):
        shelf.versions()


def test_a_schema_that_is_no_text_is_damage(shelf: Shelf) -> None:
    shelf.keeps("one")
    with shelf.opened() as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET name = CAST(x'80' AS TEXT), sql = 'none' WHERE name = 'versions_of_draft'")
    with pytest.raises(VersionsBroken):
        shelf.versions()


def test_what_a_newer_program_wrote_is_left_alone(shelf: Shelf) -> None:
    shelf.keeps("one")
    with shelf.opened() as db:
        db.execute("PRAGMA user_version = 2")
    with pytest.raises(VersionsUnavailable, match="newer"):
        shelf.keeps("two")
    with shelf.opened() as db:
        db.execute("PRAGMA user_version = 1")
    assert shelf.texts() == ["one"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE blocks SET data = x'00'",
        "UPDATE blocks SET data = 'text'",
        "UPDATE versions SET blocks = '[1' WHERE number = 1",
        "UPDATE versions SET blocks = '[]' WHERE number = 1",
        "UPDATE versions SET blocks = '[2]' WHERE number = 1",
    ],
)
def test_one_damaged_version_leaves_the_others(shelf: Shelf, damage: str) -> None:
    shelf.keeps("one")
    with shelf.opened() as db:
        db.execute(damage)
    shelf.keeps("two")
    first, second = shelf.versions()
    with pytest.raises(VersionUnreadable):
        shelf.store.text(first.number)
    assert shelf.store.text(second.number) == "two"


def test_damage_in_one_version_does_not_keep_others_from_being_dropped(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, limit=1000)
    shelf.keeps("one", name="first")
    with shelf.opened() as db:
        db.execute("UPDATE versions SET blocks = '[1'")
    shelf.keeps("two", "three")
    assert [version.name for version in shelf.versions()] == ["first", ""]


def test_a_new_version_does_not_stand_on_a_damaged_block(shelf: Shelf) -> None:
    shelf.keeps("one")
    with shelf.opened() as db:
        db.execute("UPDATE blocks SET data = x'00'")
    shelf.keeps("one")
    assert shelf.texts() == ["one"], "which heals the old one too"


@pytest.mark.parametrize(
    "damage", ["at = 'noon'", "name = CAST(x'80' AS TEXT)", "name = x'00'", "occasion = 'none'", "words = 0.5"]
)
def test_a_row_with_something_else_in_it_is_damage(shelf: Shelf, damage: str) -> None:
    shelf.keeps("one")
    with shelf.opened() as db:
        db.execute(f"UPDATE versions SET {damage}")
    with pytest.raises(VersionsBroken):
        shelf.versions()


def test_where_nothing_can_be_written_it_says_so_and_nothing_is_put_aside(folder_without_power: Path) -> None:
    shelf = Shelf(folder_without_power)
    shelf.keeps("one")
    shelf.path.chmod(0o400)
    shelf.path.parent.chmod(0o500)
    with pytest.raises(VersionsUnavailable):
        shelf.keeps("two")
    shelf.path.parent.chmod(0o700)
    shelf.path.chmod(0o600)
    assert shelf.texts() == ["one"]
    folder_without_power.chmod(0o500)
    with pytest.raises(VersionsUnavailable):
        VersionStore(folder_without_power / "none" / "v").keep(KEY, "one", WRITING)


def test_a_full_disk_keeps_the_old_ones(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.keeps("one")
    real = sqlite3.connect

    def connect(*args: object, **options: object) -> sqlite3.Connection:
        db: sqlite3.Connection = real(*args, **options)  # type: ignore[call-overload]
        db.execute("PRAGMA max_page_count = 12")
        return db

    monkeypatch.setattr(sqlite3, "connect", connect)
    with pytest.raises(VersionsUnavailable, match="full"):
        shelf.keeps(novel(500_000))
    monkeypatch.undo()
    assert shelf.texts() == ["one"]


WRITER = """
import sys
from pathlib import Path
from afterword.drafts.version_store import VersionStore
from afterword.drafts.versions import Occasion
store = VersionStore(Path(sys.argv[1]))
for number in range(15):
    store.keep(sys.argv[2].encode(), f"{sys.argv[2]} {number}", Occasion.WRITING)
print("done", flush=True)
sys.stdin.read()
"""


def test_two_processes_at_once(shelf: Shelf) -> None:
    def writer(name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", WRITER, str(shelf.path), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    with writer("a") as one, writer("b") as other:
        for process in (one, other):
            assert process.stdout is not None
            assert process.stdout.readline() == b"done\n"
            process.kill()
    for name in ("a", "b"):
        assert shelf.texts(name.encode()) == [f"{name} {number}" for number in range(15)]


def test_what_another_process_has_put_aside_is_not_put_aside_again(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.path.parent.mkdir()
    shelf.path.write_bytes(b"no database at all" * 400)
    theirs = Shelf(shelf.path.parent.parent)
    real = shelf.store._file._put_aside

    def late(damaged: tuple[int, int] | None) -> Path:
        with pytest.raises(VersionsBroken):
            theirs.keeps("theirs")
        return real(damaged)

    monkeypatch.setattr(shelf.store._file, "_put_aside", late)
    with pytest.raises(VersionsBroken):
        shelf.versions()
    monkeypatch.undo()
    assert shelf.texts() == ["theirs"]

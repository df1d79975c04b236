"""Versions come back as they were kept, whatever happens to the file that they lie in."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.drafts.version_store import VersionStore
from afterword.drafts.versions import DAY, LAST_ONES, Occasion, Version, key_of, new_key
from afterword.errors import AfterwordError, Cancelled, VersionsBroken, VersionsUnavailable, VersionUnreadable
from afterword.watch import Watch

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


# --- in and out -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """One on which much lies already."""
    return Shelf(tmp_path_factory.mktemp("used"))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.text() | st.text(st.characters(categories=["Cs"]), max_size=3) | st.text("ab.\n\0🐟é", max_size=200), max_size=3)
)
def test_a_text_comes_back_as_it_was_whatever_is_in_it(used: Shelf, texts: list[str]) -> None:
    key = new_key()
    for text in texts:
        used.keeps(text, key=key)
    assert used.texts(key) == [text for at, text in enumerate(texts) if at == 0 or texts[at - 1] != text]


def test_what_is_known_of_a_version(shelf: Shelf) -> None:
    kept = shelf.keeps("The ferry left.", occasion=SAVED)
    assert kept == Version(kept.number, shelf.now, SAVED, "", 3, 15)
    assert shelf.versions() == [kept]
    assert shelf.versions(b"/drafts/other.md") == []
    assert shelf.store.keep(KEY, "Not counted again.", WRITING, words=17).words == 17


def test_numbers_rise_and_tell_the_order_whatever_the_clock_says(shelf: Shelf) -> None:
    shelf.keeps("one", "two")
    shelf.now -= 10 * DAY
    shelf.keeps("three")
    assert shelf.texts() == ["one", "two", "three"]
    numbers = [version.number for version in shelf.versions()]
    assert numbers == sorted(set(numbers))


def test_the_same_text_is_kept_once_and_what_the_writer_did_is_remembered(shelf: Shelf) -> None:
    first = shelf.keeps("one")
    shelf.now += 60
    assert shelf.keeps("one", occasion=SAVED) == Version(first.number, first.at, SAVED, "", 1, 3)
    assert shelf.keeps("one", occasion=NAMED, name="Draft").name == "Draft"
    assert shelf.keeps("one", occasion=Occasion.BEFORE_RESTORING) == Version(first.number, first.at, NAMED, "Draft", 1, 3)
    assert len(shelf.versions()) == 1
    shelf.keeps("one", occasion=NAMED, name="Another name")
    assert [version.name for version in shelf.versions()] == ["Draft", "Another name"]


def test_a_name_is_given_changed_and_taken_away(shelf: Shelf) -> None:
    number = shelf.keeps("one").number
    shelf.store.name(number, "For \0the \ud800editor")
    assert shelf.versions()[0].name == "For \ufffdthe \ufffdeditor"
    shelf.store.name(number, "")
    assert shelf.versions()[0].name == ""
    with pytest.raises(VersionUnreadable):
        shelf.store.name(number + 1, "none")


def test_a_change_in_a_long_draft_costs_little(shelf: Shelf) -> None:
    text = novel(1_000_000)
    shelf.keeps(text)
    size = shelf.path.stat().st_size
    shelf.keeps(text[:500_000] + "Something else." + text[500_000:])
    assert shelf.path.stat().st_size - size < 40_000
    assert shelf.texts()[0] == text


def test_who_looks_makes_no_file(shelf: Shelf) -> None:
    shelf.store.check()
    assert shelf.versions() == []
    assert not shelf.store.adopt(KEY, "text")
    assert not shelf.path.parent.exists()


def test_a_task_that_is_asked_to_stop_keeps_nothing(shelf: Shelf) -> None:
    shelf.keeps("one")
    watch = Watch()
    watch.cancel()
    with pytest.raises(Cancelled):
        shelf.store.keep(KEY, "two", WRITING, watch=watch)
    assert shelf.texts() == ["one"]


# --- what is dropped --------------------------------------------------------------------------------------------------


def test_old_ones_are_thinned_out_and_their_room_is_given_back(shelf: Shelf) -> None:
    shelf.keeps("The first.", name="first")
    for number in range(40):
        shelf.keeps(novel(20_000, number))
        shelf.now += 60
    size = shelf.path.stat().st_size
    shelf.now += 400 * DAY
    shelf.keeps("Read again.")
    assert len(shelf.versions()) == 42, "nothing is dropped at once"
    shelf.keeps(*(f"On and on: {number}." for number in range(LAST_ONES)))
    assert len(shelf.versions()) == LAST_ONES + 3, "the named one, the last of that week and of this one, the last twenty"
    assert shelf.texts()[0] == "The first."
    assert shelf.path.stat().st_size < 0.2 * size


def test_one_save_by_a_clock_that_is_ten_years_ahead_drops_nothing(shelf: Shelf) -> None:
    for number in range(35):
        shelf.keeps(f"{number}")
        shelf.now += 60
    shelf.now += 3650 * DAY
    shelf.keeps("ahead")
    shelf.now -= 3650 * DAY
    shelf.keeps("right again")
    assert shelf.texts() == [*map(str, range(35)), "ahead", "right again"]


def test_the_oldest_of_all_drafts_go_when_the_file_is_too_large(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, limit=500_000)
    (tmp_path / "other.md").touch()
    other = key_of(tmp_path / "other.md")
    shelf.keeps(novel(40_000, 100), key=other)
    shelf.keeps(novel(40_000, 101), key=other, occasion=NAMED, name="Named")
    shelf.keeps("The newest of the other.", key=other)
    kept = [shelf.keeps(novel(40_000, seed)).number for seed in range(30)]
    assert shelf.path.stat().st_size <= 500_000
    assert [version.name for version in shelf.versions(other)] == ["Named", ""]
    numbers = [version.number for version in shelf.versions()]
    assert numbers == kept[-len(numbers) :], "the oldest went"
    assert len(numbers) > 5
    assert shelf.texts()[-1] == novel(40_000, 29)


@pytest.mark.parametrize("gone", ["never saved", "left behind"])
def test_drafts_that_nobody_can_find_do_not_make_the_file_too_large(tmp_path: Path, gone: str) -> None:
    shelf = Shelf(tmp_path, limit=500_000)
    for number in range(40):
        shelf.keeps(novel(40_000, number), key=new_key() if gone == "never saved" else key_of(tmp_path / f"{number}.md"))
    shelf.keeps("The newest of all.")
    assert shelf.path.stat().st_size <= 500_000
    assert shelf.blocks() > 2, "no more went than had to"
    assert shelf.texts() == ["The newest of all."]


def test_the_newest_of_each_draft_that_is_there_and_of_the_one_that_is_written_stay(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, limit=200_000)
    there = [tmp_path / f"{number}.md" for number in range(5)]
    for path in there:
        path.touch()
        shelf.keeps("Old.", novel(40_000, len(path.name)), key=key_of(path))
    key = new_key()
    shelf.keeps(novel(400_000, 1), key=key)
    assert [len(shelf.versions(key_of(path))) for path in there] == [1] * 5
    assert shelf.texts(key) == [novel(400_000, 1)]


def test_what_is_never_dropped_may_be_more_than_the_limit(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, limit=1000)
    shelf.keeps("one", name="first")
    shelf.keeps("two", "three")
    assert shelf.texts() == ["one", "three"]


# --- drafts that move -------------------------------------------------------------------------------------------------


def test_a_draft_that_is_saved_for_the_first_time_brings_its_versions(shelf: Shelf) -> None:
    key = new_key()
    shelf.keeps("of the file that was replaced")
    shelf.keeps("one", "two", key=key)
    shelf.store.move(key, KEY)
    shelf.store.move(KEY, KEY)
    assert shelf.texts() == ["of the file that was replaced", "one", "two"]
    assert shelf.versions(key) == []


def test_a_copy_has_the_versions_too_and_once(shelf: Shelf) -> None:
    shelf.keeps("one", "two")
    shelf.store.copy(KEY, b"/copy.md")
    shelf.store.copy(KEY, b"/copy.md")
    shelf.store.copy(KEY, KEY)
    shelf.keeps("three")
    assert shelf.texts(b"/copy.md") == ["one", "two"]
    assert shelf.texts() == ["one", "two", "three"]
    assert shelf.blocks() == 3


def test_of_a_draft_that_is_forgotten_nothing_is_left_and_all_of_the_others(shelf: Shelf) -> None:
    shelf.keeps("one", "two")
    shelf.keeps("two", "three", key=b"/other.md")
    shelf.store.forget(KEY)
    assert shelf.texts() == []
    assert shelf.texts(b"/other.md") == ["two", "three"]
    assert shelf.blocks() == 2


def test_a_draft_that_was_moved_by_another_program_is_known_by_its_text(shelf: Shelf, tmp_path: Path) -> None:
    old, new = tmp_path / "old.md", tmp_path / "new.md"
    old.touch()
    shelf.keeps("one", "two", key=key_of(old))
    assert not shelf.store.adopt(key_of(new), "two"), "its file is still there"
    old.rename(new)
    assert not shelf.store.adopt(key_of(new), "another text")
    assert shelf.store.adopt(key_of(new), "two")
    assert shelf.texts(key_of(new)) == ["one", "two"]
    assert not shelf.store.adopt(key_of(new), "two"), "it has versions"


def test_a_blank_text_tells_nothing(shelf: Shelf, tmp_path: Path) -> None:
    shelf.keeps("\n", key=key_of(tmp_path / "gone.md"))
    assert not shelf.store.adopt(KEY, "\n")


# --- what happens to the file -----------------------------------------------------------------------------------------


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

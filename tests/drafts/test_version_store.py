"""Versions come back as they were kept, until they are dropped."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.drafts.versions import DAY, LAST_ONES, Occasion, Version, key_of, new_key
from afterword.errors import Cancelled, VersionUnreadable
from afterword.watch import Watch
from tests.drafts.shelf import KEY, NAMED, SAVED, WRITING, Shelf, novel
from tests.drafts.shelf import shelf as shelf

# --- in and out -----------------------------------------------------------------------------------------------------


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


# --- what is dropped ------------------------------------------------------------------------------------------------


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


# --- drafts that move -----------------------------------------------------------------------------------------------


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

"""The recovery journal: what was written down comes back, whatever happened to the end of the file."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.drafts.journal import Edit, Head, Journal, read_journal
from afterword.editor.plaintext import units
from afterword.errors import JournalBroken, JournalNotWritten

HEAD = Head(Path("/drafts/ferry.md"), 1000.0, "ferry.md")
TEXT = "The ferry left.\n🐟"


def applied(text: str, edits: list[Edit]) -> str:
    """What a plain list of UTF-16 units says."""
    code = [text.encode("utf-16-le", "surrogatepass")[at : at + 2] for at in range(0, 2 * units(text), 2)]
    for edit in edits:
        added = edit.added.encode("utf-16-le", "surrogatepass")
        code[edit.position : edit.position + edit.removed] = [added[at : at + 2] for at in range(0, len(added), 2)]
    return b"".join(code).decode("utf-16-le", "surrogatepass")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "one.journal")


@given(begun=st.booleans(), said=st.lists(st.none() | st.booleans(), max_size=4))
def test_whether_the_draft_stays_here_is_what_was_said_last(
    tmp_path_factory: pytest.TempPathFactory, begun: bool, said: list[bool | None]
) -> None:
    journal = Journal(tmp_path_factory.mktemp("j") / "one.journal")
    journal.begin(replace(HEAD, private=begun), TEXT)
    for private in said:
        journal.append([], 2000.0, private=private)
    journal.close()
    found = read_journal(journal.path)
    assert found.head.private is begun
    assert found.private is next((private for private in reversed(said) if private is not None), None)


@st.composite
def sessions(draw: st.DrawFn) -> tuple[str, list[list[Edit]]]:
    text = draw(st.text(max_size=20))
    length, batches = units(text), []
    for _ in range(draw(st.integers(0, 5))):
        batch = []
        for _ in range(draw(st.integers(0, 3))):
            position = draw(st.integers(0, length))
            removed = draw(st.integers(0, length - position))
            added = draw(st.text(st.characters(), max_size=6))
            batch.append(Edit(position, removed, added))
            length += units(added) - removed
        batches.append(batch)
    return text, batches


@given(sessions(), st.data())
@settings(max_examples=60)
def test_all_that_was_written_down_comes_back_and_of_a_torn_end_all_before_it(
    tmp_path_factory: pytest.TempPathFactory, session: tuple[str, list[list[Edit]]], data: st.DataObject
) -> None:
    text, batches = session
    journal = Journal(tmp_path_factory.mktemp("j") / "one.journal")
    journal.begin(HEAD, text)
    states, sizes = [text], [journal.size]
    places: list[int | None] = [None]
    for number, batch in enumerate(batches):
        journal.append(batch, 2000.0 + number)
        states.append(applied(states[-1], batch))
        places.append(batch[-1].position + units(batch[-1].added) if batch else places[-1])
        sizes.append(journal.size)
    journal.close()
    found = read_journal(journal.path)
    assert (found.head, found.before, found.text, found.whole) == (HEAD, text, states[-1], True)
    assert found.at == (1999.0 + len(batches) if batches else HEAD.begun)
    assert found.place == places[-1]
    written = journal.path.read_bytes()
    cut = data.draw(st.integers(sizes[0], len(written)), "cut")
    torn = written[:cut] + data.draw(st.sampled_from([b"", b"\0" * 9, b"\xff" * 20]), "tail")
    journal.path.write_bytes(torn)
    kept = max(at for at, size in enumerate(sizes) if size <= cut)
    found = read_journal(journal.path)
    assert (found.text, found.place, found.whole) == (states[kept], places[kept], torn == written[: sizes[kept]])


@pytest.mark.parametrize("cut", [0, 5, 60, 100])
def test_a_journal_without_its_beginning_is_broken_and_says_so(journal: Journal, cut: int) -> None:
    journal.begin(HEAD, TEXT * 20)
    journal.close()
    journal.path.write_bytes(journal.path.read_bytes()[:cut])
    with pytest.raises(JournalBroken):
        read_journal(journal.path)


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"nonsense " * 40, b"\xff" * 4096])
def test_what_is_no_journal_is_broken(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.journal"
    path.write_bytes(content)
    with pytest.raises(JournalBroken):
        read_journal(path)
    with pytest.raises(JournalBroken):
        read_journal(tmp_path / "missing.journal")


def test_a_changed_byte_ends_what_can_be_read(journal: Journal) -> None:
    journal.begin(HEAD, TEXT)
    first = journal.size
    journal.append([Edit(0, 3, "A")], 1.0)
    journal.append([Edit(0, 1, "Our")], 2.0)
    journal.close()
    data = bytearray(journal.path.read_bytes())
    data[first + 12] ^= 1
    journal.path.write_bytes(data)
    found = read_journal(journal.path)
    assert (found.text, found.whole) == (TEXT, False)


@pytest.mark.parametrize("call", ["write", "fsync", "ftruncate"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_failed_try_leaves_nothing_and_may_be_tried_again(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    journal.begin(HEAD, TEXT)
    journal.append([Edit(0, 3, "A")], 1.0)
    real, calls = getattr(os, call), []

    def failing(*arguments: Any) -> object:
        calls.append(arguments)
        if call == "write" and len(calls) == 1:
            return real(arguments[0], bytes(arguments[1])[:7])  # some of it still goes in
        raise OSError(code, os.strerror(code))

    edits = [Edit(0, 1, "Our")]
    monkeypatch.setattr(os, call, failing)
    for _ in range(3):
        calls.clear()
        with pytest.raises(JournalNotWritten):
            journal.append(edits, 2.0)
    monkeypatch.setattr(os, call, real)
    assert read_journal(journal.path).text in ("A ferry left.\n🐟", "Our ferry left.\n🐟")
    journal.append(edits, 3.0)
    journal.append([Edit(0, 3, "Their")], 4.0)
    assert read_journal(journal.path).text == "Their ferry left.\n🐟"
    journal.close()


def test_beginning_anew_is_all_or_nothing(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.begin(HEAD, TEXT)
    journal.append([Edit(0, 3, "A")], 1.0)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    real = os.write
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(JournalNotWritten):
        journal.begin(HEAD, "Another")
    monkeypatch.setattr(os, "write", real)
    journal.append([Edit(0, 1, "Our")], 2.0)
    assert read_journal(journal.path).text == "Our ferry left.\n🐟"
    journal.begin(HEAD, "Another")
    assert read_journal(journal.path).text == "Another"
    journal.drop()
    assert not journal.path.exists()


def test_where_the_writer_was_last_is_known_also_of_a_journal_that_is_begun_anew(journal: Journal) -> None:
    journal.begin(HEAD, TEXT)
    journal.append([], 1.0, notes="Ida is the captain.")
    assert read_journal(journal.path).place is None
    journal.begin(HEAD, "🐟 The old ferry left.", before="🐟 The ferry left.", at=2.0)
    assert read_journal(journal.path).place == len("fi The old ")
    journal.append([], 3.0, notes="Ida is the cook.")
    assert read_journal(journal.path).place == len("fi The old ")
    journal.append([Edit(3, 4, "")], 4.0)
    assert read_journal(journal.path).place == 3
    journal.close()


def test_notes_are_kept_where_they_were_changed(journal: Journal) -> None:
    journal.begin(HEAD, TEXT)
    assert read_journal(journal.path).notes is None
    journal.append([], 1.0, notes="Ida is the captain.")
    journal.append([Edit(0, 0, "x")], 2.0)
    assert read_journal(journal.path).notes == "Ida is the captain."
    journal.close()


def test_only_the_writer_can_read_it(journal: Journal) -> None:
    journal.begin(HEAD, TEXT)
    assert journal.path.parent.stat().st_mode & 0o077 == 0
    journal.close()


@given(st.text(st.characters(), max_size=20), st.text(st.characters(), max_size=20), st.text(st.characters(), max_size=5))
@settings(max_examples=60)
def test_a_beginning_tells_what_stood_there_before_and_what_stands_there_now(
    tmp_path_factory: pytest.TempPathFactory, start: str, middle: str, end: str
) -> None:
    journal = Journal(tmp_path_factory.mktemp("j") / "one.journal")
    journal.begin(HEAD, start + middle + end, before=start + end, at=2000.0)
    journal.append([Edit(0, 0, "x")], 3000.0)
    journal.close()
    found = read_journal(journal.path)
    assert (found.before, found.text, found.at) == (start + end, "x" + start + middle + end, 3000.0)

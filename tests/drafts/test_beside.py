"""What is kept beside a draft: in a file of its own, only where there is something, and never at the cost of another's."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.drafts.beside import Beside, beside_path, read_beside, write_beside
from afterword.errors import BesideBroken, BesideNotRead, BesideNotWritten, BesideOfAnother

TEXT = "The boat left.\nIt rained 🐟.\n"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "story.md"
    path.write_text(TEXT, "utf-8")
    return path


def files(draft: Path) -> list[str]:
    return sorted(path.name for path in draft.parent.iterdir())


@given(
    notes=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")),
    accepted=st.booleans(),
    private=st.booleans(),
)
def test_what_is_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, notes: str, accepted: bool, private: bool) -> None:
    draft = tmp_path_factory.getbasetemp() / "story.md"
    beside = Beside(notes, ((4, 20), (22, 26)) if accepted else (), private)
    write_beside(draft, TEXT, beside, like=read_beside(draft, TEXT))
    assert read_beside(draft, TEXT) == (beside if notes.strip() else Beside("", beside.accepted, private))
    assert beside_path(draft).exists() == bool(notes.strip() or accepted or private)


def test_a_draft_that_stays_here_does_so_under_another_name_too(draft: Path) -> None:
    write_beside(draft, TEXT, Beside(private=True))
    renamed = draft.rename(draft.with_name("renamed.md"))
    assert read_beside(renamed, TEXT).private


def test_whether_it_stays_here_is_not_guessed(draft: Path) -> None:
    beside_path(draft).write_text('{"afterword": 1, "private": 0}', "utf-8")
    with pytest.raises(BesideBroken):
        read_beside(draft, TEXT)


def test_a_doubt_alone_is_no_reason_to_write_a_file(draft: Path) -> None:
    write_beside(draft, TEXT, Beside(private=True, unsure=True), like=Beside())
    assert files(draft) == ["story.md"]
    write_beside(draft, TEXT, Beside("Told by Ann.", private=True, unsure=True), like=Beside())
    assert read_beside(draft, TEXT).private


def test_it_is_one_hidden_file_beside_the_draft_that_goes_when_it_is_empty(draft: Path) -> None:
    kept = write_beside(draft, TEXT, Beside(), like=Beside())
    assert files(draft) == ["story.md"]
    kept = write_beside(draft, TEXT, Beside("Told by Ann."), like=kept)
    kept = write_beside(draft, TEXT, Beside("Told by Ben."), like=kept)
    assert files(draft) == [".story.md.afterword.json", "story.md"]
    write_beside(draft, TEXT, Beside(" \n"), like=kept)
    assert files(draft) == ["story.md"]
    assert draft.read_text("utf-8") == TEXT


def test_a_link_and_the_draft_that_it_leads_to_share_it(draft: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "link.md"
    link.parent.mkdir()
    link.symlink_to(draft)
    write_beside(link, TEXT, Beside("Told by Ann."))
    assert read_beside(draft, TEXT).notes == "Told by Ann."


def test_it_says_nothing_of_the_text_but_where_it_was_accepted(draft: Path) -> None:
    write_beside(draft, TEXT, Beside("", ((0, len(TEXT)),)))
    kept = beside_path(draft).read_text("utf-8")
    assert "boat" not in kept
    assert "rained" not in kept


def test_accepted_text_is_found_again_when_another_program_changed_the_draft(draft: Path) -> None:
    write_beside(draft, TEXT, Beside("", ((15, 24),)))
    now = "Once.\n" + TEXT
    assert read_beside(draft, now).accepted == ((21, 30),)


FOREIGN = [
    b"",
    b"\xff\xfe",
    b"{",
    b"[" * 200_000,
    b"[]",
    b"{}",
    b'{"afterword": 2, "notes": "of the future"}',
    b'{"afterword": 1, "notes": 3}',
]


@pytest.mark.parametrize("content", FOREIGN, ids=range(len(FOREIGN)))
def test_what_is_not_ours_is_said_to_be_so_and_is_never_lost(draft: Path, content: bytes) -> None:
    path = beside_path(draft)
    path.write_bytes(content)
    with pytest.raises(BesideBroken):
        read_beside(draft, TEXT)
    kept = write_beside(draft, TEXT, Beside(), like=Beside())
    assert path.read_bytes() == content
    write_beside(draft, TEXT, Beside("mine"), like=kept)
    assert read_beside(draft, TEXT).notes == "mine"
    assert path.with_name(path.name + ".broken").read_bytes() == content


@pytest.mark.parametrize(
    "damage",
    [
        {"accepted": [[0, 0, 99]]},
        {"accepted": [[0, 0]]},
        {"accepted": [[0, 0, 1.5]]},
        {"accepted": 3},
        {"lines": "no number"},
        {"lines": ["0" * 8]},
        {"lines": ""},
    ],
)
def test_a_damaged_ledger_costs_no_notes(draft: Path, caplog: pytest.LogCaptureFixture, damage: dict[str, object]) -> None:
    write_beside(draft, TEXT, Beside("mine", ((0, 3),)))
    path = beside_path(draft)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | damage), "utf-8")
    with caplog.at_level(logging.WARNING):
        assert read_beside(draft, TEXT) == Beside("mine")
    assert path.name in caplog.text


def test_a_pipe_in_its_place_is_not_waited_for(draft: Path) -> None:
    os.mkfifo(beside_path(draft))
    with pytest.raises(BesideBroken):
        read_beside(draft, TEXT)


def test_it_comes_along_when_the_draft_gets_another_name(draft: Path) -> None:
    write_beside(draft, TEXT, Beside("Told by Ann.", ((4, 8),)))
    renamed = draft.rename(draft.with_name("novel.md"))
    assert read_beside(renamed, TEXT) == Beside("Told by Ann.", ((4, 8),))
    assert files(draft) == [".novel.md.afterword.json", "novel.md"]


@pytest.mark.parametrize("text", ["Another text\nof two lines.\n", ""])
def test_what_belongs_to_another_draft_stays_with_it(draft: Path, text: str) -> None:
    write_beside(draft, TEXT, Beside("Told by Ann."))
    other = draft.with_name("other.md")
    assert read_beside(other, TEXT) == Beside(), "the draft that it belongs to is still there"
    draft.unlink()
    assert read_beside(other, text) == Beside()
    assert files(draft) == [".story.md.afterword.json"]


def test_a_new_draft_does_not_inherit_from_an_earlier_one_of_its_name(draft: Path) -> None:
    write_beside(draft, TEXT, Beside("Told by Ann."))
    theirs = beside_path(draft).read_bytes()
    with pytest.raises(BesideOfAnother):
        read_beside(draft, "Quite another text.\n\nOf three lines.\n")
    write_beside(draft, "Quite another text.\n", Beside("Told by Ben."), like=Beside())
    assert draft.with_name(beside_path(draft).name + ".broken").read_bytes() == theirs


@pytest.mark.parametrize("text", ["It rained 🐟.\n", "", "A word more: It rained 🐟.\nThe boat left.\n"])
def test_notes_stay_with_a_draft_that_another_program_changed(draft: Path, text: str) -> None:
    write_beside(draft, TEXT, Beside("Told by Ann."))
    assert read_beside(draft, text).notes == "Told by Ann."


def test_what_cannot_be_written_says_so_and_leaves_what_was_there(draft: Path, folder_without_power: Path) -> None:
    draft = folder_without_power / "story.md"
    kept = write_beside(draft, TEXT, Beside("old"))
    folder_without_power.chmod(0o500)
    for beside in (Beside("new"), Beside()):
        for like in (kept, None):
            with pytest.raises(BesideNotWritten, match="permission"):
                write_beside(draft, TEXT, beside, like=like)
    assert read_beside(draft, TEXT) == Beside("old")


def written_by_another(draft: Path, notes: str) -> bytes:
    beside_path(draft).write_text(json.dumps({"afterword": 1, "notes": notes}), "utf-8")
    return beside_path(draft).read_bytes()


def test_what_another_wrote_meanwhile_is_put_aside_and_nothing_is_ever_written_over(draft: Path) -> None:
    kept = write_beside(draft, TEXT, Beside("mine"))
    theirs = []
    for number in range(3):
        theirs.append(written_by_another(draft, f"theirs {number}"))
        kept = write_beside(draft, TEXT, Beside(f"mine {number}"), like=kept)
    assert read_beside(draft, TEXT).notes == "mine 2"
    aside = beside_path(draft).name + ".broken"
    assert [draft.with_name(aside + end).read_bytes() for end in ("", "-2", "-3")] == theirs


def test_what_another_wrote_meanwhile_stays_where_there_is_nothing_to_take_its_place(draft: Path) -> None:
    kept = write_beside(draft, TEXT, Beside("mine"))
    written_by_another(draft, "theirs")
    write_beside(draft, TEXT, Beside(), like=kept)
    assert read_beside(draft, TEXT).notes == "theirs"


def test_what_belonged_to_another_draft_of_this_name_is_put_aside(draft: Path) -> None:
    theirs = written_by_another(draft, "theirs")
    write_beside(draft, TEXT, Beside())
    assert read_beside(draft, TEXT) == Beside()
    assert draft.with_name(beside_path(draft).name + ".broken").read_bytes() == theirs


def test_what_cannot_be_read_for_now_is_told_and_never_replaced(draft: Path, folder_without_power: Path) -> None:
    draft = folder_without_power / "story.md"
    kept = write_beside(draft, TEXT, Beside("old"))
    path = beside_path(draft)
    path.chmod(0)
    with pytest.raises(BesideNotRead, match="permission"):
        read_beside(draft, TEXT)
    for beside in (Beside("new"), Beside()):
        with pytest.raises(BesideNotWritten, match="permission"):
            write_beside(draft, TEXT, beside, like=kept)
    path.chmod(0o600)
    assert read_beside(draft, TEXT).notes == "old"
    write_beside(draft, TEXT, Beside(), like=Beside())
    assert read_beside(draft, TEXT).notes == "old"

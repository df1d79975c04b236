"""Journals that were left behind are found, those of running programs are not."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from afterword.drafts.draft import write_draft
from afterword.drafts.journal import Edit, Head, Journal
from afterword.drafts.recovery import new_journal, orphans

HEAD = Head(None, 1000.0, "Untitled")
OWNER = """
import sys
from pathlib import Path
from afterword.drafts.journal import Edit, Head
from afterword.drafts.recovery import new_journal
journal = new_journal(Path(sys.argv[1]))
journal.begin(Head(None, 1.0, "Untitled"), "one")
journal.append([Edit(3, 0, " two")], 2.0)
print("written", flush=True)
sys.stdin.read()
"""


def left_behind(folder: Path, text: str = "one", *edits: Edit, path: Path | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    journal = Journal(folder / f"{len(list(folder.iterdir()))}.journal")
    journal.begin(replace(HEAD, path=path), text)
    if edits:
        journal.append(edits, 2000.0)
    journal.close()
    return journal.path


def test_a_journal_of_a_running_program_is_left_alone_and_found_when_that_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        assert list(orphans(tmp_path)) == []
        owner.kill()
        owner.wait()
    [orphan] = orphans(tmp_path)
    assert (orphan.found.text, orphan.found.at) == ("one two", 2.0)
    assert list(orphans(tmp_path)) == [], "one process decides about it"
    orphan.leave()
    [orphan] = orphans(tmp_path)
    orphan.drop()
    assert list(tmp_path.iterdir()) == []


def test_our_own_are_not_left_behind(tmp_path: Path) -> None:
    journal = new_journal(tmp_path)
    journal.begin(HEAD, "one")
    journal.append([Edit(0, 0, "x")], 1.0)
    assert list(orphans(tmp_path)) == []
    journal.drop()
    assert list(tmp_path.iterdir()) == []


def test_one_that_holds_nothing_but_what_is_saved_is_of_no_use(tmp_path: Path) -> None:
    draft = write_draft(tmp_path / "ferry.md", "one")
    left_behind(tmp_path / "j", "one", path=draft.path)
    left_behind(tmp_path / "j", "one", Edit(0, 1, "o"), path=draft.path)
    left_behind(tmp_path / "j", "on", Edit(2, 0, "e"), path=draft.path)  # it was killed just after the save
    left_behind(tmp_path / "j", "")
    assert list(orphans(tmp_path / "j")) == []
    assert list((tmp_path / "j").iterdir()) == []


def test_one_that_begins_with_what_was_never_saved_is_found(tmp_path: Path) -> None:
    draft = write_draft(tmp_path / "ferry.md", "one")
    left_behind(tmp_path / "j", "one and more", path=draft.path)
    left_behind(tmp_path / "j", "of a file that is gone", path=tmp_path / "gone.md")
    left_behind(tmp_path / "j", "never saved")
    left_behind(tmp_path / "j", "the file was changed since", path=draft.path)
    assert sorted(orphan.found.text for orphan in orphans(tmp_path / "j")) == [
        "never saved",
        "of a file that is gone",
        "one and more",
        "the file was changed since",
    ]


def test_one_with_notes_is_found_whatever_its_text(tmp_path: Path) -> None:
    draft = write_draft(tmp_path / "ferry.md", "one")
    journal = Journal(tmp_path / "one.journal")
    journal.begin(replace(HEAD, path=draft.path), "one")
    journal.append([], 2000.0, notes="Ida is the captain.")
    journal.close()
    [orphan] = orphans(tmp_path)
    assert orphan.found.notes == "Ida is the captain."
    orphan.leave()


def test_one_that_says_that_the_draft_stays_here_is_found_whatever_its_text(tmp_path: Path) -> None:
    draft = write_draft(tmp_path / "ferry.md", "one")
    journal = Journal(tmp_path / "one.journal")
    journal.begin(replace(HEAD, path=draft.path), "one")
    journal.append([], 2000.0, private=True)
    journal.close()
    [orphan] = orphans(tmp_path)
    assert orphan.found.private is True
    orphan.leave()


def test_one_that_says_so_of_nothing_is_of_no_use(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "one.journal")
    journal.begin(HEAD, "")
    journal.append([], 2000.0, private=True)
    journal.close()
    assert list(orphans(tmp_path)) == []


def test_a_broken_one_is_set_aside_and_the_others_are_found(tmp_path: Path) -> None:
    broken = left_behind(tmp_path / "j", "one", Edit(0, 0, "x"))
    left_behind(tmp_path / "j", "two", Edit(0, 0, "x"))
    broken.write_bytes(b"\0" * 40)
    assert [orphan.found.text for orphan in orphans(tmp_path / "j")] == ["xtwo"]
    assert broken.with_name(broken.name + ".broken").read_bytes() == b"\0" * 40


def test_no_folder_holds_none(tmp_path: Path) -> None:
    assert list(orphans(tmp_path / "none")) == []

"""A draft of which nothing may leave this machine stays one: saved, recovered, read again, whatever happens."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from afterword import paths
from afterword.drafts.beside import Beside, beside_path, read_beside, write_beside
from afterword.drafts.journal import read_journal
from afterword.drafts.recovery import orphans
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.window.changed_dialog import Changed
from afterword.window.dialogs import Unsaved
from afterword.window.documents import Documents
from afterword.window.recent import RecentFiles
from afterword.window.recovering import Recovering

from .conftest import ScriptedDialogs
from .drafting import opened, settled, type_text
from .private_draft import draft as draft
from .private_draft import kept_private
from .private_draft import private as private


def test_a_draft_is_not_private_unless_it_is_said_so(documents: Documents, draft: Path) -> None:
    assert not documents.private
    documents.new()
    assert not documents.private
    assert not beside_path(draft).exists()


def test_saying_so_is_told_at_once_and_kept_beside_the_draft_which_stays_as_it_is(
    qtbot: QtBot, documents: Documents, jobs: Jobs, draft: Path
) -> None:
    before = draft.stat()
    with qtbot.waitSignal(documents.private_changed, check_params_cb=bool):
        documents.set_private(True)
    assert documents.private
    settled(qtbot, jobs)
    assert kept_private(draft)
    assert not documents.dirty
    after = draft.stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_it_is_kept_also_where_the_changes_of_the_text_are_then_discarded(
    qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, page: Page, jobs: Jobs, draft: Path
) -> None:
    type_text(page, "New. ")
    documents.set_private(True)
    settled(qtbot, jobs)
    assert draft.read_text("utf-8") == "The boat left.\nIt rained.\n"
    dialogs.will("unsaved", Unsaved.DISCARD)
    documents.new()
    documents.open_draft(draft)
    qtbot.waitUntil(lambda: documents.path == draft)
    assert documents.private


def test_the_writer_may_say_otherwise(qtbot: QtBot, documents: Documents, jobs: Jobs, private: Path) -> None:
    documents.set_private(False)
    settled(qtbot, jobs)
    assert not kept_private(private)
    assert not beside_path(private).exists(), "nothing is kept for nothing"
    assert not documents.dirty


def test_changing_ones_mind_faster_than_the_disk_ends_as_it_was_said_last(
    qtbot: QtBot, documents: Documents, jobs: Jobs, draft: Path
) -> None:
    for said in (True, False, True, False, True):
        documents.set_private(said)
    settled(qtbot, jobs)
    assert kept_private(draft)
    assert not documents.dirty


def test_it_comes_back_with_the_draft_and_goes_with_it(qtbot: QtBot, documents: Documents, private: Path, tmp_path: Path) -> None:
    opened(qtbot, documents, tmp_path / "b.md")
    assert not documents.private
    documents.open_draft(private)
    qtbot.waitUntil(lambda: documents.path == private)
    assert documents.private


def test_while_another_draft_takes_the_place_nothing_may_leave(
    qtbot: QtBot, documents: Documents, page: Page, draft: Path, tmp_path: Path
) -> None:
    (tmp_path / "b.md").write_text("Secret.\n", "utf-8")
    write_beside(tmp_path / "b.md", "Secret.\n", Beside(private=True))
    open_to_all: list[str] = []

    def look() -> None:
        if not documents.private:
            open_to_all.append(page.text())

    page.document().contentsChanged.connect(look)
    documents.open_draft(tmp_path / "b.md")
    qtbot.waitUntil(lambda: documents.path == tmp_path / "b.md")
    assert page.text() == "Secret.\n"
    documents.open_draft(draft)
    qtbot.waitUntil(lambda: documents.path == draft)
    assert open_to_all == []
    assert not documents.private


def test_it_goes_with_a_draft_that_is_saved_elsewhere(
    qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, jobs: Jobs, private: Path, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    dialogs.will("save", tmp_path / "folder" / "b.md")
    documents.save_as()
    qtbot.waitUntil(lambda: documents.path == tmp_path / "folder" / "b.md")
    settled(qtbot, jobs)
    assert documents.private
    assert kept_private(tmp_path / "folder" / "b.md")
    assert kept_private(private), "the one that it comes from stays what it was"


def test_a_draft_without_a_file_is_private_in_its_first(
    qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    documents.set_private(True)
    assert not documents.dirty, "an empty page is no work to lose"
    type_text(page, "Secret.")
    dialogs.will("save", tmp_path / "new.md")
    documents.save()
    qtbot.waitUntil(lambda: not documents.dirty)
    settled(qtbot, jobs)
    assert kept_private(tmp_path / "new.md")


def test_saying_so_while_it_is_saved_is_kept_after_it(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, draft: Path
) -> None:
    type_text(page, "New. ")
    documents.save()
    documents.set_private(True)
    settled(qtbot, jobs)
    assert draft.read_text("utf-8").startswith("New. ")
    assert kept_private(draft)
    assert not documents.dirty


def test_a_save_that_is_wanted_meanwhile_comes_after_it(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, draft: Path
) -> None:
    type_text(page, "New. ")
    documents.set_private(True)
    documents.save()
    qtbot.waitUntil(lambda: not documents.dirty)
    settled(qtbot, jobs)
    assert draft.read_text("utf-8").startswith("New. ")
    assert kept_private(draft)


def test_what_else_is_kept_beside_the_draft_stays(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    text = "The boat left.\nIt rained.\n"
    path = tmp_path / "a.md"
    write_beside(path, text, Beside("Told by Ann.", ((4, 8),)))
    opened(qtbot, documents, path, text)
    documents.set_notes("Told by Ben.")
    documents.set_private(True)
    settled(qtbot, jobs)
    assert read_beside(path, text) == Beside("Told by Ann.", ((4, 8),), private=True)
    assert documents.dirty, "the notes are still to be saved"


def test_where_it_cannot_be_kept_that_is_told_and_it_holds_all_the_same(
    qtbot: QtBot, documents: Documents, jobs: Jobs, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("afterword.drafts.beside.write_whole", full)
    with qtbot.waitSignal(documents.noticed) as notice:
        documents.set_private(True)
    settled(qtbot, jobs)
    assert "beside it" in notice.args[0]
    assert documents.private
    assert documents.dirty, "it is asked about before it is lost"


def test_of_a_draft_that_is_only_read_it_holds_while_it_is_open_and_is_no_change(
    qtbot: QtBot, documents: Documents, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afterword.drafts.draft.may_write", lambda _: False)
    path = opened(qtbot, documents, tmp_path / "a.md")
    assert documents.read_only
    with qtbot.waitSignal(documents.noticed) as notice:
        documents.set_private(True)
    settled(qtbot, jobs)
    assert "only read" in notice.args[0]
    assert documents.private
    assert not documents.dirty
    assert not beside_path(path).exists()


# --- a crash --------------------------------------------------------------------------------------------------------


def crashed(qtbot: QtBot, documents: Documents, jobs: Jobs) -> None:
    """What is in the journal is all that is left, as after a crash."""
    with qtbot.waitSignal(documents.journaled):
        pass
    [journal] = paths.journals_dir().glob("*.journal")
    data = journal.read_bytes()
    documents._draft._page.document().setModified(False)
    documents._tell_left()
    qtbot.waitUntil(lambda: not journal.exists())
    settled(qtbot, jobs)
    journal.write_bytes(data)


def recovered(qtbot: QtBot, documents: Documents, jobs: Jobs) -> None:
    [orphan] = orphans(paths.journals_dir())
    with qtbot.waitSignal(documents.opened):
        Recovering(documents, jobs, documents).recover(orphan)


def test_a_private_draft_without_a_file_is_private_when_it_is_recovered(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs
) -> None:
    documents.set_private(True)
    type_text(page, "Secret.")
    crashed(qtbot, documents, jobs)
    documents._arrivals.clear()
    assert not documents.private
    recovered(qtbot, documents, jobs)
    assert page.text() == "Secret."
    assert documents.private


@pytest.mark.parametrize("lost", [True, False])
def test_a_private_draft_is_private_when_it_is_recovered_whatever_is_left_beside_it(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, private: Path, lost: bool
) -> None:
    type_text(page, "New. ")
    crashed(qtbot, documents, jobs)
    documents._arrivals.clear()
    if lost:
        beside_path(private).unlink()
    recovered(qtbot, documents, jobs)
    assert page.text().startswith("New. ")
    assert documents.private


def test_what_was_said_last_before_a_crash_holds(qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs) -> None:
    documents.set_private(True)
    type_text(page, "Open.")
    documents.set_private(False)
    crashed(qtbot, documents, jobs)
    documents._arrivals.clear()
    recovered(qtbot, documents, jobs)
    assert not documents.private


def test_a_journal_of_an_earlier_afterword_says_nothing_of_it(
    tmp_path: Path, documents: Documents, qtbot: QtBot, page: Page
) -> None:
    type_text(page, "Open.")
    with qtbot.waitSignal(documents.journaled):
        pass
    [journal] = paths.journals_dir().glob("*.journal")
    found = read_journal(journal)
    assert (found.head.private, found.private) == (False, None)


# --- whatever happens -----------------------------------------------------------------------------------------------


DEEDS = st.lists(
    st.sampled_from(["type", "save", "save as", "again", "theirs", "no file beside", "broken beside", "notes", "wait"]),
    max_size=8,
)


@given(DEEDS)
@examples(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])  # what it uses of them is made anew
def test_nothing_but_the_writer_opens_a_private_draft(
    qtbot: QtBot, jobs: Jobs, recent: RecentFiles, tmp_path_factory: pytest.TempPathFactory, deeds: list[str]
) -> None:
    folder, dialogs, page = tmp_path_factory.mktemp("d"), ScriptedDialogs(), Page()
    documents = Documents(page, recent, jobs, dialogs, page)
    try:
        path = opened(qtbot, documents, folder / "a.md", "The boat left.\nIt rained.\n")
        documents.set_private(True)
        for number, deed in enumerate(deeds):
            path = documents.path or path
            if deed == "type":
                type_text(page, f"Word {number}. ")
            elif deed == "save":
                documents.save()
            elif deed == "save as":
                dialogs.will("save", folder / f"{number}.md")
                documents.save_as()
                settled(qtbot, jobs)  # else "again" is about the draft that it was saved from
            elif deed == "again":
                documents.open_draft(path)
            elif deed == "theirs":
                dialogs.will("changed", Changed.THEIRS)
                path.write_text(f"Theirs {number}.\n", "utf-8")
                documents.look_outside()
            elif deed == "no file beside":
                beside_path(path).unlink(missing_ok=True)
            elif deed == "broken beside":
                beside_path(path).write_text("{", "utf-8")
            elif deed == "notes":
                documents.set_notes(f"Note {number}.")
            else:
                settled(qtbot, jobs)
            assert documents.private
        qtbot.waitUntil(lambda: not jobs.busy)
        assert documents.private
    finally:
        qtbot.waitUntil(lambda: not jobs.busy)
        page.document().setModified(False)
        documents._tell_left()
        qtbot.waitUntil(lambda: not jobs.busy)
        page.deleteLater()

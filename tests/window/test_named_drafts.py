"""A draft that has a name and no file yet: it is saved there, and never over what came there meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from afterword.drafts.lock import Taken, take
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.window.changed_dialog import Changed
from afterword.window.dialogs import Unsaved
from afterword.window.documents import Documents

from .conftest import ScriptedDialogs
from .drafting import Gate, saved, settled, type_text, typed


@pytest.fixture
def path(qtbot: QtBot, documents: Documents, tmp_path: Path) -> Path:
    """Where the draft on the page is to be."""
    path = tmp_path / "letter.md"
    documents.open_draft(path, new=True)
    qtbot.waitUntil(lambda: documents.name == "letter.md")
    return path


def test_it_is_saved_where_it_was_begun_and_nobody_is_asked(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, path: Path
) -> None:
    type_text(page, "Dear Ben,")
    saved(qtbot, documents, jobs)
    assert (path.read_text("utf-8"), documents.path, documents.dirty, dialogs.asked) == ("Dear Ben,", path, False, [])
    typed(page, " it rained.")
    saved(qtbot, documents, jobs)
    assert path.read_text("utf-8") == "Dear Ben, it rained."


def test_it_is_saved_there_when_it_is_left(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, path: Path, left: list[bool]
) -> None:
    type_text(page, "Dear Ben,")
    dialogs.will("unsaved", Unsaved.SAVE)
    documents.leave()
    qtbot.waitUntil(lambda: bool(left))
    assert (path.read_text("utf-8"), dialogs.questions()) == ("Dear Ben,", ["unsaved"])


@pytest.mark.parametrize("answer", list(Changed))
def test_a_file_that_another_program_made_there_is_not_replaced_unasked(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, path: Path, answer: Changed
) -> None:
    type_text(page, "Mine.")
    path.write_text("Theirs.", "utf-8")
    documents.save()
    qtbot.waitUntil(lambda: "changed" in dialogs.open)
    assert path.read_text("utf-8") == "Theirs."
    other = path.with_name("other.md")
    dialogs.will("save", other)
    dialogs.answer("changed", answer)
    settled(qtbot, jobs)
    assert path.read_text("utf-8") == ("Mine." if answer is Changed.MINE else "Theirs.")
    assert page.text() == ("Theirs." if answer is Changed.THEIRS else "Mine.")
    assert documents.dirty == (answer is Changed.CANCEL)
    assert other.exists() == (answer is Changed.ELSEWHERE)
    assert documents.path == (None if answer is Changed.CANCEL else other if answer is Changed.ELSEWHERE else path)


def test_one_that_came_while_it_was_being_written_is_not_replaced_either(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, writing: Gate, path: Path
) -> None:
    type_text(page, "Mine.")
    documents.save()
    qtbot.waitUntil(lambda: writing.calls == 1)
    path.write_text("Theirs.", "utf-8")
    writing.event.set()
    qtbot.waitUntil(lambda: "changed" in dialogs.open)
    assert path.read_text("utf-8") == "Theirs."
    dialogs.answer("changed", Changed.CANCEL)


def test_nor_where_another_save_ran_when_it_was_wished_for(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, writing: Gate, path: Path
) -> None:
    type_text(page, "Mine.")
    dialogs.will("save", path.with_name("other.md"))
    documents.save_as()
    documents.save()
    path.write_text("Theirs.", "utf-8")
    writing.event.set()
    settled(qtbot, jobs)
    assert path.read_text("utf-8") == "Theirs."
    assert path.with_name("other.md").read_text("utf-8") == page.text() == "Mine."
    assert (documents.path, dialogs.questions()) == (path.with_name("other.md"), ["save"])


def test_one_that_never_leaves_this_machine_does_not_either_as_another_program_wrote_it(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, path: Path
) -> None:
    documents.set_private(True)
    settled(qtbot, jobs)
    path.write_text("Theirs.", "utf-8")
    documents.open_draft(path)
    qtbot.waitUntil(lambda: page.text() == "Theirs.")
    assert documents.private


def test_what_was_saved_while_it_was_asked_for_again_stays_on_the_page(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, path: Path
) -> None:
    dialogs.will("unsaved", Unsaved.SAVE)
    documents.open_draft(path, new=True)
    typed(page, "Dear Ben,")
    settled(qtbot, jobs)
    qtbot.waitUntil(path.exists)
    settled(qtbot, jobs)
    assert (page.text(), path.read_text("utf-8"), documents.path) == ("Dear Ben,", "Dear Ben,", path)


@pytest.mark.parametrize("kept", [True, False])
def test_who_saves_while_it_is_saved_elsewhere_saves_it_there(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, path: Path, kept: bool, writing: Gate
) -> None:
    type_text(page, "A.")
    writing.event.set()
    if kept:
        saved(qtbot, documents, jobs)
    writing.event.clear()
    noticed: list[str] = []
    documents.noticed.connect(noticed.append)
    dialogs.will("save", path.with_name("other.md"))
    documents.save_as()
    typed(page, " two")
    documents.save()
    writing.event.set()
    settled(qtbot, jobs)
    assert path.with_name("other.md").read_text("utf-8") == page.text() == "A. two"
    assert (documents.path, documents.dirty, dialogs.questions()) == (path.with_name("other.md"), False, ["save"])
    assert not [text for text in noticed if "another program" in text]
    assert path.exists() == kept
    assert not kept or path.read_text("utf-8") == "A."


def test_with_nothing_typed_the_page_gets_what_another_program_wrote_there(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, path: Path
) -> None:
    path.write_text("Theirs.", "utf-8")
    saved(qtbot, documents, jobs)
    assert (page.text(), documents.path, documents.dirty, dialogs.asked) == ("Theirs.", path, False, [])


def test_what_the_writer_chose_in_the_dialog_is_replaced(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, path: Path
) -> None:
    type_text(page, "Mine.")
    path.write_text("Theirs.", "utf-8")
    dialogs.will("save", path)
    documents.save_as()
    settled(qtbot, jobs)
    assert (path.read_text("utf-8"), dialogs.questions()) == ("Mine.", ["save"]), "the dialog has asked"


def test_where_somebody_else_has_it_another_place_is_offered(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, path: Path
) -> None:
    type_text(page, "Mine.")
    path.write_text("Theirs.", "utf-8")
    taken = take(path)
    assert isinstance(taken, Taken)
    documents.save()
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.open)
    assert path.read_text("utf-8") == "Theirs."
    taken.release()
    dialogs.answer("elsewhere", False)


def test_where_its_folder_is_gone_another_place_is_offered(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    documents.open_draft(folder / "letter.md", new=True)
    qtbot.waitUntil(lambda: documents.name == "letter.md")
    folder.rmdir()
    type_text(page, "Dear Ben,")
    documents.save()
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.open)
    dialogs.will("save", tmp_path / "letter.md")
    dialogs.answer("elsewhere", True)
    qtbot.waitUntil(lambda: not documents.dirty)
    assert (tmp_path / "letter.md").read_text("utf-8") == "Dear Ben,"


def test_one_that_is_asked_for_again_stays(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, path: Path, told: list[str]
) -> None:
    type_text(page, "Dear Ben,")
    documents.open_draft(path, new=True)
    settled(qtbot, jobs)
    assert (page.text(), dialogs.asked, len(told)) == ("Dear Ben,", [], 1)

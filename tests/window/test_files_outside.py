"""Files that another program changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from afterword import files, paths
from afterword.drafts.journal import read_journal
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.watch import Watch
from afterword.window.changed_dialog import Changed
from afterword.window.documents import Documents
from afterword.window.main_window import MainWindow
from afterword.window.saving import Opening, SaveState, load

from .conftest import ScriptedDialogs, press
from .drafting import left_behind, opened, typed


@pytest.fixture
def disputed(documents: Documents) -> list[bool]:
    told: list[bool] = []
    documents.disputed.connect(told.append)
    return told


def replaced(path: Path, data: bytes) -> None:
    """As most programs save."""
    other = path.with_suffix(".new")
    other.write_bytes(data)
    os.replace(other, path)


@pytest.mark.parametrize("write", [replaced, Path.write_bytes])
def test_what_another_program_saves_comes_onto_the_page_and_undo_brings_back_what_was_there(
    qtbot: QtBot, documents: Documents, page: Page, told: list[str], tmp_path: Path, write: object
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    for text in ("New.\n", "Newer.\n"):
        write(path, text.encode())  # type: ignore[operator]
        qtbot.waitUntil(lambda text=text: page.text() == text)  # type: ignore[misc]
        assert documents.save_state is SaveState.SAVED
    assert "as another program saved it" in told[-1]
    page.undo()
    assert page.text() == "New.\n"
    assert documents.dirty
    documents.save()
    qtbot.waitUntil(lambda: path.read_bytes() == b"New.\n")


@pytest.mark.parametrize("answer", list(Changed))
def test_where_both_changed_it_the_writer_is_shown_what_is_different_and_chooses(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    disputed: list[bool],
    jobs: Jobs,
    tmp_path: Path,
    answer: Changed,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    typed(page, "Mine.\n")
    replaced(path, b"Old.\nTheirs.\n")
    qtbot.waitUntil(lambda: disputed == [True])
    assert not dialogs.asked, "a question would take the keys of whoever types"
    documents.compare_outside()
    qtbot.waitUntil(lambda: "changed" in dialogs.open)
    passages = dialogs.asked[-1][1]
    assert isinstance(passages, list)
    assert ["".join(span.text for span in each) for passage in passages for each in (passage.before, passage.after)][-2:] == [
        "Mine.\n",
        "Theirs.\n",
    ]
    dialogs.will("save", tmp_path / "b.md")
    dialogs.answer("changed", answer)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert page.text() == ("Old.\nTheirs.\n" if answer is Changed.THEIRS else "Old.\nMine.\n")
    assert path.read_bytes() == b"Old.\nTheirs.\n", "nothing is saved that was not to be saved"
    assert documents.dirty == (answer in (Changed.MINE, Changed.CANCEL))
    assert disputed[-1] == (answer is Changed.CANCEL)
    if answer is Changed.ELSEWHERE:
        assert (tmp_path / "b.md").read_bytes() == b"Old.\nMine.\n"
        return
    before = len(dialogs.questions())
    dialogs.will("changed", Changed.CANCEL)
    typed(page, "More.\n")
    documents.save()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert len(dialogs.questions()) - before == (answer is Changed.CANCEL), "what was decided is not asked again"


def test_what_is_put_off_stays_told_until_it_is_decided(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    disputed: list[bool],
    jobs: Jobs,
    tmp_path: Path,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    typed(page, "Mine.\n")
    dialogs.will("changed", *[Changed.CANCEL] * 2)
    replaced(path, b"Theirs.\n")
    qtbot.waitUntil(lambda: disputed == [True])
    documents.compare_outside()
    documents.compare_outside()
    qtbot.waitUntil(lambda: dialogs.questions() == ["changed"])
    documents.save()
    qtbot.waitUntil(lambda: dialogs.questions() == ["changed"] * 2 and disputed[-1])
    assert path.read_bytes() == b"Theirs.\n"
    replaced(path, b"Old.\nMine.\n")
    qtbot.waitUntil(lambda: not disputed[-1])
    assert not documents.dirty, "the file holds what is on the page"
    assert dialogs.questions() == ["changed"] * 2


def test_notes_that_were_changed_here_stay_where_another_program_changed_the_text(
    qtbot: QtBot, documents: Documents, page: Page, disputed: list[bool], jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("Told by Ann.")
    replaced(path, b"Theirs.\n")
    qtbot.waitUntil(lambda: page.text() == "Theirs.\n")
    assert (documents.notes, documents.dirty, disputed) == ("Told by Ann.", True, [])
    documents.save()
    qtbot.waitUntil(lambda: not documents.dirty)


def test_notes_are_saved_though_another_program_changed_the_text(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.set_notes("Told by Ann.")
    path.write_bytes(b"Theirs.\n")
    documents.save()
    qtbot.waitUntil(lambda: documents.save_state is SaveState.SAVED)
    assert (page.text(), path.read_bytes(), documents.notes) == ("Theirs.\n", b"Theirs.\n", "Told by Ann.")
    assert not dialogs.asked


def test_a_journal_that_cannot_be_written_is_told_until_it_can_be(
    window: MainWindow, qtbot: QtBot, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    paths.journals_dir().parent.mkdir(parents=True, exist_ok=True)
    paths.journals_dir().write_bytes(b"in the way")
    QTest.keyClicks(window.page, "Dear Ben,")
    qtbot.waitUntil(window.journal_strip.isVisible)
    assert "kept for recovery" in window.journal_strip.message
    dialogs.will("save", tmp_path / "a.md")
    press(window.journal_strip, "Save")
    qtbot.waitUntil(lambda: not window.journal_strip.isVisible())
    assert (tmp_path / "a.md").read_bytes() == b"Dear Ben,"
    QTest.keyClicks(window.page, " it rained.")
    qtbot.waitUntil(window.journal_strip.isVisible)
    paths.journals_dir().unlink()
    window.documents._draft.journal._write()
    qtbot.waitUntil(lambda: not window.journal_strip.isVisible())


def test_a_strip_says_so_and_the_keys_stay_with_the_page(
    window: MainWindow, dialogs: ScriptedDialogs, qtbot: QtBot, tmp_path: Path
) -> None:
    path = opened(qtbot, window.documents, tmp_path / "a.md")
    window.page.setFocus()
    QTest.keyClicks(window.page, "Mine. ")
    replaced(path, b"Theirs.\n")
    qtbot.waitUntil(window.conflict_strip.isVisible)
    QTest.keyClicks(QApplication.focusWidget() or window, "More. ")
    assert window.page.text() == "Mine. More. Old.\n"
    press(window.conflict_strip, "Compare…")
    qtbot.waitUntil(lambda: "changed" in dialogs.open)
    dialogs.answer("changed", Changed.THEIRS)
    qtbot.waitUntil(lambda: not window.conflict_strip.isVisible())
    assert window.page.text() == "Theirs.\n"


def test_a_file_that_is_gone_is_told_and_saved_again(
    qtbot: QtBot, documents: Documents, page: Page, told: list[str], tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    path.unlink()
    qtbot.waitUntil(lambda: documents.dirty)
    assert "moved or removed" in told[-1]
    assert page.text() == "Old.\n"
    documents.save()
    qtbot.waitUntil(lambda: documents.save_state is SaveState.SAVED)
    assert path.read_bytes() == b"Old.\n"


def test_a_file_that_was_saved_again_and_is_gone_once_more_is_told_once_more(
    qtbot: QtBot, documents: Documents, jobs: Jobs, told: list[str], tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    for times in (1, 2):
        path.unlink()
        qtbot.waitUntil(lambda: documents.dirty)
        assert ["moved or removed" in text for text in told] == [True] * times
        documents.save()
        qtbot.waitUntil(lambda: documents.save_state is SaveState.SAVED and not jobs.busy)


def test_notes_that_were_changed_here_are_in_the_journal_also_when_the_text_is_theirs(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    with qtbot.waitSignal(documents.journaled):
        documents.set_notes("Told by Ann.")
    with qtbot.waitSignal(documents.journaled):
        replaced(path, b"Theirs.\n")
    qtbot.waitUntil(lambda: not jobs.busy)
    [journal] = paths.journals_dir().glob("*.journal")
    found = read_journal(journal)
    assert (page.text(), found.text, found.notes) == ("Theirs.\n", "Theirs.\n", "Told by Ann.")


@pytest.mark.usefixtures("untold")
def test_what_comes_back_after_a_crash_over_what_another_program_wrote_is_told(
    qtbot: QtBot, documents: Documents, disputed: list[bool], tmp_path: Path
) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"Theirs.\n")
    documents.put_changed(load(Opening(path), watch=Watch()), left_behind(path, "Old.\n", "Mine.\n"))
    qtbot.waitUntil(lambda: disputed == [True])


def test_a_draft_that_was_left_is_not_looked_at_any_more(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    documents.leave()
    replaced(path, b"Theirs.\n")
    documents.look_outside()
    qtbot.wait(100)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert page.text() == "Old.\n"


@pytest.mark.parametrize("data", [None, b"\0binary"])
def test_what_is_only_on_the_page_is_in_the_journal(
    qtbot: QtBot, documents: Documents, page: Page, told: list[str], tmp_path: Path, data: bytes | None
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    if data is None:
        path.unlink()
    else:
        replaced(path, data)
    with qtbot.waitSignal(documents.journaled):
        qtbot.waitUntil(lambda: documents.dirty)
    [journal] = paths.journals_dir().glob("*.journal")
    assert read_journal(journal).text == "Old.\n"
    assert told


@pytest.mark.parametrize(
    "comparing", [lambda documents: documents._others.look(), Documents.compare_outside], ids=["unasked", "asked"]
)
def test_a_save_while_it_is_compared_asks_once(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    jobs: Jobs,
    tmp_path: Path,
    comparing: Callable[[Documents], None],
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    typed(page, "Mine.\n")
    replaced(path, b"Theirs.\n")
    comparing(documents)
    documents.save()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert dialogs.questions() == ["changed"]
    dialogs.answer("changed", Changed.MINE)
    qtbot.waitUntil(lambda: path.read_bytes() == b"Old.\nMine.\n" and not jobs.busy)
    assert not documents.dirty


def test_our_own_save_is_no_change_by_another_program(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    typed(page, "Mine.\n")
    documents.save()
    qtbot.waitUntil(lambda: path.read_bytes() == b"Old.\nMine.\n")
    qtbot.wait(400)
    qtbot.waitUntil(lambda: not jobs.busy)
    assert (page.text(), documents.dirty, dialogs.questions()) == ("Old.\nMine.\n", False, [])


def test_what_another_program_writes_while_ours_is_being_written_is_not_lost(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    jobs: Jobs,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    typed(page, "Mine.\n")
    real = files._write

    def meanwhile(*args: object) -> None:
        real(*args)  # type: ignore[arg-type]
        monkeypatch.setattr(files, "_write", real)
        path.write_bytes(b"Theirs.\n")

    monkeypatch.setattr(files, "_write", meanwhile)
    documents.save()
    qtbot.waitUntil(lambda: "changed" in dialogs.open)
    assert path.read_bytes() == b"Theirs.\n"
    dialogs.answer("changed", Changed.MINE)
    qtbot.waitUntil(lambda: path.read_bytes() == b"Old.\nMine.\n" and not jobs.busy)

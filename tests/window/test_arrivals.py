"""Drafts that come onto the page: opened, or new."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from afterword.editor.page import Page
from afterword.editor.plaintext import units
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.watch import Watch
from afterword.window.dialogs import Twice, Unsaved
from afterword.window.documents import Documents
from afterword.window.recent import COUNT, RecentFiles
from afterword.window.saving import Opening, SaveState, load

from .conftest import ScriptedDialogs
from .drafting import Gate, left_behind, opened, settled, state, type_text

# --- opening --------------------------------------------------------------------------------------------------------


def test_opening_puts_the_file_on_the_page(
    qtbot: QtBot, documents: Documents, page: Page, recent: RecentFiles, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Größe 👋\nSecond\n")
    assert page.text() == "Größe 👋\nSecond\n"
    assert documents.name == "a.md"
    assert not documents.dirty
    assert state(documents) is SaveState.SAVED
    assert recent.paths == [path]


def test_open_asks_for_a_file_and_opens_it(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Hello", "utf-8")
    dialogs.will("open", path)
    documents.open()
    qtbot.waitUntil(lambda: page.text() == "Hello")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\x00\x01\x02\x00", "not a text file"), (None, "no file")],
)
def test_a_file_that_cannot_be_opened_leaves_the_page_alone(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path, content: bytes | None, words: str
) -> None:
    type_text(page, "mine")
    path = tmp_path / "bad.md"
    if content is not None:
        path.write_bytes(content)
    documents.open_draft(path)
    qtbot.waitUntil(lambda: bool(dialogs.asked))
    [(question, message)] = dialogs.asked
    assert question == "error"
    assert words in str(message)
    assert page.text() == "mine"
    assert documents.path is None


def test_a_folder_is_no_draft(qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, tmp_path: Path) -> None:
    documents.open_draft(tmp_path)
    qtbot.waitUntil(lambda: dialogs.questions() == ["error"])


def test_of_two_files_the_one_asked_for_last_is_opened(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, reading: Gate, tmp_path: Path
) -> None:
    for name in "ab":
        (tmp_path / f"{name}.md").write_text(name, "utf-8")
        documents.open_draft(tmp_path / f"{name}.md")
    qtbot.waitUntil(lambda: reading.calls == 2)
    reading.event.set()
    settled(qtbot, jobs)
    assert page.text() == "b"
    assert documents.name == "b.md"


def test_a_changed_draft_is_asked_about_before_another_one_takes_its_place(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    (tmp_path / "b.md").write_text("other", "utf-8")
    dialogs.will("unsaved", Unsaved.CANCEL)
    documents.open_draft(tmp_path / "b.md")
    qtbot.waitUntil(lambda: dialogs.asked == [("unsaved", "a.md")])
    assert page.text() == "New. Old.\n"
    dialogs.will("unsaved", Unsaved.SAVE)
    documents.open_draft(tmp_path / "b.md")
    qtbot.waitUntil(lambda: page.text() == "other")
    assert (tmp_path / "a.md").read_text("utf-8") == "New. Old.\n"


def test_text_typed_while_a_file_is_read_is_asked_about(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, reading: Gate, tmp_path: Path
) -> None:
    (tmp_path / "b.md").write_text("other", "utf-8")
    documents.open_draft(tmp_path / "b.md")
    type_text(page, "typed meanwhile")
    reading.event.set()
    qtbot.waitUntil(lambda: "unsaved" in dialogs.open)
    assert page.text() == "typed meanwhile"
    dialogs.answer("unsaved", Unsaved.DISCARD)
    assert page.text() == "other"


def test_a_draft_saved_over_the_file_that_was_read_stays_on_the_page(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    path = tmp_path / "b.md"
    path.write_text("from the disk", "utf-8")
    type_text(page, "from the page")
    dialogs.will("unsaved", Unsaved.SAVE)
    dialogs.will("save", path)
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    settled(qtbot, jobs)
    assert page.text() == path.read_text("utf-8") == "from the page"


def test_a_changed_draft_that_is_asked_for_again_stays(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    with qtbot.waitSignal(documents.noticed):
        documents.open_draft(path)
    settled(qtbot, jobs)
    assert page.text() == "New. Old.\n"
    assert dialogs.asked == []


def test_new_asks_then_empties_the_page(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    dialogs.will("unsaved", Unsaved.DISCARD)
    documents.new()
    assert page.text() == ""
    assert documents.path is None
    assert state(documents) is SaveState.NEW
    assert (tmp_path / "a.md").read_text("utf-8") == "Old.\n"


# --- recent files ---------------------------------------------------------------------------------------------------


def test_a_missing_recent_file_is_forgotten_with_a_sentence(
    qtbot: QtBot, documents: Documents, dialogs: ScriptedDialogs, recent: RecentFiles, tmp_path: Path
) -> None:
    gone, kept = tmp_path / "gone.md", tmp_path / "kept.md"
    recent.put(kept)
    recent.put(gone)
    documents.open_draft(gone)
    qtbot.waitUntil(lambda: dialogs.questions() == ["error"])
    assert recent.paths == [kept]


@examples(max_examples=50)
@example([f"{number}.md" for number in range(12)])
@given(st.lists(st.sampled_from([f"{letter}.md" for letter in "abcdefghijklmno"]), max_size=40))
def test_recent_files_are_the_last_ones_newest_first(names: list[str]) -> None:
    recent = RecentFiles(Settings(Path("unused")))
    for name in names:
        recent.put(Path(name))
    expected = list(dict.fromkeys(reversed(names)))[:COUNT]
    assert [path.name for path in recent.paths] == expected


def test_the_open_file_under_another_name_never_takes_the_place_of_newer_text(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    opened(qtbot, documents, tmp_path / "novel.md")
    type_text(page, "New. ")
    newest = page.text()
    documents.open_draft(tmp_path / "sub" / ".." / "novel.md")
    qtbot.wait(50)
    assert page.text() == newest
    assert dialogs.asked == []


def test_opening_the_open_file_again_keeps_what_can_be_undone(
    qtbot: QtBot, documents: Documents, page: Page, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "novel.md")
    type_text(page, "New. ")
    documents.save()
    qtbot.waitUntil(lambda: not documents.dirty)
    link = tmp_path / "link.md"
    link.symlink_to(tmp_path / "novel.md")
    documents.open_draft(link)
    qtbot.waitUntil(lambda: documents._arrivals.path is None)
    assert page.document().isUndoAvailable()


def test_a_draft_that_is_still_being_read_gives_way_to_one_that_comes_back_after_a_crash(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, dialogs: ScriptedDialogs, reading: Gate, tmp_path: Path
) -> None:
    (tmp_path / "other.md").write_text("Other.", "utf-8")
    documents.open_draft(tmp_path / "other.md")
    qtbot.waitUntil(lambda: reading.calls == 1)
    documents.put_changed(None, left_behind(tmp_path / "lost.md", "", "Typed before the crash."))
    reading.event.set()
    settled(qtbot, jobs)
    assert (page.text(), documents.name, dialogs.asked) == ("Typed before the crash.", "lost.md", [])


@pytest.mark.parametrize("name", ["long.md", "long.txt"])
def test_the_cursor_of_one_that_comes_back_is_where_the_writer_was_and_in_sight(
    qtbot: QtBot, documents: Documents, page: Page, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    before = "".join(f"👋 *Line* {number}\n\n" for number in range(300))
    path.write_text(before, "utf-8")
    place = units(before[: before.index("Line* 200")])
    text = before.replace("Line* 200", "Words* 200") + "The end."
    page.resize(600, 400)
    page.show()
    documents.put_changed(load(Opening(path), watch=Watch()), left_behind(path, before, text, place + units("Words")))
    cursor = page.textCursor()
    assert (cursor.hasSelection(), cursor.block().text()[: cursor.positionInBlock() - 1]) == (False, "👋 *Words")
    assert page.viewport().rect().contains(page.cursorRect())
    type_text(page, ", words")
    assert "👋 *Words, words* 200\n" in page.text()


def test_one_that_is_shorter_than_it_was_has_the_cursor_at_its_end(documents: Documents, page: Page, tmp_path: Path) -> None:
    (path := tmp_path / "a.md").write_text("Once upon a time.", "utf-8")
    documents.put_changed(load(Opening(path), watch=Watch()), left_behind(path, "Once upon a time.", "Once.", 99))
    assert page.textCursor().position() == len("Once.")


def test_a_draft_that_another_window_has_is_left_to_it(
    qtbot: QtBot, documents: Documents, page: Page, jobs: Jobs, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    gone: list[Path] = []
    documents.elsewhere = lambda path: (lambda: gone.append(path)) if path.name == "theirs.md" else None
    mine = opened(qtbot, documents, tmp_path / "mine.md", "mine")
    (tmp_path / "theirs.md").write_text("theirs", "utf-8")
    dialogs.will("open", tmp_path / "theirs.md")
    dialogs.will("twice", Twice.GO_THERE, Twice.CANCEL)
    documents.open()
    documents.open_draft(tmp_path / "theirs.md")
    documents.open_draft(mine)
    settled(qtbot, jobs)
    assert page.text() == "mine"
    assert gone == [tmp_path / "theirs.md"]

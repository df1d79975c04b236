"""A draft that was recovered is as safe as before: the next crash leaves as much of it, and takes no other draft's window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from afterword import paths
from afterword.app import Desk
from afterword.drafts.journal import Edit, Head, Journal, Recovered, read_journal
from afterword.settings import Settings
from afterword.window.changed_dialog import Changed
from tests.fakes.scripted import ScriptedModel
from tests.test_recovering import closed, offered
from tests.window.conftest import ScriptedDialogs, press, type_keys

TEXT, PLACE = "👋 Alpha beta new gamma.", len("xx Alpha beta new ")


def crashed(path: Path | None, before: str = "") -> None:
    """What a crash leaves of a draft in which the word before the last was written last."""
    journal = Journal(paths.journals_dir() / "left.journal")
    journal.begin(Head(path, 1e9, path.name if path else "Untitled"), before)
    if not before:
        journal.append([Edit(0, 0, "👋 Alpha beta gamma.")], 2e9)
    journal.append([Edit(PLACE - len("new "), 0, "new ")], 2e9)
    journal.close()


@contextmanager
def started(folder: Path, qtbot: QtBot, draft: Path | None = None) -> Iterator[Desk]:
    dialogs = ScriptedDialogs()
    desk = Desk(Settings(folder / "settings.toml"), lambda _name, _download, _watch: ScriptedModel(""), dialogs)
    desk.start(draft)
    try:
        yield desk
    finally:
        closed(desk, qtbot)


def recovered(desk: Desk, qtbot: QtBot) -> Recovered:
    """What the next crash would leave of the one draft that was left, once it is recovered and nothing more is done."""
    press(offered(desk, qtbot), "Recover")
    qtbot.waitUntil(lambda: desk.page.text() == TEXT and not (paths.journals_dir() / "left.journal").exists())
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    [journal] = paths.journals_dir().glob("*.journal")
    return read_journal(journal)


def no_file(_: Path) -> None:
    return None


def named(folder: Path) -> Path:
    return folder / "letter.md"


def saved(folder: Path) -> Path:
    (path := folder / "letter.md").write_text("👋 Alpha beta gamma.", "utf-8")
    return path


@pytest.mark.parametrize("of", [no_file, named, saved])
def test_a_second_crash_leaves_the_cursor_where_the_first_did(
    tmp_path: Path, qtbot: QtBot, of: Callable[[Path], Path | None]
) -> None:
    path = of(tmp_path)
    crashed(path, "👋 Alpha beta gamma." if of is saved else "")
    with started(tmp_path, qtbot) as desk:
        left = recovered(desk, qtbot)
        assert desk.page.textCursor().position() == PLACE
        assert (left.text, left.place, left.head.path, left.whole) == (TEXT, PLACE, path, True)


def test_what_is_recovered_leaves_the_window_to_the_draft_that_was_asked_for(tmp_path: Path, qtbot: QtBot) -> None:
    crashed(None)
    asked = named(tmp_path)
    with started(tmp_path, qtbot, asked) as desk:
        qtbot.waitUntil(lambda: desk.window.documents.name == "letter.md")
        recovered(desk, qtbot)
        assert [seat.window.documents.name for seat in desk.seats] == ["letter.md", "Untitled"]
        assert desk.seats[0].page.text() == ""


def test_the_draft_that_was_asked_for_is_recovered_into_its_own_window(tmp_path: Path, qtbot: QtBot) -> None:
    asked = named(tmp_path)
    crashed(asked)
    with started(tmp_path, qtbot, asked) as desk:
        qtbot.waitUntil(lambda: desk.window.documents.name == "letter.md")
        recovered(desk, qtbot)
        assert [seat.window.documents.name for seat in desk.seats] == ["letter.md"]


def test_one_that_was_named_and_never_saved_is_saved_there_and_replaces_no_file_that_came_meanwhile(
    tmp_path: Path, qtbot: QtBot
) -> None:
    asked = named(tmp_path)
    crashed(asked)
    with started(tmp_path, qtbot) as desk:
        recovered(desk, qtbot)
        asked.write_text("Theirs.", "utf-8")
        desk.window.documents.save()
        dialogs = desk._dialogs
        assert isinstance(dialogs, ScriptedDialogs)
        qtbot.waitUntil(lambda: dialogs.questions() == ["changed"])
        assert asked.read_text("utf-8") == "Theirs."
        dialogs.answer("changed", Changed.MINE)
        qtbot.waitUntil(lambda: not desk.window.documents.dirty)
        assert asked.read_text("utf-8") == TEXT


def test_a_draft_that_is_only_named_is_handed_over_to_the_window_that_has_it(tmp_path: Path, qtbot: QtBot) -> None:
    asked = named(tmp_path)
    with started(tmp_path, qtbot, asked) as desk:
        qtbot.waitUntil(lambda: desk.window.documents.name == "letter.md")
        type_keys(desk.page, "Dear Ben,")
        desk.draft_handed(asked)
        qtbot.waitUntil(lambda: not desk.jobs.busy)
        assert (len(desk.seats), desk.page.text()) == (1, "Dear Ben,")
        dialogs = desk._dialogs
        assert isinstance(dialogs, ScriptedDialogs)
        assert dialogs.asked == [], "it is here already"


def test_who_goes_on_after_a_recovery_has_the_cursor_there_the_next_time(tmp_path: Path, qtbot: QtBot) -> None:
    crashed(None)
    with started(tmp_path, qtbot) as desk:
        recovered(desk, qtbot)
        with qtbot.waitSignal(desk.window.documents.journaled):
            desk.page.textCursor().insertText("and ")
        [journal] = paths.journals_dir().glob("*.journal")
        left = read_journal(journal)
        assert (left.text, left.place) == (TEXT.replace("new ", "new and "), PLACE + len("and "))

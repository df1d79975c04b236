"""What was open when the program ended is open at the next start."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from afterword import paths
from afterword.app import Desk
from afterword.session import Found, Session, read_session, write_session
from afterword.settings import Settings
from afterword.watch import Watch
from afterword.window import session_keeper
from afterword.window.main_window import MainWindow
from tests.fakes.scripted import ScriptedModel
from tests.window.conftest import ScriptedDialogs

LINES = "".join(f"Line {number} of the long draft.\n" for number in range(400))


def begun(folder: Path, draft: Path | None = None) -> Desk:
    settings = Settings(folder / "settings.toml")
    desk = Desk(settings, lambda _name, _download, _watch: ScriptedModel(""), ScriptedDialogs())
    desk.start(draft)
    return desk


def ended(desk: Desk, qtbot: QtBot, *, quitting: bool = True) -> None:
    windows = [seat.window for seat in desk.seats]
    if quitting:
        desk.close_windows()
    else:
        for window in windows:
            window.close()
            qtbot.waitUntil(lambda window=window: not window.isVisible())  # type: ignore[misc]
    qtbot.waitUntil(lambda: not any(window.isVisible() for window in windows[-1:]))
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    assert desk.close()


def opened(desk: Desk, qtbot: QtBot, path: Path) -> None:
    window = desk.window
    window.open_draft(path)
    qtbot.waitUntil(lambda: window.documents.path == path)


def drafts(desk: Desk) -> list[str]:
    return [seat.window.documents.name for seat in desk.seats]


@pytest.fixture
def long(tmp_path: Path) -> Path:
    path = tmp_path / "long.md"
    path.write_text(LINES, "utf-8")
    return path


@pytest.fixture
def short(tmp_path: Path) -> Path:
    path = tmp_path / "short.md"
    path.write_text("The ferry left.\n", "utf-8")
    return path


@pytest.mark.parametrize("killed", [False, True])
def test_windows_drafts_cursors_and_panels_come_back(tmp_path: Path, long: Path, short: Path, qtbot: QtBot, killed: bool) -> None:
    desk = begun(tmp_path)
    opened(desk, qtbot, long)
    first = desk.window
    cursor = first.page.textCursor()
    cursor.setPosition(5000)
    cursor.setPosition(5007, QTextCursor.MoveMode.KeepAnchor)
    first.page.setTextCursor(cursor)
    first.page.scroll_to(4900)
    first.page.zoom(3)
    first.switch_panel(False)
    desk.open_window()
    opened(desk, qtbot, short)
    desk.window.switch_notes(True)
    desk.window.resize(640, 420)
    desk.window.page.setFocus()
    top = first.page.top_position()
    if killed:
        desk._coming_back.session.remember()  # as it does now and then
        qtbot.waitUntil(lambda: not desk.jobs.busy)
        kept = paths.session_file().read_bytes()
    ended(desk, qtbot)
    if killed:
        paths.session_file().write_bytes(kept)

    again = begun(tmp_path)
    qtbot.waitUntil(lambda: drafts(again) == ["long.md", "short.md"])
    back = again.seats[0].window
    assert (back.page.textCursor().anchor(), back.page.textCursor().position()) == (5000, 5007)
    assert back.page.zoomed_by == 3
    assert back.page.top_position() == top
    assert back.panel.isHidden()
    assert not again.seats[1].window.notes.isHidden()
    assert again.seats[1].window.size().width() == 640
    assert again.window is again.seats[1].window
    ended(again, qtbot)


def test_a_draft_comes_back_also_when_the_program_was_killed_right_after_it_was_opened(
    tmp_path: Path, short: Path, qtbot: QtBot
) -> None:
    desk = begun(tmp_path)
    opened(desk, qtbot, short)
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    assert read_session(paths.session_file()).session.windows[0].draft == short
    ended(desk, qtbot)


def test_the_window_that_was_closed_last_comes_back_and_not_those_before(
    tmp_path: Path, long: Path, short: Path, qtbot: QtBot
) -> None:
    desk = begun(tmp_path)
    opened(desk, qtbot, long)
    desk.open_window()
    opened(desk, qtbot, short)
    ended(desk, qtbot, quitting=False)
    again = begun(tmp_path)
    qtbot.waitUntil(lambda: drafts(again) == ["short.md"])
    ended(again, qtbot)


def test_what_is_opened_while_it_is_read_what_was_open_does_not_come_back_beside_itself(
    tmp_path: Path, long: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def read(file: Path, *, watch: Watch) -> Found:
        assert gate.wait(60)
        return read_session(file, watch=watch)

    monkeypatch.setattr(session_keeper, "read_session", read)
    desk = begun(tmp_path)
    opened(desk, qtbot, long)
    desk._coming_back.session.remember()
    qtbot.waitUntil(lambda: len(desk.jobs._running) == 1)
    gate.set()
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    assert drafts(desk) == ["long.md"]
    assert read_session(paths.session_file()).session.windows[0].draft == long
    ended(desk, qtbot)
    again = begun(tmp_path)
    qtbot.waitUntil(lambda: drafts(again) == ["long.md"])
    ended(again, qtbot)


def test_of_two_that_are_written_down_at_once_the_later_one_comes_back(
    tmp_path: Path, long: Path, short: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = threading.Event()

    def slow_at_first(file: Path, session: Session) -> None:
        if len(session.windows) == 1 and session.windows[0].draft == long:
            newer.wait(0.5)
        write_session(file, session)
        newer.set()

    monkeypatch.setattr(session_keeper, "write_session", slow_at_first)
    desk = begun(tmp_path)
    opened(desk, qtbot, long)
    desk.open_window()
    opened(desk, qtbot, short)
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    assert [window.draft for window in read_session(paths.session_file()).session.windows] == [long, short]
    ended(desk, qtbot)


def test_a_draft_that_is_gone_is_told_and_the_others_come_back(tmp_path: Path, long: Path, short: Path, qtbot: QtBot) -> None:
    desk = begun(tmp_path)
    opened(desk, qtbot, long)
    desk.open_window()
    opened(desk, qtbot, short)
    ended(desk, qtbot)
    long.unlink()
    again = begun(tmp_path)
    qtbot.waitUntil(lambda: drafts(again) == ["short.md"])
    assert "long.md" in again.window.status.currentMessage()
    ended(again, qtbot)


def test_who_asks_for_a_draft_gets_that_one(tmp_path: Path, long: Path, short: Path, qtbot: QtBot) -> None:
    desk = begun(tmp_path)
    opened(desk, qtbot, long)
    ended(desk, qtbot)
    again = begun(tmp_path, short)
    qtbot.waitUntil(lambda: drafts(again) == ["short.md"] and not again.jobs.busy)
    ended(again, qtbot)


def test_what_was_typed_before_it_came_back_stays(tmp_path: Path, long: Path, qtbot: QtBot) -> None:
    desk = begun(tmp_path)
    opened(desk, qtbot, long)
    ended(desk, qtbot)
    again = begun(tmp_path)
    again.page.textCursor().insertText("Quick.")
    qtbot.waitUntil(lambda: drafts(again) == ["Untitled", "long.md"])
    assert again.seats[0].page.text() == "Quick."
    again.seats[0].page.document().setModified(False)
    ended(again, qtbot)


def seen_whole(window: MainWindow) -> bool:
    return window.screen().availableGeometry().contains(window.frameGeometry())


@pytest.mark.parametrize("below", [-300, -3, 0, 3, 300])
def test_every_window_is_seen_whole_wherever_the_one_before_is(tmp_path: Path, qtbot: QtBot, below: int) -> None:
    desk = begun(tmp_path)
    first = desk.window
    assert seen_whole(first)
    room = first.screen().availableGeometry()
    first.resize(500, 400)
    first.move(room.x() + 50, room.bottom() - 32 - 400 + below)
    desk.settings["window.geometry"] = bytes(first.saveGeometry().toBase64().data()).decode()
    for _ in range(5):
        desk.open_window()
        assert seen_whole(desk.window)
    ended(desk, qtbot)


def test_a_window_that_was_partly_off_the_screen_comes_back_whole(tmp_path: Path, long: Path, short: Path, qtbot: QtBot) -> None:
    desk = begun(tmp_path)
    opened(desk, qtbot, long)
    desk.open_window()
    opened(desk, qtbot, short)
    room = desk.window.screen().availableGeometry()
    for seat in desk.seats:
        seat.window.resize(room.width(), room.height())
        seat.window.move(room.right() - 200, room.bottom() - 100)
    ended(desk, qtbot)
    again = begun(tmp_path)
    qtbot.waitUntil(lambda: drafts(again) == ["long.md", "short.md"])
    assert all(seen_whole(seat.window) for seat in again.seats)
    ended(again, qtbot)


def test_nothing_of_a_draft_is_written_down(tmp_path: Path, short: Path, qtbot: QtBot) -> None:
    desk = begun(tmp_path)
    opened(desk, qtbot, short)
    ended(desk, qtbot)
    assert b"ferry left" not in paths.session_file().read_bytes()
    assert b"short.md" in paths.session_file().read_bytes()

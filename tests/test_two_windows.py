"""Two windows on one desk: two drafts, one model, one set of settings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDoubleSpinBox, QWidget
from pytestqt.qtbot import QtBot

from afterword.text.context import Context
from afterword.window.actions import Action
from afterword.window.dialogs import Twice, Unsaved
from afterword.window.main_window import MainWindow
from tests.desk import Writer
from tests.desk import writer as writer
from tests.window.conftest import part


@pytest.fixture
def second(writer: Writer, qtbot: QtBot) -> MainWindow:
    writer.start()
    writer.window.menus.actions[Action.NEW_WINDOW].trigger()
    window = writer.desk.seats[-1].window
    assert window is not writer.window
    qtbot.waitUntil(window.isVisible)
    return window


def test_two_windows_write_two_drafts_with_one_model(writer: Writer, second: MainWindow, qtbot: QtBot) -> None:
    writer.model.script = lambda request: f" after {request.context.before}"
    writer.type("one")
    QTest.keyClicks(second.page, "two")
    qtbot.waitUntil(lambda: second.page.ghost_text == " after two")
    writer.page.setFocus()
    writer.type("!")
    writer.sees(" after one!")
    assert (writer.page.text(), second.page.text()) == ("one!", "two")
    assert len(writer.opened) == 1


def test_a_wish_of_one_window_does_not_take_that_of_the_other_away(writer: Writer, second: MainWindow, qtbot: QtBot) -> None:
    writer.model.script, writer.model.gate = (lambda request: f" after {request.context.before}"), threading.Semaphore(0)
    asked = writer.model.requests
    QTest.keyClicks(second.page, "two")
    qtbot.waitUntil(lambda: bool(asked) and asked[-1].context.before == "two")
    first = writer.desk.seats[0]
    first.controller.ask(Context("one"), first.page.place())
    writer.model.gate.release(99)
    qtbot.waitUntil(lambda: {request.context.before for request in asked} >= {"one", "two"})
    qtbot.waitUntil(lambda: second.page.ghost_text == " after two")


def test_what_is_chosen_in_one_window_is_in_force_in_the_other(writer: Writer, second: MainWindow, qtbot: QtBot) -> None:
    part(second.panel.control("max_words"), QDoubleSpinBox).setValue(3)
    qtbot.waitUntil(lambda: writer.window.panel.sampling.max_words == 3)
    writer.type("Once,")
    qtbot.waitUntil(lambda: bool(writer.model.requests))
    assert writer.model.requests[-1].sampling.max_words == 3


def test_what_is_switched_in_one_window_is_switched_in_the_other(writer: Writer, second: MainWindow) -> None:
    for action in (Action.SUGGESTIONS, Action.TINT, Action.THEME_DARK, Action.SHADING_STRONG):
        second.menus.actions[action].trigger()
        assert writer.window.menus.actions[action].isChecked() == second.menus.actions[action].isChecked()
    pages = writer.window.page, second.page
    assert [(page.suggestions_enabled, page.tints_accepted) for page in pages] == [(False, True)] * 2
    assert writer.window.page.look == second.page.look
    assert second.page.look.shading == "strong"


def test_all_windows_save_the_settings_through_one_keeper(writer: Writer, second: MainWindow) -> None:
    assert writer.window.keeper is second.keeper, "else an older state could be written over a newer one"


def test_a_key_that_is_changed_in_one_window_is_changed_in_the_other(writer: Writer, second: MainWindow) -> None:
    second.keys.add(Action.SAVE, QKeySequence("F12"))
    assert QKeySequence("F12") in writer.window.menus.actions[Action.SAVE].shortcuts()


def test_a_window_that_is_closed_leaves_the_other_as_it_is(writer: Writer, second: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClicks(second.page, "two")
    second.close()
    qtbot.waitUntil(lambda: len(writer.desk.seats) == 1)
    writer.page.setFocus()
    writer.type("Once,")
    writer.sees(" the city of Nova Haven.")


def test_a_draft_is_in_one_window_only(writer: Writer, second: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    draft = tmp_path / "a.md"
    draft.write_text("Once", "utf-8")
    writer.window.open_draft(draft)
    second.activateWindow()
    second.open_draft(draft)  # while the first window reads it still
    qtbot.waitUntil(lambda: writer.page.text() == "Once" and writer.window.isActiveWindow())
    (tmp_path / "link.md").symlink_to(draft)
    second.activateWindow()
    qtbot.waitUntil(second.isActiveWindow)
    second.open_draft(tmp_path / "link.md")
    qtbot.waitUntil(lambda: writer.window.isActiveWindow() and not writer.desk.jobs.busy)
    assert second.documents.path is None
    assert second.page.text() == ""


def test_a_draft_can_be_read_in_a_second_window_and_taken_over_there(
    writer: Writer, second: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    draft = tmp_path / "a.md"
    draft.write_text("Once", "utf-8")
    writer.window.open_draft(draft)
    qtbot.waitUntil(lambda: writer.window.documents.path == draft and not writer.desk.jobs.busy)
    writer.dialogs.twice = Twice.READ_HERE
    second.open_draft(draft)
    qtbot.waitUntil(lambda: second.held_strip.isVisible())
    assert "open in another window" in second.held_strip.message
    QTest.keyClicks(second.page, "x")
    assert (second.page.text(), second.page.isReadOnly(), writer.page.isReadOnly()) == ("Once", True, False)
    second.held_strip.dismiss()
    QTest.keyClicks(second.page, "x")
    assert second.held_strip.isVisible(), "who types in vain is told why, and how to write"
    second.held_strip.write_wanted.emit()
    qtbot.waitUntil(lambda: not second.page.isReadOnly())
    assert not second.held_strip.isVisible()
    writer.window.documents._draft.access._lock._refresh()
    qtbot.waitUntil(writer.page.isReadOnly)
    assert writer.window.held_strip.isVisible()


def test_a_draft_handed_over_goes_to_the_window_that_has_it(
    writer: Writer, second: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    draft = tmp_path / "a.md"
    draft.write_text("Once", "utf-8")
    writer.window.open_draft(draft)
    qtbot.waitUntil(lambda: writer.page.text() == "Once")
    second.activateWindow()
    qtbot.waitUntil(second.isActiveWindow)
    writer.desk.draft_handed(draft)
    qtbot.waitUntil(lambda: writer.window.isActiveWindow() and not writer.desk.jobs.busy)
    assert second.documents.path is None


def test_a_draft_handed_over_goes_else_to_the_window_that_was_used_last(
    writer: Writer, second: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    draft = tmp_path / "a.md"
    draft.write_text("Once", "utf-8")
    writer.window.activateWindow()
    qtbot.waitUntil(writer.window.isActiveWindow)
    assert writer.desk.window is writer.window
    another_program = QWidget()
    qtbot.addWidget(another_program)
    another_program.show()
    another_program.activateWindow()
    qtbot.waitUntil(another_program.isActiveWindow)
    assert (writer.desk.window, writer.desk.page) == (writer.window, writer.page)
    writer.desk.draft_handed(draft)
    qtbot.waitUntil(lambda: writer.page.text() == "Once")
    assert second.page.text() == ""


def test_a_draft_handed_over_never_takes_the_place_of_another(writer: Writer, qtbot: QtBot, tmp_path: Path) -> None:
    draft = tmp_path / "a.md"
    draft.write_text("Once", "utf-8")
    writer.type("A letter")
    writer.desk.draft_handed(draft)
    qtbot.waitUntil(lambda: writer.desk.page.text() == "Once")
    assert (writer.page.text(), len(writer.desk.seats)) == ("A letter", 2)
    writer.desk.draft_handed(tmp_path / "missing.md")
    assert len(writer.desk.seats) == 3
    writer.page.document().setModified(False)


def test_a_draft_that_does_not_exist_yet_is_begun(writer: Writer, qtbot: QtBot, tmp_path: Path) -> None:
    draft = tmp_path / "new.md"
    writer.desk.draft_handed(draft)
    qtbot.waitUntil(lambda: writer.window.documents.name == "new.md")
    assert (writer.window.documents.path, writer.window.documents.dirty, draft.exists()) == (None, False, False)
    assert writer.window.documents.suggested_path() == draft
    writer.type("Once")
    writer.dialogs.draft = tmp_path / "asked.md"
    writer.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not writer.window.documents.dirty)
    assert not writer.dialogs.draft.exists(), "the name was given already"
    assert draft.read_bytes() == b"Once"


def test_windows_stay_on_the_screen(writer: Writer) -> None:
    screen = writer.window.screen().availableGeometry()
    for _ in range(12):
        writer.desk.open_window()
        assert screen.contains(writer.desk.window.geometry()) or writer.desk.window.pos() == screen.topLeft()


def test_two_drafts_handed_over_one_after_the_other_are_both_opened(writer: Writer, qtbot: QtBot, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.md").write_text(name, "utf-8")
        writer.desk.draft_handed(tmp_path / f"{name}.md")
    qtbot.waitUntil(lambda: [seat.page.text() for seat in writer.desk.seats] == ["a", "b"])


def test_when_the_window_that_was_used_last_is_closed_another_one_is_used(writer: Writer, second: MainWindow) -> None:
    assert writer.desk.window is second
    second.close()
    assert writer.desk.window is writer.window


def test_quitting_closes_all_windows_or_none_where_the_writer_would_rather_stay(
    writer: Writer, second: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Callable[[Unsaved], None]] = []
    monkeypatch.setattr(writer.dialogs, "ask_unsaved", lambda name, answer: asked.append(answer))
    writer.type("Of no use.")
    QTest.keyClicks(second.page, "Precious.")
    quits = second.menus.actions[Action.QUIT]
    quits.trigger()
    asked.pop()(Unsaved.DISCARD)
    asked.pop()(Unsaved.CANCEL)
    assert [seat.window.isVisible() for seat in writer.desk.seats] == [True, True]
    writer.window.close()
    assert len(asked) == 1, "what was given up to quit is asked about again where nobody quits"
    asked.pop()(Unsaved.CANCEL)
    quits.trigger()
    asked.pop()(Unsaved.DISCARD)
    writer.type(" Or is it?")
    asked.pop()(Unsaved.DISCARD)
    assert [seat.window for seat in writer.desk.seats] == [writer.window], "it was changed after it was given up"
    asked.pop()(Unsaved.DISCARD)
    qtbot.waitUntil(lambda: not writer.window.isVisible() and len(writer.desk.seats) == 1)


def test_windows_that_close_and_open_while_the_program_is_asked_to_quit(
    writer: Writer, second: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Callable[[Unsaved], None]] = []
    monkeypatch.setattr(writer.dialogs, "ask_unsaved", lambda name, answer: asked.append(answer))
    QTest.keyClicks(second.page, "Precious.")
    writer.desk.close_windows()
    writer.window.close()
    writer.desk.close_windows()
    assert len(asked) == 1, "one question at a time"
    writer.window = second
    writer.desk.open_window()
    asked.pop()(Unsaved.DISCARD)
    qtbot.waitUntil(lambda: len(writer.desk.seats) == 1 and not writer.desk.window.isVisible())
    writer.window = writer.desk.window


def test_closing_one_window_leaves_the_others(writer: Writer, second: MainWindow) -> None:
    second.menus.actions[Action.CLOSE_WINDOW].trigger()
    assert [seat.window for seat in writer.desk.seats] == [writer.window]
    assert writer.window.isVisible()


def test_suggestions_switched_off_and_on_wake_all_windows(writer: Writer, second: MainWindow, qtbot: QtBot) -> None:
    rests: list[bool] = []
    first = writer.desk.seats[0]
    first.controller.rested.connect(rests.append)
    for _ in range(10):
        first.controller.ignored()
    first.controller.ask(Context("Once"), first.page.place())
    assert rests == [True]
    for on in (False, True):
        second.preferences.switch_suggestions(on)
    assert rests == [True, False]

"""The whole desk with a scripted model: what a writer does from the first key to quitting."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QWidget
from pytestqt.qtbot import QtBot

from afterword.app import Desk
from afterword.assist.types import Phase
from afterword.engine.protocol import LanguageModel, Piece
from afterword.errors import ModelMissing
from afterword.settings import Settings
from afterword.text.context import Context
from afterword.watch import Watch
from afterword.window.actions import Action
from afterword.window.dialogs import PathAnswer, Twice, Unsaved, WindowDialogs
from afterword.window.main_window import MainWindow
from tests.engine.tiny import tiny_gpt2
from tests.fakes.scripted import ScriptedModel
from tests.window.conftest import part


class Answers(WindowDialogs):
    """Saves where it is told to, and discards when asked about changes."""

    def __init__(self, draft: Path) -> None:
        self._owner = QWidget()
        super().__init__(self._owner)
        self.draft = draft
        self.errors: list[str] = []
        self.twice = Twice.GO_THERE

    def choose_save(self, suggested: Path, answer: PathAnswer) -> None:
        answer(self.draft)

    def ask_unsaved(self, name: str, answer: object) -> None:
        answer(Unsaved.DISCARD)  # type: ignore[operator]

    def ask_elsewhere_open(self, name: str, answer: Callable[[Twice], None]) -> None:
        answer(self.twice)

    def show_error(self, message: str) -> None:
        self.errors.append(message)


class Writer:
    """A desk with somebody at it."""

    def __init__(self, qtbot: QtBot, folder: Path, model: ScriptedModel) -> None:
        self.qtbot = qtbot
        self.model = model
        self.may_load = threading.Event()
        self.may_load.set()
        self.loading = threading.Event()
        self.opened: list[tuple[str, bool]] = []
        self.dialogs = Answers(folder / "draft.md")
        settings = Settings(folder / "settings.toml")
        settings.load()
        settings["suggestions.pace"] = "eager"
        self.desk = Desk(settings, self.open, self.dialogs)
        self.page, self.window = self.desk.page, self.desk.window

    def open(self, name: str, download: bool, watch: Watch) -> LanguageModel:
        self.opened.append((name, download))
        self.loading.set()
        while not self.may_load.wait(0.01):
            watch.check()
        if name == "missing":
            raise ModelMissing(name)
        return self.model

    def start(self) -> None:
        self.desk.start()
        self.page.setFocus()
        self.qtbot.waitUntil(self.page.hasFocus)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.page, text)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.page, key, modifier)

    def leave(self) -> None:
        for number in range(len(self.desk.seats) - 1, 0, -1):
            self.desk.seats[number].window.close()
            self.qtbot.waitUntil(lambda number=number: len(self.desk.seats) == number)  # type: ignore[misc]
        self.window.close()
        self.qtbot.waitUntil(lambda: not self.window.isVisible())
        assert self.desk.close()

    def sees(self, ghost: str) -> None:
        self.qtbot.waitUntil(lambda: self.page.ghost_text == ghost)


@pytest.fixture
def writer(qtbot: QtBot, tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(qtbot, tmp_path, ScriptedModel(" the city of Nova Haven."))
    yield writer
    writer.may_load.set()
    writer.leave()


def test_type_see_take_save(writer: Writer, qtbot: QtBot) -> None:
    writer.start()
    writer.type("Once,")
    writer.sees(" the city of Nova Haven.")
    assert writer.page.text() == "Once,"
    writer.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert writer.page.text() == "Once, the"
    assert writer.page.ghost_text == " city of Nova Haven."
    writer.type(" city")
    assert writer.page.ghost_text == " of Nova Haven."
    qtbot.wait(260)  # Tab takes only what has been visible for a quarter of a second
    writer.press(Qt.Key.Key_Tab)
    assert writer.page.text() == "Once, the city of Nova Haven."
    writer.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not writer.window.documents.dirty)
    assert writer.dialogs.draft.read_bytes() == b"Once, the city of Nova Haven."


def test_other_suggestions_are_a_key_away(writer: Writer, qtbot: QtBot) -> None:
    writer.model.set_candidates([" the city of Nova Haven.", " a town by the sea."])
    writer.start()
    writer.type("Once,")
    writer.sees(" the city of Nova Haven.")
    writer.press(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    writer.sees(" a town by the sea.")
    writer.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert writer.page.text() == "Once, a"


def test_several_sentences_come_at_a_key_and_stay_where_they_are_stopped(writer: Writer, qtbot: QtBot) -> None:
    writer.start()
    writer.model.script = " One. Two. Three. Four."
    writer.type("Once,")
    writer.sees(" One.")
    writer.model.gate = gate = threading.Semaphore(3)
    writer.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    writer.sees(" One. Two. Three")
    writer.press(Qt.Key.Key_Escape)
    gate.release(9)
    qtbot.waitUntil(lambda: writer.model.iterators_open == 0)
    assert writer.page.ghost_text == " One. Two. Three"
    qtbot.wait(260)
    writer.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert writer.page.text() == "Once, One."


def test_another_word_is_chosen_and_gone_on_from(writer: Writer, qtbot: QtBot) -> None:
    writer.start()
    writer.type("Once,")
    writer.sees(" the city of Nova Haven.")
    writer.model.script, writer.model.likely = " by the sea.", [Piece(" town", 0.3)]
    writer.page.look_at_ghost(5)
    qtbot.waitUntil(writer.window.likeliest.isVisible)
    words = QApplication.focusWidget()
    assert words is not None
    QTest.keyClick(words, Qt.Key.Key_Return)
    writer.sees(" the town by the sea.")


# --- two windows ----------------------------------------------------------------------------------------------------


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
    writer.dialogs.draft = draft
    writer.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: draft.exists() and not writer.window.documents.dirty)
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


def test_a_save_with_a_ghost_on_the_page_holds_none_of_it(writer: Writer, qtbot: QtBot) -> None:
    writer.start()
    writer.type("Once,")
    writer.sees(" the city of Nova Haven.")
    writer.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not writer.window.documents.dirty)
    assert writer.dialogs.draft.read_bytes() == b"Once,"


def test_the_page_can_be_written_on_while_the_model_loads(writer: Writer) -> None:
    writer.may_load.clear()
    writer.start()
    writer.type("Once,")
    assert writer.page.text() == "Once,"
    writer.may_load.set()
    writer.sees(" the city of Nova Haven.")


def test_the_panel_acts_on_the_next_suggestion(writer: Writer) -> None:
    writer.start()
    writer.type("Once,")
    writer.sees(" the city of Nova Haven.")
    sampling = writer.desk.settings.sampling()
    writer.window.panel.sampling_changed.emit(type(sampling)(max_words=2))
    writer.type(" so")
    writer.sees(" the city")


def test_what_the_panel_was_set_to_last_time_is_in_force_at_the_start(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.toml")
    settings["sampling.max_words"] = 2
    settings.save()
    writer = Writer(qtbot, tmp_path, ScriptedModel(" the city of Nova Haven."))
    writer.start()
    writer.type("Once,")
    writer.sees(" the city")
    writer.leave()


def test_a_load_can_be_given_up_from_the_window(writer: Writer, qtbot: QtBot) -> None:
    writer.may_load.clear()
    writer.start()
    qtbot.waitUntil(writer.loading.is_set)
    phases: list[Phase] = []
    writer.desk.host.state_changed.connect(lambda state: phases.append(state.phase))
    writer.window.status.cancel_wanted.emit()
    qtbot.waitUntil(lambda: Phase.NONE in phases)


def test_switched_off_nothing_is_asked(writer: Writer, qtbot: QtBot) -> None:
    writer.start()
    writer.window.preferences.switch_suggestions(False)
    writer.type("Once,")
    qtbot.wait(50)
    assert writer.page.ghost_text == ""
    assert not writer.model.requests
    writer.window.preferences.switch_suggestions(True)
    writer.type(" so")
    writer.sees(" the city of Nova Haven.")


def test_only_a_model_that_the_writer_named_may_be_downloaded(writer: Writer, qtbot: QtBot) -> None:
    writer.start()
    qtbot.waitUntil(lambda: writer.opened == [("starter", False)])
    writer.window.model_wanted.emit("missing")
    qtbot.waitUntil(lambda: writer.opened[-1] == ("missing", True))
    qtbot.waitUntil(writer.window.banner.isVisible)


@pytest.mark.parametrize("moment", ["idle", "loading", "writing"])
def test_quitting_is_clean_at_any_moment(qtbot: QtBot, tmp_path: Path, moment: str) -> None:
    model = ScriptedModel(" one two three", gate=threading.Semaphore(0))
    writer = Writer(qtbot, tmp_path, model)
    if moment == "loading":
        writer.may_load.clear()
    writer.start()
    qtbot.waitUntil(writer.loading.is_set)
    if moment == "writing":
        writer.type("Number")
        qtbot.waitUntil(lambda: model.iterators_open == 1)
    began = time.monotonic()
    assert writer.window.close()
    assert writer.desk.close()
    assert time.monotonic() - began < 2


def test_quitting_waits_for_a_save(writer: Writer, qtbot: QtBot) -> None:
    writer.start()
    writer.type("Once,")
    writer.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    writer.window.close()
    qtbot.waitUntil(lambda: not writer.window.isVisible())
    assert writer.desk.close()
    assert writer.dialogs.draft.read_bytes() == b"Once,"


@pytest.mark.parametrize("content", [b"\x00\xff binary \x00", None])
def test_a_draft_that_cannot_be_opened_is_told_and_the_page_stays(writer: Writer, qtbot: QtBot, content: bytes | None) -> None:
    path = (
        writer.dialogs.draft.with_name("other.md") if content is not None else writer.dialogs.draft.parent / "none" / "other.md"
    )
    if content is not None:
        path.write_bytes(content)
    writer.start()
    writer.type("Mine")
    writer.window.open_draft(path)
    qtbot.waitUntil(lambda: len(writer.dialogs.errors) == 1)
    assert writer.page.text() == "Mine"


def real_program(tmp_path: Path, when_started: str, *arguments: str, model: bool = False) -> subprocess.CompletedProcess[str]:
    """A process of its own; `when_started` is done once its window is there, and speaks of `desk`."""
    folder = tiny_gpt2(tmp_path / "model") if model else tmp_path / "none"
    (tmp_path / "home" / "config").mkdir(parents=True, exist_ok=True)
    (tmp_path / "home" / "config" / "settings.toml").write_text(f'[model]\nname = "{folder}"\n', "utf-8")
    code = (
        "import os, signal, sys; from PySide6.QtCore import QTimer; from afterword import app, cli; start = app.Desk.start\n"
        "def started(desk, draft):\n"
        f"    start(desk, draft); {when_started}\n"
        "app.Desk.start = started; sys.exit(cli.main(sys.argv[1:]))"
    )
    environment = os.environ | {"AFTERWORD_HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_real_program_opens_a_draft_and_leaves_without_a_word(tmp_path: Path) -> None:
    """It is asked to quit while the model loads."""
    draft = tmp_path / "draft.md"
    draft.write_text("Once", "utf-8")
    done = real_program(tmp_path, "QTimer.singleShot(700, desk.window.close)", str(draft), model=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert draft.read_text("utf-8") == "Once"
    assert not list(tmp_path.glob(".*")), "nothing is left beside it"
    assert not [path.name for path in (tmp_path / "home" / "state" / "journals").glob("*")]


def test_sigterm_closes_the_window_as_the_writer_would(tmp_path: Path) -> None:
    done = real_program(tmp_path, "QTimer.singleShot(300, lambda: os.kill(os.getpid(), signal.SIGTERM))")
    assert (done.returncode, done.stderr) == (0, "")


def test_after_a_crash_the_next_start_says_so_and_after_a_normal_end_nothing(tmp_path: Path) -> None:
    """In processes of their own, which share a home."""
    said = (
        "desk.window.crash_strip.told.connect(lambda text: print(text, flush=True))\n"
        "    QTimer.singleShot(700, desk.close_windows)"
    )
    assert real_program(tmp_path, "QTimer.singleShot(100, lambda: os.kill(os.getpid(), signal.SIGSEGV))").returncode == -11
    told = real_program(tmp_path, said)
    assert told.returncode == 0
    assert "ended unexpectedly" in told.stdout
    assert real_program(tmp_path, said).stdout == ""


def test_an_error_that_nobody_foresaw_is_told_and_the_program_goes_on(tmp_path: Path) -> None:
    wrong = "QTimer.singleShot(50, lambda: 1 / 0)"
    said = "QTimer.singleShot(300, lambda: (print(desk.window.status.currentMessage(), flush=True), desk.close_windows()))"
    done = real_program(tmp_path, f"{wrong}; {said}")
    assert done.returncode == 0
    assert "Something went wrong" in done.stdout

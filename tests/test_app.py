"""The whole desk with a scripted model: what a writer does from the first key to quitting."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from afterword.app import desk
from afterword.assist.timing import LEAVE_WITHIN_MS
from afterword.assist.types import Phase
from afterword.engine.protocol import Piece
from afterword.settings import Settings
from tests.desk import Writer
from tests.desk import writer as writer
from tests.fakes.scripted import ScriptedModel


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
    assert time.monotonic() - began < 30, "nothing is waited for"


def test_quitting_waits_no_longer_for_what_cannot_be_stopped(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "LEAVE_WITHIN_MS", LEAVE_WITHIN_MS)
    writer, gate = Writer(qtbot, tmp_path, ScriptedModel(" one")), threading.Event()
    writer.may_load.wait = lambda _=None: gate.wait()  # type: ignore[method-assign, assignment]
    writer.start()
    qtbot.waitUntil(writer.loading.is_set)
    began = time.monotonic()
    assert writer.window.close()
    assert not writer.desk.close()
    assert time.monotonic() - began < LEAVE_WITHIN_MS / 1000 + 3
    gate.set()
    assert writer.desk.close()


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

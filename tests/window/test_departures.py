"""Drafts that leave the page: saved, given up, or not left after all."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from afterword.drafts import draft as drafts
from afterword.editor.page import Page
from afterword.errors import DraftNotWritten
from afterword.jobs import Jobs
from afterword.window.dialogs import Unsaved
from afterword.window.documents import Documents

from .conftest import ScriptedDialogs
from .drafting import Gate, opened, settled, type_text, typed


def test_a_saved_draft_may_be_left_at_once(documents: Documents, left: list[bool], dialogs: ScriptedDialogs) -> None:
    documents.leave()
    assert left == [True]
    assert dialogs.asked == []


def test_leaving_can_be_given_up(documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs) -> None:
    type_text(page, "precious")
    dialogs.will("unsaved", Unsaved.CANCEL)
    documents.leave()
    assert left == []
    assert documents.dirty
    dialogs.will("unsaved", Unsaved.DISCARD)
    documents.leave()
    assert left == [True]


def test_leaving_saves_first(
    qtbot: QtBot, documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    dialogs.will("unsaved", Unsaved.SAVE)
    documents.leave()
    assert left == []
    writing.event.set()
    qtbot.waitUntil(lambda: left == [True])
    assert path.read_text("utf-8") == "New. Old.\n"


def test_leaving_without_choosing_a_place_is_staying(
    documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs
) -> None:
    type_text(page, "precious")
    dialogs.will("unsaved", Unsaved.SAVE)
    dialogs.will("save", None)
    documents.leave()
    assert left == []
    assert documents.dirty
    assert dialogs.questions() == ["unsaved", "save"]


def test_leaving_waits_for_a_save_in_flight(
    qtbot: QtBot, documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs, writing: Gate, tmp_path: Path
) -> None:
    opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "New. ")
    documents.save()
    documents.leave()
    documents.leave()
    assert left == []
    writing.event.set()
    qtbot.waitUntil(lambda: left == [True])
    assert dialogs.asked == []


def test_leaving_asks_again_about_what_was_typed_while_it_saved(
    qtbot: QtBot, documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md")
    type_text(page, "1 ")
    dialogs.will("unsaved", Unsaved.SAVE)
    documents.leave()
    type_text(page, "2 ")
    writing.event.set()
    qtbot.waitUntil(lambda: "unsaved" in dialogs.open)
    assert left == []
    dialogs.answer("unsaved", Unsaved.SAVE)
    qtbot.waitUntil(lambda: left == [True])
    assert path.read_text("utf-8") == "1 2 Old.\n"


def test_a_save_that_fails_on_leaving_keeps_the_draft(
    qtbot: QtBot, documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    type_text(page, "precious")
    dialogs.will("unsaved", Unsaved.SAVE)
    dialogs.will("save", tmp_path / "no such folder" / "a.md")
    dialogs.will("elsewhere", False)
    documents.leave()
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.questions())
    assert left == []
    assert documents.dirty
    dialogs.will("unsaved", Unsaved.DISCARD)
    documents.leave()
    assert left == [True], "the earlier wish to leave must not be waiting still"


def test_a_draft_handed_over_during_a_question_gets_a_question_of_its_own(
    qtbot: QtBot, documents: Documents, page: Page, left: list[bool], dialogs: ScriptedDialogs, jobs: Jobs, tmp_path: Path
) -> None:
    type_text(page, "precious")
    documents.leave()
    (tmp_path / "b.md").write_text("other", "utf-8")
    documents.open_draft(tmp_path / "b.md")
    settled(qtbot, jobs)
    assert dialogs.questions() == ["unsaved"]
    dialogs.answer("unsaved", Unsaved.CANCEL)
    assert dialogs.questions() == ["unsaved", "unsaved"]
    dialogs.answer("unsaved", Unsaved.DISCARD)
    assert page.text() == "other"
    assert left == []


def test_what_was_given_up_and_is_being_saved_after_all_is_waited_for(
    qtbot: QtBot, documents: Documents, page: Page, dialogs: ScriptedDialogs, writing: Gate, tmp_path: Path
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " Typed.")
    dialogs.will("unsaved", Unsaved.DISCARD)
    documents.settle_for(lambda: None, lambda: None)
    documents.save()
    left: list[bool] = []
    documents.left.connect(lambda: left.append(True))
    documents.leave()
    assert not left
    writing.event.set()
    qtbot.waitUntil(lambda: bool(left))
    assert path.read_text("utf-8") == "Old. Typed."


def test_what_was_given_up_and_could_not_be_saved_after_all_is_asked_about(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    left: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " Typed.")
    dialogs.will("unsaved", Unsaved.DISCARD)
    documents.settle_for(lambda: None, lambda: None)

    def full(*_: object, **__: object) -> object:
        raise DraftNotWritten(path, "no space left on device")

    monkeypatch.setattr("afterword.window.saving.write_draft", full)
    dialogs.will("elsewhere", False)
    documents.save()
    qtbot.waitUntil(lambda: dialogs.questions() == ["unsaved", "elsewhere"])
    documents.leave()
    assert "unsaved" in dialogs.open
    assert not left
    dialogs.answer("unsaved", Unsaved.DISCARD)
    assert left


def test_a_save_that_never_ends_is_told_and_another_place_is_offered(
    qtbot: QtBot,
    documents: Documents,
    page: Page,
    dialogs: ScriptedDialogs,
    jobs: Jobs,
    writing: Gate,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    path = opened(qtbot, documents, tmp_path / "a.md", "Old.")
    typed(page, " Typed.")
    documents._saver._patience.setInterval(20)
    documents.save()
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.open)
    assert "does not answer" in str(dialogs.asked[-1][1])
    dialogs.answer("elsewhere", False)
    qtbot.waitUntil(lambda: "elsewhere" in dialogs.open)
    documents._saver._patience.setInterval(60_000)
    monkeypatch.setattr("afterword.window.saving.write_draft", drafts.write_draft)
    dialogs.will("save", tmp_path / "b.md")
    dialogs.answer("elsewhere", True)
    qtbot.waitUntil(lambda: documents.path == tmp_path / "b.md")
    assert (tmp_path / "b.md").read_text("utf-8") == "Old. Typed."
    writing.event.set()
    qtbot.waitUntil(lambda: not jobs.busy)
    assert (documents.path, documents.dirty) == (tmp_path / "b.md", False), "the answer that came too late changes nothing"
    assert path.exists()

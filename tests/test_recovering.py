"""The program is killed while somebody writes: the next start offers what was not saved, and drops nothing unasked."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget, QMessageBox
from pytestqt.qtbot import QtBot

from afterword import paths
from afterword.app import Desk
from afterword.drafts.journal import read_journal
from afterword.drafts.recovery import orphans
from afterword.settings import Settings
from afterword.watch import Watch
from afterword.window import recovering
from afterword.window.changed_dialog import Changed
from afterword.window.comparison import Comparison
from afterword.window.dialogs import Unsaved
from afterword.window.recovery_dialog import RecoveryDialog
from afterword.window.saving import Kept, Opening, load
from tests.fakes.scripted import ScriptedModel
from tests.window.conftest import ScriptedDialogs, focused, part, press

# A whole program with two windows, on which somebody writes: in a draft that has a file, and in one that has none.
PROGRAM = r"""
import sys
from pathlib import Path
from PySide6.QtTest import QTest
from afterword.app import Desk
from afterword.program import make_application
from afterword.settings import Settings
from tests.fakes.scripted import ScriptedModel
app = make_application()
folder = Path(sys.argv[1])
desk = Desk(Settings(folder / "settings.toml"), lambda name, download, watch: ScriptedModel(""))
desk.start(folder / "ferry.md")
first, journaled = desk.window, []
first.documents.journaled.connect(lambda: journaled.append(first))
while first.documents.path is None:
    app.processEvents()
QTest.keyClicks(first.page, "Once. ")
first.documents.set_notes("Told by Ann.")
desk.open_window()
desk.window.documents.journaled.connect(lambda: journaled.append(desk.window))
QTest.keyClicks(desk.window.page, "Dear Ben, it rained.")
while len(set(map(id, journaled))) < 2 or desk.jobs.busy:  # the session, too, is written
    app.processEvents()
print("written", flush=True)
while True:
    app.processEvents()
"""


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """The folder of a writer whose program was killed."""
    (tmp_path / "ferry.md").write_text("The ferry left.\n", "utf-8")
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "written\n"
        program.send_signal(signal.SIGKILL)
    return tmp_path


@pytest.fixture
def desk(killed: Path, qtbot: QtBot) -> Iterator[Desk]:
    desk = started(killed)
    yield desk
    closed(desk, qtbot)


def started(folder: Path) -> Desk:
    dialogs = ScriptedDialogs()
    desk = Desk(Settings(folder / "settings.toml"), lambda _name, _download, _watch: ScriptedModel(""), dialogs)
    desk.start()
    return desk


def closed(desk: Desk, qtbot: QtBot) -> None:
    for seat in list(desk.seats):
        seat.page.document().setModified(False)
        kept = seat.window.documents._draft.kept
        seat.window.documents.set_notes(kept.beside.notes if kept is not None else "")
        seat.window.close()
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    assert desk.close()


def offered(desk: Desk, qtbot: QtBot) -> RecoveryDialog:
    qtbot.waitUntil(lambda: desk.window.findChild(RecoveryDialog) is not None)
    return part(desk.window, RecoveryDialog)


def rows(dialog: RecoveryDialog) -> list[str]:
    found = part(dialog, QListWidget)
    return sorted(found.item(row).text().partition("\n")[0] for row in range(found.count()))


def choose(dialog: RecoveryDialog, name: str) -> None:
    found = part(dialog, QListWidget)
    [row] = [row for row in range(found.count()) if found.item(row).text().startswith(name)]
    found.setCurrentRow(row)


def test_both_drafts_are_offered_with_what_changed_and_come_back_each_in_a_window(desk: Desk, killed: Path, qtbot: QtBot) -> None:
    dialog = offered(desk, qtbot)
    assert rows(dialog) == ["Dear Ben, it rained", "ferry.md"]
    choose(dialog, "ferry.md")
    qtbot.waitUntil(lambda: "Once. " in part(dialog, Comparison).toPlainText())
    press(dialog, "Recover")
    press(dialog, "Recover")

    def texts() -> dict[str, str]:
        return {seat.window.documents.name: seat.page.text() for seat in desk.seats}

    expected = {"ferry.md": "Once. The ferry left.\n", "Untitled": "Dear Ben, it rained."}
    qtbot.waitUntil(lambda: texts() == expected)
    assert len(desk.seats) == 2
    assert all(seat.window.documents.dirty for seat in desk.seats)
    [ferry] = [seat for seat in desk.seats if seat.window.documents.path]
    assert ferry.window.documents.notes == "Told by Ann."
    ferry.page.undo()
    assert ferry.page.text() == "The ferry left.\n", "it is a change of the draft as it was saved"
    assert (killed / "ferry.md").read_text("utf-8") == "The ferry left.\n"


WRITTEN = {"Dear": ("Dear Ben, it rained.", ""), "ferry": ("Once. ", "The ferry left.\n")}


@pytest.mark.parametrize("order", [["Dear", "ferry"], ["ferry", "Dear"]])
def test_the_dialog_has_the_keys_until_all_is_decided_then_the_writer_goes_on_in_the_draft_recovered_last(
    desk: Desk, qtbot: QtBot, order: list[str]
) -> None:
    dialog = offered(desk, qtbot)
    qtbot.waitUntil(lambda: desk.page.text() == "The ferry left.\n" and not desk.jobs.busy)  # the session is back
    choose(dialog, order[0])
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    for _ in order:
        QTest.keyClick(focused(), Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not desk.jobs.busy)
    other, last = (WRITTEN[name] for name in order)
    qtbot.waitUntil(lambda: {seat.page.text() for seat in desk.seats} == {"".join(other), "".join(last)})
    [seat] = [seat for seat in desk.seats if seat.page.text() == "".join(last)]
    qtbot.waitUntil(seat.window.isActiveWindow)
    QTest.keyClicks(focused(), "And so on. ")
    assert seat.page.text() == f"{last[0]}And so on. {last[1]}"


def test_what_is_recovered_opens_behind_and_comes_forward_also_where_the_rest_is_left_for_later(desk: Desk, qtbot: QtBot) -> None:
    dialog = offered(desk, qtbot)
    qtbot.waitUntil(lambda: desk.page.text() == "The ferry left.\n" and not desk.jobs.busy)
    first = desk.window
    choose(dialog, "Dear")
    press(dialog, "Recover")
    window = desk.window
    assert window is not first
    assert window.windowHandle().property("_q_showWithoutActivating"), "it opens behind the dialog, as Qt tells a window manager"
    assert dialog.isActiveWindow()
    press(dialog, "Decide later")
    qtbot.waitUntil(window.isActiveWindow)
    desk.open_window()
    assert not desk.window.windowHandle().property("_q_showWithoutActivating")


def test_a_window_that_was_closed_before_all_was_decided_does_not_come_forward(desk: Desk, qtbot: QtBot) -> None:
    dialog = offered(desk, qtbot)
    qtbot.waitUntil(lambda: desk.page.text() == "The ferry left.\n" and not desk.jobs.busy)
    choose(dialog, "Dear")
    press(dialog, "Recover")
    window = desk.window
    window.page.document().setModified(False)
    window.close()
    qtbot.waitUntil(lambda: len(desk.seats) == 1)
    press(dialog, "Decide later")
    assert not window.isVisible()


def test_a_file_that_changed_since_the_crash_is_not_replaced_unasked(desk: Desk, killed: Path, qtbot: QtBot) -> None:
    (killed / "ferry.md").write_text("The ferry left early.\n", "utf-8")
    dialog = offered(desk, qtbot)
    choose(dialog, "ferry.md")
    press(dialog, "Recover")
    press(dialog, "Decide later")
    asked = desk._dialogs
    assert isinstance(asked, ScriptedDialogs)
    qtbot.waitUntil(desk.window.conflict_strip.isVisible)
    assert not asked.questions()
    desk.window.documents.save()
    qtbot.waitUntil(lambda: asked.questions() == ["changed"])
    asked.answer("changed", Changed.CANCEL)
    assert (killed / "ferry.md").read_text("utf-8") == "The ferry left early.\n"


def test_a_draft_whose_file_is_gone_comes_back_under_its_name_and_is_saved_where_it_was(killed: Path, qtbot: QtBot) -> None:
    (killed / "ferry.md").unlink()
    desk = started(killed)
    dialog = offered(desk, qtbot)
    choose(dialog, "ferry.md")
    press(dialog, "Recover")
    press(dialog, "Decide later")
    documents = desk.window.documents
    qtbot.waitUntil(lambda: desk.page.text() == "Once. The ferry left.\n")
    assert (documents.name, documents.path, documents.dirty) == ("ferry.md", None, True)
    with qtbot.waitSignal(documents.journaled):
        desk.page.insertPlainText("Once again. ")
    [ours] = [path for path in paths.journals_dir().glob("*.journal") if b"Once again" in path.read_bytes()]
    assert read_journal(ours).head.path == killed / "ferry.md", "should it be killed again"
    documents.save()
    qtbot.waitUntil(lambda: not documents.dirty and documents.path is not None)
    assert (killed / "ferry.md").read_text("utf-8") == "Once. Once again. The ferry left.\n"
    closed(desk, qtbot)


class Gate:
    """Holds the reading of a draft that is to be recovered back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.event = threading.Event()
        real = load

        def held(opening: Opening, *, watch: Watch) -> Kept:
            assert self.event.wait(60)
            return real(opening, watch=watch)

        monkeypatch.setattr(recovering, "load", held)


def test_what_is_typed_while_a_draft_is_being_recovered_is_asked_about(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    gate, asked = Gate(monkeypatch), desk._dialogs
    assert isinstance(asked, ScriptedDialogs)
    dialog = offered(desk, qtbot)
    qtbot.waitUntil(lambda: desk.page.text() == "The ferry left.\n" and not desk.jobs.busy)  # the session is back
    choose(dialog, "ferry.md")
    press(dialog, "Recover")
    press(dialog, "Decide later")
    QTest.keyClicks(desk.page, "Dear diary. ")
    with qtbot.waitSignal(desk.window.documents.journaled):
        pass
    assert len(list(paths.journals_dir().glob("*.journal"))) == 3, "what is to be recovered is still there"
    gate.event.set()
    qtbot.waitUntil(lambda: "unsaved" in asked.open)
    assert desk.page.text() == "Dear diary. The ferry left.\n"
    asked.answer("unsaved", Unsaved.CANCEL)
    assert not desk.window.recovering.busy
    again = [orphan for orphan in orphans(paths.journals_dir()) if orphan.found.head.path]
    assert [orphan.found.text for orphan in again] == ["Once. The ferry left.\n"]
    for orphan in again:
        orphan.leave()


def test_two_drafts_recovered_one_after_the_other_both_come_back(
    desk: Desk, killed: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    gate = Gate(monkeypatch)
    dialog = offered(desk, qtbot)
    choose(dialog, "ferry.md")
    press(dialog, "Recover")
    press(dialog, "Recover")
    gate.event.set()
    expected = {"Once. The ferry left.\n", "Dear Ben, it rained."}
    qtbot.waitUntil(lambda: {seat.page.text() for seat in desk.seats} == expected)


def test_what_was_recovered_is_in_the_journal_again_until_it_is_saved(desk: Desk, qtbot: QtBot) -> None:
    dialog = offered(desk, qtbot)
    choose(dialog, "Dear")
    press(dialog, "Recover")
    press(dialog, "Decide later")
    qtbot.waitUntil(lambda: desk.page.text() != "")
    qtbot.waitUntil(lambda: not desk.jobs.busy and len(list(paths.journals_dir().glob("*.journal"))) == 2)
    left = orphans(paths.journals_dir())
    assert [orphan.found.head.path and orphan.found.head.path.name for orphan in left] == ["ferry.md"], "the other has an owner"
    for orphan in left:
        orphan.leave()


def test_what_is_thrown_away_is_gone_and_what_is_left_is_offered_again(desk: Desk, killed: Path, qtbot: QtBot) -> None:
    dialog = offered(desk, qtbot)
    choose(dialog, "Dear")
    for answer in ("Cancel", "Throw it away"):
        press(dialog, "Throw away")
        qtbot.waitUntil(lambda: dialog.findChild(QMessageBox) is not None)
        assert len(rows(dialog)) == 2, "it is asked first"
        press(part(dialog, QMessageBox), answer)
        qtbot.waitUntil(lambda: dialog.findChild(QMessageBox) is None)
    press(dialog, "Decide later")
    qtbot.waitUntil(lambda: not desk.jobs.busy)
    again = started(killed)
    assert rows(offered(again, qtbot)) == ["ferry.md"]
    press(part(again.window, RecoveryDialog), "Decide later")
    closed(again, qtbot)

"""Recovery: each draft is shown with what was not saved, and the writer decides about each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from afterword.drafts.journal import Edit, Head, Journal
from afterword.drafts.recovery import Orphan, orphans
from afterword.jobs import Jobs
from afterword.window.comparison import Comparison
from afterword.window.recovery_dialog import RecoveryDialog

from .conftest import focused, part, press

BOOK = "".join(f"Paragraph {number} of a long book.\n\n" for number in range(400))


@pytest.fixture
def found(tmp_path: Path) -> Iterator[list[Orphan]]:
    for number, (head, text, edit) in enumerate(
        (
            (Head(Path("/drafts/ferry.md"), 1e9, "ferry.md"), "The ferry left at noon.", Edit(18, 4, "dawn")),
            (Head(None, 1e9, "Untitled"), "", Edit(0, 0, "Rain over the bay. Nobody waved.")),
            (Head(Path("/drafts/book.md"), 1e9, "book.md"), BOOK, Edit(5000, 9, "Chapter")),
        )
    ):
        journal = Journal(tmp_path / f"{number}.journal")
        journal.begin(head, text)
        journal.append([edit], 1.7e9 - number)
        journal.close()
    found = list(orphans(tmp_path))
    yield found
    for orphan in found:
        orphan.leave()


class Asked:
    def __init__(self, qtbot: QtBot, found: list[Orphan], jobs: Jobs) -> None:
        self._qtbot, self._jobs = qtbot, jobs
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.dialog = RecoveryDialog(found, jobs, self.window)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)  # the tests look at it afterwards
        self.answers: list[tuple[str, str]] = []
        for answer in ("recovered", "thrown_away", "left"):
            getattr(self.dialog, answer).connect(lambda orphan, a=answer: self.answers.append((a, orphan.found.head.name)))
        self.dialog.show()

    @property
    def changes(self) -> str:
        """What is shown of the chosen draft."""
        self._qtbot.waitUntil(lambda: not self._jobs.busy)
        return part(self.dialog, Comparison).toPlainText()


@pytest.fixture
def asked(qtbot: QtBot, found: list[Orphan], jobs: Jobs) -> Asked:
    return Asked(qtbot, found, jobs)


def test_each_draft_has_its_name_time_and_size(asked: Asked) -> None:
    rows = [asked.dialog._list.item(row).text() for row in range(3)]
    assert [row.split("\n")[0] for row in rows] == ["ferry.md", "Rain over the bay. Nobody waved", "book.md"]
    assert "5 words" in rows[0]
    assert "23" in rows[0].split("\n")[1], "of 2023"


def test_the_newest_is_the_first_and_the_one_that_is_shown(qtbot: QtBot, found: list[Orphan], jobs: Jobs) -> None:
    asked = Asked(qtbot, found[::-1], jobs)
    assert [asked.dialog._list.item(row).text().split("\n")[0] for row in (0, 2)] == ["ferry.md", "book.md"]
    assert asked.changes == "The ferry left at noondawn."
    asked.dialog._open.click()
    assert asked.answers == [("recovered", "ferry.md")]


@pytest.mark.parametrize(("key", "answers"), [(Qt.Key.Key_R, ["recovered"]), (Qt.Key.Key_L, ["left"] * 3), (Qt.Key.Key_T, [])])
def test_it_is_decided_by_alt_and_a_letter(asked: Asked, qtbot: QtBot, key: Qt.Key, answers: list[str]) -> None:
    asked.dialog.activateWindow()
    qtbot.waitUntil(asked.dialog._list.hasFocus)
    QTest.keyClick(focused(), key, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: bool(asked.answers) or asked.dialog.findChild(QMessageBox) is not None)
    assert [answer for answer, _ in asked.answers] == answers
    assert (asked.dialog.findChild(QMessageBox) is not None) == (key is Qt.Key.Key_T), "that is asked first"


def test_what_was_not_saved_is_marked_and_what_is_the_same_is_left_out(asked: Asked) -> None:
    assert asked.changes == "The ferry left at noondawn."
    asked.dialog._list.setCurrentRow(2)
    shown = asked.changes
    assert "Chapter" in shown
    assert len(shown) < 1000


def test_the_writer_decides_about_each_and_closing_decides_nothing(asked: Asked) -> None:
    asked.dialog._list.setCurrentRow(1)
    asked.dialog._open.click()
    asked.dialog._throw.click()
    press(part(asked.dialog, QMessageBox), "Throw it away")
    assert len(asked.answers) == 2
    asked.dialog.close()
    assert [answer for answer, _ in asked.answers] == ["recovered", "thrown_away", "left"]
    assert asked.answers[0] == ("recovered", "Untitled")
    assert len({name for _, name in asked.answers}) == 3


def test_return_presses_the_button_that_has_the_focus_and_throwing_away_is_asked_about(asked: Asked, qtbot: QtBot) -> None:
    asked.dialog.activateWindow()
    qtbot.waitUntil(asked.dialog.isActiveWindow)
    while focused() is not asked.dialog._throw:
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    for _ in range(2):
        QTest.keyClick(focused(), Qt.Key.Key_Return)
        box = part(asked.dialog, QMessageBox)
        qtbot.waitUntil(box.isActiveWindow)
        QTest.keyClick(focused(), Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: asked.dialog.findChild(QMessageBox) is None)
        asked.dialog.activateWindow()  # a window manager does that
        qtbot.waitUntil(asked.dialog.isActiveWindow)
    assert (asked.answers, asked.dialog._list.count()) == ([], 3)


def test_a_return_that_is_held_down_recovers_one_draft(asked: Asked, qtbot: QtBot) -> None:
    asked.dialog.activateWindow()
    qtbot.waitUntil(asked.dialog._list.hasFocus)
    QTest.keyPress(asked.dialog._list, Qt.Key.Key_Return)
    for widget in (asked.dialog._list, asked.dialog._open):
        held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
        QApplication.sendEvent(widget, held)
    assert [answer for answer, _ in asked.answers] == ["recovered"]


def test_it_stays_in_front_of_what_a_recovered_draft_is_shown_in(asked: Asked, qtbot: QtBot) -> None:
    def show(_: object) -> None:
        window = QLineEdit()
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()

    asked.dialog.recovered.connect(show)
    asked.dialog.activateWindow()
    for left in (2, 1, 0):
        qtbot.waitUntil(asked.dialog.isActiveWindow)
        QTest.keyClick(focused(), Qt.Key.Key_Return)
        assert asked.dialog._list.count() == left


def test_it_closes_when_all_is_decided(asked: Asked) -> None:
    for _ in range(3):
        assert asked.dialog.isVisible()
        asked.dialog._open.click()
    assert not asked.dialog.isVisible()

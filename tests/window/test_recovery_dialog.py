"""Recovery: each draft is shown with what was not saved, and the writer decides about each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from afterword.drafts.journal import Edit, Head, Journal
from afterword.drafts.recovery import Orphan, orphans
from afterword.jobs import Jobs
from afterword.window.comparison import Comparison
from afterword.window.recovery_dialog import RecoveryDialog

from .conftest import part, press

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
        journal.append([edit], 1.7e9)
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


def test_it_closes_when_all_is_decided(asked: Asked) -> None:
    for _ in range(3):
        assert asked.dialog.isVisible()
        asked.dialog._open.click()
    assert not asked.dialog.isVisible()

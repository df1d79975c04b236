"""Earlier versions are looked at, compared and restored, and nothing is lost on the way."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QInputDialog, QWidget
from pytestqt.qtbot import QtBot

from afterword.drafts.version_store import VersionStore
from afterword.drafts.versions import Occasion, Version
from afterword.editor.page import Page
from afterword.errors import VersionsUnavailable
from afterword.jobs import Jobs
from afterword.window import version_list
from afterword.window.versions_dialog import VersionsDialog

from .conftest import focused, part

KEY = b"/drafts/ferry.md"
NOON = datetime(2023, 11, 14, 12, 0).timestamp()
FIRST = "Title\n\nThe ferry left at noon.\n\nNobody waved.\n"
SECOND = "Title\n\nThe ferry left at dawn.\n\nNobody waved.\n"
NOW = "Title\n\nThe old ferry left at dawn.\n\nNobody ever waved.\n\nRain.\n"


class Desk:
    def __init__(self, qtbot: QtBot, jobs: Jobs, folder: Path) -> None:
        self.qtbot, self.jobs = qtbot, jobs
        self.at = NOON
        self.store = VersionStore(folder / "versions.sqlite3", clock=lambda: self.at)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.restored: list[str] = []
        self.failed: list[Exception] = []

    def kept(self, text: str, occasion: Occasion = Occasion.WRITING, name: str = "", days: float = 0) -> None:
        self.at += days * 86_400
        self.store.keep(KEY, text, occasion, name)

    def opens(self, now: str = NOW) -> None:
        self.dialog = VersionsDialog(self.store, KEY, now, self.jobs, self.window)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)  # the tests look at it afterwards
        self.dialog.restored.connect(self.restored.append)
        self.dialog.failed.connect(self.failed.append)
        self.dialog.show()
        self.settles()

    def settles(self) -> None:
        self.qtbot.waitUntil(lambda: not self.jobs.busy, timeout=30_000)

    def chooses(self, row: int) -> None:
        self.dialog._list.setCurrentRow(row)
        self.settles()

    def presses(self, text: str) -> None:
        self.button(text).click()
        self.settles()

    def button(self, text: str) -> QAbstractButton:
        [found] = [button for button in self.dialog.findChildren(QAbstractButton) if button.text() == text]
        return found

    @property
    def rows(self) -> list[str]:
        return [self.dialog._list.item(row).text() for row in range(self.dialog._list.count())]

    @property
    def texts(self) -> list[str]:
        return [self.store.text(version.number) for version in self.store.versions(KEY)]


@pytest.fixture
def desk(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> Desk:
    return Desk(qtbot, jobs, tmp_path)


@pytest.fixture
def two(desk: Desk) -> Desk:
    desk.kept(FIRST, Occasion.SAVED)
    desk.kept(SECOND, days=2)
    desk.opens()
    return desk


def test_versions_stand_under_their_days_newest_first_with_what_and_how_much(desk: Desk) -> None:
    desk.kept(FIRST, Occasion.SAVED)
    desk.kept(SECOND, Occasion.RECOVERED)
    desk.kept(FIRST, Occasion.NAMED, "For the editor", days=2)
    desk.kept(NOW, days=1)
    desk.opens()
    days = [row for row in desk.rows if "\n" not in row]
    assert ["16" in days[1], "14" in days[2], len(days)] == [True, True, 3]
    about = [row.split("·")[1].strip() for row in desk.rows if "\n" in row]
    assert about == [
        "While writing\n11 words",
        "For the editor\n8 words, 3 fewer than now",
        "Recovered\n8 words, 3 fewer than now",
        "Saved\n8 words, 3 fewer than now",
    ]


def test_today_and_yesterday_are_called_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = QDateTime.fromSecsSinceEpoch(int(NOON))
    clock = SimpleNamespace(currentDateTime=lambda: noon, fromSecsSinceEpoch=QDateTime.fromSecsSinceEpoch)
    monkeypatch.setattr(version_list, "QDateTime", clock)
    desk.kept(FIRST, days=-1)
    desk.kept(SECOND, days=1)
    desk.opens()
    assert [row for row in desk.rows if "\n" not in row] == ["Today", "Yesterday"]


def test_the_newest_is_compared_at_once_and_another_when_it_is_chosen(two: Desk) -> None:
    assert two.dialog._list.currentRow() == 1
    assert "The ferry left at dawn." in two.dialog._sides.toPlainText()
    two.chooses(3)
    assert "The ferry left at noon." in two.dialog._sides.toPlainText()
    assert two.dialog._state.text() == "3 changed passages"


def test_the_arrow_keys_pass_over_the_days(two: Desk) -> None:
    QTest.keyClick(two.dialog._list, Qt.Key.Key_Down)
    assert two.dialog._list.currentRow() == 3
    two.settles()
    assert "noon" in two.dialog._sides.toPlainText()


def test_all_is_restored_and_what_was_there_is_kept(two: Desk) -> None:
    two.chooses(3)
    two.presses("Restore all")
    assert two.restored == [FIRST]
    assert not two.dialog.isVisible()
    assert two.texts == [FIRST, SECOND, NOW]
    assert two.store.versions(KEY)[-1].occasion is Occasion.BEFORE_RESTORING


def test_nothing_is_restored_before_what_was_there_is_kept(two: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = threading.Event()

    def keep(*args: Any, **options: Any) -> Version:
        assert allowed.wait(60)
        return VersionStore.keep(two.store, *args, **options)

    monkeypatch.setattr(two.store, "keep", keep)
    two.button("Restore this passage").click()
    QApplication.processEvents()
    assert two.restored == []
    assert not any(two.button(text).isEnabled() for text in ("Name…", "Restore this passage", "Restore all"))
    allowed.set()
    two.settles()
    assert len(two.restored) == 1


def test_a_passage_is_restored_and_the_others_stay(two: Desk) -> None:
    two.chooses(3)
    two.presses("Next change")
    two.presses("Restore this passage")
    assert two.restored == [NOW.replace("Nobody ever waved", "Nobody waved")]
    assert two.dialog.isVisible()
    assert two.texts[-1] == NOW
    assert two.dialog._list.version is not None
    assert two.dialog._list.version.occasion is Occasion.SAVED, "still the one that was chosen"
    assert two.dialog._state.text() == "2 changed passages"
    two.presses("Restore this passage")
    assert "Rain" not in two.restored[-1], "the one after"
    two.presses("Restore this passage")
    assert two.restored[-1] == FIRST
    assert two.dialog._state.text() == "0 changed passages"
    assert two.texts == [FIRST, SECOND, NOW, *two.restored[:2]]


def test_a_passage_that_was_put_in_is_taken_out_and_one_that_was_taken_out_is_put_in(desk: Desk) -> None:
    desk.kept("One.\n\nTwo.\n\nThree.\n")
    desk.opens("One.\n\nThree.\n\nFour.\n")
    desk.presses("Restore this passage")
    desk.presses("Restore this passage")
    assert desk.restored == ["One.\n\nTwo.\n\nThree.\n\nFour.\n", "One.\n\nTwo.\n\nThree.\n"]


def test_where_no_change_is_marked_no_passage_can_be_restored(two: Desk) -> None:
    sides = two.dialog._sides
    assert two.button("Restore this passage").isEnabled()
    sides.moveCursor(sides.textCursor().MoveOperation.Start)
    assert not two.button("Restore this passage").isEnabled()
    two.presses("Next change")
    assert two.button("Restore this passage").isEnabled()


def test_restoring_on_the_page_is_undone_in_one_step(two: Desk, page: Page) -> None:
    page.set_text(NOW)
    two.dialog.restored.connect(page.replace_text)
    two.chooses(3)
    two.presses("Restore all")
    assert page.text() == FIRST
    page.undo()
    assert page.text() == NOW


def test_what_cannot_be_kept_is_restored_nevertheless_and_that_is_told(two: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise VersionsUnavailable(Path("x"), "no space left on device")

    monkeypatch.setattr(two.store, "keep", fail)
    two.presses("Restore all")
    assert two.restored == [SECOND]
    assert [type(error) for error in two.failed] == [VersionsUnavailable]


def test_a_version_is_named_and_stays_chosen(two: Desk) -> None:
    two.chooses(3)
    two.button("Name…").click()
    asked = part(two.dialog, QInputDialog)
    asked.setTextValue(" For the editor ")
    asked.accept()
    two.settles()
    assert [version.name for version in two.store.versions(KEY)] == ["For the editor", ""]
    assert "For the editor" in two.rows[3]
    assert two.dialog._list.currentRow() == 3
    two.button("Name…").click()
    [again] = [dialog for dialog in two.dialog.findChildren(QInputDialog) if dialog is not asked and dialog.isVisible()]
    assert again.textValue() == "For the editor"
    again.reject()


def test_without_versions_it_says_when_there_will_be_some(desk: Desk) -> None:
    desk.opens()
    assert "no versions yet" in desk.dialog._told.text()
    assert desk.dialog._told.isVisible()
    assert [desk.button(text).isEnabled() for text in ("Name…", "Restore this passage", "Restore all", "Close")] == [
        False,
        False,
        False,
        True,
    ]


def test_a_damaged_file_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "versions.sqlite3").write_bytes(b"no database" * 1000)
    desk.opens()
    assert "damaged" in desk.dialog._told.text()


def test_a_damaged_version_is_told_and_cannot_be_restored(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.kept(FIRST)
    number = desk.store.versions(KEY)[0].number
    monkeypatch.setattr(desk.store, "text", lambda *_, **__: VersionStore.text(desk.store, number + 1))
    desk.opens()
    assert "cannot be shown" in desk.dialog._state.text()
    assert not desk.button("Restore all").isEnabled()


def test_one_that_is_the_same_as_now_has_nothing_to_restore(desk: Desk) -> None:
    desk.kept(NOW)
    desk.opens()
    assert desk.dialog._sides.toPlainText() == "Nothing is different."
    assert not desk.button("Restore all").isEnabled()
    assert not desk.button("Next change").isEnabled()


def test_only_the_version_that_was_chosen_last_is_shown(two: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    two.dialog._list.setCurrentRow(3)
    assert two.jobs._pool.waitForDone()  # it is ready, and nobody was told so far
    allowed = threading.Event()

    def text(*args: Any, **options: Any) -> str:
        assert allowed.wait(60)
        return VersionStore.text(two.store, *args, **options)

    monkeypatch.setattr(two.store, "text", text)
    two.dialog._list.setCurrentRow(1)
    QApplication.processEvents()
    assert two.dialog._state.text() == "Comparing…"
    assert not two.button("Restore all").isEnabled()
    allowed.set()
    two.settles()
    two.presses("Restore all")
    assert two.restored == [SECOND]


@pytest.mark.long
def test_texts_of_a_million_characters_that_differ_everywhere(desk: Desk) -> None:
    then = "".join(f"The ferry number {n} left the harbour at noon and nobody waved.\n\n" for n in range(16_000))
    desk.kept(then)
    desk.opens(then.replace("noon", "dawn"))
    assert desk.button("More changes").isVisible()
    assert desk.dialog._state.text() == f"100 of {QLocale().toString(16_000)} changed passages"
    desk.presses("More changes")
    assert desk.dialog._state.text() == f"200 of {QLocale().toString(16_000)} changed passages"


def test_closing_it_while_it_reads_is_safe(desk: Desk) -> None:
    desk.kept(FIRST)
    desk.dialog = VersionsDialog(desk.store, KEY, NOW, desk.jobs, desk.window)
    desk.dialog.show()
    desk.dialog.close()
    desk.settles()
    QApplication.processEvents()


def test_each_control_has_a_name_and_a_tooltip_and_is_reached_by_tab(two: Desk) -> None:
    dialog = two.dialog
    dialog.activateWindow()
    dialog._list.setFocus()
    two.qtbot.waitUntil(dialog._list.hasFocus)
    order: list[QWidget] = []
    while focused() not in order:
        order.append(focused())
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    texts = ["Previous change", "Next change", "Name…", "Restore this passage", "Restore all", "Close"]
    assert order == [dialog._list, dialog._sides, *(two.button(text) for text in texts)]
    for control in (*order, two.button("More changes")):
        assert QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name)
        assert control.toolTip()


@pytest.mark.parametrize(("key", "change"), [(Qt.Key.Key_Down, 1), (Qt.Key.Key_Up, 0)])
def test_alt_with_an_arrow_goes_from_change_to_change(two: Desk, key: Qt.Key, change: int) -> None:
    two.dialog.activateWindow()
    two.qtbot.waitUntil(two.dialog.isActiveWindow)
    QTest.keyClick(two.dialog, key, Qt.KeyboardModifier.AltModifier)
    assert two.dialog._sides.current == two.dialog._sides.changes[change]

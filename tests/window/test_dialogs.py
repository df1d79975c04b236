"""The real dialogs: none blocks, each answers once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QLabel, QLineEdit, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from afterword.drafts.compare import compare
from afterword.window.boxes import give_alt_keys
from afterword.window.changed_dialog import Changed, ChangedDialog
from afterword.window.comparison import Comparison
from afterword.window.dialogs import Twice, Unsaved, WindowDialogs

from .conftest import focused, part, press

Asker = Callable[[WindowDialogs, list[object]], None]

DIFFERENT = compare("The boat left.\n", "The boat came.\n")

QUESTIONS: dict[str, tuple[Asker, object]] = {
    "unsaved": (lambda dialogs, answers: dialogs.ask_unsaved("a.md", answers.append), Unsaved.CANCEL),
    "elsewhere": (lambda dialogs, answers: dialogs.ask_elsewhere("The disk is full.", answers.append), False),
    "changed": (lambda dialogs, answers: dialogs.ask_changed("a.md", DIFFERENT, answers.append), Changed.CANCEL),
    "twice": (lambda dialogs, answers: dialogs.ask_elsewhere_open("a.md", answers.append), Twice.CANCEL),
    "all the same": (lambda dialogs, answers: dialogs.ask_open("It is large.", answers.append), False),
    "open": (lambda dialogs, answers: dialogs.choose_open(Path.cwd(), answers.append), None),
    "save": (lambda dialogs, answers: dialogs.choose_save(Path("a.md"), answers.append), None),
    "export": (lambda dialogs, answers: dialogs.choose_export(Path("a.pdf"), {".pdf": "PDF"}, answers.append), None),
    "folder": (lambda dialogs, answers: dialogs.choose_model_folder(answers.append), None),
    "file": (lambda dialogs, answers: dialogs.choose_model_file(answers.append), None),
    "name": (lambda dialogs, answers: dialogs.ask_model_name(answers.append), ""),
}


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    return parent


@pytest.fixture
def dialogs(parent: QWidget) -> WindowDialogs:
    return WindowDialogs(parent)


def fill(dialog: QFileDialog, name: str) -> None:
    part(dialog, QLineEdit).setText(name)
    dialog.accept()


@pytest.mark.parametrize("question", QUESTIONS)
def test_escape_answers_nothing_or_no_exactly_once(qtbot: QtBot, parent: QWidget, dialogs: WindowDialogs, question: str) -> None:
    ask, no = QUESTIONS[question]
    answers: list[object] = []
    ask(dialogs, answers)
    dialog = part(parent, QDialog)
    assert dialog.isVisible()
    assert dialog.windowModality() == Qt.WindowModality.WindowModal
    assert answers == [], "asking does not wait for the answer"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert answers == [no]


@pytest.mark.parametrize(
    ("button", "answer"),
    [
        (QMessageBox.StandardButton.Save, Unsaved.SAVE),
        (QMessageBox.StandardButton.Discard, Unsaved.DISCARD),
        (QMessageBox.StandardButton.Cancel, Unsaved.CANCEL),
    ],
)
def test_unsaved_changes(parent: QWidget, dialogs: WindowDialogs, button: QMessageBox.StandardButton, answer: Unsaved) -> None:
    answers: list[object] = []
    dialogs.ask_unsaved("<b>a.md</b>", answers.append)
    box = part(parent, QMessageBox)
    assert "“<b>a.md</b>”" in box.text()
    assert box.textFormat() == Qt.TextFormat.PlainText, "a file's name is no markup"
    box.button(button).click()
    assert answers == [answer]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Keep mine", Changed.MINE),
        ("Take theirs", Changed.THEIRS),
        ("Save mine in another place…", Changed.ELSEWHERE),
        ("Decide later", Changed.CANCEL),
    ],
)
def test_a_file_changed_outside(parent: QWidget, dialogs: WindowDialogs, text: str, answer: Changed) -> None:
    answers: list[object] = []
    dialogs.ask_changed("<b>a.md</b>", DIFFERENT, answers.append)
    dialog = part(parent, ChangedDialog)
    assert "“<b>a.md</b>”" in part(dialog, QLabel).text()
    assert part(dialog, Comparison).toPlainText().strip() == "The boat leftcame."
    press(dialog, text)
    assert answers == [answer]


@pytest.mark.parametrize(("tabs", "answer"), [(0, Changed.CANCEL), (1, Changed.MINE), (2, Changed.THEIRS)])
def test_return_presses_the_button_that_has_the_focus_and_at_first_none_that_loses_something(
    parent: QWidget, dialogs: WindowDialogs, qtbot: QtBot, tabs: int, answer: Changed
) -> None:
    answers: list[object] = []
    dialogs.ask_changed("a.md", DIFFERENT, answers.append)
    dialog = part(parent, ChangedDialog)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    while tabs and focused() is not dialog.findChildren(QPushButton)[tabs - 1]:
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert answers == [answer]


@pytest.mark.parametrize(
    ("text", "answer"),
    [("Go to that window", Twice.GO_THERE), ("Read it here", Twice.READ_HERE), ("Cancel", Twice.CANCEL)],
)
def test_a_draft_that_another_window_has(parent: QWidget, dialogs: WindowDialogs, text: str, answer: Twice) -> None:
    answers: list[object] = []
    dialogs.ask_elsewhere_open("a.md", answers.append)
    press(part(parent, QMessageBox), text)
    assert answers == [answer]


@pytest.mark.parametrize(("text", "answer"), [("Open it", True), ("Cancel", False)])
def test_what_speaks_against_opening_is_said(parent: QWidget, dialogs: WindowDialogs, text: str, answer: bool) -> None:
    answers: list[object] = []
    dialogs.ask_open("It is large.", answers.append)
    box = part(parent, QMessageBox)
    assert box.text() == "It is large."
    press(box, text)
    assert answers == [answer]


ALT = Qt.KeyboardModifier.AltModifier


@pytest.mark.parametrize(
    ("key", "answer"), [(Qt.Key.Key_S, Unsaved.SAVE), (Qt.Key.Key_D, Unsaved.DISCARD), (Qt.Key.Key_C, Unsaved.CANCEL)]
)
def test_alt_and_a_letter_answer_and_a_letter_alone_does_not(
    parent: QWidget, dialogs: WindowDialogs, qtbot: QtBot, key: Qt.Key, answer: Unsaved
) -> None:
    answers: list[object] = []
    dialogs.ask_unsaved("a.md", answers.append)
    box = part(parent, QMessageBox)
    qtbot.waitExposed(box)
    box.activateWindow()
    qtbot.waitUntil(box.isActiveWindow)
    for modifier in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        QTest.keyClick(box, key, modifier)
        QTest.keyClick(box.button(QMessageBox.StandardButton.Discard), key, modifier)
    qtbot.wait(200)  # Qt would show for 100 ms how the button goes down
    assert (answers, box.isVisible()) == ([], True)
    QTest.keyClick(box, key, ALT)
    qtbot.waitUntil(lambda: answers == [answer])


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        (Qt.Key.Key_K, Changed.MINE),
        (Qt.Key.Key_T, Changed.THEIRS),
        (Qt.Key.Key_S, Changed.ELSEWHERE),
        (Qt.Key.Key_D, Changed.CANCEL),
    ],
)
def test_a_file_changed_outside_is_decided_by_key(
    parent: QWidget, dialogs: WindowDialogs, qtbot: QtBot, key: Qt.Key, answer: Changed
) -> None:
    answers: list[object] = []
    dialogs.ask_changed("a.md", DIFFERENT, answers.append)
    dialog = part(parent, ChangedDialog)
    qtbot.waitExposed(dialog)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(focused(), key, ALT)
    qtbot.waitUntil(lambda: answers == [answer])


def marked(*texts: str) -> list[str]:
    buttons = [QPushButton(text) for text in texts]
    give_alt_keys(buttons)
    given = [button.text() for button in buttons]
    give_alt_keys(buttons)
    assert [button.text() for button in buttons] == given, "what has a letter keeps it"
    return given


@pytest.mark.usefixtures("qapp")
def test_each_button_has_a_letter_of_its_own() -> None:
    assert marked("Save", "Discard", "Cancel") == ["&Save", "&Discard", "&Cancel"]
    assert marked("Save", "Save as", "save") == ["&Save", "S&ave as", "sa&ve"]
    assert marked("Discard", "&Do it") == ["D&iscard", "&Do it"]
    assert marked("a", "A", "…") == ["&a", "A", "…"]
    assert marked("Ähnlich", "„Text“") == ["&Ähnlich", "„&Text“"]


def test_a_failed_save_says_why_and_offers_another_place(parent: QWidget, dialogs: WindowDialogs) -> None:
    answers: list[object] = []
    dialogs.ask_elsewhere("The disk is full.", answers.append)
    box = part(parent, QMessageBox)
    assert box.informativeText() == "The disk is full."
    press(box, "Save in another place…")
    assert answers == [True]


def test_an_error_is_said(parent: QWidget, dialogs: WindowDialogs) -> None:
    dialogs.show_error("It is no text file.")
    assert part(parent, QMessageBox).text() == "It is no text file."


def test_drafts_are_markdown_and_text_first(parent: QWidget, dialogs: WindowDialogs, tmp_path: Path) -> None:
    answers: list[object] = []
    (tmp_path / "a.md").write_text("x", "utf-8")
    dialogs.choose_open(tmp_path, answers.append)
    dialog = part(parent, QFileDialog)
    assert dialog.selectedNameFilter() == "Markdown and text (*.md *.markdown *.txt)"
    assert Path(dialog.directory().absolutePath()) == tmp_path
    fill(dialog, "a.md")
    assert answers == [tmp_path / "a.md"]


@pytest.mark.parametrize(("typed", "chosen"), [("story", "story.md"), ("story.txt", "story.txt")])
def test_the_save_dialog_adds_the_ending_before_it_looks_for_a_file(
    parent: QWidget, dialogs: WindowDialogs, tmp_path: Path, typed: str, chosen: str
) -> None:
    answers: list[object] = []
    dialogs.choose_save(tmp_path / "suggested.md", answers.append)
    dialog = part(parent, QFileDialog)
    assert part(dialog, QLineEdit).text() == "suggested.md"
    fill(dialog, typed)
    assert answers == [tmp_path / chosen]


def test_the_export_dialog_changes_the_ending_with_the_format(parent: QWidget, dialogs: WindowDialogs, tmp_path: Path) -> None:
    answers: list[object] = []
    formats = {".pdf": "PDF", ".docx": "Word document"}
    dialogs.choose_export(tmp_path / "story.pdf", formats, answers.append)
    dialog = part(parent, QFileDialog)
    assert dialog.nameFilters() == ["PDF (*.pdf)", "Word document (*.docx)"]
    dialog.selectNameFilter("Word document (*.docx)")
    dialog.filterSelected.emit("Word document (*.docx)")
    assert part(dialog, QLineEdit).text() == "story.docx"
    fill(dialog, "other")
    assert answers == [tmp_path / "other.docx"]


def test_a_model_is_named(parent: QWidget, dialogs: WindowDialogs) -> None:
    answers: list[object] = []
    dialogs.ask_model_name(answers.append)
    dialog = part(parent, QInputDialog)
    dialog.setTextValue("  owner/name ")
    dialog.accept()
    assert answers == ["owner/name"]


def test_a_model_folder_is_chosen(parent: QWidget, dialogs: WindowDialogs, tmp_path: Path) -> None:
    answers: list[object] = []
    dialogs.choose_model_folder(answers.append)
    dialog = part(parent, QFileDialog)
    dialog.setDirectory(str(tmp_path.parent))
    fill(dialog, tmp_path.name)
    assert answers == [tmp_path]

"""A window with answers prepared for every question that it may ask."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QFileSystemWatcher
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from afterword.drafts.compare import Passage
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.settings import Settings
from afterword.window import outside
from afterword.window.changed_dialog import Changed
from afterword.window.dialogs import PathAnswer, Twice, Unsaved
from afterword.window.documents import Documents
from afterword.window.main_window import MainWindow
from afterword.window.recent import RecentFiles

from .drafting import Gate

Found = TypeVar("Found", bound=QWidget)


def part(parent: QWidget, kind: type[Found], name: str = "") -> Found:
    """The first widget of a kind inside another one."""
    found = parent.findChild(kind, name) if name else parent.findChild(kind)
    assert isinstance(found, kind)
    return found


def focused() -> QWidget:
    """The widget that has the focus."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(parent: QWidget, text: str) -> None:
    """Press the one button with that text."""
    [button] = [button for button in parent.findChildren(QPushButton) if button.text().replace("&", "") == text]
    button.click()


def type_keys(widget: QWidget, text: str) -> None:
    """Press the keys that write `text`."""
    QTest.keyClicks(widget, text)


class ScriptedDialogs:
    """Gives the answers prepared in `answers`; a question without one stays open in `open`, to be answered by the test."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []
        self.answers: dict[str, deque[Any]] = defaultdict(deque)
        self.open: dict[str, Callable[[Any], None]] = {}
        self.formats: dict[str, str] = {}

    def will(self, question: str, *answers: object) -> None:
        self.answers[question].extend(answers)

    def answer(self, question: str, answer: object) -> None:
        self.open.pop(question)(answer)

    def questions(self) -> list[str]:
        return [question for question, _ in self.asked]

    def _ask(self, question: str, about: object, answer: Callable[[Any], None]) -> None:
        assert question not in self.open, f"{question} is asked twice"
        self.asked.append((question, about))
        if self.answers[question]:
            answer(self.answers[question].popleft())
        else:
            self.open[question] = answer

    def ask_unsaved(self, name: str, answer: Callable[[Unsaved], None]) -> None:
        self._ask("unsaved", name, answer)

    def ask_elsewhere(self, message: str, answer: Callable[[bool], None]) -> None:
        self._ask("elsewhere", message, answer)

    def ask_changed(self, name: str, passages: Sequence[Passage], answer: Callable[[Changed], None]) -> None:
        self._ask("changed", passages, answer)

    def ask_elsewhere_open(self, name: str, answer: Callable[[Twice], None]) -> None:
        self._ask("twice", name, answer)

    def ask_open(self, message: str, answer: Callable[[bool], None]) -> None:
        self._ask("all the same", message, answer)

    def show_error(self, message: str) -> None:
        self.asked.append(("error", message))

    def choose_open(self, folder: Path, answer: PathAnswer) -> None:
        self._ask("open", folder, answer)

    def choose_save(self, suggested: Path, answer: PathAnswer) -> None:
        self._ask("save", suggested, answer)

    def choose_export(self, suggested: Path, formats: Mapping[str, str], answer: PathAnswer) -> None:
        self.formats = dict(formats)
        self._ask("export", suggested, answer)

    def choose_model_folder(self, answer: PathAnswer) -> None:
        self._ask("folder", None, answer)

    def choose_model_file(self, answer: PathAnswer) -> None:
        self._ask("file", None, answer)

    def ask_model_name(self, answer: Callable[[str], None]) -> None:
        self._ask("name", None, answer)


@pytest.fixture
def dialogs() -> ScriptedDialogs:
    return ScriptedDialogs()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.toml")


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    assert jobs.close(30_000)
    qapp.processEvents()


@pytest.fixture
def page(qtbot: QtBot) -> Page:
    page = Page()
    qtbot.addWidget(page)
    return page


@pytest.fixture
def recent(settings: Settings) -> RecentFiles:
    return RecentFiles(settings)


@pytest.fixture(autouse=True)
def _files_settle_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other programs do in tests they do in one step."""
    monkeypatch.setattr(outside, "_SETTLE_MS", 20)


class _Deaf(QFileSystemWatcher):
    """As on some network drives: nobody tells what happens to a file."""

    def addPaths(self, _files: Sequence[str]) -> list[str]:  # noqa: N802 -- Qt's name
        return []


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other programs do is seen only where it is looked for."""
    monkeypatch.setattr(outside, "QFileSystemWatcher", _Deaf)


@pytest.fixture
def documents(page: Page, recent: RecentFiles, jobs: Jobs, dialogs: ScriptedDialogs) -> Documents:
    return Documents(page, recent, jobs, dialogs, page)  # with an owner, lest it is collected on a thread of the jobs


@pytest.fixture
def writing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Drafts are written once it is opened."""
    gate = Gate(monkeypatch, "write_draft")
    yield gate
    gate.event.set()


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Drafts are read once it is opened."""
    gate = Gate(monkeypatch, "read_draft")
    yield gate
    gate.event.set()


@pytest.fixture
def told(documents: Documents) -> list[str]:
    """What the writer is told of the draft."""
    sentences: list[str] = []
    documents.noticed.connect(sentences.append)
    return sentences


@pytest.fixture
def left(documents: Documents) -> list[bool]:
    """A True for each time that the draft may be left."""
    times: list[bool] = []
    documents.left.connect(lambda: times.append(True))
    return times


@pytest.fixture
def window(qtbot: QtBot, settings: Settings, jobs: Jobs, dialogs: ScriptedDialogs) -> MainWindow:
    window = MainWindow(Page(), settings, jobs, dialogs)
    qtbot.addWidget(window, before_close_func=_forget_changes)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    window.page.setFocus()
    return window


def _forget_changes(window: MainWindow) -> None:
    window.page.document().setModified(False)

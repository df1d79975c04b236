"""The models window: what there is, what can be had, and getting, measuring and removing it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from afterword.engine.catalogue import Entry
from afterword.engine.hub import Found
from afterword.engine.hub_folders import About
from afterword.engine.library import Shelf
from afterword.engine.speeds import Measured
from afterword.errors import HubAway, HubUnreachable, ModelNotStored
from afterword.jobs import Jobs
from afterword.sentences import sentence
from afterword.watch import Watch
from afterword.window.model_shelf import ModelShelf
from afterword.window.models_dialog import ModelsDialog

from .conftest import part, press

STARTER = Entry(
    "starter", "SmolLM2 135M", "starter", Path("/models/starter"), 270_000_000, "Apache-2.0", True, 135_000_000, 371_000_000
)
OWN = Entry("owner/small", "owner/small", "hub", Path("/models/small"), 80_000_000, "MIT", True, 40_000_000, 110_000_000)


class FakeLibrary:
    """A library without a disk or a network; its downloads go step by step, as the test says."""

    def __init__(self) -> None:
        self.shelf_now = Shelf((STARTER, OWN))
        self.asked: list[str] = []
        self.found: list[Found] = []
        self.fails: Exception | None = None
        self.steps = threading.Semaphore(0)
        self.share = 0.0

    def shelf(self, *, watch: Watch | None = None) -> Shelf:
        return self.shelf_now

    def search(self, text: str, *, watch: Watch | None = None) -> list[Found]:
        self.asked.append(f"search {text}")
        if self.fails:
            raise self.fails
        return self.found

    def about(self, name: str, *, watch: Watch | None = None) -> About:
        self.asked.append(f"about {name}")
        return About(name, "0" * 40, 100_000_000, 50_000_000, "MIT", False, {})

    def fetch(self, name: str, *, watch: Watch | None = None) -> Path:
        assert watch is not None
        self.asked.append(f"fetch {name}")
        while self.share < 1:
            while not self.steps.acquire(timeout=0.01):
                watch.check()
            if self.fails:
                raise self.fails
            self.share += 0.25
            self.shelf_now = replace(self.shelf_now, paused={name: self.share})
            watch.report(self.share, "downloading")
        entry = replace(OWN, name=name, title=name)
        self.shelf_now = replace(self.shelf_now, entries=(*self.shelf_now.entries, entry), paused={})
        return Path("/models") / name

    def give_up(self, name: str, *, watch: Watch | None = None) -> None:
        self.asked.append(f"give up {name}")
        self.shelf_now = replace(self.shelf_now, paused={})

    def remove(self, name: str, *, watch: Watch | None = None) -> None:
        self.asked.append(f"remove {name}")
        self.shelf_now = replace(self.shelf_now, entries=tuple(e for e in self.shelf_now.entries if e.name != name))

    def measure(self, name: str, *, watch: Watch | None = None) -> Measured:
        self.asked.append(f"measure {name}")
        found = Measured(0.25, 0.02, 900_000_000, 1.7e9)
        self.shelf_now = replace(self.shelf_now, speeds={name: found})
        return found


class Asked:
    """The window, and what is seen of it."""

    def __init__(self, dialog: ModelsDialog, library: FakeLibrary, shelf: ModelShelf, qtbot: QtBot) -> None:
        self.dialog, self.library, self.shelf, self._qtbot = dialog, library, shelf, qtbot
        self.wanted: list[str] = []
        dialog.model_wanted.connect(self.wanted.append)

    def rows(self) -> list[str]:
        found = part(self.dialog, QListWidget)
        return [found.item(row).text() for row in range(found.count())]

    def row(self, name: str) -> str:
        return next((row for row in self.rows() if row.startswith(f"{name}\n")), "")

    def choose(self, name: str) -> None:
        found = part(self.dialog, QListWidget)
        [row] = [row for row in range(found.count()) if found.item(row).text().startswith(f"{name}\n")]
        found.setCurrentRow(row)

    def button(self, text: str) -> QPushButton:
        [button] = [button for button in self.dialog.findChildren(QPushButton) if button.text() == text]
        return button

    def press(self, text: str) -> None:
        self._qtbot.waitUntil(self.button(text).isEnabled)
        QTest.mouseClick(self.button(text), Qt.MouseButton.LeftButton)

    def says(self, text: str) -> None:
        self._qtbot.waitUntil(lambda: any(text in label.text() for label in self.dialog.findChildren(QLabel)))

    def search(self, text: str) -> None:
        part(self.dialog, QLineEdit).setText(text)
        QTest.keyClick(part(self.dialog, QLineEdit), Qt.Key.Key_Return)


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def asked(qtbot: QtBot, jobs: Jobs, library: FakeLibrary) -> Iterator[Asked]:
    slow = Jobs(jobs, at_once=2)
    shelf = ModelShelf(library, jobs, slow, jobs)
    dialog = ModelsDialog(shelf, "starter")
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    dialog.show()
    asked = Asked(dialog, library, shelf, qtbot)
    qtbot.waitUntil(lambda: asked.row("owner/small") != "")
    yield asked
    for name in list(shelf.downloads):
        shelf.pause(name)
    qtbot.waitUntil(lambda: not jobs.busy and not slow.busy)
    assert slow.close()


def test_each_model_has_its_size_its_licence_and_what_it_needs(asked: Asked) -> None:
    row = asked.row("SmolLM2 135M")
    for fact in ("135 million weights", "270.0 MB on disk", "Apache-2.0"):
        assert fact in row
    asked.choose("owner/small")
    asked.says("needs 110.0 MB of memory")
    assert "needs" in asked.row("openai-community/gpt2"), "what is worth a try says what it needs before it is fetched"


def test_what_is_not_here_can_be_installed_and_what_is_here_used(asked: Asked) -> None:
    asked.choose("SmolLM2 135M")
    assert not asked.button("Use").isEnabled(), "it is the one that writes"
    assert not asked.button("Remove…").isEnabled()
    asked.choose("openai-community/gpt2")
    asked.says("untested")
    assert not asked.button("Use").isEnabled()
    asked.choose("owner/small")
    asked.press("Use")
    assert asked.wanted == ["owner/small"]
    asked.dialog.show_used("owner/small")
    assert not asked.button("Use").isEnabled()
    asked.says("writes your suggestions")


def test_a_model_is_fetched_with_progress_and_can_be_used(asked: Asked, library: FakeLibrary) -> None:
    asked.choose("openai-community/gpt2")
    asked.press("Install")
    library.steps.release()
    asked.says("25 % of 100.0 MB")
    library.steps.release(3)
    asked.says("on disk")
    asked.press("Use")
    assert asked.wanted == ["openai-community/gpt2"]
    assert library.asked == ["about openai-community/gpt2", "fetch openai-community/gpt2"]


def test_a_download_is_paused_and_goes_on(asked: Asked, library: FakeLibrary) -> None:
    asked.choose("openai-community/gpt2")
    asked.press("Install")
    library.steps.release()
    asked.says("25 %")
    asked.press("Pause")
    asked.says("Paused: 25 %")
    asked.press("Resume")
    library.steps.release(3)
    asked.press("Use")
    assert library.asked.count("fetch openai-community/gpt2") == 2


@pytest.mark.parametrize("paused", [False, True])
def test_a_download_is_given_up(asked: Asked, library: FakeLibrary, qtbot: QtBot, paused: bool) -> None:
    asked.choose("openai-community/gpt2")
    asked.press("Install")
    library.steps.release()
    asked.says("25 %")
    if paused:
        asked.press("Pause")
        asked.says("Paused")
    asked.press("Cancel")
    qtbot.waitUntil(lambda: "give up openai-community/gpt2" in library.asked)
    qtbot.waitUntil(lambda: not asked.shelf.downloads and asked.button("Install").isEnabled())


def test_a_download_goes_on_when_the_window_is_closed_and_is_seen_in_the_next(
    asked: Asked, library: FakeLibrary, qtbot: QtBot
) -> None:
    asked.choose("openai-community/gpt2")
    asked.press("Install")
    library.steps.release()
    asked.says("25 %")
    asked.dialog.close()
    another = ModelsDialog(asked.shelf, "starter")
    qtbot.addWidget(another)
    library.steps.release(3)
    again = Asked(another, library, asked.shelf, qtbot)
    qtbot.waitUntil(lambda: "on disk" in again.row("openai-community/gpt2"))


def test_what_was_interrupted_by_quitting_is_offered_again(asked: Asked, library: FakeLibrary, qtbot: QtBot) -> None:
    library.shelf_now = replace(library.shelf_now, paused={"facebook/half": 0.4})
    asked.shelf.refresh()
    qtbot.waitUntil(lambda: asked.row("facebook/half") != "")
    asked.choose("facebook/half")
    asked.says("Paused: 40 %")
    assert asked.button("Resume").isEnabled()


@pytest.mark.parametrize(
    ("error", "told"),
    [(HubUnreachable("x/y"), sentence(HubUnreachable("x/y"))), (ModelNotStored("x/y", "the disk is full"), "the disk is full")],
)
def test_a_download_that_fails_says_why(asked: Asked, library: FakeLibrary, error: Exception, told: str) -> None:
    asked.choose("openai-community/gpt2")
    asked.press("Install")
    library.fails = error
    library.steps.release()
    asked.says(told)
    assert asked.button("Install").isEnabled() or asked.button("Resume").isEnabled()


def test_the_hub_is_searched_by_name(asked: Asked, library: FakeLibrary, qtbot: QtBot) -> None:
    library.found = [Found("facebook/opt-350m", 1_234_567, 331_000_000, "other", True)]
    asked.search("opt")
    qtbot.waitUntil(lambda: asked.row("facebook/opt-350m") != "")
    for fact in ("331 million weights", "needs 910.3 MB of memory", "asks for an account", "1234567 downloads"):
        assert fact in asked.row("facebook/opt-350m")
    assert library.asked == ["search opt"]
    library.found = []
    asked.search("nonsense")
    asked.says("no model of that name")
    library.fails = HubAway()
    asked.search("opt")
    asked.says(sentence(HubAway()))
    assert asked.button("Search").isEnabled()


def test_a_model_is_measured(asked: Asked, library: FakeLibrary, qtbot: QtBot) -> None:
    asked.choose("owner/small")
    asked.press("Measure")
    qtbot.waitUntil(lambda: "50 tokens/s here" in asked.row("owner/small"))
    asked.says("0.25 s")
    assert library.asked == ["measure owner/small"]


def test_a_model_is_removed_once_the_writer_says_so(asked: Asked, library: FakeLibrary, qtbot: QtBot) -> None:
    asked.choose("owner/small")
    asked.press("Remove…")
    box = part(asked.dialog, QMessageBox)
    assert "owner/small" in box.text()
    press(box, "Remove it")
    qtbot.waitUntil(lambda: asked.row("owner/small") == "")
    assert library.asked == ["remove owner/small"]


def test_a_masked_model_is_not_to_write_with(asked: Asked, library: FakeLibrary, qtbot: QtBot) -> None:
    masked = replace(OWN, name="owner/bert", title="owner/bert", kind="masked")
    library.shelf_now = replace(library.shelf_now, entries=(STARTER, masked))
    asked.shelf.refresh()
    qtbot.waitUntil(lambda: asked.row("owner/bert") != "")
    asked.choose("owner/bert")
    asked.says("finds other words")
    assert not asked.button("Use").isEnabled()
    assert asked.button("Remove…").isEnabled()


def test_return_in_the_list_does_nothing_unseen(asked: Asked, library: FakeLibrary) -> None:
    asked.choose("openai-community/gpt2")
    part(asked.dialog, QListWidget).setFocus()
    QTest.keyClick(part(asked.dialog, QListWidget), Qt.Key.Key_Return)
    assert (library.asked, asked.wanted) == ([], [])
    assert asked.dialog.isVisible()


def test_the_speed_of_a_download_is_told(qtbot: QtBot, jobs: Jobs, library: FakeLibrary) -> None:
    now = [0.0]
    shelf = ModelShelf(library, jobs, jobs, jobs, clock=lambda: now[0])
    shelf.install("owner/other", 100_000_000)
    for share in (0.25, 0.5, 0.75):
        library.steps.release()
        qtbot.waitUntil(lambda share=share: shelf.downloads["owner/other"].share == share)  # type: ignore[misc]
        now[0] += 5
    assert shelf.downloads["owner/other"].rate == 5_000_000
    shelf.pause("owner/other")
    qtbot.waitUntil(lambda: not jobs.busy)


def test_what_is_removed_is_what_was_asked_about_wherever_the_writer_is_by_then(
    asked: Asked, library: FakeLibrary, qtbot: QtBot
) -> None:
    third = replace(OWN, name="owner/third", title="owner/third")
    library.shelf_now = replace(library.shelf_now, entries=(STARTER, OWN, third))
    asked.shelf.refresh()
    qtbot.waitUntil(lambda: asked.row("owner/third") != "")
    asked.choose("owner/small")
    asked.press("Remove…")
    box = part(asked.dialog, QMessageBox)
    asked.shelf.failed.emit("owner/third", HubUnreachable("owner/third"))
    asked.choose("owner/third")
    press(box, "Remove it")
    qtbot.waitUntil(lambda: asked.row("owner/small") == "")
    assert library.asked == ["remove owner/small"]


def test_what_became_the_one_that_writes_while_it_was_asked_about_is_not_removed(
    asked: Asked, library: FakeLibrary, qtbot: QtBot
) -> None:
    asked.choose("owner/small")
    asked.press("Remove…")
    asked.dialog.show_used("owner/small")
    press(part(asked.dialog, QMessageBox), "Remove it")
    qtbot.wait(20)
    assert library.asked == []


def test_no_save_waits_for_downloads(asked: Asked, library: FakeLibrary, jobs: Jobs, qtbot: QtBot) -> None:
    for number in range(10):
        asked.shelf.install(f"owner/{number}", 1)
    done: list[bool] = []
    jobs.start(lambda *, watch: None).done.connect(lambda _: done.append(True))
    qtbot.waitUntil(lambda: bool(done))
    for number in range(10):
        asked.shelf.pause(f"owner/{number}")


def test_of_two_looks_the_newest_counts(asked: Asked, library: FakeLibrary, qtbot: QtBot) -> None:
    began, go_on, before = threading.Event(), threading.Event(), library.shelf_now

    def slow(*, watch: Watch | None = None) -> Shelf:
        began.set()
        assert go_on.wait(60)
        return before

    library.shelf = slow  # type: ignore[method-assign]
    asked.shelf.refresh()
    qtbot.waitUntil(began.is_set)
    del library.shelf
    library.shelf_now = replace(before, entries=(STARTER,))
    asked.shelf.refresh()
    qtbot.waitUntil(lambda: asked.row("owner/small") == "")
    go_on.set()
    qtbot.wait(50)
    assert asked.row("owner/small") == ""


def test_measuring_can_be_stopped(asked: Asked, library: FakeLibrary, qtbot: QtBot) -> None:
    def measure(name: str, *, watch: Watch | None = None) -> Measured:
        assert watch is not None
        while True:
            watch.check()

    library.measure = measure  # type: ignore[method-assign]
    asked.choose("owner/small")
    asked.press("Measure")
    asked.press("Cancel")
    qtbot.waitUntil(asked.button("Measure").isEnabled)
    assert library.asked == []


def test_what_was_said_of_one_model_is_not_said_of_another_nor_after_it_is_over(
    asked: Asked, library: FakeLibrary, qtbot: QtBot
) -> None:
    asked.choose("owner/small")
    asked.press("Measure")
    qtbot.waitUntil(lambda: "50 tokens/s here" in asked.row("owner/small"))
    assert "Measuring" not in "".join(label.text() for label in asked.dialog.findChildren(QLabel))
    asked.choose("openai-community/gpt2")
    asked.press("Install")
    library.steps.release()
    asked.says("25 %")
    asked.press("Cancel")
    qtbot.waitUntil(lambda: not asked.shelf.downloads and asked.button("Install").isEnabled())
    assert "25 %" not in "".join(label.text() for label in asked.dialog.findChildren(QLabel))


def test_a_model_that_was_opened_as_a_file_is_known_for_what_it_became(asked: Asked, library: FakeLibrary, qtbot: QtBot) -> None:
    made = replace(OWN, name="tiny-1234abcd", title="tiny.gguf", kind="converted")
    library.shelf_now = Shelf((STARTER, made), made_of={"/home/ann/tiny.gguf": "tiny-1234abcd"})
    asked.shelf.refresh()
    asked.dialog.show_used("/home/ann/tiny.gguf")
    qtbot.waitUntil(lambda: asked.row("tiny.gguf") != "")
    asked.choose("tiny.gguf")
    asked.says("writes your suggestions")
    assert not asked.button("Remove…").isEnabled()
    assert not asked.button("Use").isEnabled()


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (replace(OWN, kind="converted"), "GGUF file that it was made from stays"),
        (replace(OWN, kind="folder"), "keep a copy"),
        (replace(OWN, shared=True), "other programs"),
        (OWN, "fetched again"),
    ],
)
def test_before_a_model_is_removed_it_is_said_what_is_lost(
    asked: Asked, library: FakeLibrary, qtbot: QtBot, entry: Entry, told: str
) -> None:
    library.shelf_now = Shelf((STARTER, entry))
    asked.shelf.refresh()
    qtbot.waitUntil(lambda: asked.shelf.entries == (STARTER, entry))
    asked.choose("owner/small")
    asked.press("Remove…")
    box = part(asked.dialog, QMessageBox)
    assert told in box.informativeText()
    box.reject()

"""The main job with no hands and no screen: `python -m tests.demo` (or `make demo`).

Starts the real main window off-screen with the starter model, types with key events, waits for the ghost, takes a word, then
the rest, moves the length slider, saves, exports to every format and reads each export back with another program than the one
that wrote it. Writes pictures and `report.json` to build/demo and fails loudly where a step does not happen.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import psutil

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QSlider, QWidget

from afterword import app, program
from afterword.assist.types import ModelState, Phase
from afterword.export import FORMATS
from afterword.settings import Settings
from afterword.text.boundaries import count_words
from afterword.window.dialogs import PathAnswer, WindowDialogs
from afterword.window.models_dialog import ModelsDialog
from tests.home import move_home

OUT = Path("build/demo")
TITLE = "# The Keeper\n\n"
SENTENCE = "Once upon a time, there was a lighthouse keeper who lived alone on an island in the middle of"
SECOND = " He loved to watch the sun"
SHORT = 3  # words
QUESTION = "Make this sentence shorter."


def age() -> float:
    """Seconds since this process was started."""
    if not sys.platform.startswith("linux"):
        return time.time() - psutil.Process().create_time()
    # psutil counts from the time of boot, which the system tells in whole seconds: up to a second off.
    started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started


BORN = time.perf_counter() - age()


class DemoFailed(Exception):
    """A step did not happen."""


def check(happened: bool, step: str) -> None:
    """Fail loudly where a step did not happen."""
    print(f"{'ok  ' if happened else 'FAIL'} {step}", flush=True)
    if not happened:
        raise DemoFailed(step)


def live(milliseconds: int) -> None:
    """Let the window live. Not QTest.qWait: that holds the interpreter's lock, and the model's thread would starve."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait(condition: Callable[[], bool], step: str, seconds: float = 60) -> None:
    """Let the window live until `condition` holds."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        live(10)
    check(condition(), step)


class Answers(WindowDialogs):
    """Gives the path where the writer would choose one."""

    def __init__(self, draft: Path, window: QWidget) -> None:
        super().__init__(window)
        self._draft = draft

    def choose_save(self, suggested: Path, answer: PathAnswer) -> None:
        answer(self._draft)

    def show_error(self, message: str) -> None:
        raise DemoFailed(message)


class Demo(QObject):
    """The window, and what was seen of it."""

    def __init__(self) -> None:
        super().__init__()
        shutil.rmtree(OUT, ignore_errors=True)
        OUT.mkdir(parents=True)
        move_home(OUT.absolute() / "home")
        settings = Settings(OUT / "settings.toml")
        settings["sampling.seed"] = 11
        settings["sampling.eagerness"] = 100  # what is doubtful on one processor is sure on another: all is shown
        settings["window.theme"] = "light"
        settings["statistics.enabled"] = False
        self.draft = OUT.absolute() / "The Keeper.md"
        self._owner = QWidget()
        self.desk = app.Desk(settings, dialogs=Answers(self.draft, self._owner))
        self.page, self.window = self.desk.page, self.desk.window
        self.model = ModelState(Phase.NONE)
        self.desk.host.state_changed.connect(self.hear)
        self.screens: list[str] = []
        self.report: dict[str, object] = {}

    @Slot(object)
    def hear(self, state: ModelState) -> None:
        """Know what the model does."""
        self.model = state

    def picture(self, name: str, widget: QWidget | None = None) -> None:
        """Save what the window shows, or another one."""
        path = OUT / f"{name}.png"
        check((widget or self.window).grab().save(str(path)), f"picture {path}")
        self.screens.append(str(path))

    def type(self, text: str) -> None:
        """Type as a quick writer does."""
        for character in text:
            if character == "\n":
                QTest.keyClick(self.page, Qt.Key.Key_Return)
            else:
                QTest.keyClicks(self.page, character)
            live(15)

    def settled_ghost(self, step: str) -> str:
        """Wait for a ghost that no longer grows, since the model has ended."""
        wait(lambda: bool(self.page.ghost_text) and self.model.phase is Phase.READY, step)
        return self.page.ghost_text

    def run(self) -> None:
        """Every step, in the order in which a writer would take them."""
        self.desk.start()
        wait(self.window.isVisible, "the window opens", 10)
        self.window.resize(1100, 750)
        self.report["seconds_to_window"] = round(time.perf_counter() - BORN, 2)
        self.type(TITLE + SENTENCE)
        wait(lambda: bool(self.page.ghost_text), "a ghost appears")
        self.report["seconds_to_first_ghost"] = round(time.perf_counter() - BORN, 2)
        ghost = self.settled_ghost("the ghost settles")
        check(len(re.findall(r"[A-Za-z]{2,}", ghost)) >= 2, f"the ghost consists of words: {ghost!r}")
        check(self.page.text() == TITLE + SENTENCE, "the ghost is not in the document")
        self.picture("ghost")

        QTest.keyClick(self.page, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
        word = self.page.text().removeprefix(TITLE + SENTENCE)
        check(bool(word.strip()) and ghost.startswith(word) and word != ghost, f"Ctrl+Right takes one word: {word!r}")
        check(self.page.ghost_text == ghost[len(word) :], "the rest stays")
        self.picture("word")
        live(300)
        QTest.keyClick(self.page, Qt.Key.Key_Tab)
        accepted = self.page.text().removeprefix(TITLE + SENTENCE)
        check(accepted == ghost, f"Tab takes the rest: {accepted!r}")
        QTest.keyClick(self.page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        check(self.page.text() == TITLE + SENTENCE + word, "Ctrl+Z gives back exactly what Tab took")
        QTest.keyClick(self.page, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
        check(self.page.text() == TITLE + SENTENCE + ghost, "and Ctrl+Y takes it again")

        self.move_length_slider(SHORT)
        self.type(SECOND)
        short = self.settled_ghost("another ghost appears")
        check(0 < count_words(short) <= SHORT, f"it obeys the length slider: {short!r}")
        self.picture("short")
        QTest.keyClick(self.page, Qt.Key.Key_Escape)
        check(not self.page.ghost_text, "Esc dismisses it")

        QTest.keyClick(self.page, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        wait(lambda: not self.window.documents.dirty and self.draft.exists(), "the draft is saved", 10)
        text = TITLE + SENTENCE + accepted + SECOND
        check(self.draft.read_text("utf-8") == text, "its bytes are what was typed and accepted")

        exports = self.export(text)
        self.ask_about_it()
        check(self.page.text() == text, "what was asked and answered is not in the document")
        self.look_at_models()
        self.settled_ghost_for_the_dark()
        self.window.status.clearMessage()
        self.picture("dark")
        self.report = {
            "typed": SENTENCE,
            "ghost": ghost,
            "accepted": accepted,
            "draft": str(self.draft.relative_to(Path.cwd())),
            "exports": exports,
            **self.report,
            "screens": self.screens,
        }

    def move_length_slider(self, words: int) -> None:
        """With the keyboard, as someone without a mouse would."""
        slider = next(s for s in self.window.findChildren(QSlider) if "length" in s.accessibleName().lower())
        slider.setFocus()
        before = slider.value()
        while slider.value() > words:
            QTest.keyClick(slider, Qt.Key.Key_Left)
        check(slider.value() == words != before, f"the length slider goes from {before} to {words} words")
        self.page.setFocus()

    def ask_about_it(self) -> None:
        """Have a paragraph made shorter, and look at what that would change."""
        cursor = self.page.textCursor()
        cursor.setPosition(len(TITLE))
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        self.page.setTextCursor(cursor)
        QTest.keyClick(self.window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        panel = self.window.ask_panel
        wait(panel.isVisible, "Ctrl+J opens the panel for questions", 10)
        QTest.keyClicks(panel.question.field, QUESTION)
        QTest.keyClick(panel.question.field, Qt.Key.Key_Return)
        wait(lambda: not panel.busy and bool(panel.transcript.answer), f"“{QUESTION}” is answered", 120)
        live(200)
        self.window.status.clearMessage()  # which names a folder of this machine
        self.picture("ask")
        next(button for button in panel.findChildren(QPushButton) if button.text() == "Replace…").click()
        wait(lambda: panel.comparing, "what it would change is shown word by word", 10)
        live(200)
        self.picture("ask_compared")
        panel.show_answer()
        panel.close_wanted.emit()
        wait(lambda: not panel.isVisible(), "the panel closes", 10)
        self.page.setFocus()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self.page.setTextCursor(cursor)

    def look_at_models(self) -> None:
        """The models window, in which the model is measured; the page can be written on meanwhile."""
        QTest.keyClick(self.window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        wait(lambda: self.window.findChild(ModelsDialog) is not None, "Ctrl+Shift+M opens the models window", 10)
        dialog = self.window.findChild(ModelsDialog)
        assert dialog is not None
        wait(lambda: bool(self.desk.shelf.entries), "the models are listed", 10)
        button = next(each for each in dialog.findChildren(QPushButton) if each.text() == "Measure")
        wait(button.isEnabled, "the model that writes can be measured", 10)
        before = self.desk.shelf.measured("starter")
        button.click()
        wait(lambda: self.desk.shelf.measured("starter") not in (None, before), "it is measured", 120)
        live(200)
        self.picture("models", dialog)
        dialog.close()
        self.page.setFocus()

    def settled_ghost_for_the_dark(self) -> None:
        """The dark theme with another suggestion, taken up again at the end of the text."""
        self.window.preferences.choose("window.theme", "dark")
        self.type("rise over the")
        self.settled_ghost("a ghost appears in the dark theme")

    def export(self, text: str) -> dict[str, str]:
        """Export to every format and read each back."""
        expected = re.sub(r"\W+", "", text)
        paths = {}
        for ending in FORMATS:
            target = self.draft.with_suffix("." + ending.lstrip("."))
            if target == self.draft:
                target = target.with_name("The Keeper (exported).md")
            self.window.exports.export(target)
            wait(lambda: not self.desk.jobs.busy, f"exported to {target.name}", 60)
            check(expected in re.sub(r"\W+", "", read_back(target)), f"and read back out of {target.name}")
            paths[ending.lstrip(".")] = str(target.relative_to(Path.cwd()))
        return paths


def read_back(path: Path) -> str:
    """The text of an exported file, read by another program than the one that wrote it."""
    if path.suffix == ".pdf":
        from pypdf import PdfReader

        return "\n".join(page.extract_text() for page in PdfReader(path).pages)
    if path.suffix == ".html":
        return html_text(path.read_text("utf-8"))
    if path.suffix in (".docx", ".odt"):
        member = {".docx": "word/document.xml", ".odt": "content.xml"}[path.suffix]
        with ZipFile(path) as archive:
            return "".join(ElementTree.fromstring(archive.read(member)).itertext())
    if path.suffix == ".epub":
        with ZipFile(path) as archive:
            pages = sorted(name for name in archive.namelist() if name.endswith(".xhtml"))
            return "".join(html_text(archive.read(name).decode("utf-8")) for name in pages)
    return path.read_text("utf-8")


def html_text(source: str) -> str:
    """What a browser would show of the body of an HTML page."""
    parser = _Texts()
    parser.feed(source.partition("<body")[2])
    return "".join(parser.texts)


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def main() -> int:
    """Run the demo; 0 when every step happened."""
    application = program.make_application()
    demo = Demo()
    try:
        demo.run()
    except DemoFailed:
        demo.picture("failed")
        return 1
    finally:
        began = time.monotonic()
        demo.window.documents.left.emit()
        ended = demo.desk.close()
        application.processEvents()
        print(f"closed in {time.monotonic() - began:.2f} s, cleanly: {ended}")
    (OUT / "report.json").write_text(json.dumps(demo.report, indent=2, ensure_ascii=False), "utf-8")
    print(json.dumps(demo.report, indent=2, ensure_ascii=False))
    return 0 if ended else 1


if __name__ == "__main__":
    sys.exit(main())

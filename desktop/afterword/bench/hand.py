"""A writer's hand at the real window: it presses keys and takes the time until each is painted.

Keys are real events. Each is timed from when it is due, so that what keeps the main thread busy then counts, to the end of the
page's next paint.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from afterword.assist.types import ModelState, Phase
from afterword.bench.latency import EAGER
from afterword.bench.samples import TUNE, samples
from afterword.bench.typist import live
from afterword.engine.sampling import Sampling

if TYPE_CHECKING:
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QPaintEvent

    from afterword.app import Desk

_PAUSES_MS = (70, 110, 90, 140, 80, 120, 60, 300)
"""From what one key showed to the next key, again and again; after the last, what waits for the writer to pause has begun."""

_SHORT = Sampling(eagerness=EAGER, seed=1)
_LONG = replace(_SHORT, max_words=50, max_sentences=0)  # so that the model still writes when the next key comes

_SEEN_MS = 300  # for which a suggestion stands before it is taken: more than the page asks for
_PAINT_WITHIN_MS = 2000
_LOAD_WITHIN_S = 300.0
_SETTLE_WITHIN_S = 30.0
_BEGUN_S = 0.1  # after which the model has surely begun to write what was asked for
_PARAGRAPH = 800  # characters; a longer one is not ordinary, and costs more
_TRIES = 4  # keys typed for each that is to be counted, at most


class Hand:
    """Presses keys in the window and takes the time until each is painted.

    Args:
        desk: not started.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk, self._window, self._page = desk, desk.window, desk.page
        self._state = ModelState(Phase.NONE)
        self._on_painted: Callable[[], None] = lambda: None
        self._text = itertools.cycle("\n".join(line for line in _prose() if line) + "\n")
        self._pauses = itertools.cycle(_PAUSES_MS)
        desk.host.state_changed.connect(self._hear)
        paint = self._page.paintEvent

        def painted(event: QPaintEvent) -> None:
            paint(event)
            self._on_painted()

        self._page.paintEvent = painted  # type: ignore[method-assign]

    def open(self, draft: Path) -> None:
        """Open a draft, and wait until its words are counted; what was typed before is given up."""
        counted: list[int] = []
        self._page.document().setModified(False)
        self._page.words_changed.connect(counted.append)
        self._window.open_draft(draft)
        wait(lambda: self._window.documents.path == draft and bool(counted), _SETTLE_WITHIN_S)
        self._page.words_changed.disconnect(counted.append)
        live(0.5)

    def load(self, model: str) -> float:
        """Load a model; the longest time for which the main thread did not come round, in milliseconds."""
        from PySide6.QtCore import Qt, QTimer

        longest, last = 0.0, time.perf_counter()

        def tick() -> None:
            nonlocal longest, last
            now = time.perf_counter()
            longest, last = max(longest, now - last), now

        timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1)
        timer.timeout.connect(tick)
        timer.start()
        self._desk.host.load(model, False)
        wait(lambda: self._state.phase in (Phase.READY, Phase.FAILED), _LOAD_WITHIN_S)
        timer.stop()
        if self._state.error is not None:
            raise self._state.error
        return longest * 1000

    def go_to_middle(self) -> None:
        """Put the cursor at the end of the paragraph in the middle of the document, in the middle of the screen."""
        document, cursor = self._page.document(), self._page.textCursor()
        block = document.findBlock(document.characterCount() // 2)
        while not block.text() and block.next().isValid():
            block = block.next()
        cursor.setPosition(block.position() + block.length() - 1)
        self._page.setTextCursor(cursor)
        self._page.centerCursor()

    def type(self, keys: int, *, generating: bool) -> list[float]:
        """Type prose, with suggestions or without; milliseconds for each key, with suggestions only while the model writes."""
        self._page.suggestions_enabled = generating
        self._desk.controller.set_sampling(_LONG)
        times: list[float] = []
        for _ in range(keys * (_TRIES if generating else 1)):
            if len(times) == keys:
                break
            self._desk.controller.wake()  # else there would be none for a while after ten that were passed over
            took, writing = self._write(next(self._text), next(self._pauses))
            if writing == generating:
                times.append(took)
        return times

    def accept(self, times: int) -> list[float]:
        """Take suggestions whole; milliseconds for each."""
        from PySide6.QtCore import Qt

        self._page.suggestions_enabled = True
        self._desk.controller.set_sampling(_SHORT)
        found: list[float] = []
        for _ in range(times * _TRIES):
            if len(found) == times:
                break
            self._desk.controller.wake()
            if self._page.textCursor().block().length() > _PARAGRAPH:
                self._write("\n", next(self._pauses))
            self._write(next(self._text), next(self._pauses))
            live(_BEGUN_S)
            wait(lambda: self._state.phase is Phase.READY, _SETTLE_WITHIN_S)
            if self._page.ghost_text:
                before = self._page.document().characterCount()
                took, _ = self.press(Qt.Key.Key_Tab, "\t", _SEEN_MS)
                if self._page.document().characterCount() > before:
                    found.append(took)
        return found

    def scroll(self, pages: int) -> list[float]:
        """Go by pages, to and fro between the ends; milliseconds for each."""
        from PySide6.QtCore import Qt

        self._page.suggestions_enabled = False
        bar, key = self._page.verticalScrollBar(), Qt.Key.Key_PageDown
        found: list[float] = []
        for _ in range(pages):
            if bar.value() >= bar.maximum() - bar.pageStep():
                key = Qt.Key.Key_PageUp
            elif bar.value() <= bar.pageStep():
                key = Qt.Key.Key_PageDown
            found.append(self.press(key, "", next(self._pauses))[0])
        return found

    def press(self, key: Qt.Key, text: str, after_ms: int) -> tuple[float, bool]:
        """Press a key in so many milliseconds: the milliseconds from then to its paint, and whether the model wrote then."""
        from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
        from PySide6.QtGui import QKeyEvent

        loop = QEventLoop()
        key_timer = QTimer(singleShot=True, timerType=Qt.TimerType.PreciseTimer, interval=after_ms)
        key_timer.timeout.connect(loop.quit)
        key_timer.start()
        due = time.perf_counter() + after_ms / 1000
        loop.exec()
        writing = self._state.phase is Phase.WRITING
        painted: list[float] = []

        def on_painted() -> None:
            painted.append(time.perf_counter())
            loop.quit()

        self._on_painted = on_painted
        QTimer.singleShot(_PAINT_WITHIN_MS, loop, loop.quit)
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QCoreApplication.sendEvent(self._page, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))
        if not painted:
            loop.exec()
        self._on_painted = lambda: None
        if not painted:
            raise TimeoutError(f"the page shows nothing of the key {key}")
        return (painted[0] - due) * 1000, writing

    # --- details ----------------------------------------------------------------------------------------------------

    def _hear(self, state: ModelState) -> None:
        self._state = state

    def _write(self, character: str, after_ms: int) -> tuple[float, bool]:
        from PySide6.QtCore import Qt

        if character == "\n":
            return self.press(Qt.Key.Key_Return, "\r", after_ms)
        key = Qt.Key(ord(character.upper())) if character.isascii() else Qt.Key.Key_unknown
        return self.press(key, character, after_ms)


def _prose() -> Sequence[str]:
    return samples(TUNE)[1].read_text("utf-8").splitlines()


def wait(condition: Callable[[], bool], seconds: float) -> None:
    """Let Qt live until `condition` holds; raises TimeoutError where it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the window does not go on")
        live(0.02)

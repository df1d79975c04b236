"""A writer at a page: presses keys, sees ghosts, and keeps a record of what the page wished for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from afterword.assist.types import Place
from afterword.editor.keys import EditorAction
from afterword.editor.look import PageLook
from afterword.editor.page import ACCEPT_AFTER, Page
from afterword.engine.protocol import Piece
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import Context

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


def suggestion(*pieces: str, more: bool = False) -> Suggestion:
    return Suggestion(tuple(Piece(text, 0.5) for text in pieces), None if more else Ended.LENGTH)


class Writer:
    def __init__(self) -> None:
        self.now = 100.0
        self.page = Page(clock=lambda: self.now)
        self.wishes: list[tuple[Context, Place]] = []
        self.unwanted = 0
        self.shown: list[str] = []
        self.taken: list[tuple[str, EditorAction]] = []
        self.dropped: list[str] = []
        self.page.suggestion_wanted.connect(lambda context, place: self.wishes.append((context, place)))
        self.page.suggestion_unwanted.connect(self._count_unwanted)
        self.page.suggestion_shown.connect(lambda shown: self.shown.append(shown.text))
        self.page.suggestion_taken.connect(lambda text, action: self.taken.append((text, action)))
        self.page.suggestion_dropped.connect(lambda dropped: self.dropped.append(dropped.text))

    def _count_unwanted(self) -> None:
        self.unwanted += 1

    @property
    def text(self) -> str:
        return self.page.text()

    @property
    def ghost(self) -> str:
        return self.page.ghost_text

    @property
    def cursor(self) -> int:
        return self.page.textCursor().position()

    def waits(self, seconds: float = ACCEPT_AFTER) -> None:
        self.now += seconds

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, text: str = "", repeat: bool = False) -> None:
        """As Qt does: the shortcut is offered first, then the key arrives."""
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            QApplication.sendEvent(self.page, QKeyEvent(kind, key, modifiers, text, repeat))

    def types(self, text: str) -> None:
        for character in text:
            special = {"\n": (Key.Key_Return, "\r"), "\t": (Key.Key_Tab, "\t")}
            key, produced = special.get(character, (Key.Key_unknown, character))
            self.press(key, NONE, produced)

    def composes(self, preedit: str, commit: str = "") -> None:
        event = QInputMethodEvent(preedit, [])
        event.setCommitString(commit)
        QApplication.sendEvent(self.page, event)

    def clicks(self, point: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.page.viewport(), Qt.MouseButton.LeftButton, modifiers, point)

    def goes_to(self, position: int, anchor: int | None = None) -> None:
        cursor = self.page.textCursor()
        cursor.setPosition(position if anchor is None else anchor)
        cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
        self.page.setTextCursor(cursor)

    def sees(self, *pieces: str, more: bool = False, seconds: float = ACCEPT_AFTER) -> None:
        """A suggestion arrives for where the writer is, and is looked at."""
        self.page.show_suggestion(suggestion(*pieces, more=more), self.page.place())
        self.waits(seconds)

    def has(self, text: str, cursor: int | None = None) -> None:
        """`text` is on the page and the cursor at its end or at `cursor`; the records are empty."""
        self.page.set_text(text)
        self.goes_to(len(text.encode("utf-16-le")) // 2 if cursor is None else cursor)
        self.forgets()

    def forgets(self) -> None:
        self.wishes.clear()
        self.shown.clear()
        self.taken.clear()
        self.dropped.clear()
        self.unwanted = 0


@pytest.fixture(autouse=True)
def _no_thread_left() -> None:
    """The editor starts no thread; those with which Qt fills large pictures stay for a while, and look like those of jobs."""


@pytest.fixture(autouse=True)
def _empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """Off screen, what is on the clipboard would outlive the interpreter that it needs for its end."""
    yield
    QGuiApplication.clipboard().clear()


@pytest.fixture
def writer(qtbot: QtBot) -> Writer:
    writer = Writer()
    qtbot.addWidget(writer.page)
    writer.page.set_look(PageLook(font_size=11, width=60))
    writer.page.resize(640, 420)
    writer.page.show()
    writer.page.activateWindow()
    writer.page.setFocus()
    qtbot.waitUntil(writer.page.hasFocus)
    return writer

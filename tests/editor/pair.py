"""Two pages to which the same happens: one gets suggestions, the other never heard of them, and is given what was accepted."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from afterword.assist.types import Place
from afterword.editor.hands import HandledSheet
from afterword.editor.look import PageLook
from afterword.editor.page import Page
from afterword.editor.plaintext import index_at, units
from tests.editor.conftest import NONE


class Pair:
    """`check` says whether they are equal, and whether what the first one shows may be shown."""

    def __init__(self) -> None:
        self.now = 0.0
        self.page = Page(clock=lambda: self.now)
        self.twin = HandledSheet(clock=lambda: self.now)
        for sheet in (self.page, self.twin):
            sheet.set_look(PageLook(font_size=10, width=40))
            sheet.resize(420, 700)
            sheet.show()
        self.taken: list[str] = []
        self.page.suggestion_taken.connect(lambda text, _: self.taken.append(text))
        self.page.suggestion_wanted.connect(lambda _, place: self.note(place))
        self.asked: dict[Place, tuple[str, str]] = {}
        self.page.branch_wanted.connect(lambda _, place, begun: self.note(place))
        self.offered: tuple[Place, tuple[str, ...]] | None = None  # what may be shown for which place
        self.composing = False
        self.quiet = False  # the last thing that the writer did was none after which anything may be shown
        self.takes = 0
        self.ghosts = 0

    def close(self) -> None:
        for sheet in (self.page, self.twin):
            sheet.close()
            sheet.deleteLater()

    def around(self, sheet: HandledSheet) -> tuple[str, str]:
        text = sheet.text()
        at = index_at(text, sheet.textCursor().position())
        return text[:at], text[at:]

    def note(self, place: Place) -> None:
        self.asked[place] = self.around(self.page)
        assert not self.page.textCursor().hasSelection()
        assert not self.composing

    def check(self) -> None:
        mine, plain = self.page.textCursor(), self.twin.textCursor()
        assert self.page.text() == self.page.toPlainText() == self.twin.text()
        assert (mine.anchor(), mine.position()) == (plain.anchor(), plain.position())
        assert self.page.document().availableUndoSteps() == self.twin.document().availableUndoSteps()
        assert self.page.document().availableRedoSteps() == self.twin.document().availableRedoSteps()
        ghost = self.page.ghost_text
        laid = self.laid()
        shown = "".join(laid).partition("\u00a0\u00a0")[0].replace("\u200b", "").replace("\u2028", "\n")
        assert self.composing or shown == ghost
        if not ghost:
            return
        self.ghosts += 1
        assert not self.quiet
        assert not mine.hasSelection()
        assert self.offered is not None
        place, sayings = self.offered
        (before, after), (now_before, now_after) = self.asked[place], self.around(self.page)
        assert now_before.startswith(before)
        assert now_before + ghost in [before + said for said in sayings]
        assert now_after == after

    def laid(self) -> list[str]:
        found = []
        block = self.page.document().firstBlock()
        while block.isValid():
            if block.layout().preeditAreaText():
                found.append(block.layout().preeditAreaText())
            block = block.next()
        assert len(found) <= 1
        return found

    def position(self, number: int) -> int:
        """Some position of the document between two characters."""
        text = self.page.text()
        return units(text[: number % (len(text) + 1)])

    def both(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE, text: str = "") -> None:
        for sheet in (self.page, self.twin):
            self.press(sheet, key, modifiers, text)

    def press(self, sheet: HandledSheet, key: Qt.Key, modifiers: Qt.KeyboardModifier, text: str) -> None:
        QApplication.sendEvent(sheet, QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))

    def mouse(self, sheet: HandledSheet, kind: QEvent.Type, point: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        place, left = QPointF(point), Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, place, QPointF(sheet.viewport().mapToGlobal(point)), left, left, modifiers)
        event.setTimestamp(int(self.now * 1000) * 100)  # never a double click
        QApplication.sendEvent(sheet.viewport(), event)

    def input(self, preedit: str, commit: str) -> None:
        for sheet in (self.page, self.twin):
            event = QInputMethodEvent(preedit, [])
            event.setCommitString(commit)
            QApplication.sendEvent(sheet, event)

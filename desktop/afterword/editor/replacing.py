"""The page's dealings with other words for those that stand on it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, Signal, Slot

from afterword.assist.types import Place
from afterword.editor.branching import BranchingSheet
from afterword.editor.keys import EditorAction
from afterword.editor.plaintext import index_at, units
from afterword.editor.words import words_at
from afterword.suggest.replacing import Spot


@dataclass(frozen=True)
class _Asked:
    """Which words others were asked for: where the writer was then, and where they begin and end."""

    place: Place
    start: int
    end: int


class ReplacingSheet(BranchingSheet):
    """Asks for other words in place of one, or of a few that are selected; they are asked for at one place at a time.

    Signals:
        replacements_wanted: the Spot of the words, and the Place.
        words_missing: other words were asked for where there is none, or where there are too many.
    """

    replacements_wanted = Signal(object, object)
    words_missing = Signal()

    _asked: _Asked | None = None

    def perform(self, action: EditorAction) -> bool:
        if action is not EditorAction.REPLACE:
            return super().perform(action)
        if self.is_composing():
            return False
        if self.isReadOnly():
            self.write_refused.emit()
        else:
            self._ask_for_words()
        return True

    @Slot(str)
    def replace_words(self, text: str) -> None:
        """Put `text` in place of the words that others were asked for, unless the writer has gone on since."""
        asked, self._asked = self._asked, None
        if asked is not None and asked.place == self.place() and not self.isReadOnly():
            self.insert_accepted(text, self._stretch(asked.start, asked.end))
            self.ensureCursorVisible()

    def below_words(self) -> QPoint:
        """The point of the screen below the beginning of the words that others were asked for."""
        at = self.textCursor().position() if self._asked is None else self._asked.start
        return self.viewport().mapToGlobal(self.cursorRect(self._stretch(at, at)).bottomLeft())

    def void(self) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and self._wished is None:
            self.suggestion_unwanted.emit()
        super().void()

    def _applies(self, action: EditorAction) -> bool:
        return not self.is_composing() if action is EditorAction.REPLACE else super()._applies(action)

    def _ask_for_words(self) -> None:
        self.void()
        cursor = self.textCursor()
        block = self.document().findBlock(cursor.selectionStart())
        line, at = block.text(), block.position()
        within = cursor.selectionEnd() < at + block.length()
        start, end = (index_at(line, place - at) for place in (cursor.selectionStart(), cursor.selectionEnd()))
        found = words_at(line, start, end) if within else None
        if found is None:
            self.words_missing.emit()
            return
        start, end = (at + units(line[:index]) for index in found)
        self._asked = _Asked(self.place(), start, end)
        self.replacements_wanted.emit(Spot(self.context_around(start, end), line[slice(*found)]), self._asked.place)

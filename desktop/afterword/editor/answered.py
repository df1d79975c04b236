"""What the page does with an answer about it, once the writer wants it there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor

from afterword.drafts.choosing import Edit
from afterword.editor.accepted import accepted_format
from afterword.editor.around import paragraphs
from afterword.editor.plaintext import clean, index_at, units
from afterword.editor.replacing import ReplacingSheet
from afterword.text.boundaries import rest_of_word
from afterword.text.fitting import fitted


class AnsweredSheet(ReplacingSheet):
    """Takes answers in, as one step of undo each; what comes from them is marked as accepted."""

    def selected_text(self, most: int | None = None) -> str:
        """What is selected, newlines as line feeds; at most so many UTF-16 units of it."""
        cursor = self.textCursor()
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        return clean(self._stretch(start, end if most is None else min(end, start + most)).selectedText())

    def text_around(self, most: int) -> tuple[str, int]:
        """The text around the cursor, at least so many characters on either side where there are, and where in it the cursor is.

        Costs as much as that text, whatever the length of the document.
        """
        here = self.textCursor()
        block, line = here.block(), here.block().text()
        at = index_at(line, here.positionInBlock())
        before = paragraphs(block.previous(), most - at, QTextBlock.previous)[::-1]
        after = paragraphs(block.next(), most - (len(line) - at), QTextBlock.next)
        at += sum(len(text) + 1 for text in before)
        return clean("\n".join([*before, line, *after])), at

    def stretch_of_selection(self) -> QTextCursor:
        """A cursor that holds what is selected now, also when the text around it changes."""
        stretch = QTextCursor(self.textCursor())
        stretch.setKeepPositionOnInsert(True)
        return stretch

    def insert_answer(self, text: str) -> bool:
        """Put `text` in at the cursor, behind what is selected and the word that goes on there, with what it needs to stand
        there; False where the page can only be read.
        """
        if self.isReadOnly():
            self.write_refused.emit()
            return False
        self.void()
        selection = self.textCursor()
        end = selection.selectionEnd()
        context = self.context_around(end, end)
        end += units(context.after[: rest_of_word(context.before, context.after)])
        text = fitted(text, self.context_around(end, end), apart=_is_of_paragraphs(selection))
        self.insert_accepted(text, self._stretch(end, end))
        self.ensureCursorVisible()
        return True

    def change_within(self, stretch: QTextCursor, was: str, changes: Sequence[Edit]) -> bool:
        """Make changes in what `stretch` holds; False where that is not `was` any more, or the page can only be read.

        Args:
            stretch: from `stretch_of_selection`.
            was: the text to which the changes belong.
            changes: first things first.
        """
        if clean(stretch.selectedText()) != was:
            return False
        if self.isReadOnly():
            self.write_refused.emit()
            return False
        self.void()
        begin, done, places = stretch.selectionStart(), 0, []
        for change in changes:
            start = begin + units(was[done : change.start])
            begin = start + units(was[change.start : change.end])
            done = change.end
            places.append((start, begin, change.text))
        self._put_accepted(places)
        self.ensureCursorVisible()
        return True

    def _put_accepted(self, places: Sequence[tuple[int, int, str]]) -> None:
        """Put accepted text in place of several stretches, as one step of undo; the cursor is behind the last of them then.

        Args:
            places: where each begins and ends, in UTF-16 units, and what is put there; none overlaps the one behind it.
        """
        self._accepts += 1
        self._doing = True
        step, behind = QTextCursor(self.document()), self.textCursor()
        step.beginEditBlock()
        try:
            for number, (start, end, text) in enumerate(reversed(places)):
                stretch = self._stretch(start, end)
                stretch.insertText(text, accepted_format(self._accepts))
                if number == 0:
                    behind = self._stretch(stretch.position(), stretch.position())
        finally:
            step.endEditBlock()
            self.setTextCursor(behind)
            self.setCurrentCharFormat(QTextCharFormat())
            self._doing = False


def _is_of_paragraphs(selection: QTextCursor) -> bool:
    """Whether it holds paragraphs as they are, and no part of one."""
    document, start, end = selection.document(), selection.selectionStart(), selection.selectionEnd()
    begins = start == document.findBlock(start).position()
    last = document.findBlock(end)
    return start != end and begins and end in (last.position(), last.position() + last.length() - 1)

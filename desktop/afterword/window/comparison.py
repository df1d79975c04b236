"""Two texts on one page, as one: what is gone struck out, what is new marked; paragraphs that are the same are left out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor, QPalette, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextBrowser, QWidget

from afterword.drafts.compare import Passage, Span

_AROUND = 200  # characters of what is the same, before and behind a change
_MOST = 200  # passages; a reader who wants more opens the text


class Comparison(QTextBrowser):
    """Shows passages of `drafts.compare`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Changes"))
        self.setToolTip(self.tr("What is gone is struck out, what is new is underlined"))

    def show_passages(self, passages: Sequence[Passage]) -> None:
        """Show what changed, with a little of what did not around it."""
        self.clear()
        cursor = QTextCursor(self.document())
        quiet, plain = self._look(QPalette.ColorRole.PlaceholderText), self._look(QPalette.ColorRole.Text)
        gone, new = self._look(QPalette.ColorRole.PlaceholderText), self._look(QPalette.ColorRole.Text)
        gone.setFontStrikeOut(True)
        new.setFontUnderline(True)
        new.setBackground(self._marked())
        changes = 0
        for at, passage in enumerate(passages):
            if not passage.changed:
                self._put_same(cursor, passage, quiet, first=at == 0, last=at == len(passages) - 1)
                continue
            changes += 1
            if changes > _MOST:
                cursor.insertText(self.tr("… and more"), quiet)
                break
            for span, look in _woven(passage.before, passage.after, gone, new, plain):
                cursor.insertText(span.text, look)
        if not changes:
            cursor.insertText(self.tr("Nothing is different."), quiet)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _put_same(self, cursor: QTextCursor, passage: Passage, look: QTextCharFormat, *, first: bool, last: bool) -> None:
        text = passage.after[0].text
        if len(text) <= 2 * _AROUND:
            cursor.insertText(text, look)
            return
        beginning, end = text[:_AROUND], text[-_AROUND:]
        cursor.insertText(f"…{end}" if first else f"{beginning}…" if last else f"{beginning}…\n\n…{end}", look)

    def _look(self, role: QPalette.ColorRole) -> QTextCharFormat:
        look = QTextCharFormat()
        look.setForeground(self.palette().color(role))
        return look

    def _marked(self) -> QColor:
        colour = QColor(self.palette().color(QPalette.ColorRole.Highlight))
        colour.setAlpha(50)
        return colour


def _woven(
    before: Sequence[Span], after: Sequence[Span], gone: QTextCharFormat, new: QTextCharFormat, plain: QTextCharFormat
) -> list[tuple[Span, QTextCharFormat]]:
    """Both sides in the order in which one reads them: what is gone stands before what is there instead."""
    woven: list[tuple[Span, QTextCharFormat]] = []
    rest = list(before)
    for span in after:
        if span.changed:
            if rest and rest[0].changed:
                woven.append((rest.pop(0), gone))
            woven.append((span, new))
            continue
        while rest and rest[0].changed:
            woven.append((rest.pop(0), gone))
        if rest:
            rest.pop(0)  # the same on this side
        woven.append((span, plain))
    return [*woven, *((span, gone) for span in rest if span.changed)]

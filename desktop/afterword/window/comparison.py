"""Two texts on one page, as one: what is gone struck out, what is new marked; paragraphs that are the same are left out."""

from __future__ import annotations

from collections.abc import Sequence

import regex as re  # whose \b, with the flag w, is that of Unicode Standard Annex 29: a word with its apostrophe, a whole emoji
from PySide6.QtGui import QColor, QPalette, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextBrowser, QWidget

from afterword.drafts.compare import Passage, Span

AROUND = 200
"""Characters of what is the same, before and behind a change."""

_BEFORE = 10  # characters that say whether a word begins behind them
_MOST = 200  # passages; a reader who wants more opens the text


class Looks:
    """How words look that are gone, new, or the same, in the colours of a palette; by more than a colour."""

    def __init__(self, palette: QPalette) -> None:
        self.quiet, self.gone = _in(palette, QPalette.ColorRole.PlaceholderText), _in(palette, QPalette.ColorRole.PlaceholderText)
        self.plain, self.new = _in(palette, QPalette.ColorRole.Text), _in(palette, QPalette.ColorRole.Text)
        self.gone.setFontStrikeOut(True)
        self.new.setFontUnderline(True)
        marked = QColor(palette.color(QPalette.ColorRole.Highlight))
        marked.setAlpha(50)
        self.new.setBackground(marked)


class Comparison(QTextBrowser):
    """Shows passages of `drafts.compare` as one text: what is gone struck out, what is new marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Changes"))
        self.setToolTip(self.tr("What is gone is struck out, what is new is underlined"))

    def show_passages(self, passages: Sequence[Passage]) -> None:
        """Show what changed, with a little of what did not around it."""
        self.clear()
        cursor = QTextCursor(self.document())
        looks = Looks(self.palette())
        changes = 0
        for at, passage in enumerate(passages):
            if not passage.changed:
                cursor.insertText(around(passage.after[0].text, at == 0, at == len(passages) - 1), looks.quiet)
                continue
            changes += 1
            if changes > _MOST:
                cursor.insertText(self.tr("… and more"), looks.quiet)
                break
            for span, look in _woven(passage.before, passage.after, looks):
                cursor.insertText(span.text, look)
        if not changes:
            cursor.insertText(self.tr("Nothing is different."), looks.quiet)
        self.moveCursor(QTextCursor.MoveOperation.Start)


def around(text: str, first: bool, last: bool, most: int = AROUND) -> str:
    """A little of what is the same, at most `most` characters next to a change; before the first or behind the last, one end."""
    if len(text) <= 2 * most:
        return text
    beginning, end = beginning_of(text, most), _end_of(text, most)
    return f"…{end}" if first else f"{beginning}…" if last else f"{beginning}…\n\n…{end}"


def beginning_of(text: str, most: int) -> str:
    """At most `most` characters of the beginning, up to the end of a word."""
    found = re.match(rf"(?ws).{{1,{most}}}(?<=\S)\b", text)
    return found.group() if found else text[:most]


def _end_of(text: str, most: int) -> str:
    near = text[-most - _BEFORE :]
    found = re.search(rf"(?ws)\b(?=\S).{{1,{most}}}\Z", near)
    return found.group() if found else text[-most:]


def _in(palette: QPalette, role: QPalette.ColorRole) -> QTextCharFormat:
    look = QTextCharFormat()
    look.setForeground(palette.color(role))
    return look


def _woven(before: Sequence[Span], after: Sequence[Span], looks: Looks) -> list[tuple[Span, QTextCharFormat]]:
    """Both sides in the order in which one reads them: what is gone stands before what is there instead."""
    woven: list[tuple[Span, QTextCharFormat]] = []
    rest = list(before)
    for span in after:
        if span.changed:
            if rest and rest[0].changed:
                woven.append((rest.pop(0), looks.gone))
            woven.append((span, looks.new))
            continue
        while rest and rest[0].changed:
            woven.append((rest.pop(0), looks.gone))
        if rest:
            rest.pop(0)  # the same on this side
        woven.append((span, looks.plain))
    return [*woven, *((span, looks.gone) for span in rest if span.changed)]

"""Grey text in the page that is not in the document: the pre-edit area of a paragraph's layout.

Qt lays the pre-edit area out inline, wraps it and moves what follows, but neither the document, its undo stack, a selection nor
the clipboard ever sees it. It belongs to the input method; so the ghost is there only while nothing is being composed, and it is
taken away before the document or the cursor changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextDocument, QTextFormat, QTextLayout

from afterword.editor.layout import SpacedLayout
from afterword.editor.plaintext import index_at, units
from afterword.text.scripts import unspaced

_SEAM = "\u200b"  # a line may break here: else completing half a word at the margin would pull the typed half to the next line
# (Where lines break anywhere there is none: it is in another font than Chinese letters, whose line would become higher.)
_PASSING = int(QTextFormat.Property.UserProperty) + 2  # on formats that go when the ghost goes
_LINE_BREAKS = str.maketrans({"\n": "\u2028", "\u2029": "\u2028"})


@dataclass(frozen=True)
class FormatRun:
    """Some text in one look, or a look for some text: `start` and `length` are in UTF-16 units of the paragraph."""

    start: int
    length: int
    look: QTextCharFormat


class Ghost:
    """The one ghost of a document."""

    def __init__(self, document: QTextDocument, layout: SpacedLayout) -> None:
        self._document = document
        self._layout = layout
        self._text = ""
        self._laid = ""
        self._anchor = QTextCursor(document)

    @property
    def text(self) -> str:
        """What is shown; "" for nothing."""
        return self._text

    @property
    def length(self) -> int:
        """How far it moves what follows it in the paragraph's layout, in UTF-16 units."""
        return units(self._laid)

    def index_of(self, units_in: int) -> int:
        """The index in `text` that lies `units_in` UTF-16 units into what was laid; its length behind the text."""
        seam = len(self._laid) - len(self._laid.removeprefix(_SEAM))
        return min(max(index_at(self._laid, units_in) - seam, 0), len(self._text))

    @property
    def position(self) -> int:
        """Where in the document it lies; meaningful while there is text."""
        return self._anchor.position()

    def lay(
        self, position: int, pieces: Sequence[tuple[str, QTextCharFormat]], marks: Iterable[FormatRun] = (), remark: int = 0
    ) -> None:
        """Show `pieces` at `position`, each in its look.

        Args:
            position: in the document, in UTF-16 units.
            pieces: texts and their looks; the fonts are those of the text around them.
            marks: looks for parts of the paragraph, put over what is there for as long as the ghost lies.
            remark: how many of the last pieces are about the text that is shown, and not of it.
        """
        self.take_off()
        text = "".join(piece for piece, _ in pieces[: len(pieces) - remark])
        block = self._document.findBlock(position)
        layout = block.layout()
        if not text:
            return
        at = position - block.position()
        seam = _SEAM if at and not unspaced(block.text()[index_at(block.text(), at) - 1]) else ""
        self._text, self._laid = text, seam + "".join(piece for piece, _ in pieces).translate(_LINE_BREAKS)
        self._anchor.setPosition(position)

        there = _runs(layout)
        font = _font_around(there, at, block.length() - 1)
        formats = [run for old in there for run in _around(old, at, self.length)]
        start = at + len(seam)
        for piece, look in pieces:
            merged = QTextCharFormat(font)
            merged.merge(look)
            merged.setProperty(_PASSING, True)
            formats.append(FormatRun(start, units(piece), merged))
            start += units(piece)
        for mark in marks:
            look = QTextCharFormat(mark.look)
            look.setProperty(_PASSING, True)
            formats.extend(_around(FormatRun(mark.start, mark.length, look), at, self.length))

        above = self._line_above(block, at)
        layout.setPreeditArea(at, self._laid)
        _set_formats(layout, formats)
        self._document.markContentsDirty(block.position(), block.length())
        self._keep_break(block, at, above)

    def take_off(self) -> None:
        """Take the ghost away; the paragraph is laid out as if there had been none."""
        if not self._laid:
            return
        block = self._anchor.block()
        # After a change to the document behind its back the ghost may have stayed with a neighbour, or gone with its paragraph.
        for candidate in (block, block.previous(), block.next()):
            if candidate.isValid() and candidate.layout().preeditAreaText() == self._laid:
                self._clear(candidate)
        self._text = self._laid = ""

    def _clear(self, block: QTextBlock) -> None:
        layout = block.layout()
        at = layout.preeditAreaPosition()
        formats = _joined(run for old in _runs(layout) for run in _without(old, at, self.length))
        layout.setPreeditArea(-1, "")
        _set_formats(layout, formats)
        self._document.markContentsDirty(block.position(), block.length())
        self._layout.blockBoundingRect(block)  # lays it out at once: Shift+Down and Shift+Up look at lines without asking for it

    def _line_above(self, block: QTextBlock, at: int) -> tuple[int, int, float] | None:
        """For the line with the character before `at`: where it starts, and number and width of the line above it."""
        self._layout.blockBoundingRect(block)  # has it laid out
        line = block.layout().lineForTextPosition(at - 1) if at else None
        if line is None or line.lineNumber() == 0:
            return None
        upper = block.layout().lineAt(line.lineNumber() - 1)
        return line.textStart(), upper.lineNumber(), upper.naturalTextWidth()

    def _keep_break(self, block: QTextBlock, at: int, above: tuple[int, int, float] | None) -> None:
        """Keep the text before the ghost in its line, where the break at the seam lets the beginning of a word move up."""
        if above is None:
            return
        start, number, width = above
        self._layout.blockBoundingRect(block)
        if block.layout().lineForTextPosition(at - 1).textStart() != start:
            self._layout.hold_line(block, number, width)


def _font_around(runs: Iterable[FormatRun], at: int, length: int) -> QTextCharFormat:
    """The font of the text that a ghost at `at` continues: of runs that go on around it, or hold the whole paragraph."""
    font = QTextCharFormat()
    for run in runs:
        end = run.start + run.length
        if run.start < at < end or (run.start == 0 and at == end == length):
            font.merge(run.look)
    for key in (QTextFormat.Property.ForegroundBrush, QTextFormat.Property.BackgroundBrush):
        font.clearProperty(int(key))
    return font


def _around(run: FormatRun, at: int, length: int) -> Iterable[FormatRun]:
    """`run` when `length` units are put in at `at`: before them, behind them, or split by them."""
    end = run.start + run.length
    if run.start < at:
        yield FormatRun(run.start, min(end, at) - run.start, run.look)
    if end > at:
        start = max(run.start, at)
        yield FormatRun(start + length, end - start, run.look)


def _without(run: FormatRun, at: int, length: int) -> Iterable[FormatRun]:
    """`run` when the `length` units at `at` are taken out."""
    if run.look.hasProperty(_PASSING):
        return

    def moved(position: int) -> int:
        return position if position <= at else max(at, position - length)

    start, end = moved(run.start), moved(run.start + run.length)
    if end > start:
        yield FormatRun(start, end - start, run.look)


def _joined(runs: Iterable[FormatRun]) -> list[FormatRun]:
    """`runs` with neighbours of one look made one, since text is shaped anew at each border."""
    joined: list[FormatRun] = []
    for run in sorted(runs, key=lambda run: run.start):
        last = joined[-1] if joined else None
        if last is not None and last.start + last.length == run.start and last.look == run.look:
            joined[-1] = FormatRun(last.start, last.length + run.length, last.look)
        else:
            joined.append(run)
    return joined


def _runs(layout: QTextLayout) -> list[FormatRun]:
    # Copies: PySide's `format` is a reference into a FormatRange, which goes with the list that it came in.
    return [FormatRun(span.start, span.length, QTextCharFormat(span.format)) for span in layout.formats()]


def _set_formats(layout: QTextLayout, runs: Iterable[FormatRun]) -> None:
    formats = []
    for run in runs:
        span = QTextLayout.FormatRange()
        span.start, span.length, span.format = run.start, run.length, run.look
        formats.append(span)
    layout.setFormats(formats)

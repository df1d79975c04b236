"""Which text of the document was accepted from suggestions: a property of its characters, which Qt carries through every edit."""

from __future__ import annotations

import json
from collections.abc import Iterator

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextFormat

from afterword.drafts.ledger import Run, joined
from afterword.editor.plaintext import index_at

ACCEPTED = int(QTextFormat.Property.UserProperty) + 1
"""The character property of text that was accepted from a suggestion; its value differs from one accept to the next."""

RUNS_FORMAT = "application/x-afterword-accepted"
"""The format beside the plain text of what is moved: JSON, a list of the runs of accepted text in it."""


def accepted_format(number: int = 0) -> QTextCharFormat:
    """The format of what was accepted; with another `number` it is another step of undo. 0, which no accept has, for
    what was only moved or read.
    """
    accepted = QTextCharFormat()
    accepted.setProperty(ACCEPTED, number)
    return accepted


def accepted_in(block: QTextBlock) -> list[tuple[int, int]]:
    """Where in a paragraph the accepted text begins and ends, in UTF-16 units; without the newline behind it."""
    return [(r.start, r.start + r.length) for r in block.textFormats() if r.format.hasProperty(ACCEPTED)]


def newline_accepted(block: QTextBlock) -> bool:
    """Whether the newline behind a paragraph was accepted; its format is that of the paragraph that it begins."""
    below = block.next()
    return below.isValid() and below.charFormat().hasProperty(ACCEPTED)


def give_runs(mime: QMimeData, selection: QTextCursor) -> None:
    """Let `mime` say, beside its text, where in the selection accepted text is; nothing where there is none."""
    runs = joined(_runs_in(selection))
    if runs:
        mime.setData(RUNS_FORMAT, json.dumps(runs).encode())


def insert_with_runs(cursor: QTextCursor, text: str, mime: QMimeData) -> None:
    """Put `text` in place of what is selected, as one step of undo, accepted where `mime` says so and typed elsewhere."""
    done = 0
    cursor.beginEditBlock()
    for start, end in _runs_of(mime):
        if done <= start < end <= len(text):
            cursor.insertText(text[done:start], QTextCharFormat())
            cursor.insertText(text[start:end], accepted_format())
            done = end
    cursor.insertText(text[done:], QTextCharFormat())
    cursor.endEditBlock()


def _runs_in(selection: QTextCursor) -> Iterator[Run]:
    """The runs of accepted text in what is selected, in characters of it."""
    begin, stop = selection.selectionStart(), selection.selectionEnd()
    block = selection.document().findBlock(begin)
    done = 0
    while block.isValid() and block.position() < stop:
        text, at = block.text(), block.position()
        first, last = max(begin - at, 0), min(stop - at, block.length() - 1)
        moved = done - index_at(text, first)
        for start, end in accepted_in(block):
            if start < last and end > first:
                yield moved + index_at(text, max(start, first)), moved + index_at(text, min(end, last))
        done = moved + index_at(text, last) + 1
        if stop - at > last and newline_accepted(block):
            yield done - 1, done
        block = block.next()


def _runs_of(mime: QMimeData) -> list[Run]:
    """What `give_runs` said; nothing where another program said something else."""
    try:
        runs = json.loads(bytes(mime.data(RUNS_FORMAT).data()) or b"[]")
        return [(start, end) for start, end in runs if type(start) is type(end) is int]
    except (ValueError, TypeError):
        return []

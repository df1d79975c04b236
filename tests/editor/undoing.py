"""What it takes to see where undos stop."""

from __future__ import annotations

from afterword.editor.steps import PAUSE, WORDS
from tests.editor.conftest import Key, Writer

LONGER, SHORTER = PAUSE + 0.1, PAUSE - 0.1
MOST = int(WORDS)


def undone(writer: Writer) -> list[str]:
    """What stands on the page after each undo."""
    texts = []
    while writer.page.document().isUndoAvailable():
        writer.page.undo()
        texts.append(writer.text)
    return texts


def redone(writer: Writer) -> list[str]:
    texts = []
    while writer.page.document().isRedoAvailable():
        writer.page.redo()
        texts.append(writer.text)
    return texts


def moves_there_and_back(writer: Writer) -> None:
    writer.press(Key.Key_Left)
    writer.press(Key.Key_Right)

"""What is around a place of a document, at the cost of that and not of the document."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QTextBlock, QTextDocument

from afterword.editor.plaintext import clean, index_at


def texts_around(document: QTextDocument, start: int, end: int, most_before: int, most_after: int) -> tuple[str, str]:
    """The text before `start` and the text behind `end`, each no longer than that many characters.

    Args:
        document: holds it.
        start: a position, in UTF-16 units.
        end: likewise.
        most_before: characters.
        most_after: likewise.
    """
    first, last = document.findBlock(start), document.findBlock(end)
    head, tail = first.text(), last.text()
    head, tail = head[: index_at(head, start - first.position())], tail[index_at(tail, end - last.position()) :]
    before = [head, *paragraphs(first.previous(), most_before - len(head), QTextBlock.previous)]
    after = [tail, *paragraphs(last.next(), most_after - len(tail), QTextBlock.next)]
    return clean("\n".join(reversed(before)))[-most_before:] if most_before else "", clean("\n".join(after))[:most_after]


def paragraphs(block: QTextBlock, most: int, step: Callable[[QTextBlock], QTextBlock]) -> list[str]:
    """The texts of the paragraphs from `block` on, wherever `step` leads, until there are so many characters."""
    texts: list[str] = []
    while block.isValid() and most > 0:
        texts.append(block.text())
        most -= len(texts[-1]) + 1
        block = step(block)
    return texts


def changed_paragraphs(document: QTextDocument, position: int, added: int) -> tuple[int, int, int]:
    """The first and the last that `contentsChange` may be about, and how many there are now; see `ByParagraph.changed`."""
    first = document.findBlock(position).blockNumber()
    last = document.findBlock(min(position + added, document.characterCount() - 1)).blockNumber()
    return first, max(first, last), document.blockCount()

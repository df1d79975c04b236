"""Tooltips that show their text and nothing that somebody else made of it."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt


def plain_tip(text: str) -> str:
    """A tooltip with exactly the letters of `text`, which may hold words of a server, a file or a model.

    Qt would take some of them for HTML, and read the pictures that it names from the disk.
    """
    return f"<qt>{escape(text)}</qt>" if Qt.mightBeRichText(text) else text

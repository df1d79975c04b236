"""Other words for one on the page, to choose one from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtWidgets import QListWidgetItem

from afterword.editor.page import Page
from afterword.window.word_list import WordList


class ReplacementList(WordList):
    """The words that fit in place of some.

    Args:
        page: gets the keys that are not for the list.

    Signals:
        chosen: what is to stand there.
    """

    chosen = Signal(str)

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._texts: list[str] = []
        self.words.setAccessibleName(self.tr("Words that fit here"))
        self.words.setToolTip(self.tr("Choose one to put it in place of what stands there"))
        self.row_chosen.connect(self._tell)

    def open_with(self, texts: Sequence[str], corner: QPoint) -> None:
        """Show `texts`, the one that fits best first, at `corner` of the screen, below the line of the words."""
        self._texts = list(texts)
        self.open_at(corner, [QListWidgetItem(text) for text in texts])

    @Slot(int)
    def _tell(self, row: int) -> None:
        self.chosen.emit(self._texts[row])

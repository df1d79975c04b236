"""How many words the document has, without counting it all at every key. No Qt in here."""

from __future__ import annotations

from collections.abc import Callable

from afterword.editor.paragraphs import ByParagraph
from afterword.text.boundaries import count_words


class WordCounts(ByParagraph[int]):
    """Words by paragraph. A paragraph that changed is counted again when somebody asks."""

    def count(self, text_of: Callable[[int], str], seconds: float | None = None) -> bool:
        """Count what changed, of which `text_of` gives the text; see `work_out`."""
        return self.work_out(lambda number: count_words(text_of(number)), seconds)

    @property
    def total(self) -> int:
        """Words in all paragraphs that have been counted."""
        return sum(self.known())

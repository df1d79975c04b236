"""Other words at the cursor, in a list below it: how a suggestion could go on, and what could stand for a word."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QTimer, Signal, Slot

from afterword.assist.types import Place
from afterword.editor.page import Page
from afterword.engine.protocol import Piece
from afterword.text.context import Context
from afterword.window.likeliest_list import LikeliestList
from afterword.window.replacement_list import ReplacementList

_QUIET_MS = 600  # without other words for those on the page, until it is said that they are looked for


class WordChoices(QObject):
    """Opens a list only where the writer still is when the model answers.

    Args:
        page: on which they are chosen.
        likeliest: how a suggestion could go on.
        replacements: for words on the page.

    Signals:
        likeliest_wanted: the Context, and what of the suggestion stands before the word that is looked at.
        noticed: a sentence for the status bar.
        withdrawn: a sentence that is not true any more.
    """

    likeliest_wanted = Signal(object, str)
    noticed = Signal(str)
    withdrawn = Signal(str)

    def __init__(
        self, page: Page, likeliest: LikeliestList, replacements: ReplacementList, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._likeliest = likeliest
        self._replacements = replacements
        self._looked: Place | None = None
        self._told = ""
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._quiet.timeout.connect(self._tell_quiet)
        page.replacements_wanted.connect(self._quiet.start)
        for gone_on in (page.suggestion_unwanted, page.suggestion_wanted):
            gone_on.connect(self.look_no_more)
        page.ghost_looked_at.connect(self._ghost_looked_at)
        page.words_missing.connect(self._words_missing)
        page.suggestion_missing.connect(self._nothing_found)
        likeliest.chosen.connect(self._likeliest_chosen)
        replacements.chosen.connect(page.replace_words)

    @Slot(object)
    def show_likeliest(self, pieces: list[Piece]) -> None:
        """The likeliest words where the writer looked, who may be elsewhere by now."""
        if self._looked == self._page.place():
            self._likeliest.open_with(pieces)

    @Slot()
    def look_no_more(self) -> None:
        """No other words for those on the page are looked for."""
        self._quiet.stop()
        if self._told:
            self.withdrawn.emit(self._told)
            self._told = ""

    @Slot(object, object)
    def show_replacements(self, texts: list[str] | None, place: Place) -> None:
        """Other words for those at `place`, where the writer may no longer be; None where there is no model."""
        if place != self._page.place():
            return
        self.look_no_more()
        if texts:
            self._replacements.open_with(texts, self._page.below_words())
        elif texts is None:
            self.noticed.emit(self.tr("Other words come from a model on this machine, and none is loaded."))
        else:
            self._nothing_found()

    @Slot()
    def _tell_quiet(self) -> None:
        self._told = self.tr("Looking for other words…")
        self.noticed.emit(self._told)

    @Slot(object, str, QPoint)
    def _ghost_looked_at(self, context: Context, said: str, corner: QPoint) -> None:
        self._likeliest.wait_at(said, self._page.ghost_text[len(said) :], corner)
        self._looked = self._page.place()
        self.likeliest_wanted.emit(context, said)

    @Slot(str, object)
    def _likeliest_chosen(self, said: str, piece: Piece) -> None:
        if self._looked == self._page.place():
            self._page.branch(said, piece)

    @Slot()
    def _nothing_found(self) -> None:
        self.noticed.emit(self.tr("Nothing comes to mind here."))

    @Slot()
    def _words_missing(self) -> None:
        self.noticed.emit(self.tr("Put the cursor on a word, or select up to three."))

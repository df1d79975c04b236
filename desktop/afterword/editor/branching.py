"""The page's dealings with the words of a suggestion: what could stand in place of one, and how it goes on from there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Signal
from PySide6.QtGui import QHelpEvent

from afterword.assist.types import Wish
from afterword.editor import geometry
from afterword.editor.keys import EditorAction
from afterword.editor.offer import Offer
from afterword.editor.offering import OfferingSheet
from afterword.engine.protocol import Piece
from afterword.suggest.suggestion import Suggestion, part


class BranchingSheet(OfferingSheet):
    """Lets the writer look at a word of the suggestion, by key or with the pointer, and have it go on from another.

    Signals:
        ghost_looked_at: the Context, what of the suggestion stands before the word that is looked at, and where that is on the
            screen.
        branch_wanted: the Context, the Place, and the Suggestion's beginning, from which the writer wants it to go on.
    """

    ghost_looked_at = Signal(object, str, QPoint)
    branch_wanted = Signal(object, object, object)

    def perform(self, action: EditorAction) -> bool:
        if action is not EditorAction.LIKELIEST:
            return super().perform(action)
        if not self._applies(action):
            return False
        self.look_at_ghost()
        return True

    def look_at_ghost(self, index: int = 0) -> None:
        """Look at the word of the suggestion that has the character `index`, with those that could stand in its place."""
        if self._offer is not None and self.ghost.text:
            start, (word, rest) = 0, self._offer.remaining.accept_word()
            while rest and start + len(word) <= index:
                start, (word, rest) = start + len(word), rest.accept_word()
            corner = self.cursorRect().bottomLeft()
            self.ghost_looked_at.emit(self.context(), self.ghost.text[:start], self.viewport().mapToGlobal(corner))

    def branch(self, said: str, piece: Piece) -> None:
        """Have the suggestion go on with `piece` behind what of it was `said`."""
        if self._offer is None or not self.ghost.text or not self.ghost.text.startswith(said):
            return
        begun = Suggestion((*part(self._offer.remaining.pieces, 0, len(said)), piece))
        self._voids += 1
        place = self.place()
        self._offer, self._wished = Offer(place, begun), Wish.NOW
        self._offer.show(self._clock())  # it is the same suggestion to the writer
        self._lay()
        self.branch_wanted.emit(self.context(), place, begun)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):  # the pointer rests
            index = geometry.ghost_index_at(self, QPointF(event.pos()))
            if index is not None:
                self.look_at_ghost(index)
                return True
        return super().viewportEvent(event)

"""The page's dealings with suggestions: which is offered, what is shown of it, and what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from afterword.assist.timing import READ_AFTER_MS, SEEN_AFTER
from afterword.assist.types import Place, Wish
from afterword.editor.hands import HandledSheet, Outcome
from afterword.editor.keys import EditorAction
from afterword.editor.offer import Fit, Offer
from afterword.suggest.bounds import is_absurd
from afterword.suggest.suggestion import Ended, Suggestion

WISHES = {EditorAction.ASK_NOW: Wish.NOW, EditorAction.CONTINUE: Wish.LONG}
"""What asks for a suggestion; all else is done to one that is shown."""

_STEPS = {EditorAction.NEXT: 1, EditorAction.PREVIOUS: -1}


class OfferingSheet(HandledSheet):
    """Offers suggestions; they are never in its document.

    The ghost is laid again, shorter, where the writer typed what it says; it is dropped, and another wished for, where the text
    changed in another way; nothing is wished for where only the cursor moved.

    Args:
        clock: seconds, rising.

    Signals:
        suggestion_wanted: the Context and the Place of the cursor, and a Wish.
        suggestion_unwanted: an earlier wish is void, or what has come is enough.
        typed: the writer put in something, as they type.
        alternatives_wanted: the writer looks for another suggestion than the one that is shown.
        cursor_rested: the Context where the cursor has been for a moment, with no suggestion wished for.
        suggestion_missing: the writer asked for one, and nothing came of it.
        suggestion_shown: a Suggestion, at its first showing.
        suggestion_settled: what is left of a Suggestion, each time that is laid on the page and no more of it will come.
        suggestion_turned: what is left of the Suggestion that the writer went to, its number, and how many there are.
        suggestion_spoken: what is shown of a Suggestion, which the writer asks to hear; nothing where none is shown.
        suggestion_taken: what of it was put into the document, and the EditorAction that did it.
        suggestion_typed: a Suggestion that was shown, all of which the writer typed.
        suggestion_dropped: a Suggestion that was shown for long enough to be seen and is gone, of which nothing was accepted and
            not all was typed.
        suggestion_gone: one that was offered is no more.
    """

    suggestion_wanted = Signal(object, object, object)
    suggestion_unwanted = Signal()
    typed = Signal()
    alternatives_wanted = Signal()
    cursor_rested = Signal(object)
    suggestion_missing = Signal()
    suggestion_shown = Signal(object)
    suggestion_settled = Signal(object)
    suggestion_turned = Signal(object, int, int)
    suggestion_spoken = Signal(object)
    suggestion_taken = Signal(str, object)
    suggestion_typed = Signal(object)
    suggestion_dropped = Signal(object)
    suggestion_gone = Signal()

    _offer: Offer | None = None  # here, since Qt sends events while the widget is still being made
    _wished: Wish | None = None
    _reveals = False
    _revealing = False
    _voids = 0

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent, clock)
        self._enabled = True
        self._rest = QTimer(self, singleShot=True, interval=READ_AFTER_MS)
        self._rest.timeout.connect(self._rested)
        self.cursorPositionChanged.connect(self._rest.start)

    # --- what the window and the controller use ---------------------------------------------------------------------

    @property
    def ghost_text(self) -> str:
        """What is shown of a suggestion now; "" for nothing."""
        return self.ghost.text

    def place(self) -> Place:
        """Where the cursor is, and in which state of the document.

        The revision rises with every change of the text, and when what was asked for before became void. QTextDocument's own
        also rises without a change, and not when the cursor went away and came back.
        """
        return Place(self._changes + self._voids, self.textCursor().position())

    @property
    def can_offer(self) -> bool:
        """Whether a suggestion can be shown here if it is asked for."""
        return not self.isReadOnly() and not self.textCursor().hasSelection() and not self.is_composing()

    @property
    def suggestions_enabled(self) -> bool:
        """Whether suggestions are wished for at all."""
        return self._enabled

    @suggestions_enabled.setter
    def suggestions_enabled(self, on: bool) -> None:
        self._enabled = on
        if not on:
            self.void()

    @property
    def reveals(self) -> bool:
        """Whether suggestions that were not asked for are seen only while the Ctrl key is held."""
        return self._reveals

    @reveals.setter
    def reveals(self, on: bool) -> None:
        self._reveals = on
        self._lay()

    @Slot(object, object)
    def show_suggestion(self, suggestion: Suggestion, place: Place) -> None:
        """Show `suggestion`, all of it that has arrived, if it still fits.

        It fits where the cursor and the document are as in `place`, for which it was asked, or where the writer has since written
        nothing but what it says.
        """
        if not self._may_offer() or is_absurd(suggestion):
            return
        if self._offer is None or self._offer.place != place:
            if place != self.place():
                return
            self._end_offer()
            self._offer = Offer(place, suggestion, long=self._wished is Wish.LONG)
        offer = self._offer
        if offer.grow(suggestion) in (Fit.SHOWS, Fit.WAITS):
            self._lay()
            if offer.long:
                self.show_ghost_end()
            return
        self._end_offer()
        if self._wished is not Wish.KEY and not suggestion.text and suggestion.why_it_ended is not Ended.STOPPED:
            self.suggestion_missing.emit()
        if offer.written:  # the writer typed ahead: to its very end, or somewhere else
            self._go_on()

    @Slot(object, object)
    def offer_alternatives(self, others: Sequence[Suggestion], place: Place) -> None:
        """Have `others` to go to, in place of the suggestion that was asked for at `place`."""
        if self._offer is None or self._offer.place != place:
            return
        if self._offer.add([other for other in others if not is_absurd(other)]):
            self._lay_other(self._offer)

    @Slot()
    def ask_now(self, wish: Wish = Wish.NOW) -> None:
        """Wish for a suggestion here; also while none are made unasked."""
        if self.can_offer:
            self._end_offer()
            self._ask(wish)

    def perform(self, action: EditorAction) -> bool:
        """Do `action`; False where it does not apply, so that its key keeps its ordinary meaning."""
        offer = self._offer
        if not self._applies(action):
            return False
        if action in WISHES:
            self.ask_now(WISHES[action])
        elif action is EditorAction.SPEAK:
            self.suggestion_spoken.emit(offer.remaining if offer is not None and self.ghost.text else Suggestion())
        elif offer is None or (action is EditorAction.DISMISS and not self._stop(offer)):
            self.void()
        elif action in _STEPS:
            self._look_for_another(offer, _STEPS[action])
        elif action is not EditorAction.DISMISS:
            self._accept(offer, action)
        return True

    # --- offers -----------------------------------------------------------------------------------------------------

    def void(self) -> None:
        self._voids += 1
        self._end_offer()
        if self._wished is not None:
            self._wished = None
            self.suggestion_unwanted.emit()

    def settle(self, outcome: Outcome) -> None:
        if outcome.asks and outcome.changed:
            self.typed.emit()
        if self.is_composing() or (outcome.moved and not outcome.changed):
            self.void()
        elif not outcome.changed or (outcome.asks and self._follows(outcome.typed)):
            self._lay()
        elif outcome.asks and self._may_offer():
            self._end_offer()
            self._go_on()
        else:
            self.void()

    def _follows(self, typed: str) -> bool:
        return self._offer is not None and bool(typed) and self._offer.write(typed) in (Fit.SHOWS, Fit.WAITS)

    def _may_offer(self) -> bool:
        return (self._enabled or self._wished in WISHES.values()) and self.can_offer

    def _go_on(self) -> None:
        """Ask for what comes next, where suggestions are made unasked."""
        if self._enabled:
            self._ask()
        else:
            self.void()

    def _applies(self, action: EditorAction) -> bool:
        return self.can_offer if action in WISHES else action is EditorAction.SPEAK or bool(self.ghost.text)

    def _ask(self, wish: Wish = Wish.KEY) -> None:
        self._voids += 1
        self._wished = wish
        self.suggestion_wanted.emit(self.context(), self.place(), wish)

    @Slot()
    def _rested(self) -> None:
        if self._enabled and self._wished is None:
            self.cursor_rested.emit(self.context())

    def _end_offer(self) -> None:
        self.take_ghost_off()
        self.scroll_back()
        offer, self._offer = self._offer, None
        if offer is None:
            return
        self.suggestion_gone.emit()
        if offer.typed:
            self.suggestion_typed.emit(offer.suggestion)
        elif offer.ignored and offer.seen_for(self._clock()) >= SEEN_AFTER:
            self.suggestion_dropped.emit(offer.suggestion)

    def _stop(self, offer: Offer) -> bool:
        """Let what is still being written on at length be enough; False where nothing is."""
        if not offer.long or offer.suggestion.why_it_ended is not None:
            return False
        offer.stop()
        self.suggestion_settled.emit(offer.remaining)
        self.suggestion_unwanted.emit()
        return True

    def _look_for_another(self, offer: Offer, step: int) -> None:
        if offer.turn(step):
            self._lay_other(offer)
        else:
            self.alternatives_wanted.emit()

    def _lay_other(self, offer: Offer) -> None:
        self._lay()
        self.suggestion_turned.emit(offer.remaining, *offer.choice)

    def _lay(self) -> None:
        """Show of the offer what is to be shown now."""
        offer = self._offer
        if offer is None:
            return
        if self._reveals and not self._revealing and self._wished is Wish.KEY:
            self.take_ghost_off()
            offer.hide()
            return
        number, count = offer.choice
        self.lay_ghost(offer.remaining.pieces, f"{number}/{count}" if offer.turned and count > 1 else "")
        if not self.ghost.text:
            offer.hide()
            return
        if offer.show(self._clock()):
            self.suggestion_shown.emit(offer.suggestion)
        if offer.suggestion.why_it_ended is not None:
            self.suggestion_settled.emit(offer.remaining)

    def _accept(self, offer: Offer, action: EditorAction) -> None:
        parts = {
            EditorAction.ACCEPT_ALL: offer.remaining.text,
            EditorAction.ACCEPT_WORD: offer.remaining.accept_word()[0],
            EditorAction.ACCEPT_SENTENCE: offer.remaining.accept_sentence()[0],
        }
        text = parts[action]
        self.take_ghost_off()
        self.insert_accepted(text)
        goes_on = offer.accept(text) in (Fit.SHOWS, Fit.WAITS)
        if goes_on:
            self._lay()
        self.suggestion_taken.emit(text, action)
        if not goes_on:
            self._scrolled = None  # what was shown stands there now
            self._end_offer()
            self._go_on()
        self.keep_room()

    # --- what happens around it -------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay()

    def set_markdown(self, on: bool) -> None:
        if self._offer is not None:
            self.take_ghost_off()
        super().set_markdown(on)
        self._lay()

    def _apply_look(self) -> None:
        if self._offer is not None:
            self.take_ghost_off()
        super()._apply_look()
        self._lay()

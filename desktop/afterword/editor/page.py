"""The page: the editor widget with suggestions in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QWidget

from afterword.assist.timing import READ_AFTER_MS
from afterword.assist.types import Place
from afterword.editor.hands import HandledSheet, Outcome
from afterword.editor.keys import DEFAULT_BINDINGS, Bindings, EditorAction, is_modifier
from afterword.editor.offer import Fit, Offer
from afterword.suggest.suggestion import Suggestion

ACCEPT_AFTER = 0.25
"""Seconds for which a suggestion must have been seen before Tab takes it (github.com/microsoft/vscode-copilot-release#1013)."""


class Page(HandledSheet):
    """The editor widget. The suggestion is never in its document.

    The ghost is laid again, shorter, where the writer typed what it says; it is dropped, and another wished for, where the text
    changed in another way; nothing is wished for where only the cursor moved.

    Args:
        clock: seconds, rising.

    Signals:
        suggestion_wanted: the Context and the Place of the cursor, after a key of the writer.
        suggestion_unwanted: an earlier wish is void.
        cursor_rested: the Context where the cursor has been for a moment, with no suggestion wished for.
        suggestion_shown: a Suggestion, at its first showing.
        suggestion_taken: what of it was put into the document, and the EditorAction that did it.
        suggestion_dropped: a Suggestion that was shown and is gone, of which nothing was accepted and not all was typed.
    """

    suggestion_wanted = Signal(object, object)
    suggestion_unwanted = Signal()
    cursor_rested = Signal(object)
    suggestion_shown = Signal(object)
    suggestion_taken = Signal(str, object)
    suggestion_dropped = Signal(object)

    _offer: Offer | None = None  # here, since Qt sends events while the widget is still being made
    _wished = False
    _voids = 0

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._bindings = Bindings(DEFAULT_BINDINGS)
        self._enabled = True
        self._held = 0  # the key that did something with a suggestion and may still be held down
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
    def suggestions_enabled(self) -> bool:
        """Whether suggestions are wished for at all."""
        return self._enabled

    @suggestions_enabled.setter
    def suggestions_enabled(self, on: bool) -> None:
        self._enabled = on
        if not on:
            self.void()

    def set_bindings(self, table: Mapping[EditorAction, Sequence[QKeySequence]]) -> None:
        """Let the keys of `table` stand for its actions, and no others."""
        self._bindings = Bindings(table)

    @Slot(object, object)
    def show_suggestion(self, suggestion: Suggestion, place: Place) -> None:
        """Show `suggestion`, all of it that has arrived, if it still fits.

        It fits where the cursor and the document are as in `place`, for which it was asked, or where the writer has since written
        nothing but what it says.
        """
        if not self._may_speak():
            return
        if self._offer is None or self._offer.place != place:
            if place != self.place():
                return
            self._end_offer()
            self._offer = Offer(place, suggestion)
        offer = self._offer
        if offer.grow(suggestion) in (Fit.SHOWS, Fit.WAITS):
            self._lay()
            return
        self._end_offer()
        if offer.written:  # the writer typed ahead: to its very end, or somewhere else
            self._ask()

    @Slot()
    def clear_suggestion(self) -> None:
        """Take the suggestion away."""
        self._end_offer()

    @Slot()
    def ask_now(self) -> None:
        """Wish for a suggestion here."""
        if self._may_speak():
            self._end_offer()
            self._ask()

    def perform(self, action: EditorAction) -> bool:
        """Do `action`; False where it does not apply, so that its key keeps its ordinary meaning."""
        offer = self._offer
        if not self._applies(action):
            return False
        if action is EditorAction.ASK_NOW:
            self.ask_now()
        elif action is EditorAction.DISMISS:
            self.void()
        elif offer is not None:
            self._accept(offer, action)
        return True

    # --- offers -----------------------------------------------------------------------------------------------------

    def void(self) -> None:
        self._voids += 1
        self._end_offer()
        if self._wished:
            self._wished = False
            self.suggestion_unwanted.emit()

    def settle(self, outcome: Outcome) -> None:
        if self.is_composing() or (outcome.moved and not outcome.changed):
            self.void()
        elif not outcome.changed or (outcome.asks and self._follows(outcome.typed)):
            self._lay()
        elif outcome.asks and self._may_speak():
            self._end_offer()
            self._ask()
        else:
            self.void()

    def _follows(self, typed: str) -> bool:
        return self._offer is not None and bool(typed) and self._offer.write(typed) in (Fit.SHOWS, Fit.WAITS)

    def _may_speak(self) -> bool:
        return self._enabled and not self.isReadOnly() and not self.textCursor().hasSelection() and not self.is_composing()

    def _applies(self, action: EditorAction) -> bool:
        return self._may_speak() if action is EditorAction.ASK_NOW else bool(self.ghost.text)

    def _ask(self) -> None:
        self._voids += 1
        self._wished = True
        self.suggestion_wanted.emit(self.context(), self.place())

    @Slot()
    def _rested(self) -> None:
        if self._enabled and not self._wished:
            self.cursor_rested.emit(self.context())

    def _end_offer(self) -> None:
        self.take_ghost_off()
        offer, self._offer = self._offer, None
        if offer is not None and offer.ignored:
            self.suggestion_dropped.emit(offer.suggestion)

    def _lay(self) -> None:
        """Show of the offer what is to be shown now."""
        offer = self._offer
        if offer is None:
            return
        self.lay_ghost(offer.remaining.pieces)
        if not self.ghost.text:
            offer.hide()
        elif offer.show(self._clock()):
            self.suggestion_shown.emit(offer.suggestion)

    def _accept(self, offer: Offer, action: EditorAction) -> None:
        parts = {
            EditorAction.ACCEPT_ALL: offer.remaining.text,
            EditorAction.ACCEPT_WORD: offer.remaining.accept_word()[0],
            EditorAction.ACCEPT_SENTENCE: offer.remaining.accept_sentence()[0],
        }
        text = parts[action]
        self.take_ghost_off()
        self.insert_accepted(text)
        goes_on = offer.accept(text) is Fit.SHOWS
        if goes_on:
            self._lay()
        self.suggestion_taken.emit(text, action)
        if not goes_on:
            self._end_offer()
            self._ask()
        self.keep_room()

    # --- keys -------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            action = self._bindings.action_of(event)
            if action is not None and (self._applies(action) or self._is_held(event)):
                event.accept()  # else a shortcut of the window with the same key would take it
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_modifier(event):
            event.ignore()
            return
        if not event.isAutoRepeat():
            self._held = 0
        action = self._bindings.action_of(event)
        if action is not None and self._do_by_key(action, event):
            event.accept()
        else:
            super().keyPressEvent(event)

    def _do_by_key(self, action: EditorAction, event: QKeyEvent) -> bool:
        if self._is_held(event) and (action is EditorAction.ACCEPT_ALL or not self._applies(action)):
            return True  # held down for longer than there was a suggestion: not meant for the text behind it
        surprising = self._offer is not None and self._offer.seen_for(self._clock()) < ACCEPT_AFTER
        if action is EditorAction.ACCEPT_ALL and self.ghost.text and surprising:
            return event.key() == Qt.Key.Key_Tab and not self._at_line_start()
        done = self.perform(action)
        if done:
            self._held = event.key()
        return done

    def _is_held(self, event: QKeyEvent) -> bool:
        return event.isAutoRepeat() and self._held == event.key()

    def _at_line_start(self) -> bool:
        cursor = self.textCursor()
        return not cursor.block().text()[: cursor.positionInBlock()].strip()

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

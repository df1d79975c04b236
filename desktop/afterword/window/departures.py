"""What the writer goes on to (another draft, quitting) once nothing of the draft on the page can be lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from afterword.window.dialogs import Dialogs, Unsaved


class Leavable(Protocol):
    """What of a draft has to be known before it is left."""

    @property
    def name(self) -> str:
        """What the writer calls it."""
        ...

    @property
    def dirty(self) -> bool:
        """Whether something of it is not on disk."""
        ...

    @property
    def state(self) -> tuple[object, ...]:
        """Is another one whenever the writer changes something."""
        ...

    @property
    def saving(self) -> bool:
        """Whether it is being written."""
        ...

    def save(self) -> None:
        """Save it, and ask where if need be."""
        ...


class Departures:
    """Waits for a save in flight, asks about changes that are not saved, and only then goes on, one departure at a time.

    Args:
        draft: that is left.
        dialogs: ask.

    Attributes:
        asking: whether a question about the draft is on the screen; nothing departs until it is answered.
    """

    def __init__(self, draft: Leavable, dialogs: Dialogs) -> None:
        self._draft = draft
        self._dialogs = dialogs
        self._waiting: list[tuple[Callable[[], None], Callable[[], None] | None]] = []
        self._asked = False  # about the first of them
        self._given_up: tuple[object, ...] | None = None  # what the writer would rather lose than stay
        self.asking = False

    def begin(self, then: Callable[[], None], stay: Callable[[], None] | None = None) -> None:
        """Go on to `then`, in its turn, or to `stay`, where the writer does not want to."""
        self._waiting.append((then, stay))
        self.go_on()

    def leave(self, then: Callable[[], None]) -> None:
        """As `begin`, where it does not wait already; what the writer gave up is not asked about."""
        if self._given_up is not None and self._given_up == self._draft.state and not self._draft.saving:
            then()
        elif not any(then == waiting for waiting, _ in self._waiting):
            self.begin(then)

    def settle(self, then: Callable[[], None], stay: Callable[[], None]) -> None:
        """As `begin`; the draft stays on the page, and what was given up is not asked about again until it changes."""
        self.begin(partial(self._settle, then), stay)

    def _settle(self, then: Callable[[], None]) -> None:
        self._given_up = self._draft.state if self._draft.dirty else None
        then()

    def unsettle(self) -> None:
        """Ask again about what was given up."""
        self._given_up = None

    def hold(self) -> None:
        """The draft is being saved: nothing of it is given up, and no question about it is on the screen."""
        self._given_up = None
        self.asking = False

    def go_on(self) -> None:
        """Take the first departure as far as it goes now; whatever it waits for calls this again, or `stay`."""
        while self._waiting and not self._draft.saving and not self.asking:
            if self._draft.dirty:
                self.asking = self._asked = True
                self._dialogs.ask_unsaved(self._draft.name, self._answered)
            else:
                self._go()

    def stay(self) -> None:
        """The writer would rather keep this draft; a departure that was not asked about yet gets its own question."""
        self.asking = False
        if self._asked:
            self._asked = False
            _, stay = self._waiting.pop(0)
            if stay is not None:
                stay()
        self.go_on()

    def _answered(self, answer: Unsaved) -> None:
        if answer is Unsaved.SAVE:
            self._draft.save()  # `asking` stays on while it asks for a place
        elif answer is Unsaved.CANCEL:
            self.stay()
        else:
            self.asking = False
            self._go()
            self.go_on()

    def _go(self) -> None:
        self._asked = False
        if self._waiting:
            self._waiting.pop(0)[0]()

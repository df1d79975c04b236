"""What the writer goes on to (another draft, quitting) once nothing of the draft on the page can be lost."""

from __future__ import annotations

from collections.abc import Callable
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
        self.asking = False

    def __contains__(self, then: Callable[[], None]) -> bool:
        return any(then == waiting for waiting, _ in self._waiting)

    def begin(self, then: Callable[[], None], stay: Callable[[], None] | None = None) -> None:
        """Go on to `then`, in its turn, or to `stay`, where the writer does not want to."""
        self._waiting.append((then, stay))
        self.go_on()

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

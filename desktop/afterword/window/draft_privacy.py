"""Whether nothing of the draft on one page may leave this machine."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from afterword.drafts.beside import Beside


class DraftPrivacy(QObject):
    """Where a draft is private only the writer says that it is not; in doubt it is.

    Signals:
        changed: whether it is private, or whether that is sure.
    """

    changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._private = self._unsure = False

    @property
    def private(self) -> bool:
        """Whether nothing of the draft may leave. Also while another one takes its place."""
        return self._private

    @property
    def unsure(self) -> bool:
        """Whether that is so since nobody knows: what is kept beside the draft cannot be read."""
        return self._unsure

    def choose(self, private: bool, *, unsure: bool = False) -> None:
        """It is so from now on."""
        if (private, unsure) != (self._private, self._unsure):
            self._private, self._unsure = private, unsure
            self.changed.emit(private)

    def withhold(self) -> None:
        """Another draft comes: nothing leaves until all of it is there."""
        self.choose(True)

    def read(self, beside: Beside) -> None:
        """The draft that came is as it says beside it; to be told by `tell`, when it is known which draft it is."""
        self._private, self._unsure = beside.private, beside.unsure

    def tell(self) -> None:
        """Say how it is with the draft that came."""
        self.changed.emit(self._private)

    def heed(self, theirs: Beside) -> None:
        """Another program wrote the draft, and this beside it."""
        beside = self.over(theirs)
        self.choose(beside.private, unsure=beside.unsure)

    def over(self, theirs: Beside) -> Beside:
        """What was read again beside the draft, as it is to be taken."""
        return replace(theirs, private=True, unsure=False) if self._private and not self._unsure else theirs

    def is_kept(self, beside: Beside) -> bool:
        """Whether `beside` says the same."""
        return self._private == beside.private and (self._unsure or not beside.unsure)

"""A strip above a draft that somebody else has open, here or on another machine."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from afterword.drafts.lock import Held
from afterword.processes import Life
from afterword.window.strip import Strip
from afterword.window.times import shown_time

_MINUTE = 60.0  # seconds


class HeldStrip(Strip):
    """Says who has the draft; it can be read, and taken over.

    Signals:
        write_wanted: the writer wants to change it all the same.
    """

    write_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        write = self._button(self.tr("Write all the same"), self.tr("Take it over: whoever saves last wins"))
        dismiss = self._button(self.tr("Only read"), self.tr("Hide this message; the draft cannot be changed here"))
        write.clicked.connect(self.write_wanted)
        dismiss.clicked.connect(self.dismiss)

    @Slot(object)
    def show_held(self, held: Held | None) -> None:
        """Say who has the draft; nothing once it is ours."""
        if held is None:
            self.dismiss()
        else:
            self.say(self._sentence(held))

    def _sentence(self, held: Held) -> str:
        owner = held.owner
        if owner is None:
            return self.tr("This draft is being opened somewhere else. Here it can be read.")
        if owner.is_us:
            return self.tr("This draft is open in another window. Here it can be read.")
        since = shown_time(owner.since, self.locale(), self.tr)
        if held.life is Life.RUNNING:
            text = self.tr("Another Afterword on this machine ({user}) has this draft since {since}. Here it can be read.")
            return text.format(user=owner.user, since=since)
        text = self.tr("{user} has this draft on {host} since {since}. Here it can be read.")
        if held.silent is not None and held.silent > 2 * _MINUTE:
            text = self.tr(
                "{user} has this draft on {host} since {since}, and was last heard of {minutes} minutes ago. Here it can be read."
            )
        minutes = round((held.silent or 0.0) / _MINUTE)
        return text.format(user=owner.user, host=owner.host, since=since, minutes=minutes)

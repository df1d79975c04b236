"""A strip above the page that says why nothing of the draft goes to the server that is set, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from afterword.window.sharing import Leaving
from afterword.window.strip import Strip


class SharingStrip(Strip):
    """Takes no key away. What was put aside is not said again until it is about something else.

    Signals:
        look_wanted: show what would be sent.
        server_wanted: show which server is set.
        decided: whether nothing of the draft may leave this machine.
    """

    look_wanted = Signal()
    server_wanted = Signal()
    decided = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._leaving = Leaving.NOTHING
        self._about = (Leaving.NOTHING, "", "")
        self._yes = self._button("", "")
        self._no = self._button("", "")
        self._yes.clicked.connect(self._agree)
        self._no.clicked.connect(self._decline)

    def show_leaving(self, leaving: Leaving, origin: str, name: str, wrong: str = "") -> None:
        """Say why nothing leaves, where the writer has something to decide.

        Args:
            leaving: what leaves.
            origin: where to.
            name: of the draft.
            wrong: what is wrong with the address, in a sentence.
        """
        about = (leaving, origin, name if leaving is Leaving.UNSURE else wrong)
        if about == self._about:
            return
        self._about, self._leaving = about, leaving
        if leaving is Leaving.UNASKED:
            self._offer(
                (self.tr("See what would be sent…"), self.tr("Show the text, and decide then")),
                (self.tr("Not now"), self.tr("Hide this message; nothing is sent")),
            )
            self.say(self.tr("The settings name the server {origin}. Nothing goes there before you agree.").format(origin=origin))
        elif leaving is Leaving.MISNAMED:
            self._offer(
                (self.tr("Server…"), self.tr("See which server is set, and change it")),
                (self.tr("Not now"), self.tr("Hide this message; nothing is sent")),
            )
            self.say(wrong)
        elif leaving is Leaving.UNSURE:
            self._offer(
                (self.tr("It may be sent"), self.tr("What you write in this draft may go to the server")),
                (self.tr("Keep it here"), self.tr("Nothing of this draft ever leaves this machine")),
            )
            text = self.tr("It cannot be read whether “{name}” is to stay on this machine, so nothing of it goes to {origin}.")
            self.say(text.format(name=name, origin=origin))
        else:
            self.dismiss()

    def _offer(self, yes: tuple[str, str], no: tuple[str, str]) -> None:
        for button, (text, tip) in ((self._yes, yes), (self._no, no)):
            button.setText(text)
            button.setToolTip(tip)

    @Slot()
    def _agree(self) -> None:
        leaving = self._leaving
        self.dismiss()
        if leaving is Leaving.UNASKED:
            self.look_wanted.emit()
        elif leaving is Leaving.MISNAMED:
            self.server_wanted.emit()
        else:
            self.decided.emit(False)

    @Slot()
    def _decline(self) -> None:
        leaving = self._leaving
        self.dismiss()
        if leaving is Leaving.UNSURE:
            self.decided.emit(True)

"""Who answers the questions about a draft: this machine, or the server."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Signal, Slot

from afterword.assist.answers import Where
from afterword.assist.types import ModelState
from afterword.suggest.asking import READ_HERE, READ_THERE
from afterword.window.documents import Documents
from afterword.window.keeper import SettingsKeeper
from afterword.window.sharing import Leaving, Sharing


class Recipient(QObject):
    """Of one window: as the writer chose in it, or where they have not as they chose last, and as far as this draft may go there.

    Args:
        sharing: says whether a server may be asked.
        documents: know whether the draft never leaves, whatever is agreed to.
        keeper: of the settings of all windows.

    Signals:
        changed: it is another one, or there is something else to be known of it.
    """

    changed = Signal()

    def __init__(self, sharing: Sharing, documents: Documents, keeper: SettingsKeeper, parent: QObject) -> None:
        super().__init__(parent)
        self._sharing, self._documents, self._keeper = sharing, documents, keeper
        self._served = True
        self._chosen: str = keeper.settings["server.asked"]
        self._wishes = self._wished_at_first()
        self._rooms: dict[Where, int | None] = {}
        self._here: tuple[str, bool] = ("", False)  # the model on this machine, and whether it is loaded
        keeper.changed.connect(self._setting_changed)
        sharing.leaving_changed.connect(self.changed)
        documents.private_changed.connect(self.changed)

    @property
    def where(self) -> Where:
        """Who would answer now."""
        return self._wished if self.served else Where.HERE

    @property
    def place(self) -> str:
        """Where the server is that would answer now; "" for this machine."""
        return self._sharing.origin if self.where is Where.THERE else ""

    @property
    def server(self) -> str:
        """What the server is called that may be asked; "" where none may."""
        return urlsplit(self._sharing.origin).netloc if self._may_be_asked else ""

    @property
    def served(self) -> bool:
        """Whether the server answers questions at all, as far as is known."""
        return self._served

    def most(self, overhead: int) -> int:
        """How many characters of a draft are given to whoever would answer now.

        Args:
            overhead: characters of a question beside those: what is asked, and what was said before.
        """
        most, room = READ_THERE if self.where is Where.THERE else READ_HERE, self._rooms.get(self.where)
        return most if room is None else min(most, max(room - overhead, room // 2))

    @property
    def kept(self) -> bool:
        """Whether there is a server to which nothing of this draft goes."""
        return self._sharing.leaving is not Leaving.NOTHING and self._documents.private

    @property
    def alone(self) -> bool:
        """Whether there is to be no model on this machine, since a server is asked."""
        return self._sharing.leaving is not Leaving.NOTHING and bool(self._keeper.settings["server.alone"])

    @property
    def known(self) -> tuple[object, ...]:
        """What a failure to answer is about: it is over once this is another."""
        wished = self._wished
        return (wished, self._sharing.leaving, self._sharing.origin, *(self._here if wished is Where.HERE else ()))

    def choose(self, where: Where) -> None:
        """The writer chose who answers."""
        self._chosen, self._wishes = where.value, where
        self._keeper.choose("server.asked", where.value)
        self.changed.emit()

    def begin(self) -> None:
        """The writer is about to see who answers, and did not see it before."""
        self._wishes = self._wished_at_first()

    def show_state(self, state: ModelState) -> None:
        """What is known of the model, and of the server."""
        before = (self._served, self._here, self._rooms)
        self._served = state.server is None or state.server.answers
        self._here = ("" if state.without else state.name, state.here)
        self._rooms = {Where.HERE: state.room, Where.THERE: None if state.server is None else state.server.room}
        if (self._served, self._here, self._rooms) != before:
            self.changed.emit()

    @property
    def _wished(self) -> Where:
        return self._wishes if self._may_be_asked else Where.HERE

    def _wished_at_first(self) -> Where:
        if self._chosen != "auto":
            return Where(self._chosen)
        return Where.THERE if self._keeper.settings["server.alone"] else Where.HERE

    @property
    def _may_be_asked(self) -> bool:
        """Whether there is a server for this draft; before its first use the writer is asked."""
        return self._sharing.leaving in (Leaving.TEXT, Leaving.UNASKED) and not self._documents.private

    @Slot(str)
    def _setting_changed(self, key: str) -> None:
        if key == "server.alone":
            self.changed.emit()

"""Whether what stands on a page may go to a server: as the settings, the writer's agreement and the draft say."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QObject, Signal, Slot

from afterword.engine.server.address import Address, address
from afterword.errors import ServerError
from afterword.settings import Settings
from afterword.window.documents import Documents
from afterword.window.keeper import SettingsKeeper


class Leaving(Enum):
    """What leaves this machine, of one page."""

    NOTHING = auto()  # no server is in use
    MISNAMED = auto()  # one is, but at an address where nothing can be sent
    UNASKED = auto()  # the writer has not agreed yet
    PRIVATE = auto()  # of this draft never anything
    UNSURE = auto()  # likewise, until the writer says otherwise: whether it is private cannot be read
    TEXT = auto()


def address_of(settings: Settings) -> Address | None:
    """Where the server in use is; None where none is, or the address is none to which anything can be sent."""
    try:
        return address(settings["server.url"], settings["server.unencrypted"]) if in_use(settings) else None
    except ServerError:
        return None


def in_use(settings: Settings) -> bool:
    """Whether the writer wants a server to be asked."""
    return bool(settings["server.enabled"]) and bool(settings["server.url"].strip())


def origin_of(settings: Settings) -> str:
    """Where the server in use is, as the writer agrees to it: scheme, host and port; "" where none is in use."""
    place = address_of(settings)
    return place.origin if place is not None else ""


def is_agreed(settings: Settings) -> bool:
    """Whether a server is in use, and the writer agreed that text goes there while they write."""
    return bool(origin_of(settings) == settings["server.agreed"] != "")


def is_agreed_to_ask(settings: Settings) -> bool:
    """Whether a server is in use, and the writer agreed that questions go there, with what they are about."""
    return bool(origin_of(settings) == settings["server.agreed_asking"] != "")


class Sharing(QObject):
    """Of one page.

    Args:
        keeper: of the settings.
        documents: of the page.

    Signals:
        changed: whether what stands on the page may go to the server.
        leaving_changed: a Leaving, or where it is going.
    """

    changed = Signal(bool)
    leaving_changed = Signal(object)

    def __init__(self, keeper: SettingsKeeper, documents: Documents, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = keeper.settings
        self._documents = documents
        self._now = (self.leaving, self.origin)
        keeper.changed.connect(self._setting_changed)
        documents.private_changed.connect(self._look)

    @property
    def shared(self) -> bool:
        """Whether what stands on the page may go to the server."""
        return self.leaving is Leaving.TEXT

    @property
    def leaving(self) -> Leaving:
        """What leaves, and why not."""
        if not in_use(self._settings):
            return Leaving.NOTHING
        if address_of(self._settings) is None:
            return Leaving.MISNAMED
        if not is_agreed(self._settings):
            return Leaving.UNASKED
        if self._documents.private:
            return Leaving.UNSURE if self._documents.unsure else Leaving.PRIVATE
        return Leaving.TEXT

    @property
    def origin(self) -> str:
        """Where the server in use is; see `origin_of`."""
        return origin_of(self._settings)

    @Slot(str)
    def _setting_changed(self, key: str) -> None:
        if key.startswith("server."):
            self._look()

    @Slot()
    def _look(self) -> None:
        was, self._now = self._now, (self.leaving, self.origin)
        if self._now == was:
            return
        shared = self._now[0] is Leaving.TEXT
        if shared != (was[0] is Leaving.TEXT):
            self.changed.emit(shared)
        self.leaving_changed.emit(self._now[0])

"""The server that is asked: the one in the settings, once the writer agreed to it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from afterword import secrets
from afterword.app.openers import ServerOpener
from afterword.assist.host import ModelHost
from afterword.engine.server.types import Server
from afterword.settings import Settings
from afterword.window.sharing import address_of, is_agreed

_OF_SERVER = ("url", "model", "alone", "unencrypted")


class ServerUse(QObject):
    """Tells the host of the model which server to ask, whenever that becomes another one.

    Args:
        settings: of all windows.
        host: of the model.
        opener: makes the opener of a server.

    Signals:
        local_wanted: there is to be a model on this machine again.
    """

    local_wanted = Signal()

    def __init__(self, settings: Settings, host: ModelHost, opener: ServerOpener, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._host = host
        self._opener = opener
        self._set: list[object] = []  # what is in the settings of the server that is asked
        self._alone = False
        self.look("server.url")

    @property
    def alone(self) -> bool:
        """Whether there is to be no model on this machine."""
        return self._alone

    @Slot(str)
    def look(self, key: str) -> None:
        """A setting is another one."""
        now = [self._settings[f"server.{key}"] for key in _OF_SERVER] if is_agreed(self._settings) else []
        if key.startswith("server.") and now != self._set:
            self._set = now
            self.ask_anew()

    @Slot()
    def ask_anew(self) -> None:
        """Ask the server that is set; what was asked of the one before is cancelled."""
        settings, place = self._settings, address_of(self._settings) if is_agreed(self._settings) else None
        was_alone, self._alone = self._alone, place is not None and settings["server.alone"]
        if place is None:
            self._host.use_server(None)
        else:
            server = Server(settings["server.url"], settings["server.model"], unencrypted=settings["server.unencrypted"])
            keyed = place.origin in settings["server.keyed"] or secrets.knows(place.origin)
            opener = self._opener(server, place.origin, keyed)
            self._host.use_server(opener, place.origin, alone=self._alone)
        if was_alone and not self._alone:
            self.local_wanted.emit()

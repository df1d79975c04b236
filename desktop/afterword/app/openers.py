"""How models are opened: from the disk, and from a server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from afterword import paths, secrets
from afterword.assist.masked import MaskedOpener
from afterword.assist.worker import Opener
from afterword.engine.masked import catalogue_masked, open_masked
from afterword.engine.opening import open_model
from afterword.engine.protocol import LanguageModel
from afterword.engine.server.types import Server
from afterword.settings import Settings
from afterword.suggest.remote import RemoteOpener
from afterword.suggest.replacing import Proposes
from afterword.watch import Watch

ServerOpener = Callable[[Server, str, bool], RemoteOpener]
"""Makes the opener of a server from its origin, and from whether the keyring has a key for that."""


def open_from_disk(settings: Settings) -> Opener:
    """Opens models as the window does: kept in the user's data directory, on the device that is set."""

    def opened(name: str, download: bool, watch: Watch) -> LanguageModel:
        return open_model(name, paths.models_dir(), watch, download=download, device=settings["model.device"])

    return opened


def open_masked_from_disk(settings: Settings) -> MaskedOpener:
    """Opens the masked model that is installed, if there is any, on the device that is set."""

    def opened() -> Proposes | None:
        folder = catalogue_masked(paths.models_dir())
        return None if folder is None else open_masked(folder, paths.models_dir(), settings["model.device"])

    return opened


def open_from_server(server: Server, origin: str, keyed: bool) -> RemoteOpener:
    """Opens the model of `server`, with the key that the system's keyring has for its `origin`, if it has one.

    Raises, when it opens:
        KeyUnread: the keyring does not give it; nothing is sent.
    """

    def opened(watch: Watch) -> LanguageModel:
        from afterword.engine.server.model import open_server  # with its libraries only where a server is used

        key = secrets.read_key(origin, watch.stopped) if keyed else ""
        return open_server(replace(server, key=key), watch)

    return opened

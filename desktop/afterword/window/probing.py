"""The connection test, as a job of the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from afterword import secrets
from afterword.engine.server.types import Abilities, Server
from afterword.watch import Watch

Probe = Callable[[Server, Watch], Abilities]
"""The connection test."""


def probe_it(server: Server, watch: Watch) -> Abilities:
    """The real connection test."""
    from afterword.engine.server.probe import probe  # with its libraries only where a server is used

    return probe(server, watch)


def tested(probe: Probe, server: Server, keyed: str, *, watch: Watch) -> Abilities:
    """Ask the server what it can do; a task for `Jobs`. The key of the origin `keyed` is had from the keyring."""
    if keyed:
        server = replace(server, key=secrets.read_key(keyed, watch.stopped))
    return probe(server, watch)

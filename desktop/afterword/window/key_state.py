"""What has become of a server's key, and how it is said.

The settings know it at the next start: "server.keyed" are the servers whose key is to be read from the keyring, "server.unwanted"
those of which it may have one that the writer has forgotten or replaced. A server is among them before the keyring is asked, and
until the keyring is known to have no key of it: so none stays there unseen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from afterword import secrets
from afterword.secrets import Place
from afterword.settings import Settings, Value


class Key(Enum):
    """The key that is used."""

    NONE = "none"
    KEPT = "kept"
    ASKED = "asked"  # the keyring, whether it keeps it
    KNOWN = "known"  # until the program ends


_BY_PLACE = {Place.KEYRING: Key.KEPT, Place.ASKED: Key.ASKED, Place.MEMORY: Key.KNOWN}


@dataclass(frozen=True)
class KeyState:
    """Of one server.

    Attributes:
        key: the one that is used.
        left: whether the keyring may have one that is not used.
    """

    key: Key
    left: bool = False

    @property
    def forgettable(self) -> bool:
        """Whether there is anything to forget."""
        return self.key is not Key.NONE or self.left

    def told(self, tr: Callable[[str], str]) -> tuple[str, str]:
        """What stands in the empty field of the key, and what is said below it."""
        field, text = {
            Key.NONE: (
                tr("none"),
                tr("A key goes into the system's keyring and no file; where there is none, it is known until Afterword ends."),
            ),
            Key.KEPT: (tr("one is kept"), tr("The key is kept in the system's keyring, and in no file.")),
            Key.ASKED: (
                tr("known until Afterword ends"),
                tr("The system's keyring is asked to keep this key, and has not answered yet: perhaps it waits to be opened."),
            ),
            Key.KNOWN: (
                tr("known until Afterword ends"),
                tr("This key is in no keyring and in no file: it is to be typed again after the next start."),
            ),
        }[self.key]
        if self.left:
            left = tr("The system's keyring may still have an older key of this server, which is not used.")
            text = left if self.key is Key.NONE else f"{text} {left}"
        return field, text


def key_state(origin: str, settings: Settings) -> KeyState:
    """Of the server at `origin`; takes no time."""
    known = secrets.known_of(origin)
    if known is None and origin in settings["server.keyed"]:
        return KeyState(Key.KEPT)
    if known is None:
        return KeyState(Key.NONE, origin in settings["server.unwanted"])
    key = _BY_PLACE[known.place] if known.used else Key.NONE
    return KeyState(key, known.may_hold and key in (Key.NONE, Key.KNOWN))


def may_hold(origin: str, settings: Settings) -> bool:
    """Whether the settings say that the keyring may have a key of the server at `origin`."""
    return origin in settings["server.keyed"] or origin in settings["server.unwanted"]


def keys_in_settings(settings: Settings) -> dict[str, Value]:
    """What the settings are to say of all keys by now."""
    every = secrets.origins().union(settings["server.keyed"], settings["server.unwanted"])
    states = {origin: key_state(origin, settings) for origin in sorted(every)}
    return {
        "server.keyed": [origin for origin, state in states.items() if state.key in (Key.KEPT, Key.ASKED)],
        "server.unwanted": [origin for origin, state in states.items() if state.left],
    }

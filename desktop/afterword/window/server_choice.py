"""Which server the writer chose, and how it is used. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """What the writer chose.

    Attributes:
        url: as it was typed.
        model: "" for the server's first.
        key: "" where none was typed.
        enabled: whether the server is asked.
        alone: whether no model on this machine is.
        unencrypted: whether plain http to another machine is allowed.
        forgets: the origins of servers whose key is to be forgotten; one that was typed comes in its place.
    """

    url: str
    model: str
    key: str = field(repr=False)
    enabled: bool
    alone: bool
    unencrypted: bool
    forgets: frozenset[str] = frozenset()

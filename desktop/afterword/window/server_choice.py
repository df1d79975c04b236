"""Which server the writer chose, and how it is used. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """What the writer chose.

    Attributes:
        url: as it was typed.
        model: "" for the server's first.
        key: None for the one that is kept, if any is; "" for none from now on.
        enabled: whether the server is asked.
        alone: whether no model on this machine is.
        unencrypted: whether plain http to another machine is allowed.
    """

    url: str
    model: str
    key: str | None = field(repr=False)
    enabled: bool
    alone: bool
    unencrypted: bool

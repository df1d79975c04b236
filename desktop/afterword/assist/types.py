"""Plain data between the editor, the controller and the worker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Place:
    """Where a suggestion was asked for: it is shown only while both are still true.

    Attributes:
        revision: the document's revision (QTextDocument.revision()).
        cursor: the cursor's position in the document, in UTF-16 units as Qt counts.
    """

    revision: int
    cursor: int


class Wish(Enum):
    """Why a suggestion is wanted."""

    KEY = "key"  # the writer types: when it is due, and if it is probably right
    NOW = "now"  # the writer asked for it: at once, whatever it is
    LONG = "long"  # the writer wants to read on: several sentences, as they come


class Phase(Enum):
    """What the model is doing."""

    NONE = "none"  # no model
    LOADING = "loading"
    READY = "ready"
    WRITING = "writing"
    FAILED = "failed"


@dataclass(frozen=True)
class ServerState:
    """What is known of the server that is asked for suggestions.

    Attributes:
        url: its scheme, host and port.
        model: the name of its model; "" until it has answered.
        ignores: as of a ModelState.
        error: why it does not answer now; None while it does.
        slow: whether it is slower than the writer types.
        answers: whether it can be asked about a draft, as far as is known.
        room: how many characters of a question it can read; None until it was asked for more.
    """

    url: str
    model: str = ""
    ignores: frozenset[str] = frozenset()
    error: BaseException | None = None
    slow: bool = False
    answers: bool = True
    room: int | None = None

    @property
    def host(self) -> str:
        """The part of the address by which one knows it."""
        return self.url.rpartition("//")[2]


@dataclass(frozen=True)
class ModelState:
    """What the status bar says of the model. Where there is none on this machine, of the server's.

    Attributes:
        phase: what it is doing; NONE for a server that is alone and away.
        name: what the user calls it.
        share: while loading, the share done (0 to 1, -1 where unknown).
        stage: while loading, a fixed word for what is being done.
        error: when it failed, why.
        ignores: names of Sampling's fields that have no effect on it.
        small: whether it runs in a smaller and slower form, because memory was short.
        device: what it computes on, as in `Capabilities`.
        fallback: why that is not what was wished for, as there.
        room: as of a ServerState, of the model on this machine.
        server: the server that is asked beside it, or instead of it; None where none is.
    """

    phase: Phase
    name: str = ""
    share: float = -1.0
    stage: str = ""
    error: BaseException | None = None
    ignores: frozenset[str] = frozenset()
    small: bool = False
    device: str = ""
    fallback: str = ""
    room: int | None = None
    server: ServerState | None = None

    @property
    def here(self) -> bool:
        """Whether there is a model on this machine that suggests now."""
        return self.phase in (Phase.READY, Phase.WRITING) and not self.without

    @property
    def without(self) -> bool:
        """Whether there is no model on this machine; one that is being loaded is on its way, and one that failed is there."""
        return self.phase is Phase.NONE or self.device == "server"

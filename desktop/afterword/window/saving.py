"""The draft and what is kept beside it: read, and written without writing over what another program wrote."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from afterword.drafts.beside import Beside, read_beside, write_beside
from afterword.drafts.draft import Draft, changed_outside, read_draft, write_draft
from afterword.errors import BesideNotWritten
from afterword.files import same_file
from afterword.watch import Watch

_log = logging.getLogger(__name__)


class ChangedOutside(Exception):
    """Another program wrote the file since the draft was read."""


@dataclass(frozen=True)
class Kept:
    """A draft as it is on disk.

    Attributes:
        draft: the text and its file.
        beside: what is kept beside it.
        unkept: why `beside` is not on disk, where it could not be written.
    """

    draft: Draft
    beside: Beside
    unkept: BesideNotWritten | None = None


def load(path: Path, *, watch: Watch) -> Kept:
    """Read the draft and what is kept beside it; a task for `Jobs`. Raises what `read_draft` does."""
    draft = read_draft(path, watch=watch)
    return Kept(draft, read_beside(path, draft.text))


def save(path: Path, text: str, beside: Beside, like: Draft | None, replace: bool, *, watch: Watch) -> Kept:
    """Write the draft and what is kept beside it; a task for `Jobs`.

    Args:
        path: where to.
        text: all of it.
        beside: what to keep beside it.
        like: the draft as it was last read or written.
        replace: also when another program has changed the file.
        watch: may stop it.

    Raises:
        ChangedOutside: nothing was written.
        DraftNotWritten, Cancelled: likewise.
    """
    if not replace and like is not None and same_file(like.path, path) and path.exists() and changed_outside(like):
        raise ChangedOutside
    draft = write_draft(path, text, like=like, watch=watch)
    try:
        write_beside(path, draft.text, beside)
    except BesideNotWritten as error:  # the text is safe all the same
        _log.warning("the notes and the ledger are not kept", exc_info=True)
        return Kept(draft, beside, error)
    return Kept(draft, beside)


class SaveState(Enum):
    """Whether the text on the page is in its file."""

    NEW = auto()  # nothing written yet, nothing to lose
    SAVED = auto()
    SAVING = auto()
    UNSAVED = auto()

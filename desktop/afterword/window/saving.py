"""The draft and what is kept beside it: read, and written without writing over what another program wrote."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from afterword.drafts.beside import Beside, read_beside, write_beside
from afterword.drafts.draft import Draft, changed_outside, read_draft, write_draft
from afterword.drafts.ledger import Run
from afterword.errors import BesideBroken, BesideNotRead, BesideNotWritten, BesideOfAnother, DraftError
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
        beside: what is kept beside it, as far as is known.
        failure: why that could not be read, or what was to be kept could not be written.
    """

    draft: Draft
    beside: Beside
    failure: DraftError | None = None


def load(path: Path, *, watch: Watch) -> Kept:
    """Read the draft and what is kept beside it; a task for `Jobs`. Raises what `read_draft` does."""
    draft = read_draft(path, watch=watch)
    try:
        return Kept(draft, read_beside(path, draft.text))
    except (BesideBroken, BesideNotRead, BesideOfAnother) as error:
        _log.warning("the notes and the ledger are not read", exc_info=True)
        return Kept(draft, Beside(), error)


def save(
    path: Path, text: str, notes: str, accepted: Callable[[], tuple[Run, ...]], like: Kept | None, replace: bool, *, watch: Watch
) -> Kept:
    """Write the draft and what is kept beside it; a task for `Jobs`.

    Args:
        path: where to.
        text: all of it.
        notes: what to keep beside it.
        accepted: finds which of the text was accepted, which is kept there too.
        like: what was last read or written.
        replace: also when another program has changed the file.
        watch: may stop it.

    Raises:
        ChangedOutside: nothing was written.
        DraftNotWritten, Cancelled: likewise.
    """
    here = like if like is not None and same_file(like.draft.path, path) else None
    if not replace and here is not None and path.exists() and changed_outside(here.draft):
        raise ChangedOutside
    draft = write_draft(path, text, like=like.draft if like is not None else None, watch=watch)
    before = here.beside if here is not None else None
    try:
        return Kept(draft, write_beside(path, draft.text, Beside(notes, accepted()), like=before))
    except BesideNotWritten as error:  # the text is safe all the same
        _log.warning("the notes and the ledger are not kept", exc_info=True)
        return Kept(draft, before or Beside(), error)


class SaveState(Enum):
    """Whether the text on the page is in its file."""

    NEW = auto()  # nothing written yet, nothing to lose
    SAVED = auto()
    SAVING = auto()
    UNSAVED = auto()

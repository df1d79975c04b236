"""Writing the draft without writing over what another program wrote."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from afterword.drafts.draft import Draft, changed_outside, write_draft
from afterword.files import same_file
from afterword.watch import Watch


class ChangedOutside(Exception):
    """Another program wrote the file since the draft was read."""


def save(path: Path, text: str, like: Draft | None, replace: bool, *, watch: Watch) -> Draft:
    """Write the draft; a task for `Jobs`.

    Args:
        path: where to.
        text: all of it.
        like: the draft as it was last read or written.
        replace: also when another program has changed the file.
        watch: may stop it.

    Raises:
        ChangedOutside: nothing was written.
        DraftNotWritten, Cancelled: likewise.
    """
    if not replace and like is not None and same_file(like.path, path) and path.exists() and changed_outside(like):
        raise ChangedOutside
    return write_draft(path, text, like=like, watch=watch)


class SaveState(Enum):
    """Whether the text on the page is in its file."""

    NEW = auto()  # nothing written yet, nothing to lose
    SAVED = auto()
    SAVING = auto()
    UNSAVED = auto()

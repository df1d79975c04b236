"""The draft and what is kept beside it: read, and written without writing over what another program wrote."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

from afterword import paths
from afterword.drafts.beside import Beside, read_beside, write_beside
from afterword.drafts.compare import Passage, compare
from afterword.drafts.draft import Draft, changed_outside, read_draft, write_draft
from afterword.drafts.encoding import Form
from afterword.drafts.ledger import Run
from afterword.drafts.lock import Held, take
from afterword.drafts.private_texts import is_private, remember
from afterword.errors import BesideBroken, BesideNotRead, BesideNotWritten, BesideOfAnother, DraftError, DraftHeld
from afterword.files import same_file
from afterword.watch import Watch

_log = logging.getLogger(__name__)


class ChangedOutside(Exception):
    """Another program wrote the file since the draft was read, or was begun."""


@dataclass(frozen=True)
class Kept:
    """A draft as it is on disk.

    Attributes:
        draft: the text and its file.
        beside: what is kept beside it, as far as is known.
        failure: why that could not be read, or what was to be kept could not be written.
        damaged: whether some of its bytes are no text and were left out, so that a save would lose them.
        recognised: whether it is private since a draft of just this text is, though nothing was kept beside it.
    """

    draft: Draft
    beside: Beside
    failure: DraftError | None = None
    damaged: bool = False
    recognised: bool = False


@dataclass(frozen=True)
class Opening:
    """A file that is to be opened, and how.

    Attributes:
        path: of the file.
        encoding: in which to read it, by Python's name; "" for what is found.
        damaged: also where some of its bytes are no text.
        large: also where it is large.
        new: begin a draft of that name where there is no file.
        private: whether it is on a page now, and never leaves.
    """

    path: Path
    encoding: str = ""
    damaged: bool = False
    large: bool = False
    new: bool = False
    private: bool = False


@dataclass(frozen=True)
class Writing:
    """A draft that is to be saved.

    Attributes:
        path: where to.
        text: all of it.
        beside: what to keep beside it, but for which of the text was accepted.
        accepted: finds that.
        like: what was last read or written.
        form: how it is to stand in the file, where that is not as before.
        replaces: whether another file that is there may be replaced.
    """

    path: Path
    text: str
    beside: Beside
    accepted: Callable[[], tuple[Run, ...]]
    like: Kept | None
    form: Form | None
    replaces: bool = True


def load(opening: Opening, *, watch: Watch) -> Kept:
    """Read the draft and what is kept beside it; a task for `Jobs`. Raises what `read_draft` does."""
    path, damaged = opening.path, opening.damaged
    draft = read_draft(path, encoding=opening.encoding, damaged=damaged, large=opening.large, watch=watch)
    known = opening.private or is_private(paths.private_texts_file(), draft.text)
    try:
        beside = read_beside(path, draft.text)
        if known and beside.digest is None:
            return Kept(draft, _recognised(path, draft.text), damaged=damaged, recognised=not opening.private)
        return Kept(draft, beside, damaged=damaged)
    except (BesideBroken, BesideNotRead, BesideOfAnother) as error:
        _log.warning("the notes and the ledger are not read", exc_info=True)
        private = not isinstance(error, BesideOfAnother) or error.private or known
        return Kept(draft, Beside(private=private, unsure=private), error, damaged=damaged)


def _recognised(path: Path, text: str) -> Beside:
    """What is beside a private draft that came to a place where nothing was, from now on if that can be written there."""
    try:
        return write_beside(path, text, Beside(private=True))
    except BesideNotWritten:
        _log.warning("that the draft is private is not kept beside it", exc_info=True)
        return Beside(private=True)


def load_theirs(opening: Opening, mine: str, *, watch: Watch) -> tuple[Kept, list[Passage]]:
    """Read what another program wrote, and compare what stands on the page with it; a task for `Jobs`. Raises as `load`."""
    theirs = load(opening, watch=watch)
    return theirs, compare(mine, theirs.draft.text, watch=watch)


def save(what: Writing, *, watch: Watch) -> Kept:
    """Write the draft and what is kept beside it; a task for `Jobs`.

    Raises:
        ChangedOutside: nothing was written.
        DraftHeld: likewise, since somebody else has the draft that would be replaced.
        DraftNotWritten, Cancelled: likewise.
    """
    path, like = what.path, what.like
    here = like if like is not None and same_file(like.draft.path, path) else None

    def still() -> None:
        if os.path.exists(path) and (changed_outside(here.draft) if here is not None else not what.replaces):
            raise ChangedOutside

    lock = take(path, watch=watch) if here is None else None
    if isinstance(lock, Held):
        raise DraftHeld(path)
    try:
        still()
        return _save(what, here, still, watch)
    finally:
        if lock is not None:
            lock.release()


def _save(what: Writing, here: Kept | None, still: Callable[[], None], watch: Watch) -> Kept:
    path, like = what.path, what.like
    draft = write_draft(path, what.text, like=like.draft if like is not None else None, form=what.form, still=still, watch=watch)
    if not what.beside.unsure:
        remember(paths.private_texts_file(), draft.text, private=what.beside.private)
    before = here.beside if here is not None else None
    try:
        return Kept(draft, write_beside(path, draft.text, replace(what.beside, accepted=what.accepted()), like=before))
    except BesideNotWritten as error:  # the text is safe all the same
        _log.warning("the notes and the ledger are not kept", exc_info=True)
        return Kept(draft, before or Beside(), error)


def keep_private(kept: Kept, private: bool, *, watch: Watch) -> Kept:  # noqa: ARG001 -- too short to be cancelled
    """Keep beside the draft whether it is never to leave this machine, and leave all else as it is; a task for `Jobs`.

    Raises:
        BesideNotWritten: what was kept before still is.
    """
    path = kept.draft.path
    assert path is not None
    like = None if isinstance(kept.failure, BesideBroken | BesideOfAnother) else kept.beside
    try:
        beside = write_beside(path, kept.draft.text, replace(kept.beside, private=private, unsure=False), like=like)
    finally:
        remember(paths.private_texts_file(), kept.draft.text, private=private)
    return replace(kept, beside=beside, failure=None)


class SaveState(Enum):
    """Whether the text on the page is in its file."""

    NEW = auto()  # nothing written yet, nothing to lose
    SAVED = auto()
    SAVING = auto()
    UNSAVED = auto()
    READ_ONLY = auto()

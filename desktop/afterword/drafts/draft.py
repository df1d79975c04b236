"""Drafts as plain data, read from disk and written to it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from afterword.drafts.encoding import Binary, Form, decode, encode, unfit
from afterword.errors import (
    DraftBinary,
    DraftEncoding,
    DraftError,
    DraftLarge,
    DraftMissing,
    DraftNotWritten,
    DraftTooLarge,
    DraftUnreadable,
)
from afterword.files import CHUNK_BYTES, digest_of, may_write, not_ordinary, reason, write_whole
from afterword.text.kind import Kind, kind_of
from afterword.watch import Watch

LARGE_BYTES = 20_000_000
"""A file above this is opened only where the writer knows that it is large."""

LARGEST_BYTES = 100_000_000
"""A file above this is not opened at all."""


@dataclass(frozen=True)
class Stamp:
    """What a file was like when it was last read or written here, to notice that another program changed it.

    Attributes:
        mtime_ns: when it was changed, in nanoseconds.
        size: in bytes.
        inode: its number in the file system.
        digest: a hash (BLAKE2b, 16 bytes) of its bytes.
    """

    mtime_ns: int
    size: int
    inode: int
    digest: bytes


@dataclass(frozen=True)
class Draft:
    """A text and where and how it is kept.

    Attributes:
        text: its lines end with a line feed, whatever they end with in the file.
        path: None for a draft that was never saved.
        form: how the text stands in the file: line endings, byte order mark.
        stamp: what the file was like; None for a draft that was never saved.
        read_only: whether it could not be saved where it was read, for want of leave to write the file or its folder.
        unfit: after a save the first character that its encoding lacks, for which it was written in UTF-8; else "".
    """

    text: str = ""
    path: Path | None = None
    form: Form = field(default_factory=Form)
    stamp: Stamp | None = None
    read_only: bool = False
    unfit: str = field(default="", compare=False)

    @property
    def kind(self) -> Kind:
        """Markdown or plain text, by the path's ending."""
        return kind_of(self.path)


def read_draft(
    path: Path, *, encoding: str = "", damaged: bool = False, large: bool = False, watch: Watch | None = None
) -> Draft:
    """The draft at `path`; a symbolic link is followed.

    Args:
        path: of its file.
        encoding: in which to read it, by Python's name; by default what `encoding.decode` finds.
        damaged: read it even where some of its bytes fit into no text, as `encoding.decode` says.
        large: read it even where it is larger than LARGE_BYTES.
        watch: may stop it.

    Raises:
        DraftMissing, DraftUnreadable: there is no such file; it cannot be read, or is a folder, a pipe, a device.
        DraftLarge, DraftTooLarge: it is larger than LARGE_BYTES, than LARGEST_BYTES; no more than that was read of it.
        DraftBinary, DraftEncoding: it is no text; it is damaged, or not in `encoding`.
        Cancelled: it was asked to stop.
    """
    watch = watch or Watch()
    watch.report(0.0, "reading")
    try:
        data, found = _read(path, watch, LARGEST_BYTES if large else LARGE_BYTES)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DraftMissing(path) from error
    except OSError as error:
        raise DraftUnreadable(path, reason(error)) from error
    try:
        text, form = decode(data, encoding, damaged=damaged)
    except Binary as error:
        raise DraftBinary(path) from error
    except UnicodeDecodeError as error:
        raise DraftEncoding(path, error.start) from error
    return Draft(text, path, form, _stamp(found, data), not may_write(path))


def write_draft(
    path: Path,
    text: str,
    *,
    like: Draft | None = None,
    form: Form | None = None,
    still: Callable[[], None] | None = None,
    watch: Watch | None = None,
) -> Draft:
    """Save `text` at `path`, whole or not at all (see `files.write_whole`).

    Args:
        path: where to; a symbolic link is followed and kept.
        text: all of the draft; what a file cannot hold is dealt with as `text.characters.writable` says.
        like: the draft as it was last read or written: byte order mark and line endings stay as they are there, and
            text that did not change gets the very bytes that it had.
        form: how it is to stand in the file, where that is not as `like` stands there.
        still: called just before the new text takes its place; what it raises leaves the file as it is.
        watch: may stop it before the new text is in place.

    Returns:
        The draft as it now is on disk, to be `like` at the next save.

    Raises:
        DraftNotWritten: the file on disk is as it was.
        Cancelled: likewise.
    """
    watch = watch or Watch()
    watch.report(0.0, "saving")
    before = like or Draft()
    wanted = form or before.form
    data, text, form = encode(text, wanted, before.text)
    try:
        found = write_whole(path, data, watch, still=still)
    except OSError as error:
        raise DraftNotWritten(path, reason(error)) from error
    lacking = "" if form.encoding == wanted.encoding else unfit(text, wanted.encoding)
    return Draft(text, path, form, _stamp(found, data), unfit=lacking)


def changed_outside(draft: Draft) -> bool:
    """Whether the file of `draft` is no longer what was last read or written here: another program changed it or took it away.

    A file that was only touched, or replaced by its equal, has not changed. Reads the file only when its times differ.
    """
    if draft.path is None or draft.stamp is None:
        return False
    try:
        found = os.stat(draft.path)
        if (found.st_mtime_ns, found.st_size, found.st_ino) == (draft.stamp.mtime_ns, draft.stamp.size, draft.stamp.inode):
            return False
        if found.st_size != draft.stamp.size:
            return True
        data, _ = _read(draft.path, Watch(), draft.stamp.size)
    except (OSError, DraftError):
        return True
    return digest_of(data) != draft.stamp.digest


def _read(path: Path, watch: Watch, most: int) -> tuple[bytes, os.stat_result]:
    """All of a file, of no more than `most` bytes; DraftLarge or DraftTooLarge otherwise."""
    # Without O_NONBLOCK opening a pipe would wait for somebody to write to it.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(found.st_mode):
            raise not_ordinary()
        _check_size(path, found.st_size, most)
        chunks = []
        done = 0
        while chunk := os.read(handle, CHUNK_BYTES):
            chunks.append(chunk)
            done += len(chunk)
            _check_size(path, done, most)  # again, for it may grow meanwhile, and some systems know no size beforehand
            watch.report(min(1.0, done / max(found.st_size, 1)), "reading")
    finally:
        os.close(handle)
    return b"".join(chunks), found


def _check_size(path: Path, size: int, most: int) -> None:
    if size > LARGEST_BYTES:
        raise DraftTooLarge(path, _megabytes(size), _megabytes(LARGEST_BYTES))
    if size > most:
        raise DraftLarge(path, _megabytes(size))


def _megabytes(size: int) -> int:
    return -(-size // 1_000_000)  # rounded up, so that what is too much does not look as if it were just enough


def _stamp(found: os.stat_result, data: bytes) -> Stamp:
    return Stamp(found.st_mtime_ns, len(data), found.st_ino, digest_of(data))

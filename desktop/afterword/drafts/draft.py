"""Drafts as plain data, read from disk and written to it."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from afterword.drafts.encoding import Binary, Form, decode, encode
from afterword.errors import DraftBinary, DraftEncoding, DraftMissing, DraftNotWritten, DraftUnreadable
from afterword.files import CHUNK_BYTES, digest_of, not_ordinary, reason, write_whole
from afterword.text.kind import Kind, kind_of
from afterword.watch import Watch


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
    """

    text: str = ""
    path: Path | None = None
    form: Form = field(default_factory=Form)
    stamp: Stamp | None = None

    @property
    def kind(self) -> Kind:
        """Markdown or plain text, by the path's ending."""
        return kind_of(self.path)


def read_draft(path: Path, *, encoding: str = "", watch: Watch | None = None) -> Draft:
    """The draft at `path`; a symbolic link is followed.

    Args:
        path: of its file.
        encoding: in which to read it, by Python's name; by default what `encoding.decode` finds.
        watch: may stop it.

    Raises:
        DraftMissing, DraftUnreadable: there is no such file; it cannot be read, or is a folder, a pipe, a device.
        DraftBinary, DraftEncoding: it is no text; it is damaged, or not in `encoding`.
        Cancelled: it was asked to stop.
    """
    watch = watch or Watch()
    watch.report(0.0, "reading")
    try:
        data, found = _read(path, watch)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DraftMissing(path) from error
    except OSError as error:
        raise DraftUnreadable(path, reason(error)) from error
    try:
        text, form = decode(data, encoding)
    except Binary as error:
        raise DraftBinary(path) from error
    except UnicodeDecodeError as error:
        raise DraftEncoding(path, error.start) from error
    return Draft(text, path, form, _stamp(found, data))


def write_draft(path: Path, text: str, *, like: Draft | None = None, watch: Watch | None = None) -> Draft:
    """Save `text` at `path`, whole or not at all (see `files.write_whole`).

    Args:
        path: where to; a symbolic link is followed and kept.
        text: all of the draft; what a file cannot hold is dealt with as `text.characters.writable` says.
        like: the draft as it was last read or written: byte order mark and line endings stay as they are there, and
            text that did not change gets the very bytes that it had.
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
    data, text, form = encode(text, before.form, before.text)
    try:
        found = write_whole(path, data, watch)
    except OSError as error:
        raise DraftNotWritten(path, reason(error)) from error
    return Draft(text, path, form, _stamp(found, data))


def changed_outside(draft: Draft) -> bool:
    """Whether the file of `draft` is no longer what was last read or written here: another program changed it or took it away.

    A file that was only touched, or replaced by its equal, has not changed. Reads the file only when its size or times differ.
    """
    if draft.path is None or draft.stamp is None:
        return False
    try:
        found = os.stat(draft.path)
        if (found.st_mtime_ns, found.st_size, found.st_ino) == (draft.stamp.mtime_ns, draft.stamp.size, draft.stamp.inode):
            return False
        data, _ = _read(draft.path, Watch())
    except OSError:
        return True
    return digest_of(data) != draft.stamp.digest


def _read(path: Path, watch: Watch) -> tuple[bytes, os.stat_result]:
    # Without O_NONBLOCK opening a pipe would wait for somebody to write to it.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(found.st_mode):
            raise not_ordinary()
        chunks = []
        done = 0
        while chunk := os.read(handle, CHUNK_BYTES):
            chunks.append(chunk)
            done += len(chunk)
            watch.report(min(1.0, done / max(found.st_size, 1)), "reading")
    finally:
        os.close(handle)
    return b"".join(chunks), found


def _stamp(found: os.stat_result, data: bytes) -> Stamp:
    return Stamp(found.st_mtime_ns, len(data), found.st_ino, digest_of(data))

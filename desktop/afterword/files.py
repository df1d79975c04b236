"""Writing a file whole or not at all: the one way in which drafts and exports reach the disk."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from itertools import count
from pathlib import Path

from afterword.watch import Watch

_log = logging.getLogger(__name__)

CHUNK_BYTES = 1 << 22  # between two looks at whether the task should stop


def write_whole(
    path: Path, data: bytes, watch: Watch | None = None, *, still: Callable[[], None] | None = None
) -> os.stat_result:
    """Make `data` the content of `path`, so that at every moment the old content or the new one is there whole.

    A temporary file in the same folder is written and flushed to the disk (fsync), then takes the place of `path` in one step
    (os.replace), and the folder is flushed. A symbolic link is followed and kept. The permissions of an existing file are kept,
    and its owner, group and extended attributes, each where the system allows; a hard link is not: the other names keep the old
    content.

    Args:
        path: where to; its folder must exist.
        data: all of it.
        watch: may stop the writing up to the last step; then the old content stays.
        still: called just before the last step; what it raises leaves what is at `path` then.

    Returns:
        What the system knows of the new file.

    Raises:
        OSError: it could not be written; the old content is untouched and no temporary file is left.
        Cancelled: it was asked to stop, likewise.
    """
    watch = watch or Watch()
    watch.check()
    target, old = _existing(path)
    temporary = target.with_name(f".afterword-{secrets.token_hex(8)}.tmp")
    # A new file gets what the umask allows; one that takes the place of another is for the owner only until it has its mode.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    handle = os.open(temporary, flags, 0o666 if old is None else 0o600)
    try:
        try:
            _write(handle, data, watch)
            if old is not None:
                _keep_attributes(target, old, temporary)
            os.fsync(handle)
            new = os.fstat(handle)
        finally:
            os.close(handle)
        watch.check()
        if still is not None:
            still()
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    flush_folder(target.parent)
    return new


def digest_of(data: bytes) -> bytes:
    """A hash (BLAKE2b, 16 bytes) of what a file holds, to notice that another program changed it."""
    return blake2b(data, digest_size=16).digest()


def put_aside(path: Path) -> Path:
    """Give `path` another name, so that another file can take its place: the first free one of ".broken", ".broken-2" and so on.

    Returns:
        Where it is now.

    Raises:
        OSError: it is where it was.
    """
    names = (path.with_name(f"{path.name}.broken{'' if number == 1 else f'-{number}'}") for number in count(1))
    aside = next(name for name in names if not os.path.lexists(name))
    path.rename(aside)
    return aside


def same_file(one: Path | None, other: Path | None) -> bool:
    """Whether two paths lead to one file, however they are spelled (links, `..`, capital letters on some systems)."""
    if one is None or other is None:
        return False
    try:
        return os.path.samefile(one, other)
    except OSError:  # one of them is not there
        return os.path.realpath(one) == os.path.realpath(other)


def reason(error: OSError) -> str:
    """The system's word for `error`, such as "no space left on device": lower case, no full stop."""
    return (error.strerror or (os.strerror(error.errno) if error.errno else type(error).__name__)).lower().rstrip(".")


def not_ordinary() -> OSError:
    """The error for what is neither a file nor a folder: a pipe, a socket, a device."""
    return OSError(errno.EINVAL, "it is not an ordinary file")


def may_write(path: Path) -> bool:
    """Whether `write_whole` would have leave to replace what is at `path`; a symbolic link is followed."""
    target = Path(os.path.realpath(path))
    return os.access(target, os.W_OK) and os.access(target.parent, os.W_OK | os.X_OK)


def _existing(path: Path) -> tuple[Path, os.stat_result | None]:
    """Where `path` leads to, and what is there."""
    try:
        found = os.stat(path)  # follows links, and fails where they go round in a circle
    except FileNotFoundError:
        return Path(os.path.realpath(path)), None
    target = Path(os.path.realpath(path, strict=True))  # otherwise a link that cannot be read now would be replaced by a file
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise not_ordinary()
    if not os.access(target, os.W_OK):  # replacing needs no leave of the file itself, but who made it read-only meant it
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return target, found


def _write(handle: int, data: bytes, watch: Watch) -> None:
    rest = memoryview(data)
    while rest:
        watch.check()
        rest = rest[os.write(handle, rest[:CHUNK_BYTES]) :]


def _keep_attributes(target: Path, old: os.stat_result, temporary: Path) -> None:
    # None of this may cost the writer the save: a file system that cannot hold an attribute goes without it.
    if hasattr(os, "chown"):
        for uid, gid in ((-1, old.st_gid), (old.st_uid, -1)):  # who may not give a file away may still keep its group
            with suppress(OSError):
                os.chown(temporary, uid, gid)
    with suppress(OSError):
        shutil.copystat(target, temporary)
    with suppress(OSError):
        os.chmod(temporary, stat.S_IMODE(old.st_mode))  # again, for copystat stops at the first thing that it cannot copy
    with suppress(OSError):
        os.utime(temporary)  # copystat took the time too


def flush_folder(folder: Path) -> None:
    """Have the names in `folder` on the disk; where that cannot be, the log says so."""
    # The new file is in place; whether its name is on the disk already is all that can go wrong here. Windows opens no folders.
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        _log.warning("a folder could not be flushed: %s", reason(error))

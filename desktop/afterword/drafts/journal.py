"""The recovery journal of one draft: what it was when the writer began to change it, and every change since.

A file that only grows. It is a row of frames, each its length and its CRC-32 (zlib), four bytes each, little-endian, and then as
many bytes: first the head (JSON), then the text before the first change (deflated UTF-16), then changes (JSON) as they came. What
a crash, a full disk or a power loss leaves of the last frame is recognised by its length or its sum, and left out.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from afterword.errors import JournalBroken, JournalGone, JournalNotWritten
from afterword.files import flush_folder, reason, write_whole
from afterword.text.characters import common_ends

_VERSION = 1
_FRAME = struct.Struct("<II")  # length, sum
_APPENDING = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_CODE = "utf-16-le"  # as Qt counts characters


@dataclass(frozen=True)
class Edit:
    """One change of a text.

    Attributes:
        position: where, in UTF-16 units.
        removed: how many units were taken out there.
        added: what was put in instead.
    """

    position: int
    removed: int
    added: str


@dataclass(frozen=True)
class Head:
    """Whose journal it is.

    Attributes:
        path: the draft's file; None for one that was never saved.
        begun: when the text before the first change was written down, in seconds of the system's clock since 1970.
        name: what the writer knows the draft by.
        private: whether nothing of the draft may leave this machine, as it was then.
    """

    path: Path | None
    begun: float
    name: str
    private: bool = False


@dataclass(frozen=True)
class Recovered:
    """What a journal holds.

    Attributes:
        head: whose it is.
        before: the text before the first change.
        text: the text after the last.
        notes: the notes for the model; None where they were not changed.
        private: whether nothing of the draft may leave this machine; None where that was not changed.
        at: when the last change was written down, in seconds since 1970.
        whole: whether the journal ends as it should; else the last moments before a crash may be missing.
        place: where the last change of the text ended, in UTF-16 units; None where that was not changed.
    """

    head: Head
    before: str
    text: str
    notes: str | None
    private: bool | None
    at: float
    whole: bool
    place: int | None = None


class Journal:
    """Writes one journal. Not to be used by two threads at once.

    Args:
        path: of its file; nothing is written before `begin`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None
        self._good = 0  # so many bytes of the file are whole frames

    def begin(self, head: Head, text: str, *, before: str | None = None, at: float = 0.0) -> None:
        """Write down `text`, in place of all that was written down before.

        Args:
            head: whose journal it is.
            text: what stands there now.
            before: what stood there before the first change; None where nothing was changed yet.
            at: where something was, now, in seconds since 1970.

        Raises:
            JournalNotWritten: what was written down before still is.
        """
        record = {
            "afterword": _VERSION,
            "path": str(head.path) if head.path else None,
            "begun": head.begun,
            "name": head.name,
            "private": head.private,
        }
        first = text if before is None else before
        data = _framed(json.dumps(record).encode()) + _framed(zlib.compress(first.encode(_CODE, "surrogatepass"), 1))
        if before is not None:
            data += _changed([_difference(before, text)], at, None)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self.path, data)
            self.close()
            self._handle = os.open(self.path, _APPENDING)
            self._good = len(data)
        except OSError as error:
            raise JournalNotWritten(self.path, reason(error)) from error

    def append(self, edits: Sequence[Edit], at: float, notes: str | None = None, private: bool | None = None) -> None:
        """Write down what was changed since, and flush it to the disk.

        Args:
            edits: in the order in which they were made.
            at: now, in seconds since 1970.
            notes: the notes for the model, where they were changed.
            private: whether nothing may leave this machine, where that was changed.

        Raises:
            JournalGone: somebody took the file away, or it was never begun; what counts now is a new beginning.
            JournalNotWritten: nothing of it counts as written down; the same edits may be tried again.
        """
        frame = _changed(edits, at, notes, private)
        if self._handle is None:
            raise JournalGone(self.path, "it is closed")
        try:
            os.ftruncate(self._handle, self._good)  # what a failed try left
            rest = memoryview(frame)
            while rest:
                rest = rest[os.write(self._handle, rest) :]
            os.fsync(self._handle)
            there = os.path.samestat(os.fstat(self._handle), os.stat(self.path))  # writing to what has no name any more succeeds
        except (FileNotFoundError, NotADirectoryError) as error:
            raise JournalGone(self.path, reason(error)) from error
        except OSError as error:
            raise JournalNotWritten(self.path, reason(error)) from error
        if not there:
            raise JournalGone(self.path, "another file took its place")
        self._good += len(frame)

    @property
    def size(self) -> int:
        """Of the file, in bytes."""
        return self._good

    def close(self) -> None:
        """Leave the file as it is."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def drop(self) -> None:
        """Forget what was written down. Raises OSError."""
        self.close()
        self.path.unlink(missing_ok=True)
        flush_folder(self.path.parent)


def read_journal(path: Path) -> Recovered:
    """What the journal at `path` holds, as far as it is whole.

    Raises:
        JournalBroken: not even the text before the first change can be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise JournalBroken(path, reason(error)) from error
    frames = _frames(data)
    try:
        record = json.loads(next(frames)[0])
        if record["afterword"] != _VERSION:
            raise ValueError("another version")
        file = Path(record["path"]) if record["path"] else None
        head = Head(file, float(record["begun"]), str(record["name"]), bool(record.get("private", False)))
        body, end = next(frames)
        text = bytearray(zlib.decompress(body))
        before = text.decode(_CODE, "surrogatepass")
    except (StopIteration, ValueError, KeyError, TypeError, RecursionError, zlib.error) as error:
        raise JournalBroken(path, "it is damaged") from error
    at, notes, private, place = head.begun, None, None, None
    for payload, after in frames:
        try:
            change = json.loads(payload)
            place = _apply(text, (Edit(*edit) for edit in change["edits"]), place)
            at, notes, private = float(change["at"]), change.get("notes", notes), change.get("private", private)
        except (ValueError, KeyError, TypeError, RecursionError):
            break
        end = after
    return Recovered(head, before, text.decode(_CODE, "surrogatepass"), notes, private, at, end == len(data), place)


def _framed(payload: bytes) -> bytes:
    return _FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def _changed(edits: Sequence[Edit], at: float, notes: str | None, private: bool | None = None) -> bytes:
    record: dict[str, object] = {"at": at, "edits": [[edit.position, edit.removed, edit.added] for edit in edits]}
    if notes is not None:
        record["notes"] = notes
    if private is not None:
        record["private"] = private
    return _framed(json.dumps(record).encode())


def _difference(before: str, text: str) -> Edit:
    start, end = common_ends(before, text)
    return Edit(_units(before[:start]), _units(before[start : len(before) - end]), text[start : len(text) - end])


def _units(text: str) -> int:
    return len(text.encode(_CODE, "surrogatepass")) // 2


def _frames(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The whole frames that `data` begins with, and where each ends."""
    at = 0
    while at + _FRAME.size <= len(data):
        length, total = _FRAME.unpack_from(data, at)
        payload = data[at + _FRAME.size : at + _FRAME.size + length]
        if len(payload) != length or zlib.crc32(payload) != total:
            return
        at += _FRAME.size + length
        yield payload, at


def _apply(text: bytearray, edits: Iterable[Edit], place: int | None) -> int | None:
    """Make the changes; ValueError where one does not fit the text, which is then as it was before all of them.

    Returns where the last one ended; `place` where there is none.
    """
    undo: list[tuple[int, bytes, int]] = []
    try:
        for edit in edits:
            start, end = 2 * edit.position, 2 * (edit.position + edit.removed)
            if not 0 <= start <= end <= len(text):
                raise ValueError("an edit outside the text")
            added = edit.added.encode(_CODE, "surrogatepass")
            undo.append((start, bytes(text[start:end]), len(added)))
            text[start:end] = added
            place = (start + len(added)) // 2
    except (ValueError, TypeError, AttributeError):
        for start, removed, added_length in reversed(undo):
            text[start : start + added_length] = removed
        raise ValueError("an edit that does not fit") from None
    return place

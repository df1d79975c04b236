"""What is kept beside a draft and never in it: notes for the model, which of the text was accepted, whether it stays here."""

from __future__ import annotations

import errno
import json
import logging
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from afterword.drafts.ledger import Run, by_line, carried, line_marks
from afterword.errors import BesideBroken, BesideNotRead, BesideNotWritten, BesideOfAnother
from afterword.files import digest_of, put_aside, reason, write_whole
from afterword.text.characters import writable

_VERSION = 1
_ENDING = ".afterword.json"
_TELLING = 2  # lines that a text had, at least, before one that has none of them is taken for another draft
_BLANK = set(line_marks(""))
_DIGITS = 8  # hexadecimal, of the mark of a line
_LARGEST = 1 << 26  # bytes; more is none of ours

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Beside:
    """What is kept beside a draft.

    Attributes:
        notes: what the writer wrote down about the draft, for the model.
        accepted: which characters of the text were accepted from suggestions.
        private: whether nothing of the draft may leave this machine.
        unsure: whether that is so only since nothing could be read; no reason to write a file.
        digest: a hash (BLAKE2b, 16 bytes) of its file as it was last read or written here, to notice that another program
            changed it; None where there was no file of Afterword's.
    """

    notes: str = ""
    accepted: tuple[Run, ...] = ()
    private: bool = False
    unsure: bool = field(default=False, compare=False)
    digest: bytes | None = field(default=None, compare=False)


def beside_path(draft: Path) -> Path:
    """The file that belongs to the draft at `draft`: a hidden one in the folder that a symbolic link leads to."""
    real = Path(os.path.realpath(draft))
    return real.with_name(f".{real.name}{_ENDING}")


def read_beside(draft: Path, text: str) -> Beside:
    """What is kept beside the draft at `draft`, whose text is now `text`.

    Where another program has changed the text since, accepted text is followed as `ledger.carried` says. Where the draft got
    another name in its folder, what was kept beside the old one comes along.

    Raises:
        BesideNotRead: there is something, and it could not be read now.
        BesideBroken: there is something, and it is damaged, or something else has written it.
        BesideOfAnother: it belongs to another draft, which had this name before.
    """
    path = beside_path(draft)
    try:
        data = _read(path) if os.path.lexists(path) else _come_along(path, text)
        record = _parse(data)
    except FileNotFoundError:
        return Beside()
    except OSError as error:
        raise BesideNotRead(draft, reason(error)) from error
    except (ValueError, RecursionError) as error:
        raise BesideBroken(draft) from error
    try:
        told = set(_lines(record)) - _BLANK
        if text.strip() and len(told) >= _TELLING and told.isdisjoint(line_marks(text)):
            raise BesideOfAnother(draft, record.get("private", False))
        accepted = _accepted(record, text)
    except (ValueError, TypeError) as error:
        _log.warning("what %s says of accepted text is left aside: %s", path, error)
        accepted = ()
    return Beside(record.get("notes", ""), accepted, record.get("private", False), digest=digest_of(data))


def write_beside(draft: Path, text: str, beside: Beside, *, like: Beside | None = None) -> Beside:
    """Keep `beside` with the draft at `draft`, which was just saved with `text`; no file is kept for nothing.

    Only the file that was last read or written here is replaced or taken away. Another one was written by somebody else (another
    computer, another program, an earlier draft of this name), and is put aside before this one takes its place.

    Args:
        draft: the file of the draft.
        text: all of it.
        beside: what to keep.
        like: what was last read or written beside this draft; None for a draft that is new in this place.

    Returns:
        What is kept now, to be `like` at the next save.

    Raises:
        BesideNotWritten: what was kept before still is.
    """
    path = beside_path(draft)
    record = _record(beside, text)
    data = json.dumps({"afterword": _VERSION, **record}, ensure_ascii=False).encode() if record else b""
    try:
        known = like is not None and _is_known(path, like.digest)
        if not known and (record or like is None) and os.path.lexists(path):
            _log.warning("%s is put aside as %s: it is not what was read or written here", path, put_aside(path).name)
        if record:
            write_whole(path, data)
        elif known:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise BesideNotWritten(draft, reason(error)) from error
    return replace(beside, digest=digest_of(data) if record else None)


def _record(beside: Beside, text: str) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if beside.notes.strip():
        record["notes"] = writable(beside.notes)
    if runs := by_line(text, beside.accepted):
        record["accepted"] = runs
    if beside.private and (record or not beside.unsure):
        record["private"] = True
    if record:
        record["lines"] = "".join(f"{mark:0{_DIGITS}x}" for mark in line_marks(text))
    return record


def _come_along(path: Path, text: str) -> bytes:
    """What was kept beside a draft that is gone from this folder and had just this `text`; it is kept at `path` from now on.

    Raises:
        FileNotFoundError: there is none.
    """
    for other in path.parent.glob(f".*{_ENDING}") if text.strip() else ():
        if (other.parent / other.name[1 : -len(_ENDING)]).exists():
            continue
        try:
            data = _read(other)
            if _lines(_parse(data)) == line_marks(text):
                other.rename(path)
                return data
        except (OSError, ValueError, TypeError, RecursionError):
            continue
    raise FileNotFoundError


def _is_known(path: Path, digest: bytes | None) -> bool:
    try:
        return digest_of(_read(path)) == digest
    except (FileNotFoundError, ValueError):
        return False


def _read(path: Path) -> bytes:
    try:
        found = path.stat()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:  # the draft's own name just fits
            raise FileNotFoundError from error
        raise
    if not path.is_file() or found.st_size > _LARGEST:
        raise ValueError("it is no file of Afterword's")
    return path.read_bytes()


def _parse(data: bytes) -> dict[str, Any]:
    record = json.loads(data)
    if not isinstance(record, dict) or record.get("afterword") != _VERSION or not isinstance(record.get("notes", ""), str):
        raise ValueError("it is no file of Afterword's, or of another version")
    if not isinstance(record.get("private", False), bool):
        raise ValueError("whether the draft is to stay here is not known")
    return record


def _accepted(record: dict[str, Any], text: str) -> tuple[Run, ...]:
    runs = record.get("accepted", [])
    if not all(type(number) is int for run in runs for number in run):
        raise ValueError("runs of another type")
    return carried([(line, start, end) for line, start, end in runs], _lines(record), text)


def _lines(record: dict[str, Any]) -> list[int]:
    """The marks of the lines of the text that was saved."""
    lines = record.get("lines", "")
    return [int(lines[at : at + _DIGITS], 16) for at in range(0, len(lines), _DIGITS)]

"""What is kept beside a draft and never in it: the writer's notes for the model, and which of the text was accepted."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afterword.drafts.ledger import Run, by_line, carried, line_marks
from afterword.errors import BesideNotWritten
from afterword.files import reason, write_whole
from afterword.text.characters import writable

_VERSION = 1
_DIGITS = 8  # hexadecimal, of the mark of a line
_LARGEST = 1 << 26  # bytes; more is none of ours

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Beside:
    """What is kept beside a draft.

    Attributes:
        notes: what the writer wrote down about the draft, for the model.
        accepted: which characters of the text were accepted from suggestions.
    """

    notes: str = ""
    accepted: tuple[Run, ...] = ()


def beside_path(draft: Path) -> Path:
    """The file that belongs to the draft at `draft`: a hidden one in the folder that a symbolic link leads to."""
    real = Path(os.path.realpath(draft))
    return real.with_name(f".{real.name}.afterword.json")


def read_beside(draft: Path, text: str) -> Beside:
    """What is kept beside the draft at `draft`, whose text is now `text`.

    Where another program has changed the text since, accepted text is followed as `ledger.carried` says. A file that cannot be
    read, or that something else has written, counts as none, and the log says so.
    """
    path = beside_path(draft)
    try:
        record = _read(path)
    except FileNotFoundError:
        return Beside()
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("%s is left aside: %s", path, error)
        return Beside()
    try:
        accepted = _accepted(record, text)
    except (ValueError, TypeError) as error:
        _log.warning("what %s says of accepted text is left aside: %s", path, error)
        accepted = ()
    return Beside(record.get("notes", ""), accepted)


def write_beside(draft: Path, text: str, beside: Beside) -> None:
    """Keep `beside` with the draft at `draft`, which was just saved with `text`; no file is kept for nothing.

    A file of this name that Afterword cannot have written is renamed to end in ".broken" before another takes its place.

    Raises:
        BesideNotWritten: what was kept before still is.
    """
    path = beside_path(draft)
    record = _record(beside, text)
    try:
        ours = _is_ours(path)
        if record and not ours:
            path.replace(path.with_name(path.name + ".broken"))
        if record:
            write_whole(path, json.dumps({"afterword": _VERSION, **record}, ensure_ascii=False).encode())
        elif ours:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise BesideNotWritten(draft, reason(error)) from error


def _record(beside: Beside, text: str) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if beside.notes.strip():
        record["notes"] = writable(beside.notes)
    if runs := by_line(text, beside.accepted):
        record["accepted"] = runs
        record["lines"] = "".join(f"{mark:0{_DIGITS}x}" for mark in line_marks(text))
    return record


def _is_ours(path: Path) -> bool:
    """Whether `path` may be replaced; so may nothing at all."""
    try:
        _read(path)
    except FileNotFoundError:
        return True
    except (OSError, ValueError, RecursionError):
        return False
    return True


def _read(path: Path) -> dict[str, Any]:
    found = path.stat()
    if not path.is_file() or found.st_size > _LARGEST:
        raise ValueError("it is no file of Afterword's")
    record = json.loads(path.read_bytes())
    if not isinstance(record, dict) or record.get("afterword") != _VERSION or not isinstance(record.get("notes", ""), str):
        raise ValueError("it is no file of Afterword's, or of another version")
    return record


def _accepted(record: dict[str, Any], text: str) -> tuple[Run, ...]:
    lines, runs = record.get("lines", ""), record.get("accepted", [])
    marks = [int(lines[at : at + _DIGITS], 16) for at in range(0, len(lines), _DIGITS)]
    if not all(type(number) is int for run in runs for number in run):
        raise ValueError("runs of another type")
    return carried([(line, start, end) for line, start, end in runs], marks, text)

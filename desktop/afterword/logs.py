"""The log file: causes and tracebacks for whoever has to find out, and never any text of a draft.

What an exception says may quote the text that it stumbled over, and what other libraries write may too. So of an exception the
log has the type and the places, and what it says only where that is known to be harmless; of a record that is not Afterword's
own it has the place alone.
"""

from __future__ import annotations

import logging
import os
import traceback
import warnings
from collections.abc import Mapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

from afterword.errors import AfterwordError

_BYTES, _KEPT = 500_000, 3
_OURS = ("afterword", "__main__")
_LEFT_OUT = "(what it says is left out)"
_CHAINED = 8  # exceptions, each the cause of the one before
_FRAMES = 25  # from each end of a traceback; one of endless recursion has a thousand

_log = logging.getLogger(__name__)


def start(file: Path) -> None:
    """Send all logging to `file`; where it cannot be written, nowhere."""
    handler: logging.Handler
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(file, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8", errors="replace", delay=True)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(DiscreetFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.raiseExceptions = False  # a full disk must not write tracebacks to stderr
    warnings.showwarning = _show_warning


class DiscreetFormatter(logging.Formatter):
    """Writes a record without anything that may quote a draft."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.formatTime(record)} {record.levelname} {record.name}: "
        text = head + (_message(record) if record.name.partition(".")[0] in _OURS else _place(record))
        error = record.exc_info[1] if record.exc_info else None
        return text if error is None else f"{text}\n{trace_of(error)}"


def told(error: BaseException) -> str:
    """One line for `error`: its type, and what it says where that cannot be text of a draft."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, AfterwordError):
        return str(error)
    if isinstance(error, OSError) and error.errno is not None:  # without a number it says what somebody made up
        where = ", ".join(repr(file) for file in (error.filename, error.filename2) if file is not None)
        return f"{name}: [Errno {error.errno}] {os.strerror(error.errno)}{f': {where}' if where else ''}"
    if isinstance(error, ImportError):
        return f"{name}: {error}"
    database = getattr(error, "sqlite_errorname", None)
    return f"{name}: {database}" if isinstance(database, str) else f"{name} {_LEFT_OUT if error.args else ''}".rstrip()


def trace_of(error: BaseException) -> str:
    """The traceback of `error` and of what led to it: files, lines and functions, and each error as `told` has it."""
    parts: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen and len(parts) < _CHAINED:
        seen.add(id(one))
        stack = traceback.StackSummary.extract(traceback.walk_tb(one.__traceback__), lookup_lines=False)
        frames = [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in stack]
        if len(frames) > 2 * _FRAMES:
            frames[_FRAMES:-_FRAMES] = [f"  and {len(frames) - 2 * _FRAMES} more"]
        parts.append("\n".join(["Traceback (most recent call last):", *frames, told(one)]))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\nThat came from:\n".join(parts)


def _message(record: logging.LogRecord) -> str:
    args: Any = record.args
    if isinstance(args, Mapping):
        args = {key: _harmless(value) for key, value in args.items()}
    elif args:
        args = tuple(_harmless(value) for value in args)
    message = str(_harmless(record.msg))
    return message % args if args else message


def _harmless(value: object) -> object:
    return told(value) if isinstance(value, BaseException) else value


def _place(record: logging.LogRecord) -> str:
    return f"{record.filename}, line {record.lineno} {_LEFT_OUT}"


def _show_warning(
    message: Warning | str,  # noqa: ARG001 -- what it says may quote a draft
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    _log.warning("%s at %s, line %d", category.__name__, filename, lineno)

"""What becomes of errors that nobody foresaw, and what is left of a run that ended unexpectedly.

Every run of the window keeps a report open in the log folder, with a lock that the system lets go when the process ends. Python's
faulthandler writes into it when the process dies of a fault, and so do the hooks for exceptions that nobody caught. A run that
ends as it should takes its report away; one that is there without its process was left by a run that did not, whatever ended it:
a fault, a kill, a power loss. A report has versions, times and tracebacks, and no text of a draft (see `logs`).
"""

from __future__ import annotations

import faulthandler
import logging
import os
import platform
import re
import secrets
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any

from afterword import __version__
from afterword.logs import told, trace_of
from afterword.owning import NO_LOCK, let_go, lock_of
from afterword.watch import Watch

KEPT = 5
"""So many reports of crashes are kept, the newest."""

LARGEST = 1 << 20
"""Bytes of a report; what is beyond is cut off."""

_NOTES = 1 << 16  # bytes of exceptions noted in one run
_RUNNING, _CRASHED, _ENDING = "run-", "crash-", ".txt"
_PACKAGES = ("PySide6-Essentials", "torch", "transformers")
_ENDED_BY = "Ended by"
_CAUSES = [re.compile(rf"^(?:{what}): (.+)$", re.MULTILINE) for what in (_ENDED_BY, "Fatal Python error|Windows fatal exception")]
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')
_SERIOUS = {"QtWarningMsg": logging.WARNING, "QtCriticalMsg": logging.ERROR, "QtFatalMsg": logging.CRITICAL}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Crash:
    """A run that ended unexpectedly.

    Attributes:
        report: its file.
        cause: a few words for whoever reads the report, such as "Segmentation fault"; "" where nothing is known, as of a process
            that was killed.
        at: when the report was last written to, in seconds since 1970: about when it ended (see `Run.goes_on`).
    """

    report: Path
    cause: str
    at: float


class Run:
    """One run of the program, from `begin` to `end`; also a context, which ends it unless an exception leaves it.

    Args:
        folder: of the log. Where nothing can be written there, the log alone hears of exceptions.

    Attributes:
        on_unforeseen: told of an exception that nobody caught, once for each place that it came from, on the thread where
            that happened; the program goes on.
    """

    def __init__(self, folder: Path) -> None:
        self.on_unforeseen: Callable[[BaseException], None] = lambda _: None
        self._report = folder / f"{_RUNNING}{secrets.token_hex(8)}{_ENDING}"
        self._owner = lock_of(self._report)
        self._handle: int | None = None
        self._was_enabled = faulthandler.is_enabled()
        self._noted = 0
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)

    def begin(self) -> None:
        """Open the report and listen."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._uncaught, self._uncaught_in_thread, self._unraisable
        try:
            self._report.parent.mkdir(parents=True, exist_ok=True)
            self._owner.acquire(timeout=0)  # first, so that nobody takes the report for left behind
            self._handle = os.open(self._report, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
            faulthandler.enable(self._handle)
        except NO_LOCK as error:  # a file system without locks, for one
            _log.warning("there will be no report of a crash: %s", error)
        self._write(_head())

    def goes_on(self) -> None:
        """Called now and then, so that of a run that is killed it is known about when."""
        if self._handle is not None:
            with suppress(OSError):
                os.utime(self._report)

    def end(self) -> None:
        """The program ends as it should, or goes on without being watched."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
        handle, self._handle = self._handle, None
        if handle is not None:
            faulthandler.disable()
            if self._was_enabled and sys.__stderr__ is not None:  # as with `python -X faulthandler`
                faulthandler.enable(sys.__stderr__)
            os.close(handle)
        with suppress(OSError):
            self._report.unlink(missing_ok=True)
        let_go(self._owner)

    def failed(self, error: BaseException) -> None:
        """The program ends because of `error`; the next start finds the report."""
        _log.critical("ended by an exception", exc_info=error)
        self._note(f"{_ENDED_BY}: {told(error)}\n{trace_of(error)}")

    def __enter__(self) -> Run:
        self.begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or isinstance(error, SystemExit | KeyboardInterrupt):
            self.end()
        else:
            self.failed(error)

    def take_qt_message(self, mode: Any, context: Any, message: str | None) -> None:
        """What Qt has to say, for `PySide6.QtCore.qInstallMessageHandler`: on stderr as ever, what is serious also in the log.

        Qt ends the program after a fatal one. What it quotes is left out of the log.
        """
        message = message or ""
        if sys.stderr is not None:
            with suppress(OSError, ValueError):
                sys.stderr.write(f"{message}\n")
        level = _SERIOUS.get(mode.name)
        if level is not None:
            first = _QUOTED.sub("“…”", message.partition("\n")[0])[:300]
            _log.log(level, "Qt (%s): %s", getattr(context, "category", None), first)
            if level == logging.CRITICAL:
                self._note(f"{_ENDED_BY}: Qt: {first}")

    # --- hooks --------------------------------------------------------------------------------------------------------

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, SystemExit | KeyboardInterrupt):
            self._before[0](kind, error, trace)
        else:
            self._unforeseen(error, "unforeseen")

    def _uncaught_in_thread(self, args: Any) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self._unforeseen(args.exc_value, "unforeseen, in a thread")

    def _unraisable(self, args: Any) -> None:
        if args.exc_value is not None:  # what object it was stays unsaid: it might be a text
            self._unforeseen(args.exc_value, "unforeseen, where nobody can catch it", tell=False)

    def _unforeseen(self, error: BaseException, what: str, tell: bool = True) -> None:
        way = _way_to(error)
        self._seen[way] += 1
        times = self._seen[way]
        if times > 1:
            if times & (times - 1) == 0:  # what fails at every key or every frame must not push all else out of the log
                _log.error("%s, %d times by now: %s at %s", what, times, way[0], way[-1])
            return
        _log.error("%s", what, exc_info=error)
        self._note(f"{what}\n{trace_of(error)}")
        if tell:
            try:
                self.on_unforeseen(error)
            except Exception:
                _log.exception("telling of an error failed")

    # --- the report ---------------------------------------------------------------------------------------------------

    def _note(self, text: str) -> None:
        if self._noted < _NOTES:
            thread = threading.current_thread().name
            self._write(f"\n{_now()}, thread {thread}\n{text}\n")

    def _write(self, text: str) -> None:
        if self._handle is None:
            return
        data = text.encode("utf-8", "backslashreplace")[:_NOTES]
        self._noted += len(data)
        with suppress(OSError):  # the disk is full: the file is there all the same
            os.write(self._handle, data)


def last_crash(folder: Path, *, watch: Watch | None = None) -> Crash | None:  # noqa: ARG001 -- too short to be cancelled
    """The newest run that ended unexpectedly and was not told of before; a task for `Jobs`.

    The reports of such runs get another name, and are told of once. The newest `KEPT` are kept.

    Args:
        folder: of the log.
        watch: not needed.
    """
    found = [crash for report in _files(folder, _RUNNING) if (crash := _claimed(report)) is not None]
    newest = max(found, key=lambda crash: crash.at, default=None)
    reports = sorted(_files(folder, _CRASHED), key=_written, reverse=True)
    if newest is not None:  # whatever the clock said
        reports.sort(key=lambda report: report != newest.report)
    for report in reports[KEPT:]:
        with suppress(OSError):
            report.unlink()
    return newest


def _claimed(report: Path) -> Crash | None:
    owner = lock_of(report)
    try:
        owner.acquire(timeout=0)
    except NO_LOCK:  # it runs
        return None
    try:
        at = report.stat().st_mtime
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(at))
        aside = report.with_name(f"{_CRASHED}{stamp}-{report.stem.removeprefix(_RUNNING)}{_ENDING}")
        report.rename(aside)
    except OSError:  # another start has taken it
        return None
    finally:
        let_go(owner)
    text = ""
    with suppress(OSError):
        if aside.stat().st_size > LARGEST:
            os.truncate(aside, LARGEST)
        text = aside.read_text("utf-8", "replace")
    causes = [found[-1] for cause in _CAUSES if (found := cause.findall(text))]
    return Crash(aside, causes[0] if causes else "", at)


def _files(folder: Path, beginning: str) -> list[Path]:
    return sorted(folder.glob(f"{beginning}*{_ENDING}"))


def _written(report: Path) -> float:
    try:
        return report.stat().st_mtime
    except OSError:
        return 0.0


def _way_to(error: BaseException) -> tuple[str, ...]:
    """The type of `error` and all places on the way to where it was raised."""
    places = (f"{frame.f_code.co_filename}, line {line}" for frame, line in traceback.walk_tb(error.__traceback__))
    return (type(error).__qualname__, *places)


def _head() -> str:
    packages = ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    system = f"{platform.system()} {platform.release()} ({platform.machine()})"
    process = f"Process {os.getpid()}, begun {_now()}"
    return f"Afterword {__version__}\nPython {platform.python_version()}, {system}\n{packages}\n{process}\n"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())

"""Running a converter: bytes in, bytes out, ended at once when nobody wants its work any more."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence

from afterword.files import reason
from afterword.watch import Watch

LIMIT_S = 300.0  # a million characters take a few seconds; whatever takes this long will not end
_TICK_S = 0.05
if sys.platform == "win32":
    _FLAGS = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
else:
    _FLAGS = 0


class ConversionFailed(Exception):
    """A converter could not do its work; the message is a phrase that says why."""


def run(command: Sequence[str], data: bytes, watch: Watch, limit_s: float = LIMIT_S) -> bytes:
    """What `command` writes to its standard output when given `data`.

    Args:
        command: the program and its arguments.
        data: its standard input.
        watch: looked at twenty times a second; a program whose work is not wanted is killed.
        limit_s: seconds after which it is killed.

    Raises:
        ConversionFailed: it cannot be started, ended with an error (whose first line is the message) or took too long.
        Cancelled: it was asked to stop.
    """
    # From a file, since `communicate` forgets what it has not yet sent when it is called again after a timeout.
    with tempfile.TemporaryFile() as source:
        source.write(data)
        source.seek(0)
        try:
            process = subprocess.Popen(
                command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, creationflags=_FLAGS
            )
        except OSError as error:
            raise ConversionFailed(reason(error)) from error
    with process:
        try:
            out, complaint = _communicate(process, watch, limit_s)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise ConversionFailed(_first_line(complaint) or f"the converter ended with {process.returncode}")
    return out


def _communicate(process: subprocess.Popen[bytes], watch: Watch, limit_s: float) -> tuple[bytes, bytes]:
    for _ in range(max(1, int(limit_s / _TICK_S))):
        watch.check()
        try:
            return process.communicate(timeout=_TICK_S)
        except subprocess.TimeoutExpired:
            pass
    raise ConversionFailed(f"it takes longer than {limit_s:g} s")


def _first_line(complaint: bytes) -> str:
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    return lines[0].strip().rstrip(".;")[:200] if lines else ""

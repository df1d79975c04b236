"""Running a child process: progress while it runs, an end at once when asked, nothing left behind.

Work that would stall the window (it holds the interpreter lock for seconds) or that has no way to be cancelled runs in a child.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO

TICK_S = 0.1
_TAIL = 4000
# CREATE_NO_WINDOW and BELOW_NORMAL_PRIORITY_CLASS, which subprocess has on Windows only.
_WINDOWS_FLAGS = 0x0800_0000 | 0x4000


def python(module: str, *args: str) -> list[str]:
    """The command that runs `module` in a fresh interpreter. `-P` keeps Python files in the current folder from being imported.

    A frozen build has no interpreter to start: its executable must take `-P -m MODULE ARGS` and run that module.
    """
    return [sys.executable, "-P", "-m", module, *args]


def run(
    command: Sequence[str],
    *,
    on_tick: Callable[[], None],
    on_line: Callable[[str], None],
    env: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Run `command` until it ends, at a lower priority than the window.

    Args:
        command: the program and its arguments.
        on_tick: called about ten times a second. What it raises ends the child and is raised here: this is how to cancel.
        on_line: called with each line of the child's output, without its end.
        env: variables to set besides those of this process.

    Returns:
        The exit code (negative: the signal that ended it) and the end of what it wrote to its error output.

    Raises:
        OSError: the program cannot be started.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # never written to: its end tells the child that this process is gone
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **(env or {})},
            creationflags=_WINDOWS_FLAGS if os.name == "nt" else 0,
            encoding="utf-8",
            errors="replace",
        )
        assert process.stdout is not None
        lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        reader = threading.Thread(target=_read, args=(process.stdout, lines), name="output of a child", daemon=True)
        reader.start()
        try:
            _follow(lines, on_tick, on_line)
            code = process.wait()
        finally:
            process.kill()
            process.wait()
            reader.join()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        errors.seek(0)
        return code, errors.read().decode("utf-8", "replace")[-_TAIL:]


def _read(output: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    for line in output:
        lines.put(line.rstrip("\r\n"))
    lines.put(None)


def _follow(lines: queue.SimpleQueue[str | None], on_tick: Callable[[], None], on_line: Callable[[str], None]) -> None:
    while True:
        on_tick()
        try:
            line = lines.get(timeout=TICK_S)
        except queue.Empty:
            continue
        if line is None:
            return
        on_line(line)


# --- the child's own side -------------------------------------------------------------------------------------------


def be_a_child() -> IO[str]:
    """Called first in a child that is a module of ours; returns where to write lines for the parent.

    Whatever else is printed goes to the error output; the process steps back behind the window, and ends with its parent.
    """
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    if os.name != "nt":
        os.nice(5)
    threading.Thread(target=_end_with_parent, name="end with the parent", daemon=True).start()
    return lines


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)

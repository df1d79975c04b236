"""Running a child process: progress while it runs, an end at once when asked, nothing left behind.

Work that would stall the window (it holds the interpreter lock for seconds) or that has no way to be cancelled runs in a child.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import IO, Any

from afterword import errors, logs
from afterword.errors import AfterwordError, ModelTooLarge

Tell = Callable[..., None]

TICK_S = 0.1
_TAIL = 4000
# CREATE_NO_WINDOW and BELOW_NORMAL_PRIORITY_CLASS, which subprocess has on Windows only.
_WINDOWS_FLAGS = 0x0800_0000 | 0x4000
_OUT_OF_MEMORY = (-9, 137)  # how Linux ends a process that takes too much

_log = logging.getLogger(__name__)


class EndedOtherwise(Exception):
    """A child ended, with `code`, and neither was done nor told why not."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


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


def told(
    module: str,
    *args: str,
    name: str,
    on_tick: Callable[[], None],
    on_told: Callable[[dict[str, Any]], None] | None = None,
    env: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Run a module of ours that is a child by `main`, until it is done.

    Args:
        module: its name.
        args: its arguments.
        name: of the model that it works for; what is raised carries this one.
        on_tick: see `run`.
        on_told: called with each object that it tells.
        env: see `run`.

    Returns:
        All that it told, the later values over the earlier ones.

    Raises:
        AfterwordError: the one that it told.
        ModelTooLarge: it took too much memory.
        EndedOtherwise: it ended in any other way.
        OSError: it cannot be started.
    """
    values: dict[str, Any] = {}
    last: dict[str, Any] = {}

    def on_line(line: str) -> None:
        try:
            content = json.loads(line)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            _log.warning("%s wrote: %s", module, line)
        elif "ended" in content or "error" in content:
            last.update(content)
        else:
            values.update(content)
            if on_told is not None:
                on_told(content)

    code, said = run(python(module, *args), on_tick=on_tick, on_line=on_line, env=env)
    if code == 0 and "ended" in last:
        return values
    _log.warning("%s ended with %s: %s", module, code, said)
    error = _error(last, name)
    if error is not None:
        raise error
    if code in _OUT_OF_MEMORY or "MemoryError" in said:
        raise ModelTooLarge(name)
    raise EndedOtherwise(code)


def _error(content: dict[str, Any], name: str) -> AfterwordError | None:
    """The error that a child has told; None where there is no such."""
    kind = getattr(errors, str(content.get("error")), None)
    if not (isinstance(kind, type) and issubclass(kind, AfterwordError)):
        return None
    values = content | {"name": name}
    try:
        return kind(**{field.name: values[field.name] for field in fields(kind)})  # type: ignore[arg-type]
    except (LookupError, TypeError):
        return None


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


def main(work: Callable[[Tell], None]) -> int:
    """The whole of a child that `told` runs: do `work`, and tell how it ended; the exit code is 0 or 1.

    Args:
        work: is given what tells the parent values, by their names, as a line of JSON.
    """
    lines = be_a_child()

    def tell(**values: object) -> None:
        lines.write(json.dumps(values) + "\n")

    return ended(work, tell)


def ended(work: Callable[[Tell], None], tell: Tell) -> int:
    """Do `work` and tell how it ended: an error by its type and its values without `name`, its places to the error output."""
    try:
        work(tell)
    except Exception as error:
        sys.stderr.write(logs.trace_of(error))
        if isinstance(error, AfterwordError):
            names = [field.name for field in fields(error)]  # type: ignore[arg-type]
            tell(error=type(error).__name__, **{key: getattr(error, key) for key in names if key != "name"})
        return 1
    tell(ended=True)
    return 0


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

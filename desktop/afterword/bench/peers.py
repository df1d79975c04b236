"""Engines that are timed side by side, each in a process of its own.

A process is sent a line of JSON and answers with one:

    {"do": "load", "file": "text.txt"}               {"s": seconds, "versions": {package: version}}
    {"do": "prefill", "tokens": 256}                 {"ms": milliseconds}
    {"do": "decode", "context": 256, "new": 32}      {"ms": milliseconds for a token}

or with `{"error": "..."}` where it cannot do that; the next line it may. The error is empty where it does no such thing at all.
It ends when its input does. Lines stay short: a pipe takes only so much while nobody reads from it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

from afterword.bench import peer_llama_cpp
from afterword.engine import child

PEERS = Path(".venv-peers")
"""The environment that `make bench-peers` makes, in the current folder."""

ANSWER_WITHIN_S = 120.0
_END_WITHIN_S = 5.0
_ANSWERS = {"load": "s", "agreement": "argmax"}  # what an answer must have; to all else "ms"

_log = logging.getLogger(__name__)


class PeerGone(Exception):
    """A peer will not answer any more. The message is the end of the sentence “It was not measured, since …”."""


class Declined(Exception):
    """A peer cannot do what it was asked; the message is its own."""


class Peer:
    """A running peer. Leaving it as a context manager ends its process.

    Args:
        command: the program and its arguments.
        within_s: how many seconds an answer may take.

    Raises:
        PeerGone: the program cannot be started.
    """

    def __init__(self, command: list[str], within_s: float = ANSWER_WITHIN_S) -> None:
        self._within_s = within_s
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                encoding="utf-8",
                errors="replace",
                env=os.environ | {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"},
            )
        except OSError as error:
            self._errors.close()
            raise PeerGone(f"{command[0]} cannot be started") from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=_read, args=(self._output, self._lines), name="answers of a peer", daemon=True)
        self._reader.start()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, do: str, **values: object) -> dict[str, Any]:
        """Have something done; the answer.

        Raises:
            Declined: it cannot do that.
            PeerGone: it died, took too long or answered nonsense; its process is ended.
        """
        try:
            self._input.write(json.dumps({"do": do, **values}) + "\n")
            self._input.flush()
            line = self._lines.get(timeout=self._within_s)
        except OSError:
            line = None
        except queue.Empty:
            self.close()
            raise PeerGone(f"it did not answer within {self._within_s:g} seconds") from None
        if line is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_WITHIN_S)
            raise PeerGone(f"it ended with code {self.close()}")
        try:
            answer: dict[str, Any] = json.loads(line)
            if "error" in answer:
                raise Declined(str(answer["error"]))
            key = _ANSWERS.get(do, "ms")
            return answer | {key: float(answer[key])}
        except (ValueError, TypeError, KeyError):
            self.close()
            raise PeerGone("its answer made no sense") from None

    def close(self) -> int:
        """End the process, whatever it does; its exit code."""
        self._process.kill()
        code = self._process.wait()
        self._reader.join(_END_WITHIN_S)
        if not self._errors.closed:
            self._errors.seek(0)
            said = self._errors.read().decode("utf-8", "replace").strip()
            if said:
                _log.info("a peer said: %s", said[-2000:])
            for pipe in (self._input, self._output, self._errors):
                with contextlib.suppress(OSError):
                    pipe.close()
        return code


def _read(output: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    for line in output:
        lines.put(line)
    lines.put(None)


# --- where they are -------------------------------------------------------------------------------------------------


def python_of_llama_cpp(environment: Path | None = None) -> str | None:
    """The Python that has llama-cpp-python, or None.

    Args:
        environment: a virtual environment with it; without one `PEERS` is looked into, and the environment of this process.
    """
    inside = Path("Scripts/python.exe") if os.name == "nt" else Path("bin/python")
    python = (environment or PEERS) / inside
    if environment is not None or python.exists():
        return str(python.absolute()) if python.exists() else None
    return sys.executable if importlib.util.find_spec("llama_cpp") else None


def afterword(model: str) -> list[str]:
    """The command that runs Afterword's own engine on the model that the user calls `model`."""
    return child.python("afterword.bench.peer_afterword", model)


def transformers(folder: Path) -> list[str]:
    """The command that runs transformers' `generate` on the model in `folder`."""
    return child.python("afterword.bench.peer_transformers", str(folder))


def llama_cpp(python: str, gguf: Path, threads: int) -> list[str]:
    """The command that runs llama.cpp on `gguf`."""
    return [python, "-P", str(Path(peer_llama_cpp.__file__)), str(gguf), str(threads)]

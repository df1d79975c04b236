"""Real servers of models on the loopback, each from an environment of its own, which `make test-servers` makes."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from afterword.engine import starter

ROOT = Path(__file__).resolve().parents[2]
MODEL = starter.NAME
_BIN = "Scripts" if os.name == "nt" else "bin"
_UP_WITHIN_S = 300.0
_TICK_S = 0.05


@dataclass(frozen=True)
class Kind:
    """A server that can be run here.

    Attributes:
        name: as of `Abilities.kind`.
        environment: with its programs.
        command: from that folder, the folder of the converted model, and a port.
        work: what it writes on its terminal whenever it is given a text to go on with, or to answer.
    """

    name: str
    environment: Path
    command: Callable[[Path, Path, int], list[str]]
    work: str = "POST /v1/"

    @property
    def is_there(self) -> bool:
        """Whether its environment was made."""
        return (self.environment / "afterword-installed").exists()


def _transformers(environment: Path, folder: Path, port: int) -> list[str]:
    # A name without slashes is a folder beside which it was started, if there is one, and else one of the hub's.
    return [str(environment / _BIN / "transformers"), "serve", folder.name, "--device", "cpu", "--port", str(port)]


def _llama_cpp_python(environment: Path, folder: Path, port: int) -> list[str]:
    program = [str(environment / _BIN / "python"), "-P", str(Path(__file__).with_name("llama_server.py"))]
    model = ["--model", str(folder / starter.GGUF), "--model_alias", MODEL, "--n_ctx", "2048", "--n_threads", "1"]
    # Unless it is told otherwise it breaks an answer off when anybody asks something else.
    return [*program, *model, "--n_threads_batch", "1", "--interrupt_requests", "false", "--port", str(port)]


def _llama_cpp(environment: Path, folder: Path, port: int) -> list[str]:
    model = ["--model", str(folder / starter.GGUF), "--alias", MODEL, "--ctx-size", "8192", "--parallel", "4", "--threads", "1"]
    # Not repacked: its kernels for AMX end the process on the starter model, as in `llama_server`.
    plain = [*model, "--no-repack", "--verbosity", "4"]
    return [str(environment / _BIN / "llama-server"), *plain, "--host", "127.0.0.1", "--port", str(port)]


TRANSFORMERS = Kind("transformers", ROOT / ".venv-serving", _transformers)
LLAMA_CPP_PYTHON = Kind("llama-cpp-python", ROOT / ".venv-peers", _llama_cpp_python)
LLAMA_CPP = Kind("llama.cpp", ROOT / ".venv-llama", _llama_cpp, "processing task, is_child")
KINDS = (TRANSFORMERS, LLAMA_CPP_PYTHON, LLAMA_CPP)


class Running:
    """A server that answers.

    Args:
        kind: which.
        folder: of the converted model.
        scratch: for what it writes.
    """

    def __init__(self, kind: Kind, folder: Path, scratch: Path) -> None:
        self.kind = kind
        self._folder = folder
        self._scratch = scratch
        self._port = _free_port()
        self.at = f"127.0.0.1:{self._port}"
        self.url = f"http://{self.at}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again at the same address if it had ended, and wait until it answers."""
        (self._scratch / "hub").mkdir(exist_ok=True)  # transformers lists what is in it
        with (self._scratch / "said.txt").open("ab") as said:
            self._process = subprocess.Popen(
                self.kind.command(self.kind.environment, self._folder, self._port),
                cwd=self._folder.parent,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                env={
                    **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))},
                    "HF_HOME": str(self._scratch),
                    "HF_HUB_OFFLINE": "1",
                    "OMP_NUM_THREADS": "1",  # with more it is ten times slower where others compute too
                },
            )
        deadline = time.monotonic() + _UP_WITHIN_S
        while not self._answers():
            assert self._process.poll() is None, f"it ended: {self.said[-2000:]}"
            assert time.monotonic() < deadline, f"it does not answer: {self.said[-2000:]}"
            time.sleep(_TICK_S)

    @property
    def said(self) -> str:
        """What it wrote on its terminal."""
        return (self._scratch / "said.txt").read_text("utf-8", "replace")

    @property
    def tasks(self) -> int:
        """How often it was given a text."""
        return self.said.count(self.kind.work)

    @property
    def worked_s(self) -> float:
        """Processor time that it has taken so far, in seconds."""
        assert self._process is not None
        times = psutil.Process(self._process.pid).cpu_times()
        return float(times.user + times.system)

    def work_of(self, deed: Callable[[], object]) -> float:
        """Processor time that the server takes for what `deed` asks of it, to the very end, in seconds."""
        self.rest()
        before = self.worked_s
        deed()
        self.rest()
        return self.worked_s - before

    def rest(self) -> None:
        """Wait until it does nothing any more."""
        deadline = time.monotonic() + _UP_WITHIN_S
        before = -1.0
        while (now := self.worked_s) - before > 0.05:
            assert time.monotonic() < deadline, "it goes on and on"
            before = now
            time.sleep(1.0)

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
            self._process.wait()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/v1/models")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@contextmanager
def running(kind: Kind, folder: Path, scratch: Path) -> Iterator[Running]:
    """A server of `kind` with the model in `folder`, which ends with the block."""
    server = Running(kind, folder, scratch)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])

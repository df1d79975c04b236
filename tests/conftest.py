"""What every test stands on: no screen, a home of its own, no network, no thread left running."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from pytestqt.qtbot import QtBot

from afterword import paths, secrets
from afterword.app import desk
from afterword.assist import worker
from afterword.garbage import collect_due
from afterword.suggest import remote
from tests.fakes.keyring import FakeKeyring
from tests.faults import Faults

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

# At every `make test` some examples of each rule, others each time; `make test-long` draws many. What the machine does beside the
# tests is no reason for one to fail.
settings.register_profile("some", max_examples=50, deadline=None)
settings.register_profile("thorough", max_examples=300, deadline=None)
settings.load_profile("some")

# For whatever is waited for without a word of how long: a busy machine takes its time, and only what never comes is wrong.
_PATIENCE_S = 30.0

_LOOPBACK = ("127.", "::1", "localhost")

_FAULTS = pytest.StashKey[Faults]()


@pytest.fixture(scope="session")
def faults(pytestconfig: pytest.Config) -> Faults:
    """Counts the faults that tests make and the drafts that are lost by them; the run ends with the sums."""
    return pytestconfig.stash.setdefault(_FAULTS, Faults())


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # windows and timers of tests that are over die on the main thread
    for wait in ("waitUntil", "waitSignal", "waitSignals", "waitExposed", "waitActive", "waitCallback"):
        vars(QtBot)[wait].__kwdefaults__["timeout"] = int(_PATIENCE_S * 1000)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # the libraries that tests have imported stay: nobody looks through them again


def pytest_sessionfinish(session: pytest.Session) -> None:
    counted, told = session.config.stash.get(_FAULTS, None), getattr(session.config, "workeroutput", None)
    if counted is not None and told is not None:  # one of several processes that run the tests
        told["faults"] = (counted.tried, counted.lost)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What another process counted, with pytest-xdist."""
    counted = node.config.stash.setdefault(_FAULTS, Faults())
    tried, lost = getattr(node, "workeroutput", {}).get("faults", (0, 0))
    counted.tried, counted.lost = counted.tried + tried, counted.lost + lost


def pytest_unconfigure(config: pytest.Config) -> None:
    counted, reporter = config.stash.get(_FAULTS, None), config.pluginmanager.get_plugin("terminalreporter")
    if counted is not None and counted.tried and reporter is not None:
        reporter.write_line(str(counted))


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Everything that belongs to the user, in a folder of this test's own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("AFTERWORD_HOME", str(folder))
    with measured_once(paths.models_dir(), tmp_path_factory):
        yield folder


@contextlib.contextmanager
def measured_once(models_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let `models_dir` know what was measured of this machine in another test, and remember what is measured there."""
    kept, here = tmp_path_factory.getbasetemp() / "tuning.json", models_dir / "tuning.json"
    if kept.exists():
        models_dir.mkdir(parents=True)
        shutil.copyfile(kept, here)
    yield
    if here.exists() and not kept.exists():
        shutil.copyfile(here, kept)


@pytest.fixture
def ranked() -> None:
    """Threads stand back as they do for a writer."""


@pytest.fixture(autouse=True)
def _hurry(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a thread that stands back may wait for seconds, and what ends within a moment for a writer for longer."""
    monkeypatch.setattr(desk, "LEAVE_WITHIN_MS", int(_PATIENCE_S * 1000))
    if "ranked" not in request.fixturenames:
        for module in (worker, remote):
            monkeypatch.setattr(module, "stand_back", lambda _: None)


@pytest.fixture(autouse=True)
def system_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKeyring]:
    """The keyring of this test's own; no test comes near that of the system."""
    keyring = FakeKeyring()
    monkeypatch.setattr(secrets, "_child", keyring.answer)
    yield keyring
    secrets.forget_all()


@pytest.fixture(autouse=True)
def _collected_between_tests() -> Iterator[None]:
    yield
    collect_due()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def loopback_only(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0]) if isinstance(address, tuple) else str(address)
            if not host.startswith(_LOOPBACK):
                raise OSError(f"tests reach nothing beyond the loopback, and {host} is")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", loopback_only)


_QT_THREADS = {"model", "jobs", "answers"}  # what the system calls the threads of assist/ and of jobs.py


def _threads() -> set[object]:
    """Python's threads, and on Linux the ids of Qt's that are ours; Qt's are no objects of Python's."""
    alive: set[object] = {t for t in threading.enumerate() if t.is_alive() and not isinstance(t, threading._DummyThread)}
    for task in Path("/proc/self/task").glob("*/comm"):
        with contextlib.suppress(OSError):
            if task.read_text().strip() in _QT_THREADS:
                alive.add(f"{task.read_text().strip()} {task.parent.name}")
    return alive


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = _threads()
    yield
    deadline = time.monotonic() + _PATIENCE_S
    while (left := _threads() - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left, f"threads left running: {left}"

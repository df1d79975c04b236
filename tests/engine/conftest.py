"""Fixtures of the tests of models on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from tqdm import tqdm

from afterword.engine import conversion, convert, tuning
from afterword.engine.tuning import Tuning
from afterword.watch import Watch
from tests.conftest import measured_once
from tests.engine.tiny import tiny_gguf
from tests.starter import starter_folder as starter_folder


@pytest.fixture(autouse=True)
def _no_monitor_of_progress_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    """transformers draws a bar while it reads a GGUF, and tqdm leaves a thread behind it."""
    monkeypatch.setattr(tqdm, "monitor_interval", 0)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny models gain nothing by more, and lose much where the processor is busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def _measured_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a machine of its own, and measuring takes a second."""
    monkeypatch.setattr(tuning, "measure", lambda: Tuning(packed=True, rows=16, half=True, threads=1))


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    return tiny_gguf(tmp_path / "in" / "tiny.gguf")


@pytest.fixture
def models_dir(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with measured_once(tmp_path / "models", tmp_path_factory):
        yield tmp_path / "models"


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Convert in this process, which takes no second to start; the files converted so far."""
    made: list[Path] = []

    def run_conversion(gguf: Path, folder: Path, name: str, watch: Watch) -> None:
        convert.convert(gguf, folder, lambda share: watch.report(share, "converting"))
        made.append(gguf)

    monkeypatch.setattr(conversion, "run_conversion", run_conversion)
    return made

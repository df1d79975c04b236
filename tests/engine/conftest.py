"""Fixtures of the tests of models on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from tqdm import tqdm

from afterword.engine import conversion, convert
from afterword.watch import Watch
from tests.engine.tiny import tiny_gguf
from tests.starter import starter_folder as starter_folder


@pytest.fixture(autouse=True)
def _no_monitor_of_progress_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    """transformers draws a bar while it reads a GGUF, and tqdm leaves a thread behind it."""
    monkeypatch.setattr(tqdm, "monitor_interval", 0)


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    return tiny_gguf(tmp_path / "in" / "tiny.gguf")


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Convert in this process, which takes no second to start; the files converted so far."""
    made: list[Path] = []

    def run_conversion(gguf: Path, folder: Path, name: str, watch: Watch) -> None:
        convert.convert(gguf, folder, lambda share: watch.report(share, "converting"))
        made.append(gguf)

    monkeypatch.setattr(conversion, "run_conversion", run_conversion)
    return made

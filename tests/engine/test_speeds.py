"""How fast a model is here, measured in a process of its own."""

from __future__ import annotations

import errno
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afterword import files
from afterword.engine import child, conversion, speeds, starter
from afterword.engine.library import Library
from afterword.engine.speeds import Measured
from afterword.errors import GenerationFailed, ModelBroken, ModelMissing, ModelTooLarge, StarterUnavailable
from afterword.sentences import sentence
from tests.engine.models import model_folder
from tests.engine.tiny import byte_level, gpt2, tiny_gpt2

TOLD = {"read_s": 0.25, "token_s": 0.02, "memory": 900_000_000, "at": 1.7e9, "device": "cuda"}


class Run:
    """Stands in for running the child, and remembers what was to be run."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, ends: Callable[[], tuple[int, str]] = lambda: (0, ""), *lines: str
    ) -> None:
        self.commands: list[list[str]] = []
        self._ends, self._lines = ends, lines
        monkeypatch.setattr(child, "run", self._run)

    def _run(self, command: list[str], *, on_tick: Any, on_line: Callable[[str], None], env: Any) -> tuple[int, str]:
        self.commands.append(command)
        for line in self._lines:
            on_line(line)
        return self._ends()


def test_a_model_with_few_positions_is_measured_too_and_remembered(tmp_path: Path, models_dir: Path) -> None:
    folder = tmp_path / "few"
    gpt2(n_positions=64).save_pretrained(folder)
    byte_level().save_pretrained(folder)
    found = speeds.measure(str(folder), models_dir, device="cuda")
    assert found.read_s > 0
    assert found.token_s > 0
    assert found.device in ("cpu", "cuda")
    assert speeds.known(models_dir) == {str(folder): found}


def test_what_was_measured_before_the_device_was_remembered_is_still_known(models_dir: Path) -> None:
    models_dir.mkdir(exist_ok=True)
    (models_dir / speeds.FILE).write_text('{"m": {"read_s": 1, "token_s": 0.5, "memory": 7, "at": 9}, "n": {}}')
    assert speeds.known(models_dir) == {"m": Measured(1.0, 0.5, 7, 9.0, "")}


def test_a_starter_that_was_not_fetched_is_not_fetched_for_it(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch)
    with pytest.raises(ModelMissing):
        speeds.measure("starter", models_dir)
    assert not run.commands


@pytest.mark.long
def test_nor_is_one_that_turns_out_to_be_damaged(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = model_folder(models_dir / "starter")
    conversion.write_marker(folder, conversion.Marker(starter.TITLE, "", starter.LICENCE))
    was = (folder / "tokenizer.json").stat()
    (folder / "tokenizer.json").write_text("[]")  # of the same size
    os.utime(folder / "tokenizer.json", ns=(was.st_atime_ns, was.st_mtime_ns))
    with socket.create_server(("127.0.0.1", 0)) as index:
        index.setblocking(False)
        address = f"http://127.0.0.1:{index.getsockname()[1]}"
        monkeypatch.setenv("PIP_INDEX_URL", address)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_TIMEOUT", "1")
        monkeypatch.setenv("PIP_RETRIES", "0")
        monkeypatch.setenv("HF_ENDPOINT", address)
        with pytest.raises(StarterUnavailable):
            speeds.measure("starter", models_dir)
        with pytest.raises(BlockingIOError):
            index.accept()


def test_the_library_measures_on_the_device_that_is_set(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch, lambda: (0, ""), json.dumps(TOLD), '{"ended": true}')
    device = "cuda"
    library = Library(models_dir, lambda: device)
    assert library.measure("m").device == "cuda"
    device = "cpu"
    library.measure("m")
    assert [command[-1] for command in run.commands] == ["cuda", "cpu"]


def test_why_a_model_cannot_be_measured_is_said_as_when_it_is_opened(tmp_path: Path, models_dir: Path) -> None:
    folder = tiny_gpt2(tmp_path / "damaged")
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelBroken) as caught:
        speeds.measure(str(folder), models_dir)
    assert (caught.value.name, caught.value.reason) == (str(folder), "its tokenizer cannot be read")
    assert not speeds.known(models_dir)


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [(-9, ModelTooLarge, "memory"), (1, GenerationFailed, "measuring it ended with code 1"), (0, GenerationFailed, "code 0")],
)
def test_a_measurement_that_ends_without_a_word_is_too_much_only_where_it_was(
    code: int, kind: type[Exception], says: str, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Run(monkeypatch, lambda: (code, ""))
    with pytest.raises(kind) as caught:
        speeds.measure("m", models_dir)
    assert says in sentence(caught.value)


def test_a_measurement_that_cannot_be_started_says_so(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> tuple[int, str]:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    Run(monkeypatch, refused)
    with pytest.raises(GenerationFailed, match=os.strerror(errno.EMFILE)):
        speeds.measure("m", models_dir)


def test_two_that_are_measured_at_once_are_both_remembered(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = files.write_whole

    def slowly(path: Path, data: bytes) -> os.stat_result:
        time.sleep(0.3)
        return write(path, data)

    monkeypatch.setattr(files, "write_whole", slowly)
    Run(monkeypatch, lambda: (0, ""), json.dumps(TOLD), '{"ended": true}')
    threads = [threading.Thread(target=speeds.measure, args=(name, models_dir)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(speeds.known(models_dir)) == {"a", "b"}

"""What is fastest on this machine: measured once, remembered, and never in the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from afterword.engine import tuning
from afterword.engine.llama import Llama
from afterword.engine.packing import PackedModule
from afterword.engine.runner import TransformersRunner
from afterword.engine.speeding import runner_for
from afterword.engine.tuning import FILE, Tuning, measure, tuned
from tests.engine.tiny import gpt2, llama

FOUND = Tuning(packed=True, rows=16, half=True, threads=2)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Tuning]:
    """What was measured so far; it takes no time."""
    done: list[Tuning] = []

    def found() -> Tuning:
        done.append(FOUND)
        return FOUND

    monkeypatch.setattr(tuning, "measure", found)
    return done


@pytest.fixture(autouse=True)
def _threads(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(psutil, "getloadavg", lambda: (0.0, 0.0, 0.0))
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_a_machine_is_measured_once(tmp_path: Path, measured: list[Tuning]) -> None:
    folder = tmp_path / "models"
    assert tuned(folder) == tuned(folder) == FOUND
    assert len(measured) == 1


def test_what_was_measured_on_a_busy_machine_holds_until_it_is_quiet(
    tmp_path: Path, measured: list[Tuning], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(psutil, "getloadavg", lambda: (100.0, 1.0, 1.0))
        assert tuned(tmp_path) == tuned(tmp_path) == FOUND
        assert len(measured) == 1
    assert tuned(tmp_path) == tuned(tmp_path) == FOUND
    assert len(measured) == 2


def test_another_machine_is_measured_too_and_both_are_remembered(
    tmp_path: Path, measured: list[Tuning], monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(tuning, "_machine", lambda: "another")
        tuned(tmp_path)
        tuned(tmp_path)
    tuned(tmp_path)
    assert len(measured) == 2


DAMAGED = {
    "nothing": b"",
    "no JSON": b"{",
    "no text": b"\xff\xfe\x00",
    "a list": b"[1]",
    "null": b"null",
    "another machine's": b'{"another": {"packed": true}}',
    "an entry of another kind": b'{"here": 3}',
    "an entry too few": b'{"here": {"packed": true, "rows": 4, "half": true}}',
    "an entry too many": b'{"here": {"packed": true, "rows": 4, "half": true, "threads": 1, "x": 1}}',
    "no threads": b'{"here": {"packed": true, "rows": 4, "half": true, "threads": 0}}',
    "words": b'{"here": {"packed": "yes", "rows": "4", "half": true, "threads": 1}}',
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_made_again(
    tmp_path: Path, measured: list[Tuning], content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "_machine", lambda: "here")
    (tmp_path / FILE).write_bytes(content)
    assert tuned(tmp_path) == FOUND
    assert len(measured) == 1
    assert tuned(tmp_path) == FOUND
    assert len(measured) == 1
    assert json.loads((tmp_path / FILE).read_text())["here"]["threads"] == 2


def test_where_nothing_can_be_written_it_is_measured_every_time(tmp_path: Path, measured: list[Tuning]) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    assert tuned(file / "models") == tuned(file / "models") == FOUND
    assert len(measured) == 2


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "_SHAPE", (64, 96))
    monkeypatch.setattr(tuning, "_MATRICES", 2)


@pytest.mark.usefixtures("small")
def test_measuring_leaves_the_threads_as_they_were() -> None:
    torch.set_num_threads(1)
    found = measure()
    assert torch.get_num_threads() == 1
    assert found.threads >= 1
    assert found.packed is (found.rows > 0)
    assert found.dtype is (torch.bfloat16 if found.half else torch.float32)


@pytest.mark.usefixtures("small")
def test_measuring_that_fails_leaves_them_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> float:
        torch.set_num_threads(2)
        raise MemoryError

    monkeypatch.setattr(tuning, "_fastest_threads", broken)
    torch.set_num_threads(1)
    with pytest.raises(MemoryError):
        measure()
    assert torch.get_num_threads() == 1


def missing(*_: object) -> torch.Tensor:
    raise NotImplementedError


def wrong(x: torch.Tensor, *_: object) -> torch.Tensor:
    return torch.zeros(x.shape[0], 64, dtype=x.dtype)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("kernel", [missing, wrong])
@pytest.mark.parametrize("name", ["_weight_int4pack_mm_for_cpu", "_weight_int8pack_mm"])
def test_a_kernel_that_is_missing_or_wrong_is_not_used(name: str, kernel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"torch.ops.aten.{name}", kernel)
    monkeypatch.setattr(tuning, "_calls", lambda *_: 1e-9)  # however fast it is
    found = measure()
    assert not found.packed
    assert found.rows == 0


@pytest.mark.usefixtures("small")
def test_a_kernel_that_is_slower_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "_calls", lambda *_: 2.0)
    monkeypatch.setattr(tuning, "_seconds", lambda *_: 1.0)
    assert not measure().packed


@pytest.mark.usefixtures("small")
def test_the_kernel_is_used_for_as_many_rows_as_it_is_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "_calls", lambda rows, _: float(rows))
    monkeypatch.setattr(tuning, "_seconds", lambda *_: 10.0)
    assert measure() == Tuning(packed=True, rows=8, half=True, threads=1, weight_ns=1e9 / (2 * 64 * 96))


# --- what is made of it -------------------------------------------------------------------------------------------------


def test_a_llama_is_written_out_and_others_are_packed() -> None:
    assert isinstance(runner_for(llama(), FOUND)[0], Llama)
    model = gpt2()
    assert isinstance(runner_for(model, FOUND)[0], TransformersRunner)
    assert any(isinstance(module, PackedModule) for module in model.modules())
    assert torch.get_num_threads() == 2


def test_without_the_kernel_nothing_is_packed() -> None:
    model = gpt2()
    runner_for(model, Tuning(packed=False, rows=0, half=False, threads=1))
    assert not any(isinstance(module, PackedModule) for module in model.modules())


def test_on_an_accelerator_the_model_stays_as_it_is() -> None:
    model = llama()
    assert isinstance(runner_for(model, None)[0], TransformersRunner)


@pytest.mark.parametrize(("free", "short"), [(2**40, False), (2**10, True)])
def test_where_memory_is_short_the_unpacked_weights_go(free: int, short: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": free}))
    model = gpt2()
    runner, small = runner_for(model, FOUND)
    assert small is short
    packed = [module for module in model.modules() if isinstance(module, PackedModule)]
    assert [hasattr(module, "weight") for module in packed] == [not short] * len(packed)
    assert torch.isfinite(runner.extend([1, 2, 3])).all()

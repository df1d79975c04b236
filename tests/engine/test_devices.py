"""Where a model computes: the fastest device that is there, and the processor where there is none or it is full.

There is no accelerator on most machines that run these tests, so that what is loaded on one is a stand-in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from afterword.engine import devices, opening, tuning
from afterword.engine.local import TransformersModel
from afterword.engine.measuring import Speed
from afterword.engine.protocol import Request
from afterword.engine.sampling import Sampling
from afterword.engine.tuning import Tuning
from afterword.errors import DeviceFull, GenerationFailed, ModelError, ModelTooLarge
from afterword.text.context import Context
from tests.engine.tiny import byte_level, llama, tiny_llama


@pytest.fixture
def accelerated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "accelerators", lambda: ("cuda",))


class Loads:
    """Stands in for loading, and remembers on what."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        token_s: float = 0.001,
        full: bool = False,
        fails: ModelError | None = None,
    ) -> None:
        self.devices: list[str] = []
        self.closed = 0
        self._token_s, self._full, self._fails = token_s, full, fails
        monkeypatch.setattr(opening, "load", self._load)
        monkeypatch.setattr(tuning, "measure", lambda: Tuning(True, 16, True, 1, weight_ns=0.05))

    def _load(self, name: str, folder: Path, config: Any, watch: Any, exact: bool, models: Path, device: str) -> Any:
        self.devices.append(device)
        if device == "cuda" and self._full:
            raise ModelTooLarge(name)
        return self

    parameters = 100_000_000
    fallback = ""

    def measure(self, text: str, prompt: int, new: int) -> Speed:
        if self._fails is not None:
            raise self._fails
        return Speed(0.1, self._token_s)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny_llama(tmp_path / "model")


def test_without_an_accelerator_it_is_the_processor(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "accelerators", lambda: ())
    model = opening.open_model(str(folder), tmp_path)
    assert (model.capabilities.device, model.capabilities.fallback) == ("cpu", "")
    model.close()
    model = opening.open_model(str(folder), tmp_path, device="cuda")
    assert (model.capabilities.device, model.capabilities.fallback) == ("cpu", "missing")
    model.close()


@pytest.mark.usefixtures("accelerated")
@pytest.mark.parametrize(("token_s", "then"), [(0.001, "cuda"), (0.02, "cpu")])  # the processor would take 6 ms
def test_the_faster_device_is_found_out_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token_s: float, then: str
) -> None:
    loads = Loads(monkeypatch, token_s)
    opening.open_model(str(folder), tmp_path)
    assert loads.devices == (["cuda"] if then == "cuda" else ["cuda", "cpu"])
    assert loads.closed == (then == "cpu"), "the memory of the one that is not used is given back"
    opening.open_model(str(folder), tmp_path)
    assert loads.devices[-1] == then
    assert len(loads.devices) == (2 if then == "cuda" else 3)


@pytest.mark.usefixtures("accelerated")
def test_what_the_writer_chose_is_not_measured(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = Loads(monkeypatch, token_s=9.0)
    opening.open_model(str(folder), tmp_path, device="cuda")
    opening.open_model(str(folder), tmp_path, device="cpu")
    assert loads.devices == ["cuda", "cpu"]


@pytest.mark.usefixtures("accelerated")
@pytest.mark.parametrize("wanted", ["auto", "cuda"])
def test_a_model_that_does_not_fit_on_the_accelerator_is_loaded_for_the_processor(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str
) -> None:
    loads = Loads(monkeypatch, full=True)
    opening.open_model(str(folder), tmp_path, device=wanted)
    assert loads.devices == ["cuda", "cpu"]
    assert loads.fallback == "memory"


@pytest.mark.usefixtures("accelerated")
@pytest.mark.parametrize(("fails", "fallback"), [(DeviceFull("m"), "memory"), (GenerationFailed("m", "NaN"), "")])
def test_a_model_that_cannot_be_measured_on_the_accelerator_is_loaded_for_the_processor_from_now_on(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: ModelError, fallback: str
) -> None:
    loads = Loads(monkeypatch, fails=fails)
    opening.open_model(str(folder), tmp_path)
    assert loads.devices == ["cuda", "cpu"]
    assert loads.closed == 1
    assert loads.fallback == fallback
    opening.open_model(str(folder), tmp_path)
    assert loads.devices == ["cuda", "cpu", "cpu"]


def test_where_the_memory_of_the_accelerator_runs_out_it_goes_on_on_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = llama()
    model = TransformersModel("tiny", plain, byte_level())
    model._model = plain  # as if it were elsewhere
    request = Request(1, Context(before="The ferry left"), Sampling(temperature=0.0, max_words=5))
    expected = "".join(piece.text for piece in model.complete(request))

    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    model.decoding.following.forget()
    monkeypatch.setattr(model.decoding.following, "logits_after", full)
    with pytest.raises(DeviceFull):
        list(model.complete(request))
    assert "".join(piece.text for piece in model.complete(request)) == expected
    assert model.capabilities.fallback == "memory"

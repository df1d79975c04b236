"""Which kernel, which type and how many threads are fastest on this machine: measured once, in half a second, and remembered."""

from __future__ import annotations

import copy
import logging
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

import psutil
import torch
from torch.nn import functional

from afterword.engine import remembered
from afterword.engine.packing import Head, Linear

_log = logging.getLogger(__name__)

FILE = "tuning.json"
_QUIET = "quiet"  # beside the values: what else the machine did may have decided them where it was not
_SHAPE, _MATRICES = (1536, 1024), 24  # together more than a processor's caches hold, as the weights of a model are
_ROWS = (4, 8, 16, 32, 64)
_ROUNDS = 3
_PREFILL_ROWS = 64
_WRONG = 0.15  # relative error beyond which a kernel does not compute what it should: 4 bits of normal weights are a tenth off


@dataclass(frozen=True)
class Tuning:
    """What is fastest here.

    Attributes:
        packed: whether the kernels are there and right, and that for 4 bits faster than plain weights.
        rows: up to so many rows at once it is.
        half: whether bfloat16 is at least as fast as float32 for many rows.
        threads: how many.
        weight_ns: nanoseconds to read a weight for one row, as it is fastest; 0 where that was not measured.
    """

    packed: bool
    rows: int
    half: bool
    threads: int
    weight_ns: float = 0.0

    @property
    def dtype(self) -> torch.dtype:
        """For weights that are not packed."""
        return torch.bfloat16 if self.half else torch.float32


def tuned(folder: Path) -> Tuning:
    """What was measured for this machine, kept in `folder`; measured now where that was not done yet while it was quiet."""
    file, machine, busy = folder / FILE, _machine(), _busy()
    kept, quiet = _tuning(remembered.known(file).get(machine))
    if kept and (quiet or busy):
        return kept
    tuning = measure()
    _log.info("tuned for %s: %s", machine, tuning)
    remembered.remember(file, machine, asdict(tuning) | {_QUIET: not busy})
    return tuning


def _tuning(values: Any) -> tuple[Tuning | None, bool]:
    """The values as they were kept, None where they cannot have been; and whether nothing else was going on then."""
    quiet = values.get(_QUIET) is not False if isinstance(values, dict) else False
    try:
        tuning = Tuning(**{key: value for key, value in values.items() if key != _QUIET})
    except (TypeError, AttributeError):
        return None, False
    kinds = [type(value) for value in astuple(tuning)]
    right = kinds == [bool, int, bool, int, float] and tuning.rows >= 0 and tuning.threads >= 1
    return (tuning if right else None), quiet


def measure() -> Tuning:
    """Measure this machine; torch's number of threads is left as it was."""
    before = torch.get_num_threads()
    random = torch.Generator().manual_seed(0)
    first = torch.randn(_SHAPE, generator=random) * 0.02
    weights = [first.clone() for _ in range(_MATRICES)]
    try:
        with torch.inference_mode():
            half = [weight.bfloat16() for weight in weights]
            half_faster = _seconds(_PREFILL_ROWS, half) <= _seconds(_PREFILL_ROWS, weights)
            plain = half if half_faster else weights
            packed = _packed(plain)
            threads = _fastest_threads(packed or plain)
            torch.set_num_threads(threads)
            rows, taken = 0, _seconds(1, plain)
            if packed and (packed_taken := _calls(1, packed)) < taken:
                taken = packed_taken
                rows = max((n for n in _ROWS if _calls(n, packed) < _seconds(n, plain)), default=1)
    finally:
        torch.set_num_threads(before)
    return Tuning(rows > 0, rows, half_faster, threads, taken * 1e9 / (_MATRICES * first.numel()))


def _packed(weights: list[torch.Tensor]) -> list[Linear]:
    """The matrices packed; none where a kernel is missing, fails, or computes something else."""
    try:
        first = Linear(weights[0], None, packed=True, rows=2**31, keep=False)
        kernels = (first, Head(weights[0]))
        right = all(_is_right(kernel, weights[0], rows) for kernel in kernels for rows in (1, _ROWS[-1]))
    except (RuntimeError, AttributeError, NotImplementedError):
        _log.info("no kernels for packed weights", exc_info=True)
        return []
    return [copy.deepcopy(first) for _ in weights] if right else []


def _is_right(kernel: Linear | Head, weight: torch.Tensor, rows: int) -> bool:
    x = torch.randn((rows, weight.shape[1]), generator=torch.Generator().manual_seed(rows))
    expected, found = functional.linear(x, weight.float()), kernel(x).float()
    return float((found - expected).norm() / expected.norm()) < _WRONG


def _fastest_threads(layers: list[Linear] | list[torch.Tensor]) -> int:
    most = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else most
    most = max(1, min(most, allowed))
    times = {}
    for threads in sorted({1, 2, 4, max(1, most // 2), most}):
        if threads <= most:
            torch.set_num_threads(threads)
            times[threads] = _calls(1, layers) if isinstance(layers[0], Linear) else _seconds(1, layers)
    best = min(times.values())
    return min(threads for threads, took in times.items() if took < best * 1.1)


def _calls(rows: int, layers: list[Linear]) -> float:
    x = torch.zeros((rows, _SHAPE[1]), dtype=torch.bfloat16)
    return _least(lambda: [layer(x) for layer in layers])


def _seconds(rows: int, weights: list[torch.Tensor]) -> float:
    x = torch.zeros((rows, _SHAPE[1]), dtype=weights[0].dtype)
    return _least(lambda: [functional.linear(x, weight) for weight in weights])


def _least(work: Callable[[], object]) -> float:
    """The seconds of the fastest of a few rounds: what else the machine does only adds to them."""
    times = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def _busy() -> bool:
    """Whether something else has been using much of the processor for a minute."""
    return bool(psutil.getloadavg()[0] > (os.cpu_count() or 1) / 2)


def _machine() -> str:
    return f"{platform.processor() or platform.machine()}/{_model_name()}/{os.cpu_count()}/torch {torch.__version__}"


def _model_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.platform(terse=True)
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")

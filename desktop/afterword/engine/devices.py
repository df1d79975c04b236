"""Where a model computes: on the processor, or on an accelerator where one is there and faster.

Which of the two is faster depends on the model: an accelerator reads weights many times as fast, but starts each of the thousand
operations of a token late. So the first time that a model is loaded on an accelerator some of its tokens are timed there, and
compared with what the processor would take by what `tuning` measured; the faster one is remembered for that model.
"""

from __future__ import annotations

import logging
from pathlib import Path

import torch

from afterword.engine import remembered

AUTO, CPU = "auto", "cpu"
_ACCELERATORS = ("cuda", "mps")

FILE = "devices.json"
_OPERATIONS_S = 0.001  # what the processor takes for a token beside reading the weights: the small operations of 30 layers

_log = logging.getLogger(__name__)


def accelerators() -> tuple[str, ...]:
    """The types, as torch has them, of the accelerators that are there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return tuple(kind for kind in _ACCELERATORS if there[kind])


def chosen(wanted: str, name: str, models_dir: Path, exact: bool = False) -> tuple[str, bool]:
    """On which device to load a model.

    Args:
        wanted: a type, or AUTO.
        name: of the model.
        models_dir: where it is remembered which device was faster.
        exact: whether it is to compute as transformers does by default.

    Returns:
        The type of a device that is there, and whether it is still to be found out that it is the fastest.
    """
    there = accelerators()
    if exact and wanted == AUTO:  # as transformers does it
        return CPU, False
    if wanted != AUTO:
        return (wanted if wanted in there else CPU), False
    if not there:
        return CPU, False
    known = remembered.known(models_dir / FILE).get(name)
    return (str(known), False) if known in (*there, CPU) else (there[0], True)


def faster(accelerator_s: float, parameters: int, weight_ns: float) -> bool:
    """Whether an accelerator that takes so long for a token is faster than the processor.

    Args:
        accelerator_s: seconds a token, measured there.
        parameters: weights of the model.
        weight_ns: what the processor takes to read a weight, in nanoseconds; 0 where that was not measured.
    """
    return not weight_ns or accelerator_s < parameters * weight_ns * 1e-9 + _OPERATIONS_S


def remember(name: str, kind: str, models_dir: Path) -> None:
    """From now on load the model `name` on this type of device, where the choice is ours."""
    _log.info("%s is faster on %s", name, kind)
    remembered.remember(models_dir / FILE, name, kind)

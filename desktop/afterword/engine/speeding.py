"""The fastest way to run a loaded model here."""

from __future__ import annotations

import logging
from typing import Any

import psutil
import torch

from afterword.engine.llama import Llama, is_llama
from afterword.engine.packing import pack
from afterword.engine.runner import Runner, TransformersRunner
from afterword.engine.tuning import Tuning

_log = logging.getLogger(__name__)

_BYTES_PACKED = 0.75  # a weight: its code, its share of scale and zero, and what packing needs for a moment
_AIR = 1.5  # times that must be free, for the unpacked weights to stay


def runner_for(model: Any, tuning: Tuning | None, small: bool = False) -> tuple[Runner, bool]:
    """A Runner for `model`, which it may take apart or change, and whether memory was too short for the fastest.

    Args:
        model: from AutoModelForCausalLM, on its device.
        tuning: what is fastest on this processor; None for an accelerator.
        small: let go of every weight that has a smaller form: prefill is slower then.
    """
    if tuning is None:
        return TransformersRunner(model, room=True), False
    torch.set_num_threads(tuning.threads)
    small = tuning.packed and (small or not _room_to_keep(model))
    if is_llama(model):
        return Llama(model, packed=tuning.packed, rows=tuning.rows, keep=not small), small
    if tuning.packed:
        _log.info("%d modules packed", pack(model, rows=tuning.rows, keep=not small))
    return TransformersRunner(model, room=True), small


def _room_to_keep(model: Any) -> bool:
    """Whether there is memory for the weights in 4 bits beside the weights as they are."""
    weights = sum(parameter.numel() for parameter in model.parameters())
    return bool(psutil.virtual_memory().available > weights * _BYTES_PACKED * _AIR)

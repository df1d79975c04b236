"""Folders that look like models: their files are what they should be, and mean nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file


def model_folder(
    folder: Path,
    architecture: str = "GPT2LMHeadModel",
    *,
    numbers: int = 1000,
    value: float = 1.0,
    shards: int = 1,
    **config: Any,
) -> Path:
    """Make a folder with configuration, tokenizer and weights; more of its configuration in `config`.

    Args:
        folder: to make.
        architecture: what the configuration says it is.
        numbers: in each file of weights, of four bytes each.
        value: of the first of them; the others count up from it.
        shards: how many files of weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"architectures": [architecture], "model_type": "gpt2"} | config))
    (folder / "tokenizer.json").write_text("{}")
    content = np.arange(numbers, dtype=np.float32) + np.float32(value)
    if shards == 1:
        save_file({"w": content}, folder / "model.safetensors")
        return folder
    names = {f"w{n}": f"model-{n + 1:05}-of-{shards:05}.safetensors" for n in range(shards)}
    for tensor, file in names.items():
        save_file({tensor: content + np.float32(len(tensor) + int(tensor[1:]))}, folder / file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": names}))
    return folder

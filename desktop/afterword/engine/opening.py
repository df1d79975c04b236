"""From a name to a loaded model: the starter, a folder, a GGUF file, or an id on the Hugging Face hub.

Model files are data, never code: safetensors and GGUF only, `trust_remote_code=False`, and no network but for a download that the
user asked for by naming the model. torch and transformers are imported when a model is opened, not before.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from afterword.engine import catalogue, hub, starter
from afterword.engine.conversion import converted
from afterword.engine.loading import load
from afterword.engine.protocol import LanguageModel
from afterword.errors import ModelBroken, ModelNotThere, ModelPickled, ModelTooLarge
from afterword.watch import Watch

_log = logging.getLogger(__name__)

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")


def open_model(
    name: str, models_dir: Path, watch: Watch | None = None, *, exact: bool = False, download: bool = False
) -> LanguageModel:
    """Load the model that the user calls `name`.

    Args:
        name: "starter", a folder, a `.gguf` file, or a hub id.
        models_dir: where converted models are kept.
        watch: told the stages; cancelling is noticed between them.
        exact: float32 and no shortcut, so that greedy output equals transformers' `generate`.
        download: whether a hub model that is not on this machine may be fetched.

    Raises:
        ModelError, StarterUnavailable: with the reason as its type.
        Cancelled: through `watch`.
    """
    watch = watch or Watch()
    folder = _folder(name, models_dir, watch, download)
    try:
        return _open(name, folder, watch, exact, models_dir)
    except ModelBroken:
        folder = _folder(name, models_dir, watch, download, verify=True)
        if folder.parent != models_dir:
            raise  # not of our making: it cannot be made again
        return _open(name, folder, watch, exact, models_dir)


def _open(name: str, folder: Path, watch: Watch, exact: bool, models_dir: Path) -> LanguageModel:
    config = check_folder(name, folder)
    watch.report(-1, "importing")
    try:
        return load(name, folder, config, watch, exact, models_dir)
    except (MemoryError, ModelTooLarge):
        if exact:
            raise ModelTooLarge(name) from None
        _log.warning("%s does not fit; once more in its smaller form", name, exc_info=True)
    try:
        return load(name, folder, config, watch, exact, models_dir, small=True)
    except MemoryError as error:
        raise ModelTooLarge(name) from error


def fetch(name: str, models_dir: Path, watch: Watch | None = None) -> Path:
    """Make the model `name` ready for use on this machine, downloading it where it is missing; returns its folder."""
    folder = _folder(name, models_dir, watch or Watch(), download=True)
    check_folder(name, folder)
    return folder


def _folder(name: str, models_dir: Path, watch: Watch, download: bool, verify: bool = False) -> Path:
    """Where the model is; with `verify` every byte of a converted one is checked, and it is made again where one is wrong."""
    if name == starter.NAME:
        return starter.ensure(models_dir, watch, verify=verify)
    found = catalogue.resolve(name, models_dir)
    if isinstance(found, str):
        return hub.snapshot(found, watch, download)
    return converted(found, models_dir, watch, verify=verify) if found.is_file() else found


def check_folder(name: str, folder: Path) -> dict[str, Any]:
    """What can be said of a model folder without loading it; returns its configuration.

    Raises:
        ModelNotThere, ModelPickled, ModelBroken.
    """
    config_file = folder / "config.json"
    if not config_file.is_file():
        raise ModelNotThere(name)
    config = _read_json(name, config_file)
    if not any(folder.glob("*.safetensors")):
        raise ModelPickled(name) if any(any(folder.glob(pattern)) for pattern in _PICKLES) else ModelNotThere(name)
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        shards = _read_json(name, index).get("weight_map")
        if not isinstance(shards, dict):
            raise ModelBroken(name, "its list of weight files is damaged")
        missing = sorted({str(shard) for shard in shards.values() if not (folder / str(shard)).is_file()})
        if missing:
            raise ModelBroken(name, f"{missing[0]} is missing")
    return config


def _read_json(name: str, file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelBroken(name, f"{file.name} cannot be read") from error
    if not isinstance(content, dict):
        raise ModelBroken(name, f"{file.name} is not what it should be")
    return content

"""From a name to a loaded model: the starter, a folder, a GGUF file, or an id on the Hugging Face hub.

Model files are data, never code: safetensors and GGUF only, `trust_remote_code=False`, and no network but for a download that the
user asked for by naming the model. torch and transformers are imported when a model is opened, not before.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from afterword.engine import catalogue, hub, hub_folders, starter
from afterword.engine.checking import check_files, check_folder
from afterword.engine.conversion import converted
from afterword.engine.libraries import import_libraries
from afterword.engine.loading import load
from afterword.engine.protocol import LanguageModel
from afterword.errors import DeviceFull, GenerationFailed, ModelBroken, ModelMissing, ModelTooLarge
from afterword.watch import Watch

if TYPE_CHECKING:
    from afterword.engine.local import TransformersModel

_log = logging.getLogger(__name__)

_PROMPT, _NEW = 64, 16  # tokens that are read and written to find out which device is faster


def open_model(
    name: str,
    models_dir: Path,
    watch: Watch | None = None,
    *,
    exact: bool = False,
    download: bool = False,
    device: str = "auto",
) -> LanguageModel:
    """Load the model that the user calls `name`.

    Args:
        name: "starter", a folder, a `.gguf` file, or a hub id.
        models_dir: where converted and downloaded models are kept.
        watch: told the stages; cancelling is noticed between them.
        exact: float32 and no shortcut, so that greedy output equals transformers' `generate`.
        download: whether a hub model that is not on this machine may be fetched.
        device: "cpu", "cuda", "mps", or "auto" for what is fastest (see `devices`). Where there is no such device, or the model
            does not fit there, it is loaded for the processor, and its capabilities say so.

    Raises:
        ModelError, StarterUnavailable: with the reason as its type.
        Cancelled: through `watch`.
    """
    watch = watch or Watch()
    folder = _folder(name, models_dir, watch, download)
    try:
        return _open(name, folder, watch, exact, models_dir, device)
    except ModelBroken:
        folder = _folder(name, models_dir, watch, download, verify=True)
        if folder.parent != models_dir:
            raise  # not of our making: it cannot be made again
        return _open(name, folder, watch, exact, models_dir, device)


def _open(name: str, folder: Path, watch: Watch, exact: bool, models_dir: Path, wanted: str) -> LanguageModel:
    config = check_files(name, folder)
    watch.report(-1, "importing")
    import_libraries()
    from afterword.engine import devices

    given = (name, folder, config, watch, exact, models_dir)
    device, undecided = devices.chosen(wanted, name, models_dir, exact)
    fallback = "missing" if wanted not in (devices.AUTO, device) else ""
    if device != devices.CPU:
        try:
            model = load(*given, device)
            if not undecided or _is_fastest(model, name, device, models_dir):
                return model
        except (MemoryError, ModelTooLarge):
            _log.warning("%s does not fit on %s", name, device, exc_info=True)
            fallback = "memory"
    try:
        model = load(*given, devices.CPU)
    except (MemoryError, ModelTooLarge):
        if exact:
            raise ModelTooLarge(name) from None
        _log.warning("%s does not fit; once more in its smaller form", name, exc_info=True)
        try:
            model = load(*given, devices.CPU, small=True)
        except MemoryError as error:
            raise ModelTooLarge(name) from error
    model.fallback = fallback
    return model


def _is_fastest(model: TransformersModel, name: str, device: str, models_dir: Path) -> bool:
    """Measure a model on an accelerator, and remember whether it is faster there than on the processor; else it is closed.

    Raises:
        ModelTooLarge: likewise remembered and closed, for it does not run in the memory there.
    """
    from afterword.engine import devices
    from afterword.engine.speeds import TEXT
    from afterword.engine.tuning import tuned

    try:
        taken = model.measure(TEXT, _PROMPT, _NEW).decode_s
        fastest = devices.faster(taken, model.parameters, tuned(models_dir).weight_ns)
        failure = None
    except (DeviceFull, GenerationFailed) as error:
        _log.warning("%s does not run on %s", name, device, exc_info=True)
        fastest, failure = False, error
    devices.remember(name, device if fastest else devices.CPU, models_dir)
    if not fastest:
        model.close()
    if isinstance(failure, DeviceFull):
        raise ModelTooLarge(name) from failure
    return fastest


def fetch(name: str, models_dir: Path, watch: Watch | None = None) -> Path:
    """Make the model `name` ready for use on this machine, downloading it where it is missing; returns its folder."""
    folder = _folder(name, models_dir, watch or Watch(), download=True)
    check_folder(name, folder)
    return folder


def locate(name: str, models_dir: Path, watch: Watch | None = None) -> Path:
    """The folder of a model that is on this machine; a GGUF file is converted first. Asks no network, but for the starter."""
    return _folder(name, models_dir, watch or Watch(), download=False)


def _folder(name: str, models_dir: Path, watch: Watch, download: bool, verify: bool = False) -> Path:
    """Where the model is; with `verify` every byte of a converted one is checked, and it is made again where one is wrong."""
    if name == starter.NAME:
        return starter.ensure(models_dir, watch, verify=verify)
    found = catalogue.resolve(name, models_dir)
    if isinstance(found, str):
        folder = hub_folders.folder_of(found, models_dir)
        if folder is None and not download:
            raise ModelMissing(name)
        return folder or hub.fetch(found, models_dir, watch)
    return converted(found, models_dir, watch, verify=verify) if found.is_file() else found

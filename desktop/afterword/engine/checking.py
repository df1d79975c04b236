"""What is refused of a model's folder before any library reads it.

A model from somewhere is data that somebody else wrote. Nothing in it is run, nothing outside the folder is read, and what it
claims of itself is compared with the weights that it has before memory is spent on it.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afterword.engine import weights
from afterword.engine.weights import Weights, WeightsBroken
from afterword.errors import ModelBroken, ModelNotThere, ModelPickled, ModelRunsCode, ModelTooLarge, ModelUnsafe

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
CAUSAL = ("ForCausalLM", "LMHeadModel")  # how transformers names the classes that continue text
MASKED = "ForMaskedLM"
OTHER_HEADS = (
    MASKED,
    "ForSequenceClassification",
    "ForTokenClassification",
    "ForQuestionAnswering",
    "ForMultipleChoice",
)

CONFIG_MOST = 4_000_000  # bytes; with the names of 20,000 classes a configuration has one million
FILE_MOST = 64_000_000  # bytes of any file but weights; the largest tokenizers have about half
_DEEPEST = 32  # objects and lists within each other; those of several models in one have 6
_VOCABULARIES = ("tokenizer.json", "vocab*", "*.model")

# A number of the configuration beyond this is more than any model has of anything, unless its own weights have it.
_COUNT_MOST = 2**20
# But these are not counts of what a model is built of: they may be as large as they like.
_NO_COUNTS = ("token", "position", "length", "seq", "window", "theta", "base", "seed", "step", "train")

# What a model may have beyond the weights of its file, before it is held to claim what it has not: weights that are shared are
# there once, some that are made anew are not there at all. Of packed ones (4 bits in a number of 32, say) only so many are seen.
_AIR, _AIR_PACKED, _AIR_PARAMETERS, _AIR_TENSORS = 2, 20, 2**20, 1000
_TENSORS_EACH = 4
_BUFFERS_MOST = 2**30  # bytes of tables that are computed, beyond those of the weights


@dataclass(frozen=True)
class Examined:
    """A folder that nothing is to be said against.

    Attributes:
        config: what its config.json holds.
        weights: what the headers of its weights say.
    """

    config: dict[str, Any]
    weights: Weights


def check_folder(name: str, folder: Path) -> dict[str, Any]:
    """As `examine`; returns the configuration alone."""
    return examine(name, folder).config


def examine(name: str, folder: Path) -> Examined:
    """Look at a model's folder without loading it.

    Args:
        name: what the user calls it.
        folder: may be a snapshot in the hub's cache, whose files are links to its blobs.

    Raises:
        ModelNotThere, ModelPickled, ModelBroken, ModelUnsafe, ModelRunsCode: the reason, as its type.
    """
    config = check_files(name, folder)
    return Examined(config, weigh(name, folder, config))


def check_files(name: str, folder: Path) -> dict[str, Any]:
    """The first half of `examine`: the files and the configuration, which is returned."""
    if not (folder / "config.json").is_file():
        raise ModelNotThere(name)
    _check_files(name, folder)
    config = read_json(name, folder / "config.json", CONFIG_MOST)
    check_config(name, config)
    found = [file.name for file in folder.iterdir()]
    if not any(file.endswith(".safetensors") for file in found):
        raise ModelPickled(name) if any(file.endswith(PICKLES) for file in found) else ModelNotThere(name)
    return config


def weigh(name: str, folder: Path, config: Mapping[str, Any]) -> Weights:
    """The second half: the headers of the weights, and whether they have what the configuration claims."""
    try:
        index = folder / weights.INDEX
        files = weights.files_of(folder, read_json(name, index) if index.is_file() else None)
        if not files:
            raise ModelNotThere(name)
        held = weights.read([folder / file for file in files])
    except WeightsBroken as error:
        raise ModelBroken(name, str(error)) from error
    _check_counts(name, config, held)
    return held


def has_tokenizer(folder: Path) -> bool:
    """Whether there is a file of a tokenizer; nearly every model has one."""
    return any(any(folder.glob(pattern)) for pattern in _VOCABULARIES)


def check_config(name: str, config: Mapping[str, Any]) -> None:
    """Look at a configuration alone.

    Raises:
        ModelUnsafe: it is nested too deeply.
        ModelRunsCode: it names code to be fetched and run for some part of the model.
    """
    for key, value, depth in _walk(config):
        if depth > _DEEPEST:
            raise ModelUnsafe(name, "config.json is nested too deeply")
        # transformers takes "owner/name" for code on the hub.
        if "_implementation" in key and "/" in json.dumps(value):
            raise ModelRunsCode(name)


def can_continue(config: Mapping[str, Any]) -> bool:
    """Whether the configuration names a class of transformers that continues text."""
    return any(architecture.endswith(CAUSAL) for architecture in _architectures(config))


def is_masked(config: Mapping[str, Any]) -> bool:
    """Whether it names one that fills gaps."""
    return any(architecture.endswith(MASKED) for architecture in _architectures(config))


def is_other(config: Mapping[str, Any]) -> bool:
    """Whether it names one that does neither."""
    return any(a.endswith(OTHER_HEADS) for a in _architectures(config)) and not is_masked(config)


def check_memory(name: str, parameters: int, bytes_each: float) -> None:
    """Raise ModelTooLarge where so many weights of so many bytes do not fit into the memory that is free."""
    import psutil

    if psutil.virtual_memory().available + psutil.swap_memory().free < parameters * bytes_each:
        raise ModelTooLarge(name)


@contextmanager
def claims_held(name: str, held: Weights, packed: bool) -> Iterator[None]:
    """While a model is built, stop it as soon as it is clearly more than its weights.

    transformers builds a model without memory (on torch's meta device) and gives it memory afterwards. What counts here are the
    parameters and buffers of the first part.

    Args:
        name: what the user calls it.
        held: what its files have.
        packed: whether a number of the files may stand for several weights.

    Raises:
        ModelUnsafe.
    """
    from torch.nn.modules import module

    most = held.parameters * (_AIR_PACKED if packed else _AIR) + _AIR_PARAMETERS
    most_tensors = held.tensors * _TENSORS_EACH + _AIR_TENSORS
    parameters = tensors = buffers = 0

    def on_parameter(_module: Any, _name: str, parameter: Any) -> None:
        nonlocal parameters, tensors
        if parameter is not None and parameter.is_meta:
            parameters, tensors = parameters + parameter.numel(), tensors + 1
            if parameters > most or tensors > most_tensors:
                raise _claims_more(name)

    def on_buffer(_module: Any, _name: str, buffer: Any) -> None:
        nonlocal buffers
        if buffer is not None and buffer.is_meta:
            buffers += buffer.numel() * buffer.element_size()
            if buffers > held.size + _BUFFERS_MOST:
                raise _claims_more(name)

    hooks = (
        module.register_module_parameter_registration_hook(on_parameter),
        module.register_module_buffer_registration_hook(on_buffer),
    )
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def read_json(name: str, file: Path, most: int = FILE_MOST) -> dict[str, Any]:
    """The object in `file`.

    Raises:
        ModelUnsafe: the file has more than `most` bytes.
        ModelBroken: it holds no object, or cannot be read.
    """
    try:
        size = file.stat().st_size
        content = None if size > most else json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelBroken(name, f"{file.name} cannot be read") from error
    if content is None and size > most:
        raise _too_large(name, file.name, size, most)
    if not isinstance(content, dict):
        raise ModelBroken(name, f"{file.name} is not what it should be")
    return content


def _architectures(config: Mapping[str, Any]) -> list[str]:
    named = config.get("architectures")
    return [str(architecture) for architecture in named] if isinstance(named, list) else []


def _check_files(name: str, folder: Path) -> None:
    """Every file is one, lies in the folder, and is no larger than it should be."""
    real = folder.resolve()
    allowed = [real]
    if folder.parent.name == "snapshots":  # of the hub's cache
        allowed.append(real.parent.parent / "blobs")
    for place, folders, files in os.walk(folder):
        for entry in (Path(place) / each for each in (*folders, *files)):
            try:
                if entry.is_symlink() and not any(entry.resolve().is_relative_to(root) for root in allowed):
                    raise ModelUnsafe(name, f"{entry.name} is a link that leads out of its folder")
                status = entry.stat()
            except FileNotFoundError:  # a link to a file that is not there, which is as if there were none
                continue
            except (OSError, RuntimeError) as error:
                raise ModelBroken(name, f"{entry.name} cannot be read") from error
            if stat.S_ISDIR(status.st_mode):
                continue
            if not stat.S_ISREG(status.st_mode):
                raise ModelUnsafe(name, f"{entry.name} is not a file")
            if status.st_size > FILE_MOST and entry.suffix in (".json", ".txt", ".model", ".jinja"):
                raise _too_large(name, entry.name, status.st_size, FILE_MOST)


def _too_large(name: str, file: str, size: int, most: int) -> ModelUnsafe:
    return ModelUnsafe(name, f"{file} has {size // 10**6} MB, and {most // 10**6} are the most")


def _claims_more(name: str) -> ModelUnsafe:
    return ModelUnsafe(name, "config.json claims more than its weights hold")


def _check_counts(name: str, config: Mapping[str, Any], held: Weights) -> None:
    """No count in the configuration is beyond what the weights have: transformers makes lists that long before it builds."""
    most = max(_COUNT_MOST, held.largest, held.tensors)
    for key, value, _ in _walk(config):
        if type(value) is int and abs(value) > most and not any(part in key.lower() for part in _NO_COUNTS):
            raise _claims_more(name)


def _walk(config: Mapping[str, Any]) -> Iterator[tuple[str, object, int]]:
    """Each value within `config`, what it is called, and how deep it lies; what lies too deep once."""
    left: list[tuple[str, object, int]] = [("", config, 0)]
    while left:
        key, value, depth = left.pop()
        yield key, value, depth
        if depth > _DEEPEST:
            continue
        if isinstance(value, dict):
            left += [(str(inner), content, depth + 1) for inner, content in value.items()]
        elif isinstance(value, list):
            left += [(key, content, depth + 1) for content in value]

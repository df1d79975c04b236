"""What the headers of a model's weights say: how many there are, and the memory that they need. No weight is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

FILE = "model.safetensors"
INDEX = "model.safetensors.index.json"

_HEADER_MOST = 32 * 2**20  # bytes; a model of 100,000 tensors has 12 million

# Bytes a weight.
PLAIN = 2.0  # bfloat16
PACKED = 0.75  # in 4 bits, beside the plain ones: see `speeding`


class WeightsBroken(Exception):
    """The message is the end of a sentence."""


@dataclass(frozen=True)
class Weights:
    """What the headers say.

    Attributes:
        parameters: numbers in all tensors.
        tensors: how many there are.
        largest: the largest dimension of any.
        size: bytes on disk.
    """

    parameters: int
    tensors: int
    largest: int
    size: int


def memory(parameters: int) -> int:
    """The bytes that a model of so many parameters needs to run, in the form that is fastest."""
    return round(parameters * (PLAIN + PACKED))


def files_of(folder: Path, index: Mapping[str, Any] | None) -> list[str]:
    """The names of the weight files that transformers loads from `folder`; none where it finds none.

    Args:
        folder: of the model.
        index: what its index holds, for weights in several files.

    Raises:
        WeightsBroken: the index is damaged, or leads out of the folder.
    """
    if (folder / FILE).is_file():
        return [FILE]
    if index is None:
        return []
    shards = index.get("weight_map")
    if not isinstance(shards, dict) or not shards or not all(isinstance(shard, str) for shard in shards.values()):
        raise WeightsBroken("its list of weight files is damaged")
    names = sorted(set(shards.values()))
    if any(name != Path(name).name or not name.endswith(".safetensors") for name in names):
        raise WeightsBroken("its list of weight files names others than its own")
    return names


def read(files: list[Path]) -> Weights:
    """Read the headers of `files`.

    Raises:
        WeightsBroken: a file is missing, or its header is damaged or not true.
    """
    from safetensors import SafetensorError, safe_open

    parameters = tensors = largest = size = 0
    for file in files:
        try:
            size += file.stat().st_size
            _check_header(file)
            with safe_open(file, framework="np") as opened:  # compares the header with the size of the file
                for name in opened.keys():  # noqa: SIM118 it is no mapping
                    shape = opened.get_slice(name).get_shape()
                    tensors += 1
                    if count := prod(shape):  # of a tensor without numbers the other dimensions can be anything
                        parameters += count
                        largest = max(largest, *shape, 1)
        except FileNotFoundError as error:
            raise WeightsBroken(f"{file.name} is missing") from error
        except (OSError, SafetensorError, ValueError) as error:
            raise WeightsBroken("its weights cannot be read") from error
    return Weights(parameters, tensors, largest, size)


def _check_header(file: Path) -> None:
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
    if length > _HEADER_MOST:
        raise WeightsBroken("its weights cannot be read")

"""What a GGUF file says of itself, read without trusting it: every length is compared with what is left of the file.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. gguf's own reader follows whatever lengths it finds.
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_VERSIONS = (2, 3)
_TEXT, _ARRAY = 8, 9
_NUMBERS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True))
_LEAST_ENTRY, _LEAST_TENSOR = 13, 24  # bytes
_ALIGNMENT = 32
_DIMENSIONS = 4
_ENTRIES = 2**22  # in all arrays; the largest vocabularies have a third of them


class OtherFormat(Exception):
    """The file is of another version of the format, or for processors that order bytes the other way round."""


@dataclass(frozen=True)
class Tensor:
    """Weights in the file.

    Attributes:
        kind: the number of their type.
        weights: how many there are.
    """

    kind: int
    weights: int


@dataclass
class Header:
    """What the file says of itself.

    Attributes:
        values: texts and numbers, by their keys.
        keys: all of them, those of arrays too.
        tensors: by name.
    """

    values: dict[str, Any] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    tensors: list[Tensor] = field(default_factory=list)

    def text(self, key: str) -> str:
        """The text under `key`; "" where there is none."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """The number under `key`; 0 where there is none."""
        value = self.values.get(key)
        return value if isinstance(value, int) else 0

    @property
    def weights(self) -> int:
        """How many there are in all."""
        return sum(tensor.weights for tensor in self.tensors)


def read_header(source: Path) -> Header:
    """Read the header of `source`, and make sure that all that it names is there.

    Raises:
        OSError: the file cannot be read.
        OtherFormat: it is of another version of the format.
        ValueError, struct.error: it is not whole.
    """
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _Reader(data).header()


def readable(kind: int) -> bool:
    """Whether the gguf package can unpack weights of this type."""
    return _sizes(kind) is not None and _unpacks(kind)


def type_name(kind: int) -> str:
    """What the type is called, as "Q4_K"; its number where it has no name."""
    from gguf import GGMLQuantizationType

    try:
        return str(GGMLQuantizationType(kind).name)
    except ValueError:
        return str(kind)


@cache
def _sizes(kind: int) -> tuple[int, int] | None:
    """The weights of a block, and its bytes; None for a type that is not known."""
    from gguf import GGML_QUANT_SIZES, GGMLQuantizationType

    try:
        weights, size = GGML_QUANT_SIZES[GGMLQuantizationType(kind)]
    except (ValueError, KeyError):
        return None
    return int(weights), int(size)


@cache
def _unpacks(kind: int) -> bool:
    import numpy as np
    from gguf import GGMLQuantizationType
    from gguf.quants import dequantize

    sizes = _sizes(kind)
    try:
        dequantize(np.zeros((1, sizes[1] if sizes else 0), np.uint8), GGMLQuantizationType(kind))
    except NotImplementedError:
        return False
    return True


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0
        self._entries = 0

    def header(self) -> Header:
        if self._take(4) != b"GGUF":
            raise ValueError("no GGUF")
        version = self._number("I")
        if int.from_bytes(version.to_bytes(4, "little"), "big") in _VERSIONS:
            raise OtherFormat("its bytes are in the other order")
        if version not in _VERSIONS:
            raise OtherFormat(f"it is of version {version} of the format") if version < 256 else ValueError("no version")
        tensors, entries = self._count(_LEAST_TENSOR), self._count(_LEAST_ENTRY)
        header = Header()
        for _ in range(entries):
            key = self._text()
            value = self._value(self._number("I"))
            if key in header.keys:
                raise ValueError("a key twice")
            header.keys.add(key)
            if value is not None:
                header.values[key] = value
        places = [self._tensor(header) for _ in range(tensors)]
        if len({name for name, _ in places}) < tensors:
            raise ValueError("a name twice")
        alignment = header.values.get("general.alignment", _ALIGNMENT)
        if type(alignment) is not int or alignment <= 0:
            raise ValueError("no alignment")
        start = -(-self._at // alignment) * alignment
        if any(start + end > len(self._data) for _, end in places):
            raise ValueError("weights are missing")
        return header

    def _take(self, count: int) -> bytes:
        if count > len(self._data) - self._at:
            raise ValueError("it ends too early")
        self._at += count
        return self._data[self._at - count : self._at]

    def _number(self, format: str) -> Any:
        return struct.unpack(f"<{format}", self._take(struct.calcsize(f"<{format}")))[0]

    def _count(self, size: int) -> int:
        """How many things follow, each of `size` bytes at least."""
        count: int = self._number("Q")
        if count * size > len(self._data):
            raise ValueError("more than there are")
        return count

    def _text(self) -> str:
        return self._take(self._number("Q")).decode("utf-8")

    def _value(self, kind: int) -> Any:
        """The value; None for an array, which is passed over."""
        if kind == _TEXT:
            return self._text()
        if kind != _ARRAY:
            return self._number(_format(kind))
        kind = self._number("I")
        count = self._count(8 if kind == _TEXT else struct.calcsize(_format(kind)))
        self._entries += count
        if self._entries > _ENTRIES:
            raise ValueError("more entries than any vocabulary has")
        if kind != _TEXT:
            self._take(count * struct.calcsize(f"<{_format(kind)}"))
        else:
            for _ in range(count):
                self._take(self._number("Q"))
        return None

    def _tensor(self, header: Header) -> tuple[str, int]:
        """Read what is said of a tensor; its name, and where it ends behind the header."""
        name = self._text()
        dimensions = self._number("I")
        if not 0 < dimensions <= _DIMENSIONS:
            raise ValueError("too many dimensions")
        shape = [self._number("Q") for _ in range(dimensions)]
        kind, offset = self._number("I"), self._number("Q")
        weights = math.prod(shape)
        header.tensors.append(Tensor(kind, weights))
        sizes = _sizes(kind)
        if sizes is None:
            return name, 0
        if shape[0] % sizes[0]:
            raise ValueError("half a block")
        return name, offset + weights // sizes[0] * sizes[1]


def _format(kind: int) -> str:
    if kind not in _NUMBERS:
        raise ValueError("no such type of value")
    return _NUMBERS[kind]

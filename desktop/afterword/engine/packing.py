"""Weights in 4 bits, for torch's own CPU kernel; the output head in 8.

A decode step reads every weight once and is bound by that. The starter's layers take 28 ms a token in bfloat16 and 2 to 7 ms in 4
bits, by processor; 16 rows or more are computed faster in bfloat16, so those weights are kept beside the codes for prefill.
The kernels are torch's private operators, `_weight_int4pack_mm_for_cpu` and `_weight_int8pack_mm`: `tuning` tries them first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

GROUP = 32  # weights that share a scale and a zero; Q4_0 and Q4_1 have the same blocks
ROWS_UNIT = 16  # the kernel computes so many rows of a matrix at once
COLUMNS_UNIT = 16  # the 8-bit kernel reads so many columns at once
_LEVELS = 15
_SLICE = 2**18  # weights quantized at a time: what they need stays in the processor's cache, four times as fast as 2**22


@dataclass(frozen=True)
class Codes:
    """A matrix of shape (rows, columns) in 4 bits: weight = (code - 8) * scale + zero.

    Attributes:
        codes: 0 to 15, int32, shape (rows, columns).
        scales: bfloat16, shape (rows, columns / GROUP).
        zeros: the same shape.
    """

    codes: torch.Tensor
    scales: torch.Tensor
    zeros: torch.Tensor

    def weights(self) -> torch.Tensor:
        """What the codes stand for, float32, shape (rows, columns)."""
        groups = self.codes.view(*self.scales.shape, GROUP) - 8
        return (groups * self.scales.float()[..., None] + self.zeros.float()[..., None]).view(self.codes.shape)


def fits(weight: torch.Tensor) -> bool:
    """Whether the 4-bit kernel takes a matrix of this shape."""
    return weight.dim() == 2 and weight.shape[0] % ROWS_UNIT == 0 and weight.shape[1] % GROUP == 0


def head_fits(weight: torch.Tensor) -> bool:
    """Whether the 8-bit kernel does; it would not say so, but read beyond the end of the rows."""
    return weight.shape[1] % COLUMNS_UNIT == 0


def quantize(weight: torch.Tensor) -> Codes:
    """Codes for a matrix that `fits`.

    Each group is coded twice, between its least and its greatest weight (as Q4_1 does) and around zero by its largest (as Q4_0
    does), and keeps the codes that are nearer. Weights that came from one of the two get their own codes back.
    """
    rows = max(1, _SLICE // weight.shape[1])
    parts = [_quantize(part) for part in torch.split(weight, rows)]
    codes, scales, zeros = (torch.cat([part[i] for part in parts]) for i in range(3))
    return Codes(codes, scales, zeros)


def _quantize(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    groups = weight.float().view(weight.shape[0], -1, GROUP)
    low, high = groups.amin(-1, keepdim=True), groups.amax(-1, keepdim=True)
    spread = (high - low) / _LEVELS
    between = _coded(groups, spread, low + 8 * spread)
    largest = torch.where(high.abs() > low.abs(), high, low)
    around = _coded(groups, largest / -8, torch.zeros_like(largest))
    nearer = around[3] < between[3]
    codes, scales, zeros = (torch.where(nearer, a, b) for a, b in zip(around[:3], between[:3], strict=True))
    return codes.to(torch.int32).view(weight.shape), scales.squeeze(-1).bfloat16(), zeros.squeeze(-1).bfloat16()


def _coded(groups: torch.Tensor, scale: torch.Tensor, zero: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Codes (as floats), scale, zero and squared error, for a scale and a zero rounded as the kernel has them."""
    divisor = torch.where(scale == 0, torch.ones_like(scale), scale)
    codes = ((groups - zero) / divisor).round_().add_(8).clamp_(0, _LEVELS)
    scale, zero = scale.bfloat16().float(), zero.bfloat16().float()
    error = (groups - (codes - 8) * scale - zero).square_().sum(-1, keepdim=True)
    return codes, scale, zero, error


class Linear:
    """y = x W^T + b, with the weights in 4 bits where few rows are asked for, in their own type where many are.

    Args:
        weight: shape (out_features, in_features).
        bias: shape (out_features,), or None.
        packed: whether to use the 4-bit kernel, should the shape fit it.
        rows: up to so many rows of x go through it.
        keep: whether the weights stay for more rows; without them all go through the kernel, slower but in a third of the memory.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, *, packed: bool, rows: int, keep: bool) -> None:
        self.bias = bias
        self.weight: torch.Tensor | None = weight
        self._rows = 0
        if packed and fits(weight):
            coded = quantize(weight)
            self._packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(coded.codes, 1)
            self._scales_and_zeros = torch.stack([coded.scales.t(), coded.zeros.t()], -1).contiguous()
            self._rows = rows if keep else 2**31
            self.weight = weight if keep else None

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """`x` of shape (rows, in_features), of any float type.

        Returns:
            Shape (rows, out_features), in bfloat16 from the kernel, else in the weights' type.
        """
        if x.shape[0] <= self._rows:
            y: torch.Tensor = torch.ops.aten._weight_int4pack_mm_for_cpu(
                x.bfloat16().contiguous(), self._packed, GROUP, self._scales_and_zeros
            )
            return y if self.bias is None else y + self.bias
        assert self.weight is not None
        return functional.linear(x.to(self.weight.dtype), self.weight, self.bias)


class Head:
    """The output head in 8 bits, a scale a row: logits.

    In 4 bits it would change one argmax in five (measured on fiction); in 8 it costs 1.4 ms more.

    Args:
        weight: shape (vocabulary, width), one that `head_fits`.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None = None) -> None:
        parts = [_eight_bits(part) for part in torch.split(weight, max(1, _SLICE // weight.shape[1]))]
        self._codes, self._scale = (torch.cat([part[i] for part in parts]) for i in (0, 1))
        self._bias = bias

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """`x` of shape (rows, width); logits, float32, shape (rows, vocabulary)."""
        y: torch.Tensor = torch.ops.aten._weight_int8pack_mm(x.bfloat16().contiguous(), self._codes, self._scale).float()
        return y if self._bias is None else y + self._bias.float()


def _eight_bits(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Codes of -127 to 127, and the scale of each row as the kernel has it."""
    scale = (weight.float().abs().amax(1) / 127).clamp(min=1e-12).bfloat16()
    return (weight.float() / scale.float()[:, None]).round_().clamp_(-127, 127).to(torch.int8), scale


class PackedModule(torch.nn.Module):
    """A `Linear` in the place of one of a model's own modules.

    Args:
        weight, bias: as of `Linear`; a Conv1D's weight is transposed before.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, *, rows: int, keep: bool) -> None:
        super().__init__()
        self._linear = Linear(weight, bias, packed=True, rows=rows, keep=keep)
        self.out_features, self.in_features = weight.shape

    @property
    def weight(self) -> torch.Tensor:
        """As it was, for models that read it (Mamba does); AttributeError where it was not kept."""
        if self._linear.weight is None:
            raise AttributeError("weight")
        return self._linear.weight

    @property
    def bias(self) -> torch.Tensor | None:
        """As it was."""
        return self._linear.bias

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """`x` of shape (..., in_features); (..., out_features) in its type."""
        y = self._linear(x.reshape(-1, self.in_features))
        return y.to(x.dtype).reshape(*x.shape[:-1], self.out_features)


class PackedHead(torch.nn.Module):
    """A `Head` in the place of a model's own, where few rows are asked for."""

    def __init__(self, inner: torch.nn.Linear, rows: int) -> None:
        super().__init__()
        self._inner = inner
        self._head = Head(inner.weight, inner.bias)
        self._rows = rows

    @property
    def weight(self) -> torch.Tensor:
        """The model's own, which its embedding may share."""
        return self._inner.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """`x` of shape (..., width); logits, shape (..., vocabulary)."""
        flat = x.reshape(-1, x.shape[-1])
        if flat.shape[0] > self._rows:
            return self._inner(x)  # type: ignore[no-any-return]
        return self._head(flat).reshape(*x.shape[:-1], -1)


def pack(model: Any, *, rows: int, keep: bool) -> int:
    """Put packed modules in the place of every `nn.Linear` and Conv1D of a transformers model that fit the kernel.

    Returns:
        How many modules were replaced.
    """
    from transformers.pytorch_utils import Conv1D

    head = model.get_output_embeddings()
    replaced = 0
    for parent in list(model.modules()):
        for name, module in list(parent.named_children()):
            if module is head:
                on_cpu = module.weight.device.type == "cpu"
                if type(module) is torch.nn.Linear and on_cpu and head_fits(module.weight):
                    setattr(parent, name, PackedHead(module, rows))
                    replaced += 1
                continue
            if type(module) is torch.nn.Linear:
                weight = module.weight
            elif type(module) is Conv1D:
                weight = module.weight.t().contiguous()
            else:
                continue
            if fits(weight):
                bias = None if module.bias is None else module.bias.detach()
                setattr(parent, name, PackedModule(weight.detach(), bias, rows=rows, keep=keep))
                replaced += 1
    return replaced

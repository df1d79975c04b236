"""The Llama family, written out for one text on a CPU: the same numbers as transformers' own modules, in fewer steps.

A decode step of the starter with 256 tokens of context, two cores: transformers in bfloat16 45 ms, with its linears packed 20,
this 6.4 (llama.cpp on the same weights: 6.1). Query, key and value are one matrix, gate and up another; keys and values stand in
buffers that are extended in place; the residual stream, the attention and the norms are float32. Several tokens go through at
once, behind one another (prefill, checking guesses) or beside one another (branches): the mask says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn import functional

from afterword.engine.packing import Head, Linear, head_fits

_FAMILY = ("llama", "mistral", "qwen2")
_ROOM = 512  # tokens by which the buffers grow
_UNMASKED, _MASKED = 0.0, float("-inf")


def is_llama(model: Any) -> bool:
    """Whether `Llama` computes what `model` (of transformers) computes."""
    config = model.config
    layer_types = getattr(config, "layer_types", None) or []
    return (
        config.model_type in _FAMILY
        and type(model).__name__.endswith("ForCausalLM")
        and model.device.type == "cpu"
        and config.hidden_act == "silu"
        and getattr(config, "sliding_window", None) is None
        and all(kind == "full_attention" for kind in layer_types)
        and (getattr(config, "rope_parameters", None) or {}).get("rope_type", "default") in ("default", "linear", "llama3")
        and all(type(model.get_submodule(name)) is torch.nn.Linear for name in _linears(model))
    )


def _linears(model: Any) -> list[str]:
    parts = [f"self_attn.{name}_proj" for name in "qkvo"] + [f"mlp.{name}_proj" for name in ("gate", "up", "down")]
    return ["lm_head", *(f"model.layers.{layer}.{part}" for layer in range(len(model.model.layers)) for part in parts)]


class _Layer:
    def __init__(self, layer: Any, **packing: Any) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        self.qkv = _merged([attention.q_proj, attention.k_proj, attention.v_proj], **packing)
        attention.q_proj = attention.k_proj = attention.v_proj = None
        self.out = _merged([attention.o_proj], **packing)
        attention.o_proj = None
        self.gate_up = _merged([mlp.gate_proj, mlp.up_proj], **packing)
        mlp.gate_proj = mlp.up_proj = None
        self.down = _merged([mlp.down_proj], **packing)
        mlp.down_proj = None
        self.norm_1 = layer.input_layernorm.weight.detach().float()
        self.norm_2 = layer.post_attention_layernorm.weight.detach().float()


def _merged(modules: list[Any], **packing: Any) -> Linear:
    """One matrix for several modules with the same input."""
    weight = torch.cat([module.weight.detach() for module in modules]) if len(modules) > 1 else modules[0].weight.detach()
    biases = [module.bias for module in modules if module.bias is not None]
    return Linear(weight, torch.cat([bias.detach() for bias in biases]) if biases else None, **packing)


class Llama:
    """A Runner (see `runner`) that takes a transformers model of the family apart: the model itself is of no use afterwards.

    Args:
        model: one for which `is_llama` is true.
        packed: whether to use the 4-bit kernel, and the 8-bit one for the head.
        rows: up to so many tokens at once go through the 4-bit kernel.
        keep: whether the unpacked weights stay, for more.
    """

    def __init__(self, model: Any, *, packed: bool = True, rows: int = 16, keep: bool = True) -> None:
        config = model.config
        self._heads, self._kv_heads = config.num_attention_heads, config.num_key_value_heads
        self._width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        self._inner, self._eps = config.intermediate_size, config.rms_norm_eps
        self._embedding = model.model.embed_tokens.weight.detach()
        self._norm = model.model.norm.weight.detach().float()
        self._rotary = model.model.rotary_emb
        with torch.inference_mode():
            self._layers = [_Layer(layer, packed=packed, rows=rows, keep=keep) for layer in model.model.layers]
            head = model.lm_head.weight.detach()
            in_8_bits = packed and head_fits(head)
            self._head: Head | Linear = Head(head) if in_8_bits else Linear(head, None, packed=False, rows=0, keep=True)
        self._length = self._room = 0
        self._keys: list[torch.Tensor] = []
        self._values: list[torch.Tensor] = []
        self._make_room(_ROOM)

    @property
    def length(self) -> int:
        """How many tokens are kept."""
        return self._length

    @property
    def chunked(self) -> bool:
        """Any text may come in several pieces."""
        return True

    def can_forget(self, more: int) -> bool:  # noqa: ARG002
        """Always; see Runner."""
        return True

    def extend(self, tokens: Sequence[int], keep: int = 1) -> torch.Tensor:
        """Add tokens; see Runner."""
        count, end = len(tokens), self._length + len(tokens)
        self._make_room(end)
        mask = None
        if count > 1:
            mask = torch.full((count, end), _MASKED).triu_(self._length + 1)
        with torch.inference_mode():
            x = self._through(torch.tensor(list(tokens)), slice(self._length, end), self._length, mask)
            self._length = end
            return self._logits(x[-keep:])

    def crop(self, length: int) -> None:
        """Forget what follows; see Runner."""
        self._length = min(self._length, length)

    def beside(self, rows: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        """All rows in one pass; see Runner."""
        start, lengths = self._length, [len(row) for row in rows]
        total = sum(lengths)
        self._make_room(start + total)
        row_of = torch.repeat_interleave(torch.arange(len(rows)), torch.tensor(lengths))
        offsets = torch.cat([torch.arange(length) for length in lengths])
        seen = (row_of[:, None] == row_of) & (offsets[:, None] >= offsets)
        mask = torch.cat([torch.zeros(total, start), torch.where(seen, _UNMASKED, _MASKED)], -1)
        with torch.inference_mode():
            x = self._through(torch.tensor([token for row in rows for token in row]), start + offsets, start, mask)
            return list(torch.split(self._logits(x), lengths))

    def branches(self, count: int) -> LlamaBranches:
        """Branch what is kept; see Runner."""
        return LlamaBranches(self, count)

    def _logits(self, x: torch.Tensor) -> torch.Tensor:
        x = self._normed(x, self._norm)
        logits: torch.Tensor = self._head(x).float()
        return logits

    def _normed(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """RMSNorm; for one token by hand: 4 microseconds instead of 7, 61 times a step of the starter."""
        if len(x) > 1:
            return functional.rms_norm(x, x.shape[-1:], weight, self._eps)
        row = x[0]
        return torch.mul(x, (float(row.dot(row)) / len(row) + self._eps) ** -0.5).mul_(weight)

    def _through(
        self, tokens: torch.Tensor, positions: slice | torch.Tensor, slot: int, mask: torch.Tensor | None
    ) -> torch.Tensor:
        """The last hidden states of `tokens`, float32, shape (tokens, width).

        Args:
            tokens: shape (tokens,).
            positions: of the tokens in their text; one for all of them where they stand beside one another.
            slot: where in the buffers their keys and values go.
            mask: added to the scores, shape (tokens, slot + tokens); None where every token sees all.
        """
        count, heads, kv, width = len(tokens), self._heads, self._kv_heads, self._width
        end = slot + count
        x: torch.Tensor = self._embedding[tokens].float()
        cos, sin = self._cos[positions], self._sin[positions]
        for layer, keys, values in zip(self._layers, self._keys, self._values, strict=True):
            y = layer.qkv(self._normed(x, layer.norm_1)).float().view(count, heads + 2 * kv, width)
            turned = y[:, : heads + kv]
            turned = torch.addcmul(turned * cos, torch.roll(turned, width // 2, -1), sin)
            keys[:, slot:end] = turned[:, heads:].transpose(0, 1)
            values[:, slot:end] = y[:, heads + kv :].transpose(0, 1)
            mixed = functional.scaled_dot_product_attention(
                turned[:, :heads].transpose(0, 1)[None],
                keys[None, :, :end],
                values[None, :, :end],
                attn_mask=mask,
                enable_gqa=kv != heads,
            )
            x = x + layer.out(mixed[0].transpose(0, 1).reshape(count, heads * width))
            z = layer.gate_up(self._normed(x, layer.norm_2))
            x = x + layer.down(functional.silu(z[:, : self._inner]) * z[:, self._inner :])
        return x

    def _make_room(self, tokens: int) -> None:
        if tokens <= self._room:
            return
        room = -(-tokens // _ROOM) * _ROOM + _ROOM // 2
        with torch.inference_mode():
            grown = [[torch.zeros(self._kv_heads, room, self._width) for _ in self._layers] for _ in range(2)]
            for new, old in zip([*grown[0], *grown[1]], [*self._keys, *self._values], strict=False):
                new[:, : self._room] = old  # behind the text there may be branches
            cos, sin = self._rotary(torch.zeros(1), torch.arange(room)[None])
            half = self._width // 2
            self._cos = cos[0].float()[:, None]
            self._sin = torch.cat([-sin[0, :, :half], sin[0, :, half:]], -1).float()[:, None]
        (self._keys, self._values), self._room = grown, room  # all at once: memory may be too short for the one or the other


class LlamaBranches:
    """Branches of a `Llama`: their tokens stand behind the text in the same buffers, and the mask keeps them apart."""

    def __init__(self, llama: Llama, count: int) -> None:
        self._llama, self._count = llama, count
        self._steps = 0

    def extend(self, tokens: Sequence[int]) -> torch.Tensor:
        """Add one token to each branch; see Branches."""
        llama, count = self._llama, self._count
        start, slot = llama.length, llama.length + self._steps * count
        llama._make_room(slot + count)
        apart = torch.full((count, count), _MASKED).fill_diagonal_(_UNMASKED)
        mask = torch.cat([torch.zeros(count, start), apart.repeat(1, self._steps + 1)], -1)
        position = start + self._steps
        self._steps += 1
        with torch.inference_mode():
            return llama._logits(llama._through(torch.tensor(list(tokens)), slice(position, position + 1), slot, mask))

"""A cache of keys and values that grows in place."""

from __future__ import annotations

from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

_ROOM = 256  # tokens by which a layer grows beyond what it holds


class GrowingLayer(DynamicLayer):  # type: ignore[misc]
    """A DynamicLayer that writes new keys and values behind the old ones instead of copying all of them at every token."""

    _rooms: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        *args: Any,  # noqa: ARG002 of other layers
        **kwargs: Any,  # noqa: ARG002
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add states of shape (batch, heads, new, width); returns all of them, (batch, heads, length, width)."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        length, end = self.get_seq_length(), self.get_seq_length() + key_states.shape[-2]
        keys, values = self._room_for(key_states, value_states, length, end)
        keys[..., length:end, :] = key_states
        values[..., length:end, :] = value_states
        self.keys, self.values = keys[..., :end, :], values[..., :end, :]
        return self.keys, self.values

    def _room_for(self, keys: torch.Tensor, values: torch.Tensor, length: int, end: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Buffers that begin with what is held, and have room up to `end`."""
        if self._rooms is not None and self._holds(self._rooms[0], end):
            return self._rooms
        room = end + max(_ROOM, end // 4)
        rooms = tuple(new.new_empty((*new.shape[:-2], room, new.shape[-1])) for new in (keys, values))
        if length:
            rooms[0][..., :length, :], rooms[1][..., :length, :] = self.keys, self.values
        self._rooms = (rooms[0], rooms[1])
        return self._rooms

    def _holds(self, room: torch.Tensor, end: int) -> bool:
        """Whether `room` is large enough and begins with what is held: cropping keeps it so, a change of the batch does not."""
        held = self.keys
        return (
            room.shape[-2] >= end
            and held.data_ptr() == room.data_ptr()
            and held.shape[:-2] == room.shape[:-2]
            and held.stride() == room.stride()
        )


def growing_cache(config: Any) -> DynamicCache | None:
    """The cache that transformers makes for a model of `config`, its plain layers growing in place; None where it has others."""
    cache = DynamicCache(config=config)
    if not cache.layers or any(type(layer) is not DynamicLayer for layer in cache.layers):
        return None
    cache.layers = [GrowingLayer() for _ in cache.layers]
    return cache

"""One text under a model: what the model computed for its tokens is kept, extended, cut back, and branched."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Sequence
from typing import Any, Protocol

import torch
from transformers.cache_utils import Cache, DynamicLayer, DynamicSlidingWindowLayer

from afterword.engine.cache import GrowingLayer, growing_cache

# What architectures call what they keep between tokens, and what they want it to be called when it is given back.
_CACHES = {
    "past_key_values": "past_key_values",
    "cache_params": "cache_params",
    "state": "state",
    "mems": "past_key_values",
}
_PLAIN = (DynamicLayer, GrowingLayer, DynamicSlidingWindowLayer)  # layers that keep keys and values, and nothing else
_WHOLE = frozenset({"cpmant", "doge", "prophetnet"})  # a later piece of a text would come out otherwise than within the whole


class Branches(Protocol):
    """Several continuations of one text, computed together; the text itself stays as it is."""

    def extend(self, tokens: Sequence[int]) -> torch.Tensor:
        """Add one token to each branch; the logits after it, float32, shape (branches, vocabulary)."""
        ...


class Runner(Protocol):
    """One text under a model. Not thread-safe."""

    @property
    def length(self) -> int:
        """How many tokens are kept."""
        ...

    @property
    def chunked(self) -> bool:
        """Whether a text may come in several pieces; known after the first. Recurrent models of some kinds want it whole."""
        ...

    def can_forget(self, more: int) -> bool:
        """Whether the end of the text could be cut off, were it `more` tokens longer; known after the first piece."""
        ...

    def extend(self, tokens: Sequence[int], keep: int = 1) -> torch.Tensor:
        """Add `tokens`; the logits after each of the last `keep`, float32, shape (keep, vocabulary)."""
        ...

    def crop(self, length: int) -> None:
        """Forget what follows the first `length` tokens; where the model cannot, everything (`length` is then 0)."""
        ...

    def beside(self, rows: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        """The logits after each token of each row, float32, shape (length of the row, vocabulary).

        Every row, none of them empty, stands behind what is kept, and that stays as it is. Asked for only where the longest row
        could be forgotten again.
        """
        ...

    def branches(self, count: int) -> Branches:
        """`count` branches of what is kept."""
        ...


class TransformersRunner:
    """A Runner on any causal model of transformers.

    The inputs are prepared by the model's own `prepare_inputs_for_generation`, as in `generate`, for every architecture has its
    own. What a layer of it keeps is cut back where that is keys and values of all tokens: a state is not, nor a window that slid.

    Args:
        model: in eval mode, on its device.
        room: grow the model's cache in place (`cache.GrowingLayer`), instead of copying it at every token.
    """

    def __init__(self, model: Any, room: bool = False) -> None:
        self._model = model
        takes = inspect.signature(model.forward).parameters
        self._room = room and "past_key_values" in takes
        self._keeps_logits = "logits_to_keep" in takes
        self._takes_positions = "position_ids" in takes
        self._in_pieces = model.config.model_type not in _WHOLE
        self._cache: dict[str, Any] = {}
        self._ids = torch.zeros((1, 0), dtype=torch.long, device=model.device)

    @property
    def length(self) -> int:
        """How many tokens are kept."""
        return self._ids.shape[-1]

    @property
    def chunked(self) -> bool:
        """Whether a text may come in several pieces."""
        return bool(self._in_pieces and self._layers) and all(type(layer) in _PLAIN for layer in self._layers)

    def can_forget(self, more: int) -> bool:
        """Whether the end could be cut off; see Runner."""
        return self.chunked and all(not layer.is_sliding or self.length + more < layer.sliding_window for layer in self._layers)

    def extend(self, tokens: Sequence[int], keep: int = 1) -> torch.Tensor:
        """Add tokens; see Runner."""
        return self._extend(torch.tensor([list(tokens)], device=self._ids.device), keep)[0]

    def crop(self, length: int) -> None:
        """Forget what follows; see Runner."""
        drop = self.length - length
        if drop <= 0:
            return
        if length and self.can_forget(0):
            self._cache["past_key_values"].crop(-drop)
            self._ids = self._ids[:, :length]
        else:
            self._cache, self._ids = {}, self._ids[:, :0]

    def beside(self, rows: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        """One row after the other; see Runner."""
        length, found = self.length, []
        for row in rows:
            found.append(self.extend(row, len(row)))
            self.crop(length)
        return found

    def branches(self, count: int) -> Branches:
        """Branch what is kept; see Runner."""
        if not self.chunked:
            return _Apart([copy.deepcopy(self, {id(self._model): self._model}) for _ in range(count)])
        batch = copy.copy(self)
        batch._cache = copy.deepcopy(self._cache)
        batch._cache["past_key_values"].batch_repeat_interleave(count)
        batch._ids = self._ids.repeat(count, 1)
        return _Together(batch)

    @property
    def _layers(self) -> Sequence[Any]:
        """What is kept, layer by layer; nothing where a model keeps it in a way of its own."""
        cache = self._cache.get("past_key_values")
        return cache.layers if isinstance(cache, Cache) and type(cache).crop is Cache.crop else ()

    def _extend(self, tokens: torch.Tensor, keep: int) -> torch.Tensor:
        """`tokens` of shape (batch, new); logits of shape (batch, keep, vocabulary)."""
        with torch.inference_mode():
            ids = torch.cat([self._ids, tokens], -1)
            cache = self._cache or self._new_cache()
            if self._takes_positions:
                cache = cache | {"position_ids": torch.arange(ids.shape[-1], device=ids.device).expand(ids.shape)}
            inputs = self._model.prepare_inputs_for_generation(
                ids,
                next_sequence_length=tokens.shape[-1] if self._cache else None,
                is_first_iteration=not self._cache,
                attention_mask=None,
                use_cache=True,
                **cache,
            )
            if self._keeps_logits:
                inputs["logits_to_keep"] = keep  # some models put a value of their own there
            output = self._model(**inputs, return_dict=True)
            self._cache = {given: output[name] for name, given in _CACHES.items() if output.get(name) is not None}
            self._ids = ids
            return output.logits[:, -keep:].float()  # type: ignore[no-any-return]

    def _new_cache(self) -> dict[str, Any]:
        if not self._room:
            return {}
        cache = growing_cache(self._model.config)
        return {} if cache is None else {"past_key_values": cache}


class _Together:
    """Branches as one batch."""

    def __init__(self, batch: TransformersRunner) -> None:
        self._batch = batch

    def extend(self, tokens: Sequence[int]) -> torch.Tensor:
        return self._batch._extend(torch.tensor(list(tokens), device=self._batch._ids.device)[:, None], 1)[:, 0]


class _Apart:
    """Branches one after the other, for models whose state cannot be repeated."""

    def __init__(self, runners: list[TransformersRunner]) -> None:
        self._runners = runners

    def extend(self, tokens: Sequence[int]) -> torch.Tensor:
        return torch.cat([runner.extend([token]) for runner, token in zip(self._runners, tokens, strict=True)])

"""Any causal language model of transformers, in this process."""

from __future__ import annotations

import gc
import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from afterword.engine.protocol import Capabilities, Piece, Request, never
from afterword.engine.sampler import logits_processors, random_source, sample_next_token
from afterword.engine.sampling import Sampling
from afterword.engine.text_stream import TextStream
from afterword.errors import GenerationFailed
from afterword.text.characters import writable
from afterword.text.context import Context

CONTEXT_TOKENS = 1024  # of the page; more costs prefill time and gains a small model little
PREFILL_CHUNK = 256  # tokens between two looks at `stopped`: about 0.3 s with the starter model on two cores
TOKENS_PER_WORD = 8  # a bound for scripts and models that spell words out; English needs 1.3
_CACHES = ("past_key_values", "cache_params", "state", "mems")  # what architectures call what they keep between tokens

_ATTENTION_LAYERS = ("DynamicLayer", "DynamicSlidingWindowLayer")


@dataclass(frozen=True)
class Token:
    """A token that the model chose, with the model's own probability of it."""

    id: int
    probability: float


class TransformersModel:
    """A LanguageModel (see `protocol`) on a causal model and its tokenizer, both loaded by transformers.

    Args:
        name: what the user calls it.
        model: from AutoModelForCausalLM, in eval mode, on its device.
        tokenizer: from AutoTokenizer.
        exact: prefill in one piece, as `generate` does, at the price of a later reaction to `stopped`.
    """

    def __init__(self, name: str, model: Any, tokenizer: Any, exact: bool = False) -> None:
        self._name = name
        self._model = model
        self._tokenizer = tokenizer
        self._exact = exact
        self._positions = _positions(model.config)
        self._ends = _end_tokens(model, tokenizer)

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """It ignores nothing."""
        return Capabilities()

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:
        """Stream what comes after the context; see LanguageModel."""
        prompt = self.encode(request.context, request.sampling)
        yield from self._pieces(prompt, self.tokens(prompt, request.sampling, stopped))

    def warm(self, context: Context, stopped: Callable[[], bool] = never) -> None:
        """Nothing is kept between two requests, so there is nothing to prefill."""

    def candidates(self, request: Request, n: int, stopped: Callable[[], bool] = never) -> list[list[Piece]]:
        """Continue from each of the `n` likeliest first tokens; see LanguageModel."""
        prompt = self.encode(request.context, request.sampling)
        found: list[list[Piece]] = []
        for first in self._likeliest(prompt, n):
            rest = self.tokens([*prompt, first.id], request.sampling, stopped)
            found.append(list(self._pieces(prompt, itertools.chain([first], rest))))
        return found

    def score(self, context: Context, texts: Sequence[str]) -> list[float]:
        """Natural logarithms of the probability of each text after the context; see LanguageModel."""
        return [self._score(self._ids(self._text(context)), self._ids(self._text(context) + text)) for text in texts]

    def likeliest(self, context: Context, k: int) -> list[Piece]:
        """Spell the `k` likeliest next tokens; see LanguageModel."""
        prompt = self.encode(context, Sampling())
        return [
            Piece(TextStream(self._tokenizer, prompt).push(token.id), token.probability) for token in self._likeliest(prompt, k)
        ]

    def close(self) -> None:
        """Give back the memory."""
        self._model = self._tokenizer = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    # --- tokens -----------------------------------------------------------------------------------------------------

    def encode(self, context: Context, sampling: Sampling) -> list[int]:
        """The tokens of the preface and of the text before the cursor: the last of them where the model has not room for all."""
        room = CONTEXT_TOKENS
        if self._positions is not None:
            room = min(room, self._positions - min(_token_bound(sampling), self._positions // 2))
        return self._last(self._ids(self._text(context)), room)

    def tokens(self, prompt: list[int], sampling: Sampling, stopped: Callable[[], bool] = never) -> Iterator[Token]:
        """Prefill `prompt` once, then decode a token at a time with the model's cache, until it ends or `stopped`.

        Raises:
            GenerationFailed: the model broke.
        """
        if not prompt:
            return
        device = self._model.device
        processors = logits_processors(sampling)
        source = random_source(sampling, device) if sampling.temperature > 0 else None
        bound = _token_bound(sampling)
        if self._positions is not None:
            bound = min(bound, self._positions - len(prompt))
        try:
            ids = torch.tensor([prompt], device=device)
            decoding = Decoding(self._model)
            if not self._exact:
                for end in range(PREFILL_CHUNK, len(prompt), PREFILL_CHUNK):
                    if stopped():
                        return
                    decoding.logits_after(ids[:, :end])
                    if not decoding.takes_chunks:
                        decoding = Decoding(self._model)
                        break
            for _ in range(bound):
                if stopped():
                    return
                token, probability = sample_next_token(decoding.logits_after(ids), ids, processors, source)
                if token in self._ends:
                    return
                yield Token(token, probability)
                ids = torch.cat([ids, ids.new_tensor([[token]])], dim=-1)
        except Exception as error:  # whatever a library raises in the middle of a text, the text ends here
            raise GenerationFailed(self._name, type(error).__name__) from error

    def _likeliest(self, prompt: list[int], k: int) -> list[Token]:
        if not prompt:
            return []
        logits = Decoding(self._model).logits_after(torch.tensor([prompt], device=self._model.device))
        best = logits[0].softmax(-1).topk(k + len(self._ends))
        tokens = [Token(int(i), float(p)) for p, i in zip(best.values, best.indices, strict=True) if int(i) not in self._ends]
        return tokens[:k]

    def _score(self, prompt: list[int], whole: list[int]) -> float:
        """The text begins at the first token in which `whole` differs from `prompt`: a seam may fall within a token."""
        shared = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(prompt, whole, strict=False)))
        start = max(1, shared)
        if len(whole) <= start:
            return 0.0
        window = self._last(whole, min(CONTEXT_TOKENS + len(whole) - start, self._positions or len(whole)))
        whole, start = window, max(1, start - (len(whole) - len(window)))
        with torch.inference_mode():
            logits = self._model(torch.tensor([whole], device=self._model.device), return_dict=True).logits
            chosen = torch.tensor(whole[start:], device=logits.device)
            logs = logits[0, start - 1 : -1].float().log_softmax(-1)
            return float(logs.gather(-1, chosen[:, None]).sum())

    # --- text -------------------------------------------------------------------------------------------------------

    def _pieces(self, prompt: list[int], tokens: Iterator[Token]) -> Iterator[Piece]:
        stream, probability = TextStream(self._tokenizer, prompt), 1.0
        for token in tokens:
            probability *= token.probability
            if text := stream.push(token.id):
                yield Piece(text, probability)
                probability = 1.0

    def _last(self, ids: list[int], room: int) -> list[int]:
        """The last `room` of `ids`; a beginning that the tokenizer puts before every text stays its beginning."""
        if len(ids) <= room:
            return ids
        first = ids[:1] if ids[0] == self._tokenizer.bos_token_id and room > 1 else []
        return first + ids[len(ids) - room + len(first) :]

    def _text(self, context: Context) -> str:
        return f"{context.preface}\n\n{context.before}" if context.preface else context.before

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(writable(text))["input_ids"]
        while ids and text and ids[-1] in self._ends:  # a tokenizer that closes every text would end the suggestion too
            ids = ids[:-1]
        if not ids and self._tokenizer.bos_token_id is not None:
            ids = [self._tokenizer.bos_token_id]
        return ids


class Decoding:
    """One text under a model: what the model computed for its beginning is kept in the model's own cache.

    The inputs are prepared by the model's own `prepare_inputs_for_generation`, as in `generate`, so that every architecture that
    transformers can generate with works here.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._extra = {"logits_to_keep": 1} if "logits_to_keep" in inspect.signature(model.forward).parameters else {}
        self._cache: dict[str, Any] = {}
        self._seen = 0

    @property
    def takes_chunks(self) -> bool:
        """Whether a prompt may come in several pieces; known after the first. Recurrent models of some kinds want it whole."""
        layers = getattr(self._cache.get("past_key_values"), "layers", [])
        return bool(layers) and all(type(layer).__name__ in _ATTENTION_LAYERS for layer in layers)

    def logits_after(self, ids: torch.Tensor) -> torch.Tensor:
        """The logits of the token after `ids`, float32, shape (1, vocabulary).

        Args:
            ids: the whole text, shape (1, length); it begins with what earlier calls were given.
        """
        with torch.inference_mode():
            inputs = self._model.prepare_inputs_for_generation(
                ids,
                next_sequence_length=ids.shape[-1] - self._seen if self._cache else None,
                is_first_iteration=not self._cache,
                attention_mask=torch.ones_like(ids),
                use_cache=True,
                **self._cache,
            )
            output = self._model(**inputs, **self._extra, return_dict=True)
            self._cache = {name: output[name] for name in _CACHES if output.get(name) is not None}
            self._seen = ids.shape[-1]
            return output.logits[:, -1].float()  # type: ignore[no-any-return]


def _token_bound(sampling: Sampling) -> int:
    return sampling.max_words * TOKENS_PER_WORD + 8


def _positions(config: Any) -> int | None:
    """How many tokens the model has positions for; None where it has no bound."""
    positions = getattr(config.get_text_config(), "max_position_embeddings", None)
    return positions if isinstance(positions, int) and positions > 0 else None


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    ends: set[int] = set()
    for end in (tokenizer.eos_token_id, getattr(model.generation_config, "eos_token_id", None)):
        if isinstance(end, int):
            ends.add(end)
        elif end is not None:
            ends.update(end)
    return frozenset(ends)

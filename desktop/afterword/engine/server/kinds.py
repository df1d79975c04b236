"""What each kind of server takes of how words are chosen, and under which names.

By their documentation and sources: vLLM (docs.vllm.ai, "OpenAI-compatible server", extra parameters of the completions API),
llama.cpp (tools/server/README.md, POST /completion, which /v1/completions shares), llama-cpp-python 0.3.36
(llama_cpp/server/types.py), text-generation-inference (docs, Messages API), Ollama (docs/api.md, POST /api/generate with `raw`),
transformers 5.23 (cli/serving/utils.py, which refuses a field that it does not know, and takes a whole GenerationConfig in
`generation_config`). Of a server of another kind only the fields of the protocol are
asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any

from afterword.engine.sampling import Sampling

_PROTOCOL = {"temperature": "temperature", "top_p": "top_p", "seed": "seed"}
_LLAMA = _PROTOCOL | {"top_k": "top_k", "min_p": "min_p", "repetition_penalty": "repeat_penalty"}
_NOT_ASKED = {"max_words", "max_sentences", "candidates", "eagerness"}  # those are cut, counted and judged here
_LEAST_TOP_P = 0.01  # 0 is refused, and means the same
_OF_DRAWING = {"temperature", "top_k", "top_p", "min_p", "typical_p"}
_OFF = {"top_p": 1.0, "top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0, "typical_p": 1.0, "no_repeat_ngram": 0}


@dataclass(frozen=True)
class Kind:
    """A kind of server.

    Attributes:
        names: what it honours of Sampling, and its names for it.
        no_top_k: its `top_k` for all tokens.
        all_told: whether it has defaults of its own, so that it must be told what is off too.
        nested: whether the names are those of a GenerationConfig.
        one_at_a_time: whether a second request waits for the first, or ends it.
        raw: whether its /v1/completions puts a text into a template of chats, so that it is asked in its own protocol.
        falls_back: whether its first model answers in place of one that it does not have.
    """

    names: dict[str, str] = field(default_factory=lambda: _PROTOCOL)
    no_top_k: int = 0
    all_told: bool = False
    nested: bool = False
    one_at_a_time: bool = False
    raw: bool = False
    falls_back: bool = False

    @property
    def ignores(self) -> frozenset[str]:
        """The names of Sampling's fields that have no effect on it."""
        return frozenset(one.name for one in fields(Sampling)) - self.names.keys() - _NOT_ASKED

    def asked(self, sampling: Sampling) -> dict[str, Any]:
        """What a request says of how words are chosen."""
        values = {name: getattr(sampling, name) for name in self.names}
        if values["seed"] < 0:
            del values["seed"]
        values["top_p"] = max(_LEAST_TOP_P, values["top_p"])
        if not self.all_told:
            values = {name: value for name, value in values.items() if value != _OFF.get(name)}
        if values.get("top_k") == 0:
            values["top_k"] = self.no_top_k
        told = {self.names[name]: value for name, value in values.items()}
        return _configured(told) if self.nested else told


def _configured(told: dict[str, Any]) -> dict[str, Any]:
    outside = {name: told.pop(name) for name in ("seed",) if name in told}
    drawn = told["temperature"] > 0
    kept = told if drawn else {name: value for name, value in told.items() if name not in _OF_DRAWING}
    return outside | {"generation_config": json.dumps({**kept, "do_sample": drawn})}


KINDS = {
    "vllm": Kind(
        _PROTOCOL | {"top_k": "top_k", "min_p": "min_p", "repetition_penalty": "repetition_penalty"}, no_top_k=-1, all_told=True
    ),
    "llama.cpp": Kind(
        _LLAMA
        | {name: name for name in ("typical_p", "dry_multiplier", "dry_base", "dry_allowed_length")}
        | {name: name for name in ("xtc_probability", "xtc_threshold")},
        all_told=True,
        falls_back=True,
    ),
    "llama-cpp-python": Kind(_LLAMA, all_told=True, one_at_a_time=True, falls_back=True),
    "tgi": Kind(),
    "ollama": Kind(_LLAMA | {"typical_p": "typical_p"}, all_told=True, raw=True),
    "transformers": Kind(
        _PROTOCOL
        | {name: name for name in ("top_k", "min_p", "repetition_penalty", "typical_p")}
        | {"no_repeat_ngram": "no_repeat_ngram_size"},
        nested=True,
        one_at_a_time=True,
    ),
    "": Kind(),
}
"""By the names of Abilities.kind."""

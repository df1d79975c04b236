"""Chat templates as models bring them, tokenizers that have their marks, and a model that says what it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch

from tests.engine.tiny import VOCABULARY, byte_level
from tests.engine.tiny_tokenizers import llama_2

CHAT_ML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""As Qwen and SmolLM have it."""

INST = (
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}"
    "{% set messages = messages[1:] %}{% else %}{% set system = '' %}{% endif %}"
    "{% for message in messages %}{% if message['role'] == 'user' %}[INST] "
    "{% if loop.first and system %}<<SYS>>\n{{ system }}\n<</SYS>>\n\n{% endif %}{{ message['content'].strip() }} [/INST]"
    "{% else %} {{ message['content'].strip() }} {{ eos_token }}{% endif %}{% endfor %}"
)
"""As Llama 2 has it."""

REFUSING = (
    "{% for message in messages %}{% if message['role'] == 'system' %}{{ raise_exception('System role not supported') }}"
    "{% endif %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
"""As the first Gemma has it: no place for a system's message."""

FORGETTING = CHAT_ML.replace("{% for message in messages %}", "{% for message in messages if message['role'] != 'system' %}")
"""A system's message is left out without a word."""

PARTED = CHAT_ML.replace("message['content']", "message['content'][0]['text']")
"""As models have it that also take pictures."""

BROKEN = "{{ raise_exception('never') }}"


def chat_ml(template: str | None = CHAT_ML) -> Any:
    """A byte-level tokenizer with the marks of ChatML, two tokens more than the others have."""
    tokenizer = byte_level()
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    tokenizer.chat_template = template
    return tokenizer


@cache
def one_chat_ml() -> Any:
    """The same at every call, not to be changed."""
    return chat_ml()


@cache
def inst() -> Any:
    """A tokenizer of Llama 2 with its template; the same at every call, not to be changed."""
    tokenizer = llama_2()
    tokenizer.chat_template = INST
    return tokenizer


CHAT_VOCABULARY = VOCABULARY + 2


class Saying:
    """A Runner that says certain tokens, whatever it was asked; see `afterword.engine.runner`."""

    chunked = True

    def __init__(self, said: Sequence[int], size: int = CHAT_VOCABULARY) -> None:
        self._said, self._size = said, size
        self.prompt: list[int] | None = None
        self.held: list[int] = []

    @property
    def length(self) -> int:
        return len(self.held)

    def can_forget(self, more: int) -> bool:
        return True

    def extend(self, tokens: Sequence[int], keep: int = 1) -> torch.Tensor:
        self.held += tokens
        if self.prompt is None:
            self.prompt = list(self.held)
        logits = torch.zeros(keep, self._size)
        for row in range(keep):
            at = len(self.held) - keep + 1 + row - len(self.prompt)
            logits[row, self._said[min(max(at, 0), len(self._said) - 1)]] = 50.0
        return logits

    def crop(self, length: int) -> None:
        del self.held[length:]

    def beside(self, rows: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        raise NotImplementedError

    def branches(self, count: int) -> Any:
        raise NotImplementedError

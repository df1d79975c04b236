"""Tiny models behind the local engine, exact and not, and one that counts what it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from afterword.engine.local import TransformersModel
from afterword.engine.protocol import Piece, Request
from afterword.engine.sampling import Sampling
from afterword.text.context import Context
from tests.engine.bigrams import Bigrams
from tests.engine.tiny import PAGE, VOCABULARY, byte_level, llama, tiny_gpt2, tiny_llama

GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_words=6)


@pytest.fixture(scope="module", params=[tiny_gpt2, tiny_llama], ids=["gpt2", "llama"])
def parts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    folder: Path = request.param(tmp_path_factory.mktemp("model"))
    return AutoModelForCausalLM.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)


@pytest.fixture
def model(parts: tuple[Any, Any]) -> TransformersModel:
    """In exact mode."""
    return TransformersModel("tiny", *parts, exact=True)


@pytest.fixture
def healing(parts: tuple[Any, Any]) -> TransformersModel:
    """Not in exact mode."""
    return TransformersModel("tiny", *parts)


@pytest.fixture
def runner() -> Bigrams:
    return Bigrams(byte_level()(PAGE)["input_ids"], VOCABULARY)


@pytest.fixture
def counting(runner: Bigrams) -> TransformersModel:
    """A model that computes nothing but counts what it was asked for."""
    return TransformersModel("counting", llama(max_position_embeddings=2048), byte_level(), runner=runner)


def said(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def text(model: TransformersModel, before: str, sampling: Sampling = GREEDY) -> str:
    return said(list(model.complete(Request(1, Context(before), sampling))))


def generated(parts: tuple[Any, Any], prompt: list[int], count: int, **options: Any) -> list[int]:
    model, _ = parts
    ids = torch.tensor([prompt])
    whole = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, do_sample=False, pad_token_id=0, **options
    )
    return [token for token in whole[0, len(prompt) :].tolist() if token != 0]

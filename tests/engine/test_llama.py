"""The Llama family written out, against transformers' own modules, in float32 without packing."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.engine.llama import Llama, is_llama
from afterword.engine.packing import quantize
from afterword.engine.runner import Runner
from tests.engine.tiny import VOCABULARY, gpt2, llama, mistral, qwen2

LONG = {"max_position_embeddings": 2048}
LLAMA_3 = {
    "rope_type": "llama3",
    "rope_theta": 10000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
LINEAR = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}
FAMILY = {
    "llama": lambda: llama(**LONG),
    "llama with biases": lambda: llama(attention_bias=True, mlp_bias=True, tie_word_embeddings=False, **LONG),
    "llama 3": lambda: llama(rope_parameters=LLAMA_3, **LONG),
    "linear scaling": lambda: llama(rope_parameters=LINEAR, **LONG),
    "heads of their own width": lambda: llama(head_dim=16, num_key_value_heads=4, **LONG),
    "mistral": lambda: mistral(**LONG),
    "qwen2": lambda: qwen2(**LONG),
}
TOKENS = torch.randint(1, VOCABULARY, (1400,), generator=torch.Generator().manual_seed(5)).tolist()


def both(name: str) -> tuple[Any, Llama]:
    """A model of transformers, and what the same model is written out."""
    model = FAMILY[name]()
    assert is_llama(model)
    return model, Llama(copy.deepcopy(model), packed=False)


@pytest.fixture(scope="module", params=FAMILY)
def models(request: pytest.FixtureRequest) -> tuple[Any, Llama]:
    return both(request.param)


@pytest.fixture
def written(models: tuple[Any, Llama]) -> Llama:
    models[1].crop(0)
    return models[1]


@pytest.fixture
def theirs(models: tuple[Any, Llama]) -> Any:
    return models[0]


def logits(model: Any, tokens: list[int]) -> torch.Tensor:
    """The logits after each of `tokens`, by transformers."""
    with torch.inference_mode():
        found: torch.Tensor = model(torch.tensor([tokens])).logits[0]
    return found


def same(ours: torch.Tensor, expected: torch.Tensor) -> None:
    torch.testing.assert_close(ours, expected, atol=1e-4, rtol=1e-4)


def test_a_text_in_one_piece(theirs: Any, written: Llama) -> None:
    same(written.extend(TOKENS[:40], 40), logits(theirs, TOKENS[:40]))
    assert written.length == 40


def test_a_token_at_a_time(theirs: Any, written: Llama) -> None:
    ours = torch.cat([written.extend([token]) for token in TOKENS[:12]])
    same(ours, logits(theirs, TOKENS[:12]))


def test_pieces_of_any_length(theirs: Any, written: Llama) -> None:
    ours = torch.cat([written.extend(TOKENS[begin:end], end - begin) for begin, end in ((0, 5), (5, 6), (6, 30), (30, 32))])
    same(ours, logits(theirs, TOKENS[:32]))


def test_what_was_cut_off_leaves_no_trace(theirs: Any, written: Llama) -> None:
    written.extend(TOKENS[:30])
    written.crop(11)
    assert written.length == 11
    other = [*TOKENS[:11], *TOKENS[40:50]]
    same(written.extend(TOKENS[40:50], 10), logits(theirs, other)[-10:])


def test_a_crop_beyond_the_end_changes_nothing(theirs: Any, written: Llama) -> None:
    written.extend(TOKENS[:10])
    written.crop(20)
    assert written.length == 10
    same(written.extend(TOKENS[10:12], 2), logits(theirs, TOKENS[:12])[-2:])


def check_branches(runner: Runner, theirs: Any, begin: int, count: int, steps: int) -> None:
    """Branch after `begin` tokens; each branch is a text of its own, and the text is afterwards what it was."""
    runner.extend(TOKENS[:begin])
    branches = runner.branches(count)
    texts = [TOKENS[:begin] for _ in range(count)]
    for step in range(steps):
        tokens = [TOKENS[7 * branch + step] for branch in range(count)]
        texts = [[*text, token] for text, token in zip(texts, tokens, strict=True)]
        rows = branches.extend(tokens)
    for row, text in zip(rows, texts, strict=True):
        same(row, logits(theirs, text)[-1])
    assert runner.length == begin
    same(runner.extend(TOKENS[begin : begin + 3], 3), logits(theirs, TOKENS[: begin + 3])[-3:])


def test_branches_are_texts_of_their_own(theirs: Any, written: Llama) -> None:
    check_branches(written, theirs, begin=20, count=3, steps=4)


def test_branches_that_outgrow_the_buffers(theirs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afterword.engine.llama._ROOM", 8)
    for begin in range(7, 13):
        check_branches(Llama(copy.deepcopy(theirs), packed=False), theirs, begin, count=3, steps=5)


def test_a_text_longer_than_the_first_buffers(theirs: Any, written: Llama) -> None:
    expected = logits(theirs, TOKENS)
    same(written.extend(TOKENS[:-5], 3), expected[-8:-5])
    same(written.extend(TOKENS[-5:], 5), expected[-5:])


@cache
def some() -> tuple[Any, Llama]:
    return both("llama")


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_any_sequence_of_pieces_and_crops_is_as_if_the_text_came_at_once(data: st.DataObject) -> None:
    theirs, ours = some()
    ours.crop(0)
    text: list[int] = []
    for _ in range(data.draw(st.integers(1, 6))):
        keep = data.draw(st.integers(0, len(text)))
        new = data.draw(st.lists(st.integers(0, VOCABULARY - 1), min_size=1, max_size=20))
        ours.crop(keep)
        text = [*text[:keep], *new]
        same(ours.extend(new, len(new)), logits(theirs, text)[-len(new) :])


@pytest.mark.parametrize(
    "model",
    [
        lambda: mistral(sliding_window=32),
        lambda: qwen2(use_sliding_window=True, sliding_window=32, max_window_layers=1),
        lambda: llama(rope_parameters={"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0}),
        lambda: llama(hidden_act="gelu"),
        gpt2,
    ],
    ids=["sliding window", "some sliding layers", "yarn", "gelu", "gpt2"],
)
def test_models_that_compute_something_else_are_not_taken(model: Any) -> None:
    assert not is_llama(model())


def test_without_the_kernel_it_computes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr("torch.ops.aten._weight_int4pack_mm_for_cpu", missing)
    model = llama()
    same(Llama(copy.deepcopy(model), packed=False).extend(TOKENS[:9], 9), logits(model, TOKENS[:9]))


@pytest.mark.parametrize("keep", [True, False], ids=["kept", "not kept"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
def test_packed_it_computes_with_what_the_codes_stand_for(keep: bool, dtype: torch.dtype) -> None:
    model = llama()
    for module in model.modules():
        if isinstance(module, torch.nn.Linear) and module is not model.lm_head:
            module.weight.data = quantize(module.weight.data).weights()
    ours = Llama(copy.deepcopy(model).to(dtype), rows=4, keep=keep)
    found = torch.cat([ours.extend(TOKENS[:30], 30), *(ours.extend([token]) for token in TOKENS[30:40])])
    expected = logits(model, TOKENS[:40])
    assert (found - expected).norm() < 0.05 * expected.norm()

"""Weights in 4 bits: what the codes stand for, and the products made with them."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType
from gguf.quants import dequantize
from gguf.quants import quantize as gguf_quantize
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional
from transformers import MambaConfig, MambaForCausalLM
from transformers.pytorch_utils import Conv1D

from afterword.engine.packing import GROUP, Head, Linear, PackedHead, fits, head_fits, pack, quantize
from tests.engine.tiny import VOCABULARY, gpt2, llama, seeded

ROWS, COLUMNS = 48, 96
TOKENS = torch.tensor([[5, 17, 200, 3, 42, 42, 9, 301]])


def random(*shape: int, seed: int = 0, scale: float = 0.05) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * scale


def off(found: torch.Tensor, expected: torch.Tensor) -> float:
    """The relative error."""
    return float((found.float() - expected.float()).norm() / expected.float().norm())


def blocks(kind: GGMLQuantizationType, seed: int, scale: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights that come from a file of `kind` in bfloat16, and the file's own codes, both (ROWS, COLUMNS)."""
    stored = gguf_quantize(random(ROWS, COLUMNS, seed=seed, scale=scale).numpy(), kind)
    nibbles = stored.reshape(ROWS, COLUMNS // GROUP, -1)[..., -GROUP // 2 :]
    codes = np.concatenate([nibbles & 15, nibbles >> 4], -1).reshape(ROWS, COLUMNS)
    return torch.from_numpy(dequantize(stored, kind)).bfloat16(), torch.from_numpy(codes.astype(np.int32))


@settings(deadline=None, max_examples=60)
@given(
    kind=st.sampled_from([GGMLQuantizationType.Q4_0, GGMLQuantizationType.Q4_1]),
    seed=st.integers(0, 2**31),
    scale=st.sampled_from([0.002, 0.05, 1.0, 30.0]),
)
def test_weights_of_a_4_bit_file_get_their_own_codes_back(kind: GGMLQuantizationType, seed: int, scale: float) -> None:
    weights, codes = blocks(kind, seed, scale)
    coded = quantize(weights)
    found, own = coded.codes.view(-1, GROUP), codes.view(-1, GROUP)
    mirrored = (found == 15 - own).all(-1)  # the same numbers, where a scale below zero uses all sixteen
    assert ((found == own).all(-1) | mirrored).all()
    assert off(coded.weights(), weights) < 0.005  # scales in bfloat16 are up to 0.4 % off


def test_a_matrix_that_is_coded_in_several_slices_is_coded_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = random(ROWS, COLUMNS)
    whole = quantize(weights)
    monkeypatch.setattr("afterword.engine.packing._SLICE", 7 * COLUMNS)
    sliced = quantize(weights)
    assert torch.equal(sliced.codes, whole.codes)
    assert torch.equal(sliced.scales, whole.scales)
    assert torch.equal(sliced.zeros, whole.zeros)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**31), shift=st.sampled_from([0.0, 0.1, -3.0]), scale=st.sampled_from([0.001, 0.05, 10.0]))
def test_each_weight_is_half_a_step_off_at_most(seed: int, shift: float, scale: float) -> None:
    weights = random(16, 64, seed=seed, scale=scale) + shift
    coded = quantize(weights)
    groups = weights.view(16, -1, GROUP)
    step = (groups.amax(-1) - groups.amin(-1)) / 15
    rounding = (groups.abs().amax(-1) + 8 * step) / 128  # of a scale and a zero to bfloat16
    error = (coded.weights() - weights).view_as(groups).square().mean(-1).sqrt()
    assert (error <= step / 2 + rounding).all()


@pytest.mark.parametrize("value", [0.0, 1.0, -0.37])
def test_a_group_of_equal_weights_is_kept(value: float) -> None:
    coded = quantize(torch.full((16, 32), value))
    torch.testing.assert_close(coded.weights(), torch.full((16, 32), value), rtol=0.005, atol=0)


@pytest.mark.parametrize(("shape", "fit"), [((48, 96), True), ((40, 96), False), ((48, 80), False), ((48,), False)])
def test_what_the_kernel_takes(shape: tuple[int, ...], fit: bool) -> None:
    assert fits(torch.zeros(shape)) is fit


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("count", [1, 4, 5, 40])
def test_a_product_is_that_of_the_weights(count: int, dtype: torch.dtype, bias: bool, keep: bool) -> None:
    weights = quantize(random(ROWS, COLUMNS)).weights()
    added = random(ROWS, seed=1) if bias else None
    linear = Linear(weights.to(dtype), None if added is None else added.to(dtype), packed=True, rows=4, keep=keep)
    x = random(count, COLUMNS, seed=2, scale=1.0)
    assert off(linear(x), functional.linear(x, weights, added)) < 0.01


def test_many_rows_use_the_weights_as_they_are_where_they_are_kept() -> None:
    weights, x = random(ROWS, COLUMNS), random(5, COLUMNS, seed=2)
    plain = functional.linear(x, weights)
    kept = Linear(weights, None, packed=True, rows=4, keep=True)
    assert torch.equal(kept(x), plain)
    assert 0.02 < off(kept(x[:4]), plain[:4]) < 0.2
    assert 0.02 < off(Linear(weights, None, packed=True, rows=4, keep=False)(x), plain) < 0.2


@pytest.mark.parametrize("keep", [True, False])
def test_what_does_not_fit_stays_as_it_is(keep: bool) -> None:
    weights, x = random(17, 33), random(2, 33, seed=2)
    assert torch.equal(Linear(weights, None, packed=True, rows=4, keep=keep)(x), functional.linear(x, weights))


@pytest.mark.parametrize(("rows", "width"), [(VOCABULARY, 32), (257, 48)])
@pytest.mark.parametrize("count", [1, 7])
def test_the_head_is_near_in_8_bits(rows: int, width: int, count: int) -> None:
    weights, x, bias = random(rows, width), random(count, width, seed=2, scale=1.0), random(rows, seed=3)
    assert off(Head(weights)(x), functional.linear(x, weights)) < 0.015
    assert off(Head(weights, bias)(x), functional.linear(x, weights, bias)) < 0.015


@pytest.mark.parametrize(("width", "fit"), [(16, True), (48, True), (24, False), (33, False), (1, False)])
def test_a_head_that_the_kernel_would_misread_is_left(width: int, fit: bool) -> None:
    assert head_fits(torch.zeros(VOCABULARY, width)) is fit


def test_a_row_of_the_head_without_any_weight_gives_nothing() -> None:
    weights = random(32, 32)
    weights[3] = 0
    assert (Head(weights)(random(2, 32))[:, 3] == 0).all()


# --- whole models -------------------------------------------------------------------------------------------------------


def on_codes(model: Any) -> Any:
    """`model` with weights that packing does not change, but for its head."""
    head = model.get_output_embeddings()
    for module in model.modules():
        if isinstance(module, Conv1D):
            module.weight.data = quantize(module.weight.data.t().contiguous()).weights().t().contiguous()
        elif isinstance(module, torch.nn.Linear) and module is not head and fits(module.weight):
            module.weight.data = quantize(module.weight.data).weights()
    return model


def logits(model: Any, tokens: torch.Tensor = TOKENS) -> torch.Tensor:
    with torch.inference_mode():
        return model(tokens).logits  # type: ignore[no-any-return]


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("make", [gpt2, llama])
def test_a_packed_model_computes_the_same(make: Any, dtype: torch.dtype, keep: bool) -> None:
    model = on_codes(make())
    packed = copy.deepcopy(model).to(dtype)
    assert pack(packed, rows=16, keep=keep) > 0
    assert off(logits(packed), logits(model)) < 0.05
    assert off(logits(packed, TOKENS.repeat(1, 4)), logits(model, TOKENS.repeat(1, 4))) < 0.05  # more rows than 16


def test_for_many_rows_the_head_is_as_it_was() -> None:
    head = torch.nn.Linear(32, VOCABULARY)
    packed, x = PackedHead(head, rows=4), random(2, 3, 32, scale=1.0)
    with torch.inference_mode():
        assert torch.equal(packed(x), head(x))
        assert 0 < off(packed(x[:1]), head(x[:1])) < 0.02
        assert packed(x[:1]).shape == (1, 3, VOCABULARY)


def test_every_linear_of_a_llama_and_every_conv1d_of_a_gpt2_is_packed() -> None:
    for model, left in ((llama(), torch.nn.Linear), (gpt2(), Conv1D)):
        count = sum(isinstance(module, left) for module in model.modules())
        heads = 0 if left is torch.nn.Linear else 1
        assert pack(model, rows=16, keep=True) == count + heads
        assert isinstance(model.get_output_embeddings(), PackedHead)
        unpacked = [module for name, module in model.named_modules() if isinstance(module, left) and "lm_head" not in name]
        assert unpacked == []


def test_a_head_in_8_bits_leaves_the_embedding_alone() -> None:
    model = llama()
    before = model.get_input_embeddings().weight.clone()
    pack(model, rows=16, keep=True)
    assert torch.equal(model.get_input_embeddings().weight, before)
    assert torch.equal(model.get_output_embeddings().weight, before)


def test_layers_that_do_not_fit_stay() -> None:
    model = llama(hidden_size=24, head_dim=8, num_attention_heads=3, num_key_value_heads=3, intermediate_size=72)
    before = logits(model)
    assert pack(model, rows=16, keep=True) == 0
    assert torch.equal(logits(model), before)


def test_rows_that_do_not_lie_side_by_side_are_computed_too() -> None:
    weights = quantize(random(ROWS, COLUMNS)).weights()
    linear, head = Linear(weights, None, packed=True, rows=4, keep=True), Head(weights)
    for x in (random(COLUMNS, 3, scale=1.0).t(), random(3, 2 * COLUMNS, scale=1.0)[:, COLUMNS:]):
        for given_x in (x, x.bfloat16()):
            assert off(linear(given_x), functional.linear(x, weights)) < 0.015
            assert off(head(given_x), functional.linear(x, weights)) < 0.015


def test_a_model_that_reads_the_weights_of_its_layers_still_works() -> None:
    config = MambaConfig(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, state_size=16, time_step_rank=32)
    model = on_codes(seeded(MambaForCausalLM, config))
    before = logits(model)
    pack(model, rows=16, keep=True)
    assert off(logits(model), before) < 0.05

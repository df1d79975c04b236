"""Greedy text is that of transformers' `generate`, whatever the architecture, wherever the cursor was before."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
import torch

from afterword.engine import following
from afterword.engine.local import TransformersModel
from afterword.engine.protocol import Piece, Request
from afterword.engine.runner import TransformersRunner
from afterword.engine.sampling import Sampling
from afterword.engine.speeding import runner_for
from afterword.engine.tuning import Tuning
from afterword.text.context import Context
from tests.engine.tiny import PAGE, byte_level
from tests.engine.tiny_architectures import architectures, tiny

LEFT_OUT = {
    "blt": "reads bytes, in patches of its own making",
    "gemma3n": "its pictures need libraries that are not installed; gemma3n_text is its language model",
    "gemma4_assistant": "guesses ahead for another model, and writes nothing by itself",
    "gemma4_unified_assistant": "guesses ahead for another model, and writes nothing by itself",
    "musicgen": "continues sounds",
    "musicgen_melody": "continues sounds",
    "reformer": "its own generate fails from 64 tokens on (transformers 5.23)",
}
KINDS = [kind for kind in architectures() if kind not in LEFT_OUT]
# At every `make test`; of each way to keep what was computed one or more.
SAMPLE = """
    gpt2 gpt_neox llama mistral qwen3 gemma3_text phi opt bloom lfm2 mamba2 rwkv doge roberta
""".split()
REST = [kind for kind in KINDS if kind not in SAMPLE]

# In transformers, a token after the others does not come out as among them.
DECODED_OTHERWISE = {
    "cpmant": "its prompt moves",
    "doge": "what a token sees depends on those behind it",
    "moshi": "its sliding window begins with the cache",
    "nemotron_h": "its steps of time are cut off at other ends",
    "prophetnet": "it looks at several tokens ahead",
    "xlm": "it writes in the place of a mask behind the text",
    "zamba2": "its steps of time are cut off at other ends",
}
NOT_IN_PIECES = {"moshi"}  # see above: only a text in one piece is what generate makes of it
NOT_IN_BFLOAT16 = {"inkling2_text": "transformers mixes it with float32", "xlnet": "transformers mixes it with float32"}
NOT_SCORED = {"xlnet": "it gives the logits of the last token alone"}

GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_words=2)
COUNT = 6
IDS: list[int] = byte_level()(PAGE)["input_ids"]
# One behind the other, as the cursor moves; tiny.WINDOW is 16.
PROMPTS = {
    "one token": IDS[:1],
    "longer than a window": IDS[:40],
    "typed on": IDS[:44],
    "taken back": IDS[:36],
    "the same again": IDS[:36],
    "written over": [*IDS[:30], *IDS[100:110]],
    "elsewhere": IDS[200:210],
}


def generated(model: Any, prompt: list[int]) -> tuple[list[int], list[float]]:
    """What `generate` says, and how probable each token was."""
    ids = torch.tensor([prompt])
    found = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=COUNT,
        do_sample=False,
        pad_token_id=0,
        return_dict_in_generate=True,
        output_logits=True,
    )
    tokens = [token for token in found.sequences[0, len(prompt) :].tolist() if token]  # 0 ends a text
    return tokens, [float(logits[0].float().softmax(-1)[token]) for logits, token in zip(found.logits, tokens, strict=False)]


def follows_generate(kind: str, model: TransformersModel, near: float) -> None:
    reference = tiny(kind)
    for name, prompt in PROMPTS.items():
        ours = list(itertools.islice(model.decoding.tokens(prompt, GREEDY), COUNT))
        tokens, probabilities = generated(reference, prompt)
        assert [token.id for token in ours] == tokens, name
        assert [token.probability for token in ours] == pytest.approx(probabilities, rel=near, abs=1e-6), name


def goes_on(kind: str, model: TransformersModel) -> None:
    """In the middle of a word, in several ways; finite numbers everywhere."""
    pieces: list[Piece] = []
    for before in (PAGE[:200], PAGE[:196], PAGE[:200]):
        pieces += model.complete(Request(1, Context(before), GREEDY))
    for candidate in model.candidates(Request(1, Context(PAGE[:198]), GREEDY), 3):
        pieces += candidate
    assert pieces
    assert all(0 <= piece.probability <= 1.001 for piece in pieces)
    if kind not in NOT_SCORED:
        scores = model.score(Context(PAGE[:198]), ["s were still", "  a", " b"])
        assert scores is not None
        assert all(math.isfinite(score) and score <= 0 for score in scores)


def exactly(kind: str) -> None:
    follows_generate(kind, TransformersModel(kind, tiny(kind), byte_level(), exact=True), near=1e-3)


def fast(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "CHUNK", 8)
    model = TransformersModel(kind, tiny(kind), byte_level())
    if kind not in NOT_IN_PIECES:
        follows_generate(kind, model, near=1e-2)
    goes_on(kind, model)
    if kind not in DECODED_OTHERWISE and kind not in NOT_SCORED:
        found = model.agreement(TransformersModel(kind, tiny(kind), byte_level(), exact=True), PAGE[:120])
        assert found.argmax == 1
        assert abs(found.nll_change) < 1e-3


def packed(kind: str) -> None:
    raw = tiny(kind).to(torch.bfloat16)
    runner, _ = runner_for(raw, Tuning(packed=True, rows=16, half=True, threads=1))
    goes_on(kind, TransformersModel(kind, raw, byte_level(), runner=runner))


@pytest.mark.parametrize("kind", SAMPLE)
def test_exact_mode_says_what_generate_says(kind: str) -> None:
    exactly(kind)


@pytest.mark.parametrize("kind", ["gpt2", "gemma3_text", "lfm2", "bamba", "falcon_h1", "recurrent_gemma", "doge"])
def test_the_fast_path_says_what_generate_says(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast(kind, monkeypatch)


@pytest.mark.parametrize("kind", ["gpt2", "gemma3_text", "mixtral", "mamba2", "recurrent_gemma"])
def test_packed_weights_go_on_with_any_text(kind: str) -> None:
    packed(kind)


@pytest.mark.parametrize("kind", ["gpt2", "gemma3_text", "recurrent_gemma", "bamba", "mamba"])
def test_a_branch_goes_on_as_if_it_were_alone(kind: str) -> None:
    """Two steps of three branches, and the text itself afterwards."""
    raw = tiny(kind)
    runner = TransformersRunner(raw)
    runner.extend(IDS[:20])
    branches = runner.branches(3)
    steps = [branches.extend(IDS[start : start + 3]) for start in (50, 60)]
    on = runner.extend([IDS[20]])
    for row in range(3):
        alone = TransformersRunner(tiny(kind))
        alone.extend(IDS[:20])
        for start, logits in zip((50, 60), steps, strict=True):
            assert torch.allclose(alone.extend([IDS[start + row]])[0], logits[row], atol=1e-3)
    alone = TransformersRunner(tiny(kind))
    alone.extend(IDS[:20])
    assert torch.allclose(alone.extend([IDS[20]]), on, atol=1e-3)


def test_what_is_left_out_is_there() -> None:
    assert set(LEFT_OUT) <= set(architectures())
    assert set(SAMPLE) <= set(KINDS)


@pytest.mark.long
@pytest.mark.parametrize("kind", REST)
def test_exact_mode_says_what_generate_says_of_every_architecture(kind: str) -> None:
    exactly(kind)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_the_fast_path_says_what_generate_says_of_every_architecture(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast(kind, monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in NOT_IN_BFLOAT16])
def test_packed_weights_of_every_architecture_go_on_with_any_text(kind: str) -> None:
    packed(kind)

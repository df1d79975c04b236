"""Makers of tiny real models, a few thousand parameters each, with a real tokenizer trained on a page of text.

The weights are random but seeded: the same call gives the same model. Nothing here touches the network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

PAGE = """\
The ferry left the quay at six, when the gulls were still asleep on the roof of the customs house. Ana counted the
crates again: eleven of pears, four of lamp oil, and one that nobody had signed for. “It will be somebody's,” said the
mate, and he pulled his cap over his ears. She wasn't so sure.

Rain came over the bay in long grey lines. By the time they passed the lighthouse the deck was wet, the ropes were wet,
and the letters in her pocket had begun to run. She read them once more while she could. The first was from her sister,
who asked for thread, needles and news. The second was from the bank. The third had no name on it at all; it said only:
“Don't open the box before the island. Don't sell it after.”

    Out past the light the water turns,
    out past the light the old year burns,
    and what you carry, carries you.

At noon they ate bread and cold fish. The captain spoke of prices (12.50 for oil, 3.75 for pears), of the new road and
the old one, of Mr. Hale, who owned both. “He'll own the sea next,” she said, “and charge us for the waves.” They
laughed, but not for long. Behind the wheelhouse something knocked: once, twice, then three times, softly, the way a
guest knocks who is not certain of the house.

It was the box. It stood where they had put it, between the pears and the rail, and the knocking came from inside. Ana
knelt down. The wood was warm. She thought of her sister, of the bank, of a letter without a name. She thought of the
island, two hours away, or three if the wind went round. Then she took the knife from her belt, and put it back, and
sat down beside the box to wait, as one waits beside a bed; and after a while, because it was quiet, and because there
was nobody else to tell, she began to tell it how the morning had been.
"""

_END = "<|end|>"
VOCABULARY = 400
_WIDTH = 32
_HEADS = 4
_KEY_VALUE_HEADS = 2
_LAYERS = 2
_INNER = 64
_POSITIONS = 256
_LLAMA = {
    "vocab_size": VOCABULARY,
    "hidden_size": _WIDTH,
    "intermediate_size": _INNER,
    "num_hidden_layers": _LAYERS,
    "num_attention_heads": _HEADS,
    "num_key_value_heads": _KEY_VALUE_HEADS,
    "max_position_embeddings": _POSITIONS,
    "tie_word_embeddings": True,
    "bos_token_id": 0,
    "eos_token_id": 0,
    "pad_token_id": 0,
}


@cache
def _trained() -> str:
    """A byte-level BPE as GPT-2's, trained on PAGE, as the JSON of `tokenizers`."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[_END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([PAGE], trainer)
    return str(tokenizer.to_str())


def byte_level() -> Any:
    """A byte-level BPE as GPT-2, Llama 3 and Qwen have it."""
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(_trained()),
        bos_token=_END,
        eos_token=_END,
        unk_token=_END,
        model_max_length=_POSITIONS,
        clean_up_tokenization_spaces=False,
    )


def seeded(model_class: Any, config: Any) -> Any:
    """A model of transformers with weights that are random, the same at every call, in float32 and eval mode."""
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(7)
        model = model_class(config)
        # Wider than the usual initialisation, so that the likeliest token is clearly the likeliest.
        for parameter in model.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.3)
        for name, parameter in model.named_parameters():
            if name.endswith("_proj.bias"):
                torch.nn.init.normal_(parameter, std=0.3)
    return model.eval()


def _save(model: Any, folder: Path, dtype: Any) -> Path:
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()  # they are drawn by a thread that stays
    model.to(dtype or torch.float32).save_pretrained(folder)
    byte_level().save_pretrained(folder)
    return folder


def gpt2(**changes: Any) -> Any:
    """A tiny GPT-2, its tokens those of `byte_level`; `changes` to its configuration."""
    from transformers import GPT2Config, GPT2LMHeadModel

    sizes = {"n_embd": _WIDTH, "n_layer": _LAYERS, "n_head": _HEADS, "n_positions": _POSITIONS}
    ends = {"bos_token_id": 0, "eos_token_id": 0}
    return seeded(GPT2LMHeadModel, GPT2Config(**{"vocab_size": VOCABULARY} | sizes | ends | changes))


def llama(**changes: Any) -> Any:
    """A tiny Llama; see `gpt2`."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return seeded(LlamaForCausalLM, LlamaConfig(**_LLAMA | changes))


def mistral(**changes: Any) -> Any:
    """A tiny Mistral, without a sliding window; see `gpt2`."""
    from transformers import MistralConfig, MistralForCausalLM

    return seeded(MistralForCausalLM, MistralConfig(**_LLAMA | {"sliding_window": None} | changes))


def qwen2(**changes: Any) -> Any:
    """A tiny Qwen 2, whose queries, keys and values have biases; see `gpt2`."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    return seeded(Qwen2ForCausalLM, Qwen2Config(**_LLAMA | changes))


def gemma_3(**changes: Any) -> Any:
    """A tiny Gemma 3: every other layer sees but a few tokens."""
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    windows = {"sliding_window": 16, "layer_types": ["sliding_attention", "full_attention"], "num_hidden_layers": 2}
    return seeded(Gemma3ForCausalLM, Gemma3TextConfig(**_LLAMA | {"head_dim": 16} | windows | changes))


def phi_3() -> Any:
    """A tiny Phi-3, which has a mind of its own about which logits to keep."""
    from transformers import Phi3Config, Phi3ForCausalLM

    return seeded(Phi3ForCausalLM, Phi3Config(**_LLAMA | {"pad_token_id": 0}))


def lfm_2() -> Any:
    """A tiny LFM2: some layers keep the state of a convolution, which cannot be cut back."""
    from transformers import Lfm2Config, Lfm2ForCausalLM

    layers = {"layer_types": ["conv", "full_attention"], "num_hidden_layers": 2, "block_ff_dim": 64}
    return seeded(Lfm2ForCausalLM, Lfm2Config(**_LLAMA | {"pad_token_id": 0} | layers))


def mamba() -> Any:
    """A tiny Mamba, which keeps a state that cannot be cut back."""
    from transformers import MambaConfig, MambaForCausalLM

    sizes = {"hidden_size": _WIDTH, "num_hidden_layers": _LAYERS, "state_size": 4}
    return seeded(MambaForCausalLM, MambaConfig(vocab_size=VOCABULARY, eos_token_id=0, bos_token_id=0, **sizes))


def tiny_gpt2(folder: Path) -> Path:
    """Save a tiny GPT-2 in float32 with its tokenizer into `folder`."""
    return _save(gpt2(), folder, None)


def tiny_llama(folder: Path, *, dtype: Any = None) -> Path:
    """Save a tiny Llama with its tokenizer into `folder`; `dtype` is torch's, float32 when None."""
    return _save(llama(), folder, dtype)


def tiny_gguf(
    path: Path,
    *,
    architecture: str = "llama",
    pre: str = "gpt-2",
    seed: int = 7,
    norm: float = 1.0,
    without: str = "",
    kind: str = "",
    keys: Mapping[str, int | str] = MappingProxyType({}),
) -> Path:
    """Write a tiny Llama as a GGUF file: linear layers in Q4_1, the embedding in Q8_0, norms in float32, like the starter model.

    Args:
        path: the file to write.
        architecture: what the file says it is; anything but "llama" makes a file that is whole but means nothing.
        pre: the pre-tokeniser that the file names.
        seed: of the random weights.
        norm: the weight of every normalisation.
        without: the name of a tensor to leave out.
        kind: the type of all weights but those of norms, by its name.
        keys: what else the file says of itself, or says instead.
    """
    import numpy as np
    from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFWriter, TokenType

    path.parent.mkdir(parents=True, exist_ok=True)
    bpe = json.loads(_trained())["model"]
    tokens = sorted(bpe["vocab"], key=bpe["vocab"].__getitem__)
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in bpe["merges"]]
    random = np.random.default_rng(seed)
    one = GGMLQuantizationType[kind] if kind else None
    unit = GGML_QUANT_SIZES[one][0] if one is not None else 1
    width, inner = max(_WIDTH, unit), max(_INNER, unit)

    writer = GGUFWriter(path, architecture)
    writer.add_name("Tiny")
    writer.add_block_count(_LAYERS)
    writer.add_context_length(_POSITIONS)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_KEY_VALUE_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(width // _HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.CONTROL if token == _END else TokenType.NORMAL for token in tokens])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    for key, value in keys.items():
        for said in writer.kv_data:
            said.pop(key, None)
        writer.add_string(key, value) if isinstance(value, str) else writer.add_uint32(key, value)

    def add(name: str, rows: int, columns: int, usual: GGMLQuantizationType) -> None:
        packed = _packed(usual if one is None else one, rows, columns, random)
        if name != without:
            writer.add_tensor(name, packed, raw_dtype=usual if one is None else one)

    def add_norm(name: str) -> None:
        writer.add_tensor(name, np.full(width, norm, np.float32))

    four, eight = GGMLQuantizationType.Q4_1, GGMLQuantizationType.Q8_0
    narrow = width * _KEY_VALUE_HEADS // _HEADS
    add("token_embd.weight", len(tokens), width, eight)
    for layer in range(_LAYERS):
        add_norm(f"blk.{layer}.attn_norm.weight")
        add(f"blk.{layer}.attn_q.weight", width, width, four)
        add(f"blk.{layer}.attn_k.weight", narrow, width, four)
        add(f"blk.{layer}.attn_v.weight", narrow, width, four)
        add(f"blk.{layer}.attn_output.weight", width, width, four)
        add_norm(f"blk.{layer}.ffn_norm.weight")
        add(f"blk.{layer}.ffn_gate.weight", inner, width, four)
        add(f"blk.{layer}.ffn_up.weight", inner, width, four)
        add(f"blk.{layer}.ffn_down.weight", width, inner, four)
    add_norm("output_norm.weight")

    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _packed(kind: Any, rows: int, columns: int, random: Any) -> Any:
    """Random weights in blocks of `kind`, an array of bytes; where gguf cannot make them, random ones that it can read."""
    import numpy as np
    from gguf import GGML_QUANT_SIZES
    from gguf.quants import dequantize, quantize

    try:
        return quantize(random.normal(0, 0.3, (rows, columns)).astype(np.float32), kind)
    except NotImplementedError:
        weights, size = GGML_QUANT_SIZES[kind]
    count, found = rows * columns // weights, np.zeros((0, size), np.uint8)
    while len(found) < count:
        blocks = random.integers(0, 256, (count, size), np.uint8)
        try:
            with np.errstate(all="ignore"):
                blocks = blocks[np.abs(dequantize(blocks, kind)).max(-1) < 100]  # scales may be anything, even no numbers
        except NotImplementedError:  # nobody reads them
            pass
        found = np.concatenate([found, blocks])
    return found[:count].reshape(rows, -1)

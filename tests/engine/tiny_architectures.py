"""Tiny models of every causal architecture that transformers has, by shrinking the sizes in its configuration's defaults."""

from __future__ import annotations

import re
from typing import Any

from tests.engine.tiny import VOCABULARY, seeded

WINDOW = 16  # tokens that a layer with a sliding window sees
_WIDTH = 32
_LAYERS_AT_MOST = 8
_PARAMETERS_AT_MOST = 3_000_000  # seconds for more, and something was not shrunk

# What a size is set to where it is larger, by its name in the configuration.
_SIZES = {
    r"(\w+_)?vocab_size(_per_layer_input)?": VOCABULARY,
    r"((backbone|attention|embedding)_)?hidden_size|n_embd|d_model|emb_dim|embedding_dim": _WIDTH,
    r"(input_|output_)?embedding_size|word_embed_proj_dim|lru_width|mamba_d_ssm|pronunciation_embed_dim|shape_embed_dim": _WIDTH,
    r"(decoder_|encoder_|swa_|num_\w*)?attention_heads|n_heads?|num_heads|num_query_groups|(linear|index|mamba)_\w*heads": 4,
    r"num_key_value_heads|num_kv_heads|swa_num_key_value_heads|linear_num_key_heads": 2,
    r"(\w+_)?head_?dim|dim_head|d_head|kv_channels|attention_head_size|mamba_d_head|rotary_dim": 8,
    r"(\w+_)?(intermediate_size(_mlp)?|ffn_dim|dff|d_inner|ffn_hidden_size|dim_ff|feed_forward_size)": 48,
    r"\w+_rank|hc_lowrank|hidden_size_per_layer_input|(ssm_)?state_size|mamba_d_state|d_rel|rel_extent": 8,
    r"num_experts|num_local_experts|n_routed_experts|moe_num_experts|zero_expert_num": 4,
    r"num_experts_per_tok(en)?|moe_topk|moe_k|top_k_experts": 2,
    r"n_group|num_expert_group|topk_group": 1,
    r"(\w+_)?(window_size|sliding_window|window_len)|sliding_window_size|local_attention|attention_chunk_size": WINDOW,
    r"max_position_embeddings|n_positions|n_ctx|max_seq_len|context_length": 256,
    r"ngram_vocab_size_base": 1000,
    r"(\w+_)?token_(id|index)": 0,
}
_LAYERS = r"(num_)?(hidden_|decoder_|encoder_)?layers|n_layers?|num_blocks|num_layers_per_stack"


def architectures() -> list[str]:
    """The kinds of models that AutoModelForCausalLM makes, by their `model_type`."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    return list(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)


def tiny(kind: str) -> Any:
    """A tiny model of the architecture `kind`, seeded, its tokens those of `tiny.byte_level`."""
    import torch
    from transformers import CONFIG_MAPPING
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

    config_class = CONFIG_MAPPING[kind]
    classes = MODEL_FOR_CAUSAL_LM_MAPPING[config_class]
    model_class = classes[0] if isinstance(classes, tuple) else classes
    if config_class.sub_configs.get("text_config") is model_class.config_class:  # as AutoModelForCausalLM does
        config_class = model_class.config_class
    config = config_class(**_shrunk(config_class()) | _CHANGES.get(config_class.model_type, {}))
    with torch.device("meta"):
        parameters = sum(parameter.numel() for parameter in model_class(config).parameters())
    if parameters > _PARAMETERS_AT_MOST:
        raise ValueError(f"{parameters} parameters")
    model = seeded(model_class, config)
    model.generation_config.eos_token_id = 0
    return model


def _shrunk(config: Any) -> dict[str, Any]:
    """Of the values of `config` those to change."""
    values = {name: value for name, value in config.to_dict().items() if value is not None}
    numbers = {name: value for name, value in values.items() if type(value) is int}
    changes: dict[str, Any] = {
        name: size
        for name, value in numbers.items()
        for pattern, size in _SIZES.items()
        if re.fullmatch(pattern, name) and value > size
    }
    layers = {name: value for name, value in numbers.items() if re.fullmatch(_LAYERS, name)}
    count = 2
    per_layer = {name: value for name, value in values.items() if isinstance(value, list) and len(value) in layers.values()}
    for kinds in (list(map(str, value)) for value in per_layer.values()):
        if len(set(kinds)) < len(kinds):
            count = max(count, next(end for end in range(len(kinds) + 1) if set(kinds[:end]) == set(kinds)))
    count = min(count, _LAYERS_AT_MOST)
    changes |= {name: count for name, value in layers.items() if value > count}
    changes |= {name: value[:count] for name, value in per_layer.items()}
    changes |= {name: None for name in values if name.startswith("forced_")}
    changes |= {name: 0 for name in ("bos_token_id", "eos_token_id", "pad_token_id") if hasattr(config, name)}
    if "kv_lora_rank" in values:  # every head has its own keys and values
        changes["num_key_value_heads"] = 4
        changes.pop("qk_head_dim", None)  # the sum of two others
    if hasattr(config, "is_decoder"):
        changes["is_decoder"] = True
    parts = {name: getattr(config, name, None) for name in type(config).sub_configs}
    for name, part in parts.items():
        if part is not None:
            values = {key: value for key, value in part.to_dict().items() if key != "per_layer_config"}
            changes[name] = values | _shrunk(part) | _CHANGES.get(part.model_type, {})
    return changes


# What the rules above leave inconsistent, or the defaults leave open.
_MAMBA_2 = {"mamba_n_heads": 8, "mamba_d_head": 8}
_HYBRID = {"num_hidden_layers": 2, "layer_types": ["linear_attention", "full_attention"]}
_SHARED = {"num_hidden_layers": 4, "num_kv_shared_layers": 2, "layer_types": ["sliding_attention", "full_attention"] * 2}
_ZAMBA = {
    "num_hidden_layers": 4,
    "layers_block_type": ["linear_attention", "hybrid"] * 2,
    "attention_hidden_size": 64,
    "attention_head_dim": 16,
    "num_key_value_heads": 4,
}
_CHANGES: dict[str, dict[str, Any]] = {
    "bamba": _MAMBA_2 | {"attn_layer_indices": [1]},
    "cohere_compass_text": {
        "layer_types": ["sliding_attention"] * 2,
        "rope_parameters": {"sliding_attention": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 1, 1]}},
    },
    "dbrx": {
        "attn_config": {"kv_n_heads": 2, "rope_theta": 10000.0, "clip_qkv": 8},
        "ffn_config": {"ffn_hidden_size": 48, "hidden_size": 32},
    },
    "deepseek_v2": {"num_experts_per_tok": 2},
    "dots1": {"n_routed_experts": 4, "n_shared_experts": 1, "num_experts_per_tok": 2},
    "dots3_note_text": {"per_layer_config": {}, "head_dim": 16},
    "hrm_text": {"num_layers_per_stack": None},
    "gemma3n_text": _SHARED | {"intermediate_size": [48] * 4, "activation_sparsity_pattern": [0.0] * 4},
    "granitemoehybrid": _MAMBA_2 | _HYBRID,
    "hunyuan_v1_dense": {"head_dim": 8},
    "hunyuan_v1_moe": {"head_dim": 8},
    "jamba": {"attn_layer_period": 2, "attn_layer_offset": 1},
    "lfm2_moe": {"num_hidden_layers": 4, "layer_types": ["conv", "full_attention"] * 2},
    "mamba2": {"num_heads": 8},
    "ministral": {"head_dim": 8},
    "nemotron": {"num_key_value_heads": 2},
    "nemotron_h": {"mamba_num_heads": 8, "n_groups": 2},
    "qwen4_exp_text": {
        "indexer_n_heads": 2,
        "indexer_kv_heads": 1,
        "indexer_head_dim": 8,
        "indexer_budget": 16,
        "indexer_compress_ratio": 4,
    },
    "recurrent_gemma": {"num_hidden_layers": 3},
    "xlstm": {"hidden_size": 128, "embedding_dim": 128},
    "xlm": {"causal": True},
    "xmod": {"default_language": "en_XX"},
    "zamba": _ZAMBA,
    "zamba2": _ZAMBA,
}

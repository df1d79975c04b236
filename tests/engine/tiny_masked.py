"""Tiny masked models that have learned four sentences, of which a word can be told from both its sides only."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

SENTENCES = ["so he eats bread today", "so he drinks water today", "so she eats cake today", "so she drinks tea today"]
"""“eats” and “drinks” are two tokens each."""

_PARTS = [["so"], ["he"], ["she"], ["eat", "s"], ["drink", "s"], ["bread"], ["water"], ["cake"], ["tea"], ["today"]]
_SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "initializer_range": 0.2,
}
_STEPS = 300


def tiny_bert(folder: Path, positions: int = 32) -> Path:
    """Save a BERT with WordPiece into `folder`: lower case, “##s” goes on a word."""
    from transformers import BertConfig, BertForMaskedLM, BertTokenizer

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = [first for first, *_ in _PARTS] + ["##s", ".", ",", "(", "'"] + [chr(c) for c in range(ord("a"), ord("z") + 1)]
    vocabulary = {name: number for number, name in enumerate(dict.fromkeys(special + pieces))}
    config = BertConfig(vocab_size=len(vocabulary), max_position_embeddings=positions, **_SIZES)
    return _learned(BertForMaskedLM, config, BertTokenizer(vocab=vocabulary), folder)


def tiny_roberta(folder: Path, positions: int = 34) -> Path:
    """Save a RoBERTa with a byte-level BPE into `folder`: a word has the space before it in its first token."""
    from transformers import RobertaConfig, RobertaForMaskedLM, RobertaTokenizer

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    merges = [(word[:end], word[end]) for first, *_ in _PARTS for word in [f"Ġ{first}"] for end in range(1, len(word))]
    alphabet = sorted({"Ġ", *"abcdefghijklmnopqrstuvwxyz.,('ĊÃ©"})
    vocabulary = {name: number for number, name in enumerate(dict.fromkeys([*special, *alphabet, *map("".join, merges)]))}
    config = RobertaConfig(vocab_size=len(vocabulary), max_position_embeddings=positions, pad_token_id=1, **_SIZES)
    return _learned(RobertaForMaskedLM, config, RobertaTokenizer(vocab=vocabulary, merges=list(dict.fromkeys(merges))), folder)


def _learned(model_class: Any, config: Any, tokenizer: Any, folder: Path) -> Path:
    """Learn the sentences with one to three of their tokens masked, the same at every call."""
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()  # they are drawn by a thread that stays
    choice = random.Random(7)
    with torch.random.fork_rng():
        torch.manual_seed(7)
        model = model_class(config).train()
        optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
        ids = torch.tensor([tokenizer(sentence)["input_ids"] for sentence in SENTENCES])
        for _ in range(_STEPS):
            masked, labels = ids.clone(), torch.full_like(ids, -100)
            for row in range(len(ids)):
                for at in choice.sample(range(1, ids.shape[1] - 1), choice.randint(1, 3)):
                    labels[row, at], masked[row, at] = ids[row, at], tokenizer.mask_token_id
            optimizer.zero_grad()
            model(input_ids=masked, labels=labels).loss.backward()
            optimizer.step()
    model.eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder

"""Tiny tokenizers of the families that language models have, each trained on PAGE and made by transformers' own class for it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from tests.engine.tiny import PAGE, VOCABULARY, byte_level

_BYTES = [f"<0x{byte:02X}>" for byte in range(256)]  # SentencePiece's, for what it has no piece for


def llama_2() -> Any:
    """SentencePiece's BPE as Llama 2 and Mistral have it: spaces before words, one before the text too, and byte fallback."""
    from transformers import LlamaTokenizer

    vocabulary, merges = _sentence_pieces("<unk>", "<s>", "</s>")
    return LlamaTokenizer(vocab=vocabulary, merges=merges, add_bos_token=True)


def gemma() -> Any:
    """SentencePiece's BPE as Gemma has it: no space before the text, and spaces of their own."""
    from transformers import GemmaTokenizer

    vocabulary, merges = _sentence_pieces("<pad>", "<eos>", "<bos>", "<unk>")
    return GemmaTokenizer(vocab=vocabulary, merges=merges, add_bos_token=True)


def unigram(lines: bool = True) -> Any:
    """SentencePiece's unigrams as XGLM has them: NFKC before, a space before every word, no bytes.

    Args:
        lines: whether lines are told from spaces; T5 and XLNet do not.
    """
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    words = pre_tokenizers.Metaspace()
    tokenizer.pre_tokenizer = words if lines else pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), words])
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=VOCABULARY, special_tokens=["<unk>", "</s>"], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator([PAGE], trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", eos_token="</s>", clean_up_tokenization_spaces=False
    )


def word_piece() -> Any:
    """WordPiece as BERT has it: lower case, no accents, no white space but single spaces."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import BertTokenizer

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator([PAGE], trainer)
    return BertTokenizer(vocab=tokenizer.get_vocab())


@cache
def _pieces() -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """SentencePiece-like pieces and merges of PAGE; "▁" for spaces."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator([PAGE], trainers.BpeTrainer(vocab_size=VOCABULARY - 260, show_progress=False))
    raw = json.loads(tokenizer.to_str())["model"]
    names = sorted(raw["vocab"], key=raw["vocab"].__getitem__)
    merges = (merge if isinstance(merge, list) else merge.split(" ") for merge in raw["merges"])
    return tuple(names), tuple((left, right) for left, right in merges)


def _sentence_pieces(*special: str) -> tuple[dict[str, int], list[tuple[str, str]]]:
    names, merges = _pieces()
    return {name: number for number, name in enumerate([*special, *_BYTES, *names])}, list(merges)


TOKENIZERS = {"bytes": byte_level, "llama 2": llama_2, "gemma": gemma, "unigram": unigram, "wordpiece": word_piece}
TOKENIZERS |= {"unigram without lines": lambda: unigram(lines=False)}
"""By their names in tests."""

EXACT = ["bytes", "llama 2", "gemma"]  # they have a token for every byte, and change no text


@cache
def tokenizer_of(name: str) -> Any:
    """The one of that name."""
    return TOKENIZERS[name]()

"""From a GGUF file to a folder that transformers loads: safetensors in bfloat16, configuration, tokenizer.

This is the body of a child process, `python -m afterword.engine.convert SOURCE FOLDER`: reading a GGUF holds the interpreter
lock for seconds, and has no way to be cancelled. It tells `{"share": 0.5}`; see `child.told`.
`afterword.engine.conversion` starts it.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from afterword.engine import child
from afterword.engine.conversion import no_room
from afterword.engine.gguf_header import Header, OtherFormat, read_header, readable, type_name
from afterword.errors import ModelBroken, ModelError, ModelNotStored, ModelTooLarge, ModelUnsupported

# Vocabularies whose merges were learned with digits split off one by one, by the name that the GGUF carries in
# "tokenizer.ggml.pre" (llama.cpp, src/llama-vocab.cpp). transformers 5.23 does not know them and would tokenise the blank or
# the line break before a number differently from what the model has seen.
_DIGITS_APART = frozenset({"smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"})

_BYTES_PER_WEIGHT = 2  # bfloat16
_ROOM = 32 * 2**20  # bytes for the tokenizer, and some air

# The shares of the time when the starter model is converted, by measurement.
_READ, _TOKENIZED, _UNPACKED = 0.01, 0.35, 0.7


def convert(source: Path, folder: Path, report: Callable[[float], None]) -> None:
    """Convert the GGUF file `source` into the existing folder `folder`.

    Args:
        source: a file with the weights of a causal model.
        folder: gets config.json, model.safetensors (or several and their index), and the tokenizer's files.
        report: told the share done, 0 to 1.

    Raises:
        ModelBroken: the file is truncated or damaged.
        ModelUnsupported: it is whole, but holds no causal model that transformers reads.
        ModelTooLarge, ModelNotStored: this machine has not enough memory, or not enough disk.
    """
    name = source.name
    report(0.0)
    header = _checked(source, name)
    _check_room(name, folder, header.weights * _BYTES_PER_WEIGHT)
    report(_READ)

    import torch
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
    local: dict[str, Any] = {"gguf_file": name, "local_files_only": True, "trust_remote_code": False}
    try:
        config = AutoConfig.from_pretrained(source.parent, **local)
        if type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
            raise ModelUnsupported(name, f"it is a {config.model_type} model that does not continue text")
        _check_size(name, folder, config, header)
        tokenizer = AutoTokenizer.from_pretrained(source.parent, **local)
        report(_TOKENIZED)
        model, info = AutoModelForCausalLM.from_pretrained(
            source.parent,
            config=config,
            dtype=torch.bfloat16,
            # Plain weights instead of packed blocks; only such a model can be saved.
            quantization_config=GgufConfig(dequantize=True),
            use_safetensors=True,
            output_loading_info=True,
            **local,
        )
    except MemoryError as error:
        raise ModelTooLarge(name) from error
    except ModelError:
        raise
    except Exception as error:  # of any type: the file is whole, so what transformers cannot read it does not support
        if isinstance(error, RuntimeError) and "allocate" in str(error):
            raise ModelTooLarge(name) from error
        raise ModelUnsupported(name, _unsupported(error, header)) from error
    report(_UNPACKED)
    if info["missing_keys"]:
        raise ModelBroken(name, f"{len(info['missing_keys'])} of its weights are missing")
    if not all(bool(torch.isfinite(weight).all()) for weight in model.parameters()):
        raise ModelBroken(name, "some of its weights are not numbers")
    model.config.name_or_path = name
    tokenizer = _mended(tokenizer, header.text("tokenizer.ggml.pre"), model.get_input_embeddings().num_embeddings)
    try:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    except (OSError, SafetensorError) as error:
        raise ModelNotStored(name, _in_short(error)) from error
    report(1.0)


def _checked(source: Path, name: str) -> Header:
    """The header of a file that is whole, of weights that can be read; raises ModelBroken and ModelUnsupported."""
    try:
        header = read_header(source)
    except OSError as error:
        raise ModelBroken(name, error.strerror or str(error)) from error
    except OtherFormat as error:
        raise ModelUnsupported(name, str(error)) from error
    except (ValueError, struct.error) as error:
        raise ModelBroken(name, "it is no whole GGUF file") from error
    kind = header.text("general.type") or "model"
    if kind != "model":
        raise ModelUnsupported(name, f"it holds no model, but: {kind}")
    if header.number("split.count") > 1:
        raise ModelUnsupported(name, "it is one of several parts")
    if unread := sorted({type_name(tensor.kind) for tensor in header.tensors if not readable(tensor.kind)}):
        raise ModelUnsupported(name, f"its weights are of type {', '.join(unread)}, which cannot be read")
    if header.number(f"{header.text('general.architecture')}.block_count") > len(header.tensors):
        raise ModelBroken(name, "it has fewer layers than it says")
    return header


def _check_size(name: str, folder: Path, config: Any, header: Header) -> None:
    """Whether the model of `config` is no larger than the file, which would be noticed when there is no memory left."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    if parameters > header.weights:
        raise ModelBroken(name, "it has fewer weights than it says")
    _check_room(
        name, folder, parameters * _BYTES_PER_WEIGHT + sum(buffer.numel() * buffer.itemsize for buffer in model.buffers())
    )


def _check_room(name: str, folder: Path, size: int) -> None:
    import psutil

    needed = size + _ROOM
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelNotStored(name, no_room(needed, free))
    if psutil.virtual_memory().available + psutil.swap_memory().free < needed:
        raise ModelTooLarge(name)


def _mended(tokenizer: Any, pre: str, rows: int) -> Any:
    """The tokenizer with what its reader gets wrong put right.

    Args:
        tokenizer: as read from the GGUF.
        pre: the pre-tokeniser that the file names.
        rows: of the embedding. The reader adds GPT-2's "<|endoftext|>" where the vocabulary lacks it, with a number that the
            model has no row for: the word in a text would break the model.
    """
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    raw = json.loads(tokenizer.backend_tokenizer.to_str())
    raw["added_tokens"] = [token for token in raw["added_tokens"] if token["id"] < rows]
    if pre in _DIGITS_APART:
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        digits = {"type": "Digits", "individual_digits": True}
        raw["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [digits, byte_level]}
    special = {
        key: token
        for key, token in tokenizer.special_tokens_map.items()
        if isinstance(token, str) and tokenizer.convert_tokens_to_ids(token) < rows
    }
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(raw)),
        chat_template=tokenizer.chat_template,
        clean_up_tokenization_spaces=False,
        **special,
    )


def _unsupported(error: Exception, header: Header) -> str:
    """Why transformers cannot read a file, in short."""
    if kind := re.search(r"ggml type (\d+)", str(error)):
        return f"its weights are of type {type_name(int(kind[1]))}, which cannot be read"
    architecture = header.text("general.architecture")
    if f"architecture {architecture} is not supported" in str(error):
        return f"transformers does not read “{architecture}” from GGUF"
    if "tokenizer.ggml.tokens" not in header.keys:
        return "it has no tokenizer"
    return _in_short(error)


def _in_short(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__).partition(". ")[0][:160]


def _read_once() -> None:
    """Keep what gguf has read and built: this process reads one file, and ends.

    transformers parses the file once for each of tokenizer, configuration and weights, and builds the same map of names for every
    module: 12 of 19 seconds for the starter model.
    """
    import gguf

    gguf.GGUFReader = functools.cache(gguf.GGUFReader)
    gguf.get_tensor_name_map = functools.cache(gguf.get_tensor_name_map)


def main() -> int:
    """Run as a child process; the exit code is 0 or 1."""
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    os.environ |= {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}  # read when the libraries are imported, below

    def work(tell: child.Tell) -> None:
        _read_once()
        convert(source, folder, lambda share: tell(share=share))

    return child.main(work)


if __name__ == "__main__":
    sys.exit(main())

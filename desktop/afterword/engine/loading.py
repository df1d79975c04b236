"""From a folder to a loaded model, and what to say of one that cannot be loaded.

Damaged files make libraries raise almost anything, in words for programmers. Those go to the log, as the cause of the error; the
user is told which part of the model is at fault.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from afterword.engine.checking import check_memory, claims_held, has_tokenizer, is_masked, is_other, weigh
from afterword.engine.libraries import import_libraries
from afterword.errors import AfterwordError, Cancelled, ModelBroken, ModelRunsCode, ModelTooLarge, ModelUnsupported
from afterword.watch import Watch

if TYPE_CHECKING:
    import torch

    from afterword.engine.local import TransformersModel
    from afterword.engine.tuning import Tuning


def load(
    name: str,
    folder: Path,
    config_json: dict[str, Any],
    watch: Watch,
    exact: bool,
    models_dir: Path,
    device: str,
    small: bool = False,
) -> TransformersModel:
    """Load the model in `folder`.

    Args:
        name: what the user calls it.
        folder: with its configuration, tokenizer and weights.
        config_json: what its config.json holds, which `checking.check_files` has looked at.
        watch: told the stages; cancelling is noticed between them.
        exact: see `opening.open_model`.
        models_dir: where what is fastest on this machine is remembered.
        device: the type of one that is there.
        small: in its smaller and slower form.

    Raises:
        ModelError, MemoryError, Cancelled.
    """
    import_libraries()
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

    from afterword.engine.local import TransformersModel
    from afterword.engine.speeding import runner_for
    from afterword.engine.tuning import tuned

    quiet()
    kind = config_json.get("model_type")
    if not isinstance(kind, str) or kind not in CONFIG_MAPPING:
        raise ModelRunsCode(name) if "auto_map" in config_json else ModelUnsupported(name, f"transformers does not know “{kind}”")
    other = ModelUnsupported(name, f"it is a {kind} model that does not continue text")
    if is_masked(config_json) or is_other(config_json):
        raise other
    held = weigh(name, folder, config_json)
    local: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    with _blaming(name, "config.json is not what it should be", config_json):
        config = AutoConfig.from_pretrained(folder, **local)
        if type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
            raise other
    tuning = None if exact or device != "cpu" else tuned(models_dir)
    dtype = torch.bfloat16 if small else _dtype(torch, exact, tuning)
    check_memory(name, held.parameters, dtype.itemsize)
    watch.report(0.1, "tokenizer")
    with _blaming(name, "its tokenizer cannot be read" if has_tokenizer(folder) else "it has no tokenizer"):
        tokenizer = AutoTokenizer.from_pretrained(folder, **local)
        largest = _largest_token(tokenizer)
    watch.report(0.4, "weights")
    packed = bool(config_json.get("quantization_config"))
    with _blaming(name, "its weights cannot be read", config_json), claims_held(name, held, packed):
        model, info = AutoModelForCausalLM.from_pretrained(
            folder,
            config=config,
            use_safetensors=True,
            ignore_mismatched_sizes=True,  # to be told of them; else they raise
            output_loading_info=True,
            dtype=dtype,
            **local,
        )
        if missing := len(info["missing_keys"]):
            raise ModelBroken(name, f"{missing} of its weights {'is' if missing == 1 else 'are'} missing")
        if info["mismatched_keys"]:
            raise ModelBroken(name, "its weights have other sizes than config.json says")
    watch.check()
    with _blaming(name, "it does not run", config_json):
        if largest >= model.get_input_embeddings().weight.shape[0]:
            raise ModelBroken(name, "its tokenizer has more tokens than the model knows")
        model = model.to(device).eval()
        if exact:
            return TransformersModel(name, model, tokenizer, exact, parameters=held.parameters)
        runner, small = runner_for(model, tuning, small)
        return TransformersModel(name, model, tokenizer, runner=runner, small=small, parameters=held.parameters)


def _largest_token(tokenizer: Any) -> int:
    """The largest token that a text is made of; ValueError where there is none (some tokenizers are made of no file at all).

    Special ones count only where the tokenizer puts them around a text: many a tokenizer has one for padding that its model does
    not know, and never needs.
    """
    special: set[int] = {token for token, added in tokenizer.added_tokens_decoder.items() if added.special}
    tokens: set[int] = set(tokenizer.get_vocab().values()) - special
    return max(tokens.union(tokenizer("a")["input_ids"]))


@contextmanager
def _blaming(name: str, reason: str, config_json: Mapping[str, Any] = MappingProxyType({})) -> Iterator[None]:
    """Whatever a library raises, the model is broken for this `reason`, unless there is a better one.

    Args:
        name: of the model.
        reason: the end of a sentence.
        config_json: where it may say that the weights are quantized, or name what transformers does not know, as an activation.
    """
    import torch

    quantized = bool(config_json.get("quantization_config"))
    try:
        yield
    except (Cancelled, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, torch.OutOfMemoryError) or (isinstance(error, RuntimeError) and "allocate" in str(error)):
            raise ModelTooLarge(name) from error
        if isinstance(error, AfterwordError) and not (quantized and isinstance(error, ModelBroken)):
            raise
        if isinstance(error, ValueError) and "trust_remote_code" in str(error):
            raise ModelRunsCode(name) from error
        if quantized:
            raise ModelUnsupported(name, "it is quantized in a way that Afterword cannot read") from error
        unknown = error.args[0] if isinstance(error, KeyError) and error.args else None
        if isinstance(unknown, str) and json.dumps(unknown) in json.dumps(dict(config_json)):
            raise ModelUnsupported(name, f"transformers does not know “{unknown}”") from error
        raise ModelBroken(name, reason) from error


def _dtype(torch: Any, exact: bool, tuning: Tuning | None) -> torch.dtype:
    """What is computed fastest here: bfloat16 on accelerators and on processors that know it."""
    if exact:
        return torch.float32  # type: ignore[no-any-return]
    return torch.bfloat16 if tuning is None else tuning.dtype


def quiet() -> None:
    """Keep transformers from drawing progress bars and from writing advice to stderr."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
    logging.getLogger("transformers").propagate = False

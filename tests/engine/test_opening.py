"""Opening models by name: folders, GGUF files, hub ids."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from afterword.engine import loading, opening
from afterword.engine.local import TransformersModel
from afterword.engine.opening import open_model
from afterword.engine.protocol import LanguageModel, Request
from afterword.engine.sampling import Sampling
from afterword.errors import Cancelled, HubUnreachable, ModelBroken, ModelMissing, ModelTooLarge, ModelUnsupported
from afterword.sentences import sentence
from afterword.text.context import Context
from afterword.watch import Watch
from tests.engine import tiny
from tests.engine.tiny import tiny_gpt2, tiny_llama


def says(model: object) -> str:
    assert isinstance(model, TransformersModel)
    request = Request(1, Context("The ferry left"), Sampling(temperature=0, max_words=3))
    text = "".join(piece.text for piece in model.complete(request))
    model.close()
    return text


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gpt2(tmp_path_factory.mktemp("models") / "gpt2")


@pytest.fixture
def hub_cache(tmp_path: Path, gpt2: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub cache on disk that holds one model, "writers/tiny", as huggingface_hub lays it out."""
    from huggingface_hub import constants

    cache = tmp_path / "hub"
    repository = cache / "models--writers--tiny"
    shutil.copytree(gpt2, repository / "snapshots" / ("a" * 40))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("a" * 40)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    return cache


def test_a_folder_is_opened_and_says_how_far_it_is(gpt2: Path, models_dir: Path) -> None:
    stages: list[str] = []
    model = open_model(str(gpt2), models_dir, Watch(lambda share, stage: stages.append(stage)))
    assert stages == ["importing", "tokenizer", "weights"]
    assert model.name == str(gpt2)
    assert says(model)


def test_a_gguf_file_is_converted_once_and_opened(gguf: Path, models_dir: Path, conversions: list[Path]) -> None:
    first = says(open_model(str(gguf), models_dir))
    assert says(open_model(str(gguf), models_dir)) == first
    assert len(conversions) == 1


def test_a_converted_model_that_was_damaged_is_made_again(gguf: Path, models_dir: Path, conversions: list[Path]) -> None:
    first = says(open_model(str(gguf), models_dir))
    [weights] = models_dir.rglob("model.safetensors")
    found = os.stat(weights)
    weights.write_bytes(b"\xff" * found.st_size)
    os.utime(weights, ns=(found.st_atime_ns, found.st_mtime_ns))  # nothing but the bytes tells
    assert says(open_model(str(gguf), models_dir)) == first
    assert len(conversions) == 2


def test_a_hub_model_on_this_machine_needs_no_network(hub_cache: Path, models_dir: Path) -> None:
    assert says(open_model("writers/tiny", models_dir))


def test_half_a_model_in_the_hubs_cache_is_as_good_as_none(hub_cache: Path, models_dir: Path) -> None:
    [tokenizer] = hub_cache.rglob("tokenizer.json")
    tokenizer.unlink()
    with pytest.raises(ModelMissing):
        open_model("writers/tiny", models_dir)


def test_a_hub_model_that_is_not_here_is_not_fetched_unasked(hub_cache: Path, models_dir: Path) -> None:
    with pytest.raises(ModelMissing):
        open_model("writers/other", models_dir)


def test_asked_for_without_network_it_says_that_the_hub_is_away(hub_cache: Path, models_dir: Path) -> None:
    with pytest.raises(HubUnreachable):
        open_model("writers/other", models_dir, download=True)


def test_exact_computes_in_float32_whatever_the_file_holds(tmp_path: Path, models_dir: Path) -> None:
    folder = tiny_llama(tmp_path / "llama", dtype=torch.bfloat16)
    plain = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = AutoTokenizer.from_pretrained(folder)("The ferry left", return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        expected = float(plain(ids).logits[0, -1].softmax(-1).max())
    [likeliest] = open_model(str(folder), models_dir, exact=True).likeliest(Context("The ferry left"), 1)
    assert likeliest.probability == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("entry", [{"n_head": 0}, {"n_head": "two"}, {"model_type": ["gpt2"]}])
def test_a_config_that_makes_no_sense_is_refused(gpt2: Path, tmp_path: Path, models_dir: Path, entry: dict[str, object]) -> None:
    folder = Path(shutil.copytree(gpt2, tmp_path / "odd"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | entry))
    with pytest.raises((ModelBroken, ModelUnsupported)):
        open_model(str(folder), models_dir)


def changed_config(folder: Path, **entries: object) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | entries))


def without_tokenizer(folder: Path) -> None:
    for file in folder.glob("tokenizer*"):
        file.unlink()


QUANTIZED = {"quant_method": "bitsandbytes", "load_in_4bit": True}
UNREAD = "it is quantized in a way that Afterword cannot read"


@pytest.mark.parametrize(
    ("damage", "kind", "says"),
    [
        (without_tokenizer, ModelBroken, "it has no tokenizer"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), ModelBroken, "its tokenizer cannot be read"),
        (lambda folder: (folder / "tokenizer.json").write_text("[]"), ModelBroken, "its tokenizer cannot be read"),
        (lambda folder: (folder / "config.json").write_text("[" * 200_000), ModelBroken, "config.json cannot be read"),
        (lambda folder: changed_config(folder, n_positions="many"), ModelBroken, "config.json is not what it should be"),
        (lambda folder: changed_config(folder, n_inner=96), ModelBroken, "its weights have other sizes than config.json says"),
        (lambda folder: changed_config(folder, activation_function="nope"), ModelUnsupported, "does not know “nope”"),
        (lambda folder: changed_config(folder, quantization_config=QUANTIZED), ModelUnsupported, UNREAD),
        (lambda folder: changed_config(folder, quantization_config={"quant_method": "x"}, n_inner=96), ModelUnsupported, UNREAD),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"{}"), ModelBroken, "its weights cannot be read"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_model_is_said_in_words_of_our_own(
    gpt2: Path, tmp_path: Path, models_dir: Path, damage: Callable[[Path], None], kind: type[ModelBroken], says: str
) -> None:
    folder = Path(shutil.copytree(gpt2, tmp_path / "odd"))
    damage(folder)
    with pytest.raises(kind) as caught:
        open_model(str(folder), models_dir)
    assert sentence(caught.value).endswith(f"{says}.")


def test_a_tokenizer_of_a_larger_model_is_refused_before_anybody_types(tmp_path: Path, models_dir: Path) -> None:
    folder = tmp_path / "smaller"
    tiny.gpt2(vocab_size=100).save_pretrained(folder)
    tiny.byte_level().save_pretrained(folder)
    for exact in (False, True):
        with pytest.raises(ModelBroken, match="tokenizer has more tokens than the model knows"):
            open_model(str(folder), models_dir, exact=exact)


def test_a_token_for_padding_that_the_model_does_not_know_does_no_harm(gpt2: Path, tmp_path: Path, models_dir: Path) -> None:
    folder = Path(shutil.copytree(gpt2, tmp_path / "padded"))
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_special_tokens({"pad_token": "<|pad|>"})
    tokenizer.save_pretrained(folder)
    assert says(open_model(str(folder), models_dir)) == says(open_model(str(gpt2), models_dir))


def test_weights_that_are_missing_are_noticed(gpt2: Path, tmp_path: Path, models_dir: Path) -> None:
    folder = Path(shutil.copytree(gpt2, tmp_path / "partial"))
    weights = load_file(folder / "model.safetensors")
    weights.pop(next(name for name in weights if "attn" in name and name.endswith("weight")))
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelBroken, match="missing"):
        open_model(str(folder), models_dir)


def test_a_shard_that_is_missing_is_named(gpt2: Path, tmp_path: Path, models_dir: Path) -> None:
    folder = Path(shutil.copytree(gpt2, tmp_path / "sharded"))
    (folder / "model.safetensors").rename(folder / "model-00001.safetensors")
    index = {"metadata": {}, "weight_map": {"a": "model-00001.safetensors", "b": "model-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelBroken, match="model-00002"):
        open_model(str(folder), models_dir)


@pytest.mark.parametrize("file", ["tokenizer.json", "config.json", "model.safetensors"])
@pytest.mark.parametrize("damage", ["emptied", "cut", "noise"])
def test_damaged_files_are_one_kind_of_error(gpt2: Path, tmp_path: Path, models_dir: Path, file: str, damage: str) -> None:
    folder = Path(shutil.copytree(gpt2, tmp_path / "damaged"))
    whole = (folder / file).read_bytes()
    damaged = {"emptied": b"", "cut": whole[: len(whole) // 2], "noise": os.urandom(len(whole))}[damage]
    (folder / file).write_bytes(damaged)
    with pytest.raises(ModelBroken):
        open_model(str(folder), models_dir)


def test_a_model_that_does_not_fit_is_loaded_in_its_smaller_form_and_says_so(
    gpt2: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = loading.load

    def exhausted(*given: Any, **options: Any) -> LanguageModel:
        if not options:
            raise MemoryError
        return load(*given, **options)

    monkeypatch.setattr(opening, "load", exhausted)
    model = open_model(str(gpt2), models_dir)
    assert model.capabilities.small
    assert says(model)


def test_a_model_that_does_not_fit_at_all_says_so(gpt2: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(opening, "load", exhausted)
    for exact in (False, True):
        with pytest.raises(ModelTooLarge):
            open_model(str(gpt2), models_dir, exact=exact)


def test_a_load_can_be_cancelled(gpt2: Path, models_dir: Path) -> None:
    watch = Watch(lambda share, stage: watch.cancel())
    with pytest.raises(Cancelled):
        open_model(str(gpt2), models_dir, watch)


@pytest.mark.starter
def test_the_starter_continues_a_sentence_in_sensible_english(starter_folder: Path) -> None:
    request = Request(1, Context("Once upon a time,"), Sampling(temperature=0, repetition_penalty=1.0, max_words=12))
    model = open_model(str(starter_folder), starter_folder.parent)
    text = "".join(piece.text for piece in model.complete(request))
    model.close()
    assert text.startswith(" the city of Nova Haven was a thriving metropolis")

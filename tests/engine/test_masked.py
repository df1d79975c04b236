"""Masked models: what they propose for a gap, and which of them is opened."""

from __future__ import annotations

import logging
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer, PreTrainedModel

from afterword.engine import devices
from afterword.engine.masked import MASKS, MaskedModel, catalogue_masked, open_masked
from afterword.errors import ModelBroken, ModelPickled
from tests.engine.tiny import tiny_gpt2
from tests.engine.tiny_masked import tiny_bert, tiny_roberta

N = 8


@pytest.fixture(scope="module", params=[tiny_bert, tiny_roberta], ids=["bert", "roberta"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    made: Path = request.param(tmp_path_factory.mktemp("masked"))
    return made


@pytest.fixture
def model(folder: Path, models_dir: Path) -> MaskedModel:
    return open_masked(folder, models_dir)


def test_the_word_that_fits_both_sides_comes_first_also_where_it_is_two_tokens(model: MaskedModel) -> None:
    assert model.propose("so he ", " bread today", 1, N)[0] == "eats"
    assert model.propose("so he ", " water today", 1, N)[0] == "drinks"


def test_a_word_of_one_token_is_proposed_too(model: MaskedModel) -> None:
    assert model.propose("so she drinks ", " today", 1, N)[0] == "tea"
    assert model.propose("so he eats ", " today", 1, N)[0] == "bread"


def test_only_whole_words_are_proposed_and_no_more_than_asked_for(model: MaskedModel) -> None:
    for words in (1, 2, 3):
        found = model.propose("so he ", " today", words, N)
        assert found
        assert all(1 <= text.count(" ") + 1 <= words for text in found)
        assert all(part.isalpha() for text in found for part in text.split())
        assert len(set(found)) == len(found) <= N


def test_several_words_are_proposed_for_several(model: MaskedModel) -> None:
    assert {"eats bread", "drinks water"} <= set(model.propose("so he ", " today", 2, N)[:6])


def test_they_come_in_the_order_of_their_mean_pseudo_log_likelihood(model: MaskedModel, folder: Path) -> None:
    tokenizer, plain = AutoTokenizer.from_pretrained(folder), AutoModelForMaskedLM.from_pretrained(folder).eval()

    def value(text: str) -> float:
        around, sum_ = tokenizer("so he bread today")["input_ids"], 0.0
        begin = len(tokenizer("so he")["input_ids"]) - 1
        whole = tokenizer(f"so he {text} bread today")["input_ids"]
        tokens = len(whole) - len(around)
        for at in range(begin, begin + tokens):
            ids = torch.tensor([whole])
            ids[0, at] = tokenizer.mask_token_id
            with torch.inference_mode():
                sum_ += float(plain(ids).logits[0, at].log_softmax(-1)[whole[at]])
        return sum_ / tokens

    values = [value(text) for text in model.propose("so he ", " bread today", 1, N)]
    assert len(values) == N
    bfloat16 = 0.2
    assert all(one >= other - bfloat16 for one, other in pairwise(values))


def test_nothing_but_what_is_near_is_read_and_no_more_than_the_model_has_places_for(model: MaskedModel) -> None:
    far = "the tea is water and " * 60
    assert model.propose(far + "so he ", " bread today " + far, 1, N)


@pytest.mark.parametrize("before", ["", "today\n", "he (", "he '", "é "])
@pytest.mark.parametrize("after", ["", ".", "\nhe eats", ") today"])
def test_a_gap_may_be_anywhere(model: MaskedModel, before: str, after: str) -> None:
    for text in model.propose(before, after, 1, N):
        assert text.isalpha()


@pytest.mark.parametrize("before", ["", "so he (", "today\n"])
def test_where_no_space_stands_before_it_a_word_is_made_of_the_tokens_that_have_none(
    model: MaskedModel, folder: Path, before: str
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    for text in model.propose(before, " bread today", 1, N):
        with_it, without = (len(tokenizer(part, add_special_tokens=False)["input_ids"]) for part in (before + text, before))
        assert with_it - without <= MASKS, "what it proposes is what it would read"


def test_what_looks_like_a_mask_is_text(model: MaskedModel, folder: Path) -> None:
    mask = AutoTokenizer.from_pretrained(folder).mask_token
    assert model.propose(f"{mask} he ", f" bread today {mask}", 1, N)


def test_it_stops_between_two_passes(model: MaskedModel) -> None:
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 2

    some = model.propose("so he ", " bread today", 1, N, stopped)
    assert len(asked) == 4, "one pass for one token, and one for the first of two; then it asks for two and for three in vain"
    assert "eats" not in some
    assert model.propose("so he ", " bread today", 1, N, lambda: True) == []


def test_text_is_no_special_token_of_the_model_nor_is_it_logged(model: MaskedModel, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "afterword"):
        model.propose("a secret ", " bread", 1, N)
    assert "secret" not in caplog.text


# --- opening --------------------------------------------------------------------------------------------------------


def test_the_first_masked_model_that_is_installed_is_the_one(models_dir: Path) -> None:
    assert catalogue_masked(models_dir) is None
    tiny_gpt2(models_dir / "a-causal-one")
    assert catalogue_masked(models_dir) is None
    tiny_bert(models_dir / "bert")
    assert catalogue_masked(models_dir) == models_dir / "bert"


@pytest.mark.parametrize(
    ("wanted", "there", "tried"),
    [
        ("auto", ("cuda",), ["cuda", "cpu"]),  # it is full
        ("cuda", ("cuda",), ["cuda", "cpu"]),
        ("cpu", ("cuda",), ["cpu"]),
        ("cuda", (), ["cpu"]),
    ],
)
def test_it_is_loaded_on_the_device_that_is_wanted_and_where_that_is_full_for_the_processor(
    folder: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, there: tuple[str, ...], tried: list[str]
) -> None:
    found: list[str] = []
    move = PreTrainedModel.to

    def full(self: Any, device: str) -> Any:
        found.append(str(device))
        if str(device) == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return move(self, device)

    monkeypatch.setattr(devices, "accelerators", lambda: there)
    monkeypatch.setattr(PreTrainedModel, "to", full)
    model = open_masked(folder, models_dir, wanted)
    assert found == tried
    assert model.propose("so he ", " bread today", 1, N)[0] == "eats"


def test_its_memory_is_given_back(model: MaskedModel) -> None:
    model.close()
    assert not hasattr(model, "_model")


def test_weights_in_a_pickle_are_refused(folder: Path, models_dir: Path, tmp_path: Path) -> None:
    copied = tmp_path / "pickled"
    copied.mkdir()
    for file in folder.iterdir():
        name = "pytorch_model.bin" if file.suffix == ".safetensors" else file.name
        (copied / name).write_bytes(file.read_bytes())
    with pytest.raises(ModelPickled):
        open_masked(copied, models_dir)


def test_one_that_continues_text_is_refused(models_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelBroken):
        open_masked(tiny_gpt2(tmp_path / "gpt2"), models_dir)

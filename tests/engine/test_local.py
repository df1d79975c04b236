"""The local engine, on tiny real models of several architectures."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoTokenizer, MambaConfig, MambaForCausalLM

from afterword.engine.local import PREFILL_CHUNK, TransformersModel
from afterword.engine.protocol import Request
from afterword.engine.sampling import Sampling
from afterword.errors import GenerationFailed
from afterword.text.context import Context
from tests.engine.tiny import PAGE, tiny_gpt2, tiny_llama

GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_words=6)


@pytest.fixture(scope="module", params=[tiny_gpt2, tiny_llama], ids=["gpt2", "llama"])
def parts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    folder: Path = request.param(tmp_path_factory.mktemp("model"))
    return AutoModelForCausalLM.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)


@pytest.fixture
def model(parts: tuple[Any, Any]) -> TransformersModel:
    return TransformersModel("tiny", *parts, exact=True)


def text(model: TransformersModel, before: str, sampling: Sampling = GREEDY) -> str:
    return "".join(piece.text for piece in model.complete(Request(1, Context(before), sampling)))


def generated(parts: tuple[Any, Any], prompt: list[int], count: int, **options: Any) -> list[int]:
    model, _ = parts
    ids = torch.tensor([prompt])
    whole = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=count, do_sample=False, pad_token_id=0, **options
    )
    return [token for token in whole[0, len(prompt) :].tolist() if token != 0]


@pytest.mark.parametrize("penalty", [1.0, 1.2])
@pytest.mark.parametrize("before", ["Once upon a time", "The ferry left the quay at six", PAGE[:400], "x"])
def test_greedy_output_is_that_of_generate_token_for_token(
    parts: tuple[Any, Any], model: TransformersModel, before: str, penalty: float
) -> None:
    sampling = Sampling(temperature=0, repetition_penalty=penalty, max_words=6)
    prompt = model.encode(Context(before), sampling)
    ours = [token.id for token in model.tokens(prompt, sampling)]
    assert ours
    assert ours == generated(parts, prompt, len(ours), repetition_penalty=penalty)


def test_the_text_is_what_the_tokenizer_makes_of_the_tokens(parts: tuple[Any, Any], model: TransformersModel) -> None:
    prompt = model.encode(Context("The ferry"), GREEDY)
    tokens = [token.id for token in model.tokens(prompt, GREEDY)]
    decoded = parts[1].decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    ours = text(model, "The ferry")
    assert ours == decoded.replace("�", "")[: len(ours)]
    assert len(ours) >= len(decoded.rstrip("�").replace("�", ""))


def test_probabilities_are_the_models_own(parts: tuple[Any, Any], model: TransformersModel) -> None:
    prompt = model.encode(Context("The ferry"), GREEDY)
    with torch.inference_mode():
        expected = parts[0](torch.tensor([prompt])).logits[0, -1].softmax(-1)
    first = next(model.tokens(prompt, GREEDY))
    assert first.probability == pytest.approx(float(expected[first.id]), rel=1e-4)


def test_the_same_seed_gives_the_same_text_and_another_seed_another(model: TransformersModel) -> None:
    def sampled(seed: int) -> str:
        return text(model, "The ferry", Sampling(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, seed=seed))

    assert sampled(3) == sampled(3)
    assert len({sampled(seed) for seed in range(3)}) > 1


def test_top_k_of_one_is_greedy_whatever_the_temperature(model: TransformersModel) -> None:
    narrow = Sampling(temperature=2.0, top_k=1, repetition_penalty=1.0, max_words=6)
    assert text(model, "The ferry", narrow) == text(model, "The ferry")


def test_prefill_in_chunks_gives_what_prefill_in_one_piece_gives(parts: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afterword.engine.local.PREFILL_CHUNK", 16)
    chunked, whole = TransformersModel("c", *parts), TransformersModel("w", *parts, exact=True)
    assert len(whole.encode(Context(PAGE[:300]), GREEDY)) > 16
    assert text(chunked, PAGE[:300]) == text(whole, PAGE[:300])


def test_models_with_a_state_of_their_own_are_prefilled_as_they_need_it(
    tmp_path: Path, parts: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afterword.engine.local.PREFILL_CHUNK", 16)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        config = MambaConfig(vocab_size=400, hidden_size=32, num_hidden_layers=2, state_size=4, eos_token_id=0, bos_token_id=0)
        mamba = MambaForCausalLM(config).eval()
        for parameter in mamba.parameters():
            if parameter.dim() > 1:
                torch.nn.init.normal_(parameter, std=0.3)
    chunked = TransformersModel("c", mamba, parts[1])
    prompt = chunked.encode(Context(PAGE[:300]), GREEDY)
    ours = [token.id for token in chunked.tokens(prompt, GREEDY)]
    assert ours == generated((mamba, parts[1]), prompt, len(ours))


def test_it_ends_where_the_model_ends(parts: tuple[Any, Any], model: TransformersModel) -> None:
    prompt = model.encode(Context("The ferry"), GREEDY)
    tokens = [token.id for token in model.tokens(prompt, GREEDY)]
    third = tokens[2]
    monkey = pytest.MonkeyPatch()
    monkey.setattr(parts[0].generation_config, "eos_token_id", [third])
    ended = TransformersModel("e", *parts, exact=True)
    monkey.undo()
    assert [token.id for token in ended.tokens(prompt, GREEDY)] == tokens[: tokens.index(third)]


def test_a_beginning_that_every_text_has_stays_when_the_page_is_cut(
    model: TransformersModel, parts: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = parts[1]
    monkeypatch.setattr(model, "_tokenizer", _Beginning(tokenizer))
    assert model.encode(Context("The ferry"), GREEDY)[0] == 7
    cut = model.encode(Context(PAGE * 3), GREEDY)
    assert cut[0] == 7
    assert cut[1:] == tokenizer(PAGE * 3)["input_ids"][-(len(cut) - 1) :]


class _Beginning:
    """A tokenizer that puts token 7 before every text."""

    bos_token_id = 7

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def __call__(self, text: str) -> dict[str, list[int]]:
        return {"input_ids": [7, *self._tokenizer(text)["input_ids"]]}


def test_the_score_on_a_long_page_is_that_of_the_text_alone(model: TransformersModel) -> None:
    [score] = model.score(Context(PAGE * 3), [" left"])
    assert -60 < score < 0


def test_half_a_character_is_no_reason_to_break(model: TransformersModel) -> None:
    assert isinstance(text(model, "abc \ud83d"), str)


def test_a_page_longer_than_the_models_positions_is_cut_at_its_beginning(model: TransformersModel) -> None:
    prompt = model.encode(Context(PAGE * 3), GREEDY)
    assert len(prompt) < 256 <= len(PAGE * 3) // 4
    assert len(list(model.tokens(prompt, GREEDY))) > 0


def test_it_stops_within_one_token(model: TransformersModel) -> None:
    said: list[str] = []
    for piece in model.complete(Request(1, Context("The ferry"), GREEDY), stopped=lambda: len(said) >= 3):
        said.append(piece.text)
    assert len(said) == 3


def test_stopped_before_it_began_it_computes_nothing(model: TransformersModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afterword.engine.local.Decoding.logits_after", lambda *_: pytest.fail("computed"))
    assert list(model.complete(Request(1, Context("The ferry"), GREEDY), stopped=lambda: True)) == []


def test_it_stops_between_the_chunks_of_a_prefill(parts: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afterword.engine.local.PREFILL_CHUNK", 16)
    looks = itertools.count()
    model = TransformersModel("c", *parts)
    assert list(model.complete(Request(1, Context(PAGE[:300]), GREEDY), stopped=lambda: next(looks) >= 2)) == []
    assert next(looks) == 3
    assert PREFILL_CHUNK > 16


def test_an_empty_page_is_continued_from_the_models_own_beginning(model: TransformersModel) -> None:
    assert model.encode(Context(""), GREEDY) == [0]


def test_the_preface_comes_before_the_page(model: TransformersModel, parts: tuple[Any, Any]) -> None:
    prompt = model.encode(Context("The ferry", preface="A tale."), GREEDY)
    assert parts[1].decode(prompt) == "A tale.\n\nThe ferry"


def test_a_broken_model_says_so_as_a_type(model: TransformersModel, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> torch.Tensor:
        return torch.full((1, 400), float("nan"))

    monkeypatch.setattr("afterword.engine.local.Decoding.logits_after", broken)
    with pytest.raises(GenerationFailed):
        text(model, "The ferry", Sampling(temperature=1.0))


def test_likeliest_and_candidates_begin_with_the_same_tokens(model: TransformersModel) -> None:
    likeliest = model.likeliest(Context("The ferry"), 3)
    assert [p.probability for p in likeliest] == sorted((p.probability for p in likeliest), reverse=True)
    candidates = model.candidates(Request(1, Context("The ferry"), GREEDY), 3)
    firsts = ["".join(piece.text for piece in pieces) for pieces in candidates]
    assert len(set(firsts)) == 3
    for token, whole in zip(likeliest, firsts, strict=True):
        assert whole.startswith(token.text)


def test_the_score_of_a_text_is_the_sum_over_its_tokens(model: TransformersModel, parts: tuple[Any, Any]) -> None:
    ids = parts[1]("The ferry left", return_tensors="pt")["input_ids"]
    start = len(model.encode(Context("The ferry"), GREEDY))
    with torch.inference_mode():
        logs = parts[0](ids).logits[0].log_softmax(-1)
    expected = sum(float(logs[at - 1, ids[0, at]]) for at in range(start, ids.shape[-1]))
    assert model.score(Context("The ferry"), [" left", ""]) == pytest.approx([expected, 0.0], rel=1e-4)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.text(min_size=1, max_size=40), temperature=st.sampled_from([0.0, 0.7, 2.0]))
def test_any_text_can_be_continued_and_only_whole_characters_come_out(
    model: TransformersModel, before: str, temperature: float
) -> None:
    before = before.encode("utf-8", "ignore").decode()
    sampling = Sampling(temperature=temperature, max_words=2, seed=1)
    for piece in model.complete(Request(1, Context(before or "x"), sampling)):
        assert piece.text
        assert "�" not in piece.text
        assert 0 <= piece.probability <= 1

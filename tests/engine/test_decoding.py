"""What the local engine decodes, against transformers' own `generate` and against itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import torch

from afterword.engine import following
from afterword.engine.local import TransformersModel
from afterword.engine.protocol import Request
from afterword.engine.sampling import Sampling
from afterword.text.characters import printable
from afterword.text.context import Context
from tests.engine.bigrams import Bigrams
from tests.engine.tiny import PAGE, VOCABULARY, byte_level, llama, mamba, mistral
from tests.engine.tiny_models import GREEDY, generated, said, text
from tests.engine.tiny_models import counting as counting
from tests.engine.tiny_models import healing as healing
from tests.engine.tiny_models import model as model
from tests.engine.tiny_models import parts as parts
from tests.engine.tiny_models import runner as runner
from tests.engine.tiny_tokenizers import word_piece

# --- exact mode -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("penalty", [1.0, 1.2])
@pytest.mark.parametrize("before", ["Once upon a time", "The ferry left the quay at six", "The ferry lef", PAGE[:400], "x"])
def test_greedy_output_is_that_of_generate_token_for_token(
    parts: tuple[Any, Any], model: TransformersModel, before: str, penalty: float
) -> None:
    sampling = Sampling(temperature=0, repetition_penalty=penalty, max_words=6)
    prompt = model.encode(Context(before))
    ours = [token.id for token in model.decoding.tokens(prompt, sampling)]
    assert ours
    assert ours == generated(parts, prompt, len(ours), repetition_penalty=penalty)


def test_a_half_typed_word_is_left_as_it_is_tokenised(parts: tuple[Any, Any], model: TransformersModel) -> None:
    prompt = model.encode(Context("The ferry lef"))
    assert prompt == parts[1]("The ferry lef")["input_ids"]
    tokens = generated(parts, prompt, 56)
    decoded = parts[1].decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False).replace("�", "")
    assert text(model, "The ferry lef")[:20] == printable(decoded)[:20]


def test_the_text_is_what_the_tokenizer_makes_of_the_tokens(parts: tuple[Any, Any], model: TransformersModel) -> None:
    prompt = model.encode(Context("The ferry"))
    tokens = [token.id for token in model.decoding.tokens(prompt, GREEDY)]
    decoded = parts[1].decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    decoded = printable(decoded)  # but for what no page shows
    ours = text(model, "The ferry")
    assert ours == decoded.replace("�", "")[: len(ours)]
    assert len(ours) >= len(decoded.rstrip("�").replace("�", ""))


def test_probabilities_are_the_models_own(parts: tuple[Any, Any], model: TransformersModel) -> None:
    prompt = model.encode(Context("The ferry"))
    with torch.inference_mode():
        expected = parts[0](torch.tensor([prompt])).logits[0, -1].softmax(-1)
    first = next(model.decoding.tokens(prompt, GREEDY))
    assert first.probability == pytest.approx(float(expected[first.id]), rel=1e-4)


def test_prefill_is_in_one_piece(model: TransformersModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "CHUNK", 16)
    looks = itertools.count()
    prompt = model.encode(Context(PAGE[:300]))
    next(model.decoding.tokens(prompt, GREEDY, stopped=lambda: next(looks) < 0))
    assert next(looks) == 2  # before the prefill, and after it


# --- both modes -----------------------------------------------------------------------------------------------------


def test_after_a_space_both_modes_say_the_same(model: TransformersModel, healing: TransformersModel) -> None:
    for before in ("The end.\n", PAGE[: PAGE.index("\n") + 1]):
        assert text(healing, before) == text(model, before)


def test_the_same_seed_gives_the_same_text_and_another_seed_another(healing: TransformersModel) -> None:
    def sampled(seed: int) -> str:
        return text(healing, "The ferry", Sampling(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, seed=seed))

    assert sampled(3) == sampled(3)
    assert len({sampled(seed) for seed in range(3)}) > 1


def test_top_k_of_one_is_greedy_whatever_the_temperature(healing: TransformersModel) -> None:
    narrow = Sampling(temperature=2.0, top_k=1, repetition_penalty=1.0, max_words=6)
    assert text(healing, "The ferry", narrow) == text(healing, "The ferry")


def test_prefill_in_chunks_gives_what_prefill_in_one_piece_gives(parts: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "CHUNK", 16)
    chunked, whole = TransformersModel("c", *parts), TransformersModel("w", *parts, exact=True)
    prompt = whole.encode(Context(PAGE[:300]))
    assert len(prompt) > 16
    assert [t.id for t in chunked.decoding.tokens(prompt, GREEDY)] == [t.id for t in whole.decoding.tokens(prompt, GREEDY)]


@pytest.mark.parametrize("make", [mamba, lambda: mistral(sliding_window=16)], ids=["mamba", "sliding window"])
def test_models_that_cannot_be_cut_back_are_right_too(make: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "CHUNK", 16)
    raw = make()
    model = TransformersModel("c", raw, byte_level())
    for before in (PAGE[:300], PAGE[:310], PAGE[:290]):
        prompt = model.encode(Context(before))
        ours = [token.id for token in model.decoding.tokens(prompt, GREEDY)]
        assert ours == generated((raw, None), prompt, len(ours))
    first = text(model, "The ferry lef")
    assert len(model.candidates(Request(1, Context("The ferry lef"), GREEDY), 3)) > 0
    model.score(Context("The ferry lef"), ["t the quay", "t"])
    assert text(model, "The ferry lef") == first


def test_it_ends_where_the_model_ends(parts: tuple[Any, Any], model: TransformersModel) -> None:
    prompt = model.encode(Context("The ferry"))
    tokens = [token.id for token in model.decoding.tokens(prompt, GREEDY)]
    third = tokens[2]
    monkey = pytest.MonkeyPatch()
    monkey.setattr(parts[0].generation_config, "eos_token_id", [third])
    ended = TransformersModel("e", *parts, exact=True)
    monkey.undo()
    assert [token.id for token in ended.decoding.tokens(prompt, GREEDY)] == tokens[: tokens.index(third)]


def test_it_ends_where_the_tokenizer_ends_every_text() -> None:
    tokenizer = word_piece()
    runner = Bigrams([], len(tokenizer))
    runner.logits[:, tokenizer.sep_token_id] = 10.0
    model = TransformersModel("x", llama(vocab_size=len(tokenizer)), tokenizer, runner=runner)
    assert model.encode(Context("the ferry"))[-1] != tokenizer.sep_token_id
    assert text(model, "the ferry\n") == ""


def test_it_stops_within_one_token(healing: TransformersModel) -> None:
    pieces: list[str] = []
    for piece in healing.complete(Request(1, Context("The ferry "), GREEDY), stopped=lambda: len(pieces) >= 3):
        pieces.append(piece.text)
    assert len(pieces) == 3


def test_stopped_before_it_began_it_computes_nothing(counting: TransformersModel, runner: Bigrams) -> None:
    assert list(counting.complete(Request(1, Context("The ferry"), GREEDY), stopped=lambda: True)) == []
    assert counting.candidates(Request(1, Context("The ferry"), GREEDY), 3, stopped=lambda: True) == []
    assert runner.computed == []


def test_it_stops_between_the_chunks_of_a_prefill(
    counting: TransformersModel, runner: Bigrams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "CHUNK", 16)
    looks = itertools.count()
    assert list(counting.complete(Request(1, Context(PAGE[:300]), GREEDY), stopped=lambda: next(looks) >= 2)) == []
    assert len(runner.computed) == 2 * 16


def test_an_iterator_that_was_closed_leaves_the_model_ready(healing: TransformersModel) -> None:
    expected = text(healing, "The ferry ")
    iterator = healing.complete(Request(1, Context("The ferry "), GREEDY))
    next(iterator)
    iterator.close()  # type: ignore[attr-defined]
    assert text(healing, "The ferry ") == expected


def test_likeliest_and_candidates_begin_with_the_same_tokens(healing: TransformersModel) -> None:
    context = Context("The end.\n")
    likeliest = healing.likeliest(context, 3)
    assert [p.probability for p in likeliest] == sorted((p.probability for p in likeliest), reverse=True)
    firsts = [said(pieces) for pieces in healing.candidates(Request(1, context, GREEDY), 3)]
    assert len(set(firsts)) == 3
    for token in likeliest:  # but not one that is half a character
        assert any(first.startswith(token.text) for first in firsts)


def test_candidates_end_where_they_are_whole(healing: TransformersModel) -> None:
    request = Request(1, Context("The end.\n"), GREEDY)
    found = healing.candidates(request, 3, whole=lambda pieces: len(pieces) >= 2)
    assert all(len(pieces) <= 3 for pieces in found)


def test_the_score_of_a_text_is_the_sum_over_its_tokens(model: TransformersModel, parts: tuple[Any, Any]) -> None:
    ids = parts[1]("The ferry left", return_tensors="pt")["input_ids"]
    start = len(model.encode(Context("The ferry")))
    with torch.inference_mode():
        logs = parts[0](ids).logits[0].log_softmax(-1)
    expected = sum(float(logs[at - 1, ids[0, at]]) for at in range(start, ids.shape[-1]))
    assert model.score(Context("The ferry"), [" left", ""]) == pytest.approx([expected, 0.0], rel=1e-4)


def test_the_score_on_a_long_page_is_that_of_the_text_alone(model: TransformersModel) -> None:
    scores = model.score(Context(PAGE * 3), [" left", PAGE])
    assert scores is not None
    assert -60 < scores[0] < 0
    assert scores[1] < scores[0]  # as far as there are positions
    assert model.score(Context(PAGE), [" left"], stopped=lambda: True) is None


def test_a_score_is_the_same_whatever_was_asked_before(healing: TransformersModel) -> None:
    context = Context("The end.\n")
    fresh = healing.score(context, ["Then she left", "It"])
    text(healing, "The end.\n")
    healing.candidates(Request(1, context, GREEDY), 3)
    healing.likeliest(context, 2)
    assert healing.score(context, ["Then she left", "It"]) == pytest.approx(fresh, rel=1e-4)


def test_what_a_word_that_stands_had_of_ending_comes_with_the_next_piece(parts: tuple[Any, Any]) -> None:
    model, tokenizer = TransformersModel("t", *parts), parts[1]
    iterator = model.complete(Request(1, Context("The end.\n"), GREEDY))
    first, prompt = next(iterator), model.encode(Context("The end.\n"))
    with torch.inference_mode():
        expected = parts[0](torch.tensor([prompt])).logits[0, -1].softmax(-1)
    names = tokenizer.convert_ids_to_tokens(range(VOCABULARY))
    ends = sum(float(p) for name, p in zip(names, expected, strict=True) if name[0] in "ĠĊ" or name == "<|end|>")
    words = sum(float(p) for name, p in zip(names, expected, strict=True) if name[0].isalpha() and name[0].isascii())
    assert ends <= first.new_word <= 1.0001 - words

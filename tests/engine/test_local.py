"""The local engine, on tiny real models of several architectures."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afterword.engine import prompting
from afterword.engine.following import Following
from afterword.engine.llama import Llama
from afterword.engine.local import TransformersModel
from afterword.engine.opening import open_model
from afterword.engine.protocol import Request
from afterword.engine.sampling import Sampling
from afterword.engine.tuning import Tuning
from afterword.errors import GenerationFailed
from afterword.text.context import Context
from tests.engine.bigrams import Bigrams
from tests.engine.tiny import PAGE, VOCABULARY, byte_level, llama
from tests.engine.tiny_models import GREEDY, text
from tests.engine.tiny_models import counting as counting
from tests.engine.tiny_models import healing as healing
from tests.engine.tiny_models import model as model
from tests.engine.tiny_models import parts as parts
from tests.engine.tiny_models import runner as runner
from tests.engine.tiny_tokenizers import llama_2, unigram, word_piece

SAMPLES = Path(__file__).parents[2] / "resources" / "samples"


# --- the context ----------------------------------------------------------------------------------------------------


def test_an_empty_page_is_continued_from_the_models_own_beginning(model: TransformersModel) -> None:
    assert model.encode(Context("")) == [0]


def test_the_preface_comes_before_the_page(model: TransformersModel, parts: tuple[Any, Any]) -> None:
    prompt = model.encode(Context("The ferry", preface="A tale."))
    assert parts[1].decode(prompt) == "A tale.\n\nThe ferry"


def test_a_page_longer_than_the_models_positions_is_cut_at_its_beginning(model: TransformersModel) -> None:
    prompt = model.encode(Context(PAGE * 3))
    assert len(prompt) < 256 <= len(PAGE * 3) // 4
    assert len(list(model.decoding.tokens(prompt, GREEDY))) > 0


def test_a_long_page_slides_in_large_steps(counting: TransformersModel, runner: Bigrams) -> None:
    """Over 300 keystrokes in a page that is longer than the window hardly more is computed than what is new."""
    page = PAGE * 4
    assert len(byte_level()(page)["input_ids"]) > 2 * prompting.CONTEXT_TOKENS
    counting.warm(Context(page[:5000]))
    before = len(runner.computed)
    for end in range(5001, 5301):
        counting.warm(Context(page[:end]))
    assert len(runner.computed) - before < 2 * prompting.CONTEXT_TOKENS
    for end in range(5300, 5280, -1):
        counting.warm(Context(page[:end]))
    assert len(runner.computed) - before < 2 * prompting.CONTEXT_TOKENS + 20


@pytest.mark.parametrize("room", [None, 40, 300, 2000])
def test_the_window_keeps_the_end_of_the_page_and_what_stands_before_it(room: int | None) -> None:
    tokenizer = llama_2()
    asked = prompting.Prompting(tokenizer, frozenset({tokenizer.eos_token_id}))
    plain = tokenizer(PAGE * 4, add_special_tokens=False)["input_ids"]
    most = min(prompting.CONTEXT_TOKENS, room or prompting.CONTEXT_TOKENS)
    for preface in ("", "A tale of the sea."):
        tokens = asked.tokens(prompting.Prompt(preface, PAGE * 4), room)
        assert tokens[0] == tokenizer.bos_token_id
        assert most * 0.7 < len(tokens) <= most
        head = tokenizer(f"{preface}\n\n")["input_ids"] if preface else tokens[:1]
        assert tokens[: len(head)] == head[: most // 2]
        assert tokens[-20:] == plain[-20:]


def test_a_preface_longer_than_the_window_leaves_half_of_it_to_the_page() -> None:
    asked = prompting.Prompting(byte_level(), frozenset({0}))
    tokens = asked.tokens(prompting.Prompt(PAGE, PAGE), 100)
    assert len(tokens) <= 100
    assert tokens[:50] == byte_level()(PAGE)["input_ids"][:50]
    assert tokens[-20:] == byte_level()(PAGE)["input_ids"][-20:]


@pytest.mark.parametrize("make", [llama_2, unigram, word_piece])
def test_what_a_tokenizer_puts_behind_every_text_is_not_given(make: Callable[[], Any]) -> None:
    tokenizer = make()
    model = TransformersModel("x", llama(vocab_size=len(tokenizer)), tokenizer)
    prompt = model.encode(Context("the ferry", preface="A note."))
    text_of_it = tokenizer.decode(prompt, skip_special_tokens=False)
    assert text_of_it.rstrip().endswith("the ferry")
    assert "[SEP]" not in text_of_it


def test_warming_computes_what_the_request_needs(counting: TransformersModel, runner: Bigrams) -> None:
    context = Context("The ferry left the qua")
    counting.warm(context)
    computed = list(runner.computed)
    next(counting.complete(Request(1, context, GREEDY)))
    assert runner.computed[: len(computed)] == computed
    assert len(computed) > len(runner.computed) - len(computed)


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["The ferry ", "The ferry lef"])
def test_logits_that_are_no_numbers_fail_and_the_next_request_works(healing: TransformersModel, before: str) -> None:
    context = Context(before)
    expected = text(healing, before)
    requests: list[Callable[[], object]] = [
        lambda: list(healing.complete(Request(1, context, Sampling(temperature=1.0)))),
        lambda: list(healing.complete(Request(1, context, GREEDY))),
        lambda: healing.candidates(Request(1, context, GREEDY), 3),
        lambda: healing.likeliest(context, 3),
    ]
    for broken in (math.nan, math.inf):
        for ask in requests:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(Following, "logits_after", lambda *_, broken=broken: torch.full((VOCABULARY,), broken))
                with pytest.raises(GenerationFailed):
                    ask()
            assert text(healing, before) == expected


def test_what_was_computed_wrongly_is_not_kept(
    counting: TransformersModel, runner: Bigrams, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(runner, "logits", torch.full_like(runner.logits, math.nan))
        with pytest.raises(GenerationFailed):
            text(counting, "The end.\n")
    assert text(counting, "The end.\n")


def test_a_model_that_breaks_in_the_middle_says_so_and_works_again(
    healing: TransformersModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = text(healing, "The ferry ")
    iterator = healing.complete(Request(1, Context("The ferry "), GREEDY))
    next(iterator)
    with monkeypatch.context() as patch:
        patch.setattr(Following, "_extend", lambda *_: 1 / 0)
        with pytest.raises(GenerationFailed):
            list(iterator)
    assert text(healing, "The ferry ") == expected


@pytest.mark.parametrize("silent", ["special", "unknown"])
def test_a_model_that_says_nothing_but_special_tokens_ends_soon(silent: str) -> None:
    tokenizer = llama_2()
    token = tokenizer.unk_token_id if silent == "special" else len(tokenizer) + 1
    runner = Bigrams([], len(tokenizer) + 4)
    runner.logits[:, token] = 20.0
    model = TransformersModel("x", llama(vocab_size=len(tokenizer) + 4), tokenizer, runner=runner)
    for before in ("The end.\n", "The en"):
        runner.computed.clear()
        long = Sampling(temperature=0, repetition_penalty=1.0, max_words=500)
        assert len(text(model, before, long)) < 3
        assert len(runner.computed) < 30


class Broken:
    """A tokenizer, but for what is broken in it."""

    def __init__(self, **broken: Any) -> None:
        self._tokenizer = byte_level()
        self._broken = broken

    def __getattr__(self, name: str) -> Any:
        return self._broken[name] if name in self._broken else getattr(self._tokenizer, name)

    def __len__(self) -> int:
        return int(self._broken.get("length", len(self._tokenizer)))

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._broken["call"]() if "call" in self._broken else self._tokenizer(*args, **options)


@pytest.mark.parametrize("length", [10, 4000])
def test_a_vocabulary_of_another_size_than_the_models_is_no_reason_to_break(length: int) -> None:
    model = TransformersModel("x", llama(vocab_size=300), Broken(length=min(length, 400)))
    assert isinstance(text(model, "the\n"), str)


def test_a_tokenizer_that_makes_no_tokens_makes_no_text() -> None:
    model = TransformersModel("x", llama(), Broken(call=lambda: {"input_ids": []}, bos_token_id=None, eos_token_id=None))
    model.decoding.tokenizer._broken["convert_tokens_to_ids"] = lambda _: None
    context = Context("The end.\n")
    assert text(model, "The end.\n") == ""
    assert model.likeliest(context, 3) == []
    assert model.candidates(Request(1, context), 3) == []
    assert model.score(context, ["a", "b"]) == [0.0, 0.0]
    model.warm(context)


def test_tokens_that_the_model_does_not_have_fail_as_a_type(tmp_path: Path) -> None:
    model = TransformersModel("x", llama(vocab_size=100), byte_level())
    with pytest.raises(GenerationFailed):
        text(model, "The ferry left the quay at six. ")


@pytest.mark.parametrize(
    "before",
    [
        "abc \ud83d",
        "\ud83d",
        "\0",
        "a" * 20_000,
        "😀" * 3000,
        "e" + "\u0301" * 500,
        "שלום ",
        "\u202eabc",
        " " * 5000,
        "\n" * 5000,
    ],
    ids=["half", "half alone", "nul", "letters", "emoji", "marks", "hebrew", "override", "spaces", "lines"],
)
def test_odd_text_is_no_reason_to_break(before: str) -> None:
    model, sampling = TransformersModel("x", llama(), byte_level()), Sampling(temperature=0, max_words=2)
    assert isinstance(text(model, before, sampling), str)
    model.candidates(Request(1, Context(before), sampling), 2)
    model.score(Context(before), ["a", ""])
    model.warm(Context(before, preface=before))


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.text(min_size=1, max_size=40), temperature=st.sampled_from([0.0, 0.7, 2.0]))
def test_any_text_can_be_continued_and_only_whole_characters_come_out(
    healing: TransformersModel, before: str, temperature: float
) -> None:
    sampling = Sampling(temperature=temperature, max_words=2, seed=1)
    for piece in healing.complete(Request(1, Context(before), sampling)):
        assert piece.text
        assert "�" not in piece.text
        assert 0 <= piece.probability <= 1
        assert 0 <= piece.new_word <= 1.0001


def test_a_model_that_was_closed_holds_nothing(parts: tuple[Any, Any]) -> None:
    model = TransformersModel("x", *parts)
    text(model, "The ferry")
    model.close()
    with pytest.raises(AttributeError):
        model.encode(Context("The ferry"))


# --- the fast path against the exact one ----------------------------------------------------------------------------


def test_a_model_agrees_with_itself(parts: tuple[Any, Any], healing: TransformersModel, model: TransformersModel) -> None:
    found = healing.agreement(model, PAGE[:300])
    assert found.argmax == 1.0
    assert found.nll_change == pytest.approx(0.0, abs=1e-4)


def test_a_model_disagrees_with_another(model: TransformersModel) -> None:
    worse = TransformersModel("worse", llama(), byte_level(), runner=Bigrams([], VOCABULARY))
    assert worse.agreement(model, PAGE[:300]).argmax < 0.5


def test_measuring_runs_the_prompt_and_the_steps(counting: TransformersModel, runner: Bigrams) -> None:
    speed = counting.measure(PAGE[:60], prompt=100, new=5)
    assert len(runner.computed) == 105
    assert speed.prefill_s > 0 < speed.decode_s


@pytest.mark.starter
def test_the_fast_path_of_the_starter_is_near_the_exact_one(
    starter_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (SAMPLES / "report" / "essay.txt").read_text("utf-8")
    tuning = Tuning(packed=True, rows=16, half=True, threads=torch.get_num_threads())
    monkeypatch.setattr("afterword.engine.tuning.tuned", lambda _: tuning)
    fast = open_model(str(starter_folder), tmp_path)
    exact = open_model(str(starter_folder), tmp_path, exact=True)
    assert isinstance(fast, TransformersModel)
    assert isinstance(exact, TransformersModel)
    assert isinstance(fast.decoding.following._runner, Llama)
    found = fast.agreement(exact, page[:700])
    assert found.argmax >= 0.93
    assert abs(found.nll_change) <= 0.02


def test_how_much_the_model_is_given_is_counted_as_it_is_given(model: TransformersModel) -> None:
    seen = model.seen(Context("The ferry left", preface="A tale."))
    assert seen.notes + seen.page == len(model.encode(Context("The ferry left", preface="A tale.")))
    assert (seen.notes_left_out, seen.characters) == (0, len("The ferry left"))
    assert model.seen(Context("The ferry left")).notes == 0
    full = model.seen(Context(PAGE * 3, preface=PAGE))
    assert full.notes + full.page <= full.room
    assert full.notes == full.room // 2
    assert full.notes_left_out > 0
    assert 0 < full.characters < len(PAGE * 3)

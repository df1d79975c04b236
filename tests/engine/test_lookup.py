"""Guesses: what is guessed, and that guesses change nothing but the time."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.engine import lookup
from afterword.engine.llama import Llama
from afterword.engine.local import TransformersModel
from afterword.engine.lookup import GUESSES, MATCH, guess
from afterword.engine.protocol import Request
from afterword.engine.sampling import Sampling
from afterword.engine.spelled import Token
from afterword.text.context import Context
from tests.engine.bigrams import Bigrams
from tests.engine.tiny import PAGE, VOCABULARY, byte_level, gpt2, llama, mamba

GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_words=3)
DRAWN = Sampling(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, repetition_penalty=1.1, max_words=3, seed=4)


def test_what_came_after_the_same_tokens_is_guessed_again() -> None:
    assert guess([1, 2, 3, 4, 5, 6, 7, 9, 1, 2, 3]) == [4, 5, 6]


def test_the_latest_occurrence_counts() -> None:
    assert guess([1, 2, 3, 4, 1, 2, 3, 5, 9, 9, 1, 2, 3])[0] == 5


def test_a_repetition_of_one_token_is_guessed_to_go_on() -> None:
    assert guess([7] * (MATCH + 1)) == [7]


def test_an_earlier_text_is_looked_at_when_this_one_holds_nothing() -> None:
    assert guess([8, 1, 2, 3], earlier=[5, 1, 2, 3, 4]) == [4]
    assert guess([1, 2, 3, 6, 1, 2, 3], earlier=[1, 2, 3, 4])[0] == 6


@pytest.mark.parametrize("tokens", [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4, 5, 6], [1, 2, 3, 9, 2, 3]])
def test_without_an_occurrence_nothing_is_guessed(tokens: list[int]) -> None:
    assert guess(tokens) == []


@given(tokens=st.lists(st.integers(0, 3), max_size=30), earlier=st.lists(st.integers(0, 3), max_size=30))
def test_every_guess_followed_the_same_tokens_somewhere(tokens: list[int], earlier: list[int]) -> None:
    found = guess(tokens, earlier)
    assert len(found) <= GUESSES
    if found:
        run = [*tokens[-MATCH:], *found]
        assert any(text[at : at + len(run)] == run for text in (tokens, earlier) for at in range(len(text)))


# --- with a model -------------------------------------------------------------------------------------------------------


@cache
def model_of(name: str) -> TransformersModel:
    """In float32 and unpacked, where a token's logits are the same whatever they are computed beside."""
    model = {"llama": llama, "gpt2": gpt2, "mamba": mamba}[name]()
    runner = Llama(copy.deepcopy(model), packed=False) if name == "llama" else None
    return TransformersModel(name, model, byte_level(), runner=runner)


def tokens_of(model: TransformersModel, context: Context, sampling: Sampling) -> list[Token]:
    prompt, typed = model._prompt(context)
    return list(model.decoding.tokens(prompt, sampling, typed=typed))


@pytest.mark.parametrize("name", ["llama", "gpt2", "mamba"])
@pytest.mark.parametrize("sampling", [GREEDY, DRAWN], ids=["greedy", "drawn"])
@settings(deadline=None, max_examples=8)
@given(data=st.data())
def test_the_tokens_are_the_same_with_guesses_and_without(name: str, sampling: Sampling, data: st.DataObject) -> None:
    model = model_of(name)
    context = Context(PAGE[: data.draw(st.integers(1, 300))])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "guess", lambda *_: [])
        plain = tokens_of(model, context, sampling)
        prompt = model._prompt(context)[0]
        said = [token.id for token in plain]

        def guessed(text: Sequence[int], earlier: Sequence[int] = ()) -> list[int]:
            right = said[len(text) - len(prompt) :][: data.draw(st.integers(0, 3))]
            return [*right, *data.draw(st.lists(st.integers(0, VOCABULARY - 1), max_size=2))]

        patch.setattr(lookup, "guess", guessed)
        with_guesses = tokens_of(model, context, sampling)
    assert said == [token.id for token in with_guesses]
    assert [token.probability for token in plain] == pytest.approx([token.probability for token in with_guesses], abs=1e-4)


def test_a_right_guess_saves_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = Bigrams(byte_level()(PAGE)["input_ids"], VOCABULARY)
    model = TransformersModel("x", llama(), byte_level(), runner=runner)
    context = Context("The ferry left the quay.\n")
    monkeypatch.setattr(lookup, "guess", lambda *_: [])
    said = [token.id for token in tokens_of(model, context, GREEDY)]
    without, prompt = len(runner.passes), model._prompt(context)[0]
    monkeypatch.setattr(lookup, "guess", lambda text, _: said[len(text) - len(prompt) :][:3])
    model.decoding.following.forget()
    assert [token.id for token in tokens_of(model, context, GREEDY)] == said
    assert len(runner.passes) - without < without / 2


def test_the_last_suggestion_is_where_guesses_come_from(monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of("llama")
    first = [token.id for token in tokens_of(model, Context("The ferry "), GREEDY)]
    earlier: list[Sequence[int]] = []

    def guessed(_: Sequence[int], said: Sequence[int]) -> list[int]:
        earlier.append(list(said))
        return []

    monkeypatch.setattr(lookup, "guess", guessed)
    tokens_of(model, Context("The ferry "), GREEDY)
    assert earlier[-1] == first


@pytest.mark.parametrize("name", ["llama", "gpt2"])
def test_guesses_end_where_the_models_positions_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "guess", lambda *_: [1, 2, 3])
    model = model_of(name)
    sampling = Sampling(temperature=0, repetition_penalty=1.0, max_words=20)
    prompt = [5] * (256 - 20)
    assert len(list(model.decoding.tokens(prompt, sampling))) == 20


def test_exact_mode_guesses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "guess", lambda *_: pytest.fail("guessed"))
    model = TransformersModel("x", gpt2(), byte_level(), exact=True)
    assert list(model.complete(Request(1, Context("The ferry"), GREEDY)))

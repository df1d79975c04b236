"""The computation that follows the cursor: what it computes, and that it is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from afterword.engine import cache as cache_module
from afterword.engine import following as module
from afterword.engine.following import CHUNK, Following
from afterword.engine.llama import Llama
from afterword.engine.runner import Runner, TransformersRunner
from tests.engine.bigrams import Bigrams
from tests.engine.tiny import VOCABULARY, gemma_3, gpt2, lfm_2, llama, mamba, mistral, phi_3

TEXT = torch.randint(1, VOCABULARY, (3 * CHUNK,), generator=torch.Generator().manual_seed(5)).tolist()
SHORT = TEXT[:20]


@pytest.fixture
def runner() -> Bigrams:
    return Bigrams(TEXT, VOCABULARY)


@pytest.fixture
def following(runner: Bigrams) -> Following:
    return Following(runner)


@pytest.mark.parametrize(
    ("then", "computed"),
    [
        ([*SHORT, 1], [1]),
        ([*SHORT, 1, 2, 3], [1, 2, 3]),
        (SHORT, []),
        (SHORT[:-1], SHORT[-2:-1]),  # its logits were not kept
        ([*SHORT[:-1], 1], [1]),
        ([*SHORT[:10], 1, *SHORT[10:]], [1, *SHORT[10:]]),
        ([*SHORT[:10], *SHORT[12:]], SHORT[12:]),
        ([1, *SHORT], [1, *SHORT]),
    ],
    ids=["typing", "a word", "nothing", "backspace", "replacing the end", "inserting", "deleting", "at the beginning"],
)
def test_only_what_is_new_is_computed(runner: Bigrams, following: Following, then: list[int], computed: list[int]) -> None:
    following.logits_after(SHORT)
    assert runner.computed == SHORT
    logits = following.logits_after(then)
    assert runner.computed[len(SHORT) :] == computed
    assert torch.equal(logits_of(logits), Bigrams(TEXT, VOCABULARY).extend(then)[0])


def logits_of(found: torch.Tensor | None) -> torch.Tensor:
    assert found is not None
    return found


def test_going_back_over_what_was_typed_computes_nothing(runner: Bigrams, following: Following) -> None:
    for end in range(10, 21):
        following.logits_after(TEXT[:end])
    before = len(runner.computed)
    for end in range(20, 9, -1):
        following.logits_after(TEXT[:end])
    assert len(runner.computed) == before


def test_undo_and_redo_compute_the_change_once_each(runner: Bigrams, following: Following) -> None:
    following.logits_after(SHORT)
    following.logits_after([*SHORT[:15], 1, 2])
    following.logits_after(SHORT)
    assert runner.computed == [*SHORT, 1, 2, *SHORT[15:]]


def test_a_guess_that_was_right_is_not_computed_again(runner: Bigrams, following: Following) -> None:
    following.logits_after(SHORT, TEXT[20:23])
    for end in (21, 22, 23):
        following.logits_after(TEXT[:end])
    assert runner.computed == TEXT[:23]


def test_a_guess_may_be_longer_than_what_is_remembered(runner: Bigrams, following: Following) -> None:
    guess = TEXT[20 : 20 + 2 * module._REMEMBERED]
    logits = following.logits_after(SHORT, guess)
    assert torch.equal(logits_of(logits), Bigrams(TEXT, VOCABULARY).extend(SHORT)[0])


def test_a_guess_that_was_wrong_leaves_no_trace(runner: Bigrams, following: Following) -> None:
    following.logits_after(SHORT, [TEXT[20], 1, 2])
    following.logits_after(TEXT[:22])
    assert runner.held == TEXT[:22]
    assert runner.computed == [*SHORT, TEXT[20], 1, 2, TEXT[21]]


def test_where_a_guess_could_not_be_cut_off_none_is_computed() -> None:
    runner = Bigrams(TEXT, VOCABULARY, chunked=False)
    following = Following(runner)
    following.logits_after(SHORT, [1, 2])
    following.logits_after([*SHORT, 3], [1, 2])
    assert runner.computed == [*SHORT, 3]


def test_a_text_that_must_come_whole_is_begun_in_pieces_but_once() -> None:
    runner = Bigrams(TEXT, VOCABULARY, chunked=False)
    following = Following(runner)
    following.logits_after(TEXT)
    assert runner.passes == [CHUNK, len(TEXT)]
    following.logits_after(TEXT[1:])
    assert runner.passes == [CHUNK, len(TEXT), len(TEXT) - 1]


def test_within_its_window_a_model_is_cut_back_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = TransformersRunner(gemma_3(sliding_window=64), room=True)
    following = Following(runner)
    computed: list[int] = []
    extend = runner.extend

    def counted(tokens: Sequence[int], keep: int = 1) -> torch.Tensor:
        computed.append(len(tokens))
        return extend(tokens, keep)

    monkeypatch.setattr(runner, "extend", counted)
    following.logits_after(TEXT[:40])
    following.logits_after([*TEXT[:38], 1])
    following.logits_after(TEXT[:70])
    following.logits_after([*TEXT[:68], 1])
    assert computed == [40, 1, 32, 69]


def test_a_long_text_in_a_window_can_be_stopped() -> None:
    following = Following(TransformersRunner(gemma_3(), room=True))
    answers = iter([False, False, True])
    assert following.logits_after(TEXT, stopped=lambda: next(answers)) is None


def test_what_was_computed_before_a_stop_is_kept(runner: Bigrams, following: Following) -> None:
    answers = iter([False, False, True])
    assert following.logits_after(TEXT, stopped=lambda: next(answers)) is None
    assert runner.computed == TEXT[: 2 * CHUNK]
    following.logits_after(TEXT)
    assert runner.computed == TEXT


def test_stopped_at_once_it_computes_nothing(runner: Bigrams, following: Following) -> None:
    assert following.logits_after(SHORT, stopped=lambda: True) is None
    assert runner.computed == []


def test_whole_means_in_one_piece(runner: Bigrams) -> None:
    Following(runner, whole=True).logits_after(TEXT)
    assert runner.passes == [len(TEXT)]


def test_a_failure_in_the_middle_is_forgotten(runner: Bigrams, following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    following.logits_after(SHORT)

    def broken(*_: object) -> torch.Tensor:
        runner.held[:] = [1] * len(SHORT)
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(runner, "extend", broken)
        with pytest.raises(RuntimeError):
            following.logits_after([*SHORT, 1])
    following.logits_after([*SHORT, 1])
    assert runner.held == [*SHORT, 1]


def test_few_logits_are_remembered(runner: Bigrams, following: Following) -> None:
    for end in range(1, 3 * CHUNK):
        following.logits_after(TEXT[:end])
    assert len(following._logits) < CHUNK


# --- against real models ------------------------------------------------------------------------------------------------


def on_transformers(model: Any, room: bool = True) -> tuple[Any, Runner]:
    return model, TransformersRunner(model, room)


MODELS: dict[str, Callable[[], tuple[Any, Runner]]] = {
    "llama written out": lambda: (llama(), Llama(llama(), packed=False)),
    "llama": lambda: on_transformers(llama(), room=False),
    "llama with room": lambda: on_transformers(llama()),
    "gpt2": lambda: on_transformers(gpt2()),
    "sliding window": lambda: on_transformers(mistral(sliding_window=16)),
    "some layers with a window": lambda: on_transformers(gemma_3()),
    "phi 3": lambda: on_transformers(phi_3()),
    "mamba": lambda: on_transformers(mamba()),
    "convolutions": lambda: on_transformers(lfm_2()),
}


@cache
def real(name: str) -> tuple[Any, Runner]:
    return MODELS[name]()


def fresh(name: str, tokens: Sequence[int]) -> torch.Tensor:
    """The logits after each of `tokens`, computed by the model alone."""
    with torch.inference_mode():
        logits: torch.Tensor = real(name)[0](torch.tensor([list(tokens)]), use_cache=False).logits[0]
    return logits


def near(ours: torch.Tensor | None, expected: torch.Tensor) -> None:
    torch.testing.assert_close(ours, expected, atol=1e-4, rtol=1e-4)


TOKENS = st.lists(st.integers(1, VOCABULARY - 1), min_size=1, max_size=12)


@pytest.mark.parametrize("name", MODELS)
@settings(deadline=None, max_examples=15)
@given(data=st.data())
def test_after_any_edits_the_logits_are_those_of_the_text(name: str, data: st.DataObject) -> None:
    following = Following(real(name)[1])
    following.forget()
    text = data.draw(TOKENS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK", 5)
        patch.setattr(cache_module, "_ROOM", 3)
        for _ in range(data.draw(st.integers(1, 5))):
            at = data.draw(st.integers(0, len(text)))
            until = data.draw(st.integers(at, len(text)))
            text = [*text[:at], *data.draw(TOKENS), *text[until:]]
            what = data.draw(st.sampled_from(["follow", "guess", "branch", "score", "compare"]))
            if what == "follow":
                near(following.logits_after(text), fresh(name, text)[-1])
            elif what == "guess":
                guess = data.draw(TOKENS)
                near(following.logits_after(text, guess), fresh(name, text)[-1])
                right = data.draw(st.integers(0, len(guess)))
                text = [*text, *guess[:right]]
                near(following.logits_after(text), fresh(name, text)[-1])
            elif what == "branch":
                following.logits_after(text, data.draw(st.just(()) | TOKENS))
                firsts = data.draw(TOKENS)
                branches = following.branches(text, len(firsts))
                rows = branches.extend(firsts)
                for row, first in zip(rows, firsts, strict=True):
                    near(row, fresh(name, [*text, first])[-1])
            elif what == "compare":
                following.logits_after(text, data.draw(st.just(()) | TOKENS))
                continuations = data.draw(st.lists(TOKENS, min_size=1, max_size=4))
                found = following.log_probabilities(text, continuations)
                assert found is not None
                for log, continuation in zip(found, continuations, strict=True):
                    logs = fresh(name, [*text, *continuation])[len(text) - 1 : -1].log_softmax(-1)
                    each = [float(row[token]) for row, token in zip(logs, continuation, strict=True)]
                    assert log == pytest.approx(sum(each), abs=1e-3)
            else:
                following.logits_after(text, data.draw(st.just(()) | TOKENS))
                continuation = data.draw(TOKENS)
                expected = fresh(name, [*text, *continuation])[len(text) - 1 : -1]
                near(following.logits_of(text, continuation), expected)
            near(following.logits_after(text), fresh(name, text)[-1])

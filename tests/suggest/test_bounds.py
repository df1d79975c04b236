"""What a broken model or a hostile server says without measure is cut to what a writer could read."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.protocol import Piece, Request, never
from afterword.engine.sampling import LETTERS_PER_WORD, LONG, Sampling
from afterword.engine.server.bounds import WORD_AT_MOST
from afterword.suggest.bounds import LONGEST_WORD, MOST, is_absurd
from afterword.suggest.suggester import Suggester
from afterword.suggest.suggestion import Ended, Suggestion
from afterword.text.context import Context
from tests.fakes.scripted import ScriptedModel

SURE = Sampling(eagerness=100)


def last(said: str | Sequence[Piece], sampling: Sampling = SURE) -> Suggestion:
    *_, suggestion = Suggester(ScriptedModel(said)).suggest(Request(1, Context("Once,"), sampling))
    return suggestion


def word(length: int, seed: int = 0) -> str:
    """One in which nothing comes again, so that no rule is against it."""
    return "".join(random.Random(seed).choices("abcdefghijklmnopqrstuvwxyz", k=length))


class Endless(ScriptedModel):
    """Says the same again and again, whatever is asked for."""

    def __init__(self, text: str) -> None:
        super().__init__(text)

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:
        while True:
            self.pieces_said += 1
            yield Piece(str(self.script), 0.99)


@given(
    st.lists(st.text("ab .,\n\u0e01ü", max_size=30).flatmap(lambda text: st.sampled_from([text, text * 50, text.strip() * 90]))),
    st.sampled_from([1, 5, 12]),
    st.booleans(),
)
def test_no_suggestion_is_longer_than_its_words_can_be(texts: list[str], words: int, at_length: bool) -> None:
    sampling = Sampling(eagerness=100, max_words=words, max_sentences=0 if at_length else 1)
    pieces = [Piece(text, 0.99) for text in texts]
    model = ScriptedModel(pieces, candidates=[pieces, "one", "two"])
    request = Request(1, Context("Once,"), sampling)
    suggester = Suggester(model)
    suggestions = [*suggester.suggest(request), *suggester.alternatives(request, 2)]
    for suggestion in suggestions:
        assert len(suggestion.text) <= LETTERS_PER_WORD * words
        assert not is_absurd(suggestion)


@pytest.mark.parametrize("before", ["", " the", " the city"])
@pytest.mark.parametrize("after", ["", " and", " and so on."])
@pytest.mark.parametrize("length", [LONGEST_WORD + 1, WORD_AT_MOST, 300])
@pytest.mark.parametrize("at_once", [False, True])
def test_a_word_that_is_none_ends_the_suggestion_before_it(before: str, after: str, length: int, at_once: bool) -> None:
    text = f"{before} {word(length)}{after}"
    said = last([Piece(text, 0.99)] if at_once else text)
    assert (said.text, said.why_it_ended) == (before, Ended.RULE)
    model = ScriptedModel(" none", candidates=[[Piece(text, 0.99)], " a town."])
    others = Suggester(model).alternatives(Request(1, Context("Once,"), SURE), 2)
    assert [other.text for other in others] == [*([before] if before else []), " a town."]


def test_the_longest_word_that_is_one_is_said() -> None:
    longest = word(LONGEST_WORD)
    assert last(f" {longest} it is.").text == f" {longest} it is."


def test_a_script_without_spaces_has_no_such_words() -> None:
    said = " " + "".join(random.Random(0).choices("กขคงจฉชซญดตถทธนบปผพมยรลว", k=300))
    assert last(said).text == said


@pytest.mark.parametrize(
    ("text", "sampling"),
    [(text, SURE) for text in ("", " ", "\n", "a", "ab", "漢字", "้")]
    + [("a", LONG), ("x" * 100_000, LONG), (" a" * 100_000, LONG)],
)
def test_what_never_ends_is_ended(text: str, sampling: Sampling) -> None:
    model = Endless(text)
    *_, said = Suggester(model).suggest(Request(1, Context("Once,"), sampling))
    assert said.why_it_ended
    assert model.pieces_said <= LETTERS_PER_WORD * sampling.max_words + 1
    assert len(said.text) <= LETTERS_PER_WORD * sampling.max_words


def test_what_is_cut_short_ends_with_a_whole_word() -> None:
    words = [f" {word(180, seed)}" for seed in range(9)]
    for pieces in (words, ["".join(words)], [*words[:2], "".join(words[2:])]):
        said = last([Piece(text, 0.99) for text in pieces])
        assert said.text == "".join(words[:2])
        assert said.why_it_ended is Ended.RULE
    model = ScriptedModel(" none", candidates=[[Piece("".join(words), 0.99)]])
    [other] = Suggester(model).alternatives(Request(1, Context("Once,"), SURE), 1)
    assert other.text == "".join(words[:2])


def test_absurd_is_what_no_sampling_can_ask_for() -> None:
    assert MOST == 40_000
    assert is_absurd(Suggestion((Piece("word " * 8_001, 1.0),)))
    assert is_absurd(Suggestion((Piece("a" * 100, 1.0), Piece("b" * 91, 1.0))))
    assert not is_absurd(Suggestion((Piece("word " * 8_000, 1.0),)))

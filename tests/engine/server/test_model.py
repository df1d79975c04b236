"""A language model on a server: ghost text, answers, and what leaves the machine for them."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from afterword.engine.protocol import Answers, LanguageModel
from afterword.engine.server.agreement import AGAIN, NOT_AGAIN
from afterword.engine.server.given import given
from afterword.errors import (
    ServerCannot,
    ServerSilent,
    ServerUnreachable,
)
from afterword.suggest.suggester import Suggester
from afterword.text.context import Context
from tests.engine.server.asking import Open, question, texts
from tests.engine.server.conftest import IMPATIENT, QUICK, request
from tests.fakes.openai_server import OpenAIServer, Said

# --- ghost text -------------------------------------------------------------------------------------------------------


def test_it_is_a_language_model_that_answers(server: OpenAIServer, opened: Open) -> None:
    model: LanguageModel = opened()
    answers: Answers = opened()
    assert model.name == "tiny"
    assert model.capabilities.device == "server"
    assert answers is not None


def test_it_goes_on_with_the_probabilities_of_the_server(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.says = [Said(" left", 0.5), Said(" the", 0.25)]
    pieces = list(model.complete(request("The ferry.\n")))
    assert [piece.text for piece in pieces] == [" left", " the"]
    assert [piece.probability for piece in pieces] == pytest.approx([0.5, 0.25])


def test_a_half_typed_word_is_finished_by_an_alternative(server: OpenAIServer, opened: Open) -> None:
    model = opened()

    def says(body: Any) -> Any:
        if body["prompt"].endswith("lay"):
            return [Said(" loud", 0.5, {" quiet": 0.2, " quick": 0.05}), " and"]
        return " in the rain."

    server.says = says
    pieces = list(model.complete(request("The harbour lay qui")))
    assert "".join(piece.text for piece in pieces) == "et in the rain."
    assert pieces[0].probability == pytest.approx(0.8)
    assert [asked.body["prompt"] for asked in server.completions] == ["The harbour lay", "The harbour lay quiet"]
    assert [asked.body["logprobs"] for asked in server.completions] == [20, 1]


@pytest.mark.parametrize(("before", "alternatives"), [("The ferry le", 100), ("The ferry ", 20), ("A ferry.\n", 1)])
def test_more_alternatives_are_asked_for_where_more_is_typed(
    server: OpenAIServer, opened: Open, before: str, alternatives: int
) -> None:
    server.logprobs = 100
    model = opened()
    server.says = " left"
    assert texts(model, before)
    assert server.completions[0].body["logprobs"] == alternatives


def test_raw_text_comes_of_ollama_in_its_own_protocol(server: OpenAIServer, opened: Open) -> None:
    server.kind = "ollama"
    model = opened()
    server.says = lambda body: (
        [Said(" loud", 0.5, {" quiet": 0.2, " quick": 0.05})] if body["prompt"].endswith("lay") else " in the rain."
    )
    pieces = list(model.complete(request("The harbour lay qui")))
    assert "".join(piece.text for piece in pieces) == "et in the rain."
    assert pieces[0].probability == pytest.approx(0.8)
    assert {asked.path for asked in server.completions} == {"/api/generate"}
    assert all(asked.body["raw"] is True for asked in server.completions)
    server.faults.no_done = True
    with pytest.raises(ServerUnreachable):
        texts(model, "The ferry.\n")


def test_a_first_answer_that_does_not_begin_as_typed_is_not_waited_for(server: OpenAIServer, opened: Open) -> None:
    server.logprobs, server.kind = 0, "transformers"
    model = opened()
    server.says, server.faults.silent_after = " loud and", 1
    assert texts(model, "The harbour lay qui") == ""
    assert len(server.completions) == 1


def test_without_probabilities_what_is_said_twice_is_more_probable(server: OpenAIServer, opened: Open) -> None:
    server.logprobs = 0
    model = opened()
    server.says = lambda body: " quiet in the rain" if body["temperature"] < 1 else " quiet in a storm"
    pieces = list(model.complete(request("The harbour lay qui", temperature=0.0)))
    assert [piece.text for piece in pieces] == ["et", " in", " the", " rain"]
    assert [piece.probability for piece in pieces] == [AGAIN, AGAIN, NOT_AGAIN, NOT_AGAIN]
    one, other = (asked.body for asked in server.completions)
    assert one["prompt"] == other["prompt"] == "The harbour lay"
    assert {one["temperature"], other["temperature"]} == {0.0, 1.0}
    assert "logprobs" not in one


class Together(threading.Semaphore):
    """Lets a server speak once so many are asking it."""

    def __init__(self, server: OpenAIServer, most: int) -> None:
        super().__init__(0)
        self._server, self._most, self._met = server, most, False

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        self._met |= self._server.answering >= self._most
        return self._met


@pytest.mark.parametrize(("kind", "most"), [("vllm", 2), ("transformers", 1), ("llama-cpp-python", 1)])
def test_the_second_answer_comes_beside_the_first_unless_it_would_end_it(
    server: OpenAIServer, opened: Open, kind: str, most: int
) -> None:
    server.kind, server.logprobs = kind, 0
    model = opened()
    assert server.wait_until_idle()
    server.pause_s, server.most_answering, server.gate = 0.05, 0, Together(server, most)
    server.says = " left at noon"
    assert texts(model, "The ferry le", temperature=0.0) == "ft at noon"
    assert server.most_answering == most


def test_where_everything_is_shown_no_second_answer_is_asked_for(server: OpenAIServer, opened: Open) -> None:
    server.logprobs = 0
    model = opened()
    server.says = " left at noon"
    pieces = list(model.complete(request("The ferry le", eagerness=100)))
    assert [(piece.text, piece.probability) for piece in pieces] == [("ft", 1.0), (" at", 1.0), (" noon", 1.0)]
    assert len(server.completions) == 1


def test_it_stops_when_nobody_wants_more(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.says, server.faults.silent_after = " left the quay at noon", 2
    pieces = model.complete(request("The ferry.\n"))
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert server.wait_until_idle()


@pytest.mark.parametrize("logprobs", [20, 0])
def test_it_can_be_stopped_while_the_server_is_silent(server: OpenAIServer, opened: Open, logprobs: int) -> None:
    server.logprobs = logprobs
    model = opened()
    server.faults.silent_after = 0
    asked = 1 if logprobs else 2
    assert list(model.complete(request("The ferry.\n"), lambda: len(server.completions) >= asked)) == []
    assert server.wait_until_idle()
    assert len(server.completions) == asked


def test_a_server_that_fails_is_told(server: OpenAIServer, opened: Open) -> None:
    model = opened(IMPATIENT)
    server.faults.silent_after = 0
    with pytest.raises(ServerSilent):
        texts(model, "The ferry.\n")
    server.faults.silent_after = -1
    model._wire.patience = QUICK
    assert texts(model, "The ferry.\n") == " and so on."


def test_a_server_without_completions_has_no_ghost_text(server: OpenAIServer, opened: Open) -> None:
    server.completes = False
    model = opened()
    with pytest.raises(ServerCannot):
        texts(model, "The ferry.\n")


# --- what is asked for by hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize("logprobs", [20, 0])
def test_who_asks_gets_words_behind_a_word_that_the_server_would_not_have_said(
    server: OpenAIServer, opened: Open, logprobs: int
) -> None:
    server.logprobs = logprobs
    model = opened()
    server.says = lambda body: [", I write to you"] if body["prompt"].endswith("Sir") else [Said(" friend", 0.5, {" all": 0.1})]
    assert texts(model, "Dear Sir") == ""
    assert {asked.body["prompt"] for asked in server.completions} == {"Dear"}
    wanted = request("Dear Sir", asked=True)
    assert "".join(piece.text for piece in model.complete(wanted)) == ", I write to you"
    assert server.completions[-1].body["prompt"] == "Dear Sir" == given(wanted.context)


def test_who_asks_gets_words_behind_the_first_word_of_a_draft(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.says = " there."
    assert texts(model, "Hello", preface="Be kind.") == ""
    assert server.completions == []
    assert texts(model, "Hello", preface="Be kind.", asked=True) == " there."
    assert [one.body["prompt"] for one in server.completions] == ["Be kind.\n\nHello"]


def test_who_asks_gets_a_half_typed_word_finished_where_the_server_says_it(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.says = lambda body: " in." if body["prompt"].endswith("quiet") else [Said(" loud", 0.5, {" quiet": 0.2})]
    assert texts(model, "The harbour lay qui", asked=True) == "et in."
    assert [one.body["prompt"] for one in server.completions] == ["The harbour lay", "The harbour lay quiet"]


def test_nothing_more_is_sent_once_it_is_not_wanted(server: OpenAIServer, opened: Open) -> None:
    model, stop = opened(), threading.Event()

    def says(body: Any) -> Any:
        stop.set()
        return [Said(" friend", 0.5)]

    server.says = says
    assert list(model.complete(request("Dear Sir", asked=True), stop.is_set)) == []
    assert len(server.completions) == 1


# --- what leaves ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("logprobs", [20, 0])
def test_what_leaves_is_what_is_given_and_nothing_else(server: OpenAIServer, opened: Open, logprobs: int) -> None:
    server.logprobs = logprobs
    model = opened(key="sk-secret")
    server.says = " left at noon"
    server.received.clear()
    asked = request("A private line.\nThe ferry le", "what follows", preface="The notes.", seed=7)
    list(model.complete(asked))
    for one in server.completions:
        assert one.body.pop("prompt") == "The notes.\n\nA private line.\nThe ferry"
        assert set(one.body) <= {
            "model", "stream", "max_tokens", "temperature", "top_p", "top_k", "min_p", "repetition_penalty", "seed", "logprobs"
        }  # fmt: skip
    assert b"what follows" not in server.received
    assert server.received.count(b"private line") == (1 if logprobs else 2)


def test_of_a_half_typed_word_only_what_the_server_said_itself_leaves(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.says = lambda body: [Said(" le", 0.1, {" left": 0.05}), Said("go", 0.9, {"ft": 0.05})]
    server.received.clear()
    texts(model, "The ferry leftov")
    assert [asked.body["prompt"] for asked in server.completions] == ["The ferry", "The ferry left"][: len(server.completions)]
    assert b"leftov" not in server.received


def test_nothing_leaves_of_what_is_not_shared(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.received.clear()
    assert texts(model, "The ferry.\n", shared=False) == ""
    assert model.candidates(request("The ferry.\n", shared=False), 3) == []
    assert list(model.answer(question("Shorter?", shared=False))) == []
    assert not server.received


def test_nothing_leaves_before_there_is_a_whole_word(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.received.clear()
    assert texts(model, "The", preface="The notes.") == ""
    assert not server.received


# --- other words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "most"), [("vllm", 2), ("llama-cpp-python", 1)])
def test_candidates_begin_with_the_likeliest_tokens(server: OpenAIServer, opened: Open, kind: str, most: int) -> None:
    server.kind = kind
    model = opened()
    assert server.wait_until_idle()
    server.pause_s = 0.05

    def says(body: Any) -> Any:
        if body["prompt"].endswith("lay"):
            return [Said(" loud", 0.4, {" quiet": 0.3, " quick": 0.1, " qu": 0.05})]
        server.gate = server.gate or Together(server, most)
        return f" after{body['prompt'].split()[-1]} end"

    server.says, server.most_answering = says, 0
    found = model.candidates(request("The harbour lay qui"), 5, whole=lambda pieces: len(pieces) == 2)
    assert [[piece.text for piece in pieces] for pieces in found] == [["et", " afterquiet"], ["ck", " afterquick"]]
    assert [pieces[0].probability for pieces in found] == [pytest.approx(0.75), pytest.approx(0.25)]
    assert server.most_answering == most


def test_without_probabilities_there_are_no_candidates(server: OpenAIServer, opened: Open) -> None:
    server.logprobs = 0
    model = opened()
    assert {"candidates", "score", "warm", "seen", "likeliest"} <= model.capabilities.absent
    assert "candidates" in model.capabilities.ignores
    for method in ("candidates", "score", "warm", "seen", "likeliest"):
        with pytest.raises(NotImplementedError):
            getattr(model, method)(
                *([request("a b")] if method == "candidates" else [Context("a b")]),
                *[1][: method in ("candidates", "likeliest", "score")],
            )
    server.logprobs = 20
    assert "candidates" not in opened().capabilities.absent


def test_what_the_server_ignores_is_named(server: OpenAIServer, opened: Open) -> None:
    server.kind = ""
    assert opened().capabilities.ignores >= {"top_k", "min_p", "dry_multiplier"}
    server.kind = "llama.cpp"
    assert opened().capabilities.ignores == {"no_repeat_ngram"}


# --- behind the suggester ---------------------------------------------------------------------------------------------


def test_the_suggester_shows_it(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.says = [Said(" left", 0.9), Said(" the", 0.9), Said(" quay", 0.9), Said(".", 0.9), Said(" Then", 0.9)]
    *_, suggestion = Suggester(model).suggest(request("Then the ferry le"))
    assert suggestion.text == "ft the quay."


def test_the_suggester_closes_the_stream_when_it_has_enough(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.endless = True
    server.says = [Said(f" {word}", 0.99) for word in "left the quay and went over to the other side of the bay".split()]
    *_, suggestion = Suggester(model).suggest(request("Then the ferry.\n", max_words=3))
    assert len(suggestion.text.split()) == 3
    assert server.wait_until_idle()


def test_json_of_a_request_is_utf_8(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.received.clear()
    texts(model, "Die Fähre über den Fluß ging")
    assert "Die Fähre über den Fluß".encode() in server.received
    assert json.loads(bytes(server.received).rpartition(b"\r\n\r\n")[2])["prompt"] == "Die Fähre über den Fluß"

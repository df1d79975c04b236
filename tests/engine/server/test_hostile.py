"""Servers that mean harm, or that are broken in odd ways: what they say is bounded, clean, and gives nothing away."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
import regex

from afterword.engine.protocol import Message, Question
from afterword.engine.sampling import Sampling
from afterword.engine.server.address import address
from afterword.engine.server.model import ServerModel
from afterword.engine.server.probe import probe
from afterword.engine.server.types import Server
from afterword.engine.server.wire import Wire
from afterword.errors import (
    ServerError,
    ServerFailed,
    ServerModelMissing,
)
from afterword.sentences import sentence
from tests.engine.server.conftest import Connect, request
from tests.engine.server.wiring import BODY, COMPLETIONS
from tests.fakes.hearing import heard
from tests.fakes.openai_server import OpenAIServer, Said

Open = Callable[..., ServerModel]
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def asked(text: str, **sampling: float) -> Question:
    return Question((Message("user", text),), Sampling(**sampling), shared=True)  # type: ignore[arg-type]


# --- names ------------------------------------------------------------------------------------------------------------


def test_a_model_whose_name_cannot_be_shown_is_not_offered(server: OpenAIServer) -> None:
    odd: list[Any] = ["\x1b[31mred", "two\nlines", "a\u202eb", "x" * 100_000, "\ud800", " ", ""]
    server.models = [*odd, "tiny"]
    found = probe(Server(server.url))
    assert (found.models, found.model) == (("tiny",), "tiny")


def test_a_name_may_be_a_long_path(server: OpenAIServer) -> None:
    server.models = ["/srv/" + "models/" * 20 + "große-datei.gguf"]
    assert probe(Server(server.url)).models == tuple(server.models)


def test_of_many_models_five_hundred_are_offered(server: OpenAIServer) -> None:
    server.models = [f"model-{number}" for number in range(2000)]
    found = probe(Server(server.url))
    assert found.models == tuple(server.models[:500])
    assert probe(Server(server.url, model="model-1999")).model == "model-1999"


@pytest.mark.parametrize("listed", [[{"id": "tiny", "owned_by": ["a"]}], [{"id": "tiny", "owned_by": {}}], [{"id": 7}, [], None]])
def test_a_misshapen_list_of_models_is_read_as_far_as_it_goes(server: OpenAIServer, listed: list[Any]) -> None:
    server.kind, server.listed, server.models = "", listed, []
    found = probe(Server(server.url))
    assert found.models == (("tiny",) if "id" in listed[0] and listed[0]["id"] == "tiny" else ())


@pytest.mark.parametrize(("version", "shown"), [("0.1\x1b[2J\u202e", "0.1[2J"), ("1\n2", "1 2"), ("9" * 5000, "9" * 100)])
def test_a_version_is_one_clean_line(server: OpenAIServer, version: str, shown: str) -> None:
    server.version = version
    assert probe(Server(server.url)).version == shown


@pytest.mark.parametrize(("context", "found"), [(2**31 - 1, 2**31 - 1), (2**31, 0), (2**63, 0), (-1, 0)])
@pytest.mark.parametrize("kind", ["vllm", "llama.cpp"])
def test_a_number_that_cannot_be_is_none(server: OpenAIServer, kind: str, context: int, found: int) -> None:
    server.kind, server.context = kind, context
    assert probe(Server(server.url)).context == found


def test_a_model_that_is_missing_is_named_as_it_was_asked_for(server: OpenAIServer) -> None:
    server.kind = ""
    with pytest.raises(ServerModelMissing) as caught:
        probe(Server(server.url, model="hu\x1b[31mge"))
    assert sentence(caught.value).isprintable()


# --- what it says -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("logprobs", [20, 0])
@pytest.mark.parametrize(
    "words", [["x" * 50_000], [" y" * 30_000], ["z" * 50] * 400, ["=" * 50_000], ["e" + "\u0301" * 8_000], ["-" * 90] * 900]
)
def test_ghost_text_is_bounded(server: OpenAIServer, opened: Open, words: list[str], logprobs: int) -> None:
    server.logprobs = logprobs
    model = opened()
    server.says, server.faults.endless = [Said(f" {words[0]}"), *(Said(word) for word in words[1:])], True
    text = "".join(piece.text for piece in model.complete(request("The ferry.\n", max_words=12)))
    assert len(text) <= 12 * 40 + 200
    assert longest_run(text) <= 200
    assert server.wait_until_idle()


def test_other_words_are_bounded(server: OpenAIServer, opened: Open) -> None:
    model = opened()

    def says(body: Any) -> Any:
        if body["prompt"] == "The ferry.\n":
            return [
                Said(" left", 0.4, {" y" * 20_000: 0.3, "x" * 20_000: 0.2, f" {TURNS}went": 0.1, " ran": 0.05, "\ufffd": 0.01})
            ]
        return "x" * 50_000

    server.says = says
    found = model.candidates(request("The ferry.\n"), 6)
    assert [pieces[0].text for pieces in found] == [" left", " ran"]
    assert all(len("".join(piece.text for piece in pieces)) <= 12 * 40 + 200 for pieces in found)


@pytest.mark.parametrize("reply", ["x" * 100_000, " y" * 100_000, "=" * 150_000])
def test_an_answer_is_bounded(server: OpenAIServer, opened: Open, reply: str) -> None:
    model = opened()
    server.replies, server.faults.endless = [reply], True
    text = heard(model.answer(asked("Good?", max_words=100)))
    assert len(text) <= 100 * 40 + 200
    assert longest_run(text) <= 200
    assert server.wait_until_idle()


def test_a_text_without_blanks_is_no_long_word(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    line = "今日は天気がいいので、港まで歩いて行きました。"
    server.says = [Said(line)] * 60
    text = "".join(piece.text for piece in model.complete(request("港。\n", max_words=150)))
    assert text == line * 60
    server.replies = [line] * 60
    assert "".join(model.answer(asked("何?", max_words=300))) == line * 60


@pytest.mark.parametrize("logprobs", [20, 0])
def test_nothing_that_it_says_turns_the_page_round(server: OpenAIServer, opened: Open, logprobs: int) -> None:
    server.logprobs = logprobs
    model = opened()
    server.says, server.replies = [Said(f" lef{TURNS}t"), Said(f"{TURNS}")], [f"Yes{TURNS}", "."]
    assert "".join(piece.text for piece in model.complete(request("The ferry.\n"))) == " left"
    assert "".join(model.answer(asked("Good?"))) == "Yes."


@pytest.mark.parametrize(
    "message", ["the prompt is too long for 12 (request 20261126)", "context length is 20 tokens, but you requested 1900"]
)
def test_an_odd_number_silences_no_server(server: OpenAIServer, opened: Open, message: str) -> None:
    model = opened()
    before = "A few words of the page. " * 100
    server.faults.status, server.faults.path = 400, COMPLETIONS
    server.faults.message = message
    with pytest.raises(ServerFailed):
        list(model.complete(request(before)))
    assert all(len(one.body["prompt"]) >= 400 for one in server.completions)
    assert len(server.completions) > 1
    server.faults.status = 0
    assert list(model.complete(request(before)))
    assert server.completions[-1].body["prompt"] == before.rstrip()  # what did not help is not remembered


def test_a_short_text_that_is_called_too_long_is_not_cut(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.status, server.faults.path, server.faults.message = 400, COMPLETIONS, "context length 10 is not 20"
    with pytest.raises(ServerFailed):
        list(model.complete(request("The ferry left the quay at")))
    assert [one.body["prompt"] for one in server.completions] == ["The ferry left the quay"]


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_half_a_character_in_a_question_is_no_fault_of_the_server(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    assert "".join(model.answer(asked("Half: \ud83d."))) == "Yes."
    assert server.chatted[-1].body["messages"][0]["content"] == "Half: \ufffd."


def test_half_a_character_anywhere_else_quotes_nothing(connect: Connect, server: OpenAIServer) -> None:
    wire = connect(server.url)
    stream = wire.stream(COMPLETIONS, BODY | {"model": "\ud83d"}, 10)
    try:
        with pytest.raises(ServerError) as caught:
            stream.next()
    finally:
        stream.close()
    assert caught.value.__cause__ is None
    assert isinstance(caught.value, ServerModelMissing)


def test_nothing_is_sent_once_it_was_stopped(server: OpenAIServer, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    for logprobs in (20, 0):
        server.logprobs = logprobs
        model = opened()
        server.asked.clear()
        monkeypatch.setattr(model._wire, "stream", _not_to_be_asked)
        assert list(model.complete(request("The ferry le"), lambda: True)) == []
        assert list(model.answer(asked("Good?"), lambda: True)) == []
        if logprobs:
            assert model.candidates(request("The ferry le"), 3, stopped=lambda: True) == []
        assert not server.asked


def _not_to_be_asked(*_: Any) -> Any:
    """What is begun and closed at once may be on its way already."""
    raise AssertionError


def test_no_second_request_leaves_once_it_was_stopped(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    stop = threading.Event()

    def says(body: Any) -> Any:
        stop.set()
        return [Said(" loud", 0.5, {" quiet": 0.3})]

    server.says = says
    stopped_late = Late(stop, looks=1)
    list(model.complete(request("The harbour lay qui"), stopped_late))
    assert len(server.completions) == 1


class Late:
    """Answers True once an event is set, but not before so many more looks: the stop came after the answer was read."""

    def __init__(self, stop: threading.Event, looks: int) -> None:
        self._stop, self._looks = stop, looks

    def __call__(self) -> bool:
        if not self._stop.is_set():
            return False
        self._looks -= 1
        return self._looks < 0


def test_a_name_that_is_being_looked_up_keeps_nothing_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    looking, over = threading.Event(), threading.Event()

    def slow(*_: Any, **__: Any) -> Any:
        looking.set()
        over.wait(20)
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    before = set(threading.enumerate())
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    wire = Wire(address("https://slow.example"))
    stream = wire.stream(COMPLETIONS, BODY, 10)
    try:
        assert looking.wait(10)
        stream.close()
        wire.close()
        left = [thread for thread in threading.enumerate() if thread not in before]
        assert left  # the system's own call cannot be ended
        assert all(thread.daemon for thread in left)
    finally:
        over.set()
    for thread in left:
        thread.join(10)
        assert not thread.is_alive()


def longest_run(text: str) -> int:
    """Of letters, digits and the marks on them."""
    return max((len(run) for run in regex.findall(r"\w+", text)), default=0)

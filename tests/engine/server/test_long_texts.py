"""A text that is longer than the server's model can read: found out, and less of it sent."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from afterword.errors import (
    QuestionTooLong,
    ServerBrokeOff,
    ServerBusy,
    ServerFailed,
)
from tests.engine.server.asking import Open, question, texts
from tests.engine.server.conftest import request
from tests.fakes.openai_server import Faults, OpenAIServer

# --- ghost text -------------------------------------------------------------------------------------------------------


def test_a_text_that_is_too_long_is_cut_at_its_beginning(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    before = "".join(f"Word{number} " for number in range(1000))

    def says(body: Any) -> Any:
        server.faults.status = 0
        return " and so on"

    server.says = says
    server.faults.status, server.faults.times, server.faults.path = 400, 1, "/v1/completions"
    server.faults.message = "This model's maximum context length is 1024 tokens. However, you requested 2048 tokens in all."
    assert texts(model, before) == "and so on"
    sent = [asked.body["prompt"] for asked in server.completions]
    assert sent[0] == before.rstrip()
    assert sent[0].endswith(sent[1])
    assert len(sent[0]) * 0.4 < len(sent[1]) < len(sent[0]) * 0.5
    assert sent[1].startswith("Word")
    texts(model, before)
    assert server.completions[-1].body["prompt"] == sent[1]  # it is remembered


def test_what_was_said_is_not_asked_for_again(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.error_event = {"message": "maximum context length is 10 tokens, not 20", "code": 400}
    pieces = model.complete(request("The ferry.\n"))
    assert next(iter(pieces)).text == " and"
    with pytest.raises(ServerFailed):
        next(iter(pieces))
    with pytest.raises(ServerFailed):
        list(model.answer(question("Good?")))
    assert len(server.completions) == 1


def test_a_text_that_is_always_too_long_ends(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.status, server.faults.message = 400, "maximum context length is 10 tokens, not 20"
    with pytest.raises(ServerFailed):
        texts(model, "The ferry left the quay at " * 200)
    assert len(server.completions) == 3
    sent = [len(asked.body["prompt"]) for asked in server.completions]
    assert sent == sorted(set(sent), reverse=True)


@pytest.mark.parametrize(("context", "most"), [(0, 308), (512, 308), (400, 288), (100, 32)])
def test_no_more_tokens_are_asked_for_than_there_is_room_for(server: OpenAIServer, opened: Open, context: int, most: int) -> None:
    server.context = context
    model = opened()
    texts(model, "Word " * 90, max_words=150)
    assert server.completions[0].body["max_tokens"] == most
    assert len(server.completions) == 1


def test_the_answer_is_shortened_before_the_text_is(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    before = "Word " * 300
    server.faults.status, server.faults.times, server.faults.path = 400, 1, "/v1/completions"
    server.faults.message = "maximum context length is 512 tokens. However, you requested 608 tokens (300 in your prompt, 308)."
    assert texts(model, before, max_words=150)
    assert [asked.body["max_tokens"] for asked in server.completions] == [308, 212]
    assert len({asked.body["prompt"] for asked in server.completions}) == 1
    texts(model, before, max_words=150)
    assert server.completions[-1].body["max_tokens"] == 308  # another text may leave more room


def test_a_text_over_which_the_server_breaks_off_is_shortened_to_what_it_reads(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.reads = 2000
    before = f"{'Word ' * 900}Word."
    assert texts(model, before) == " and so on."
    streams = [asked.body for asked in server.completions if asked.body["stream"]]
    [alone] = [asked.body for asked in server.completions if not asked.body["stream"]]
    assert (alone["prompt"], alone["max_tokens"]) == (streams[0]["prompt"], 1)
    assert len(streams) == 2
    assert 1500 < len(streams[1]["prompt"]) <= 2000
    texts(model, before)
    assert server.completions[-1].body["prompt"] == streams[1]["prompt"]  # it is remembered


def test_a_server_that_breaks_off_over_a_short_text_too_is_told(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.cut_after = 0
    with pytest.raises(ServerBrokeOff):
        texts(model, "The ferry.\n")
    assert [asked.body["stream"] for asked in server.completions] == [True, False]


def test_a_server_that_died_is_not_asked_for_less(server: OpenAIServer, opened: Open) -> None:
    model = opened()

    def dies(_: Any) -> Any:
        server.faults.cut_after, server.faults.status = 0, 503
        return " and"

    server.says = server.replies = dies
    with pytest.raises(ServerBusy):
        texts(model, "The ferry.\n")
    server.faults = Faults()
    with pytest.raises(ServerBusy):
        list(model.answer(question("Good?")))


def test_who_stopped_while_the_server_says_why_is_told_nothing(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.cut_after = 0
    stop = threading.Event()

    def says(body: Any) -> Any:
        stop.set()
        return " and"

    server.says = server.replies = says
    assert list(model.complete(request("The ferry.\n"), stop.is_set)) == []
    stop.clear()
    assert list(model.answer(question("Good?"), stop.is_set)) == []
    assert server.wait_until_idle()
    stop.clear()
    server.faults.cut_after = -1
    assert texts(model, "The ferry.\n") == " and"


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "over"),
    [
        ("This model's maximum context length is 2048 tokens. However, you requested 3072 tokens (2000 in the messages).", 11),
        ("request (6000 tokens) exceeds the available context size (4096 tokens), try increasing it", 47),
        ("`inputs` must have less than 1000 tokens. Given: 1010", 1),
        ("the request exceeds the available context size. try increasing the context size", 1),
    ],
)
def test_a_question_that_is_too_long_says_by_how_much(server: OpenAIServer, opened: Open, message: str, over: int) -> None:
    model = opened()
    server.faults.status, server.faults.message = 400, message
    with pytest.raises(QuestionTooLong) as caught:
        list(model.answer(question("Shorter?")))
    assert (caught.value.name, caught.value.over) == ("tiny", over)


@pytest.mark.parametrize(("context", "words", "most"), [(0, 300, 1632), (2048, 300, 1514), (4096, 1000, 3032), (512, 300, 256)])
def test_a_question_leaves_room_for_its_answer(server: OpenAIServer, opened: Open, context: int, words: int, most: int) -> None:
    server.context = context
    model = opened()
    assert "".join(model.answer(question("Word " * 400, max_words=words))) == "Yes."
    assert [asked.body["max_tokens"] for asked in server.chatted] == [most]


def test_an_answer_that_would_be_too_long_is_shortened_and_not_the_draft(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.status, server.faults.times, server.faults.path = 400, 1, "/chat/"
    server.faults.message = (
        "'max_tokens' is too large: 1632. This model's maximum context length is 2048 tokens and your request has 679 input "
        "tokens (1632 > 2048 - 679)."
    )
    assert "".join(model.answer(question("Word " * 400, max_words=300))) == "Yes."
    assert [asked.body["max_tokens"] for asked in server.chatted] == [1632, 2048 - 679]


def test_a_server_that_does_not_say_how_long_is_asked_for_a_short_answer(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.status, server.faults.times, server.faults.path = 400, 1, "/chat/"
    server.faults.message = "the prompt is too long"
    assert "".join(model.answer(question("Word " * 400, max_words=300))) == "Yes."
    assert [asked.body["max_tokens"] for asked in server.chatted] == [1632, 256]


def test_a_server_that_says_so_again_is_asked_for_a_short_answer(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.status, server.faults.times, server.faults.path = 400, 2, "/chat/"
    server.faults.message = "request (4200 tokens) exceeds the available context size (4096 tokens), try increasing it"
    assert "".join(model.answer(question("Word " * 400, max_words=300))) == "Yes."
    assert [asked.body["max_tokens"] for asked in server.chatted] == [1632, 1509, 256]


def test_a_question_over_which_the_server_breaks_off_is_as_much_too_long_as_it_then_says(
    server: OpenAIServer, opened: Open
) -> None:
    model = opened()
    server.faults.reads = 4000
    with pytest.raises(QuestionTooLong) as caught:
        list(model.answer(question("Word " * 2000)))
    assert caught.value.over == 176  # 2502 tokens and 256 of an answer, of 1000
    assert [(asked.body["stream"], asked.body["max_tokens"]) for asked in server.chatted] == [(True, 1056), (False, 1)]


def test_a_question_over_which_the_server_breaks_off_without_a_word_may_be_too_long(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.reads, server.faults.explains = 4000, False
    with pytest.raises(ServerBrokeOff):
        list(model.answer(question("Word " * 2000)))


def test_another_error_is_no_question_that_is_too_long(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.status, server.faults.message = 400, "no such role"
    with pytest.raises(ServerFailed):
        list(model.answer(question("Shorter?")))

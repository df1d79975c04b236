"""Questions to a server's model, and its answers."""

from __future__ import annotations

import threading

import pytest

from afterword.engine.sampling import LETTERS_PER_WORD
from afterword.errors import (
    AnswerUnfinished,
    ServerCannot,
)
from tests.engine.server.asking import Open, question
from tests.fakes.hearing import heard
from tests.fakes.openai_server import OpenAIServer


def test_it_answers_in_the_template_of_chats(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.replies = "\n\nShorter it is."
    assert "".join(model.answer(question("Shorter?"))) == "Shorter it is."
    [asked] = server.chatted
    assert asked.body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Shorter?"},
    ]
    assert asked.body["stream"] is True
    assert asked.body["max_tokens"] > 0


def test_what_it_thinks_before_is_left_out(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.replies = [{"reasoning_content": "Hm."}, "Yes", "."]
    assert "".join(model.answer(question("Good?"))) == "Yes."


def test_an_answer_has_an_end(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.endless = True
    server.replies = " on and"
    said = heard(model.answer(question("Good?", max_words=20)))
    assert 20 * LETTERS_PER_WORD <= len(said) <= 20 * LETTERS_PER_WORD + 200
    assert server.wait_until_idle()


def test_where_there_was_no_room_for_the_rest_it_says_so(server: OpenAIServer, opened: Open) -> None:
    server.replies, server.context = "word " * 5000, 1024
    model = opened()
    said: list[str] = []
    with pytest.raises(AnswerUnfinished):
        said.extend(model.answer(question("Good?", max_words=1000)))
    assert len("".join(said).split()) == server.chatted[-1].body["max_tokens"]
    assert server.wait_until_idle()


def test_an_answer_can_be_stopped_while_the_server_is_silent(server: OpenAIServer, opened: Open) -> None:
    model = opened()
    server.faults.silent_after = 1
    stop = threading.Event()
    answer = model.answer(question("Good?"), stop.is_set)
    assert next(iter(answer)) == "Yes."
    stop.set()
    assert list(answer) == []
    assert server.wait_until_idle()


def test_a_server_without_chats_answers_nothing(server: OpenAIServer, opened: Open) -> None:
    server.chats = False
    model = opened()
    assert "answer" in model.capabilities.absent
    with pytest.raises(ServerCannot):
        list(model.answer(question("Shorter?")))

"""What real servers say to Afterword's client."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import psutil
import pytest

from afterword.bench.server import Plan, measure
from afterword.engine.protocol import Message, Question, Request
from afterword.engine.sampling import LONG, Sampling
from afterword.engine.server import model as server_model
from afterword.engine.server.model import ServerModel, open_server
from afterword.engine.server.probe import probe
from afterword.engine.server.types import Server
from afterword.engine.server.wire import Patience
from afterword.errors import AnswerUnfinished, QuestionTooLong, ServerModelMissing, ServerUnreachable
from afterword.suggest.asking import READ_THERE, Asked, Matter, answers
from afterword.suggest.suggester import Suggester
from afterword.suggest.suggestion import Suggestion
from afterword.text.context import Context
from tests.servers.real import LLAMA_CPP, MODEL, TRANSFORMERS, Running

pytestmark = [pytest.mark.servers, pytest.mark.starter]

BEGINNING = "Once upon a time, the"
SHOWS_ALL = Sampling(temperature=0.0, eagerness=100)
GREEDY_LONG = replace(LONG, temperature=0.0, repetition_penalty=1.0, dry_multiplier=0.0)  # so that it says 60 tokens
_ids = count(1)


@pytest.fixture
def model(server: Running) -> Iterator[ServerModel]:
    opened = open_server(Server(server.url, MODEL))
    yield opened
    opened.close()


def request(before: str, sampling: Sampling = SHOWS_ALL, shared: bool = True) -> Request:
    return Request(next(_ids), Context(before), sampling, shared=shared)


def suggested(model: ServerModel, before: str, sampling: Sampling = SHOWS_ALL) -> Suggestion:
    return list(Suggester(model).suggest(request(before, sampling)))[-1]


# --- what it is -----------------------------------------------------------------------------------------------------


def test_the_connection_test_says_what_the_server_is_and_can(server: Running) -> None:
    found = probe(Server(server.url, MODEL))
    assert found.kind == server.kind.name
    assert (found.model, found.completes, found.chats) == (MODEL, True, True)
    assert found.first_s > 0
    assert not {"temperature", "top_p", "top_k", "min_p", "repetition_penalty", "seed"} & found.ignores
    if server.kind is TRANSFORMERS:
        assert (found.models, found.logprobs) == ((), 0)  # it lists those of the hub alone, and says no probabilities
    else:
        assert found.models == (MODEL,)
        assert found.logprobs >= 20
    if server.kind is LLAMA_CPP:
        assert found.version.startswith("b")
        assert found.context == 2048  # of one of its four slots
        assert found.ignores == {"no_repeat_ngram"}
    else:
        assert {"dry_multiplier", "xtc_probability"} <= found.ignores


def test_without_a_name_it_is_the_servers_own_model(server: Running) -> None:
    opened = open_server(Server(server.url))
    try:
        assert suggested(opened, BEGINNING).text.startswith(" city")
    finally:
        opened.close()


def test_a_model_that_it_does_not_have(server: Running) -> None:
    with pytest.raises(ServerModelMissing):
        probe(Server(server.url, "another/model"))


# --- ghost text -----------------------------------------------------------------------------------------------------


def test_the_likeliest_words_are_the_models_own(model: ServerModel) -> None:
    assert suggested(model, BEGINNING).text.startswith(" city of")


def test_a_half_typed_word_is_finished(model: ServerModel) -> None:
    assert suggested(model, "She opened the do").text.startswith("or ")
    assert suggested(model, "Thank you very mu").text.startswith("ch")


def test_what_is_sure_is_shown_at_the_eagerness_of_every_day_too(model: ServerModel) -> None:
    shown = suggested(model, "Thank you very mu", Sampling(temperature=0.0, seed=1))
    assert shown.text == "ch."
    assert 0 < shown.probability < 1


def test_the_same_seed_says_the_same_and_another_one_something_else(model: ServerModel) -> None:
    drawn = [
        suggested(model, "The best thing about the sea is", replace(SHOWS_ALL, temperature=1.5, top_p=1.0, seed=seed)).text
        for seed in (7, 7, 8, 9)
    ]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) > 1


def test_nothing_is_said_to_a_request_that_may_not_leave(server: Running, model: ServerModel) -> None:
    before = server.tasks
    assert list(model.complete(request(BEGINNING, shared=False))) == []
    assert list(model.answer(Question((Message("user", BEGINNING),)))) == []
    assert server.tasks == before


def test_letters_that_are_spelled_in_several_tokens_arrive_whole(model: ServerModel) -> None:
    written = "Ключ лежит под камнем. Ключ лежит под камнем. Ключ лежит под"
    text = "".join(piece.text for piece in model.complete(request(written)))
    assert text == "" or text.startswith(" камнем")


@pytest.mark.parametrize("before", ["Dear Sir", "Hello", "Please find attached", "Yours sincerely, Henrik Lindqvist"])
def test_who_asks_gets_words_behind_any_word(model: ServerModel, before: str) -> None:
    asked = replace(request(before), asked=True)
    assert "".join(piece.text for piece in model.complete(asked)).strip()


# --- asking ---------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_by_the_models_own_template(server: Running, model: ServerModel) -> None:
    question = Question((Message("user", "What is the capital of France?"),), replace(SHOWS_ALL, max_words=20), shared=True)
    parts: list[str] = []
    with suppress(AnswerUnfinished):  # 20 words are few
        parts.extend(model.answer(question))
    assert len(parts) > 1
    if server.kind is TRANSFORMERS:  # in four bits it does not know
        assert "Paris" in "".join(parts)


def test_of_a_draft_that_is_too_long_it_is_asked_about_what_it_reads(
    server: Running, model: ServerModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    if server.kind is TRANSFORMERS:
        pytest.skip("it reads four times as much, for minutes")
    monkeypatch.setattr(server_model, "_ANSWERS", Patience(first=300.0, between=300.0))
    draft = "".join(f"Chapter {number}: the ferry left the quay in the rain. " for number in range(1000))
    matter = Matter(draft, at=len(draft)).within(READ_THERE)
    answer = next(answers(model, Asked("Who left?", matter, shared=True)))
    assert answer.text
    assert answer.read is not None
    assert 500 < answer.read < 2000
    with pytest.raises(QuestionTooLong) as caught:
        next(answers(model, Asked("Who left?", replace(matter, selected=True), shared=True)))
    assert caught.value.over > 200


# --- stopping -------------------------------------------------------------------------------------------------------


def test_what_is_wanted_no_more_costs_the_server_nothing_more(server: Running, model: ServerModel) -> None:
    def read(pieces: int) -> None:
        answer = model.complete(request(BEGINNING, GREEDY_LONG))
        assert len(list(islice(answer, pieces))) == pieces
        answer.close()  # type: ignore[attr-defined]

    read(1)  # what is only done once
    whole, stopped = server.work_of(lambda: read(80)), server.work_of(lambda: read(3))
    assert stopped < whole / 3


def test_what_is_wanted_no_more_before_the_first_word_is_not_written(server: Running, model: ServerModel) -> None:
    def page(what: str) -> str:
        return " ".join(f"{what} {number} is about the sea." for number in range(40))

    def leave_at_once() -> None:
        looks = count()
        assert list(model.complete(request(page("Chapter"), GREEDY_LONG), lambda: next(looks) > 1)) == []

    def read() -> None:
        assert len(list(islice(model.complete(request(page("Verse"), GREEDY_LONG)), 60))) == 60

    whole, left = server.work_of(read), server.work_of(leave_at_once)
    assert left < whole


def test_two_writers_at_once_are_both_answered(server: Running) -> None:
    def written(beginning: str) -> str:
        model = open_server(Server(server.url, MODEL))
        try:
            return suggested(model, beginning, replace(SHOWS_ALL, max_words=8)).text
        finally:
            model.close()

    beginnings = [BEGINNING, "The capital of France is"]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(written, beginnings))
    assert together == [written(beginning) for beginning in beginnings]


def test_a_server_that_is_killed_amid_its_answer_and_comes_back(mortal: Running) -> None:
    model = open_server(Server(mortal.url, MODEL))
    try:
        answer = model.complete(request(BEGINNING, GREEDY_LONG))
        assert next(answer).text
        mortal.kill()
        with pytest.raises(ServerUnreachable):
            list(answer)
        with pytest.raises(ServerUnreachable):
            list(model.complete(request(BEGINNING)))
        mortal.start()
        assert suggested(model, BEGINNING).text.startswith(" city")
    finally:
        model.close()
    assert not [
        one for one in psutil.Process().net_connections() if one.raddr and one.raddr.port == int(mortal.url.rpartition(":")[2])
    ]


# --- without the window ---------------------------------------------------------------------------------------------


def test_complete_on_the_command_line(server: Running, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "afterword", "complete", "--server", server.url, "--model", MODEL]
    options = ["--temperature", "0", "--max-words", "6"]
    done = subprocess.run(
        [*command, BEGINNING, *options],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "AFTERWORD_HOME": str(tmp_path)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(" city of")
    assert len(done.stdout.split()) == 6


def test_the_bench_measures_it(server: Running) -> None:
    found = measure(lambda watch: open_server(Server(server.url, MODEL), watch), 2, Plan(seconds=3.0, sampling=SHOWS_ALL))
    assert found.requests > 0
    assert found.errors == {}
    assert found.keys > 5

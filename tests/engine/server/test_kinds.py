"""What each kind of server is told of how words are chosen."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from afterword.engine.protocol import Message, Question
from afterword.engine.sampling import LONG, Sampling
from afterword.engine.server import body
from afterword.engine.server.kinds import KINDS

ALL = Sampling(
    temperature=0.7,
    top_k=30,
    top_p=0.8,
    min_p=0.05,
    repetition_penalty=1.1,
    typical_p=0.9,
    no_repeat_ngram=3,
    dry_multiplier=0.85,
    dry_base=1.5,
    dry_allowed_length=4,
    xtc_probability=0.5,
    xtc_threshold=0.2,
    seed=7,
)
OFF = Sampling(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, repetition_penalty=1.0)


@pytest.mark.parametrize("name", KINDS)
def test_what_a_server_honours_is_told_and_the_rest_is_named(name: str) -> None:
    kind = KINDS[name]
    told = kind.asked(ALL)
    if "generation_config" in told:
        told = told | json.loads(told["generation_config"])
    for one in fields(Sampling):
        if one.name in ("max_words", "max_sentences", "candidates", "eagerness"):
            assert one.name not in kind.ignores  # those are for us
        elif one.name in kind.ignores:
            assert getattr(ALL, one.name) not in told.values()
        else:
            assert getattr(ALL, one.name) in told.values()


def test_a_server_of_no_known_kind_is_told_the_fields_of_the_protocol_alone() -> None:
    assert KINDS[""].asked(ALL) == {"temperature": 0.7, "top_p": 0.8, "seed": 7}


def test_no_seed_is_no_field() -> None:
    assert all("seed" not in kind.asked(replace(ALL, seed=-1)) for kind in KINDS.values())


@pytest.mark.parametrize("name", KINDS)
def test_no_server_is_told_that_no_token_may_be_drawn(name: str) -> None:
    told = KINDS[name].asked(replace(OFF, top_p=0.0))
    told = told | json.loads(told.get("generation_config", "{}"))
    assert 0 < told["top_p"] <= 0.01


def test_a_server_with_defaults_of_its_own_is_told_what_is_off() -> None:
    assert KINDS["llama.cpp"].asked(OFF) | {"top_k": 0, "min_p": 0.0, "top_p": 1.0, "repeat_penalty": 1.0} == KINDS[
        "llama.cpp"
    ].asked(OFF)
    assert KINDS["vllm"].asked(OFF)["top_k"] == -1
    assert KINDS["tgi"].asked(OFF) == {"temperature": 1.0}  # which refuses 1.0 as top_p


def test_transformers_draws_only_where_there_is_a_temperature() -> None:
    kind = KINDS["transformers"]
    assert json.loads(kind.asked(OFF)["generation_config"]) == {"temperature": 1.0, "do_sample": True}
    assert json.loads(kind.asked(replace(ALL, temperature=0.0))["generation_config"]) == {
        "repetition_penalty": 1.1,
        "no_repeat_ngram_size": 3,
        "do_sample": False,
    }


def test_every_request_has_a_bound_that_the_words_fit_in() -> None:
    kind = KINDS[""]
    english = body.completion("m", "The ferry left", Sampling(max_words=12), kind, 0).body["max_tokens"]
    assert 12 * 2 <= english <= 12 * 4
    assert body.completion("m", "Паром ушёл", Sampling(max_words=12), kind, 0).body["max_tokens"] >= 12 * 8
    question = Question((Message("user", "Shorter?"),), LONG)
    assert LONG.max_words * 2 <= body.chat("m", question, kind).body["max_tokens"] <= LONG.max_words * 4 + 1100


def test_a_request_says_no_more_than_it_must() -> None:
    asked = body.completion("", "The ferry", Sampling(max_words=1), KINDS[""], 0)
    assert asked.path == "/v1/completions"
    assert asked.body == {"prompt": "The ferry", "stream": True, "max_tokens": 10, "temperature": 0.3, "top_p": 0.9}
    more = body.completion("m", "The ferry", Sampling(max_words=1), KINDS[""], 5).body
    assert more == asked.body | {"model": "m", "logprobs": 5}


def test_ollama_is_asked_in_its_own_protocol_for_raw_text_and_by_the_other_for_chats() -> None:
    asked = body.completion("m", "The ferry", Sampling(max_words=1, seed=7), KINDS["ollama"], 5)
    assert asked.path == "/api/generate"
    assert asked.body.pop("options") == {
        "temperature": 0.3,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.08,
        "typical_p": 1.0,
        "repeat_penalty": 1.0,
        "seed": 7,
        "num_predict": 10,
    }
    assert asked.body == {
        "model": "m",
        "prompt": "The ferry",
        "stream": True,
        "raw": True,
        "logprobs": True,
        "top_logprobs": 5,
    }
    assert "logprobs" not in body.completion("m", "The ferry", Sampling(), KINDS["ollama"], 0).body
    chat = body.chat("m", Question((Message("user", "Shorter?"),)), KINDS["ollama"])
    assert chat.path == "/v1/chat/completions"
    assert set(chat.body) == {"model", "messages", "stream", "max_tokens", "temperature", "top_p"}


def test_a_second_opinion_is_drawn_freely_and_with_another_seed() -> None:
    for seed in (7, 2**31 - 1):
        free = body.drawn_freely(replace(ALL, seed=seed))
        assert (free.temperature, free.top_k, free.top_p, free.min_p, free.repetition_penalty) == (1.0, 0, 1.0, 0.0, 1.0)
        assert free.seed != seed
    assert body.drawn_freely(ALL).max_words == ALL.max_words
    assert body.drawn_freely(replace(ALL, seed=-1)).seed >= 0

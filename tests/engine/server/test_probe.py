"""The connection test: what a server can do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from afterword.engine.server.probe import SENTENCE, connected, probe
from afterword.engine.server.types import Server
from afterword.engine.server.wire import Patience
from afterword.errors import (
    Cancelled,
    ServerBusy,
    ServerCannot,
    ServerFailed,
    ServerModelMissing,
    ServerNoModels,
    ServerNotUnderstood,
    ServerRefused,
    ServerSilent,
    ServerUnencrypted,
    ServerUnreachable,
)
from afterword.sentences import sentence
from afterword.watch import Watch
from tests.engine.server.wiring import wait_for
from tests.fakes.openai_server import OpenAIServer


@pytest.mark.parametrize(
    ("kind", "version", "context"),
    [
        ("vllm", "0.26.0", 2048),
        ("llama.cpp", "b9999", 4096),
        ("llama-cpp-python", "0.3.36", 0),
        ("ollama", "0.40.1", 0),
        ("tgi", "3.3.0", 4096),
        ("transformers", "", 0),
        ("", "", 0),
    ],
)
def test_a_server_is_known_by_what_it_says_of_itself(server: OpenAIServer, kind: str, version: str, context: int) -> None:
    server.kind, server.models = kind, ["small", "large"]
    server.context = 2048 if kind == "vllm" else 0
    found = probe(Server(server.url))
    assert (found.kind, found.version, found.context) == (kind, version, context)
    assert (found.models, found.model) == (("small", "large"), "small")
    assert found.completes
    assert found.chats
    assert found.first_s > 0


@pytest.mark.parametrize(("offered", "found"), [(200, 100), (100, 100), (20, 20), (10, 5), (5, 5), (0, 0)])
def test_it_finds_out_how_many_alternatives_there_are(server: OpenAIServer, offered: int, found: int) -> None:
    server.logprobs = offered
    assert probe(Server(server.url)).logprobs == found


def test_a_server_that_stumbles_over_logprobs_is_used_without(server: OpenAIServer) -> None:
    def says(body: Any) -> Any:
        if "logprobs" in body:
            server.faults.error_event = {"message": "not supported", "code": 500}
        else:
            server.faults.error_event = None
        return " the sea."

    server.says = says
    found = probe(Server(server.url))
    assert (found.completes, found.logprobs) == (True, 0)


def test_the_model_that_was_chosen_is_asked(server: OpenAIServer) -> None:
    server.models = ["small", "large"]
    assert probe(Server(server.url, model="large")).model == "large"
    assert {asked.body["model"] for asked in server.asked if asked.body} == {"large"}


def test_a_model_that_is_not_there(server: OpenAIServer) -> None:
    with pytest.raises(ServerModelMissing) as caught:
        probe(Server(server.url, model="huge"))
    assert caught.value.model == "huge"


@pytest.mark.parametrize("kind", ["vllm", ""])
def test_a_model_that_is_not_listed_may_be_there_all_the_same(server: OpenAIServer, kind: str) -> None:
    server.kind, server.listed = kind, [{"id": "base", "owned_by": "vllm" if kind else "somebody"}]  # and an adapter
    assert probe(Server(server.url, model="tiny")).model == "tiny"


def test_a_server_that_answers_with_another_model_than_was_asked_for_is_not_used(server: OpenAIServer) -> None:
    server.kind, server.models = "llama-cpp-python", []
    server.listed = [{"id": "small", "owned_by": "me"}, {"id": "large", "owned_by": "me"}]
    assert probe(Server(server.url, model="large")).model == "large"
    with pytest.raises(ServerModelMissing) as caught:
        probe(Server(server.url, model="hu\x1bge"))
    assert caught.value.model == "huge"


def test_llama_cpp_whose_model_answers_to_any_name_is_asked_by_those_that_it_has(server: OpenAIServer) -> None:
    server.kind, server.models = "llama.cpp", []
    server.listed = [{"id": "small.gguf", "aliases": ["little"], "owned_by": "llamacpp"}]
    assert probe(Server(server.url)).model == "small.gguf"
    assert probe(Server(server.url, model="little")).model == "little"
    with pytest.raises(ServerModelMissing):
        probe(Server(server.url, model="gpt9"))


def test_of_very_many_models_not_all_are_offered(server: OpenAIServer) -> None:
    server.models = [f"model{number}" for number in range(501)]
    assert len(probe(Server(server.url, model="model500")).models) == 500


def test_a_server_that_lists_no_models_chooses_itself(server: OpenAIServer) -> None:
    server.models = []
    found = probe(Server(server.url))
    assert (found.models, found.model) == ((), "")
    assert all("model" not in asked.body for asked in server.asked if asked.body)


def test_what_it_has_not_is_found(server: OpenAIServer) -> None:
    server.chats = False
    assert (probe(Server(server.url)).completes, probe(Server(server.url)).chats) == (True, False)
    server.chats, server.completes = True, False
    assert (probe(Server(server.url)).completes, probe(Server(server.url)).chats) == (False, True)
    server.chats = False
    with pytest.raises(ServerCannot):
        probe(Server(server.url))


def test_what_goes_wrong_with_the_only_path_that_it_has_is_told(server: OpenAIServer) -> None:
    server.completes, server.faults.status, server.faults.path = False, 500, "/chat/"
    with pytest.raises(ServerFailed):
        probe(Server(server.url))


def test_only_a_sentence_of_ours_is_sent(server: OpenAIServer) -> None:
    probe(Server(server.url))
    assert not server.completions
    assert not server.chatted
    said = [body["prompt"] if "prompt" in body else body["messages"][0]["content"] for one in server.asked if (body := one.body)]
    assert set(said) == {SENTENCE}
    assert all(asked.body["max_tokens"] <= 16 for asked in server.asked if asked.body)


def test_a_key_is_sent_and_a_wrong_one_is_told(server: OpenAIServer) -> None:
    server.key = "sk-right"
    assert probe(Server(server.url, key=" sk-right\n")).completes
    for key in ("", "sk-wrong"):
        with pytest.raises(ServerRefused):
            probe(Server(server.url, key=key))
    assert "sk-right" not in repr(Server(server.url, key="sk-right"))


def test_nothing_is_sent_without_encryption(server: OpenAIServer) -> None:
    with pytest.raises(ServerUnencrypted):
        probe(Server("http://192.0.2.1:8000"))


@pytest.mark.parametrize("path", ["/v1/models", "/v1/completions", "/v1/chat/completions"])
def test_a_busy_server_is_no_server_that_cannot(server: OpenAIServer, path: str) -> None:
    server.faults.status, server.faults.path = 503, path
    with pytest.raises(ServerBusy):
        probe(Server(server.url))


@pytest.mark.parametrize("path", ["/props", "/api/version", "/info", "/openapi.json"])
@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_what_stands_before_a_server_may_let_nobody_to_what_only_some_have(server: OpenAIServer, path: str, status: int) -> None:
    server.kind, server.faults.status, server.faults.path = "", status, path
    assert probe(Server(server.url)).completes


def test_what_only_some_have_may_be_elsewhere(server: OpenAIServer) -> None:
    server.kind, server.faults.path = "", "/props"
    server.faults.redirect = "https://elsewhere.example/"
    assert probe(Server(server.url)).completes


def test_a_web_server_that_knows_no_models(server: OpenAIServer) -> None:
    with http_server() as url, pytest.raises(ServerNoModels):
        probe(Server(url))
    server.faults.html = True
    with pytest.raises(ServerNoModels):
        probe(Server(server.url))


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_without_any_path_of_the_protocol(server: OpenAIServer, status: int) -> None:
    server.faults.status, server.faults.message = status, "Not Found"
    with pytest.raises(ServerNoModels) as caught:
        probe(Server(server.url))
    assert sentence(caught.value) == f"There is no server of models at {server.url}/v1: check the address."


@pytest.mark.parametrize(
    ("kind", "path", "error"),
    [
        ("", "/v1/models", None),  # it has the others
        ("", "completions", ServerCannot),  # it has a list of models
        ("ollama", "/v1/", ServerCannot),  # an old one
    ],
)
def test_a_server_that_knows_some_of_it_is_one_of_models(
    server: OpenAIServer, kind: str, path: str, error: type[Exception] | None
) -> None:
    server.kind, server.faults.status, server.faults.path, server.faults.message = kind, 404, path, "Not Found"
    server.completes = kind != "ollama"
    if error is None:
        assert probe(Server(server.url)).completes
    else:
        with pytest.raises(error):
            probe(Server(server.url))


def test_a_server_whose_list_of_models_is_misshapen_is_not_understood(server: OpenAIServer) -> None:
    server.kind, server.listed = "", {"a": 1}  # type: ignore[assignment]
    with pytest.raises(ServerNotUnderstood):
        probe(Server(server.url))


def test_a_server_that_breaks_off_over_logprobs_is_used_without(server: OpenAIServer) -> None:
    def says(body: Any) -> Any:
        server.faults.cut_after = 0 if "logprobs" in body else -1
        return " the sea."

    server.says = says
    found = probe(Server(server.url))
    assert (found.completes, found.logprobs) == (True, 0)


def test_a_server_that_breaks_off_whatever_it_is_asked_has_not_got_a_text_too_long(server: OpenAIServer) -> None:
    server.faults.cut_after = 0
    with pytest.raises(ServerUnreachable) as caught:
        probe(Server(server.url))
    assert caught.value.reason == "it breaks off before its first word"


def test_it_is_waited_for_as_long_as_somebody_wants_to(server: OpenAIServer) -> None:
    server.faults.silent_after = 0
    with pytest.raises(ServerSilent) as caught:
        connected(Server(server.url), Watch(), Patience(first=0.5))
    assert caught.value.seconds == 0.5


def test_the_test_can_be_stopped_while_the_server_is_silent(server: OpenAIServer) -> None:
    server.faults.silent_after = 1
    watch = Watch()

    def cancel() -> None:
        wait_for(lambda: server.asked[-1:] and server.asked[-1].body)
        watch.cancel()

    stopper = threading.Thread(target=cancel)
    stopper.start()
    with pytest.raises(Cancelled):
        probe(Server(server.url), watch)
    stopper.join()
    assert server.wait_until_idle()


@contextmanager
def http_server() -> Iterator[str]:
    """What `python -m http.server` is; it says nothing on the terminal."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as served:
        served.daemon_threads = False  # those that still answer are waited for
        thread = threading.Thread(target=lambda: served.serve_forever(0.01))
        thread.start()
        try:
            yield f"http://127.0.0.1:{served.server_address[1]}"
        finally:
            served.shutdown()
            thread.join()

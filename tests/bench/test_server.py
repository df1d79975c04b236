"""`afterword bench server` against a stand-in whose delays are known."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from afterword import cli, secrets
from afterword.bench.server import MOST_SECONDS, Plan, measure, page
from afterword.bench.server_writer import Writer
from afterword.engine.protocol import LanguageModel
from afterword.engine.sampling import Sampling
from afterword.engine.server.model import open_server
from afterword.engine.server.probe import SENTENCE
from afterword.engine.server.types import Server
from afterword.suggest.remote import RemoteOpener
from afterword.watch import Watch
from tests.fakes import openai_server
from tests.fakes.openai_server import OpenAIServer

PLAN = Plan(seconds=1.5, keys_per_second=5.0, sampling=Sampling(temperature=0.0, eagerness=100))


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server.running() as one:
        yield one


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "key_of", lambda _: "")


def opener(server: OpenAIServer) -> RemoteOpener:
    def opened(watch: Watch) -> LanguageModel:
        return open_server(Server(server.url), watch)

    return opened


def foretold(writers: int, characters: int) -> Callable[[dict[str, str]], str]:
    """What comes next on whichever page it is; nothing behind a slip."""
    written = ["".join(page(number, writers)) for number in range(writers)]

    def says(body: dict[str, str]) -> str:
        end = body["prompt"][-60:]
        whole = next((text for text in written if end in text), "")
        at = whole.find(end) + len(end)
        return whole[at : at + characters]

    return says


def test_a_server_that_answers_after_a_known_time(server: OpenAIServer) -> None:
    server.says, server.pause_s = foretold(1, 12), 0.1
    writer = Writer(opener(server), page(0, 1)[0].rstrip() + " ", PLAN.sampling, "eager", time.perf_counter)
    try:
        writer.ask()
        deadline = time.monotonic() + 30
        while not writer.settled and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        writer.leave()
        assert writer.join(10)
    [asked] = writer.asked
    assert asked.first_at is not None
    assert asked.ended_at is not None
    assert asked.first_at - asked.at >= 0.1
    assert asked.ended_at - asked.at >= 0.1 * asked.pieces  # not from the first piece, which may be heard late
    assert (asked.pieces > 0, asked.voided_at, asked.error) == (True, None, None)


def test_what_the_server_was_asked_is_what_is_counted(server: OpenAIServer) -> None:
    began = time.perf_counter()
    found = measure(opener(server), 4, Plan(3.0, 1.0, PLAN.sampling))  # nothing is foretold, and so slowly each request arrives
    assert (found.writers, found.errors) == (4, {})
    assert 3.0 <= found.seconds < time.perf_counter() - began
    assert 0 <= len(server.completions) - found.requests <= 4 * 4  # what was asked before the typing is not counted
    assert found.pieces > 0


def test_a_server_that_is_too_slow_for_the_keys_is_void_and_never_looks_quick(server: OpenAIServer) -> None:
    model = open_server(Server(server.url), Watch())  # beforehand: there is not much time for it
    server.pause_s = 60.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("afterword.bench.server._SETTLE_WITHIN_S", 1.0)
        found = measure(lambda _: model, 1, Plan(3.0, 2.0, PLAN.sampling))
    assert found.requests > 0
    assert found.answered == 0.0
    assert found.voided == 1.0
    assert found.first_ms == {50: None, 90: None, 99: None}
    assert found.pieces == 0
    assert server.wait_until_left()
    assert server.left_at


def test_a_server_that_has_too_much_to_do_is_counted_and_left_alone(server: OpenAIServer) -> None:
    def opened(watch: Watch) -> LanguageModel:
        model = open_server(Server(server.url), watch)
        server.faults.status, server.faults.retry_after = 429, "60"
        return model

    found = measure(opened, 1, Plan(1.0, 10.0, PLAN.sampling))
    assert set(found.errors) <= {"ServerBusy"}
    assert len(server.completions) <= 6
    assert found.pieces == 0


def test_what_a_suggestion_foretold_is_typed_without_asking(server: OpenAIServer) -> None:
    server.says = foretold(1, 400)
    found = measure(opener(server), 1, Plan(3.0, 10.0, PLAN.sampling))
    assert found.through > 0
    assert found.requests < found.keys


def test_no_two_pages_begin_alike() -> None:
    pages = [page(number, 32) for number in range(32)]
    assert len({before[:16] for before, _ in pages}) == 32
    assert {len(before) for before, _ in pages} == {4500}
    assert len({before[100:] for before, _ in pages}) == 32
    assert all(len(rest) > 5 * MOST_SECONDS for _, rest in pages)


def test_nothing_is_left_running(server: OpenAIServer) -> None:
    before = set(threading.enumerate())
    measure(opener(server), 4, Plan(1.0, 5.0, PLAN.sampling))
    assert server.wait_until_left()
    assert set(threading.enumerate()) <= before


# --- the command ----------------------------------------------------------------------------------------------------


LEISURELY = ("--seconds", "3", "--keys-per-second", "1")  # so that something is answered on a busy machine too


def bench(*arguments: str) -> int:
    return cli.main(["bench", "server", *arguments])


def test_the_command_prints_a_table(server: OpenAIServer, capfd: pytest.CaptureFixture[str]) -> None:
    assert bench(server.url, "--writers", "1,2", *LEISURELY) == 0
    said = capfd.readouterr()
    header, *rows = [line for line in said.out.splitlines() if line.startswith("|")]
    assert [cell.strip() for cell in header.strip("|").split("|")] == ["writers", "1", "2"]
    assert any(row.startswith("| first piece, p99") for row in rows)
    assert "Model tiny on vllm 0.26.0" in said.out
    assert said.err == ""


def test_where_no_answer_came_that_is_said(server: OpenAIServer, capfd: pytest.CaptureFixture[str]) -> None:
    server.says = lambda body: " x" if body["prompt"] == SENTENCE else ""
    assert bench(server.url, "--writers", "1,2", "--seconds", "1") == 1
    assert capfd.readouterr().err == "With 1 and 2 writing, no answer came in time.\n"


def test_the_command_prints_json(server: OpenAIServer, capfd: pytest.CaptureFixture[str]) -> None:
    assert bench(server.url, "--writers", "1", *LEISURELY, "--json") == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["kind"], found["model"], found["seconds"], found["keys_per_second"]) == ("vllm", "tiny", 3.0, 1.0)
    assert found["runs"][0]["writers"] == 1
    assert {"first_ms", "voided", "wasted", "errors", "busy"} <= found["runs"][0].keys()


def test_the_servers_key_is_read_from_the_environment_and_shown_nowhere(
    server: OpenAIServer, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = "sk-very-secret"
    monkeypatch.setenv("AFTERWORD_SERVER_KEY", "sk-very-secret")
    assert bench(server.url, "--writers", "1", *LEISURELY, "--json") == 0
    said = capfd.readouterr()
    assert "secret" not in said.out + said.err


def test_a_server_that_is_not_there_is_one_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    with openai_server.running() as gone:
        url = gone.url
    assert bench(url, "--writers", "1", "--seconds", "1") == 1
    assert capfd.readouterr().err.startswith("afterword: The server ")


def test_a_server_without_completions_is_one_sentence(server: OpenAIServer, capfd: pytest.CaptureFixture[str]) -> None:
    server.completes = False
    assert bench(server.url, "--writers", "1", "--seconds", "1") == 1
    assert "does not offer /v1/completions" in capfd.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--writers", "0"],
        ["--writers", "257"],
        ["--writers", "1,x"],
        ["--writers", "1,1,1,1,1,1,1,1,1"],
        ["--seconds", "0"],
        ["--seconds", "601"],
        ["--keys-per-second", "0.1"],
        ["--keys-per-second", "nan"],
        ["--wait", "0"],
    ],
)
def test_numbers_that_make_no_sense_are_wrong_usage(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        bench("127.0.0.1:9", *arguments)
    assert caught.value.code == 2
    assert "is no " in capfd.readouterr().err


def test_another_machine_is_only_written_to_in_the_clear_where_that_is_allowed(capfd: pytest.CaptureFixture[str]) -> None:
    assert bench("http://server.example", "--writers", "1", "--seconds", "1") == 1
    assert "would not be encrypted, so nothing was sent. “--unencrypted” allows it." in capfd.readouterr().err


def test_a_server_that_is_silent_for_longer_is_an_error(
    server: OpenAIServer, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afterword.bench.server._SETTLE_WITHIN_S", 0.0)
    server.says = lambda body: "" if body["prompt"] == SENTENCE else hold(server)
    assert bench(server.url, "--writers", "1", "--seconds", "9", "--keys-per-second", "0.2", "--wait", "1", "--json") == 1
    [run] = json.loads(capfd.readouterr().out)["runs"]
    assert run["sentences"] == {"ServerSilent": f"The server {server.url}/v1 said nothing for 1 seconds."}


def hold(server: OpenAIServer) -> str:
    server.gate = threading.Semaphore(0)
    return " and"

"""`afterword complete --server`: the command line with a model on a server."""

from __future__ import annotations

import io
import json
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from afterword import cli, paths, secrets
from afterword.engine.server import model
from afterword.engine.server.address import address
from afterword.engine.server.probe import SENTENCE
from afterword.engine.server.types import Server
from afterword.engine.server.wire import Patience
from afterword.settings import Settings
from tests.fakes import openai_server
from tests.fakes.openai_server import OpenAIServer, Said
from tests.fakes.scripted import ScriptedModel

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server.running() as server:
        secrets.remember(address(server.url).origin, "")
        yield server
    secrets.forget_all()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Server, Patience]]:
    """The servers that would be opened, in turn, and how long each is waited for; nothing is sent."""
    found: list[tuple[Server, Patience]] = []

    def open_it(server: Server, whole: bool, patience: Patience) -> ScriptedModel:
        found.append((server, patience))
        return ScriptedModel(" left.")

    monkeypatch.setattr(model, "open_server", open_it)
    return found


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("AFTERWORD_SERVER_KEY", raising=False)

    def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        try:
            code = cli.main(["complete", *arguments])
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_a_text_is_continued_by_the_server(run: Run, server: OpenAIServer) -> None:
    server.says = " left the quay at noon."
    assert run("The ferry le", "--server", server.url, "--model", "tiny") == (0, "ft the quay at noon.\n", "")
    [asked] = server.completions
    assert (asked.body["model"], asked.body["prompt"], asked.body["temperature"]) == ("tiny", "The ferry", 0.8)


def test_a_server_without_probabilities_is_given_a_text_whole(run: Run, server: OpenAIServer) -> None:
    server.logprobs = 0
    server.says = " the quay at noon."
    assert run("The ferry left", "--server", server.url) == (0, " the quay at noon.\n", "")
    assert [asked.body["prompt"] for asked in server.completions] == ["The ferry left"]
    assert run("--jsonl", "--server", server.url, stdin=b'{"id": 1, "before": "The ferry left", "after": ""}')[0] == 0
    assert "The ferry left" not in [asked.body["prompt"] for asked in server.completions[1:]]


def test_without_a_model_its_first_is_asked(run: Run, server: OpenAIServer) -> None:
    server.models = ["small", "large"]
    assert run("The ferry", "--server", server.url)[0] == 0
    assert server.completions[0].body["model"] == "small"


def test_lines_are_answered_with_what_the_window_would_show(run: Run, server: OpenAIServer) -> None:
    server.says = [Said(" left", 0.9), Said(" the", 0.9), Said(" quay", 0.9), Said(".", 0.9)]
    asked = [{"id": 1, "before": "Then the ferry le", "after": ""}, {"id": 2, "before": "", "after": ""}]
    code, out, err = run("--jsonl", "--server", server.url, stdin="\n".join(map(json.dumps, asked)).encode())
    assert (code, err) == (0, "")
    first, second = map(json.loads, out.splitlines())
    assert (first["shown"], second["shown"]) == ("ft the quay.", "")


def test_a_line_at_which_the_server_fails_is_told_and_the_others_are_answered(run: Run, server: OpenAIServer) -> None:
    lines = b'{"id": 1, "before": "Then the ferry"}\n{"id": 2, "before": "And then the ferry"}\n'

    def says(body: dict[str, str]) -> list[Said | str]:
        if body["prompt"] == "Then the":
            server.faults.error_event = "no memory"
        else:
            server.faults.error_event = None
        return [Said(" ferry", 0.9), Said(" left", 0.9)]

    server.says = says
    code, out, err = run("--jsonl", "--server", server.url, stdin=lines)
    assert code == 1
    assert [json.loads(line)["id"] for line in out.splitlines()] == [2]
    assert "answers with an error (500): no memory." in err


@pytest.mark.parametrize("where", ["environment", "keyring"])
def test_the_key_is_found(run: Run, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    server.key = "sk-right"
    if where == "environment":
        monkeypatch.setenv("AFTERWORD_SERVER_KEY", "sk-right")
    else:
        secrets.remember(address(server.url).origin, "sk-right")
    assert run("The ferry", "--server", server.url)[0] == 0


def test_a_wrong_key_is_one_sentence(run: Run, server: OpenAIServer) -> None:
    server.key = "sk-right"
    code, out, err = run("The ferry", "--server", server.url)
    assert (code, out) == (1, "")
    assert err == (
        f"afterword: The server {server.url}/v1 wants a key, or another one than it was given. "
        "It is read from AFTERWORD_SERVER_KEY, or from the keyring.\n"
    )


def test_a_key_that_was_to_be_forgotten_is_none(run: Run, server: OpenAIServer) -> None:
    server.key = "sk-right"
    secrets.remember(address(server.url).origin, "sk-right")  # the keyring did not let it go
    settings = Settings(paths.settings_file())
    settings["server.unwanted"] = [address(server.url).origin]
    settings.save()
    assert run("The ferry", "--server", server.url)[0] == 1
    assert b"sk-right" not in server.received


def test_another_machine_without_encryption_has_to_be_allowed(run: Run, opened: list[tuple[Server, Patience]]) -> None:
    code, out, err = run("The ferry", "--server", "http://192.0.2.1:8000")
    assert (code, out) == (1, "")
    assert err == (
        "afterword: “http://192.0.2.1:8000” is another machine, and the connection would not be encrypted, so nothing was sent. "
        "“--unencrypted” allows it.\n"
    )
    assert not opened
    secrets.remember("http://192.0.2.1:8000", "")
    assert run("The ferry", "--server", "http://192.0.2.1:8000", "--unencrypted")[0] == 0
    [(server, _)] = opened
    assert (server.url, server.unencrypted) == ("http://192.0.2.1:8000", True)
    secrets.forget_all()


def test_this_machine_needs_no_encryption(run: Run, server: OpenAIServer) -> None:
    assert server.url.startswith("http:")
    assert run("The ferry", "--server", server.url)[0] == 0


@pytest.mark.parametrize(("wait", "seconds"), [([], 120.0), (["--wait", "300"], 300.0)])
def test_a_server_may_take_a_while(run: Run, opened: list[tuple[Server, Patience]], wait: list[str], seconds: float) -> None:
    secrets.remember("http://localhost:9", "")
    assert run("The ferry", "--server", "localhost:9", *wait)[0] == 0
    [(_, patience)] = opened
    assert (patience.first, patience.between) == (seconds, seconds)
    secrets.forget_all()


@pytest.mark.parametrize("about", ["the connection", "the text"])
def test_a_server_that_takes_longer_is_told(run: Run, server: OpenAIServer, about: str) -> None:
    def says(body: dict[str, str]) -> str:
        if about == "the connection" or body["prompt"] != SENTENCE:
            server.gate = threading.Semaphore(0)
        return " left the quay."

    server.says = says
    wait = "1" if about == "the connection" else "5"  # by when the connection was made, on a busy machine too
    code, _, err = run("The ferry", "--server", server.url, "--wait", wait)
    assert code == 1
    assert err == f"afterword: The server {server.url}/v1 said nothing for {wait} seconds.\n"
    assert bool(server.completions) == (about == "the text")


@pytest.mark.parametrize("wait", ["0", "601", "soon", "nan"])
def test_a_wait_that_makes_no_sense_is_wrong_usage(run: Run, wait: str) -> None:
    code, _, err = run("The ferry", "--server", "localhost:9", "--wait", wait)
    assert code == 2
    assert f"“{wait}” is no number from 1 to 600" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["x", "--server", "localhost:1", "--exact"],
        ["x", "--server", "localhost:1", "--device", "cpu"],
        ["x", "--unencrypted"],
        ["x", "--wait", "5"],
    ],
)
def test_what_does_not_go_together_is_wrong_usage(run: Run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


def test_what_is_no_address_is_one_sentence(run: Run) -> None:
    code, out, err = run("The ferry", "--server", "two words")
    assert (code, out) == (1, "")
    wrong = "“two words” is not the address of a server."
    assert err == f"afterword: {wrong} One looks like https://server.example/v1.\n"

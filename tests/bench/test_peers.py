"""Processes that are asked by lines of JSON: what they answer, and what becomes of those that do not."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from afterword.bench import peers
from afterword.bench.peer_afterword import Afterword
from afterword.bench.peer_llama_cpp import LlamaCpp, NoRoom
from afterword.bench.peer_transformers import Transformers, _Clock
from afterword.bench.peers import Declined, Peer, PeerGone
from tests.engine.tiny import PAGE, tiny_llama

BENCH = Path(peers.__file__).parent


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], list[str]]:
    """The command of a peer with this program."""

    def command(program: str) -> list[str]:
        file = tmp_path / "peer.py"
        file.write_text(f"import json, os, sys, time\nsys.path.insert(0, {str(BENCH)!r})\n{program}\n", "utf-8")
        return [sys.executable, "-I", str(file)]

    return command


SERVES = """
from peer_llama_cpp import NoRoom, serve
def prefill(tokens):
    print("a library has something to say")
    os.write(1, b"and says it past Python")
    if tokens > 100:
        raise NoRoom(tokens)
    if tokens < 0:
        raise ValueError("what?")
    return {"ms": tokens / 2}
serve({"prefill": prefill})
"""


def test_an_answer_comes_back_whatever_libraries_print(script: Callable[[str], list[str]]) -> None:
    with Peer(script(SERVES)) as peer:
        assert peer.ask("prefill", tokens=64) == {"ms": 32.0}


def test_what_a_peer_cannot_do_is_declined_and_it_goes_on(script: Callable[[str], list[str]]) -> None:
    with Peer(script(SERVES)) as peer:
        for do, tokens, why in (
            ("prefill", 4097, "the model has no room for 4,097 tokens"),
            ("prefill", -1, "ValueError: what?"),
            ("fly", 1, ""),
        ):
            with pytest.raises(Declined) as caught:
                peer.ask(do, tokens=tokens)
            assert str(caught.value) == why
        assert peer.ask("prefill", tokens=2) == {"ms": 1.0}


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("sys.stdin.readline(); sys.exit(3)", "it ended with code 3"),
        ("sys.exit(4)", "it ended with code 4"),
        ("os.close(0); os.close(1); time.sleep(60)", "it ended with code -9"),
        ("print('nonsense', flush=True); time.sleep(60)", "its answer made no sense"),
        ("print('{}', flush=True); time.sleep(60)", "its answer made no sense"),
        ("print('[1]', flush=True); time.sleep(60)", "its answer made no sense"),
        ('print(\'{"ms": "soon"}\', flush=True); time.sleep(60)', "its answer made no sense"),
        ("os.write(1, b'\\xff\\n'); time.sleep(60)", "its answer made no sense"),
        ("time.sleep(60)", "it did not answer within 0.5 seconds"),
    ],
)
def test_a_peer_that_does_not_answer_is_given_up_and_leaves_no_process(
    program: str, why: str, script: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "_END_WITHIN_S", 0.2)
    within_s = 0.5 if "within" in why else 30
    with Peer(script(program), within_s) as peer:
        with pytest.raises(PeerGone) as caught:
            peer.ask("decode", context=1, new=1)
        assert peer._process.poll() is not None
    assert str(caught.value) == why or (os.name == "nt" and "code" in why)


def test_leaving_ends_a_peer_that_is_busy(script: Callable[[str], list[str]]) -> None:
    with Peer(script("time.sleep(60)")) as peer:
        pass
    assert peer._process.poll() is not None


def test_a_program_that_is_not_there_is_a_peer_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(PeerGone, match="cannot be started"):
        Peer([str(tmp_path / "python")])


# --- where llama.cpp is ---------------------------------------------------------------------------------------------


def environment(folder: Path) -> Path:
    """A folder with a Python where environments have it."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    python.parent.mkdir(parents=True)
    python.touch()
    return python


def test_llama_cpp_is_looked_for_in_the_current_folder_and_in_this_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert peers.python_of_llama_cpp() is None
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert peers.python_of_llama_cpp() == sys.executable
    python = environment(tmp_path / peers.PEERS)
    assert peers.python_of_llama_cpp() == str(python)


def test_where_an_environment_is_named_nothing_else_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert peers.python_of_llama_cpp(tmp_path / "other") is None
    python = environment(tmp_path / "other")
    assert peers.python_of_llama_cpp(tmp_path / "other") == str(python)


# --- what the peers do ----------------------------------------------------------------------------------------------


@pytest.fixture
def text(tmp_path: Path) -> str:
    file = tmp_path / "text.txt"
    file.write_text(PAGE, "utf-8")
    return str(file)


def test_transformers_reads_and_writes_with_generate_in_float32(tmp_path: Path, text: str) -> None:
    import torch

    folder = tiny_llama(tmp_path / "model", dtype=torch.bfloat16)
    peer = Transformers(str(folder))
    loaded = peer.load(text)
    assert loaded["s"] > 0
    assert set(loaded["versions"]) == {"torch", "transformers"}
    assert peer._model.dtype == torch.float32
    assert peer.prefill(40)["ms"] > 0
    with pytest.raises(NoRoom):
        peer.prefill(256)  # and a token would be one more than the model has positions


def test_transformers_is_timed_from_token_to_token(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    peer = Transformers(str(tiny_llama(tmp_path / "model")))
    peer.load(text)
    times = iter([0.0, 7.0, 0.0, 7.0, 7.5, 8.1, 8.6, 9.9])
    monkeypatch.setattr(_Clock, "put", lambda clock, value: clock.times.append(next(times)))
    assert peer.prefill(40)["ms"] == 7000
    assert peer.decode(40, 4)["ms"] == pytest.approx(550)
    assert next(times, None) is None


def test_our_engine_is_timed_as_the_window_opens_it(tmp_path: Path, text: str) -> None:
    peer = Afterword(str(tiny_llama(tmp_path / "model")))
    assert peer.load(text)["s"] > 0
    assert peer.prefill(40)["ms"] > 0
    assert peer.decode(40, 4)["ms"] > 0
    assert peer.decode_guessing(40, 4)["ms"] > 0
    agreement = peer.agreement([text])
    assert 0 <= agreement["argmax"] <= 1
    assert abs(agreement["nll_change"]) < 1
    for measure, tokens in ((peer.prefill, [256]), (peer.decode, [250, 7]), (peer.decode_guessing, [250, 7])):
        with pytest.raises(NoRoom, match="257"):  # one more than the model has positions
            measure(*tokens)
    assert peer.decode(250, 6)["ms"] > 0


class FakeLlama:
    """llama_cpp.Llama, as far as the peer uses it."""

    def __init__(self, file: str, **options: Any) -> None:
        self.file, self.options = file, options
        self.ctx = "context"
        self.metadata = {"general.architecture": "llama", "llama.context_length": "300"}
        self.evals: list[int] = []
        self.resets = 0

    def tokenize(self, text: bytes, add_bos: bool) -> list[int]:
        return list(text)[:1000]

    def reset(self) -> None:
        self.resets += 1

    def eval(self, tokens: list[int]) -> None:
        self.evals.append(len(tokens))

    def sample(self, temp: float) -> int:
        assert temp == 0
        return 7


def test_llama_cpp_reads_anew_and_writes_a_token_at_a_time(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[str] = []
    module = SimpleNamespace(Llama=FakeLlama, __version__="1.2", llama_synchronize=waited.append)
    monkeypatch.setitem(sys.modules, "llama_cpp", module)
    peer = LlamaCpp("model.gguf", 2)
    assert peer.load(text)["versions"] == {"llama-cpp-python": "1.2"}
    assert (peer._llama.file, peer._llama.options["n_threads"]) == ("model.gguf", 2)
    assert peer.prefill(256)["ms"] > 0
    assert peer.decode(100, 5)["ms"] > 0
    assert peer._llama.evals == [256, 100, 1, 1, 1, 1, 1]
    assert peer._llama.resets == 2
    assert len(waited) == 7
    with pytest.raises(NoRoom):
        peer.prefill(301)  # beyond what the model was trained for
    with pytest.raises(NoRoom):
        peer.decode(299, 2)

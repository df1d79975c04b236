"""`afterword bench latency`: its numbers and its shape, with scripted engines."""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from afterword import cli
from afterword.bench import application, latency, machine
from afterword.bench.latency import LLAMA_CPP, OURS, TRANSFORMERS, Plan, gguf_of, percentile, racers_of, ratios
from afterword.bench.race import Racer, Step, race
from afterword.engine import conversion, starter
from tests.engine.tiny import PAGE, tiny_gpt2
from tests.fakes.scripted import ScriptedModel

PLAN = Plan(keys=5, idle_s=0.01, steps=latency._steps(8, 2), budget_s=60, texts=2, characters=100, interval_s=0.01)

FAKE = """
import json, sys
scale, diary = float(sys.argv[1]), open(sys.argv[2], "a")
for line in sys.stdin:
    asked = json.loads(line)
    do = asked["do"]
    print(sys.argv[1], do, asked.get("tokens", asked.get("context", "")), file=diary, flush=True)
    if do == "load":
        answer = {"s": scale, "versions": {"fake": "1"}}
    elif do == "prefill":
        answer = {"ms": asked["tokens"] * scale}
    elif do == "decode":
        answer = {"ms": 10 * scale}
    elif do == "agreement":
        answer = {"argmax": 0.98, "nll_change": 0.001 * len(asked["files"])}
    else:
        answer = {"error": {"crawl": "it is too slow", "limp": "it hurts"}.get(do, "")}
    if do in sys.argv[3:]:
        sys.exit(1)
    print(json.dumps(answer), flush=True)
"""

Fake = Callable[..., Racer]


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """What the fake engines write into when they begin something."""
    return tmp_path / "diary"


@pytest.fixture
def fake(tmp_path: Path, diary: Path) -> Fake:
    """An engine that answers at once that everything takes it `scale`, and dies of what is in `dies_of`."""
    script = tmp_path / "fake.py"
    script.write_text(FAKE, "utf-8")
    return lambda scale, *dies_of: Racer([sys.executable, "-I", str(script), str(scale), str(diary), *dies_of])


def run(racers: dict[str, Racer], steps: list[Step], budget_s: float = 60) -> None:
    with ExitStack() as within:
        race(racers, steps, Path(PAGE[:10]), budget_s, within)


# --- the race -------------------------------------------------------------------------------------------------------


def test_engines_take_turns_after_one_call_each_that_does_not_count(fake: Fake, diary: Path) -> None:
    racers = {"a": fake(1), "b": fake(2)}
    run(racers, [Step("x", "prefill", {"tokens": 3}, 2), Step("y", "decode", {"context": 5, "new": 1}, 1)])
    warm_up, first, second = ["1 prefill 3", "2 prefill 3"], ["1 decode 5", "2 decode 5"], ["1 prefill 3", "2 prefill 3"]
    assert diary.read_text().splitlines() == ["1 load ", "2 load ", *warm_up, *second, *first, *second]
    assert (racers["a"].times, racers["b"].times) == ({"x": [3, 3], "y": [10]}, {"x": [6, 6], "y": [20]})
    assert (racers["a"].load_s, racers["b"].versions) == (1, {"fake": "1"})


def test_when_the_time_is_used_up_only_the_first_round_is_run(fake: Fake) -> None:
    racers = {"a": fake(1)}
    run(racers, [Step("x", "prefill", {"tokens": 3}, 9)], budget_s=0)
    assert racers["a"].times == {"x": [3]}


def test_an_engine_that_dies_is_told_of_and_the_others_go_on(fake: Fake) -> None:
    racers = {"a": fake(1, "decode"), "b": fake(2)}
    run(racers, [Step("x", "prefill", {"tokens": 3}, 2), Step("y", "decode", {"context": 5, "new": 1}, 2)])
    assert racers["a"].times == {"x": [3]}
    assert racers["a"].ms("y") is None
    assert racers["a"].why_not == "it ended with code 1"
    assert racers["b"].times == {"x": [6, 6], "y": [20, 20]}


def test_an_engine_that_does_not_load_is_not_measured(fake: Fake) -> None:
    racers = {"a": fake(1, "load"), "b": Racer(["/no/such/program"]), "c": Racer(None), "d": fake(2)}
    run(racers, [Step("x", "prefill", {"tokens": 3}, 1)])
    assert [racer.times for racer in racers.values()] == [{}, {}, {}, {"x": [6]}]
    assert racers["b"].why_not == "/no/such/program cannot be started"


def test_what_an_engine_declines_is_a_number_less_with_a_reason(fake: Fake) -> None:
    racers = {"a": fake(1), "b": fake(2)}
    run(racers, [Step("w", "crawl", {}, 1), Step("x", "limp", {}, 1), Step("y", "prefill", {"tokens": 3}, 1)])
    assert racers["a"].times == {"y": [3]}
    assert [racer.why_not for racer in racers.values()] == ["it is too slow"] * 2


def test_what_an_engine_does_not_do_at_all_is_a_number_less_and_no_more(fake: Fake) -> None:
    racers = {"a": fake(1)}
    run(racers, [Step("x", "fly", {}, 1), Step("y", "prefill", {"tokens": 3}, 1)])
    assert racers["a"].times == {"y": [3]}
    assert racers["a"].why_not == ""


def test_a_load_that_is_declined_is_told_with_its_reason(tmp_path: Path) -> None:
    script = tmp_path / "no.py"
    script.write_text('import sys\nsys.stdin.readline()\nprint(\'{"error": "no such library"}\', flush=True)\nsys.stdin.read()')
    racer = Racer([sys.executable, "-I", str(script)])
    run({"a": racer}, [Step("x", "prefill", {"tokens": 3}, 1)])
    assert (racer.why_not, racer.times) == ("no such library", {})


# --- arithmetic -----------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e6, 1e6), min_size=2), st.integers(1, 99))
def test_a_percentile_is_that_of_the_statistics_module(values: list[float], percent: int) -> None:
    expected = statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
    assert percentile(values, percent) == pytest.approx(expected, abs=1e-6)


def test_percentiles_of_little() -> None:
    assert percentile([], 50) is None
    assert [percentile([7.0], n) for n in (0, 50, 100)] == [7.0] * 3
    assert [percentile([3.0, 1.0], n) for n in (0, 50, 100)] == [1.0, 2.0, 3.0]


def test_a_ratio_is_our_time_by_theirs() -> None:
    ours = Racer(None, times={"decode_ms": [8.0, 12.0, 99.0], "256": [100.0]})
    llama = Racer(None, times={"decode_ms": [10.0], "256": [400.0]})
    plain = Racer(None, times={"decode_ms": [48.0]})
    found = ratios({OURS: ours, LLAMA_CPP: llama, TRANSFORMERS: plain})
    assert found == {"decode_vs_llama.cpp": 1.2, "prefill_vs_llama.cpp": 0.25, "decode_vs_transformers": 0.25}
    found = ratios({OURS: ours, LLAMA_CPP: Racer(None), TRANSFORMERS: plain})
    assert found == {"decode_vs_llama.cpp": None, "prefill_vs_llama.cpp": None, "decode_vs_transformers": 0.25}
    assert set(ratios({name: Racer(None) for name in (OURS, LLAMA_CPP, TRANSFORMERS)}).values()) == {None}


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def bench(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """The command, with these engines and a model that knows one thing to say."""

    def bench(racers: dict[str, Racer], *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(latency, "fetch", lambda name, folder, watch: folder)
        monkeypatch.setattr(latency, "racers_of", lambda model, folder, environment: racers)
        monkeypatch.setattr(latency, "_open", lambda name, download, watch: ScriptedModel(" the quay"))
        monkeypatch.setattr(latency, "memory_mb", lambda model, page: 512.25)
        monkeypatch.setattr(latency, "FULL", PLAN)
        code = cli.main(["bench", "latency", *arguments])
        return (code, *capsys.readouterr())

    return bench


def shape(value: Any) -> Any:
    """The keys, and whether there is a number."""
    if isinstance(value, dict):
        return {key: shape(inside) for key, inside in value.items()}
    return value is not None


PREFILL = {"256": True, "1024": False, "4096": False}  # what the plan of these tests leaves out
ENGINE = {"decode_ms": True, "prefill_ms": PREFILL, "load_s": True}
TYPING = dict.fromkeys(("keys", "asked", "silent", "overtaken", "typed_through", "idle_core_ms_per_s"), True)


def test_the_json_has_every_key(bench: Callable[..., tuple[int, str, str]], fake: Fake) -> None:
    code, out, err = bench({OURS: fake(2), LLAMA_CPP: fake(4), TRANSFORMERS: fake(8)}, "--json", "--model", "m")
    assert (code, err) == (0, "")
    report = json.loads(out)
    versions, place = report.pop("versions"), report.pop("machine")
    assert shape(report) == {
        "model": True,
        "first_piece_ms": {"p50": True, "p90": True, "p99": True},
        "core_ms_per_key": True,
        "core_ms_per_key_eager": True,
        **ENGINE,
        "decode_ms_1024": False,
        "decode_guessing_ms": False,
        "memory_mb": True,
        "agreement": {"argmax": True, "nll_change": True},
        "peers": {"llama.cpp": ENGINE, "transformers": ENGINE},
        "ratios": {"decode_vs_llama.cpp": True, "prefill_vs_llama.cpp": True, "decode_vs_transformers": True},
        "typing": {"eager": TYPING, "balanced": TYPING},
    }
    assert report["ratios"] == {"decode_vs_llama.cpp": 0.5, "prefill_vs_llama.cpp": 0.5, "decode_vs_transformers": 0.25}
    assert report["peers"]["llama.cpp"] == {
        "decode_ms": 40.0, "prefill_ms": {"256": 1024.0, "1024": None, "4096": None}, "load_s": 4.0
    }  # fmt: skip
    assert report["agreement"] == {"argmax": 0.98, "nll_change": 0.002}
    assert report["memory_mb"] == 512.25
    assert {"afterword", "python", "torch", "transformers", "fake"} == set(versions)
    assert set(place) == {"processor", "cores", "memory_gb", "os"}


def test_without_peers_the_keys_stay_and_a_sentence_says_how_to_get_them(
    bench: Callable[..., tuple[int, str, str]], fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    (tmp_path / starter.GGUF).touch()
    llama_cpp = racers_of("m", tmp_path, None)[LLAMA_CPP]
    code, out, err = bench({OURS: fake(2), LLAMA_CPP: llama_cpp, TRANSFORMERS: fake(8, "load")}, "--json")
    assert code == 0
    nothing = {"decode_ms": None, "prefill_ms": dict.fromkeys(PREFILL), "load_s": None}
    assert json.loads(out)["peers"] == {"llama.cpp": nothing, "transformers": nothing}
    assert err.splitlines() == [
        "llama.cpp was not measured: it is not installed; “make bench-peers” does that.",
        "transformers was not measured: it ended with code 1.",
    ]


def test_a_reader_gets_a_table_with_the_machine_and_dashes_for_what_is_missing(
    bench: Callable[..., tuple[int, str, str]], fake: Fake
) -> None:
    code, out, _ = bench({OURS: fake(2), LLAMA_CPP: fake(4), TRANSFORMERS: fake(8, "decode")})
    assert code == 0
    first, *lines = out.splitlines()
    assert machine.describe()["processor"] in first
    cells = {line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:-1]] for line in lines if "|" in line}
    assert cells["write a token, 256 before it"] == ["20.0 ms", "40.0 ms", "–"]
    assert cells["read 256 tokens"] == ["512 ms", "1,024 ms", "–"]
    assert cells["read 4,096 tokens"] == ["–", "–", "–"]
    assert cells["load the model"] == ["2.0 s", "4.0 s", "8.0 s"]
    assert cells["time to write a token, of llama.cpp's"] == ["0.50"]
    assert cells["time to write a token, of transformers'"] == ["–"]
    assert cells["memory of the whole application, at most"] == ["512 MB"]
    assert cells["likeliest token as in exact mode"] == ["98.0 %"]


def test_when_our_own_engine_is_not_measured_it_is_a_failure(bench: Callable[..., tuple[int, str, str]], fake: Fake) -> None:
    code, out, err = bench({OURS: fake(2, "load"), LLAMA_CPP: fake(4), TRANSFORMERS: fake(8)}, "--json")
    assert code == 1
    assert shape(json.loads(out)["ratios"]) == dict.fromkeys(json.loads(out)["ratios"], False)
    assert "Afterword was not measured" in err


@pytest.mark.parametrize(("steps", "code", "says"), [(["crawl"], 1, "measured"), (["crawl", "decode"], 0, "measured in full")])
def test_what_could_not_be_measured_is_told_of_every_engine(
    bench: Callable[..., tuple[int, str, str]],
    fake: Fake,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[str],
    code: int,
    says: str,
) -> None:
    monkeypatch.setattr(latency, "QUICK", replace(PLAN, steps=[Step(do, do, {}, 1) for do in steps]))
    names = (OURS, LLAMA_CPP, TRANSFORMERS)
    ended, _, err = bench({name: fake(2) for name in names}, "--quick")
    assert ended == code
    assert err.splitlines() == [f"{name} was not {says}: it is too slow." for name in names]


@pytest.mark.parametrize("arguments", [(), ("fly",), ("latency", "--fly"), ("keystrokes", "--fly")])
def test_wrong_usage_is_one_sentence(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["bench", *arguments])
    assert left.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


# --- what is measured, and where ------------------------------------------------------------------------------------


def test_the_gguf_is_the_starters_own_or_the_file_that_was_converted(tmp_path: Path) -> None:
    assert gguf_of(tmp_path) is None
    (tmp_path / "config.json").touch()
    file = tmp_path / "mine.gguf"
    conversion.write_marker(tmp_path, conversion.Marker("mine", str(file)))
    assert gguf_of(tmp_path) is None
    file.touch()
    assert gguf_of(tmp_path) == file
    (tmp_path / starter.GGUF).touch()
    assert gguf_of(tmp_path) == tmp_path / starter.GGUF
    (tmp_path / "plain").mkdir()
    llama_cpp = racers_of("gpt2", tmp_path / "plain", None)[LLAMA_CPP]
    assert (llama_cpp.command, llama_cpp.why_not) == (None, "“gpt2” was not made from a GGUF file")


def test_the_page_is_a_thousand_tokens_and_then_what_is_typed() -> None:
    text, start = latency._page(150)
    assert start == latency.BEFORE
    assert len(text) == start + 150


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system counts for each process")
def test_the_peak_is_that_of_the_process_itself() -> None:
    ballast = bytearray(300_000_000)
    ballast[::4096] = b"x" * len(ballast[::4096])
    assert machine.peak_memory_mb() > 300
    code = "from afterword.bench.machine import peak_memory_mb; print(peak_memory_mb())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
    assert 5 < float(told) < 200


@pytest.mark.long  # opens the window on a model in a process of its own
def test_the_memory_is_that_of_the_whole_application(tmp_path: Path, home: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(PAGE[:200], "utf-8")
    found = application.memory_mb(str(tiny_gpt2(tmp_path / "model")), page)
    assert found is not None
    assert 150 < found < 3000
    assert page.read_text("utf-8") == PAGE[:200]
    assert {place.name for place in home.glob("*")} <= {"data"}  # where models are


def test_an_application_that_cannot_open_its_model_has_no_memory_to_tell(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Once", "utf-8")
    assert application.memory_mb("missing", page) is None

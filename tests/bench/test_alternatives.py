"""`afterword bench alternatives`: which words are asked for, what is counted, and how it is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from afterword import cli, paths
from afterword.bench import alternatives
from afterword.bench.alternatives import measure_alternatives, spots
from afterword.engine.protocol import never
from afterword.suggest.replacing import Spot
from afterword.text.context import Context
from tests.fakes.scripted import ScriptedModel

TEXT = "Two boats left the harbour, and then the Captain's boy didn't wave; 1912 was there. Boats left."


class Masked:
    closed = False

    def propose(self, before: str, after: str, words: int, n: int, stopped: Callable[[], bool] = never) -> list[str]:
        return ["harbour"]

    def close(self) -> None:
        Masked.closed = True


def test_words_that_carry_meaning_are_asked_for_with_both_their_sides() -> None:
    found = spots([TEXT])
    assert [spot.words for spot in found] == ["boats", "left", "harbour", "wave", "Boats", "left"]
    assert found[2] == Spot(Context("Two boats left the ", TEXT[26:]), "harbour")


def test_the_sample_is_the_same_at_every_call_and_spread_over_the_texts() -> None:
    texts = [" ".join(f"{letter}aaa{chr(97 + n)}" for n in range(26)) for letter in "xyz"]
    few = [spot.words for spot in spots(texts, 12)]
    assert few == [spot.words for spot in spots(texts, 12)]
    assert len(few) == 12
    assert {word[0] for word in few} == set("xyz")
    assert few == sorted(few), "in order"


def model_for(first: Sequence[str], both: Sequence[str]) -> ScriptedModel:
    """By the left side `first` is the order of the words, by both sides `both`."""

    def scores(text: str) -> float:
        word, _, rest = text.partition(" ")
        return -0.1 * (both if rest else first).index(word)

    return ScriptedModel(candidates=[f"{word} on" for word in first], scores=scores)


def test_each_number_by_hand() -> None:
    one = Spot(Context("at the ", " we slept"), "harbour")
    other = Spot(Context("at the ", " we slept"), "quay")
    third = Spot(Context("at the ", " we slept"), "sea")
    fillers = ["a1", "b1", "c1", "d1", "e1"]
    model = model_for([*fillers, "harbour", "quay"], ["harbour", *fillers[:3], "quay", *fillers[3:]])
    found, seconds = measure_alternatives(model, [one, other, third, one])
    assert found == {
        "left": {"proposed": 0.75, "first": 0.0, "first_five": 0.0},
        "both": {"proposed": 0.75, "first": 0.5, "first_five": 0.75},
    }
    assert seconds


def test_capitals_do_not_count() -> None:
    model = model_for(["harbour"], ["harbour"])
    found, _ = measure_alternatives(model, [Spot(Context("the old ", " slept"), "Harbour")])
    assert found["both"]["first"] == 1.0


def test_a_masked_model_is_measured_beside() -> None:
    model = ScriptedModel(candidates=["quay on"])
    found, _ = measure_alternatives(model, [Spot(Context("the old ", " slept"), "harbour")], Masked())
    assert list(found) == ["left", "both", "masked"]
    assert (found["both"]["proposed"], found["masked"]["proposed"]) == (0.0, 1.0)


def test_without_words_there_are_no_numbers() -> None:
    found, seconds = measure_alternatives(ScriptedModel(), [])
    assert found["both"] == {"proposed": None, "first": None, "first_five": None}
    assert seconds is None


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    @contextmanager
    def opened(name: str, exact: bool, download: bool) -> Iterator[ScriptedModel]:
        assert (name, exact) == ("said", False)
        yield ScriptedModel(candidates=["harbour on"])

    monkeypatch.setattr(alternatives, "opened", opened)

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = cli.main(["bench", "alternatives", *arguments])
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def draft(tmp_path: Path) -> str:
    file = tmp_path / "draft.txt"
    file.write_text(TEXT, "utf-8")
    return str(file)


def test_it_prints_a_table(run, draft: str) -> None:
    code, out, err = run("--model", "said", draft)
    assert (code, err) == (0, "")
    assert out.startswith("Model said; 6 words; ")
    assert "| the writer's own word is | among the first 5 | the first | among all proposed |" in out
    assert "| left side only " in out
    assert "| both sides " in out
    assert "masked" not in out


def test_json_has_the_numbers(run, draft: str) -> None:
    code, out, err = run("--json", "--model", "said", "--words", "3", draft)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert list(found) == ["words", "left", "both", "seconds", "model", "masked", "machine"]
    assert found["words"] == 3


def test_with_a_masked_model_installed_there_is_a_line_for_it(run, draft: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alternatives, "catalogue_masked", lambda folder: folder / "bert")
    monkeypatch.setattr(alternatives, "open_masked", lambda folder, models_dir: Masked())
    assert "| both sides, with a masked model " in run("--model", "said", draft)[1]
    assert Masked.closed
    assert json.loads(run("--json", "--model", "said", draft)[1])["masked"] == "bert"


def test_the_reported_samples_are_taken_when_no_file_is_named(run, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = paths.resources_dir() / "samples" / "report" / "mail.txt"
    monkeypatch.setattr(alternatives, "samples", lambda: [mail])
    assert run("--model", "said", "--words", "2")[1].startswith("Model said; 2 words; ")


@pytest.mark.parametrize("arguments", [["--words", "0"], ["--words", "many"], ["--unknown"]])
def test_wrong_usage_is_one_sentence_and_exit_code_2(run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1

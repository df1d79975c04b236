"""`afterword bench keystrokes`, as a writer or a script uses it, on a tiny model; and the modes that it compares."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from afterword import cli
from afterword.bench import keystrokes
from afterword.bench.modes import CYCLES, EAGER, MODES, Text, measure
from afterword.bench.parts import NOTHING
from afterword.bench.plain import GREEDY, PlainSnippet
from afterword.bench.table import markdown_table
from afterword.bench.writer import Session, Writer, last
from afterword.engine.protocol import Request
from afterword.engine.sampling import Sampling
from afterword.suggest.suggester import FOLLOWING, PARTS
from afterword.text.context import Context
from tests.bench.scripted import ScriptedSuggester
from tests.engine.tiny import tiny_gpt2
from tests.fakes.scripted import ScriptedModel

NUMBERS = {"saved", "precision", "wrong_show", "shown_per_100", "exact_match"}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a model that is opened at once and says the same to everything."""

    @contextmanager
    def opened(name: str, exact: bool, download: bool) -> Iterator[ScriptedModel]:
        assert (name, download) == ("said", True)
        yield ScriptedModel(" left the")

    monkeypatch.setattr(keystrokes, "opened", opened)
    return "said"


@pytest.fixture
def draft(tmp_path: Path) -> str:
    file = tmp_path / "draft.txt"
    file.write_text("The ferry left the quay.\n", "utf-8")
    return str(file)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = cli.main(["bench", "keystrokes", *arguments])
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        out, err = capsys.readouterr()
        return code, out, err

    return run


# --- the command ----------------------------------------------------------------------------------------------------


def test_json_has_the_numbers_of_every_file_and_their_mean(run, tmp_path: Path, draft: str) -> None:
    model = str(tiny_gpt2(tmp_path / "model"))
    few = ("--limit", "5", "--set", "max_words=1")
    code, out, err = run("--json", "--model", model, "--modes", "eager,balanced,plain", *few, draft, draft)
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert list(found) == ["eager", "balanced", "plain", "model", "machine"]
    for mode in ("eager", "balanced", "plain"):
        assert [set(file) for file in found[mode]["files"]] == [{"file", *NUMBERS}] * 2
        assert [file["file"] for file in found[mode]["files"]] == [draft, draft]
        assert set(found[mode]["mean"]) == NUMBERS
        assert list(found[mode]["mean"]["exact_match"]) == ["1", "2", "3", "4", "5"]
    assert found["model"] == model
    assert found["machine"]["cores"] >= 1


def test_without_json_it_prints_tables_and_how_to_choose_a_model(run, model: str, draft: str) -> None:
    code, out, _ = run("--model", model, "--modes", "eager,balanced", "--limit", "5", draft)
    assert code == 0
    first, *_, last_line = out.splitlines()
    assert first.startswith(f"Model {model}; one text of 5 characters; ")
    assert "| keys saved in" in out
    assert draft in out
    assert "--model M" in last_line


def test_one_character_is_one(run, model: str, draft: str) -> None:
    out = run("--model", model, "--modes", "eager", "--limit", "1", draft)[1]
    assert out.startswith(f"Model {model}; one text of 1 character; ")


def test_the_plain_snippet_can_be_left_out(run, model: str, draft: str) -> None:
    out = run("--json", "--model", model, "--modes", "eager,plain", "--no-plain", "--limit", "3", draft)[1]
    assert list(json.loads(out)) == ["eager", "model", "machine"]


def test_the_middle_of_paragraphs_is_measured_alone_or_with_modes(run, model: str, tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text(" ".join(["boat"] * 20), "utf-8")
    code, out, err = run("--json", "--middle", "--model", model, str(file))
    assert (code, err) == (0, "")
    assert list(json.loads(out)) == ["middle", "model", "machine"]
    assert json.loads(out)["middle"]["gaps"] == 1
    out = run("--middle", "--model", model, "--modes", "eager", "--limit", "3", str(file))[1]
    assert "| 0 gaps of 1 to 3 words " in out
    assert "| suggestions" in out
    assert "| 1 gap of 1 to 3 words " in run("--middle", "--model", model, str(file))[1]


def test_what_each_part_is_worth_is_measured_without_it(run, model: str, tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text(" ".join(["boat left the"] * 7), "utf-8")
    code, out, err = run("--json", "--parts", "--model", model, str(file))
    assert (code, err) == (0, "")
    assert list(json.loads(out)) == ["parts", "model", "machine"]
    parts = json.loads(out)["parts"]
    assert list(parts) == [NOTHING, *PARTS]
    assert set(parts[NOTHING]) == {"eager", "balanced", "middle", "long"}
    assert parts[NOTHING] != parts[FOLLOWING]
    table = run("--parts", "--model", model, str(file))[1]
    assert all(f"| {part} " in table for part in parts)


def test_values_are_set_for_every_suggestion(run, model: str, draft: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Sampling] = []

    class Watched(Writer):
        def __init__(self, suggester, sampling: Sampling, cycles: int = 0) -> None:
            seen.append(sampling)
            super().__init__(suggester, sampling, cycles)

        def write(self, text: str, progress=None) -> Session:
            return Session("x", typed=1)

    monkeypatch.setattr("afterword.bench.modes.Writer", Watched)
    run("--model", model, "--modes", "eager,balanced", "--set", "max_words=4", "--eagerness", "20", draft)
    expected = Sampling(seed=1, max_words=4)
    assert seen == [replace(expected, eagerness=EAGER), replace(expected, eagerness=20)]


def test_the_reported_samples_are_written_when_no_file_is_named(run, model: str) -> None:
    found = json.loads(run("--json", "--model", model, "--modes", "eager", "--limit", "2")[1])
    assert [file["file"] for file in found["eager"]["files"]] == ["essay.txt", "fiction.txt", "mail.txt", "report.txt"]


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "There is no file"), (b"a\0b", "is not a text file"), (b"\xef\xbb\xbfcaf\xe9 and more", "not in the encoding")],
)
def test_a_file_that_is_no_text_is_one_sentence_and_exit_code_1(run, tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "draft.txt"
    if content is not None:
        file.write_bytes(content)
    code, out, err = run(str(file))
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert says in err


@pytest.mark.parametrize("content", ["", " \n\n"])
def test_a_file_without_text_is_one_sentence_and_exit_code_2(run, tmp_path: Path, content: str) -> None:
    file = tmp_path / "draft.txt"
    file.write_text(content, "utf-8")
    code, out, err = run(str(file))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert f"there is no text in “{file}”" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--modes", "eager,fast"],
        ["--modes", ""],
        ["--limit", "0"],
        ["--limit", "many"],
        ["--set", "boldness=1"],
        ["--set", "top_p"],
        ["--set", "top_p=2"],
        ["--eagerness", "101"],
        ["--eagerness", "very"],
        ["--unknown"],
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_a_value_without_its_key_is_told_how_it_is_given(run) -> None:
    assert "“temperature” is not KEY=VALUE" in run("--set", "temperature")[2]


def test_the_help_says_what_eagerness_means(run) -> None:
    assert re.search(r"--eagerness N .*0 only what is nearly certain, 100 everything", " ".join(run("--help")[1].split()))


# --- modes ----------------------------------------------------------------------------------------------------------


def test_modes_differ_in_eagerness_and_in_what_can_be_cycled_to() -> None:
    suggester = ScriptedSuggester({"a": " hen"}, {"a": [" cat"]})
    found = measure(suggester, [Text("x", "a cat")], [mode for mode in MODES if mode != "plain"], Sampling(eagerness=30))
    assert list(found) == ["eager", "balanced", "eager_cycling", "balanced_cycling"]
    assert [scores["mean"]["saved"] for scores in found.values()] == [0.0, 0.0, pytest.approx(0.4), pytest.approx(0.4)]
    assert {request.sampling.eagerness for request in suggester.requests} == {EAGER, 30}
    assert suggester.cycled == [("a", CYCLES)] * 2


def test_a_place_is_asked_about_once_for_each_eagerness_and_anew_for_each_text() -> None:
    suggester = ScriptedSuggester({"a": " hen"}, {"a": [" cat"]})
    texts = [Text("x", "a cat"), Text("y", "a cow")]
    measure(suggester, texts, ["eager", "eager_cycling"], Sampling())
    assert suggester.asked == ["a", "a c", "a ca", "a", "a c", "a co"]


def test_progress_names_mode_and_text_and_ends_with_all_of_it() -> None:
    told: list[tuple[str, str, float]] = []
    measure(ScriptedSuggester({}), [Text("x", "abc")], ["eager"], Sampling(), lambda *parts: told.append(parts))
    assert told == [("eager", "x", pytest.approx(1 / 3)), ("eager", "x", pytest.approx(2 / 3)), ("eager", "x", 1.0)]


# --- the plain snippet ----------------------------------------------------------------------------------------------


def test_the_plain_snippet_says_three_words_greedily_and_looks_at_nothing() -> None:
    model = ScriptedModel(" one two. Three four five six")
    said = last(PlainSnippet(model).suggest(Request(1, Context("as it stands  "), Sampling(temperature=1.0))))
    assert said.text == " one two. Three"
    assert model.requests == [Request(1, Context("as it stands  "), GREEDY)]
    assert GREEDY.temperature == 0
    assert model.pieces_said == 4  # no more than it takes to see that the third word is whole
    assert model.iterators_open == 0


def test_the_plain_snippet_may_have_less_to_say() -> None:
    assert last(PlainSnippet(ScriptedModel(" one two")).suggest(Request(1, Context("x")))).text == " one two"
    assert not last(PlainSnippet(ScriptedModel("")).suggest(Request(1, Context("x"))))


# --- tables ---------------------------------------------------------------------------------------------------------


def test_a_table_is_markdown_and_aligned() -> None:
    assert markdown_table(["a", "b"], [["x|y", "1"], ["", "2,000"]]).splitlines() == [
        "| a    |     b |",
        "| ---- | ----: |",
        "| x\\|y |     1 |",
        "|      | 2,000 |",
    ]

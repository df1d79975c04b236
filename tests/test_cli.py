"""The command line, as a writer or a script uses it: processes' outputs and exit codes, on a tiny model."""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from afterword import cli, paths
from afterword.drafts.beside import Beside, write_beside
from afterword.engine.sampling import RANGES
from tests.engine.tiny import tiny_gpt2, tiny_llama
from tests.engine.tiny_masked import tiny_bert
from tests.fakes.scripted import ScriptedModel


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_gpt2(tmp_path_factory.mktemp("model")))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        try:
            code = cli.main(list(arguments))
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        out, err = capsys.readouterr()
        return code, out, err

    return run


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_version(run) -> None:
    code, out, _ = run("--version")
    assert code == 0
    assert out.startswith("Afterword ")


def test_complete_streams_a_continuation_and_nothing_else(run, model: str) -> None:
    code, out, err = run("complete", "The ferry left", "--model", model, "--temperature", "0", "--max-words", "5")
    assert (code, err) == (0, "")
    assert out.strip()
    assert "The ferry left" not in out


def test_complete_reads_standard_input(run, model: str) -> None:
    arguments = ("--model", model, "--temperature", "0", "--max-words", "5")
    assert run("complete", "-", *arguments, stdin=b"The ferry left") == run("complete", "The ferry left", *arguments)


def test_the_same_seed_gives_the_same_text(run, model: str) -> None:
    arguments = ("complete", "The ferry", "--model", model, "--max-words", "5", "--seed", "7", "--temperature", "1.5")
    assert run(*arguments)[1] == run(*arguments)[1]


def test_jsonl_answers_each_line_with_its_id(run, model: str) -> None:
    asked = [{"id": 1, "before": "The ferry left", "after": ""}, {"id": "b", "before": "", "after": ""}]
    stdin = "\n".join(map(json.dumps, asked)).encode()
    code, out, err = run("complete", "--jsonl", "--eagerness", "100", "--temperature", "0", "--model", model, stdin=stdin)
    assert (code, err) == (0, "")
    first, second = map(json.loads, lines(out))
    assert set(first) == {"id", "shown", "probability", "ms"}
    assert (first["id"], second["id"], second["shown"], second["probability"]) == (1, "b", "", 0.0)
    assert 0 < first["probability"] <= 1
    assert first["ms"] > 0


def test_every_jsonl_line_starts_cold(run, model: str) -> None:
    line = json.dumps({"id": 1, "before": "The ferry left the quay", "after": ""}).encode() + b"\n"
    other = json.dumps({"id": 2, "before": "Rain came over the bay", "after": ""}).encode() + b"\n"
    arguments = ("complete", "--jsonl", "--model", model, "--temperature", "0")
    shown = [json.loads(answer)["shown"] for answer in lines(run(*arguments, stdin=line + other + line)[1])]
    assert shown[0] == shown[2]


def test_a_line_that_is_no_request_is_named_and_the_others_are_answered(run, model: str) -> None:
    stdin = b'nonsense\n[1]\n{"id": 3, "before": 4}\n{"id": 4, "before": "The ferry"}\n'
    code, out, err = run("complete", "--jsonl", "--model", model, stdin=stdin)
    assert code == 1
    assert [json.loads(answer)["id"] for answer in lines(out)] == [4]
    assert [f"Line {number}" in line for number, line in enumerate(lines(err), 1)] == [True, True, True]


@pytest.mark.parametrize(
    "arguments",
    [
        ["complete"],
        ["complete", "x", "--jsonl"],
        ["complete", "x", "--temperature", "2.5"],
        ["complete", "x", "--temperature", "warm"],
        ["complete", "x", "--temperature", "nan"],
        ["complete", "x", "--top-k", "1.5"],
        ["complete", "x", "--max-words", "0"],
        ["complete", "x", "--dry-base", "0.9"],
        ["complete", "x", "--eagerness", "50.5"],
        ["complete", "x", "--seed", "-2"],
        ["complete", "x", "--unknown"],
        ["export", "draft.md"],
        ["models", "burn"],
        ["--unknown"],
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert len(lines(err)) == 1
    assert "Traceback" not in err


def test_the_help_tells_about_every_value_of_sampling(run) -> None:
    code, out, _ = run("complete", "--help")
    assert code == 0
    told = " ".join(out.split())
    for key in RANGES:
        assert re.search(rf"--{key.replace('_', '-')} N \w+ \w+", told), key


def test_a_value_out_of_range_names_the_range(run) -> None:
    assert "temperature must be between 0 and 2, not 2.5" in run("complete", "x", "--temperature", "2.5")[2]


def broken_models(folder: Path) -> dict[str, tuple[str, str]]:
    """Names of things that are no usable model, each with a word of the sentence that says why."""
    for name in ("empty", "pickled", "nonsense", "unknown", "truncated", "masked", "remote"):
        (folder / name).mkdir()
    (folder / "pickled" / "config.json").write_text('{"model_type": "gpt2"}')
    (folder / "pickled" / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    (folder / "nonsense" / "config.json").write_text("{nonsense")
    for name, config in {
        "unknown": '{"model_type": "frobnicator"}',
        "masked": '{"model_type": "bert", "architectures": ["BertForMaskedLM"]}',
        "remote": '{"model_type": "evil", "auto_map": {"AutoModelForCausalLM": "evil.Evil"}}',
    }.items():
        (folder / name / "config.json").write_text(config)
        (folder / name / "model.safetensors").write_bytes(b"")
    tiny_gpt2(folder / "truncated")
    weights = folder / "truncated" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    (folder / "broken.gguf").write_bytes(b"GGUF\x03\x00\x00\x00")
    (folder / "text.txt").write_text("no model")
    return {
        "empty": ("empty", "holds no language model"),
        "pickled": ("pickled", "pickled"),
        "nonsense": ("nonsense", "damaged"),
        "unknown": ("unknown", "frobnicator"),
        "masked": ("masked", "bert"),
        "remote": ("remote", "code of its own"),
        "truncated": ("truncated", "damaged"),
        "gguf": ("broken.gguf", "damaged"),
        "file": ("text.txt", "holds no language model"),
        "nowhere": ("no such folder/at all", "no model"),
    }


@pytest.mark.parametrize(
    "case", ["empty", "pickled", "nonsense", "unknown", "masked", "remote", "truncated", "gguf", "file", "nowhere"]
)
def test_what_is_no_model_is_refused_in_one_sentence(run, tmp_path: Path, case: str) -> None:
    name, reason = broken_models(tmp_path)[case]
    code, out, err = run("complete", "x", "--model", str(tmp_path / name))
    assert (code, out) == (1, "")
    assert [line for line in lines(err) if not line.endswith(" …")] == lines(err)[-1:]  # but for progress, one sentence
    assert reason in lines(err)[-1]
    assert "Traceback" not in err


def test_a_hub_id_without_network_is_one_sentence(run) -> None:
    code, out, err = run("complete", "x", "--model", "nobody/no-such-model")
    assert (code, out) == (1, "")
    assert "nobody/no-such-model" in lines(err)[-1]
    assert "hub could not be reached" in lines(err)[-1]


def test_text_that_is_not_utf8_is_refused(run, model: str) -> None:
    code, _, err = run("complete", "-", "--model", model, stdin=b"caf\xe9")
    assert code == 1
    assert err == "afterword: The text is not in UTF-8 (byte 3 does not fit).\n"


def test_the_cause_of_a_failure_is_in_the_log(run, tmp_path: Path, home: Path) -> None:
    (tmp_path / "empty").mkdir()
    run("complete", "x", "--model", str(tmp_path / "empty"))
    assert "ModelNotThere" in (home / "log" / "afterword.log").read_text("utf-8")


def test_a_damaged_settings_file_is_told_and_the_defaults_are_used(run, model: str, home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.toml").write_text("[model\n")
    code, out, err = run("complete", "The ferry", "--model", model, "--max-words", "2", "--temperature", "0")
    assert code == 0
    assert out.strip()
    assert "defaults are used" in err


def test_half_a_character_in_a_line_is_answered_like_any_other(run, model: str) -> None:
    stdin = b'{"id": 1, "before": "The \\ud83d"}\n{"id": 2, "before": "The ferry"}\n'
    code, out, err = run("complete", "--jsonl", "--model", model, stdin=stdin)
    assert (code, err) == (0, "")
    assert [json.loads(answer)["id"] for answer in lines(out)] == [1, 2]


@pytest.mark.parametrize(
    "odd", [b"[" * 5000, b'{"id": ' + b"[" * 5000, b'{"id": NaN, "before": "The"}', b'{"id": [1e999], "before": "The"}']
)
def test_one_odd_line_does_not_take_the_others_with_it(run, model: str, odd: bytes) -> None:
    stdin = odd + b'\n{"id": 2, "before": "The ferry"}\n'
    code, out, err = run("complete", "--jsonl", "--model", model, stdin=stdin)
    assert (code, err) == (1, "afterword: Line 1 is not a JSON object with “before” and “after”.\n")
    assert [json.loads(answer)["id"] for answer in lines(out)] == [2]


@pytest.mark.parametrize("name", ["\ud83d", "\\ud83d", 'ä"\n\udc00', {"é": ["\ud800"]}, 1.5, None])
def test_an_id_comes_back_as_it_was(run, model: str, name: object) -> None:
    code, out, _ = run("complete", "--jsonl", "--model", model, stdin=json.dumps({"id": name, "before": "The"}).encode())
    assert code == 0
    assert json.loads(out)["id"] == name
    assert "\\u00e9" not in out, "readable, where it can be"


@pytest.mark.parametrize(("text", "says"), [("", "There is no text to continue."), ("x", "The model has nothing to say here.")])
def test_a_model_that_says_nothing_is_no_empty_line(run, monkeypatch: pytest.MonkeyPatch, text: str, says: str) -> None:
    @contextmanager
    def silent(*_: object, **__: object) -> Iterator[ScriptedModel]:
        yield ScriptedModel("")

    monkeypatch.setattr(cli, "opened", silent)
    assert run("complete", text) == (0, "", f"afterword: {says}\n")


def test_a_model_whose_weights_are_no_numbers_says_so(run, model: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(model, tmp_path / "nan"))
    weights = load_file(folder / "model.safetensors")
    save_file({key: value * math.nan for key, value in weights.items()}, folder / "model.safetensors", metadata={"format": "pt"})
    code, _, err = run("complete", "The ferry", "--model", str(folder))
    assert (code, err) == (1, f"afterword: “{folder}” stopped with an error: its results are not numbers.\n")


def test_a_draft_is_not_exported_over_itself(run, tmp_path: Path) -> None:
    draft = tmp_path / "draft.md"
    draft.write_bytes(b"\xef\xbb\xbfOnce\r\n")
    code, _, err = run("export", str(draft), "-o", str(tmp_path / "." / "draft.md"))
    assert code == 1
    assert "draft itself" in err
    assert draft.read_bytes() == b"\xef\xbb\xbfOnce\r\n"


@pytest.mark.parametrize("ending", ["pdf", "docx", "odt", "epub", "html", "txt", "md"])
def test_export_writes_each_format(run, tmp_path: Path, ending: str) -> None:
    (tmp_path / "draft.md").write_text("# A title\n\nThe ferry left.", "utf-8")
    code, out, err = run("export", str(tmp_path / "draft.md"), "-o", str(tmp_path / f"out.{ending}"))
    assert (code, out, err) == (0, "", "")
    assert (tmp_path / f"out.{ending}").stat().st_size > 0


@pytest.mark.parametrize(
    ("accepted", "line"),
    [
        (((9, 14),), "\n67 % of this text was typed by its author; the rest was accepted from suggestions.\n"),
        ((), "\nNothing in this text was accepted from suggestions.\n"),
    ],
)
def test_an_export_ends_with_who_wrote_it_where_that_is_wished_for(run, tmp_path: Path, accepted, line: str) -> None:
    draft, out = tmp_path / "draft.md", tmp_path / "out.txt"
    draft.write_text("The ferry left.", "utf-8")
    write_beside(draft, "The ferry left.", Beside("", accepted))
    assert run("export", str(draft), "-o", str(out)) == (0, "", "")
    assert out.read_text("utf-8") == "The ferry left.\n"
    assert run("export", str(draft), "-o", str(out), "--ledger-line") == (0, "", "")
    assert out.read_text("utf-8") == "The ferry left.\n" + line


@pytest.mark.parametrize(
    ("content", "target", "reason"),
    [
        (None, "out.pdf", "no file"),
        (b"\x00\x01\x02\xff\xfe binary \x00", "out.pdf", "not a text file"),
        (b"\xef\xbb\xbfcaf\xe9 au lait", "out.pdf", "not in the encoding"),
        (b"text", "out.xyz", "names no format"),
        (b"text", "no folder/out.pdf", "could not be made"),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_sentence(
    run, tmp_path: Path, content: bytes | None, target: str, reason: str
) -> None:
    draft = tmp_path / "draft.md"
    if content is not None:
        draft.write_bytes(content)
    code, out, err = run("export", str(draft), "-o", str(tmp_path / target))
    assert (code, out) == (1, "")
    assert len(lines(err)) == 1
    assert reason in err
    assert not (tmp_path / target).exists()


def test_models_lists_the_starter_and_what_is_worth_a_try(run) -> None:
    code, out, err = run("models")
    assert (code, err) == (0, "")
    assert lines(out)[0].split()[:2] == ["*", "starter"], "it is the one that is set"
    assert "openai-community/gpt2" in out
    assert run("models", "list")[1] == out


def test_models_default_says_and_changes_which_one_is_used(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("models", "default")[1] == "starter\n"
    code, _, err = run("models", "default", "nosuch/model")
    assert code == 1
    assert "“nosuch/model”" in err
    folder = tiny_llama(tmp_path / "model")
    assert run("models", "default", str(folder))[0] == 0
    assert run("models", "default")[1] == f"{folder}\n"
    monkeypatch.chdir(tmp_path)
    assert run("models", "default", "model")[0] == 0
    assert run("models", "default")[1] == f"{folder}\n", "found from any folder"
    (tmp_path / "junk.gguf").write_bytes(b"")
    for broken in ("junk.gguf", str(tiny_bert(tmp_path / "bert"))):
        assert run("models", "default", broken)[0] == 1
    assert run("models", "default")[1] == f"{folder}\n"
    own = tiny_llama(paths.models_dir() / "mine")
    assert run("models", "default", "mine")[0] == 0
    code, _, err = run("models", "remove", "mine")
    assert (code, own.exists()) == (1, True)
    assert "the one that is set" in err


def test_models_remove_removes_what_is_afterwords_own_and_nothing_else(run, tmp_path: Path) -> None:
    own = tiny_llama(paths.models_dir() / "mine")
    assert "mine" in run("models")[1]
    assert run("models", "remove", "mine")[0] == 0
    assert not own.exists()
    assert "mine" not in run("models")[1]
    elsewhere = tiny_llama(tmp_path / "model")
    code, _, err = run("models", "remove", str(elsewhere))
    assert code == 1
    assert "Afterword's own folder" in err
    assert elsewhere.exists()


def test_models_measure_tells_how_fast_one_is_and_the_list_remembers(run) -> None:
    tiny_llama(paths.models_dir() / "mine")
    code, out, err = run("models", "measure", "mine")
    assert code == 0, err
    assert "tokens a second here" in out
    assert re.search(r"mine .*tokens/s here", run("models")[1])
    code, _, err = run("models", "measure", "nosuch")
    assert code == 1
    assert "“nosuch”" in err


def test_models_search_and_fetch_say_when_there_is_no_network(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    for verb in ("search", "fetch"):
        code, out, err = run("models", verb, "owner/model")
        assert (code, out) == (1, "")
        assert len(lines(err)) in (1, 2)
        assert "hub" in lines(err)[-1]

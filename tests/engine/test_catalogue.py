from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine import catalogue, checking, conversion, starter
from afterword.errors import ModelError, ModelMissing, ModelNotRemoved, ModelNotThere
from afterword.watch import Watch
from tests.engine.models import model_folder

_SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub."""
    from huggingface_hub import constants

    folder = tmp_path / "hub"
    folder.mkdir()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    return folder


def _cached(cache: Path, name: str, architecture: str, *, pickled: bool = False, card: str = "", shards: int = 1) -> Path:
    """As huggingface_hub lays a downloaded model out: a snapshot of links to blobs."""
    repository = cache / f"models--{name.replace('/', '--')}"
    snapshot = repository / "snapshots" / _SHA
    for folder in (snapshot, repository / "blobs", repository / "refs"):
        folder.mkdir(parents=True)
    (repository / "refs" / "main").write_text(_SHA)
    _model(snapshot, architecture, pickled=pickled, shards=shards)
    if card:
        (snapshot / "README.md").write_text(card)
    for number, file in enumerate(snapshot.iterdir()):
        blob = file.rename(repository / "blobs" / str(number))
        file.symlink_to(Path("../..") / "blobs" / blob.name)
    return snapshot


def _model(folder: Path, architecture: str = "LlamaForCausalLM", *, pickled: bool = False, shards: int = 1) -> Path:
    model_folder(folder, architecture, shards=shards)
    if pickled:
        (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    return folder


def _starter(models_dir: Path) -> Path:
    folder = _model(models_dir / "starter")
    conversion.write_marker(folder, conversion.Marker(starter.TITLE, "", starter.LICENCE))
    return folder


# --- what there is --------------------------------------------------------------------------------------------------


def test_on_a_new_machine_there_is_only_the_starter_to_fetch(models_dir: Path, cache: Path) -> None:
    (entry,) = catalogue.entries(models_dir)
    starter_has, needs = 134_515_008, 369_916_272
    assert entry == catalogue.Entry(
        "starter", starter.TITLE, "starter", None, 98_362_432, "Apache-2.0", False, starter_has, needs
    )


def test_without_any_cache_of_the_hub_nothing_is_wrong(models_dir: Path, cache: Path) -> None:
    cache.rmdir()
    assert len(catalogue.entries(models_dir)) == 1


def test_a_fetched_starter_is_installed(models_dir: Path, cache: Path) -> None:
    folder = _starter(models_dir)
    (entry,) = catalogue.entries(models_dir)
    assert (entry.folder, entry.installed) == (folder, True)
    assert entry.size == sum(file.stat().st_size for file in folder.iterdir())
    (folder / "model.safetensors").unlink()
    (entry,) = catalogue.entries(models_dir)
    assert (entry.folder, entry.installed) == (None, False)


def test_converted_files_and_folders_are_listed_and_can_be_opened_by_their_names(
    gguf: Path, models_dir: Path, cache: Path, conversions: list[Path]
) -> None:
    converted = conversion.converted(gguf, models_dir)
    own = _model(models_dir / "my model")
    _model(models_dir / "classifier", "BertForSequenceClassification")
    _model(models_dir / "pickled", pickled=True)
    (_model(models_dir / "lying") / "model.safetensors").write_bytes(bytes(100))
    (models_dir / "notes").mkdir()
    (models_dir / ".half.partial").mkdir()
    _, *entries = catalogue.entries(models_dir)
    assert [(e.title, e.kind, e.folder) for e in entries] == [
        ("my model", "folder", own),
        ("tiny.gguf", "converted", converted),
    ]
    assert (entries[0].parameters, entries[0].memory) == (1000, 2750)
    assert catalogue.resolve(entries[1].name, models_dir) == converted
    assert catalogue.resolve("my model", models_dir) == own


def test_a_damaged_conversion_is_not_listed(gguf: Path, models_dir: Path, cache: Path, conversions: list[Path]) -> None:
    (conversion.converted(gguf, models_dir) / "model.safetensors").unlink()
    assert len(catalogue.entries(models_dir)) == 1


def test_of_the_hubs_cache_causal_models_with_safetensors_are_listed(models_dir: Path, cache: Path) -> None:
    _cached(cache, "zoo/Writer-1B", "LlamaForCausalLM", card="---\nlicense: mit\ntags: [x]\n---\n# Writer\nlicense: none\n")
    _cached(cache, "gpt2", "GPT2LMHeadModel")
    _cached(cache, "old/pickles", "GPT2LMHeadModel", pickled=True)
    _cached(cache, "some/classifier", "BertForSequenceClassification")
    _cached(cache, "in/parts", "GPT2LMHeadModel", shards=2)
    (_cached(cache, "half/one", "GPT2LMHeadModel", shards=2) / "model-00002-of-00002.safetensors").unlink()
    (_cached(cache, "only/weights", "GPT2LMHeadModel") / "tokenizer.json").unlink()
    (cache / "models--broken").mkdir()
    (cache / "something else").write_text("x")
    _, *entries = catalogue.entries(models_dir)
    assert [(e.name, e.kind, e.licence, e.installed, e.shared) for e in entries] == [
        ("gpt2", "hub", "", True, True),
        ("in/parts", "hub", "", True, True),
        ("zoo/Writer-1B", "hub", "mit", True, True),
    ]
    assert all(e.size > 4 * e.parameters for e in entries)
    assert [e.parameters for e in entries] == [1000, 2000, 1000]


def test_masked_models_are_listed_apart(models_dir: Path, cache: Path) -> None:
    _cached(cache, "bert", "BertForMaskedLM")
    _model(models_dir / "own bert", "RobertaForMaskedLM")
    _, *entries = catalogue.entries(models_dir)
    assert [(e.name, e.kind, e.shared) for e in entries] == [("own bert", "masked", False), ("bert", "masked", True)]


def test_a_model_that_goes_while_they_are_listed_is_left_out(
    models_dir: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        _model(models_dir / name)
    examine = checking.examine

    def removed_meanwhile(name: str, folder: Path) -> checking.Examined:
        examined = examine(name, folder)
        if name == "b":
            shutil.rmtree(folder)
        return examined

    monkeypatch.setattr(checking, "examine", removed_meanwhile)
    assert [entry.name for entry in catalogue.entries(models_dir)] == ["starter", "a", "c"]


# --- removing -------------------------------------------------------------------------------------------------------


def test_a_removed_model_is_gone_and_nothing_else(
    gguf: Path, models_dir: Path, cache: Path, conversions: list[Path], tmp_path: Path
) -> None:
    conversion.converted(gguf, models_dir)
    _model(models_dir / "my model")
    _cached(cache, "zoo/writer", "LlamaForCausalLM")
    _cached(cache, "gpt2", "GPT2LMHeadModel")
    _starter(models_dir)
    others = _model(tmp_path / "elsewhere" / "linked")
    (models_dir / "linked").symlink_to(others)
    names = [entry.name for entry in catalogue.entries(models_dir)]
    assert len(names) == 6
    for name in names:
        before = {entry.name for entry in catalogue.entries(models_dir) if entry.installed}
        catalogue.remove(name, models_dir)
        assert {entry.name for entry in catalogue.entries(models_dir) if entry.installed} == before - {name}
        with pytest.raises(ModelMissing):
            catalogue.remove(name, models_dir)
    assert gguf.is_file()
    assert others.is_dir()
    assert not [path for path in (*models_dir.iterdir(), *cache.iterdir()) if path.is_dir() and path.name != ".locks"]


def test_of_what_other_programs_use_only_the_listed_revision_is_removed(models_dir: Path, cache: Path) -> None:
    listed = _cached(cache, "zoo/writer", "LlamaForCausalLM")
    other = _model(listed.with_name("f" * 40))
    (cache / "models--zoo--writer" / "refs" / "v1").write_text(other.name)
    catalogue.remove("zoo/writer", models_dir)
    assert not listed.exists()
    assert (other / "model.safetensors").is_file()
    assert len(catalogue.entries(models_dir)) == 1
    with pytest.raises(ModelMissing):
        catalogue.remove("zoo/writer", models_dir)
    assert (other / "model.safetensors").is_file()


@pytest.mark.parametrize("place", [".", "hub"])
def test_a_removal_that_was_killed_is_ended_when_the_models_are_looked_at(place: str, models_dir: Path, cache: Path) -> None:
    gone, kept = (_model(models_dir / place / f".{name}.older") for name in ("gone", "busy"))
    with conversion.locked(models_dir / place / "busy", Watch()):
        catalogue.entries(models_dir)
    assert not gone.exists()
    assert kept.exists()
    catalogue.entries(models_dir)
    assert not kept.exists()


def test_a_model_that_another_process_is_busy_with_is_not_removed(models_dir: Path, cache: Path) -> None:
    folder = _starter(models_dir)
    with conversion.locked(folder, Watch()), pytest.raises(ModelNotRemoved):
        catalogue.remove("starter", models_dir)
    assert (folder / "config.json").is_file()


@pytest.mark.parametrize("name", ["{elsewhere}", "{gguf}", "../elsewhere", "."])
def test_what_is_not_afterwords_is_not_removed(
    name: str, gguf: Path, models_dir: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models_dir.mkdir(exist_ok=True)
    elsewhere = _model(tmp_path / "elsewhere")
    monkeypatch.chdir(models_dir)
    with pytest.raises(ModelNotRemoved):
        catalogue.remove(name.format(elsewhere=elsewhere, gguf=gguf), models_dir)
    assert (elsewhere / "config.json").is_file()
    assert gguf.is_file()


@pytest.mark.parametrize("name", ["", "x\0y", "hub", "no/such", "~nobody-here/x"])
def test_what_is_not_there_cannot_be_removed(name: str, models_dir: Path, cache: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (models_dir / "hub").mkdir(parents=True)
    with pytest.raises((ModelMissing, ModelNotRemoved)):
        catalogue.remove(name, models_dir)
    assert (models_dir / "hub").is_dir()


# --- what a name stands for -----------------------------------------------------------------------------------------


def test_the_starter_is_the_starter_even_before_it_is_fetched(models_dir: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    _model(tmp_path / "starter")
    assert catalogue.resolve("starter", models_dir) == catalogue.STARTER


def test_folders_and_files_by_path(models_dir: Path, tmp_path: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _model(tmp_path / "there" / "m")
    assert catalogue.resolve(str(folder), models_dir) == folder
    assert catalogue.resolve(str(gguf), models_dir) == gguf
    assert catalogue.resolve(str(gguf.parent), models_dir) == gguf  # a folder with one such file
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert catalogue.resolve("~/there/m", models_dir) == folder
    monkeypatch.chdir(tmp_path)
    assert catalogue.resolve("there/m", models_dir) == Path("there/m")


@pytest.mark.parametrize("name", ["gpt2", "HuggingFaceTB/SmolLM2-135M", "a/b.c_d-e", "openai-community/gpt2"])
def test_hub_ids_pass_through(name: str, models_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert catalogue.resolve(name, models_dir) == name


NO_NAMES = ["", " ", ".hidden", "/no/such/folder", "../gone", "a/b/c", "gone.gguf", "a b", "x\0y", "é", "a--b", "a..b", "-", "a/"]


@pytest.mark.parametrize("name", [*NO_NAMES, "x" * 5000, "~nobody-here/x"])
def test_what_is_neither_there_nor_a_hub_id_is_missing(name: str, models_dir: Path) -> None:
    with pytest.raises(ModelMissing) as caught:
        catalogue.resolve(name, models_dir)
    assert caught.value.name == name


def test_what_is_there_but_no_model_is_told_apart(models_dir: Path, tmp_path: Path, gguf: Path) -> None:
    (tmp_path / "draft.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    shutil.copy(gguf, gguf.with_name("another.gguf"))
    for path in (tmp_path / "draft.txt", tmp_path / "empty", gguf.parent):
        with pytest.raises(ModelNotThere):
            catalogue.resolve(str(path), models_dir)


@given(st.text(max_size=40))
def test_any_name_resolves_or_is_an_error_with_that_name(name: str) -> None:
    try:
        found, refused = catalogue.resolve(name, Path("/nowhere/models")), name
    except ModelError as error:
        found, refused = name, error.name
    assert refused == name
    assert found == name or isinstance(found, Path)


def test_the_catalogue_loads_nothing_heavy() -> None:
    code = (
        "import sys, afterword.engine.catalogue; print(*{'torch', 'transformers', 'huggingface_hub', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == []

"""Model folders that somebody made up: each is refused in a sentence, nothing in it runs, and no memory goes to it."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from safetensors.numpy import load_file, save_file
from transformers import AutoModelForCausalLM

from afterword.engine import tuning, weights
from afterword.engine.checking import check_folder
from afterword.engine.opening import open_model
from afterword.engine.tuning import Tuning
from afterword.errors import AfterwordError, ModelBroken, ModelNotThere, ModelPickled, ModelRunsCode, ModelTooLarge, ModelUnsafe
from afterword.sentences import sentence
from tests.engine.models import model_folder
from tests.engine.tiny import tiny_gpt2, tiny_llama

MUCH = 10**9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return model_folder(tmp_path / "m")


def changed(folder: Path, **entries: object) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | entries))


def nested(depth: int) -> object:
    inner: object = 1
    for _ in range(depth):
        inner = [inner]
    return inner


def header(folder: Path, entries: dict[str, object], content: bytes = b"") -> None:
    raw = json.dumps(entries).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(raw)) + raw + content)


def long_file(file: Path, size: int) -> None:
    """A file of so many zeros, which take no room on the disk."""
    with file.open("ab") as out:
        out.truncate(size)


def leads_out(folder: Path, name: str) -> None:
    secret = folder.parent / "secret"
    (folder / name).replace(secret)
    (folder / name).symlink_to(secret)


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def shard(folder: Path, name: object) -> None:
    (folder / "model.safetensors").rename(folder / "other.safetensors")
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": name if isinstance(name, dict) else {"w": name}})
    )


F32 = {"dtype": "F32", "data_offsets": [0, 8]}

REFUSED: list[tuple[Callable[[Path], object], type[AfterwordError], str]] = [
    (pickled, ModelPickled, "comes only as pickled weights, which could run code. Use one with safetensors or GGUF files."),
    (lambda f: (f / "model.safetensors").unlink(), ModelNotThere, "holds no language model."),
    (lambda f: (f / "config.json").unlink(), ModelNotThere, "holds no language model."),
    (lambda f: leads_out(f, "model.safetensors"), ModelUnsafe, "model.safetensors is a link that leads out of its folder."),
    (lambda f: leads_out(f, "tokenizer.json"), ModelUnsafe, "tokenizer.json is a link that leads out of its folder."),
    (lambda f: leads_out(f, "config.json"), ModelUnsafe, "config.json is a link that leads out of its folder."),
    (lambda f: (f / "more").symlink_to("/"), ModelUnsafe, "more is a link that leads out of its folder."),
    (lambda f: long_file(f / "tokenizer.json", 100_000_000), ModelUnsafe, "tokenizer.json has 100 MB, and 64 are the most."),
    (lambda f: long_file(f / "vocab.txt", 100_000_000), ModelUnsafe, "vocab.txt has 100 MB, and 64 are the most."),
    (lambda f: long_file(f / "config.json", 5_000_000), ModelUnsafe, "config.json has 5 MB, and 4 are the most."),
    (lambda f: changed(f, extra=nested(500)), ModelUnsafe, "config.json is nested too deeply."),
    (lambda f: (f / "config.json").write_text("[1]"), ModelBroken, "config.json is not what it should be."),
    (lambda f: (f / "config.json").write_text("9" * 10_000), ModelBroken, "config.json cannot be read."),
    (lambda f: changed(f, n_layer=MUCH), ModelUnsafe, "config.json claims more than its weights hold."),
    (lambda f: changed(f, num_experts=MUCH), ModelUnsafe, "config.json claims more than its weights hold."),
    (lambda f: changed(f, vocab_size=MUCH), ModelUnsafe, "config.json claims more than its weights hold."),
    (lambda f: changed(f, text_config={"hidden_size": MUCH}), ModelUnsafe, "config.json claims more than its weights hold."),
    (lambda f: changed(f, attn_implementation="somebody/kernel"), ModelRunsCode, "which Afterword does not allow."),
    (lambda f: changed(f, attn_implementation={"text": "a/b:c"}), ModelRunsCode, "which Afterword does not allow."),
    (lambda f: header(f, {"w": F32 | {"shape": [10**12]}}, bytes(8)), ModelBroken, "its weights cannot be read."),
    (lambda f: header(f, {"w": F32 | {"shape": [2**62, 2**62]}}, bytes(8)), ModelBroken, "its weights cannot be read."),
    (lambda f: header(f, {"w": F32 | {"shape": [2]}}), ModelBroken, "its weights cannot be read."),
    (lambda f: header(f, {"w": F32 | {"shape": [2]}}, bytes(9)), ModelBroken, "its weights cannot be read."),
    (lambda f: (f / "model.safetensors").write_bytes(b"\xff" * 64), ModelBroken, "its weights cannot be read."),
    (lambda f: shard(f, "../secret.safetensors"), ModelBroken, "its list of weight files names others than its own."),
    (lambda f: shard(f, "pytorch_model.bin"), ModelBroken, "its list of weight files names others than its own."),
    (lambda f: shard(f, "gone.safetensors"), ModelBroken, "gone.safetensors is missing."),
    (lambda f: shard(f, {}), ModelBroken, "its list of weight files is damaged."),
]  # fmt: skip


@pytest.mark.parametrize(("harm", "kind", "says"), REFUSED)
def test_it_is_refused_in_a_sentence(harm: Callable[[Path], object], kind: type[AfterwordError], says: str, folder: Path) -> None:
    check_folder("m", folder)
    harm(folder)
    with pytest.raises(kind) as caught:
        check_folder("m", folder)
    assert sentence(caught.value).startswith(("“m” ", "The files of “m” "))
    assert sentence(caught.value).endswith(says)


@pytest.mark.skipif(sys.platform == "win32", reason="has none")
def test_a_pipe_instead_of_a_file_stops_nobody(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    os.mkfifo(folder / "tokenizer.json")
    with pytest.raises(ModelUnsafe, match="is not a file"):
        check_folder("m", folder)


def test_large_numbers_that_count_nothing_are_no_claims(folder: Path) -> None:
    changed(folder, rope_theta=10**7, max_position_embeddings=2**24, eos_token_id=2**21, sliding_window=2**30, seed=2**40)
    check_folder("m", folder)


def test_links_within_the_folder_and_to_nowhere_do_no_harm(folder: Path) -> None:
    (folder / "weights").mkdir()
    (folder / "model.safetensors").rename(folder / "weights" / "w")
    (folder / "model.safetensors").symlink_to("weights/w")
    (folder / "README.md").symlink_to("gone.md")
    check_folder("m", folder)


def test_a_snapshot_in_the_hubs_cache_links_to_its_blobs_and_nowhere_else(tmp_path: Path) -> None:
    repository = tmp_path / "models--a--b"
    snapshot = model_folder(repository / "snapshots" / ("a" * 40))
    (repository / "blobs").mkdir()
    (snapshot / "config.json").rename(repository / "blobs" / "1")
    (snapshot / "config.json").symlink_to("../../blobs/1")
    check_folder("a/b", snapshot)
    shutil.move(repository / "blobs" / "1", tmp_path / "secret")
    (snapshot / "config.json").unlink()
    (snapshot / "config.json").symlink_to(tmp_path / "secret")
    with pytest.raises(ModelUnsafe):
        check_folder("a/b", snapshot)


def test_headers_say_what_a_model_has(tmp_path: Path) -> None:
    folder = tiny_llama(tmp_path / "llama")
    held = weights.read([folder / "model.safetensors"])
    content = load_file(folder / "model.safetensors")
    assert held.parameters == sum(tensor.size for tensor in content.values())
    assert (held.tensors, held.largest) == (len(content), 400)
    assert held.size == (folder / "model.safetensors").stat().st_size


def test_a_tensor_of_nothing_allows_no_claims(folder: Path) -> None:
    header(folder, {"w": {"dtype": "F32", "shape": [0, 10**10], "data_offsets": [0, 0]}})
    changed(folder, n_layer=MUCH)
    with pytest.raises(ModelUnsafe):
        check_folder("m", folder)


# --- what only shows when it is opened ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gpt2(tmp_path_factory.mktemp("models") / "gpt2")


@pytest.fixture
def copied(gpt2: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(gpt2, tmp_path / "copied"))


@pytest.mark.parametrize("claim", [{"n_layer": 100_000}, {"vocab_size": 10**6}, {"n_positions": 10**9}, {"n_embd": 10**6}])
def test_a_model_that_would_be_larger_than_its_weights_is_not_built(
    claim: dict[str, int], copied: Path, models_dir: Path
) -> None:
    changed(copied, **claim)
    before = psutil.Process().memory_info().rss
    with pytest.raises(ModelUnsafe):
        open_model(str(copied), models_dir)
    assert psutil.Process().memory_info().rss - before < 100 * 2**20


def test_a_model_with_some_weights_more_in_its_file_is_opened(copied: Path, models_dir: Path) -> None:
    content = load_file(copied / "model.safetensors")
    save_file(content | {"more": content["transformer.wte.weight"]}, copied / "model.safetensors", {"format": "pt"})
    open_model(str(copied), models_dir).close()


def test_code_that_comes_with_a_model_is_not_run(copied: Path, models_dir: Path, tmp_path: Path) -> None:
    (copied / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    own = {"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own", "AutoTokenizer": ["own.Own", "own.Own"]}
    file = copied / "tokenizer_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"auto_map": own, "tokenizer_class": "Own"}))
    changed(copied, auto_map=own)
    open_model(str(copied), models_dir).close()  # of a kind that transformers knows itself
    changed(copied, model_type="own")
    with pytest.raises(ModelRunsCode):
        open_model(str(copied), models_dir)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("exact", [False, True])
def test_a_model_larger_than_the_memory_is_not_loaded(exact: bool, gpt2: Path, models_dir: Path, monkeypatch) -> None:
    held = weights.read([gpt2 / "model.safetensors"]).parameters
    free = held * 4 - 1 if exact else held * 2 - 1

    def too_late(*_: object, **__: object) -> None:
        pytest.fail("it is being loaded")

    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free))
    monkeypatch.setattr(psutil, "swap_memory", lambda: SimpleNamespace(free=0))
    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", too_late)
    with pytest.raises(ModelTooLarge):
        open_model(str(gpt2), models_dir, exact=exact)


def test_a_model_that_only_fits_in_its_smaller_form_is_loaded_so(gpt2: Path, tmp_path: Path, monkeypatch) -> None:
    held = weights.read([gpt2 / "model.safetensors"]).parameters
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=held * 2))
    monkeypatch.setattr(psutil, "swap_memory", lambda: SimpleNamespace(free=0))
    monkeypatch.setattr(tuning, "measure", lambda: Tuning(packed=True, rows=16, half=False, threads=1))
    model = open_model(str(gpt2), tmp_path / "another machine")
    assert model.capabilities.small
    model.close()


BOUNDED = """
import json, resource, sys
from pathlib import Path
from afterword.engine.libraries import import_libraries
from afterword.engine.opening import open_model
from afterword.sentences import sentence

import_libraries()
import afterword.engine.local, afterword.engine.speeding, afterword.engine.tuning
pages = int(Path("/proc/self/statm").read_text().split()[0])
limit = pages * resource.getpagesize() + 600 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for folder in sorted(Path(sys.argv[1]).iterdir()):
    try:
        open_model(str(folder), Path(sys.argv[2])).close()
        said = "opened"
    except Exception as error:
        said = sentence(error)
    print(json.dumps([folder.name, said]))
print(json.dumps(["memory", (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_in_a_process_with_little_memory_every_bad_model_is_refused_and_a_good_one_opens(
    gpt2: Path, tmp_path: Path, models_dir: Path
) -> None:
    claims: dict[str, dict[str, object]] = {
        "layers": {"n_layer": MUCH},
        "layers, fewer": {"n_layer": 500_000},
        "width": {"n_embd": MUCH},
        "words": {"vocab_size": MUCH},
        "positions": {"n_positions": MUCH},
        "depth": {"extra": nested(300)},
        "experts": {"num_local_experts": MUCH, "num_experts": MUCH},
    }
    home = tmp_path / "bad"
    for name, claim in claims.items():
        changed(Path(shutil.copytree(gpt2, home / name)), **claim)
    long_file(Path(shutil.copytree(gpt2, home / "tokenizer")) / "tokenizer.json", 100_000_000)
    deep = Path(shutil.copytree(gpt2, home / "tokenizer, deep"))
    (deep / "tokenizer.json").write_text("[" * 1_000_000)
    header(Path(shutil.copytree(gpt2, home / "weights")), {"w": F32 | {"shape": [10**12]}}, bytes(8))
    pickle = Path(shutil.copytree(gpt2, home / "pickle"))
    (pickle / "model.safetensors").unlink()
    (pickle / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'touch " + os.fsencode(tmp_path / "ran") + b"'\ntR.")
    shutil.copytree(gpt2, home / "good")
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(home), str(models_dir)], capture_output=True, text=True, timeout=120, check=False
    )
    said = dict(json.loads(line) for line in done.stdout.splitlines())
    assert said.pop("memory", 10**9) < 300, done.stderr
    assert said.pop("good") == "opened"
    assert set(said) == {*claims, "tokenizer", "tokenizer, deep", "weights", "pickle"}
    assert all(text.startswith(("“/", "The files of “/")) and "memory" not in text for text in said.values()), said
    assert not (tmp_path / "ran").exists()

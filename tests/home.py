"""A home of its own for a whole program, with the user's models."""

from __future__ import annotations

import os
from pathlib import Path

from afterword import paths


def move_home(folder: Path) -> None:
    """From now on all that belongs to the user is in `folder`, which is made; the models stay where they are."""
    models = paths.models_dir()
    (folder / "data").mkdir(parents=True)
    if models.is_dir():
        (folder / "data" / "models").symlink_to(models, target_is_directory=True)
    os.environ["AFTERWORD_HOME"] = str(folder)

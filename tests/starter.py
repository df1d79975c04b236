"""The real starter model, for the tests that are marked `starter`."""

from __future__ import annotations

from pathlib import Path

import pytest

from afterword import paths
from afterword.engine import conversion, starter

_MODELS = paths.models_dir()  # of the user: read here, before each test gets a home of its own


@pytest.fixture(scope="session")
def starter_folder() -> Path:
    """The folder of the converted starter model, which `make test` fetches before it starts the tests."""
    folder = _MODELS / starter.NAME
    if not conversion.is_whole(folder):
        pytest.fail("The starter model is not there: run make test.")
    return folder

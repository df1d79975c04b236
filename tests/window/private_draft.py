"""A draft of which nothing may leave this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from afterword.drafts.beside import read_beside
from afterword.jobs import Jobs
from afterword.window.documents import Documents

from .drafting import opened, settled


def kept_private(path: Path) -> bool:
    """Whether that is said beside the draft."""
    return read_beside(path, path.read_text("utf-8")).private


@pytest.fixture
def draft(qtbot: QtBot, documents: Documents, jobs: Jobs, tmp_path: Path) -> Path:
    """A draft on the page that is not private."""
    path = opened(qtbot, documents, tmp_path / "a.md", "The boat left.\nIt rained.\n")
    settled(qtbot, jobs)
    return path


@pytest.fixture
def private(qtbot: QtBot, documents: Documents, jobs: Jobs, draft: Path) -> Path:
    """The same, made private."""
    documents.set_private(True)
    settled(qtbot, jobs)
    return draft

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from afterword.export.exporting import export
from afterword.text.kind import Kind

Exported = Callable[..., Path]


@pytest.fixture
def exported(tmp_path: Path) -> Exported:
    """Exports a text to a format and returns the file."""

    def make(text: str, format: str, kind: Kind = Kind.MARKDOWN, title: str = "", language: str = "") -> Path:
        return export(text, kind, tmp_path / f"out.{format}", title=title, language=language)

    return make

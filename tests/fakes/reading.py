"""A clock by which each paragraph that is read takes as long as the author ledger may read at a time."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest


def read_one_paragraph_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the author ledger read one paragraph in each turn of the event loop."""
    monkeypatch.setattr("afterword.editor.ledger._READ_SLICE", 1)
    monkeypatch.setattr("afterword.editor.paragraphs.time", SimpleNamespace(perf_counter=itertools.count().__next__))

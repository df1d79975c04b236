"""What a writer does to the draft on a page, for tests of that."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from afterword.drafts import draft as drafts
from afterword.drafts.journal import Head, Recovered
from afterword.editor.page import Page
from afterword.jobs import Jobs
from afterword.window.documents import Documents
from afterword.window.saving import SaveState


class Gate:
    """Holds a function of the drafts back until it is opened, and counts its calls."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.calls = 0
        self.event = threading.Event()
        real: Callable[..., object] = getattr(drafts, name)

        def held(*args: object, **kwargs: object) -> object:
            self.calls += 1
            assert self.event.wait(60)
            kwargs.pop("watch")  # it comes too late to be cancelled
            return real(*args, **kwargs)

        monkeypatch.setattr(f"afterword.window.saving.{name}", held)


def type_text(page: Page, text: str) -> None:
    """Put `text` in at the cursor."""
    page.textCursor().insertText(text)


def opened(qtbot: QtBot, documents: Documents, path: Path, text: str | bytes = "Old.\n") -> Path:
    """Write `text` into a file and have that on the page."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    documents.open_draft(path)
    qtbot.waitUntil(lambda: documents.path == path)
    return path


def left_behind(path: Path, before: str, text: str, place: int | None = None) -> Recovered:
    """What a crash left of a draft."""
    return Recovered(Head(path, 0.0, path.name), before, text, None, None, 0.0, True, place)


def state(documents: Documents) -> SaveState:
    """Whether the draft is saved, as it is now: mypy takes what a property was for what it is."""
    return documents.save_state


def settled(qtbot: QtBot, jobs: Jobs) -> None:
    """Wait for the jobs."""
    qtbot.waitUntil(lambda: not jobs.busy)


def saved(qtbot: QtBot, documents: Documents, jobs: Jobs) -> None:
    """Save, and wait until that is done."""
    documents.save()
    qtbot.waitUntil(lambda: not documents.saving and not jobs.busy)


def typed(page: Page, text: str) -> None:
    """Put `text` in at the end."""
    page.moveCursor(QTextCursor.MoveOperation.End)
    page.textCursor().insertText(text)

"""A desk with a scripted model on this machine and a scripted server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from afterword.assist import cascading
from afterword.assist.timing import SERVER_WITHIN
from tests.assist.both import WAIT, Desk


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server is late, however busy the machine is; but where a test is `hurried`."""
    monkeypatch.setattr(cascading, "SERVER_WITHIN", 1000.0)


@pytest.fixture
def hurried(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server is late when it is for a writer."""
    monkeypatch.setattr(cascading, "SERVER_WITHIN", SERVER_WITHIN)


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(qtbot)
    yield desk
    desk.may_load.set()
    assert desk.host.close(WAIT)
    assert (desk.local.iterators_open, desk.server.iterators_open) == (0, 0)

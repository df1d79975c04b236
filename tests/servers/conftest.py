from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.real import KINDS, Kind, Running, running
from tests.starter import starter_folder as starter_folder


def _wanted(kind: Kind) -> Kind:
    if not kind.is_there:
        pytest.skip(f"{kind.environment.name} is not there; “make test-servers ARGS={kind.name}” makes it")
    return kind


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def server(request: pytest.FixtureRequest, starter_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Each server in turn, which the tests of a file share."""
    with running(_wanted(request.param), starter_folder, tmp_path_factory.mktemp("server")) as one:
        yield one


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def mortal(request: pytest.FixtureRequest, starter_folder: Path, tmp_path: Path) -> Iterator[Running]:
    """Each server in turn, for one test, which may kill it."""
    with running(_wanted(request.param), starter_folder, tmp_path) as one:
        yield one

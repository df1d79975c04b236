"""A server of our own for each test, and a wire to it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psutil
import pytest

from afterword.engine.protocol import Request
from afterword.engine.sampling import Sampling
from afterword.engine.server.address import address
from afterword.engine.server.model import ServerModel
from afterword.engine.server.probe import connected
from afterword.engine.server.types import Server
from afterword.engine.server.wire import Patience, Wire
from afterword.text.context import Context
from afterword.watch import Watch
from tests.fakes import openai_server
from tests.fakes.openai_server import OpenAIServer

QUICK = Patience(connect=20.0, first=60.0, between=60.0, pause=0.001)  # longer than any test waits
IMPATIENT = Patience(connect=20.0, first=0.3, between=0.3, pause=0.001)


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with openai_server.running() as server:
        yield server


Connect = Callable[..., Wire]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes wires; every one is closed when the test ends."""
    with ExitStack() as wires:

        def connect(url: str, key: str = "", patience: Patience = QUICK) -> Wire:
            wire = Wire(address(url), key, patience)
            wires.callback(wire.close)
            return wire

        yield connect


@pytest.fixture
def wire(server: OpenAIServer, connect: Connect) -> Wire:
    return connect(server.url)


@pytest.fixture
def opened(server: OpenAIServer) -> Iterator[Callable[..., ServerModel]]:
    """Opens a model of the server; every one is closed when the test ends."""
    with ExitStack() as models:

        def open_it(patience: Patience = QUICK, **chosen: object) -> ServerModel:
            wire, abilities = connected(Server(server.url, **chosen), Watch(), QUICK)  # type: ignore[arg-type]
            wire.patience = patience
            model = ServerModel(wire, abilities)
            models.callback(model.close)
            return model

        yield open_it


@pytest.fixture(autouse=True)
def _no_socket_left() -> Iterator[None]:
    """Of every test here: what it connected is closed."""
    before = sockets()
    yield
    assert sockets() <= before


def sockets() -> set[tuple[int, int]]:
    """The network sockets of this process, by their file and their port."""
    kinds = {socket.AF_INET, socket.AF_INET6}
    return {(one.fd, one.laddr.port) for one in psutil.Process().net_connections() if one.family in kinds}


def request(
    before: str, after: str = "", shared: bool = True, preface: str = "", asked: bool = False, **sampling: float
) -> Request:
    return Request(1, Context(before, after, preface), Sampling(**sampling), asked, shared)  # type: ignore[arg-type]

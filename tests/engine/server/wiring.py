"""What tests of the connection have in common."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from afterword.engine.server.stream import Stream
from afterword.engine.server.wire import Wire
from afterword.errors import (
    ServerError,
)
from afterword.sentences import sentence

COMPLETIONS = "/v1/completions"
BODY = {"model": "tiny", "prompt": "The ferry", "stream": True, "max_tokens": 16}


def ask(wire: Wire, most: int = 100, **more: Any) -> Stream:
    return wire.stream(COMPLETIONS, BODY | more, most)


def texts(answer: Stream) -> list[str]:
    """What an answer says until it ends."""
    found = []
    try:
        while (event := answer.next()) is not None:
            found.append(event["choices"][0]["text"])
    finally:
        answer.close()
    return found


def fails(wire: Wire) -> ServerError:
    """With what a request fails; it is one sentence for whoever reads it."""
    with pytest.raises(ServerError) as caught:
        texts(ask(wire))
    line = sentence(caught.value)
    assert line.endswith(".")
    assert "\n" not in line
    assert wire.address.base in line
    return caught.value


def drained(answer: Stream) -> bool:
    """Whether all of an answer has been read soon, so that its connection can be used again."""
    future = answer._future
    return future is not None and wait_for(future.done)


def wait_for(condition: Any, timeout: float = 20.0) -> bool:
    deadline = time.monotonic() + timeout
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    return bool(condition())


@contextmanager
def unused() -> Iterator[int]:
    """A port where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@contextmanager
def deaf() -> Iterator[socket.socket]:
    """Takes connections, and nothing is answered."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(20)
        yield listening


@contextmanager
def answering(content: bytes) -> Iterator[int]:
    """A port where every connection is answered with `content`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def serve() -> None:
            listening.settimeout(0.02)
            while not over.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(20)
                    try:
                        connection.recv(65_536)
                        connection.sendall(content)
                    except OSError:
                        pass

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join()

"""The tokens of one completion, as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace

from afterword.engine.server.body import Post
from afterword.engine.server.bounds import Bounds
from afterword.engine.server.said import CompletionReader, Token
from afterword.engine.server.stream import Stream
from afterword.engine.server.wire import Wire


class Tokens:
    """An iterator over tokens. To be closed; a generator that was never begun would leave its stream open.

    Args:
        wire: to the server.
        asked: a request for a completion.
        stopped: ends it, once it answers True.
    """

    def __init__(self, wire: Wire, asked: Post, stopped: Callable[[], bool]) -> None:
        self._wire = wire
        self._asked = asked
        self._stopped = stopped
        self._completion = CompletionReader(wire.address.base)
        self._read: deque[Token] = deque()
        self._bounds = Bounds(asked.words)
        self._answer: Stream | None = None

    def start(self) -> Stream | None:
        """Ask, unless it was done; the first token does it too. None where it was stopped before."""
        if self._answer is None and not self._stopped():
            self._answer = self._wire.stream(self._asked.path, self._asked.body, self._asked.most)
        return self._answer

    def __iter__(self) -> Iterator[Token]:
        return self

    def __next__(self) -> Token:
        answer = self.start()
        while not self._read:
            event = None if answer is None or self._bounds.reached else answer.next(self._stopped)
            if event is None:
                raise StopIteration
            self._read += self._completion.read(event)
        token = self._read.popleft()
        text = self._bounds.within(token.text)
        if self._bounds.reached:
            self._read.clear()
        if not text:
            raise StopIteration
        return token if text == token.text else replace(token, text=text, alternatives={})

    def close(self) -> None:
        """Close the stream."""
        if self._answer is not None:
            self._answer.close()

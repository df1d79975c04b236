"""The tokens of one completion, as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from afterword.engine.server.answer import Answer
from afterword.engine.server.body import Asked
from afterword.engine.server.said import Completion, Token
from afterword.engine.server.wire import Wire


class Tokens:
    """An iterator over tokens. To be closed; a generator that was never begun would leave its stream open.

    Args:
        wire: to the server.
        asked: a request for a completion.
        stopped: ends it, once it answers True.
    """

    def __init__(self, wire: Wire, asked: Asked, stopped: Callable[[], bool]) -> None:
        self._wire = wire
        self._asked = asked
        self._stopped = stopped
        self._completion = Completion(wire.address.base)
        self._read: deque[Token] = deque()
        self._answer: Answer | None = None

    def start(self) -> Answer:
        """Ask, unless it was done; the first token does it too."""
        if self._answer is None:
            self._answer = self._wire.stream(self._asked.path, self._asked.body, self._asked.most)
        return self._answer

    def __iter__(self) -> Iterator[Token]:
        return self

    def __next__(self) -> Token:
        answer = self.start()
        while not self._read:
            event = answer.next(self._stopped)
            if event is None:
                raise StopIteration
            self._read += self._completion.read(event)
        return self._read.popleft()

    def close(self) -> None:
        """Close the stream."""
        if self._answer is not None:
            self._answer.close()

"""From the bytes of a stream to its events (WHATWG HTML, section 9.2, server-sent events), bounded and strict.

httpx2's own EventSource turns bytes that are no UTF-8 into U+FFFD, takes the encoding from a header, and leaves out in silence
what of an event had come when the connection was lost. A writer would be shown damaged text as if it were the model's.
"""

from __future__ import annotations

from collections.abc import Iterator

EVENT_BYTES = 1 << 18  # of one event; twenty alternatives for each of ten tokens take 10,000


class Broken(Exception):
    """The bytes are no stream of events. The argument says why."""


class Events:
    """Takes bytes as they come, and gives out the data of each event that is complete."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._returned = False  # the last byte was a carriage return
        self._begun = False

    def push(self, read: bytes) -> Iterator[str]:
        """The events that `read` completes.

        Raises:
            Broken: an event is too long, or no UTF-8.
        """
        if self._returned and read.startswith(b"\n"):
            read = read[1:]
        if not read:
            return
        self._returned = read.endswith(b"\r")
        *lines, rest = read.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            self._line += line
            whole = bytes(self._line)
            self._line.clear()
            data = self._ended(whole)
            if data is not None:
                yield data
        self._line += rest
        self._check(len(self._line))

    def end(self) -> None:
        """No more bytes come; Broken where an event is half there."""
        if self._line or self._data:
            raise Broken("it broke off within an event")

    def _ended(self, line: bytes) -> str | None:
        if not self._begun:
            self._begun, line = True, line.removeprefix(b"\xef\xbb\xbf")
        if line:
            self._check(len(line))
            name, _, value = line.partition(b":")
            if name == b"data":
                self._data.append(value.removeprefix(b" "))
                self._size += len(value)
                self._check(0)
            return None
        if not self._data:
            return None
        data, self._data, self._size = b"\n".join(self._data), [], 0
        return _decoded(data)

    def _check(self, more: int) -> None:
        if self._size + more > EVENT_BYTES:
            raise Broken("an event has no end")


class Lines(Events):
    """Takes each line for an event, as in application/x-ndjson."""

    def _ended(self, line: bytes) -> str | None:
        return _decoded(line) if line else None


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Broken("it is not in UTF-8") from error

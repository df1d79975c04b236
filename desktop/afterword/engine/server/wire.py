"""The connection to one server: requests from the thread of its owner, sockets on a thread of its own.

Every socket belongs to one asyncio loop. Cancelling a request cancels its task, which closes the socket at once, whatever the
server is doing; a blocking read could only be waited for. Nothing is ever sent where a redirect points.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from afterword.engine.protocol import never
from afterword.engine.server.address import Address
from afterword.engine.server.client import Handshake, client
from afterword.engine.server.daemon_threads import DaemonThreads
from afterword.engine.server.events import Broken, Events, Lines
from afterword.engine.server.faults import (
    Again,
    of_connection,
    of_event,
    of_media_type,
    of_status,
)
from afterword.engine.server.stream import Stream
from afterword.errors import (
    AfterwordError,
    ServerBrokeOff,
    ServerNotUnderstood,
    ServerRefused,
    ServerSilent,
    ServerUnreachable,
)

if TYPE_CHECKING:
    import httpx2

_BODY_BYTES = 8 << 20  # of an answer that is no stream; the list of a large router's models takes one million
_STREAM_BYTES = 16 << 20  # of one that goes on; a thousand words take less than one million
_ERROR_BYTES = 1 << 16
_DRAIN_S = 1.0  # for what follows the last event, so that the connection can be used again
_DONE = "[DONE]"
_STREAMS = {"text/event-stream": Events, "application/x-ndjson": Lines}


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for, in seconds, and how often it is asked again.

    Attributes:
        connect: for a connection, encryption included.
        first: for the first event.
        between: for each event after that.
        again: how often it is asked again where it was not there or had too much to do.
        pause: before the first of these; twice as long before each more.
    """

    connect: float = 3.0
    first: float = 10.0
    between: float = 10.0
    again: int = 2
    pause: float = 0.1


@dataclass(frozen=True)
class _Call:
    method: str
    path: str
    body: dict[str, Any] | None
    patience: Patience
    most: int
    streams: bool


class Wire:
    """Asks one server.

    Args:
        address: where it is.
        key: its API key; "" for none. It goes into the header Authorization and nowhere else.
        patience: unless a request has its own.

    Raises:
        ServerRefused: the key is such as no server takes.
    """

    def __init__(self, address: Address, key: str = "", patience: Patience | None = None) -> None:
        key = key.strip()
        if not (key.isascii() and key.isprintable()):
            raise ServerRefused(address.base)
        self.address = address
        self.patience = patience or Patience()
        self._key = key
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(DaemonThreads())
        self._leave = asyncio.Event()
        self._client: httpx2.AsyncClient | None = None
        self._thread = threading.Thread(target=self._live, name="server")
        self._thread.start()

    def get(self, path: str, stopped: Callable[[], bool] = never, patience: Patience | None = None) -> Any:
        """What is at `path`, a JSON value; None as soon as `stopped` answers True.

        Raises:
            ServerError: it is not there, or no JSON.
        """
        return self._at_once(_Call("GET", path, None, patience or self.patience, 1, streams=False), stopped)

    def post(self, path: str, body: dict[str, Any], stopped: Callable[[], bool] = never, patience: Patience | None = None) -> Any:
        """What the server answers to `body` at once; see `get`."""
        return self._at_once(_Call("POST", path, body, patience or self.patience, 1, streams=False), stopped)

    def stream(self, path: str, body: dict[str, Any], most: int, patience: Patience | None = None) -> Stream:
        """Ask for a stream of events.

        Args:
            path: of the protocol.
            body: as JSON.
            most: after so many events the answer ends, whether the server goes on or not.
            patience: of this request.
        """
        return self._ask(_Call("POST", path, body, patience or self.patience, most, streams=True))

    def close(self) -> None:
        """Close all connections and end the thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._leave.set)
            self._thread.join()

    def _at_once(self, call: _Call, stopped: Callable[[], bool]) -> Any:
        answer = self._ask(call)
        try:
            said = answer.next(stopped)
        finally:
            answer.close()
        return None if said is None else said["said"]

    def _ask(self, call: _Call) -> Stream:
        answer = Stream()
        answer.started(asyncio.run_coroutine_threadsafe(self._answered(call, answer), self._loop))
        return answer

    # --- on the thread of the sockets -------------------------------------------------------------------------------

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._leave.wait())
            self._loop.run_until_complete(self._end())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    async def _answered(self, call: _Call, answer: Stream) -> None:
        """Fill `answer`, asking again where that may help."""
        tried = 0
        try:
            while (again := await self._asked(call, answer)) is not None:
                if tried == call.patience.again or again.wait_s is None:
                    raise again.error
                pause = call.patience.pause * 2**tried * random.uniform(0.5, 1.5)
                tried += 1
                await asyncio.sleep(max(pause, again.wait_s))
            answer.say(None)
        except asyncio.CancelledError:
            answer.say(None)
            raise
        except Exception as error:
            answer.say(error)

    async def _asked(self, call: _Call, answer: Stream) -> Again | None:
        """Ask once; what may be different in a moment is returned."""
        base, patience = self.address.base, call.patience
        try:
            async with asyncio.timeout(patience.first) as silence:
                await self._exchanged(call, answer, silence)
            return None
        except AfterwordError:
            raise
        except TimeoutError as error:
            raise ServerSilent(base, patience.between if answer.begun else patience.first) from error
        except Broken as error:
            raise ServerNotUnderstood(base, str(error)) from error
        except Again as again:
            return again
        except Exception as error:
            fault = of_connection(base, error)
            if isinstance(fault, Again) and not answer.begun:
                if answer.opened:  # it would break off again
                    raise ServerBrokeOff(base) from error
                return fault
            raise (fault.error if isinstance(fault, Again) else fault) from error

    async def _exchanged(self, call: _Call, answer: Stream, silence: asyncio.Timeout) -> None:
        http = self._client = self._client or client(self.address, self._key, self.patience.connect)
        content = None if call.body is None else json.dumps(call.body, ensure_ascii=False).encode(errors="replace")
        kind = {} if content is None else {"Content-Type": "application/json"}
        url = self.address.of(call.path)
        steps = {"trace": Handshake()}
        async with http.stream(call.method, url, content=content, headers=kind, extensions=steps) as response:
            read = response.aiter_raw()
            media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if response.status_code != 200:
                body = await _read(read, _ERROR_BYTES, cut=True)
                model = str((call.body or {}).get("model", ""))
                raise of_status(self.address, call.path, model, response.status_code, response.headers, body, self._key)
            if response.headers.get("content-encoding", "identity") != "identity":
                raise Broken("it is compressed")
            if call.streams and media in _STREAMS:
                await self._streamed(call, read, answer, silence, _STREAMS[media]())
            elif media.endswith("json"):
                said = _parsed(await _read(read, _BODY_BYTES))
                answer.say(_object(self.address.base, said, self._key) if call.streams else {"said": said})
            else:
                raise of_media_type(self.address.base, media, self._key)

    async def _streamed(
        self, call: _Call, read: AsyncIterator[bytes], answer: Stream, silence: asyncio.Timeout, events: Events
    ) -> None:
        told = size = 0
        answer.opened = True
        async for chunk in read:
            size += len(chunk)
            for data in events.push(chunk):
                if data.strip() == _DONE:
                    return await _drained(read, answer)
                event = _object(self.address.base, _parsed(data), self._key)
                answer.say(event)
                told += 1
                silence.reschedule(self._loop.time() + call.patience.between)
                if told == call.most or size > _STREAM_BYTES:
                    return None
                if _is_last(event):
                    return await _drained(read, answer)
        events.end()
        if not told:
            raise ServerBrokeOff(self.address.base)
        raise ServerUnreachable(self.address.base, "it broke off in the middle of its answer")


async def _drained(read: AsyncIterator[bytes], answer: Stream) -> None:
    """The answer is there: the owner goes on, while the rest is read, so that the connection can be used again."""
    answer.say(None)
    with suppress(Exception):
        async with asyncio.timeout(_DRAIN_S):
            async for _ in read:
                pass


async def _read(read: AsyncIterator[bytes], most: int, cut: bool = False) -> bytes:
    body = bytearray()
    async for chunk in read:
        body += chunk
        if len(body) > most:
            if cut:
                break
            raise Broken("it has no end")
    return bytes(body[:most])


def _parsed(data: str | bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Broken("it is no JSON") from error


def _object(base: str, event: Any, key: str) -> dict[str, Any]:
    """An event that is an object, and no error."""
    if not isinstance(event, dict):
        raise Broken("an event is no object")
    if event.get("error"):
        raise of_event(base, event["error"], key)
    return event


def _is_last(event: dict[str, Any]) -> bool:
    if event.get("done") is True:  # of Ollama's own protocol
        return True
    choices = event.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(first, dict) and bool(first.get("finish_reason"))

"""A stand-in for a server of the OpenAI protocol, on the loopback: it says what it is told to, records every byte that it is
sent, and can be at fault in every way that a server can.

    with openai_server.running() as server:
        server.says = " quiet in the rain."                       # a text; a token for each word
        server.says = [Said(" quiet", 0.6, {" loud": 0.3}), ...]   # or tokens, with probabilities and alternatives
        server.says = lambda body: ...                             # or either of these, from the body of the request
        server.replies = "Shorter: ..."                            # the same for /v1/chat/completions
        server.faults.status = 429                                 # see Faults
        model = open_server(Server(server.url))
        ...
        assert [asked.body["prompt"] for asked in server.completions] == [...]
        assert server.wait_until_idle()                            # all is said, or the client has closed the stream

Its thread and sockets are gone when the block ends.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from afterword.engine.server.probe import SENTENCE

CERTIFICATES = Path(__file__).parent / "certificates"
"""`localhost.pem` is for this machine, `elsewhere.pem` for elsewhere.example; each signed itself and has its key in it. They are
of no use but for these tests, and valid until 2126."""


@dataclass(frozen=True)
class Said:
    """A token.

    Attributes:
        text: as the stream has it.
        probability: as its logprobs have it.
        alternatives: other tokens that could have stood there, with their probabilities.
        token: its text in the logprobs, where that is not `text`: of half a character.
    """

    text: str
    probability: float = 0.9
    alternatives: Mapping[str, float] = field(default_factory=dict)
    token: str | None = None


_COMPLETE = ("/v1/completions", "/api/generate")

Script = str | Sequence[Said | str]


@dataclass
class Faults:
    """What goes wrong; nothing to begin with. The first nine are about every request, the others about streams.

    Attributes:
        status: answered instead of anything else; `path` restricts it to paths with that in them.
        times: how often that happens.
        retry_after: the header beside a status.
        message: what an error says; "KEY" in it is replaced with the Authorization that was sent.
        redirect: answered with 307 to there; "KEY" in it is replaced with the key that was sent.
        html: answered with a page, as by the hotel's network.
        media: answered with nothing, which it says is of this type; "KEY" as above.
        wrong_json: answered with that instead of a stream.
        hangs_up: how many connections are closed without an answer.
        silent_after: events after which it says nothing more, -1 for never; 0 is before the headers.
        pings: comments instead of silence.
        cut_after: events after which the connection is reset, -1 for never.
        reads: characters of a text that its model reads, 0 for any number: what is longer breaks a stream off before its first
            event, and is an error where no stream is wanted, as with llama-cpp-python. A token has four.
        explains: whether that error says why.
        half_event: the last event has no end.
        error_event: an event that says so comes after the first.
        raw: bytes after the first event, such as are no UTF-8 or no event.
        endless: the script again and again.
        unbroken: bytes without an end of line, for ever, after the first event.
        no_done: neither [DONE] nor a reason why it ended.
        no_reason: [DONE] alone.
        encoding: how it says that its answers are packed, which they are not.
    """

    status: int = 0
    path: str = ""
    times: int = 10**9
    retry_after: str = ""
    message: str = "out of order"
    redirect: str = ""
    html: bool = False
    media: str = ""
    wrong_json: Any = None
    hangs_up: int = 0
    silent_after: int = -1
    pings: bool = False
    cut_after: int = -1
    reads: int = 0
    explains: bool = True
    half_event: bool = False
    error_event: Any = None
    raw: bytes = b""
    endless: bool = False
    unbroken: bool = False
    no_done: bool = False
    no_reason: bool = False
    encoding: str = ""


@dataclass(frozen=True)
class Asked:
    """One request, as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    connection: int


class OpenAIServer:
    """What the stand-in has and does.

    Attributes:
        url: its address, without /v1.
        version: its word for it, where that is not a usual one.
        kind: which server it looks like: "vllm", "llama.cpp", "llama-cpp-python", "ollama", "tgi", "transformers", or "".
        models: the names that it lists; a request for another one is refused, unless the list is empty.
        listed: its list of models as it says it, where that is not what `models` and `kind` make of it.
        context: how many tokens it says that a model reads; 0 where it says none.
        key: that it wants, "" for none.
        says, replies: see the module; replies may be a sequence of mappings too, each the `delta` of an event.
        logprobs: how many alternatives it gives at most; 0 for no probabilities; more are refused.
        completes, chats: whether it has those paths.
        pause_s: between two events.
        gate: when given, waited for before every event.
        answering: requests that are being answered.
        most_answering: the most of them at one time.
        asked: all requests.
        received: every byte.
        connections: how many were made.
        left_at: when, on time.monotonic(), each client went away in the middle of an answer.
    """

    def __init__(self) -> None:
        self.url = ""
        self.version = ""
        self.kind = "vllm"
        self.models: list[str] = ["tiny"]
        self.listed: list[Any] | None = None
        self.context = 0
        self.key = ""
        self.says: Script | Callable[[Any], Script] = " and so on."
        self.replies: Any = "Yes."
        self.logprobs = 20
        self.completes = self.chats = True
        self.pause_s = 0.0
        self.gate: threading.Semaphore | None = None
        self.faults = Faults()
        self.asked: list[Asked] = []
        self.received = bytearray()
        self.connections = 0
        self.open = 0
        self.answering = 0
        self.most_answering = 0
        self.left_at: list[float] = []
        self._closing = threading.Event()

    @property
    def completions(self) -> list[Asked]:
        """The requests for completions, raw ones of Ollama's too, but for those of the connection test."""
        return [one for one in self.asked if one.path in _COMPLETE and one.body.get("prompt") != SENTENCE]

    @property
    def chatted(self) -> list[Asked]:
        """The requests for chats, but for those of the connection test."""
        chats = [one for one in self.asked if one.path.endswith("/v1/chat/completions")]
        return [one for one in chats if one.body["messages"][-1]["content"] != SENTENCE]

    def wait_until_left(self, timeout: float = 20.0) -> bool:
        """Whether no client is connected any more, within so many seconds; one that had its answer may stay connected."""
        return self._comes_true(lambda: not self.open, timeout)

    def wait_until_idle(self, timeout: float = 20.0) -> bool:
        """Whether nothing is being answered any more, within so many seconds: all is said, or who asked went away."""
        return self._comes_true(lambda: not self.answering, timeout)

    def wait_until_answering(self, n: int = 1, timeout: float = 20.0) -> bool:
        """Whether so many requests are being answered, within so many seconds."""
        return self._comes_true(lambda: self.answering >= n, timeout)

    def _comes_true(self, condition: Callable[[], bool], timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.002)
        return condition()

    def close(self) -> None:
        """Stop answering."""
        self._closing.set()

    # --- on its own thread ------------------------------------------------------------------------------------------

    async def serve(self, port: int, context: ssl.SSLContext | None, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", port, ssl=context)
        port = server.sockets[0].getsockname()[1]
        self.url = f"https://localhost:{port}" if context else f"http://127.0.0.1:{port}"
        ready.set()
        while not self._closing.is_set():
            await asyncio.sleep(0.005)
        server.close()
        for _ in range(5):  # whoever has just come is let in, so that somebody closes that connection
            await asyncio.sleep(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # the sockets are closed

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        connection = _Connection(self, self.connections, reader, writer)
        try:
            while await connection.exchanged():
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            if connection.reset or self._closing.is_set():
                writer.transport.abort()
            writer.close()


class _Gone(Exception):
    """The client went away."""


class _Connection:
    def __init__(self, server: OpenAIServer, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._number = number
        self._reader = reader
        self._writer = writer
        self.reset = False

    async def exchanged(self) -> bool:
        """Answer a request; whether another may come."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        content = await self._reader.readexactly(int(headers.get("content-length", "0")))
        self._server.received += head + content
        body = json.loads(content) if content else None
        self._server.asked.append(Asked(method, path, headers, body, self._number))
        if self._server.faults.hangs_up > 0:
            self._server.faults.hangs_up -= 1
            return False
        self._server.answering += 1
        self._server.most_answering = max(self._server.most_answering, self._server.answering)
        watching = asyncio.ensure_future(self._reader.read(1))
        answering = asyncio.ensure_future(self._answer(method, path, headers, body))
        try:
            await asyncio.wait({watching, answering}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                self._server.left_at.append(time.monotonic())
                return False
            return await answering
        finally:
            self._server.answering -= 1
            for task in (watching, answering):
                task.cancel()
            await asyncio.gather(watching, answering, return_exceptions=True)

    async def _answer(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> bool:
        server, faults = self._server, self._server.faults
        key = headers.get("authorization", "").removeprefix("Bearer ")
        if faults.redirect and faults.path in path:
            return await self._send(307, b"", {"Location": faults.redirect.replace("KEY", key)})
        if faults.media:
            return await self._send(200, b"", {"Content-Type": faults.media.replace("KEY", key)})
        if faults.html:
            return await self._send(200, b"<html>Welcome to our hotel</html>", {"Content-Type": "text/html; charset=utf-8"})
        if faults.status and faults.path in path and faults.times > 0:
            faults.times -= 1
            more = {"Retry-After": faults.retry_after} if faults.retry_after else {}
            message = faults.message.replace("KEY", headers.get("authorization", ""))
            return await self._error(faults.status, message, more)
        if server.key and headers.get("authorization") != f"Bearer {server.key}":
            return await self._error(401, f"no such key: {headers.get('authorization')}")
        if method == "GET":
            told = self._told(path)
            return await (self._error(404, "Not Found") if told is None else self._json(200, told))
        streams = {"/v1/completions": server.completes, "/v1/chat/completions": server.chats}
        streams["/api/generate"] = server.completes and server.kind == "ollama"
        if not streams.get(path):
            return await self._error(404, "Not Found")
        if server.models and body.get("model", server.models[0]) not in server.models:
            return await self._error(404, f"The model `{body['model']}` does not exist.")
        if path in _COMPLETE and _wanted(body) > server.logprobs > 0:
            return await self._error(400, "logprobs: too many")
        if faults.wrong_json is not None:
            return await self._json(200, faults.wrong_json)
        if not body.get("stream"):
            return await self._at_once(body)
        return await self._stream(path, body)

    def _told(self, path: str) -> Any:
        server = self._server
        owners = {"vllm": "vllm", "llama.cpp": "llamacpp", "llama-cpp-python": "me", "ollama": "library"}
        owner = owners.get(server.kind, "somebody")
        length = {"max_model_len": server.context} if server.context else {}
        models = [{"id": name, "object": "model", "owned_by": owner} | length for name in server.models]
        known: dict[tuple[str, str], Any] = {
            ("", "/v1/models"): {"object": "list", "data": models if server.listed is None else server.listed},
            ("vllm", "/version"): {"version": server.version or "0.26.0"},
            ("llama.cpp", "/props"): {
                "default_generation_settings": {"n_ctx": server.context or 4096},
                "build_info": server.version or "b9999",
            },
            ("ollama", "/api/version"): {"version": "0.40.1"},
            ("tgi", "/info"): {"version": "3.3.0", "max_total_tokens": 4096, "model_id": "tiny"},
            ("llama-cpp-python", "/openapi.json"): {
                "info": {"title": "🦙 llama.cpp Python API", "version": "0.3.36"},
                "paths": {},
            },
            ("transformers", "/openapi.json"): {"info": {}, "paths": {"/load_model": {}, "/v1/responses": {}}},
        }
        return known.get(("", path), known.get((server.kind, path)))

    def _is_too_long(self, body: Any) -> bool:
        return 0 < self._server.faults.reads < len(_text_of(body))

    async def _at_once(self, body: Any) -> bool:
        if not self._is_too_long(body):
            return await self._json(200, {"choices": [{"index": 0, "text": " and", "message": {"content": "And"}}]})
        room, prompt = self._server.faults.reads // 4, len(_text_of(body)) // 4
        why = (
            f"This model's maximum context length is {room} tokens. However, you requested {prompt + body['max_tokens']} tokens "
        )
        why += f"({prompt} in the messages, {body['max_tokens']} in the completion)."
        return await (self._error(400, why) if self._server.faults.explains else self._error(500, "Internal Server Error"))

    async def _stream(self, path: str, body: Any) -> bool:
        faults = self._server.faults
        told, quiet = 0, faults.silent_after
        if quiet == 0:
            await self._silence()
        kind = "application/x-ndjson" if path == "/api/generate" else "text/event-stream"
        packed = {"Content-Encoding": faults.encoding} if faults.encoding else {}
        await self._head(200, {"Content-Type": kind, "Transfer-Encoding": "chunked", **packed})
        if self._is_too_long(body):
            self.reset = True
            return False
        async for event in self._events(path, body):
            if told == quiet:
                await self._silence()
            if told == faults.cut_after:
                self.reset = True
                return False
            await self._chunk(event)
            told += 1
            if told == 1 and faults.error_event is not None:
                await self._chunk(_event({"error": faults.error_event}))
                return False
            if told == 1 and faults.raw:
                await self._chunk(faults.raw)
            while told == 1 and faults.unbroken:
                await self._chunk(b"data: " + b"x" * 60_000)
        if faults.half_event:
            await self._chunk(b'data: {"choices": [{"te')
        elif not faults.no_done and path != "/api/generate":
            await self._chunk(b"data: [DONE]\n\n")
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()
        return True

    async def _events(self, path: str, body: Any) -> AsyncIterator[bytes]:
        server = self._server
        chat, raw = path == "/v1/chat/completions", path == "/api/generate"
        script = server.replies if chat else server.says
        script = script(body) if callable(script) else script
        parts: list[Any] = re.findall(r"\s*\S+|\s+\Z", script) if isinstance(script, str) else list(script)
        most, told = body.get("max_tokens") or body.get("options", {}).get("num_predict", 16), 0
        while True:
            for part in parts:
                if told == most and not server.faults.endless:
                    break
                await self._paused()
                event = _delta(part) if chat else self._completion(part, body)
                yield _raw(event) if raw else _event(event)
                told += 1
            if not server.faults.endless:
                break
        if raw and not server.faults.no_done:
            yield b'{"response": "", "done": true, "done_reason": "stop"}\n'
        elif not (server.faults.no_done or server.faults.no_reason or server.faults.half_event):
            end: dict[str, Any] = {"delta": {}} if chat else {"text": ""}
            reason = "length" if told == most and len(parts) > most else "stop"
            yield _event({"choices": [end | {"index": 0, "finish_reason": reason}]})

    def _completion(self, part: Said | str, body: Any) -> dict[str, Any]:
        said = Said(part) if isinstance(part, str) else part
        choice: dict[str, Any] = {"index": 0, "text": said.text, "logprobs": None, "finish_reason": None}
        if _wanted(body) and self._server.logprobs:
            token = said.text if said.token is None else said.token
            options = {token: said.probability, **said.alternatives}
            if body["prompt"] == SENTENCE:
                options |= {f" other{number}": 1e-6 for number in range(self._server.logprobs)}
            top = dict(sorted(options.items(), key=lambda one: -one[1])[: _wanted(body)])
            logs = {text: math.log(probability) for text, probability in top.items()}
            choice["logprobs"] = {"tokens": [token], "token_logprobs": [math.log(said.probability)], "top_logprobs": [logs]}
        return {"id": "1", "object": "text_completion", "choices": [choice]}

    async def _paused(self) -> None:
        if self._server.pause_s:
            await asyncio.sleep(self._server.pause_s)
        while self._server.gate is not None and not self._server.gate.acquire(blocking=False):
            await asyncio.sleep(0.002)

    async def _silence(self) -> None:
        while True:
            if self._server.faults.pings and self._server.faults.silent_after > 0:
                await self._chunk(b": still there\n\n")
            await asyncio.sleep(0.02)

    async def _chunk(self, content: bytes) -> None:
        self._writer.write(b"%x\r\n%b\r\n" % (len(content), content))
        await self._writer.drain()

    async def _error(self, status: int, message: str, more: Mapping[str, str] | None = None) -> bool:
        return await self._json(status, {"error": {"message": message, "type": "invalid_request_error", "code": status}}, more)

    async def _json(self, status: int, content: Any, more: Mapping[str, str] | None = None) -> bool:
        return await self._send(status, json.dumps(content).encode(), {"Content-Type": "application/json", **(more or {})})

    async def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> bool:
        await self._head(status, {**headers, "Content-Length": str(len(content)), "Set-Cookie": "who=you"})
        self._writer.write(content)
        await self._writer.drain()
        return True

    async def _head(self, status: int, headers: Mapping[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} As it is", *(f"{name}: {value}" for name, value in headers.items())]
        self._writer.write("\r\n".join([*lines, "", ""]).encode())
        await self._writer.drain()


def _delta(part: str | Mapping[str, str]) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": part} if isinstance(part, str) else dict(part), "finish_reason": None}]}


def _text_of(body: Any) -> str:
    return str(body["prompt"]) if "prompt" in body else "".join(message["content"] for message in body["messages"])


def _wanted(body: Any) -> int:
    """How many alternatives a request for a completion wants."""
    return int(body.get("top_logprobs", body.get("logprobs", 0)))


def _raw(event: dict[str, Any]) -> bytes:
    """The event of a completion as Ollama's own protocol has it."""
    [choice] = event["choices"]
    told: dict[str, Any] = {"response": choice["text"], "done": False}
    if logs := choice["logprobs"]:
        [tops] = logs["top_logprobs"]
        token = {"token": logs["tokens"][0], "logprob": logs["token_logprobs"][0]}
        told["logprobs"] = [token | {"top_logprobs": [{"token": text, "logprob": log} for text, log in tops.items()]}]
    return json.dumps(told).encode() + b"\n"


def _event(content: Any) -> bytes:
    return b"data: " + json.dumps(content).encode() + b"\n\n"


@contextmanager
def running(certificate: Path | None = None, port: int = 0) -> Iterator[OpenAIServer]:
    """A server that answers until the block ends; with a certificate (see CERTIFICATES) by https."""
    server = OpenAIServer()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    ready = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(port, context, ready)), name="openai server")
    thread.start()
    try:
        assert ready.wait(30)
        yield server
    finally:
        server.close()
        thread.join()

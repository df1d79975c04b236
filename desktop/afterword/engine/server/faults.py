"""What went wrong with a server, as one of our errors. Their words never hold a key.

What a server says of a request may hold some of that: the writer sees it, and no log has it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

from afterword.engine.server.address import Address
from afterword.engine.server.bounds import NAME_AT_MOST, shown_word
from afterword.errors import (
    ServerBusy,
    ServerCannot,
    ServerError,
    ServerFailed,
    ServerModelMissing,
    ServerNotUnderstood,
    ServerOtherScheme,
    ServerRedirects,
    ServerRefused,
    ServerUnreachable,
    ServerUntrusted,
)

_log = logging.getLogger(__name__)

WEB_PAGE = "it is a web page"
"""The reason of a ServerNotUnderstood where nothing but a page came."""

_REASON_AT_MOST = 200  # characters
_WAIT_AT_MOST_S = 2.0
_BUSY = (429, 502, 503)
_NO_SUCH_PATH = (404, 405, 501)
_NO_MODEL = re.compile(
    r"\bmodel\b.*(?:not (?:found|exist)|does not exist|no such|unknown)|no such model|\bis pinned to\b", re.IGNORECASE | re.S
)
_BROKE_OFF = re.compile("disconnected|closed connection")  # httpcore2's and h11's words for it
_NO_ANSWER = "disconnected without sending a response"  # httpcore2's
_NO_TEXT = "illegal request line"  # h11's, of a control character where the status should be, such as TLS begins with
_NO_TLS = re.compile("WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|PACKET_LENGTH_TOO_LONG")  # OpenSSL's
_TLS_WANTED = re.compile(  # of Go, nginx, and Apache
    rb"HTTP request (?:was sent )?to (?:an )?HTTPS (?:server|port)|plain HTTP to an SSL-enabled", re.IGNORECASE
)


class Again(Exception):
    """The server may be there, or have time, in a moment.

    Attributes:
        error: what it was.
        wait_s: how long it wants to be left alone; None where that is too long to wait for.
    """

    def __init__(self, error: ServerError, wait_s: float | None = 0.0) -> None:
        super().__init__()
        self.error = error
        self.wait_s = wait_s


def of_connection(base: str, error: Exception) -> Exception:
    """A connection could not be made, or broke off."""
    import httpx2

    for one in _chain(error):
        if isinstance(one, ssl.SSLCertVerificationError):
            return ServerUntrusted(base, one.verify_message)
        if isinstance(one, ssl.SSLEOFError):  # as a server does that starts anew, and a proxy without one
            return Again(ServerUnreachable(base, "it hangs up before the connection is encrypted"))
        if isinstance(one, ssl.SSLError) and not isinstance(one, ssl.SSLWantReadError):
            reason = one.reason or ""
            if _NO_TLS.search(reason):
                return _other_scheme(base)
            return ServerUntrusted(base, reason.replace("_", " ").lower() or "it does not speak TLS")
    if isinstance(error, httpx2.TimeoutException):
        shaking_hands = any(isinstance(one, ssl.SSLWantReadError) for one in _chain(error))
        return ServerUnreachable(base, "it does not answer in https" if shaking_hands else "it does not answer")
    if isinstance(error, httpx2.ProtocolError) and not _BROKE_OFF.search(str(error)):
        return _other_scheme(base) if _NO_TEXT in str(error) else ServerNotUnderstood(base, "it does not speak HTTP")
    if isinstance(error, httpx2.ProtocolError) and _NO_ANSWER in str(error) and base.startswith("http:"):
        return Again(ServerUnreachable(base, "it hangs up without an answer; perhaps it speaks https"))
    if isinstance(error, httpx2.TransportError):
        return Again(ServerUnreachable(base, _system_word(error)))
    _log.warning("unforeseen", exc_info=error)
    return ServerNotUnderstood(base, type(error).__name__)


def of_media_type(base: str, media: str, key: str) -> ServerError:
    """The answer is neither events nor JSON."""
    return ServerNotUnderstood(base, WEB_PAGE if media == "text/html" else f"it is of the type “{_shown(media, key)}”")


def _other_scheme(base: str) -> ServerError:
    scheme = base.partition(":")[0]
    return ServerOtherScheme(base, scheme, "http" if scheme == "https" else "https")


def of_status(
    address: Address, path: str, model: str, status: int, headers: Mapping[str, str], body: bytes, key: str
) -> Exception:
    """The server answered with another status than 200."""
    base = address.base
    if 300 <= status < 400:
        return ServerRedirects(base, _place(address.of(path), headers.get("location", ""), key))
    if status in (401, 403):
        return ServerRefused(base)
    if status in _BUSY:
        return Again(ServerBusy(base), _wait_s(headers.get("retry-after", "")))
    if status == 400 and not address.encrypted and _TLS_WANTED.search(body):
        return _other_scheme(base)
    reason, code = _words(body)
    if code == "model_not_found" or (status in (400, 404) and _NO_MODEL.search(reason)):
        return ServerModelMissing(base, shown_word(model, NAME_AT_MOST))
    if status in _NO_SUCH_PATH:
        return ServerCannot(base, path)
    return ServerFailed(base, status, _shown(reason, key) or _standard(status))


def of_event(base: str, error: Any, key: str) -> ServerError:
    """The server says in the middle of a stream that it cannot go on."""
    status = error.get("code") if isinstance(error, dict) else None
    reason, _ = _told(error)
    return ServerFailed(base, status if isinstance(status, int) and 400 <= status < 600 else 500, _shown(reason, key))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it, the members of groups too."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def _system_word(error: Exception) -> str:
    for one in _chain(error):
        if isinstance(one, socket.gaierror):  # its numbers are not the system's
            return one.strerror or "there is no such name"
        if isinstance(one, OSError) and one.errno:
            word = os.strerror(one.errno)  # asyncio's own names an address; but Windows knows no word for a socket's numbers
            return (one.strerror or word) if word.startswith("Unknown error") else word
    return "the connection broke off"


def _place(asked: str, location: str, key: str) -> str:
    """The scheme, host and port where a redirect points; the rest may be secret."""
    try:
        to = urlsplit(urljoin(asked, location))
        return _shown(f"{to.scheme}://{to.hostname}{f':{to.port}' if to.port else ''}" if to.hostname else "another place", key)
    except ValueError:
        return "another place"


def _wait_s(retry_after: str) -> float | None:
    if not retry_after:
        return 0.0
    try:
        wait = float(retry_after)
    except ValueError:
        return None  # a date
    return wait if 0 <= wait <= _WAIT_AT_MOST_S else None


def _words(body: bytes) -> tuple[str, str]:
    """What the server says, and its code for it."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace").strip()
        return ("" if text.startswith("<") else text), ""
    if isinstance(said, dict):
        return _told(said.get("error") or said.get("detail") or said.get("message") or said)
    return _told(said)


def _told(error: Any) -> tuple[str, str]:
    if isinstance(error, dict):
        code = error.get("code") or error.get("type")
        message = error.get("message") or error.get("error")
        return (message if isinstance(message, str) else ""), str(code)
    if isinstance(error, list) and error and isinstance(error[0], dict):  # of FastAPI: what of a request does not fit
        return str(error[0].get("msg", "")), ""
    return (error if isinstance(error, str) else ""), ""


def _shown(reason: str, key: str) -> str:
    line = "".join(c for c in " ".join(reason.split()) if c.isprintable())
    line = re.sub(re.escape(key), "(key)", line, flags=re.IGNORECASE) if key else line
    return line if len(line) <= _REASON_AT_MOST else f"{line[:_REASON_AT_MOST]}…"


def _standard(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "it gives no reason"

"""The HTTP client of a wire: it says nothing about this machine, keeps no cookies, and follows nothing."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from http.cookiejar import Cookie, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

from afterword import __version__
from afterword.engine.server.address import Address

if TYPE_CHECKING:
    import httpx2
    from httpcore2 import AsyncNetworkStream


def client(address: Address, key: str, connect_s: float) -> httpx2.AsyncClient:
    """A client for one server.

    Args:
        address: where it is.
        key: goes into the header Authorization; "" for none.
        connect_s: how long a connection may take, in seconds.
    """
    import httpx2  # not before a server is asked

    for name in ("httpx2", "httpcore2"):  # at DEBUG they write headers
        logging.getLogger(name).setLevel(logging.WARNING)
    made = httpx2.AsyncClient(
        verify=httpx2.create_ssl_context() if address.encrypted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        trust_env=address.encrypted and not address.loopback,  # proxies: one that nobody named reads nothing
        timeout=httpx2.Timeout(None, connect=connect_s),
        follow_redirects=False,
        limits=httpx2.Limits(max_keepalive_connections=2, keepalive_expiry=60.0),
    )
    made.headers = httpx2.Headers({"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity"})
    made.headers["User-Agent"] = f"Afterword/{__version__}"
    if key:
        made.headers["Authorization"] = f"Bearer {key}"
    made.cookies.jar.set_policy(_NoCookies())
    return made


class Handshake:
    """Told by httpcore2 of each step; closes a connection on which the encryption was given up, which it leaves open."""

    def __init__(self) -> None:
        self._stream: AsyncNetworkStream | None = None

    async def __call__(self, step: str, told: Mapping[str, Any]) -> None:
        if step.endswith("connect_tcp.complete"):
            self._stream = told["return_value"]
        elif step.endswith("start_tls.failed") and self._stream is not None:
            await self._stream.aclose()


class _NoCookies(DefaultCookiePolicy):
    """No server is told that it was asked before."""

    def set_ok(self, cookie: Cookie, request: Any) -> bool:  # noqa: ARG002
        return False

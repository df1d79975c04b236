"""From what the user typed to where a server is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from afterword.errors import ServerAddressHasKey, ServerAddressInvalid, ServerUnencrypted

_PATH = re.compile(r"(?:/v1)?(?:/(?:chat/)?completions|/models)?/*\Z", re.IGNORECASE)  # what is copied with it
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?\Z")
_SAFE = re.compile(r"[A-Za-z0-9._~/%+@!$&'()*,;=:-]*\Z")  # RFC 3986, of a path
_AT = re.compile("[@＠﹫]|%40", re.IGNORECASE)  # what stands behind a name and a password
_PORT = re.compile(r"(\[[^\]/]*\]?|[^:/]*)(?::\d{1,5}(?=/|\Z)|(:[^/]*)|)")  # a host and its port, or what is none
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """Where a server is.

    Attributes:
        origin: scheme, host and port, the usual port left out: what the user agrees to.
        root: the origin and what of a path stands before /v1; without a slash at the end.
        loopback: whether it is this machine.
    """

    origin: str
    root: str
    loopback: bool

    @property
    def encrypted(self) -> bool:
        """Whether the connection is encrypted."""
        return self.origin.startswith("https:")

    @property
    def base(self) -> str:
        """The address as it is shown: the root of the OpenAI protocol."""
        return f"{self.root}/v1"

    def of(self, path: str) -> str:
        """The address of `path`, which begins with a slash: "/v1/models"."""
        return self.root + path


def address(url: str, unencrypted: bool = False) -> Address:
    """Where the server is that the user calls `url`.

    Without a scheme it is https, but for this machine, where it is http. /v1 may be there or not.

    Args:
        url: as it was typed.
        unencrypted: whether plain http to another machine is allowed.

    Raises:
        ServerAddressInvalid: it is nothing of the kind.
        ServerAddressHasKey: it has a name and a password in it, or a key, which belong in the keyring.
        ServerUnencrypted: it is plain http to another machine, and that is not allowed.
    """
    typed = url.strip()
    shown = _without_secrets(typed)
    try:
        parts = urlsplit(typed if _SCHEME.match(typed) else f"//{_bracketed(typed)}")
        host = _host(parts)
        port = parts.port
    except ValueError as error:
        raise ServerAddressInvalid(shown) from error
    loopback = _is_loopback(host)
    kind = parts.scheme.lower() or ("http" if loopback else "https")
    path = _PATH.sub("", parts.path)
    port_fits = port != 0 and not parts.netloc.endswith(":")
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ServerAddressHasKey(shown)
    if kind not in _PORTS or not port_fits or not _SAFE.match(path):
        raise ServerAddressInvalid(shown)
    at = "" if port is None or port == _PORTS[kind] else f":{port}"
    origin = f"{kind}://{host}{at}"
    if kind == "http" and not loopback and not unencrypted:
        raise ServerUnencrypted(origin)
    return Address(origin, origin + path, loopback)


def _without_secrets(typed: str) -> str:
    """What was typed, as it may be in a message: with a sign where a key or a password is, or may be."""
    begin = _SCHEME.match(typed)
    scheme = begin.group() if begin else ""
    *hidden, rest = _AT.split(typed[len(scheme) :])
    place, mark = re.fullmatch(r"(?s)([^?#]*)([?#]?).*", rest).groups()  # type: ignore[union-attr]
    place = place.strip()
    found = _PORT.match(place)
    if found is not None and found.group(2) and not _is_ipv6(place.partition("/")[0]):
        place = f"{found.group(1)}:…{place[found.end() :]}"
    return f"{scheme}{'…@' if hidden else ''}{place}{f'{mark}…' if mark else ''}"


def _host(parts: SplitResult) -> str:
    """The host as it stands in an address: in ASCII, an IPv6 address in brackets; a ValueError where there is none."""
    name = parts.hostname or ""
    if ":" in name:
        return f"[{IPv6Address(name.partition('%')[0]).compressed}]"
    ascii_name = name if name.isascii() else _in_ascii(name)
    if re.fullmatch(r"[0-9.]+", ascii_name):
        return str(ip_address(ascii_name))
    if not _NAME.match(ascii_name) or len(ascii_name) > 253:
        raise ValueError(name)
    return ascii_name


def _in_ascii(name: str) -> str:
    import idna  # of httpx2; its tables take their time

    return idna.encode(name, uts46=True).decode()


def _bracketed(typed: str) -> str:
    """`typed`, in brackets where it is a bare IPv6 address."""
    return f"[{IPv6Address(typed)}]" if _is_ipv6(typed) else typed


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    if host.rstrip(".") == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

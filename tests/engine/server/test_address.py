"""From what the user typed to where a server is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.engine.server.address import address
from afterword.errors import ServerAddressHasKey, ServerAddressInvalid, ServerUnencrypted


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("server.example", "https://server.example/v1"),
        ("https://server.example", "https://server.example/v1"),
        (" https://server.example/v1/ ", "https://server.example/v1"),
        ("HTTPS://Server.Example:443/V1", "https://server.example/v1"),
        ("server.example:8443/v1", "https://server.example:8443/v1"),
        ("https://router.example/api/v1", "https://router.example/api/v1"),
        ("https://server.example/v1/chat/completions", "https://server.example/v1"),
        ("https://server.example/v1/models", "https://server.example/v1"),
        ("https://192.0.2.7", "https://192.0.2.7/v1"),
        ("https://[2001:DB8::7]:8000", "https://[2001:db8::7]:8000/v1"),
        ("bücher.example", "https://xn--bcher-kva.example/v1"),
        ("straße.example", "https://xn--strae-oqa.example/v1"),
        ("https://１９２.０.２.７", "https://192.0.2.7/v1"),
        ("localhost:8000", "http://localhost:8000/v1"),
        ("127.0.0.1", "http://127.0.0.1/v1"),
        ("127.9.9.9:1", "http://127.9.9.9:1/v1"),
        ("::1", "http://[::1]/v1"),
        ("[::1]:8000", "http://[::1]:8000/v1"),
        ("https://localhost:8443", "https://localhost:8443/v1"),
        ("http://localhost:80/", "http://localhost/v1"),
    ],
)
def test_what_is_typed_becomes_an_address(typed: str, base: str) -> None:
    at = address(typed)
    assert at.base == base
    assert at.of("/v1/models") == f"{base}/models"
    assert base.startswith(at.origin)
    assert at.origin.count("/") == 2


@pytest.mark.parametrize(
    ("typed", "loopback"),
    [
        ("localhost", True),
        ("localhost.", True),
        ("127.0.0.1", True),
        ("127.255.1.2", True),
        ("[::1]", True),
        ("localhost.example", False),
        ("127.0.0.1.example", False),
        ("https://128.0.0.1", False),
        ("https://0.0.0.0", False),
        ("https://[::2]", False),
        ("https://[::ffff:192.0.2.1]", False),
    ],
)
def test_only_this_machine_is_the_loopback(typed: str, loopback: bool) -> None:
    at = address(typed)
    assert at.loopback == loopback
    assert at.encrypted == (not loopback)


@pytest.mark.parametrize("typed", ["http://server.example", "http://192.168.1.2:8000/v1", "http://[fe80::1]", "http://0.0.0.0"])
def test_another_machine_without_encryption_has_to_be_allowed(typed: str) -> None:
    with pytest.raises(ServerUnencrypted):
        address(typed)
    assert address(typed, unencrypted=True).origin.startswith("http://")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "https://",
        "http:server",
        "ftp://server.example",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "two words",
        "https://server example",
        "https://server.example/ä",
        "https://server.example/a b",
        "https://server.example:0",
        "https://server.example:99999",
        "https://server.example:80a",
        "https://server.example:",
        "https://-server.example",
        "https://server..example",
        "https://[::1",
        "https://[nonsense]",
        "https://127.1",
        "https://999.0.0.1",
        "²",
        "https://server.example?x=1",
        "https://server.example#part",
        "https://user:secret@server.example",
        "user@server.example",
        "https://server.example\nHost: other.example",
        "x" * 300,
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ServerAddressInvalid):
        address(typed, unencrypted=True)


@pytest.mark.parametrize("typed", ["https://me:secret@server.example", "me@server.example", "server.example?key=1", "host#part"])
def test_what_has_a_key_in_it_is_told_apart(typed: str) -> None:
    with pytest.raises(ServerAddressHasKey):
        address(typed)


@pytest.mark.parametrize("typed", ["https://server.example:99999", "htp:/", "two words"])
def test_what_is_none_has_no_key_in_it(typed: str) -> None:
    with pytest.raises(ServerAddressInvalid) as caught:
        address(typed)
    assert not isinstance(caught.value, ServerAddressHasKey)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("https://me:secret@server.example/v1", "https://…@server.example/v1"),
        ("me:secret@server.example", "…@server.example"),
        ("https://server.example/v1?key=secret", "https://server.example/v1?…"),
        ("https://server.example/#secret", "https://server.example/#…"),
        ("https://me@server.example?key=secret@there", "https://…@there"),
        ("https://server.example:99999", "https://server.example:99999"),
        ("https://me:se?cret@server.example/v1", "https://…@server.example/v1"),
        ("https://me:se#cret@server.example/v1", "https://…@server.example/v1"),
        ("https://me:se@cret@server.example/v1", "https://…@server.example/v1"),
        ("https://me:secret＠server.example/v1", "https://…@server.example/v1"),
        ("https://me:secret%40server.example", "https://…@server.example"),
        ("https://server.example:secret/v1", "https://server.example:…/v1"),
        ("server.example:sk-secret", "server.example:…"),
        ("https://[::1", "https://[::1"),
        ("https://[fe80::1]:0/v1", "https://[fe80::1]:0/v1"),
        ("https://[fe80::1]:secret/v1", "https://[fe80::1]:…/v1"),
        ("http://bob:deadbeefcafe0123", "http://bob:…"),
        ("http://bob:12345678/v1", "http://bob:…/v1"),
        ("http://bob:123456/x y", "http://bob:…/x y"),
    ],
)
def test_a_message_shows_what_is_wrong_and_no_password(typed: str, shown: str) -> None:
    with pytest.raises(ServerAddressInvalid) as caught:
        address(typed)
    assert caught.value.url == shown


@given(st.text(max_size=40))
def test_whatever_is_typed_is_an_address_or_refused(typed: str) -> None:
    try:
        at = address(typed)
    except (ServerAddressInvalid, ServerUnencrypted):
        return
    assert at.base.isascii()
    assert at.encrypted or at.loopback
    assert address(at.base) == at

"""The key of a server is given to that server, and to nobody else: no message, no log, no proxy."""

from __future__ import annotations

import logging
import socket

import pytest

from afterword.engine.server.address import address
from afterword.engine.server.wire import Patience, Wire
from afterword.errors import ServerFailed, ServerNotUnderstood, ServerRedirects, ServerUnreachable
from afterword.sentences import sentence
from tests.engine.server.conftest import Connect
from tests.engine.server.wiring import fails
from tests.fakes.openai_server import OpenAIServer


@pytest.mark.parametrize(
    "to", ["http://evil.example/KEY", "http://KEY.example:81/", "http://KEY/", "http://x.example/?a=KEY", "//KEY@x/", "/KEY"]
)
@pytest.mark.parametrize("key", ["sk-secret-4711", "SK-Secret"])
def test_no_key_is_in_where_a_redirect_points(server: OpenAIServer, connect: Connect, to: str, key: str) -> None:
    server.faults.redirect = to
    error = fails(connect(server.url, key))
    assert isinstance(error, ServerRedirects)
    assert key.lower() not in f"{error} {error!r} {vars(error)} {sentence(error)}".lower()


def test_of_where_a_redirect_points_only_the_origin_is_told(server: OpenAIServer, connect: Connect) -> None:
    server.faults.redirect = "https://Other.example:8443/some/path?of=it"
    error = fails(connect(server.url))
    assert isinstance(error, ServerRedirects)
    assert error.to == "https://other.example:8443"
    assert "other.example" in sentence(error)
    assert "other.example" not in str(error)  # a log is no place for what a server chose


@pytest.mark.parametrize("to", ["http://[", "http://a\u202eb/", "http://" + "a" * 5000, "javascript:alert(1)", "http://h:99999/"])
def test_a_redirect_to_nowhere_is_told_in_a_few_plain_words(server: OpenAIServer, connect: Connect, to: str) -> None:
    server.faults.redirect = to.encode().decode("latin-1")
    error = fails(connect(server.url))
    assert isinstance(error, ServerRedirects)
    assert error.to.isprintable()
    assert len(error.to) <= 300


@pytest.mark.parametrize("media", ["KEY/x", "x/KEY", "a" * 5000, "text/\x1b[31mred"])
def test_a_type_is_shown_clean_and_without_the_key(server: OpenAIServer, connect: Connect, media: str) -> None:
    server.faults.media = media
    error = fails(connect(server.url, "sk-secret"))
    assert isinstance(error, ServerNotUnderstood)
    assert "sk-secret" not in f"{error!r} {sentence(error)}"
    assert error.reason.isprintable()
    assert len(error.reason) < 300


@pytest.mark.parametrize("told", ["sk-\u200bsecret", "SK-SECRET", "sk-\x00secret"])
def test_a_key_in_disguise_is_hidden_too(server: OpenAIServer, connect: Connect, told: str) -> None:
    server.faults.status, server.faults.message = 500, f"no such key: {told}"
    error = fails(connect(server.url, "sk-secret"))
    assert isinstance(error, ServerFailed)
    assert "sk-secret" not in sentence(error).lower()


@pytest.mark.parametrize("key", [" sk-secret", "sk-secret\n"])
def test_a_key_is_sent_without_what_stands_around_it(server: OpenAIServer, connect: Connect, key: str) -> None:
    server.key = "sk-secret"
    assert connect(server.url, key).get("/v1/models")


def test_plain_http_goes_to_no_proxy(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0.3)
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        wire = Wire(address("http://server.invalid", unencrypted=True), "sk-secret", Patience(again=0))
        try:
            with pytest.raises(ServerUnreachable):
                wire.get("/v1/models")
        finally:
            wire.close()
        with pytest.raises(TimeoutError):
            proxy.accept()

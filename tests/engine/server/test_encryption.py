"""Connections that are encrypted, and those that should be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from afterword.errors import (
    ServerOtherScheme,
    ServerUnreachable,
    ServerUntrusted,
)
from afterword.sentences import sentence
from tests.engine.server.conftest import QUICK, Connect
from tests.engine.server.wiring import answering, ask, fails, texts
from tests.fakes import openai_server
from tests.fakes.openai_server import CERTIFICATES, OpenAIServer


def test_a_certificate_that_fits(monkeypatch: pytest.MonkeyPatch, connect: Connect) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "localhost.pem"))
    with openai_server.running(CERTIFICATES / "localhost.pem") as server:
        wire = connect(server.url, "sk-secret")
        assert texts(ask(wire))


@pytest.mark.parametrize("trusted", [False, True])
def test_a_certificate_that_does_not_fit(monkeypatch: pytest.MonkeyPatch, trusted: bool, connect: Connect) -> None:
    if trusted:  # but not for this name
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "elsewhere.pem"))
    with openai_server.running(CERTIFICATES / "elsewhere.pem") as server:
        wire = connect(server.url, "sk-secret")
        error = fails(wire)
        assert isinstance(error, ServerUntrusted)
        assert ("mismatch" if trusted else "self-signed") in error.reason.replace("self signed", "self-signed")
        assert not server.received


def test_https_where_there_is_none(server: OpenAIServer, connect: Connect) -> None:
    wire = connect(server.url.replace("http:", "https:"), "sk-secret", replace(QUICK, connect=1.0))
    error = fails(wire)  # to a server that waits for the end of a line
    assert isinstance(error, ServerUnreachable)
    assert error.reason == "it does not answer in https"
    assert b"secret" not in server.received


def test_https_to_a_server_that_hangs_up(connect: Connect) -> None:
    with answering(b"") as port:
        error = fails(connect(f"https://localhost:{port}", "sk-secret"))
    assert isinstance(error, ServerUnreachable), "it may be one that is just being started"
    assert error.reason == "it hangs up before the connection is encrypted"


def test_https_to_a_server_of_http(connect: Connect) -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        error = fails(connect(f"https://localhost:{port}", "sk-secret"))
    assert isinstance(error, ServerOtherScheme)
    assert sentence(error) == (
        f"The server https://localhost:{port}/v1 does not speak https: its address may begin with http://."
    )


def test_http_to_a_server_of_https(connect: Connect) -> None:
    with answering(b"\x15\x03\x01\x00\x02\x02\x46") as port:  # TLS for "what is that?"
        error = fails(connect(f"http://127.0.0.1:{port}"))
    assert isinstance(error, ServerOtherScheme)
    assert (error.scheme, error.instead) == ("http", "https")


def test_http_to_a_server_of_https_that_hangs_up(connect: Connect) -> None:
    with openai_server.running(CERTIFICATES / "localhost.pem") as server:
        error = fails(connect(server.url.replace("https:", "http:")))
    assert isinstance(error, ServerUnreachable)
    assert error.reason == "it hangs up without an answer; perhaps it speaks https"

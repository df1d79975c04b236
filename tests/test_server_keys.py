"""A server whose key the system's keyring does not give: nothing is sent to it without, and that is what is told."""

from __future__ import annotations

import pytest

from afterword import secrets
from afterword.app.openers import open_from_server
from afterword.engine.server.types import Server
from afterword.errors import KeyUnread, ServerRefused
from afterword.watch import Watch
from afterword.window import probing
from tests.fakes import openai_server
from tests.fakes.keyring import FakeKeyring

KEY = "sk-very-secret-0815"


@pytest.mark.parametrize("by", ["ghost text", "the connection test"])
def test_a_locked_keyring_is_told_of_and_not_taken_for_a_server_that_wants_a_key(system_keyring: FakeKeyring, by: str) -> None:
    with openai_server.running() as server:
        server.key = KEY
        system_keyring.keys[server.url], system_keyring.reason = KEY, "the keyring is locked"
        wanted = Server(server.url)

        def connect() -> str:
            if by == "ghost text":
                model = open_from_server(wanted, server.url, keyed=True)(Watch())
                model.close()
                return model.name
            return probing.tested(probing.probe_it, wanted, server.url, watch=Watch()).model

        with pytest.raises(KeyUnread) as told:
            connect()
        assert told.value.reason == "the keyring is locked"
        assert server.connections == 0
        system_keyring.reason = ""
        assert connect()
        assert server.asked[-1].headers["authorization"] == f"Bearer {KEY}"


def test_a_server_without_a_key_needs_no_keyring(system_keyring: FakeKeyring) -> None:
    system_keyring.reason = "there is no keyring"
    with openai_server.running() as server:
        open_from_server(Server(server.url), server.url, keyed=False)(Watch()).close()
    assert system_keyring.asked == []


def test_a_key_that_was_to_be_in_the_keyring_and_is_not_is_one_that_the_server_wants(system_keyring: FakeKeyring) -> None:
    with openai_server.running() as server:
        server.key = KEY
        with pytest.raises(ServerRefused):
            open_from_server(Server(server.url), server.url, keyed=True)(Watch())
        assert system_keyring.asked == [server.url]
        assert not secrets.knows(server.url)

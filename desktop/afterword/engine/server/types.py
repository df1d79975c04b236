"""What is known of a server: where it is, and what it can do. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Server:
    """A server as the user chose it.

    Attributes:
        url: as it was typed: https://server.example, with or without /v1.
        model: which of its models; "" for its first.
        key: its API key; "" where it wants none. In no repr, no log and no file.
        unencrypted: whether plain http to another machine than this one is allowed.
    """

    url: str
    model: str = ""
    key: str = field(default="", repr=False)
    unencrypted: bool = False


@dataclass(frozen=True)
class Abilities:
    """What a server can do, as the connection test found it.

    Attributes:
        kind: "vllm", "llama.cpp", "llama-cpp-python", "tgi", "ollama", "transformers", or "" for another.
        version: the server's own word; "" where it says none.
        models: the names of its models.
        model: the one that is used.
        completes: whether it has /v1/completions, without which there is no ghost text.
        chats: whether it has /v1/chat/completions.
        logprobs: how many alternatives it gives with each token, 0 where it gives no probabilities at all.
        ignores: names of Sampling's fields that have no effect on it.
        first_s: how long it took from the request to the first piece, in seconds.
        context: how many tokens the model can read; 0 where that is not known.
    """

    kind: str
    version: str
    models: tuple[str, ...]
    model: str
    completes: bool
    chats: bool
    logprobs: int
    ignores: frozenset[str]
    first_s: float = 0.0
    context: int = 0

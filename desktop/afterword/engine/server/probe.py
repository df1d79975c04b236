"""The connection test: what a server can do. It is only ever sent a sentence of ours."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

from afterword.engine.protocol import Message, Question
from afterword.engine.sampling import Sampling
from afterword.engine.server import body
from afterword.engine.server.address import address
from afterword.engine.server.bounds import NAME_AT_MOST, shown_word
from afterword.engine.server.faults import WEB_PAGE
from afterword.engine.server.kinds import KINDS, Kind
from afterword.engine.server.said import CompletionReader
from afterword.engine.server.types import Abilities, Server
from afterword.engine.server.wire import Patience, Wire
from afterword.errors import (
    ServerBrokeOff,
    ServerCannot,
    ServerError,
    ServerFailed,
    ServerModelMissing,
    ServerNoModels,
    ServerNotUnderstood,
    ServerRedirects,
    ServerRefused,
    ServerUnreachable,
)
from afterword.watch import Watch

SENTENCE = "The sun rose over the harbour, and the first boats of the morning went out to"
"""All that a server is sent of text in a connection test."""

_MODELS = 500  # names that are offered
_NOT_TOLD = (
    ServerCannot,
    ServerFailed,
    ServerModelMissing,
    ServerNotUnderstood,
    ServerRedirects,
    ServerRefused,
)

_PATIENCE = Patience(first=120.0, between=30.0)  # some load the model when it is first asked for
_LOGPROBS = (100, 20, 5, 0)
"""How many alternatives are asked for, until a server gives them. After three letters the starter finished 58 % of words as they
were written with 100 alternatives, 47 % with 20, 12 % with none. 20 are vLLM's most unless it is told otherwise, 5 OpenAI's."""
_MARKS = {"vllm": "vllm", "llamacpp": "llama.cpp", "me": "llama-cpp-python", "library": "ollama"}


def probe(server: Server, watch: Watch | None = None, patience: Patience | None = None) -> Abilities:
    """Find out what a server can do.

    Args:
        server: as the user chose it.
        watch: told when to stop.
        patience: None for as much as a server may need that loads its model first.

    Raises:
        ServerError: it cannot be used; why is its type.
        Cancelled: through `watch`.
    """
    wire, abilities = connected(server, watch or Watch(), patience)
    wire.close()
    return abilities


def connected(server: Server, watch: Watch, patience: Patience | None = None) -> tuple[Wire, Abilities]:
    """A wire to a server, and what it can do; see `probe`. The caller closes the wire.

    Args:
        server: as the user chose it.
        watch: told when to stop.
        patience: of this test and of the wire; None for as much as each of them needs.
    """
    at = address(server.url, server.unencrypted)
    watch.check()
    wire = Wire(at, server.key.strip(), patience)
    try:
        return wire, _Probe(wire, watch, patience or _PATIENCE).abilities(server.model)
    except BaseException:
        wire.close()
        raise


class _Probe:
    def __init__(self, wire: Wire, watch: Watch, patience: Patience) -> None:
        self._wire = wire
        self._watch = watch
        self._patience = patience
        self._base = wire.address.base

    def abilities(self, wanted: str) -> Abilities:
        models = self._models()
        listed = models or []
        kind, version, context = self._kind(listed)
        names = tuple(dict.fromkeys(name for one in listed if _is_name(name := one.get("id"))))
        others = [name for one in listed if isinstance(aliases := one.get("aliases"), list) for name in aliases]  # llama.cpp's
        model = self._chosen(wanted, [*names, *others], KINDS[kind])
        context = context or _number(
            next((one for one in listed if one.get("id") == model), {}), "max_model_len", "context_length"
        )
        found = Abilities(kind, version, names[:_MODELS], model, False, False, 0, KINDS[kind].ignores, context=context)
        try:
            return self._chatting(self._completing(found))
        except ServerError as error:
            if models is None and not kind and _is_absent(error):
                raise ServerNoModels(self._base) from error
            if isinstance(error, ServerBrokeOff):  # the text was short
                raise ServerUnreachable(self._base, "it breaks off before its first word") from error
            raise

    def _chosen(self, wanted: str, names: Sequence[str], kind: Kind) -> str:
        """The model that answers: the first, where none is wanted."""
        if names and wanted and wanted not in names and kind.falls_back:
            raise ServerModelMissing(self._base, shown_word(wanted, NAME_AT_MOST))
        return wanted or next(iter(names), "")

    def _models(self) -> list[dict[str, Any]] | None:
        """As it lists them; None where it has no such list."""
        try:
            said = self._get("/v1/models")
        except ServerError as error:
            if _is_absent(error):
                return None
            raise
        data = said.get("data") if isinstance(said, dict) else None
        if data is None and isinstance(said, dict):
            data = said.get("models") or []
        if not isinstance(data, list):
            raise ServerNotUnderstood(self._base, "its list of models is none")
        return [one for one in data if isinstance(one, dict)]

    def _kind(self, listed: list[dict[str, Any]]) -> tuple[str, str, int]:
        """Its kind, its version, and how many tokens it reads."""
        kind = next((_MARKS[owner] for one in listed if (owner := str(one.get("owned_by"))) in _MARKS), "")
        if kind == "vllm":
            return kind, _word(self._told("/version"), "version"), 0
        if kind in ("", "llama.cpp") and (told := self._told("/props")) and ("default_generation_settings" in told or kind):
            settings = told.get("default_generation_settings")
            return "llama.cpp", _word(told, "build_info"), _number(settings if isinstance(settings, dict) else {}, "n_ctx")
        if kind in ("", "ollama") and (told := self._told("/api/version")):
            return "ollama", _word(told, "version"), 0
        if not kind and (told := self._told("/info")) and "max_total_tokens" in told:
            return "tgi", _word(told, "version"), _number(told, "max_total_tokens")
        if kind in ("", "llama-cpp-python") and (told := self._told("/openapi.json")):
            info, paths = told.get("info"), told.get("paths")
            if isinstance(info, dict) and "llama.cpp" in str(info.get("title")):
                return "llama-cpp-python", _word(info, "version"), 0
            if isinstance(paths, dict) and "/load_model" in paths and "/v1/responses" in paths:
                return "transformers", "", 0
        return kind, "", 0

    def _completing(self, found: Abilities) -> Abilities:
        """What comes of a request for a few words."""
        for alternatives in _LOGPROBS:
            self._watch.check()
            try:
                seconds, given = self._completed(found, alternatives)
            except ServerError as error:
                stumbles = isinstance(error, (ServerFailed, ServerBrokeOff))
                if _is_absent(error) or (stumbles and not alternatives):
                    return found
                if not stumbles:
                    raise
                continue  # so many, or any at all, may be what it does not like
            return replace(found, completes=True, first_s=seconds, logprobs=given)
        return found

    def _completed(self, found: Abilities, alternatives: int) -> tuple[float, int]:
        """How long the first piece took, and how many alternatives it came with."""
        sampling = replace(body.GREEDY, max_words=1)
        asked = body.completion(found.model, SENTENCE, sampling, KINDS[found.kind], alternatives)
        began = time.perf_counter()
        answer = self._wire.stream(asked.path, asked.body, asked.most, self._patience)
        completion, first_s, given = CompletionReader(self._base), 0.0, 0
        try:
            while (event := answer.next(self._watch.stopped)) is not None:
                for token in completion.read(event):
                    first_s = first_s or time.perf_counter() - began
                    if token.probability is not None:
                        given = max(given, 1, min(alternatives, len(token.alternatives)))
        finally:
            answer.close()
        self._watch.check()
        return first_s, given

    def _chatting(self, found: Abilities) -> Abilities:
        question = Question((Message("user", SENTENCE),), Sampling(temperature=0.0, max_words=1), shared=True)
        asked = body.chat(found.model, question, KINDS[found.kind], tokens=1)
        answer = self._wire.stream(asked.path, asked.body, asked.most, self._patience)
        try:
            answer.next(self._watch.stopped)
        except (ServerBrokeOff, ServerCannot, ServerFailed, ServerModelMissing, ServerNotUnderstood):
            if not found.completes:
                raise
            return found
        finally:
            answer.close()
        self._watch.check()
        return replace(found, chats=True)

    def _told(self, path: str) -> Mapping[str, Any]:
        """What is at a path that only servers of one kind have; nothing where it is not, or what stands before them lets
        nobody there.
        """
        try:
            said = self._get(path)
        except _NOT_TOLD:
            return {}
        return said if isinstance(said, dict) else {}

    def _get(self, path: str) -> Any:
        said = self._wire.get(path, self._watch.stopped)
        self._watch.check()
        return said


def _is_absent(error: ServerError) -> bool:
    """Whether a path is not there: whoever has no such path may answer with a page."""
    return isinstance(error, ServerCannot) or (isinstance(error, ServerNotUnderstood) and error.reason == WEB_PAGE)


def _word(told: Mapping[str, Any], name: str) -> str:
    word = told.get(name)
    return shown_word(word) if isinstance(word, str) else ""


def _is_name(name: object) -> TypeGuard[str]:
    """Whether a model can be chosen by it: it is shown as it is."""
    return isinstance(name, str) and bool(name.strip()) and shown_word(name, NAME_AT_MOST) == name


def _number(told: Mapping[str, Any], *names: str) -> int:
    values = (told.get(name) for name in names)
    return next((value for value in values if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31), 0)

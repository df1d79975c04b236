"""A language model on a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import count

from afterword.engine.protocol import Capabilities, Piece, Question, Request, Seen, never
from afterword.engine.sampling import Sampling
from afterword.engine.server import body
from afterword.engine.server.agreement import agreed
from afterword.engine.server.body import CHAT, COMPLETIONS
from afterword.engine.server.bounds import Bounds
from afterword.engine.server.given import given, parted
from afterword.engine.server.kinds import KINDS
from afterword.engine.server.probe import connected
from afterword.engine.server.said import ChatReader, Token
from afterword.engine.server.tokens import Tokens
from afterword.engine.server.too_long import fitting, why_too_long
from afterword.engine.server.typed import Known, agreeing, behind, healed, kept
from afterword.engine.server.types import Abilities, Server
from afterword.engine.server.wire import Patience, Wire
from afterword.errors import AnswerUnfinished, QuestionTooLong, ServerBrokeOff, ServerCannot, ServerFailed
from afterword.text.context import Context
from afterword.watch import Watch

_ANSWERS = Patience(first=60.0, between=30.0)  # a long question takes its time to be read, and some models think first
_SHORTER = 0.9  # of what seems to fit
_LEAST = 500  # characters of a prompt, which every model can read: an odd error takes no text away
_TRIES = 3
_BEFORE_LETTERS = 20  # alternatives where only a blank was typed, with which most words begin


def open_server(server: Server, watch: Watch | None = None, whole: bool = False, patience: Patience | None = None) -> ServerModel:
    """Connect to a server and find out what it can do; see `probe`. The model's owner closes it.

    Args:
        server: as the user chose it.
        watch: told when to stop.
        whole: see ServerModel.
        patience: see `connected`.

    Raises:
        ServerError: it cannot be used; why is its type.
        Cancelled: through `watch`.
    """
    wire, abilities = connected(server, watch or Watch(), patience)
    return ServerModel(wire, abilities, whole)


class ServerModel:
    """A LanguageModel (see `protocol`), and one that answers, on a server.

    It says nothing to a request that is not shared. Of a context it sends what `given` says and nothing more.

    Args:
        wire: to the server; from now on the model's.
        abilities: of the server.
        whole: whether a text may be taken to end with a whole word, and leave whole: without probabilities a server that is given
            less seldom says that word itself.

    Attributes:
        abilities: likewise.
    """

    def __init__(self, wire: Wire, abilities: Abilities, whole: bool = False) -> None:
        self._wire = wire
        self._whole = whole
        self.abilities = abilities
        self._kind = KINDS[abilities.kind]
        self._room: int | None = None  # characters of a prompt, once one was too long
        self._most: int | None = None  # tokens of what is being asked for, once they were too many
        self._known = Known()

    @property
    def name(self) -> str:
        """The model's, as the server calls it."""
        return self.abilities.model or self._wire.address.base

    @property
    def origin(self) -> str:
        """Scheme, host and port of the server."""
        return self._wire.address.origin

    @property
    def capabilities(self) -> Capabilities:
        """What it cannot do."""
        absent = {"warm", "score", "seen", "likeliest"}
        if not (self.abilities.completes and self.abilities.logprobs > 1):
            absent.add("candidates")
        if not self.abilities.chats:
            absent.add("answer")
        ignores = self.abilities.ignores | ({"candidates"} & absent)
        return Capabilities(ignores=ignores, absent=frozenset(absent), device="server")

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:
        """Stream what comes after the context; see LanguageModel.

        Raises:
            ServerError: what went wrong.
        """
        prompt, typed = parted(request.context)
        if request.asked and not prompt:
            prompt, typed = given(request.context), ""
        if not request.shared or not prompt:
            return
        if not self.abilities.completes:
            raise ServerCannot(self._wire.address.base, COMPLETIONS)
        room, self._most = self._room, None
        for tried in count(1):
            began, page = False, fitting(prompt, room)
            try:
                for piece in self._pieces(page, typed, request, stopped):
                    began, self._room = True, room
                    yield piece
                return
            except (ServerFailed, ServerBrokeOff) as error:
                if began or tried == _TRIES:
                    raise
                alone = body.completion(self.abilities.model, page, request.sampling, self._kind, 0, tokens=1)
                told = why_too_long(self._wire, error, alone, self._wire.patience, stopped)
                if stopped():
                    return
                if told is None:
                    raise
                most = self._most or body.completion_tokens(page, request.sampling, self.abilities.context)
                self._most = told.lessened(most, body.LEAST)
                if self._most is None:
                    if len(page) <= _LEAST:
                        raise
                    room = max(_LEAST, int(len(page) * _SHORTER * 100 / (100 + told.over)))

    def candidates(
        self,
        request: Request,
        n: int,
        whole: Callable[[Sequence[Piece]], bool] = lambda _: False,
        stopped: Callable[[], bool] = never,
    ) -> list[list[Piece]]:
        """Go on from each of the `n` likeliest first tokens that agree with what was typed; see LanguageModel."""
        if "candidates" in self.capabilities.absent:
            raise NotImplementedError("candidates")
        prompt, typed = parted(request.context)
        if not request.shared or not prompt:
            return []
        self._most = None
        prompt, sampling = fitting(prompt, self._room), request.sampling
        begun = self._beginnings(prompt, typed, n, stopped)
        found = []
        with ExitStack() as streams:
            answers: list[tuple[Piece, Tokens]] = []
            for text, probability in begun:
                start = Piece(text[len(typed) :], probability)
                tokens = self._tokens(prompt + text, sampling, 1, stopped, now=not self._kind.one_at_a_time)
                answers.append((start, streams.enter_context(closing(tokens))))
            for start, tokens in answers:
                pieces = [start]
                for token in tokens:
                    if whole(pieces):
                        break
                    pieces.append(Piece(token.text, 1.0 if token.probability is None else token.probability))
                tokens.close()
                found.append(pieces)
        return [] if stopped() else found

    def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        """Stream the model's turn; see Answers.

        Raises:
            QuestionTooLong: the server says so.
            ServerBrokeOff: it may be so.
            ServerError: what went wrong.
        """
        if not question.shared:
            return
        base = self._wire.address.base
        if not self.abilities.chats:
            raise ServerCannot(base, CHAT)
        most = body.chat_tokens(question, self.abilities.context)
        least = min(most, body.LEAST_ANSWER)
        for tried in count(1):
            began = False
            try:
                for text in self._said(question, most, stopped):
                    began = True
                    yield text
                return
            except (ServerFailed, ServerBrokeOff) as error:
                if began:
                    raise
                alone = body.chat(self.abilities.model, question, self._kind, tokens=1)
                told = why_too_long(self._wire, error, alone, _ANSWERS, stopped)
                if stopped():
                    return
                if told is None:
                    raise
                fewer = told.lessened(most, least)
                if fewer is None or tried == _TRIES:
                    raise QuestionTooLong(self.name, told.beyond(least)) from error
                most = fewer if tried == 1 else least

    def warm(self, context: Context, stopped: Callable[[], bool] = never) -> None:
        """Nothing is sent ahead of a request."""
        raise NotImplementedError("warm")

    def score(self, context: Context, texts: Sequence[str], stopped: Callable[[], bool] = never) -> list[float] | None:
        """The protocol has no way to ask for it."""
        raise NotImplementedError("score")

    def seen(self, context: Context) -> Seen:
        """Only the server knows its tokens."""
        raise NotImplementedError("seen")

    def likeliest(self, context: Context, k: int) -> list[Piece]:
        """Nothing is sent of a context without a request that says that it may be."""
        raise NotImplementedError("likeliest")

    def close(self) -> None:
        """Close the connections."""
        self._known = Known()
        self._wire.close()

    def _said(self, question: Question, most: int, stopped: Callable[[], bool]) -> Iterator[str]:
        """The model's turn of `most` tokens, as it comes."""
        if stopped():
            return
        asked = body.chat(self.abilities.model, question, self._kind, most)
        answer = self._wire.stream(asked.path, asked.body, asked.most, _ANSWERS)
        reader, bounds = ChatReader(self._wire.address.base), Bounds(asked.words)
        try:
            while not bounds.reached and (event := answer.next(stopped)) is not None:
                if text := bounds.within(reader.read(event)):
                    yield text
            if bounds.reached or reader.unfinished:
                raise AnswerUnfinished(self.name)
        finally:
            answer.close()

    # --- completions ------------------------------------------------------------------------------------------------

    def _pieces(self, prompt: str, typed: str, request: Request, stopped: Callable[[], bool]) -> Iterator[Piece]:
        """What comes behind `typed`; behind all of it, where the writer asked and nothing that is said begins with it."""
        nothing = True
        for piece in self._agreeing(prompt, typed, request.sampling, stopped):
            nothing = False
            yield piece
        if nothing and request.asked and typed.strip() and not stopped():
            yield from self._agreeing(prompt + typed, "", request.sampling, stopped)

    def _agreeing(self, prompt: str, typed: str, sampling: Sampling, stopped: Callable[[], bool]) -> Iterator[Piece]:
        """What comes behind `typed`, where what is said begins with it."""
        if self.abilities.logprobs:

            def ask(prompt: str, typed: str) -> Tokens:
                wanted = (
                    self.abilities.logprobs if typed.strip() else min(self.abilities.logprobs, _BEFORE_LETTERS if typed else 1)
                )
                return self._tokens(prompt, sampling, wanted, stopped)

            def heard(token: Token) -> None:
                if typed.strip() and token.alternatives:
                    self._known = Known(prompt, sampling, typed, token)

            yield from healed(ask, prompt, typed, self._known.of(prompt, sampling, typed), heard)
            return
        if self._whole and typed.strip():
            prompt, typed = prompt + typed, ""
        if sampling.eagerness == 100:
            with closing(self._tokens(prompt, sampling, 0, stopped)) as tokens:
                yield from (Piece(text, 1.0) for text in behind((token.text for token in tokens), typed))
            return
        with ExitStack() as streams:

            def texts(sampling: Sampling) -> Iterator[str]:
                tokens = self._tokens(prompt, sampling, 0, stopped, now=True)
                return (token.text for token in streams.enter_context(closing(tokens)))

            first = kept(texts(sampling), typed)
            if self._kind.one_at_a_time:
                whole = list(first)
                yield from agreed(whole, lambda: texts(body.drawn_freely(sampling)), typed)
            else:
                second = texts(body.drawn_freely(sampling))
                yield from agreed(first, lambda: second, typed)

    def _beginnings(self, prompt: str, typed: str, n: int, stopped: Callable[[], bool]) -> list[tuple[str, float]]:
        """The likeliest first tokens that spell all that was typed and more, likeliest first, and how likely each is."""
        first = replace(body.GREEDY, max_words=1)
        with closing(self._tokens(prompt, first, self.abilities.logprobs, stopped)) as tokens:
            token = next(tokens, None)
        if token is None or agreeing(token, typed) is None:
            return []
        agree = {text: p for text, p in token.alternatives.items() if text.startswith(typed) and text != typed}
        together = sum(agree.values()) if typed else 1.0
        best = sorted(agree, key=agree.__getitem__, reverse=True)[:n]
        return [(text, min(1.0, agree[text] / together)) for text in best if agree[text] > 0]

    def _tokens(
        self, prompt: str, sampling: Sampling, alternatives: int, stopped: Callable[[], bool], now: bool = False
    ) -> Tokens:
        """What comes after `prompt`; asked for when the first token is wanted, or `now`."""
        most = self._most or body.completion_tokens(prompt, sampling, self.abilities.context)
        asked = body.completion(self.abilities.model, prompt, sampling, self._kind, alternatives, most)
        tokens = Tokens(self._wire, asked, stopped)
        if now:
            tokens.start()
        return tokens

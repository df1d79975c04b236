"""A language model that says what it is told to and remembers what it was asked."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from afterword.engine.protocol import Capabilities, Piece, Question, Request, Seen, never
from afterword.text.context import Context

Said = str | Sequence[Piece]
"""What a model says: a text, a word a piece, or the pieces themselves."""


class ScriptedModel:
    """Says `script`.

    Args:
        script: what it says to everything, or a function from the request.
        gate: when given, waited for before every piece: a test lets the model go on by releasing it.
        error: raised after the first piece.
        probability: of each word of a text; by default such that a suggestion is shown, and not cut short.
        candidates: what it says when it is asked for several, best first; only `script` when not given.
        scores: the natural logarithm of a text's probability, from the text.
        absent: names of the methods that it does not have.
        small: whether memory was short for it.
    """

    def __init__(
        self,
        script: Said | Callable[[Request], Said] = "",
        gate: threading.Semaphore | None = None,
        error: Exception | None = None,
        name: str = "scripted",
        probability: float = 0.99,
        candidates: Sequence[Said] | None = None,
        scores: Callable[[str], float] = lambda text: 0.0,
        absent: Sequence[str] = (),
        small: bool = False,
    ) -> None:
        self.script, self.gate, self.error = script, gate, error
        self.probability, self.scores = probability, scores
        self.requests: list[Request] = []
        self.candidates_asked: list[int] = []
        self.scored: list[str] = []
        self.warmed: list[Context] = []
        self.likely: Sequence[Piece] = ()
        self.looks: list[Context] = []
        self.reads_for_ever = False
        self.reply: str | Callable[[Question], str] = ""  # what it answers to a question, a word at a time; or a function from it
        self.reply_gate: threading.Semaphore | None = None  # as `gate`
        self.reply_error: Exception | None = None  # raised before the first word
        self.questions: list[Question] = []
        self.at_once = 1  # answers; a server that is asked through several connections gives many
        self.pieces_said = 0
        self.closed = False
        self.iterators_open = 0
        self._counting = threading.Lock()
        self._candidates = candidates
        self._name = name
        self._absent = frozenset(absent)
        self._small = small

    def set_candidates(self, candidates: Sequence[Said]) -> None:
        """Say these, from now on, when several are asked for."""
        self._candidates = candidates

    @property
    def name(self) -> str:
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(absent=self._absent, small=self._small)

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:
        assert not self.iterators_open, "one live iterator"
        self.requests.append(request)
        self.iterators_open += 1
        try:
            for piece in self._pieces(self.script(request) if callable(self.script) else self.script):
                while self.gate is not None and not self.gate.acquire(timeout=0.01):
                    if stopped():
                        return
                if stopped():
                    return
                self.pieces_said += 1
                yield piece
                if self.error is not None:
                    raise self.error
        finally:
            self.iterators_open -= 1

    def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        self._have("answer")
        with self._counting:
            assert self.iterators_open < self.at_once, "one live iterator"
            self.iterators_open += 1
        self.questions.append(question)
        try:
            if self.reply_error is not None:
                raise self.reply_error
            reply = self.reply(question) if callable(self.reply) else self.reply
            for word in re.findall(r"\s*\S+|\s+\Z", reply):
                while self.reply_gate is not None and not self.reply_gate.acquire(timeout=0.01):
                    if stopped():
                        return
                if stopped():
                    return
                yield word
        finally:
            with self._counting:
                self.iterators_open -= 1

    def warm(self, context: Context, stopped: Callable[[], bool] = never) -> None:
        self._have("warm")
        self.warmed.append(context)
        while self.reads_for_ever and not stopped():
            time.sleep(0.002)

    def candidates(
        self,
        request: Request,
        n: int,
        whole: Callable[[Sequence[Piece]], bool] = lambda _: False,
        stopped: Callable[[], bool] = never,
    ) -> list[list[Piece]]:
        self._have("candidates")
        assert not self.iterators_open, "one live iterator"
        self.candidates_asked.append(n)
        if self._candidates is None:
            found = [list(self.complete(request, stopped))]
        else:
            self.requests.append(request)
            found = [self._pieces(said) for said in self._candidates[:n]]
        ends = [next((n for n in range(1, len(pieces)) if whole(pieces[:n])), len(pieces)) for pieces in found]
        return [] if stopped() else [pieces[:end] for pieces, end in zip(found, ends, strict=True)]

    def score(self, context: Context, texts: Sequence[str], stopped: Callable[[], bool] = never) -> list[float] | None:
        self._have("score")
        self.scored += texts
        return [self.scores(text) for text in texts]

    def seen(self, context: Context) -> Seen:
        self._have("seen")
        notes, page = len(context.preface.split()), len(context.before.split())
        return Seen(notes, 0, page, len(context.before), 1024)

    def likeliest(self, context: Context, k: int) -> list[Piece]:
        self._have("likeliest")
        self.looks.append(context)
        return list(self.likely[:k])

    def close(self) -> None:
        self.closed = True

    def _pieces(self, said: Said) -> list[Piece]:
        if not isinstance(said, str):
            return list(said)
        return [Piece(word, self.probability) for word in re.findall(r"\s*\S+|\s+\Z", said)]

    def _have(self, method: str) -> None:
        if method in self._absent:
            raise NotImplementedError(method)

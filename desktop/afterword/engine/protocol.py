"""What every language model looks like to the rest of Afterword. No torch here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from afterword.engine.sampling import Sampling
from afterword.text.context import Context


@dataclass(frozen=True)
class Request:
    """One wish for words at the cursor.

    Attributes:
        id: rises; a reply to any but the newest is dropped.
        context: around the cursor.
        sampling: how words are chosen.
        asked: whether the writer asked for it, and did not just write on.
        shared: whether the context may leave this machine. A model that is elsewhere says nothing to a request that is not.
    """

    id: int
    context: Context
    sampling: Sampling = field(default_factory=Sampling)
    asked: bool = False
    shared: bool = False


@dataclass(frozen=True)
class Piece:
    """What a model streams.

    Attributes:
        text: always whole characters.
        probability: the model's own of this text, 0 to 1.
        new_word: how probable it is, by the model, that a word which stands before this piece had ended with it. A word is right
            with the product of its pieces' probabilities and of the `new_word` of the piece behind it. 1 where that is not known.
    """

    text: str
    probability: float
    new_word: float = 1.0


@dataclass(frozen=True)
class Capabilities:
    """What a model cannot do.

    Attributes:
        ignores: names of Sampling's fields that have no effect on it; the window greys those controls.
        small: whether it runs in a smaller and slower form, because memory was short.
        device: the type of what it computes on: "cpu", "cuda", "mps"; "" where that is not known here.
        fallback: why that is the processor and not what was wished for: "missing" where there is no such device, "memory" where
            it has too little; else "".
        absent: names of LanguageModel's methods that it does not have; calling one raises NotImplementedError.
    """

    ignores: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    small: bool = False
    device: str = ""
    fallback: str = ""


@dataclass(frozen=True)
class Seen:
    """How much of a context a model is given.

    Attributes:
        notes: tokens of the notes.
        notes_left_out: tokens of the notes for which there is no room.
        page: tokens of the page before the cursor.
        characters: how many characters of the page those are.
        room: how many tokens there are for notes and page together.
    """

    notes: int
    notes_left_out: int
    page: int
    characters: int
    room: int


@dataclass(frozen=True)
class Message:
    """A turn of a conversation.

    Attributes:
        role: "system", "user" or "assistant", as the chat templates of transformers and the OpenAI protocol call them.
        text: what was said.
    """

    role: str
    text: str


@dataclass(frozen=True)
class Question:
    """A conversation that waits for the model's turn.

    Attributes:
        messages: so far; the last is the user's.
        sampling: how words are chosen; `max_words` bounds the answer.
        shared: as of a Request.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = field(default_factory=Sampling)
    shared: bool = False


def never() -> bool:
    """The answer of a request that nobody will stop."""
    return False


class LanguageModel(Protocol):
    """A language model. One owner, one live iterator: closing it comes before the next request. Not thread-safe."""

    @property
    def name(self) -> str:
        """What the user calls it."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it cannot do."""
        ...

    def complete(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Piece]:
        """Stream what comes after `request.context.before`.

        Args:
            request: the context and how to sample.
            stopped: read before every token, from any thread's flag; once it answers True the iterator ends.

        Raises:
            GenerationFailed: the model broke while it wrote.
        """
        ...

    def warm(self, context: Context, stopped: Callable[[], bool] = never) -> None:
        """Prefill ahead of the next request for `context`, where the model can keep what it computed."""
        ...

    def candidates(
        self,
        request: Request,
        n: int,
        whole: Callable[[Sequence[Piece]], bool] = lambda _: False,
        stopped: Callable[[], bool] = never,
    ) -> list[list[Piece]]:
        """Up to `n` continuations that begin differently.

        Args:
            request: as of `complete`.
            n: how many.
            whole: whether a continuation needs no more pieces.
            stopped: as of `complete`; nothing comes back then.
        """
        ...

    def score(self, context: Context, texts: Sequence[str], stopped: Callable[[], bool] = never) -> list[float] | None:
        """For each text the natural logarithm of its probability after `context.before`; None once `stopped` answers True."""
        ...

    def seen(self, context: Context) -> Seen:
        """How much of `context` it is given."""
        ...

    def likeliest(self, context: Context, k: int) -> list[Piece]:
        """The `k` likeliest next tokens, likeliest first."""
        ...

    def close(self) -> None:
        """Give back the memory; the model is of no use afterwards."""
        ...


class Answers(Protocol):
    """A language model that answers in its own chat template."""

    def answer(self, question: Question, stopped: Callable[[], bool] = never) -> Iterator[str]:
        """Stream the model's turn, in whole characters.

        Raises:
            NoChatTemplate: the model was not made for conversations.
            QuestionTooLong: the messages do not fit into what it can read.
            AnswerUnfinished: after all that came, where the model had not ended it.
            GenerationFailed, ServerError: it broke while it answered.
        """
        ...

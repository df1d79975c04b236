"""Asking a model about a draft: from what the writer asks to the messages that the model is given, and its answer as it grows."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from operator import itemgetter

from afterword.engine.protocol import Answers, Message, Question, never
from afterword.engine.sampling import LETTERS_PER_WORD, Sampling
from afterword.errors import AnswerUnfinished, DeviceFull, QuestionTooLong, ServerBrokeOff
from afterword.suggest.spoken import behind_thoughts, loops_from, remarks_from, repeated_from, without_thoughts
from afterword.text.boundaries import count_words, sentence_ends, word_ends
from afterword.text.characters import writable
from afterword.text.excerpt import excerpt

READ_HERE = 12_000
"""Characters of a draft that a model on this machine is given at most: some 2,600 tokens, read in seconds and not in minutes."""

READ_THERE = 48_000
"""Characters of a draft that a server is given at most."""

SAMPLING = Sampling(temperature=0.2, max_words=1000, max_sentences=0, top_k=0, top_p=0.95, min_p=0.05, eagerness=100)
"""Of answers: near to what the model holds for best, since most of them are to be true to a text."""

SYSTEM = "You help a writer. Answer briefly unless a long text is asked for."
"""What a model is told before the conversation. A word about languages, or about what to leave out, makes the starter talk of its
own work, or French; large models do as well with this."""

_TRIES = 6  # with less and less of a draft
_UNTOLD = 80  # parts of a hundred that a draft may be too long by, where nobody says how many: half of it is asked about
_LEAST = 200  # characters of a draft: with fewer a question is not about it any more


@dataclass(frozen=True)
class Ready:
    """A question that need not be typed.

    Attributes:
        title: English; what the writer chooses it by.
        prompt: English; what the model is asked.
        alone: whether the answer is to be a text and nothing about it.
    """

    title: str
    prompt: str
    alone: bool = True


READY: tuple[Ready, ...] = (
    Ready("Shorter", "Make this text shorter, in the same language."),
    Ready("Clearer", "Write this text so that it is clearer and simpler, in the same language."),
    Ready("What is missing?", "What would a reader miss in this text?", alone=False),
    Ready("Answer this mail", "Write an answer to this mail, in the same language."),
    Ready("Correct spelling and grammar", "Correct the spelling and grammar of this text. Change nothing else."),
    Ready("Summarise", "Summarise this text in one or two sentences, in the same language."),
)
"""The questions that writers ask most."""


@dataclass(frozen=True)
class Matter:
    """What is asked about.

    Attributes:
        text: the selection, or of the draft what stands around the cursor.
        selected: whether it is the selection.
        at: where in it the cursor is, in characters.
        whole: whether nothing of the draft is left out.
        notes: the writer's notes for the model.
    """

    text: str
    selected: bool = False
    at: int = 0
    whole: bool = True
    notes: str = ""

    def within(self, most: int) -> Matter:
        """Of this so many characters; a selection is left as it is."""
        if self.selected or len(self.text) <= most:
            return self
        text, at = excerpt(self.text, self.at, most)
        return replace(self, text=text, at=at, whole=False)


@dataclass(frozen=True)
class Turn:
    """A question, and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True)
class Asked:
    """A question of the writer.

    Attributes:
        question: in the writer's words, or the prompt of a Ready one.
        matter: what it is about, and all that was asked before.
        earlier: what was asked and answered before.
        seed: of the answer; -1 for any.
        shared: as of a Request.
        alone: whether the answer is to be a text, and nothing about it.
    """

    question: str
    matter: Matter
    earlier: tuple[Turn, ...] = ()
    seed: int = -1
    shared: bool = False
    alone: bool = False

    def messages(self) -> tuple[Message, ...]:
        """The conversation: the text first, since small models keep to a question better that stands behind it."""
        notes, text = self.matter.notes.strip(), self.matter.text.strip()
        parts = (f"{notes}\n\n---" if notes and text else notes, text, (self.earlier[0] if self.earlier else self).question)
        said = [Message("user", writable("\n\n".join(part for part in parts if part)))]
        for number, turn in enumerate(self.earlier):
            following = self.earlier[number + 1 :]
            said.append(Message("assistant", writable(turn.answer)))
            said.append(Message("user", writable(following[0].question if following else self.question)))
        return (Message("system", SYSTEM), *said)


class Cut(Enum):
    """Why an answer is no longer than it is, where the model would have said more."""

    LONG = "long"
    ROOM = "room"  # there was none for more
    ROUND = "round"  # it said the same again


@dataclass(frozen=True)
class Answer:
    """What a model said so far.

    Attributes:
        text: all of it until now.
        read: how many words of the draft it was given; None where that is all that was meant for it.
        cut: why it ends here; None where the model ended it, or may go on.
    """

    text: str
    read: int | None = None
    cut: Cut | None = None


def given_for_question(asked: Asked) -> str:
    """Exactly the characters that a server is given to answer a question, message by message."""
    return _in_one(asked.messages())


def _in_one(messages: Sequence[Message]) -> str:
    return "\n\n".join(message.text for message in messages)


def answers(model: Answers, asked: Asked, stopped: Callable[[], bool] = never) -> Iterator[Answer]:
    """The answer as it grows. Where the model cannot read that much, it gets less of the draft, and nothing less of a selection.

    Raises:
        NoChatTemplate, QuestionTooLong, GenerationFailed, ServerError: as of Answers.
    """
    narrowed, read, moved, tries = asked, None, False, 0
    while not stopped():
        try:
            for said in _spoken(model, narrowed, stopped):
                yield replace(said, read=read)
            return
        except DeviceFull:  # it goes on on the processor
            if moved:
                raise
            moved = True
        except (QuestionTooLong, ServerBrokeOff) as error:
            narrower = _narrowed(narrowed, error.over if isinstance(error, QuestionTooLong) else _UNTOLD)
            tries += not narrowed.earlier
            if narrower is None or tries >= _TRIES:
                raise
            if narrower.matter is not narrowed.matter:
                read = count_words(narrower.matter.text)
            narrowed = narrower


def _narrowed(asked: Asked, over: int) -> Asked | None:
    """With half of what was said before, then with less of the draft; None where that cannot be."""
    if asked.earlier:
        return replace(asked, earlier=asked.earlier[(len(asked.earlier) + 1) // 2 :])
    most = len(asked.matter.text) * 90 // (100 + over)
    if asked.matter.selected or most < _LEAST:
        return None
    return replace(asked, matter=asked.matter.within(most))


def _spoken(model: Answers, asked: Asked, stopped: Callable[[], bool]) -> Iterator[Answer]:
    """What it says that is meant for the writer, all of it each time."""
    sampling = replace(SAMPLING, seed=asked.seed)
    messages = asked.messages()
    stream = model.answer(Question(messages, sampling, asked.shared), stopped)
    said, about = "", _in_one(messages)
    try:
        for more in without_thoughts(stream):
            said += more
            said = behind_thoughts(said, about).lstrip()
            if (end := _ended(said, asked)) is not None:
                yield end
                return
            yield Answer(said)
    except AnswerUnfinished:
        yield Answer(said, cut=Cut.ROOM)
    finally:
        if isinstance(stream, Generator):
            stream.close()  # what a server still says is not waited for


def _ended(said: str, asked: Asked) -> Answer | None:
    """What is meant for the writer, where that has ended; None where it goes on."""
    about = asked.matter.text
    goes_round = loops_from(said, about) if asked.alone else loops_from(said) or repeated_from(said)
    remarks = remarks_from(said, about) if asked.alone else None
    ends = ((_too_long_from(said), Cut.LONG), (goes_round, Cut.ROUND), (remarks, None))
    found = [(end, cut) for end, cut in ends if end is not None]
    if not found:
        return None
    end, cut = min(found, key=itemgetter(0))
    return Answer(said[: _whole(said, end) if cut is Cut.ROUND else end].rstrip(), cut=cut)


def _whole(said: str, end: int) -> int:
    """Where, at `end` or before, a sentence or a line ends; `end` where none does."""
    if "\n" in said[len(said[:end].rstrip()) : end + 1]:
        return end
    line = said.rfind("\n", 0, end) + 1
    return line + max(sentence_ends(said[line:end]), default=0) or end


def _too_long_from(said: str) -> int | None:
    """Where more is said than an answer may have."""
    longest, most = LETTERS_PER_WORD * SAMPLING.max_words, SAMPLING.max_words
    if len(said) > longest:
        return longest
    ends = word_ends(said, most + 1)
    return ends[most - 1] if len(ends) > most else None

"""A simulated writer, who types a text and takes what is suggested where it is right. Pure logic; no model of its own.

The writer works at the page's own rules: a suggestion is an `Offer`, kept while the writer types what it says, and another one
is asked for when it is used up or departed from. Not imitated is time: the writer waits for every suggestion, and is never
left in peace after ignoring some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from afterword.assist.types import Place
from afterword.editor.offer import Fit, Offer
from afterword.engine.protocol import Request, never
from afterword.engine.sampling import Sampling
from afterword.suggest.suggestion import Suggestion
from afterword.text.boundaries import count_words, word_ends
from afterword.text.context import Context

MOST_WORDS = 5  # of a suggestion that are compared with the text

_NEAR = 64  # characters; longer than any word


class Suggests(Protocol):
    """What the writer is helped by: a Suggester, or what can stand for one."""

    def suggest(self, request: Request, stopped: Callable[[], bool] = never) -> Iterator[Suggestion]:
        """The suggestion for `request` as it grows; the last one is whole."""
        ...

    def alternatives(self, request: Request, n: int, stopped: Callable[[], bool] = never) -> list[Suggestion]:
        """Up to `n` others, to cycle through."""
        ...


@dataclass(frozen=True)
class Showing:
    """A suggestion as it first appeared; typing it through and taking it by the word make no other showing of it.

    Attributes:
        right: whether its first word is right, with what stands before that word; of one without words, whether all of it is.
        words: for each n up to MOST_WORDS, and up to the number of its words, whether its first n words are all right.
    """

    right: bool
    words: tuple[bool, ...]


@dataclass
class Session:
    """What writing one text took.

    Attributes:
        text: what stands on the page in the end.
        typed: keys that typed a character.
        accepts: keys that took a suggestion or a part of it.
        cycles: keys that went to another suggestion.
        showings: of suggestions that came unasked; those that were cycled to are not among them.
    """

    text: str = ""
    typed: int = 0
    accepts: int = 0
    cycles: int = 0
    showings: list[Showing] = field(default_factory=list)

    @property
    def keys(self) -> int:
        """All keys together."""
        return self.typed + self.accepts + self.cycles


class Writer:
    """Knows what to write and spends the fewest keys from one moment to the next.

    At each place the whole suggestion is taken if it is right, else its first sentence, else its first word, each for one key
    and only where it saves one; else a character is typed. Where the first word is wrong and another suggestion would save
    keys, the writer cycles to it, a key for each step. No real writer knows beforehand that cycling will help, so what it
    saves here is the most that it can save.

    Args:
        suggester: asked as the page asks.
        sampling: for every request.
        cycles: how many other suggestions may be cycled to.
    """

    def __init__(self, suggester: Suggests, sampling: Sampling, cycles: int = 0) -> None:
        self._suggester = suggester
        self._sampling = sampling
        self._cycles = cycles

    def write(self, text: str, progress: Callable[[int], None] | None = None) -> Session:
        """Write `text`; `progress` is told how many characters stand."""
        session = Session()
        offer: Offer | None = None
        while (at := len(session.text)) < len(text):
            if at and (offer is None or offer.fit is not Fit.SHOWS):  # an empty page is silent until the first key
                offer = self._ask(text, at, session)
            taken = worth_taking(offer.remaining, text, at) if offer else ""
            if offer and taken:
                offer.accept(taken)
                session.accepts += 1
            else:
                taken = text[at]
                session.typed += 1
                if offer:
                    offer.write(taken)
            session.text += taken
            if progress:
                progress(len(session.text))
        return session

    def _ask(self, text: str, at: int, session: Session) -> Offer:
        request = Request(at, Context.around(text[:at], at), self._sampling)
        shown = last(self._suggester.suggest(request))
        if shown:
            showing = judged(shown.text, text, at)
            session.showings.append(showing)
            if not showing.right and self._cycles:
                for steps, other in enumerate(self._suggester.alternatives(request, self._cycles), 1):
                    if len(worth_taking(other, text, at)) > steps + 1:
                        session.cycles += steps
                        shown = other
                        break
        return Offer(Place(at, at), shown)


def last(suggestions: Iterator[Suggestion]) -> Suggestion:
    """The whole suggestion, which comes last; an empty one where there is none."""
    return [Suggestion(), *suggestions][-1]


def worth_taking(suggestion: Suggestion, text: str, at: int) -> str:
    """The most of `suggestion` that one key can take, that is right at `at` and that saves a key; "" where nothing is."""
    for part in (suggestion.text, suggestion.accept_sentence()[0], suggestion.accept_word()[0]):
        if len(part) > 1 and is_right(part, text, at):
            return part
    return ""


def judged(suggested: str, text: str, at: int) -> Showing:
    """How much of `suggested`, shown at `at`, is right."""
    words = tuple(is_right(suggested[:end], text, at) for end in word_ends(suggested, MOST_WORDS))
    return Showing(words[0] if words else is_right(suggested, text, at), words)


def is_right(part: str, text: str, at: int) -> bool:
    """Whether `text` goes on with `part` at `at`, and no word of it goes on beyond: “walk” is wrong for “walked”."""
    end = at + len(part)
    return text.startswith(part, at) and not _splits_word(text[max(0, end - _NEAR) : end], text[end : end + _NEAR])


def _splits_word(left: str, right: str) -> bool:
    return count_words(left) + count_words(right) > count_words(left + right)

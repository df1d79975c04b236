"""How sure a server is that gives no probabilities: by whether it says the same twice.

Beside the first answer stands a second, drawn at temperature 1 with another seed. By the rule of succession (Laplace, 1814) a
word that was said again in one of one trials has probability (1 + 1) / (1 + 2), one that was not (0 + 1) / (1 + 2); where there
was no trial, one in two. Behind a word on which they differ they write different texts, and nothing counts as said again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from afterword.engine.protocol import Piece
from afterword.engine.server.typed import behind
from afterword.errors import ServerError

AGAIN, NOT_AGAIN, NO_TRIAL = 2 / 3, 1 / 3, 1 / 2

_WORD = re.compile(r"\s*\S+(?=\s)")


def words(texts: Iterable[str]) -> Iterator[str]:
    """The words of a text that comes in parts, each with the white space before it, as soon as it is whole."""
    waiting = ""
    for text in texts:
        waiting += text
        end = 0
        for found in _WORD.finditer(waiting):
            end = found.end()
            yield found.group()
        waiting = waiting[end:]
    if waiting:
        yield waiting


def agreed(first: Iterable[str], second: Callable[[], Iterable[str]], typed: str) -> Iterator[Piece]:
    """The pieces of `first` behind `typed`, a word a piece.

    Args:
        first: an answer, in parts.
        second: begins the other answer.
        typed: by the writer; where the second answer does not begin so, it says nothing about the first.
    """
    others = _trial(second)
    same: bool | None = True  # None: no trial
    for word in words(first):
        [said] = list(behind([word], typed)) or [""]
        if not said and not typed.startswith(word):
            return
        if same:
            other = next(others, None)
            same = None if other is None or not other.startswith(typed) else other == word
        typed = typed[len(word) :]
        if said:
            yield Piece(said, NO_TRIAL if same is None else AGAIN if same else NOT_AGAIN)


def _trial(second: Callable[[], Iterable[str]]) -> Iterator[str]:
    try:
        yield from words(second())
    except ServerError:
        return  # the first answer stands

"""A request that is longer than what the model can read: by how much, as far as the server says it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from afterword.engine.server.body import Post
from afterword.engine.server.wire import Patience, Wire
from afterword.errors import ServerBrokeOff, ServerFailed, ServerNotUnderstood

_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|maximum (?:model|sequence) length|`inputs`.*must (?:have|be)|too long", re.IGNORECASE
)
_NUMBERS = re.compile(r"\d{2,12}")
_PROMPT = re.compile(
    r"(\d{2,12})(?: tokens)? (?:input tokens|in (?:the|your) (?:messages|prompt|input))|given: (\d{2,12}) `inputs`", re.IGNORECASE
)
_TIMES_AT_MOST = 100


@dataclass(frozen=True)
class TooLong:
    """A request was too long for the model.

    Attributes:
        over: by how many parts of a hundred; 1 where the server does not say.
        room: how many tokens there is room for, the answer's too; 0 where it does not say.
        prompt: how many of them the text takes; 0 where it does not say.
    """

    over: int = 1
    room: int = 0
    prompt: int = 0

    def lessened(self, most: int, least: int) -> int | None:
        """How many tokens an answer may have, where `most` were too many; None where the text itself is too long.

        Args:
            most: which were asked for.
            least: with fewer an answer is of no use.
        """
        if not self.room:
            fewer = least
        elif self.prompt:
            fewer = self.room - self.prompt
        else:
            fewer = most - math.ceil(self.room * self.over / 100)
        return fewer if least <= fewer < most else None

    def beyond(self, least: int) -> int:
        """By how many parts of a hundred the text is too long, if the answer has `least` tokens."""
        if not (self.room and self.prompt):
            return self.over
        return max(1, math.ceil(100 * (self.prompt + least) / self.room) - 100)


def too_long(error: ServerFailed) -> TooLong | None:
    """How much too long a request was; None where that is not what went wrong."""
    if error.status not in (400, 413, 422, 500) or not _TOO_LONG.search(error.reason):
        return None
    numbers = [int(number) for number in _NUMBERS.findall(error.reason)]
    room = _room(error.reason, numbers)
    if not room or max(numbers) > _TIMES_AT_MOST * room:  # a date, or the number of a request
        return TooLong()
    told = _PROMPT.search(error.reason)
    return TooLong(max(1, math.ceil(100 * max(numbers) / room) - 100), room, int(told[told.lastindex or 0]) if told else 0)


def why_too_long(
    wire: Wire, error: ServerFailed | ServerBrokeOff, alone: Post, patience: Patience, stopped: Callable[[], bool]
) -> TooLong | None:
    """How much too long a request was; None where that is not known to be what went wrong.

    llama-cpp-python 0.3.36 breaks a stream off without a word. Where no stream is asked for it says what is wrong.

    Args:
        wire: to the server.
        error: what came of the request.
        alone: the same request, for one token.
        patience: with the answer to that.
        stopped: ends it, once it answers True.

    Raises:
        ServerError: another one came of that.
    """
    if isinstance(error, ServerFailed):
        return too_long(error)
    try:
        wire.post(alone.path, alone.body | {"stream": False}, stopped, patience)
    except ServerFailed as failed:
        return too_long(failed)
    except ServerNotUnderstood:  # it streams all the same
        return None
    return None


def fitting(prompt: str, room: int | None) -> str:
    """The end of `prompt`, where there is no room for all."""
    if room is None or len(prompt) <= room:
        return prompt
    cut = prompt[len(prompt) - room :]
    space = cut.find(" ")
    return cut[space + 1 :] if 0 <= space < len(cut) // 2 else cut


def _room(reason: str, numbers: list[int]) -> int:
    """How many tokens there is room for: the number behind the word for it, else the smaller of two."""
    named = re.search(r"(?:context (?:length|size|window)(?: is| of)?|must have less than|must be <=)\W*(\d{2,})", reason)
    return int(named.group(1)) if named else min(numbers, default=0)

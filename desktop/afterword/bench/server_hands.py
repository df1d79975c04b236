"""How the fingers of a simulated writer move: keys at a person's rhythm, with pauses and slips. Pure logic."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

_SPREAD = 0.47
"""Standard deviation of the time between two keys by its mean: 112 of 239 ms (Dhakal et al., "Observations on typing from 136
million keystrokes", CHI 2018)."""

_PAUSE_WORDS, _PAUSE_S, _PAUSE_MORE_S = 12, 2.0, 2.0
"""A writer composes in bursts of some 12 words, between pauses of 2 seconds and more (Chenoweth and Hayes, "Fluency in writing",
Written Communication 18, 2001); how much more is our guess."""

_SLIP = 0.03
"""How often a letter is a wrong one. It is seen at once or a key or two later and taken back with what stands behind it, so that
some 6 of 100 keys take something back, as Dhakal et al. counted."""

_SEEN_LATER = 3  # keys at most, so many equally likely numbers of them


@dataclass(frozen=True)
class Key:
    """One key.

    Attributes:
        after_s: seconds since the key before.
        typed: the character; "" takes back the one before the cursor.
    """

    after_s: float
    typed: str


def keys(text: str, keys_per_second: float, chance: random.Random) -> Iterator[Key]:
    """The keys that write `text`, to its end.

    Args:
        text: what stands in the end.
        keys_per_second: within a burst; pauses come on top.
        chance: where what happens by chance comes from.
    """
    for at, typed in enumerate(text):
        pause = 0.0
        if at and text[at - 1].isspace() and not typed.isspace() and chance.random() * _PAUSE_WORDS < 1:
            pause = _PAUSE_S + chance.expovariate(1 / _PAUSE_MORE_S)
        if typed.isalpha() and chance.random() < _SLIP:
            wrong = _other_letter(typed, chance) + text[at + 1 : at + 1 + chance.randrange(_SEEN_LATER)]
            for typed_wrongly in wrong:
                yield Key(pause + _interval(keys_per_second, chance), typed_wrongly)
                pause = 0.0
            for _ in wrong:
                yield Key(_interval(keys_per_second, chance), "")
        yield Key(pause + _interval(keys_per_second, chance), typed)


def _interval(keys_per_second: float, chance: random.Random) -> float:
    """Seconds between two keys of a burst: log-normal, with this mean and `_SPREAD`."""
    variance = math.log1p(_SPREAD**2)
    return chance.lognormvariate(-math.log(keys_per_second) - variance / 2, math.sqrt(variance))


def _other_letter(letter: str, chance: random.Random) -> str:
    return chance.choice([each for each in "abcdefghijklmnopqrstuvwxyz" if each != letter.lower()])

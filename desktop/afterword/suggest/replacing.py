"""Other words for those that stand in a text: proposed from what stands before them, judged by what stands on both sides.

A proposal is as good as it is probable together with the words that follow it; that also decides between the inflections of a
word. Of 150 words of the texts for reporting the writer's own was among all that were proposed for 63 %, and among the first five
for 25 % by what stands before it alone and for 52 % so (`afterword bench alternatives`).

All proposals are judged by the next few words, which tells the likely ones from the rest; those are judged by more of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from afterword.engine.protocol import LanguageModel, Piece, Request, never
from afterword.engine.sampling import Sampling
from afterword.suggest import seam
from afterword.text.boundaries import count_words, in_word, sentence_ends, word_ends, word_spans
from afterword.text.context import Context

MOST = 8
"""How many alternatives are offered."""

WORDS = 3
"""How many words at most have alternatives together."""

PROPOSED = 48
"""How many words the model proposes; a masked model as many again."""

_NEAR, _FAR = 4, 12  # following words
_FINALISTS = 16  # of the proposals are judged by more of what follows
_AT_ONCE = 16  # texts that are scored between two looks at `stopped`
_FAR_OFF = 9.0  # so much less probable than the best, and than what stands there, is no alternative; a natural logarithm
_CHARACTERS = 120  # of what follows, at most
_JOINERS = "'’-"  # behind a word, part of it where a letter follows
_OPENERS = " \t\"'“‘„«([{*_#>-–—•"  # before the first letter of a sentence
_SENTENCE = 60  # characters in which the end of a sentence is looked for


@dataclass(frozen=True)
class Spot:
    """Words in a text.

    Attributes:
        context: what stands before them, and after them.
        words: they themselves.
    """

    context: Context
    words: str


class Proposes(Protocol):
    """A model that sees both sides of a gap, and proposes what could stand in it."""

    def propose(self, before: str, after: str, words: int, n: int, stopped: Callable[[], bool] = never) -> list[str]:
        """Up to `n` texts of at most so many words, best first; what has come so far once `stopped` answers True."""
        ...

    def close(self) -> None:
        """Give back the memory."""
        ...


def alternatives(
    model: LanguageModel, spot: Spot, masked: Proposes | None = None, stopped: Callable[[], bool] = never
) -> list[str] | None:
    """Up to MOST texts that could stand in place of the words of `spot`, best first; None once `stopped` answers True.

    Args:
        model: proposes and judges.
        spot: of at most WORDS words.
        masked: proposes too.
        stopped: read between two steps.
    """
    own = spot.words.casefold()
    texts = _different([spot.words, *proposals(model, spot, masked, stopped)], spot.words)
    found = ranked(model, spot.context, texts, stopped)
    if found is None or stopped():
        return None
    if found:
        least = min([found[0][1] - _FAR_OFF, *(value for text, value in found if text.casefold() == own)])
        found = [(text, value) for text, value in found if value >= least and text.casefold() != own]
    return [text.upper() if _in_capitals(spot.words) else text for text, _ in found[:MOST]]


def proposals(model: LanguageModel, spot: Spot, masked: Proposes | None = None, stopped: Callable[[], bool] = never) -> list[str]:
    """What could stand in place of the words of `spot` by their left side, or by a masked model; the words may be among it."""
    before, after = spot.context.before, spot.context.after
    size = count_words(spot.words)
    found = [] if masked is None else masked.propose(before, after, size, PROPOSED, stopped)
    if "candidates" not in model.capabilities.absent and not stopped():
        found = found + _continued(model, spot.context, size, stopped)
    starts = _starts_sentence(before)
    cased = (_cased(text, spot.words, starts) for text in found)
    return [text for text in _different(cased, spot.words) if _is_like(text, spot.words) and not _says_twice(text, before, after)]


def ranked(
    model: LanguageModel, context: Context, texts: Sequence[str], stopped: Callable[[], bool] = never
) -> list[tuple[str, float]] | None:
    """As `judged`, by all that follows the gap in `context`: the best ones, and the first of `texts`, wherever it comes."""
    if "score" in model.capabilities.absent:
        return [(text, 0.0) for text in texts]
    near, far = _beginning(context.after, _NEAR), _beginning(context.after, _FAR)
    found = judged(model, context, texts, near, stopped)
    if found is None or far == near:
        return found
    best = [text for text, _ in found[:_FINALISTS]]
    return judged(model, context, list(dict.fromkeys([*best, *texts[:1]])), far, stopped)


def judged(
    model: LanguageModel, context: Context, texts: Sequence[str], following: str, stopped: Callable[[], bool] = never
) -> list[tuple[str, float]] | None:
    """`texts`, best first, each with the natural logarithm of its probability together with `following`; None once stopped."""
    values: list[float] = []
    for at in range(0, len(texts), _AT_ONCE):
        found = None if stopped() else model.score(context, [text + following for text in texts[at : at + _AT_ONCE]], stopped)
        if found is None:
            return None
        values += found
    return sorted(zip(texts, values, strict=True), key=_value, reverse=True)


def _value(pair: tuple[str, float]) -> float:
    return pair[1]


def _continued(model: LanguageModel, context: Context, size: int, stopped: Callable[[], bool]) -> list[str]:
    """The model's words behind what stands before: up to `size` of each candidate."""

    def whole(pieces: Sequence[Piece]) -> bool:
        text = _new(pieces, context.before)
        ends = word_ends(text, size)
        if text and not in_word(text[0]):
            return True  # it is none
        return len(ends) == size and len(text) > ends[-1] and text[ends[-1] :] not in _JOINERS

    greedy = Sampling(temperature=0, repetition_penalty=1.0, max_words=size)
    found = model.candidates(Request(0, context, greedy), PROPOSED, whole, stopped)
    return [text for pieces in found for text in _beginnings(_new(pieces, context.before), size)]


def _new(pieces: Sequence[Piece], before: str) -> str:
    text = "".join(piece.text for piece in pieces)
    return text[seam.skip(text, before) :]


def _beginnings(text: str, most: int) -> list[str]:
    """The first word of `text`, its first two, and so on; none where it begins with something else."""
    found, end = [], 0
    for start, stop in islice(word_spans(text), most):
        if text[end:start] != (" " if end else ""):
            break
        end = stop
        found.append(text[:end])
    return found


def _beginning(after: str, words: int) -> str:
    """What stands behind the gap, as far as the end of so many words."""
    ends = word_ends(after, words)
    return after[: ends[-1] if ends else None][:_CHARACTERS]


def _different(texts: Iterable[str], like: str = "") -> list[str]:
    """`texts` without those that differ from an earlier one in capitals alone; of these the one that begins as `like` does."""
    found: dict[str, str] = {}
    for text in texts:
        if text[:1].isupper() == like[:1].isupper() or text.casefold() not in found:
            found[text.casefold()] = text
    return list(found.values())


def _cased(text: str, words: str, starts: bool) -> str:
    """`text` with its capitals as in `words`: at the beginning of a sentence, and where each of several words has one.

    Elsewhere the first letter is the model's: in place of a name may stand a pronoun, and a name in place of that.
    """
    if starts:
        first = text[:1].upper() if words[:1].isupper() else text[:1].lower()
        return text if text == "I" or _in_capitals(text) else first + text[1:]
    parts = words.split()
    if len(parts) > 1 and all(part[:1].isupper() for part in parts):
        return re.sub(r"(?<!\S)\w", _upper, text)
    return text


def _upper(found: re.Match[str]) -> str:
    return found.group().upper()


def _in_capitals(text: str) -> bool:
    """Whether it is written in capitals; one letter does not tell."""
    return text.isupper() and sum(map(str.isalpha, text)) > 1


def _starts_sentence(before: str) -> bool:
    line = before.rpartition("\n")[2].rstrip(_OPENERS)
    return not line or sentence_ends(line[-_SENTENCE:])[-1:] == [min(len(line), _SENTENCE)]


def _is_like(text: str, words: str) -> bool:
    """Whether it has letters where `words` has some, and no marks of Markdown."""
    return "_" not in text and (any(map(str.isalpha, text)) or not any(map(str.isalpha, words)))


def _says_twice(text: str, before: str, after: str) -> bool:
    """Whether a word would stand beside itself."""
    words = text.casefold().split()
    last = before.casefold().split(" ")[-2:]
    next_one = word_ends(after, 1)
    following = after[: next_one[0]].casefold() if next_one else ""
    return (before.endswith(" ") and last[0] == words[0]) or following == f" {words[-1]}"

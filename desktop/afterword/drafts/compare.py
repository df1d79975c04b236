"""What changed between two texts, paragraph by paragraph and, within those that changed, word by word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex as re

from afterword.drafts.alignment import Aligner, anchored
from afterword.text.scripts import UNSPACED
from afterword.watch import Watch

_PARAGRAPH = re.compile(r"\n*[^\n]+\n?|\n+")  # with the blank lines before it: one more at the end leaves the last as it is
_LETTER = rf"(?![{UNSPACED}])\w"
# Whole characters as a reader sees them, and what joins them to a word: see `text.boundaries`.
_LETTERS = rf"(?![\p{{M}}\u200c\u200d])(?={_LETTER})(?:(?:{_LETTER})*(?={_LETTER})\X)+"
_JOINT = r"['’׳\-‐‑\u00ad]|(?<=\d)[.,:](?=\d)|(?<=\p{Hebrew})[\"״](?=\p{Hebrew})"
# A word, or a sign or character of a script without spaces, with the space before it; or ends of lines.
_TOKEN = re.compile(rf"[^\S\n]*(?:{_LETTERS}(?:(?:{_JOINT}){_LETTERS})*|(?!\s)\X)|\n+|[^\S\n]+")
_SPACE = re.compile(r"(?:(?=\s)\X(?<=\s))*")  # without one that a mark stands on
_EFFORT = 4_000_000  # see Aligner; about two seconds
_ALIKE = 20_000  # of so many strange paragraphs on either side each stands beside one; of more all stand beside all
_RELATED = 0.3  # of the shorter of two paragraphs is in the other too, else all of both is said to be changed
_KIN = 0.2  # likewise of the pairs of words, where it is looked for which paragraph became which


@dataclass(frozen=True)
class Span:
    """Some text on one side of a comparison. Those of a passage that did not change are the same on both sides, one by one.

    Attributes:
        text: of the document.
        changed: whether the other side has it otherwise, or not at all.
    """

    text: str
    changed: bool


@dataclass(frozen=True)
class Passage:
    """Paragraphs that belong together, before and after.

    Attributes:
        before: what stood there; the texts in turn.
        after: what stands there now.
    """

    before: tuple[Span, ...]
    after: tuple[Span, ...]

    @property
    def changed(self) -> bool:
        """Whether anything is different."""
        return any(span.changed for span in (*self.before, *self.after))


def compare(before: str, after: str, *, watch: Watch | None = None) -> list[Passage]:
    """All of both texts, in passages that changed or did not, in turn; texts of a side, joined, are that side.

    Takes a time about in proportion to the texts, whatever they are: where they differ too much, passages are said to have
    changed altogether.

    Args:
        before: the older text.
        after: the newer one.
        watch: may stop it.

    Raises:
        Cancelled: it was asked to stop.
    """
    return list(_Comparing(watch or Watch()).passages(before, after))


class _Comparing:
    """One comparison: what was found so far, and the effort that is left."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._aligner = Aligner(_EFFORT, watch)

    def passages(self, before: str, after: str) -> Iterator[Passage]:
        old, new = ([piece.group() for piece in _PARAGRAPH.finditer(text)] for text in (before, after))
        a = c = 0
        for i, j, length in [*self._aligner.same(old, new), (len(old), len(new), 0)]:
            for one, other in self._paired(old[a:i], new[c:j]):
                yield Passage(*self._by_word("".join(one), "".join(other)))
            if length:
                spans = _spans((("".join(old[i : i + length]), False),))
                yield Passage(spans, spans)
            a, c = i + length, j + length

    def _paired(self, old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
        """Paragraphs, none of which is on both sides, with those that they became."""
        a = c = 0
        for i, j in [*(_kin(old, new) if len(old) > 1 or len(new) > 1 else ()), (len(old), len(new))]:
            if i - a == j - c and i - a <= _ALIKE:
                yield from ((old[a + at : a + at + 1], new[c + at : c + at + 1]) for at in range(i - a))
            else:
                yield old[a:i], new[c:j]
            if i < len(old):
                yield old[i : i + 1], new[j : j + 1]
            a, c = i + 1, j + 1

    def _by_word(self, before: str, after: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        self._watch.check()
        old, new = _tokens(before), _tokens(after)
        runs = self._aligner.same(old, new)
        shared = sum(len("".join(old[i : i + length]).strip()) for i, _, length in runs)
        if shared < _RELATED * min(len(before.strip()), len(after.strip())):
            return _spans(((before, True),)), _spans(((after, True),))
        sides: tuple[list[tuple[str, bool]], list[tuple[str, bool]]] = ([], [])
        a = c = 0
        for i, j, length in [*runs, (len(old), len(new), 0)]:
            gone, added, kept = "".join(old[a:i]), "".join(new[c:j]), "".join(old[i : i + length])
            space = _shared_space(gone, added)
            sides[0].extend(((space, False), (gone[len(space) :], True), (kept, False)))
            sides[1].extend(((space, False), (added[len(space) :], True), (kept, False)))
            a, c = i + length, j + length
        return _spans(sides[0]), _spans(sides[1])


def _kin(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Which of the paragraphs `old` became which of `new`, in turn: those that have pairs of words to themselves."""
    pairs_old, owners_old = _pairs_of_words(old)
    pairs_new, owners_new = _pairs_of_words(new)
    common = Counter((owners_old[i], owners_new[j]) for i, j in anchored(pairs_old, pairs_new))
    sizes_old, sizes_new = Counter(owners_old), Counter(owners_new)
    kin: list[tuple[int, int]] = []
    weights: list[int] = []
    for (i, j), weight in sorted(common.items()):
        if weight < _KIN * min(sizes_old[i], sizes_new[j]):
            continue
        if kin and (kin[-1][0] == i or kin[-1][1] == j):  # one is the kin of two: the closer one counts
            if weight <= weights[-1]:
                continue
            kin.pop()
            weights.pop()
        kin.append((i, j))
        weights.append(weight)
    return kin


def _pairs_of_words(paragraphs: Sequence[str]) -> tuple[list[tuple[str, str]], list[int]]:
    """The words of all paragraphs by twos, and the number of the paragraph of each."""
    pairs: list[tuple[str, str]] = []
    owners: list[int] = []
    for number, paragraph in enumerate(paragraphs):
        words = [token.strip() for token in _tokens(paragraph)]
        pairs += pairwise(words)
        owners += [number] * (len(pairs) - len(owners))
    return pairs, owners


def _tokens(text: str) -> list[str]:
    return [token.group() for token in _TOKEN.finditer(text)]


def _shared_space(one: str, other: str) -> str:
    """The space before the first word, where it is the same: words changed, and not the space between words."""
    spaces = [found.group() for text in (one, other) if (found := _SPACE.match(text))]
    return spaces[0] if spaces[0] == spaces[1] else ""


def _spans(parts: Iterable[tuple[str, bool]]) -> tuple[Span, ...]:
    return tuple(Span(text, changed) for text, changed in parts if text)

"""Where words and sentences end, and how many words there are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import regex as re  # its \w has the marks of Hindi, Hebrew or a decomposed é, and what joins letters

from afterword.text.scripts import UNSPACED, unspaced

_MARK = r"[\p{M}\u200c\u200d]"  # on the character before it, or joining it to the next
_START = rf"(?!{_MARK})\w"
_LETTERS = rf"(?={_START})(?:\w*(?=\w)\X)+"  # whole characters as a reader sees them; \X at each would take twice as long
_WORD = (
    rf"{_LETTERS}(?:['’׳\-]{_LETTERS}|(?<=\d)[.,](?=\d){_LETTERS}"  # don't, half-typed, naïve, 3rd, 3.5, 3.5km
    rf"|(?<=\p{{Hebrew}})[\"״](?=\p{{Hebrew}}){_LETTERS})*"  # ארה"ב (Unicode Standard Annex 29, WB7b and WB7c)
)
_UNIT = re.compile(rf"\s*{_MARK}*(?:{_WORD}|(?:(?!{_START}|\s)\X)+)?")
_WORDS = re.compile(_WORD)
_LETTER = r"(?![\ufe0e\ufe0f])\w"  # those two say how an emoji looks
_IN_WORD = re.compile(_LETTER)
_HYPHENS = r"['’׳\-‐‑\u00ad]"
_JOINED = re.compile(
    rf"(?s).?{_LETTER}\0{_LETTER}.?|.?\w\0{_HYPHENS}\w|\w{_HYPHENS}\0\w.?|.?\d\0[.,:]\d|\d[.,:]\0\d.?"
    rf"|.?\p{{Hebrew}}\0[\"״]\p{{Hebrew}}|\p{{Hebrew}}[\"״]\0\p{{Hebrew}}.?"
)  # what stands at the two sides of NUL
_IN_ADDRESS = rf"[^\s<>\"“”«»()\[\]\u3000-\u303f\uff00-\uffef{UNSPACED}]"  # in Chinese or Thai nothing else tells its end
_ADDRESS = re.compile(
    rf"(?:[a-zA-Z][\w+\-]*+://|www\.|[\w.+\-]++@(?=[\w\-]++\.))(?:{_IN_ADDRESS}|\({_IN_ADDRESS}*+\))*(?<=[\w/)])"
)  # of a page, or of a person
_LONGEST = 2000  # characters of an address on either side

_CLOSERS = "\"'”’»)]*_"
_SENTENCE_END = re.compile(rf"(?:[.!?…]+[{re.escape(_CLOSERS)}]*(?=\s|\Z)|[。！？]+[」』）]*|\n\s*\n)")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st sr jr vs etc e.g i.e cf vol fig al inc ltd co corp dept est approx p pp ca bzw z.b d.h u.a".split()
    + "jan feb apr jun jul aug sep sept oct nov dec mon tue wed thu fri capt lt sgt".split()
)


def in_word(character: str) -> bool:
    """Whether it is a letter, a digit, or a mark on one."""
    return _IN_WORD.match(character) is not None


def joined(before: str, after: str) -> bool:
    """Whether a word goes on from `before` to `after`: "wal" and "ked", "don" and "'t", "well-" and "known", "3" and ".5"."""
    return _JOINED.fullmatch(f"{before[-2:]}\0{after[:2]}") is not None


def inside_word(before: str, after: str) -> bool:
    """Whether a word goes on from `before` to `after`, as far as anybody knows: in scripts without spaces letters say nothing."""
    return joined(before, after) and not unspaced(before[-1:] + after[:1])


def rest_of_word(before: str, after: str) -> int:
    """How much of `after` is of the word, or the address, that goes on in it from `before`, in characters; 0 where none does."""
    near = before[-_LONGEST:]
    for address in _ADDRESS.finditer(near + after[:_LONGEST]):
        if address.start() < len(near) < address.end():
            return int(address.end()) - len(near)
    end, seen = 0, before
    while inside_word(seen, after[end:]):
        end += first_word_end(after[end:].rstrip())
        seen = before + after[:end]
    return end


def first_word_end(text: str) -> int:
    """Where the first unit of `text` ends: a word with the space before it, or a run of punctuation with the space before it.

    The last unit takes the white space behind it; text of white space only is one unit. 0 for an empty text.
    """
    match = _UNIT.match(text)
    end = match.end() if match else 0
    return end if text[end:].strip() else len(text)


def count_words(text: str) -> int:
    """How many words a writer would count in `text`."""
    return sum(1 for _ in _WORDS.finditer(text))


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each word of `text` begins and ends."""
    return (match.span() for match in _WORDS.finditer(text))


def word_ends(text: str, most: int) -> list[int]:
    """Where the first `most` words of `text` end."""
    return [match.end() for match in islice(_WORDS.finditer(text), most)]


def sentence_ends(text: str, before: str = "", final: bool = True) -> list[int]:
    """The offsets in `text` behind each end of a sentence, closing quotes and brackets included.

    An abbreviation ("Mr.", "e.g."), an initial ("J."), the number of a list ("1." that begins a line) and a decimal point end
    no sentence.

    Args:
        text: where to look.
        before: what stands before it, for an abbreviation that begins there.
        final: False while more of the text may follow: an end at the very end is then not yet certain, and not reported.
    """
    whole = before[-40:] + text
    shift = len(whole) - len(text)
    ends = []
    for match in _SENTENCE_END.finditer(whole, shift):
        if match.end() == len(whole) and not final:
            continue
        if match.group()[0] == "." and match.group().rstrip(_CLOSERS) == "." and _is_abbreviation(whole[: match.start()]):
            continue
        ends.append(match.end() - shift)
    return ends


def first_sentence_end(text: str) -> int:
    """Where the first sentence of `text` ends; its whole length when it holds no end."""
    ends = sentence_ends(text)
    return ends[0] if ends else len(text)


def _is_abbreviation(up_to_dot: str) -> bool:
    line_start = up_to_dot.rfind("\n") + 1
    if re.fullmatch(r"\s*\d{1,3}", up_to_dot[line_start:]):
        return True
    word = re.search(r"(?:\w\.)*\w+\Z", up_to_dot)
    if word is None:
        return False
    last = word.group()
    return last.lower() in _ABBREVIATIONS or (len(last) == 1 and last.isupper() and last != "I")

"""What of a model's answer is meant for the writer: not what it thinks aloud, nor a loop, nor what it says about a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import regex as re

_THINKS, _THOUGHT = "<think>", "</think>"  # as DeepSeek, Qwen and others write it

_THOUGHTS_END = re.compile(rf"(?:\A|\n)\s*{_THOUGHT}")  # on a line of its own, as models write it

_PERIOD = 240  # characters of the longest loop that is looked for
_TIMES = 4
_LOOP = 96  # characters that a loop has at least, all its rounds together
_SENTENCE = re.compile(r"[^\n.!?。！？]++[.!?。！？]?+")
_SENTENCE_LEAST = 40  # characters: shorter ones ("She waited.") are said again in good prose
_OF_REPEATS = 0.75  # the part of a text that goes round which was said before; a song's chorus is seldom half of it

_FENCED = re.compile(r"(?s)(?P<fence>```+|~~~+)[\w+\-]*[^\S\n]*\n(?P<text>.*?)\n?(?P=fence)\Z")
_SAYS = (
    r"(?i)(?:sure|certainly|of course|absolutely|okay|ok|here(?: is|'s|’s| are)|"
    r"the (?:short|clear|correct|revis|rewrit|text|summ|answer|repl)\w*|"
    r"(?:short|clear|correct|revis|rewrit)\w*(?: (?:version|text))|summary|answer|reply|"
    r"gerne|natürlich|selbstverständlich|klar|hier (?:ist|sind)|voici|bien sûr|claro|aquí|por supuesto|certo|ecco)\b"
)
_PREAMBLE = re.compile(rf"(?P<says>{_SAYS}[^\n:]{{0,120}}:)(?P<behind>[^\S\n]*(?:\n|(?=[\"“„«])))")
_QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "‘": "’"}
_BESIDE_WORDS = "\"'“”„«»` \t\r"
_OF_TEXTS = r"(?:changes?|corrections?|edits?|adjustments?|improvements?|grammar|spelling|wording|version|shorter|clarity)\b"
_REMARK = re.compile(  # what a writer's own paragraph might begin with is no remark unless it goes on about texts
    rf"(?i)(?:I (?:have )?(?:made|changed|corrected|shortened|improved)\b[^\n]{{0,60}}\b{_OF_TEXTS}|let me know (?:if|whether)\b"
    rf"[^\n]*\b{_OF_TEXTS}|(?:the )?changes(?: made)?:|explanation:)"
)


def without_thoughts(stream: Iterable[str]) -> Iterator[str]:
    """What is said behind the thoughts that an answer begins with, if it does, in whatever pieces it comes."""
    said, begun = "", False
    for text in stream:
        if begun:
            yield text
            continue
        said += text
        start = said.lstrip()
        if start.startswith(_THINKS):
            rest = start.partition(_THOUGHT)[2].lstrip()
            begun, said = bool(rest), said if not rest else ""
            if rest:
                yield rest
        elif not _THINKS.startswith(start):
            begun, said = True, ""
            yield start
    if said.strip() and not said.lstrip().startswith(_THINKS):
        yield said.lstrip()


def behind_thoughts(said: str, original: str) -> str:
    """What stands behind thoughts that were never said to begin, as where a chat template begins them; else all of `said`.

    Where `original`, which the answer is about, speaks of such marks, they are none.
    """
    end = _THOUGHTS_END.search(said)
    return said if end is None or _THOUGHT in original else said[end.end() :]


def loops_from(said: str, original: str = "") -> int | None:
    """Where the loop that `said` ends in has been through once; None where it ends in none, or in one that `original` has too."""
    longest = min(_PERIOD, len(said) // _TIMES)
    for period in range(1, longest + 1):
        times = max(_TIMES, -(-_LOOP // period))
        length = period * times
        if length <= len(said) and said[-length:-period] == said[-length + period :] and said[-length:].strip():
            begin = len(said) - length
            while begin >= period and said[begin - period : begin] == said[-period:]:
                begin -= period
            return begin + period if said[begin + period :].strip() not in original else None
    return None


def repeated_from(said: str) -> int | None:
    """Where `said` begins to come back to its sentences again and again, with hardly another between; None where it does not.

    A small model that has said all it knows goes round with little changes, which are no loop to the letter.
    """
    numbers: dict[str, list[int]] = {}  # of the sentences that are the same
    begins: list[int] = []
    lengths, repeats = [0], [0]  # characters in all before each sentence, and of those how many were said before
    for found in _SENTENCE.finditer(said):
        sentence = found.group().strip()
        if found.end() == len(said):
            break  # it may go on
        same = numbers.setdefault(sentence, [])
        same.append(len(begins))
        begins.append(found.start())
        lengths.append(lengths[-1] + len(sentence))
        repeats.append(repeats[-1] + (len(sentence) if len(same) > 1 else 0))
        if len(sentence) >= _SENTENCE_LEAST and len(same) >= _TIMES:
            second = same[1]
            if repeats[-1] - repeats[second] >= _OF_REPEATS * (lengths[-1] - lengths[second]):
                return begins[second]
    return None


def text_alone(answer: str, original: str = "") -> str:
    """The text that an answer consists of: without a fence or quotes around it, and without what the model says about it.

    Nothing is taken away that stands in `original` too, which the answer is about.
    """
    text, before = answer.strip(), None
    while text != before:
        before = text
        for peel in (_without_preamble, _without_fence, _without_quotes, _without_remarks):
            text = peel(text, original)
    return text or answer.strip()


def _without_preamble(text: str, original: str) -> str:
    found = _PREAMBLE.match(text)
    if found is None or found.group("says") in original:
        return text
    rest = text[found.end() :].strip()
    if "\n" not in found.group("behind") and _without_quotes(rest, original) == rest:
        return text  # a quotation in a sentence
    return rest or text


def _without_fence(text: str, original: str) -> str:
    found = _FENCED.match(text)
    if found is None or found.group("fence") in original or found.group("fence") in found.group("text"):
        return text
    return str(found.group("text")).strip("\n")


def _without_quotes(text: str, original: str) -> str:
    closing = _QUOTES.get(text[:1], "")
    inside = text[1:-1]
    if not closing or len(text) < 3 or text[-1] != closing or text[0] in inside or closing in inside:
        return text
    return text if original.strip()[:1] in _QUOTES or text in original else inside.strip()


def remarks_from(text: str, original: str) -> int | None:
    """Where in an answer the model begins to speak about the text that it has given; None where it does not."""
    for gap in re.finditer(r"(?<=\S)\s++(?=\S)", text):  # read once, however many blank lines there are
        if gap.group().count("\n") < 2:
            continue
        behind = text[gap.end() :]
        if _REMARK.match(behind) and not _has_own_line(behind, original):
            return int(gap.start())
    return None


def _has_own_line(text: str, original: str) -> bool:
    """Whether a line of `text` is one of the writer's: its first, or any of three words and more."""
    first, *others = (line.strip(_BESIDE_WORDS) for line in text.split("\n"))
    return first in original or any(line in original for line in others if len(line.split()) > 2)


def _without_remarks(text: str, original: str) -> str:
    end = remarks_from(text, original)
    return text if end is None else text[:end]

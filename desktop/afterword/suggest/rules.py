"""What a suggestion never says: each rule is a reason to end it earlier, or not to begin.

In good prose they change nothing; they act where a small model goes in circles, which `afterword bench keystrokes --parts` shows.
Behind 22 lines that end in some of a mark ("wait...", "Chapter 1 .....", "####") the eager starter went on eight times for up to
700 marks.
"""

# ruff: noqa: ARG001 a rule looks at what it needs

from __future__ import annotations

from collections.abc import Callable, Mapping

import regex as re  # marks are part of words

from afterword.suggest.suggestion import Limit
from afterword.text.boundaries import count_words, in_word

Rule = Callable[[str, str, str], Limit | None]
"""From a suggestion's text, in whole words, what stands before it and what stands after it, to where it must end.

None where it need not. A limit that has not `ended` holds back what is still on the way to being forbidden: what was shown once
is never taken back. For a longer text no rule gives a smaller limit."""

_RUN = re.compile(r"([^\w\s])\1{3,}|(\w)\2{6,}|(\w{2,4})\3{4,}")
_RUN_NEAR = 20  # characters before the cursor in which a run may have begun
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_LOOP_WORDS = 8  # of a phrase that is said twice, at most
_SHORT_LOOP = 2  # words of a phrase that may be said twice: "very very", "day after day after", "I know, I know"
_NEAR = 200  # characters before the cursor in which a loop may have begun
_LINES_ABOVE = 8  # that show whether the writer ends lines within sentences
_MARKED = re.compile(r"\s*(?:[#>*+\-|]|\d+[.)])")  # headings, quotes, items, tables of Markdown
_SENTENCE = 5  # words of a line, at least, before it is taken for one
_LINK_GOES_ON = re.compile(r"[^\[\]\n]*\][(\[]")
_BRACKET = re.compile(r"[\[\]\n]")
_REPEATED = 12  # characters of a line, at least, before it is taken for a repetition


def run(text: str, before: str, after: str) -> Limit | None:
    """No four of the same mark in a row, and no word with seven of the same letter, or like "hahahahaha"."""
    near = before[-_RUN_NEAR:]
    whole = near + text
    for match in _RUN.finditer(whole):
        if match.end() > len(near):
            start = match.start()
            while start and in_word(whole[start]) and in_word(whole[start - 1]):
                start -= 1
            return Limit(max(0, start - len(near)), True)
    return None


def line_above(text: str, before: str, after: str) -> Limit | None:
    """Not the line above once more."""
    *earlier, begun = before.split("\n")
    above = next((line.strip().casefold() for line in reversed(earlier) if line.strip()), "")
    at = 0
    for addition in text.split("\n"):
        line = (begun + addition).strip().casefold()
        last = at + len(addition) == len(text)
        if addition.strip() and len(above) >= _REPEATED and (line == above or (last and above.startswith(line))):
            return Limit(at, line == above)
        above, begun, at = line or above, "", at + len(addition) + 1
    return None


def loop(text: str, before: str, after: str) -> Limit | None:
    """No phrase twice in a row, and no short one three times: "and the old man and the old man", "very very very"."""
    near = before[-_NEAR:]
    found = [(match.group().casefold(), match.start() - len(near)) for match in _WORD.finditer(near + text)]
    words = [word for word, _ in found]
    for at, (word, start) in enumerate(found):
        if start < 0:
            continue
        for length in range(1, min(_LOOP_WORDS, at) + 1):
            begin = at - length * (2 if length <= _SHORT_LOOP else 1)
            if begin < 0 or words[at - length] != word:
                continue
            phrase, again = words[at - length : at], words[at : at + length]
            if words[begin : at - length] in ([], phrase) and again == phrase[: len(again)] and sum(map(len, phrase)) > length:
                return Limit(start, len(again) == length)
    return None


def new_line(text: str, before: str, after: str) -> Limit | None:
    """No new line amid a sentence, unless the lines above end so as well, as in verse."""
    *above, begun = before.split("\n")
    if any(_amid_sentence(line) for line in above[-_LINES_ABOVE:]):
        return None
    *ended, _ = (begun + text).split("\n")
    at = -len(begun)
    for line in ended:
        at += len(line) + 1
        if at > 0 and _amid_sentence(line):
            return Limit(at - 1, True)
    return None


def brackets(text: str, before: str, after: str) -> Limit | None:
    """Within the brackets of a link, neither of them, nor a new line: the link would be broken."""
    line = before[before.rfind("\n") + 1 :]
    if line.rfind("[") <= line.rfind("]") or not _LINK_GOES_ON.match(after):
        return None
    mark = _BRACKET.search(text)
    return Limit(mark.start(), True) if mark else None


def _amid_sentence(line: str) -> bool:
    """Whether `line` is no heading, item or salutation, and yet no sentence ends at its end."""
    line = line.rstrip()
    return bool(line) and (in_word(line[-1]) or line[-1] in ",;") and not _MARKED.match(line) and count_words(line) >= _SENTENCE


RULES: Mapping[str, Rule] = {
    "run": run,
    "line above": line_above,
    "loop": loop,
    "new line": new_line,
    "brackets": brackets,
}

"""Where a suggestion ends: after so many words or sentences, or where it comes to what already stands after the cursor."""

from __future__ import annotations

from itertools import takewhile

import regex as re  # marks are part of words

from afterword.engine.sampling import Sampling
from afterword.suggest.suggestion import Ended, Limit
from afterword.text.boundaries import count_words, in_word, sentence_ends, word_ends

_CONVINCING = 12  # characters of the following text that a suggestion must repeat before it is taken for a repetition
_CONVINCING_WORDS = 3  # or so many words of it
_STARTS = re.compile(r"(?<!\w)(?<!\w['’\-.,])\w|(?<!\w)[^\w\s]|[^\w\s](?!\w)")  # of words, and of punctuation outside of them
_CLINGING = re.compile(r"[^\w\s]*")
_CLOSING = re.compile(r"_+(?!\w)")  # Markdown's, behind a word
_BLANK_RUN = re.compile(r"\s+\Z")


def ending(text: str, before: str, sampling: Sampling, final: bool) -> tuple[int, Ended | None]:
    """Where `text` ends, and why it ends there. Without white space at its end.

    While more may follow (`final` False) the number never falls as `text` grows.

    Args:
        text: what the model has said so far, from the cursor on.
        before: what stands before the cursor.
        sampling: for the bounds on words and sentences.
        final: whether the model has nothing to add.

    Returns:
        A length of `text`, and the reason when nothing may follow; None when more may.
    """
    cuts: list[tuple[int, Ended]] = []
    if sampling.max_sentences:
        ends = [end for end in sentence_ends(text, before, final) if text[:end].strip()]
        if len(ends) >= sampling.max_sentences:
            cuts.append((ends[sampling.max_sentences - 1], Ended.SENTENCE))
        if (newline := _line_end(text)) is not None:
            cuts.append((newline, Ended.SENTENCE))
    if (length := _length_end(text, sampling.max_words)) is not None:
        cuts.append((length, Ended.LENGTH))
    if cuts:
        end, why = min(cuts, key=lambda cut: cut[0])
        return _without_blank_end(text[:end]), why
    return _without_blank_end(text), Ended.MODEL if final else None


def repeats_from(text: str, before: str, after: str) -> Limit | None:
    """Where, at the start of a word, `text` begins to say what follows the cursor; None where it does not.

    It does from there on where its end is how the following text begins, and where it said enough of that, whatever it says then.
    """
    following = after.strip().casefold()
    for match in _STARTS.finditer(text):
        start = match.start()
        if text[start].casefold()[:1] != following[:1] or (not start and _within_word(before[-1:] + text, 1)):
            continue
        said = text[start:].casefold()
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(said, following, strict=False)))
        while _within_word(said, same) or (_within_word(following, same) and not _CLOSING.match(following, same)):
            same -= 1
        enough = same >= _CONVINCING or count_words(said[:same]) >= _CONVINCING_WORDS or same == len(following) < len(said)
        if enough or same in (len(said), len(following)):
            return Limit(start, enough)
    return None


def _within_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and in_word(text[at - 1]) and in_word(text[at])


def _length_end(text: str, max_words: int) -> int | None:
    """The end of the last allowed word, with what clings to it; None until the next word or a space shows that it is whole."""
    ends = word_ends(text, max_words)
    if len(ends) < max_words:
        return None
    clinging = _CLINGING.match(text, ends[-1])
    end = clinging.end() if clinging else ends[-1]
    return end if end < len(text) else None


def _line_end(text: str) -> int | None:
    """Where the first line that has words ends: a suggestion of a sentence does not run on into the next paragraph."""
    match = re.compile(r"\s*\S[^\n]*\n").match(text)
    return match.end() - 1 if match else None


def _without_blank_end(text: str) -> int:
    return len(_BLANK_RUN.sub("", text))

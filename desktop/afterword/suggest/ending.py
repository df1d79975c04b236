"""Where a suggestion ends: after so many words or sentences, or where it comes to what already stands after the cursor."""

from __future__ import annotations

import re

from afterword.engine.sampling import Sampling
from afterword.suggest.suggestion import Ended
from afterword.text.boundaries import sentence_ends, word_ends

_CONVINCING = 12  # characters of the following text that a suggestion must repeat before it is taken for a repetition
_BLANK_RUN = re.compile(r"\s+\Z")


def ending(text: str, before: str, after: str, sampling: Sampling, final: bool) -> tuple[int, Ended | None]:
    """How much of `text` can be shown now, and why it ends there.

    While more may follow (`final` False) only what will certainly stay is counted: the number never falls as `text` grows.

    Args:
        text: what the model has said so far, from the cursor on.
        before: what stands before the cursor.
        after: what stands after it.
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
    repeated = repeats_from(text, after)
    if repeated is not None and (final or len(text) - repeated >= min(_CONVINCING, len(after.strip()))):
        cuts.append((repeated, Ended.FOLLOWING))
    if cuts:
        end, why = min(cuts, key=lambda cut: cut[0])
        return _without_blank_end(text[:end]), why
    if final:
        return _without_blank_end(text), Ended.MODEL
    return _without_blank_end(text[:repeated]), None


def repeats_from(text: str, after: str) -> int | None:
    """Where, at the start of a word, the rest of `text` begins to say what follows the cursor; None when it does not."""
    following = after.lstrip()
    if not following:
        return None
    for match in re.finditer(r"\b\w|[^\w\s]", text):
        rest = text[match.start() :]
        if following.startswith(rest) or (rest.startswith(following) and not _within_word(rest, len(following))):
            return match.start()
    return None


def _within_word(text: str, at: int) -> bool:
    return text[at - 1].isalnum() and text[at : at + 1].isalnum()


def _length_end(text: str, max_words: int) -> int | None:
    """The end of the last allowed word, with what clings to it; None until the next word or a space shows that it is whole."""
    ends = word_ends(text, max_words)
    if len(ends) < max_words:
        return None
    clinging = re.compile(r"\S*").match(text, ends[-1])
    end = clinging.end() if clinging else ends[-1]
    return end if end < len(text) else None


def _line_end(text: str) -> int | None:
    """Where the first line that has words ends: a suggestion of a sentence does not run on into the next paragraph."""
    match = re.compile(r"\s*\S[^\n]*\n").match(text)
    return match.end() - 1 if match else None


def _without_blank_end(text: str) -> int:
    return len(_BLANK_RUN.sub("", text))

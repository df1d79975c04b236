"""A part of a long text around a place in it."""

from __future__ import annotations

from afterword.text.boundaries import word_spans

_BEFORE = 0.75  # of the part stands before the place, where there is so much
_NEAR = 80  # characters in which a word is looked for at either end


def excerpt(text: str, at: int, most: int) -> tuple[str, int]:
    """At most `most` characters of `text` around the character `at`, no word cut in two, and where that character is in them."""
    if len(text) <= most:
        return text, at
    before = min(at, max(int(most * _BEFORE), most - (len(text) - at)))
    start, end = at - before, at - before + most
    if start > 0:
        start += next((one for one, _ in word_spans(text[start - 1 : start + _NEAR]) if one > 0), 1) - 1
        start = min(start, at)
    if end < len(text):
        behind = [other for _, other in word_spans(text[max(end - _NEAR, at) : end + 1]) if max(end - _NEAR, at) + other <= end]
        end = max(end - _NEAR, at) + behind[-1] if behind else end
    return text[start:end], at - start

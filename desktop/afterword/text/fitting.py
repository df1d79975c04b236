"""How text is put in beside other text: no doubled and no missing space or line on either side."""

from __future__ import annotations

import unicodedata

import regex as re

from afterword.text.context import Context
from afterword.text.scripts import unspaced

_STOPS = ".,;:!?…"
_CLOSES = _STOPS + ")]}%"
_OPENS = "([{¿¡"
_OPENERS = {"’": "‘‚’"}
_QUOTES = "\"'“”„‘’‚«»‹›*_"  # either way, by language and place; and Markdown's
_INSIDE_TOO = "'’*_"  # l’enfant, O'Brien, snake_case: what they close they have opened
_OPENING = {sign: re.compile(rf"(?<!\w)[{re.escape(_OPENERS.get(sign, sign))}]") for sign in _INSIDE_TOO}
_CONTRACTED = re.compile(r"(?i)['’](?:[tsdm]|ll|re|ve)(?![\p{L}'’])")
_ELIDED = re.compile(r"(?i)(?<!\p{L})(?:[cdjlmnsto]|qu|jusqu|lorsqu|puisqu|quoiqu|[dn]ell|d?all|[cs][ou]ll|quell|un|gl)['’]\Z")


def missing_space(before: str, after: str) -> str:
    """The space that is missing between two texts, if any. Where a quote stands between them none is said to be missing."""
    if not _apart(before, after):
        return ""
    opens = after[0].isalnum() or unicodedata.category(after[0]) in ("Ps", "Pi")
    return " " if opens and (before[-1].isalnum() or before[-1] in _STOPS) else ""


def _space_beside_whole(before: str, after: str) -> str:
    """As `missing_space`, of texts one of which is whole, so that a quote at its end closes and one at its beginning opens."""
    return " " if _apart(before, after) and _ends(before) and _begins(after) and not _goes_on(before, after) else ""


def _apart(before: str, after: str) -> bool:
    """Whether there may be a space between them at all."""
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return False
    return not unspaced(before[-1] + after[0])


def _ends(text: str) -> bool:
    """Whether a word or a sentence ends with `text`, quotes that close behind it included."""
    said = text.rstrip(_QUOTES)
    if not said or not (said[-1].isalnum() or said[-1] in _CLOSES):
        return False
    sign = text[-1]
    inside = sign in "*_" or _ELIDED.search(text[-12:]) is not None  # and not the end of a quotation, or of "the boys’"
    return not (inside and said[-1].isalnum()) or _opened(sign, said)


def _opened(sign: str, text: str) -> bool:
    """Whether a quotation that `sign` ends has begun in the last line of `text`."""
    return _OPENING[sign].search(text.rpartition("\n")[2]) is not None


def _begins(text: str) -> bool:
    """Whether a word begins with `text`, quotes that open before it included."""
    said = text.lstrip(_QUOTES + _OPENS)
    return bool(said) and (said[0].isalnum() or unicodedata.category(said[0]) == "Sc")


def _goes_on(before: str, after: str) -> bool:
    """Whether a word goes on behind an apostrophe: "don" and "'t", and not "said" and "'Stop!' she cried"."""
    return before[-1].isalnum() and _CONTRACTED.match(after) is not None


def fitted(text: str, context: Context, *, apart: bool) -> str:
    """`text` as it is put in at the cursor, with the spaces that are missing around it; or on lines of its own.

    On lines of its own it is where a paragraph begins or ends at the cursor, and it has several lines or stands apart, as on an
    empty line between two: as far from its neighbours as the paragraphs around it are from each other.

    Args:
        text: what is put in.
        context: what stands around it.
        apart: whether it belongs to no paragraph that is there.
    """
    before, after = context.before.rstrip(" \t"), context.after.lstrip(" \t")
    begins, ends = before[-1:] in ("", "\n"), after[:1] in ("", "\n")
    between = begins and ends and bool(before.strip()) and bool(after.strip())
    apart = apart or between
    if (apart or "\n" in text) and (begins or ends):
        others = (before.strip(), text, after.strip()) if between else (context.before, text, context.after)
        parted = any("\n\n" in part for part in others) or (between and not any("\n" in part for part in others))
        gap = 2 if parted else 1
        head = _lines(gap, _breaks(before[::-1])) if before.strip() and (apart or not begins) else ""
        tail = _lines(gap, _breaks(after)) if after.strip() and (apart or not ends) else ""
        return f"{head}{text}{tail}"
    return f"{_space_beside_whole(context.before, text)}{text}{_space_beside_whole(text, context.after)}"


def _lines(wanted: int, there: int) -> str:
    return "\n" * (wanted - there)


def _breaks(text: str) -> int:
    return len(text) - len(text.lstrip("\n"))

"""Which encoding bytes are in that are text, have no mark and are not UTF-8: by the letters of languages, and by statistics."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from itertools import pairwise

from charset_normalizer import CharsetMatch, from_bytes

_USUAL = "cp1252"
_OTHERS = ("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2", "koi8_r", "mac_roman", "cp850")
_ASIAN = ("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr")
_SAMPLE = 1 << 16  # bytes from which the encoding is guessed
# Languages: the encoding that is usual for each, the letters that it has beyond ASCII and _COMMON, and what only foreign words
# have there; of those that a text fits equally well the first counts. From the exemplar characters of Unicode's CLDR.
_LANGUAGES = (
    (_USUAL, "ßä", ""),  # German
    (_USUAL, "àâæçèêëîïôœùûÿ", "[kwö]"),  # French
    (_USUAL, "áíñóú¡¿ªº", "[kwö]"),  # Spanish
    (_USUAL, "áâãàçêíóôõúªº", r"[kwyöü]|ã(?![eios\W])|õ(?!e)"),  # Portuguese
    (_USUAL, "àèìíîòóù", r"[jkwxyöü]|[àèìòù](?=\w)"),  # Italian
    (_USUAL, "åæø", "[qwxzü]"),  # Danish, Norwegian
    (_USUAL, "åä", "[qwzü]"),  # Swedish, Finnish
    (_USUAL, "áäëíïóú", ""),  # Dutch
    (_USUAL, "àçèíïòóú·", "[kwö]"),  # Catalan
    (_USUAL, "çïñ£", ""),  # English
    ("cp1250", "ąćęłńóśźż", "[qvxéöü]"),  # Polish
    ("cp1254", "âçğıîşû\u0307", "[qwxé]"),  # Turkish; U+0307 because Python makes two characters of a small İ
    ("cp1250", "áčďěíňóřšťúůýž", "[qwxöü]"),  # Czech
    ("cp1250", "áäčďíĺľňóôŕšťúýž", "[qwxöü]"),  # Slovak
    ("cp1250", "áíóőúű", "[qwx]"),  # Hungarian
    ("cp1250", "ćčđšž", "[qwxyéöü]"),  # Croatian, Slovene
    ("cp1250", "ăâîşţ", "[kqwyéöü]"),  # Romanian
    (_USUAL, "áæðíóúýþ", "[cqwzü]"),  # Icelandic
    ("cp1257", "ąčęėįšųūž", "[qwxéöü]"),  # Lithuanian
    ("cp1257", "āčēģīķļņšūž", "[qwxyéöü]"),  # Latvian
    ("cp1257", "äõšž", "[cqwxyzé]"),  # Estonian
)
_COMMON = "éöü“”„‘’‚‹›«»–—…€§°•©®™×±†‡\xa0\xad"  # the same bytes in all of their encodings
# Signs that do not stand between letters, or in front of one.
_ODD = re.compile("[^\\W\\d_][“”„‚‹›«»…€§°•©®™\xa0¡¿][^\\W\\d_]|[£ªº][^\\W\\d_]")
_STRANGE = 1 / 4  # of what is beyond ASCII may be strange to the language: names, words of another one


def guessed(data: bytes) -> tuple[str, str]:
    """The text in `data`, which is not UTF-8, and its encoding; one that gives the same bytes again."""
    texts = {}
    for encoding in (_by_letters(data[:_SAMPLE]) or _supposed(data), _USUAL):
        with suppress(UnicodeError, LookupError):
            text = data.decode(encoding)
            if text.encode(encoding) == data:
                texts[encoding] = text
    if _USUAL in texts and len(set(texts.values())) == 1:
        return texts[_USUAL], _USUAL
    return next(((text, encoding) for encoding, text in texts.items()), (data.decode("latin-1"), "latin-1"))


def _by_letters(sample: bytes) -> str:
    """The encoding in which `sample` has the letters of a language, and hardly any other; "" where there is none.

    A few sentences are not enough for charset-normalizer, which goes by how frequent every letter is.
    """
    found = {encoding: _letters(sample, encoding) for encoding in {language[0] for language in _LANGUAGES}}
    fits = []
    for rank, (encoding, letters, foreign) in enumerate(_LANGUAGES):
        text, counts, odd = found[encoding]
        beyond = {character: count for character, count in counts.items() if not character.isascii()}
        strange = odd + sum(count for character, count in beyond.items() if character not in letters + _COMMON)
        written = sum(count for character, count in beyond.items() if character.isalpha())
        if strange <= _STRANGE * written and 2 * written <= sum(counts[c] for c in counts if c.isalpha()):
            fits.append((strange, len(re.findall(foreign, text)) if foreign else 0, rank, encoding))
    return min(fits)[-1] if fits else ""


def _letters(sample: bytes, encoding: str) -> tuple[str, Counter[str], int]:
    """`sample` in small letters, how often it has each character, and how much is not as words are written; where it fits."""
    try:
        text = sample.decode(encoding)
    except UnicodeError:
        return "", Counter(), 1
    capitals = sum(one.islower() and other.isupper() and not other.isascii() for one, other in pairwise(text))
    small = text.lower()
    return small, Counter(small), capitals + len(_ODD.findall(text))


def _supposed(data: bytes) -> str:
    """What charset-normalizer takes the beginning of `data` for. One that ends within a character it takes for something else."""
    samples = [data[:_SAMPLE]]
    if len(data) > _SAMPLE:
        end = max(map(samples[0].rfind, (b"\n", b"\r", b" "))) + 1
        samples = [samples[0][:end]] if end else [samples[0], samples[0][:-1]]
    names = [found.encoding if found else _USUAL for found in map(_best, samples)]
    return next((name for name in names if name in _ASIAN), names[0])


def _best(sample: bytes) -> CharsetMatch | None:
    return from_bytes(sample, cp_isolation=[_USUAL, *_OTHERS, *_ASIAN]).best()

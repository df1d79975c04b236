"""Between the bytes of a file and the text of a draft, with nothing lost on the way there and back."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

from charset_normalizer import CharsetMatch, from_bytes

from afterword.text.characters import common_ends, writable

UTF_8 = "utf-8"
_MARKS = {  # what the byte order mark says; those of UTF-32 first, for one of them begins as one of UTF-16
    "utf-32-le": b"\xff\xfe\0\0",
    "utf-32-be": b"\0\0\xfe\xff",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    UTF_8: b"\xef\xbb\xbf",
}
_UTF_16 = ("utf-16-be", "utf-16-le")
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
_SHORTEST = 8  # bytes of UTF-16 without a mark that can be known for text
_NEWLINE = re.compile(r"\r\n|\r|\n")
# Bytes that no text holds in any encoding that extends ASCII; tab, line ends, form feed, backspace, Ctrl-Z and escape may occur.
_CONTROL = bytes(set(range(0x20)) - set(b"\b\t\n\v\f\r\x1a\x1b")) + b"\x7f"
_ASCII = bytes(range(0x80))
_CONTROL_SHARE = 1 / 30  # random bytes have three times as many, Latin-1 text hardly one
_DAMAGED = 4  # times as many characters that are UTF-8 as places that are not: other encodings are not like that by chance


class Binary(Exception):
    """The bytes are no text."""


@dataclass(frozen=True)
class Form:
    """How a text stands in its file.

    Attributes:
        newline: the line ending, the most frequent one where they are mixed; also for lines that are added.
        endings: where they are mixed, that of every line in turn; else empty.
        bom: whether the file begins with a byte order mark.
        encoding: Python's name of it.
    """

    newline: str = "\n"
    endings: tuple[str, ...] = ()
    bom: bool = False
    encoding: str = UTF_8

    def with_newline(self, newline: str) -> Form:
        """The same, with `newline` at the end of every line."""
        return replace(self, newline=newline, endings=())

    def with_encoding(self, encoding: str, *, bom: bool) -> Form:
        """The same in another encoding; a byte order mark only where the encoding knows one."""
        return replace(self, encoding=encoding, bom=bom and encoding in _MARKS)


def decode(data: bytes, encoding: str = "", *, damaged: bool = False) -> tuple[str, Form]:
    """The text in `data`, its line ends made line feeds, and how it stood there.

    A byte order mark says the encoding. Without one, bytes that are UTF-8 and hold no NUL are text, whatever else they hold. NUL
    marks a binary file, as it does for git, but where it is surely one of the two bytes of UTF-16. Of what is not UTF-8 the share
    of control characters tells binary from another encoding, and the letters of a language or charset-normalizer say which;
    where that finds none, or one in which the text is the same, it is Windows-1252.
    What is UTF-8 but for a few places, or ends within a character, is not another encoding but damaged.

    Args:
        data: all of a file.
        encoding: in which to read it, by Python's name, where the writer knows.
        damaged: read it even so; U+FFFD stands for what does not fit, and is what would be saved.

    Raises:
        Binary: it is no text.
        UnicodeDecodeError: it is damaged, or not in `encoding`; `start` is the first byte that does not fit.
    """
    marked = next((name for name, mark in _MARKS.items() if data.startswith(mark) and encoding in ("", name)), None)
    bom = marked is not None
    mark = _MARKS[marked] if marked else b""
    body = data[len(mark) :]
    if b"\0" in data and marked in (None, UTF_8) and not encoding:
        encoding = "" if marked else _unmarked(data)
        if not encoding:
            raise Binary
    chosen, encoding = encoding, encoding or marked or UTF_8
    try:
        " ".encode(encoding)  # of nothing at all Python would say that it is in any encoding
    except (UnicodeError, LookupError) as error:
        raise UnicodeDecodeError(encoding, data, 0, len(data), "nobody knows it") from error
    try:
        text = _exactly(body, encoding)
    except UnicodeDecodeError as error:
        error.start += len(mark)
        controls = len(data) - len(data.translate(None, _CONTROL))
        known = bom or bool(chosen)
        if not known and controls > len(data) * _CONTROL_SHARE:
            raise Binary from error
        if known or _is_damaged(data, error):
            if not damaged:
                raise
            try:
                text = body.decode(encoding, "replace")
            except UnicodeError:
                raise error from None
        else:
            text, encoding = _guessed(data)
    if "\0" in text:
        raise Binary
    endings = _NEWLINE.findall(text) if "\r" in text else []
    counts = Counter(endings)
    if not counts:
        return text, Form(bom=bom, encoding=encoding)
    mixed = tuple(endings) if len(counts) > 1 else ()
    return _NEWLINE.sub("\n", text), Form(counts.most_common(1)[0][0], mixed, bom, encoding)


def encode(text: str, form: Form, before: str) -> tuple[bytes, str, Form]:
    """The bytes of a file that holds `text` in the form in which it held `before`.

    Text that did not change gets the very bytes that it had. Where line endings are mixed, the lines in front of the first
    change and behind the last keep theirs, and those between get the most frequent one. A character that the encoding lacks makes
    it UTF-8. UTF-16 without a byte order mark gets one where an edit made a text of it that would not be known for one again.

    Returns:
        The bytes; the text as it stands in them (`writable`); its form.
    """
    text = writable(text)
    endings = form.endings
    if endings and text != before:
        start, end = common_ends(text, before)
        head, tail = text.count("\n", 0, start), text.count("\n", len(text) - end)
        middle = text.count("\n") - head - tail
        endings = endings[:head] + (form.newline,) * middle + endings[len(endings) - tail :]
    if endings:
        pieces = text.split("\n")
        endings = _unmerged(pieces, endings)
        out = "".join(piece + ending for piece, ending in zip(pieces, (*endings, ""), strict=True))
    else:
        out = text if form.newline == "\n" else text.replace("\n", form.newline)
    try:
        data, encoding, bom = out.encode(form.encoding), form.encoding, form.bom
    except UnicodeEncodeError:
        data, encoding, bom = out.encode(UTF_8), UTF_8, False
    if data and not bom and encoding in _UTF_16 and text != before:
        bom = _unmarked(data) != encoding
    return _MARKS.get(encoding, b"") * bom + data, text, Form(form.newline, endings, bom, encoding)


def unfit(text: str, encoding: str) -> str:
    """The first character of `text` that `encoding`, by Python's name, lacks; "" where it has all."""
    try:
        writable(text).encode(encoding)
    except UnicodeEncodeError as error:
        return str(error.object[error.start])
    return ""


def _exactly(body: bytes, encoding: str) -> str:
    """The text in `body`; UnicodeDecodeError also where it would not be the same bytes again."""
    try:
        text = body.decode(encoding)
        if text.encode(encoding) == body:
            return text
    except UnicodeDecodeError:
        raise
    except UnicodeError as error:
        raise UnicodeDecodeError(encoding, body, 0, len(body), "it cannot be written again") from error
    raise UnicodeDecodeError(encoding, body, 0, len(body), "it would not be the same bytes again")


def _is_damaged(data: bytes, error: UnicodeDecodeError) -> bool:
    """Whether `data`, which is not UTF-8 from `error` on, is UTF-8 all the same, for the most part or up to its end."""
    text = data.decode(UTF_8, "replace")
    bad = text.count("\ufffd")
    good = len(text) - bad - len(data) + len(data.translate(None, _ASCII))
    cut = bad == 1 and error.start + 4 > len(data) and error.reason == "unexpected end of data"
    return good > (0 if cut else _DAMAGED * bad)


def _unmarked(data: bytes) -> str:
    """Which UTF-16 `data`, which has no mark, is for certain; "" where it may be binary.

    The first bytes of its characters are those of ASCII and of one alphabet (below U+2000; Chinese, Japanese and Korean have too
    many to be told from numbers), those of ASCII being NUL, which the second bytes hardly ever are, and every character is one.
    """
    size = len(data) // 2
    nuls = [data[start::2].count(0) for start in (0, 1)]
    if len(data) < _SHORTEST or max(nuls) * 20 < size or min(nuls) * 8 > max(nuls):
        return ""
    little = nuls[1] > nuls[0]
    firsts = Counter(data[little::2])
    alphabet = max((count for first, count in firsts.items() if 0 < first < 0x20), default=0)
    if (firsts[0] + firsts[0x20] + alphabet) * 10 < size * 9:
        return ""
    encoding = _UTF_16[little]
    try:
        characters = set(data.decode(encoding)) - set("\t\n\v\f\r")
    except UnicodeDecodeError:
        return ""
    kinds = {unicodedata.category(character) for character in characters if character < "\U00010000"}
    return "" if kinds & {"Cc", "Cn", "Co"} else encoding


def _guessed(data: bytes) -> tuple[str, str]:
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


def _unmerged(pieces: list[str], endings: tuple[str, ...]) -> tuple[str, ...]:
    # An edit may bring a lone carriage return right in front of a line feed; the two would be read as one line end.
    apart = list(endings)
    for i in range(len(apart) - 2, -1, -1):
        if apart[i] == "\r" and apart[i + 1] == "\n" and not pieces[i + 1]:
            apart[i] = "\n"
    return tuple(apart)

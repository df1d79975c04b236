"""Between the bytes of a file and the text of a draft, with nothing lost on the way there and back."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace

from afterword.drafts.guessing import guessed
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
            text, encoding = guessed(data)
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


def _unmerged(pieces: list[str], endings: tuple[str, ...]) -> tuple[str, ...]:
    # An edit may bring a lone carriage return right in front of a line feed; the two would be read as one line end.
    apart = list(endings)
    for i in range(len(apart) - 2, -1, -1):
        if apart[i] == "\r" and apart[i + 1] == "\n" and not pieces[i + 1]:
            apart[i] = "\n"
    return tuple(apart)

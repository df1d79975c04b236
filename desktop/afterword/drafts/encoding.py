"""Between the bytes of a file and the text of a draft, with nothing lost on the way there and back."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from charset_normalizer import from_bytes

from afterword.text.characters import common_ends, writable

UTF_8 = "utf-8"
_MARKS = {  # what the byte order mark says; those of UTF-32 first, for one of them begins as one of UTF-16
    "utf-32-le": b"\xff\xfe\0\0",
    "utf-32-be": b"\0\0\xfe\xff",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    UTF_8: b"\xef\xbb\xbf",
}
_USUAL = "cp1252"
_OTHERS = ("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2", "koi8_r", "mac_roman", "cp850")
_ASIAN = ("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr")
_SAMPLE = 1 << 16  # bytes from which the encoding is guessed
_NEWLINE = re.compile(r"\r\n|\r|\n")
# Bytes that no text holds in any encoding that extends ASCII; tab, line ends, form feed, backspace, Ctrl-Z and escape may occur.
_CONTROL = bytes(set(range(0x20)) - set(b"\b\t\n\v\f\r\x1a\x1b")) + b"\x7f"
_CONTROL_SHARE = 1 / 30  # random bytes have three times as many, Latin-1 text hardly one


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


def decode(data: bytes, encoding: str = "") -> tuple[str, Form]:
    """The text in `data`, its line ends made line feeds, and how it stood there.

    A byte order mark says the encoding. Without one, bytes that are UTF-8 and hold no NUL are text, whatever else they hold. NUL
    marks a binary file, as it does for git. Of what is not UTF-8 the share of control characters tells binary from another
    encoding, and charset-normalizer says which; where that finds none, or one in which the text is the same, it is Windows-1252.

    Args:
        data: all of a file.
        encoding: in which to read it, by Python's name, where the writer knows.

    Raises:
        Binary: it is no text.
        UnicodeDecodeError: it is damaged, or not in `encoding`; `start` is the first byte that does not fit.
    """
    marked = next((name for name, mark in _MARKS.items() if data.startswith(mark) and encoding in ("", name)), None)
    bom = marked is not None
    mark = _MARKS[marked] if marked else b""
    body = data[len(mark) :]
    if b"\0" in data and marked in (None, UTF_8) and not encoding:
        raise Binary
    chosen, encoding = encoding, encoding or marked or UTF_8
    try:
        text = body.decode(encoding)
        if text.encode(encoding) != body:
            raise UnicodeDecodeError(encoding, data, 0, len(data), "it would not be the same bytes again")
    except UnicodeDecodeError as error:
        error.start += len(mark)
        if bom or chosen:
            raise
        controls = len(data) - len(data.translate(None, _CONTROL))
        if controls > len(data) * _CONTROL_SHARE:
            raise Binary from error
        text, encoding = _guessed(data)
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
    it UTF-8.

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
    return _MARKS.get(encoding, b"") * bom + data, text, Form(form.newline, endings, bom, encoding)


def _guessed(data: bytes) -> tuple[str, str]:
    """The text in `data`, which is not UTF-8, and its encoding; one that gives the same bytes again."""
    found = from_bytes(data[:_SAMPLE], cp_isolation=[_USUAL, *_OTHERS, *_ASIAN]).best()
    texts = {}
    for encoding in (found.encoding if found else _USUAL, _USUAL):
        with suppress(UnicodeError, LookupError):
            text = data.decode(encoding)
            if text.encode(encoding) == data:
                texts[encoding] = text
    if _USUAL in texts and len(set(texts.values())) == 1:
        return texts[_USUAL], _USUAL
    return next(((text, encoding) for encoding, text in texts.items()), (data.decode("latin-1"), "latin-1"))


def _unmerged(pieces: list[str], endings: tuple[str, ...]) -> tuple[str, ...]:
    # An edit may bring a lone carriage return right in front of a line feed; the two would be read as one line end.
    apart = list(endings)
    for i in range(len(apart) - 2, -1, -1):
        if apart[i] == "\r" and apart[i + 1] == "\n" and not pieces[i + 1]:
            apart[i] = "\n"
    return tuple(apart)

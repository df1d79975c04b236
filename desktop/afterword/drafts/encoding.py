"""Between the bytes of a file and the text of a draft, with nothing lost on the way there and back."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from afterword.text.characters import writable

_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")  # UTF-16 both ways (the first begins UTF-32 too), UTF-32
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
        bom: whether the file begins with the UTF-8 byte order mark.
    """

    newline: str = "\n"
    endings: tuple[str, ...] = ()
    bom: bool = False


def decode(data: bytes) -> tuple[str, Form]:
    """The text in `data`, its line ends made line feeds, and how it stood there.

    Bytes that are UTF-8 and hold no NUL are text, whatever else they hold. NUL marks a binary file, as it does for git. Of what
    is not UTF-8 the share of control characters tells binary from another encoding.

    Raises:
        Binary: it is no text.
        UnicodeDecodeError: it is text in another encoding, UTF-16 with its mark among them; `start` is where UTF-8 ends.
    """
    bom = data.startswith(_BOM)
    if b"\0" in data and not data.startswith(_OTHER_BOMS):
        raise Binary
    try:
        text = data[len(_BOM) * bom :].decode("utf-8")
    except UnicodeDecodeError as error:
        controls = len(data) - len(data.translate(None, _CONTROL))
        if controls > len(data) * _CONTROL_SHARE and not data.startswith(_OTHER_BOMS):
            raise Binary from error
        error.start += len(_BOM) * bom
        raise
    endings = _NEWLINE.findall(text) if "\r" in text else []
    counts = Counter(endings)
    if not counts:
        return text, Form(bom=bom)
    mixed = tuple(endings) if len(counts) > 1 else ()
    return _NEWLINE.sub("\n", text), Form(counts.most_common(1)[0][0], mixed, bom)


def encode(text: str, form: Form, before: str) -> tuple[bytes, str, Form]:
    """The bytes of a file that holds `text` in the form in which it held `before`.

    Text that did not change gets the very bytes that it had. Where line endings are mixed, the lines in front of the first
    change and behind the last keep theirs, and those between get the most frequent one.

    Returns:
        The bytes; the text as it stands in them (`writable`); its form.
    """
    text = writable(text)
    endings = form.endings
    if endings and text != before:
        start = _common_prefix(text, before)
        end = _common_prefix(text[start:][::-1], before[start:][::-1])
        head, tail = text.count("\n", 0, start), text.count("\n", len(text) - end)
        middle = text.count("\n") - head - tail
        endings = endings[:head] + (form.newline,) * middle + endings[len(endings) - tail :]
    if endings:
        pieces = text.split("\n")
        endings = _unmerged(pieces, endings)
        out = "".join(piece + ending for piece, ending in zip(pieces, (*endings, ""), strict=True))
    else:
        out = text if form.newline == "\n" else text.replace("\n", form.newline)
    return _BOM * form.bom + out.encode("utf-8"), text, Form(form.newline, endings, form.bom)


def _unmerged(pieces: list[str], endings: tuple[str, ...]) -> tuple[str, ...]:
    # An edit may bring a lone carriage return right in front of a line feed; the two would be read as one line end.
    apart = list(endings)
    for i in range(len(apart) - 2, -1, -1):
        if apart[i] == "\r" and apart[i + 1] == "\n" and not pieces[i + 1]:
            apart[i] = "\n"
    return tuple(apart)


def _common_prefix(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:  # slices compare at the speed of memory; a loop over characters does not
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low

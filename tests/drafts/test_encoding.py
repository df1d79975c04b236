from __future__ import annotations

import io
import marshal
import math
import random
import re
import sqlite3
import struct
import sys
import wave
import zipfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from afterword.drafts.encoding import Binary, Form, decode, encode, unfit
from afterword.drafts.encodings import Encoding, encoding_of, encodings_offered
from afterword.text.characters import writable

_LINES = st.lists(st.tuples(st.text(max_size=8), st.sampled_from(["\n", "\r\n", "\r"])), max_size=12)
_BOM = b"\xef\xbb\xbf"


def test_text_stands_there_with_line_feeds_and_the_form_says_what_was_found():
    assert decode(b"a\nb") == ("a\nb", Form())
    assert decode(b"a\r\nb\r\n") == ("a\nb\n", Form(newline="\r\n"))
    assert decode(b"a\rb") == ("a\nb", Form(newline="\r"))
    assert decode(_BOM + b"a") == ("a", Form(bom=True))
    assert decode(b"a\r\nb\nc\r\n") == ("a\nb\nc\n", Form("\r\n", ("\r\n", "\n", "\r\n")))


@given(bom=st.booleans(), lines=_LINES, last=st.text(max_size=5))
def test_text_that_was_not_edited_keeps_its_bytes(bom, lines, last):
    data = _BOM * bom + "".join(line + ending for line, ending in lines).encode() + last.encode()
    try:
        text, form = decode(data)
    except Binary:
        assert b"\0" in data
        return
    assert "\r" not in text
    assert encode(text, form, text) == (data, text, form)


@given(lines=_LINES, cut=st.integers(0, 60), drop=st.integers(0, 10), put=st.text("ab\n", max_size=6))
@example(lines=[("", "\n"), ("", "\r")], cut=0, drop=0, put="\n")
def test_edited_text_is_read_back_as_it_was_written(lines, cut, drop, put):
    before, form = decode(_bytes(lines))
    after = before[:cut] + put + before[cut + drop :]
    data, text, new_form = encode(after, form, before)
    assert text == after
    assert decode(data)[0] == after
    assert encode(after, new_form, after)[0] == data


@given(lines=_LINES, line=st.integers(0, 12), put=st.text("ab", min_size=1, max_size=3))
def test_an_edit_within_a_line_keeps_every_line_ending(lines, line, put):
    data = _bytes(lines)
    before, form = decode(data)
    pieces = before.split("\n")
    line = min(line, len(pieces) - 1)
    pieces[line] += put
    expected = "".join(piece + ending for piece, ending in zip(pieces, (*_endings(data), ""), strict=True))
    assert encode("\n".join(pieces), form, before)[0] == expected.encode()


def _bytes(lines: list[tuple[str, str]]) -> bytes:
    return "".join(line.replace("\0", "") + ending for line, ending in lines).encode()


def _endings(data: bytes) -> list[str]:
    return re.findall("\r\n|\r|\n", data.decode())


def test_added_lines_get_the_most_frequent_ending():
    text, form = decode(b"a\r\nb\r\nc\n")
    assert encode("a\nb\nx\ny\nc\n", form, text)[0] == b"a\r\nb\r\nx\r\ny\r\nc\n"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_no_utf_8_text_is_taken_for_binary(text):
    decode(text.encode())


@given(st.text(st.characters(), max_size=30))
def test_whatever_is_written_can_be_read_again(text):
    data, written, _ = encode(text, Form(), "")
    assert decode(data)[0] == written.removeprefix("\ufeff")


def test_halves_of_characters_cost_nothing_else():
    assert writable("a\ud83d\ude00b") == "a\U0001f600b"
    assert writable("a\ud83db\ude00 ö\U0001f600\n") == "a\ufffdb\ufffd ö\U0001f600\n"
    assert writable("a\0b\r\nc\rd") == "a\ufffdb\nc\nd"


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x01\x00\x00",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n\x00\x01",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
        b"\x1f\x8b\x08\x08\xc7\x9e\x01\x02\x03\x7f\x05\xff\x93",
        "Text and a\0".encode("utf-16-le"),
        "Text and \x01".encode("utf-16-le"),
        "Text and \ue000".encode("utf-16-be"),
        "Text and \uffff".encode("utf-16-be"),
        _BOM + b"\0" + "A text of some length.".encode("utf-16-le"),
        "Half a character".encode("utf-16-le")[:-1],
        "渡船在中午离开了码头。\n".encode("utf-16-le"),
        b"file one\0file two\0file three\0",
        b"a\0b",
        b"a\0b\0",
    ],
    ids=[
        "elf",
        "pdf",
        "png",
        "zip",
        "gzip",
        "NUL",
        "control",
        "private",
        "no character",
        "mark",
        "half",
        "unsure",
        "names",
        "odd",
        "short",
    ],
)
def test_binary_is_known(data):
    with pytest.raises(Binary):
        decode(data)


def sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 8000, 0, "NONE", ""))
        writer.writeframes(bytes(2000) + struct.pack("<1000h", *(round(90 * math.sin(i / 9)) for i in range(1000))))
    return file.getvalue()


def database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("CREATE TABLE words (word TEXT)")
        base.execute("PRAGMA encoding = 'UTF-16le'")
        base.executemany("INSERT INTO words VALUES (?)", [("The ferry left.",)] * 50)
        return bytes(base.serialize())


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writer:
        writer.writestr("a.txt", "The ferry left the dock at noon.".encode("utf-16-le"))
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        sound(),
        sound()[44:],
        database(),
        archive(),
        Path(sys.executable).resolve().read_bytes()[:1_000_000],
        marshal.dumps(compile(Path(__file__).read_text("utf-8"), "a.py", "exec")),
        b"".join(struct.pack("<H", i) for i in range(32, 1000)),
        b"".join(struct.pack("<I", i) for i in range(32, 120)),
        b"".join(struct.pack(">f", i) for i in range(100)),
        random.Random(1).randbytes(5000),
        struct.pack("<81H", 0x20, *range(0x401, 0x451)),
        (struct.pack("<3H", 0x61, 0x62, 0x63) + b"\0\4") * 20,
        b"try\0file chooser",
    ],
    ids=[
        "wav",
        "samples",
        "sqlite",
        "zip",
        "program",
        "pyc",
        "shorts",
        "integers",
        "floats",
        "random",
        "numbers",
        "both",
        "strings",
    ],
)
def test_binary_that_has_nul_as_utf_16_has_is_known(data: bytes) -> None:
    for part in (data, data[1:], data[:-1], data[: len(data) // 4 * 2]):
        with suppress(UnicodeDecodeError), pytest.raises(Binary):
            decode(part)


UNMARKED = (
    "The ferry left.",
    "“Größe” – naïve €5 🐟\r\nsecond\tline\n",
    "Ferry",
    "A face that is newer than Python: \U0001fae9",
    "Это русский текст.\n",
    "Το πλοίο έφυγε, στις δώδεκα.",
    "Θάλασσα\n",
    "המעבורת יצאה בצהריים.",
    "Příliš žluťoučký kůň",
    "A long word with a combining a\u0300, an \u0100 and a\u2000space.",
)


@pytest.mark.parametrize("text", UNMARKED)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_its_mark_and_stays_without(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    found, form = decode(data)
    assert (found, form.encoding, form.bom) == (text.replace("\r\n", "\n").replace("\r", "\n"), encoding, False)
    assert encode(found, form, found)[0] == data
    data, edited, form = encode("x" + found, form, found)
    assert data == ("x" + text).encode(encoding)
    assert decode(data) == (edited, form)


@given(
    st.sampled_from(UNMARKED), st.sampled_from(["utf-16-le", "utf-16-be"]), st.text(st.characters(), max_size=30), st.booleans()
)
@example("Ferry", "utf-16-le", "渡船", False)
@example("Ferry", "utf-16-be", "", False)
@example("Ferry", "utf-16-be", "\x01", True)
def test_an_edit_of_utf_16_without_its_mark_can_be_read_again(before: str, encoding: str, new: str, added: bool) -> None:
    text, form = decode(before.encode(encoding))
    data, written, form = encode(text * added + new, form, text)
    read, found = decode(data)
    assert read.removeprefix("\ufeff") == written.removeprefix("\ufeff")
    assert not data or found.encoding == encoding


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("Grüße aus Köln, größere Äpfel.", "latin-1", "cp1252"),
        ("“quoted” – €5 and a café", "cp1252", "cp1252"),
        ("Это русский текст о пароме.", "cp1251", "cp1251"),
        ("Příliš žluťoučký kůň", "cp1250", "cp1250"),
        ("フェリーは正午に港を出た。", "shift_jis", "shift_jis"),
        ("渡船在中午离开了码头。", "gb18030", "gb18030"),
    ],
)
def test_other_encodings_are_recognised(text: str, encoding: str, found: str, newline: str) -> None:
    data = (text + newline).encode(encoding) * 3
    assert decode(data) == ((text + "\n") * 3, Form(newline, encoding=found))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-8"])
def test_a_byte_order_mark_says_it_and_is_kept(encoding: str) -> None:
    data = "\ufeffThe ferry\r\n🐟".encode(encoding)
    text, form = decode(data)
    assert (text, form) == ("The ferry\n🐟", Form("\r\n", bom=True, encoding=encoding))
    assert encode(text + "!", form, text)[0] == "\ufeffThe ferry\r\n🐟!".encode(encoding)


def test_what_the_encoding_lacks_makes_it_utf_8() -> None:
    text, form = decode("Grüße aus Köln".encode("latin-1"))
    assert encode(text + " é", form, text)[0] == "Grüße aus Köln é".encode("latin-1")
    data, _, form = encode(text + " 🐟", form, text)
    assert (data, form) == ("Grüße aus Köln 🐟".encode(), Form())


def test_the_writer_may_know_better() -> None:
    data = "Это".encode("koi8_r")
    assert decode(data, "koi8_r") == ("Это", Form(encoding="koi8_r"))
    with pytest.raises(UnicodeDecodeError):
        decode(data, "utf-8")


@pytest.mark.parametrize(
    "data", ["text".encode("utf-16")[:-1], b"\x00\x00\xfe\xff\x00\x00\x00t\xff", _BOM + b"ab\xff", b"\xff\xfe\x00\xd8"]
)
def test_what_contradicts_its_mark_is_damaged(data: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        decode(data)


@given(st.binary(max_size=200))
@example(b"\x81\x8d\x8f\x90\x9d")  # not in Windows-1252
def test_any_bytes_are_text_or_binary_or_damaged_and_text_keeps_its_bytes(data: bytes) -> None:
    try:
        text, form = decode(data)
    except (Binary, UnicodeDecodeError):
        return
    assert encode(text, form, text)[0] == data


@given(st.sampled_from(UNMARKED), st.sampled_from(["utf-16-le", "utf-16-be"]), st.integers(0, 60), st.binary(max_size=4))
def test_utf_16_without_its_mark_in_which_something_went_wrong_keeps_its_bytes(
    text: str, encoding: str, at: int, new: bytes
) -> None:
    whole = text.encode(encoding)
    data = whole[:at] + new + whole[at + len(new) // 2 :]
    try:
        text, form = decode(data)
    except (Binary, UnicodeDecodeError):
        return
    assert encode(text, form, text)[0] == data


@given(
    lines=st.lists(st.tuples(st.text("abcäöüéßñ “”–€", max_size=20), st.sampled_from(["\n", "\r\n", "\r"])), max_size=12),
    encoding=st.sampled_from(["cp1252", "latin-1", "cp1250", "mac_roman", "cp850", "utf-16-le"]),
)
def test_text_in_any_encoding_that_was_not_edited_keeps_its_bytes(lines: list[tuple[str, str]], encoding: str) -> None:
    data = "".join(line + ending for line, ending in lines).encode(encoding, "ignore")
    data = (b"\xff\xfe" if encoding == "utf-16-le" else b"") + data
    text, form = decode(data)
    assert "\r" not in text
    assert encode(text, form, text) == (data, text, form)


# --- what a writer may choose -------------------------------------------------------------------------------------------

OFFERED = st.sampled_from(encodings_offered())
LETTERS = "abc äöüß éñ “”–€ ж и й λ ω ş ğ ő ř ž א ש ب ن ก ข あア漢字 港口 항구 🐟\x0b\x0c"
LINES = st.lists(st.tuples(st.text(LETTERS, max_size=12), st.sampled_from(["\n", "\r\n", "\r"])), max_size=10)


def bytes_in(lines: list[tuple[str, str]], offered: Encoding) -> tuple[list[bytes], bytes]:
    """The lines in an encoding, of what it has, and the mark in front of them."""
    rows = [(line + ending).encode(offered.encoding, "ignore") for line, ending in lines]
    return rows, "\ufeff".encode(offered.encoding) if offered.bom else b""


@given(LINES, OFFERED)
def test_text_in_an_encoding_that_the_writer_names_keeps_its_bytes(lines: list[tuple[str, str]], offered: Encoding) -> None:
    rows, mark = bytes_in(lines, offered)
    data = mark + b"".join(rows)
    text, form = decode(data, offered.encoding)
    assert "\r" not in text
    assert encoding_of(form) == offered
    assert encode(text, form, text) == (data, text, form)


@given(LINES, OFFERED, st.integers(0, 9))
def test_an_edit_of_one_line_keeps_the_bytes_of_the_others(lines: list[tuple[str, str]], offered: Encoding, at: int) -> None:
    rows, mark = bytes_in(
        [("a" + line, ending) for line, ending in lines], offered
    )  # a line with nothing in it may join two ends
    text, form = decode(mark + b"".join(rows), offered.encoding)
    pieces = text.split("\n")
    at = min(at, len(pieces) - 1)
    pieces[at] = "x" + pieces[at]
    edited = "\n".join(pieces)
    data, _, after = encode(edited, form, text)
    rows = [*rows, b""]
    assert data == mark + b"".join([*rows[:at], "x".encode(offered.encoding), *rows[at:]])
    assert decode(data, offered.encoding) == (edited, after)


@given(st.text(LETTERS + "\n", max_size=30), OFFERED, OFFERED, st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_form_that_the_writer_chooses_is_kept_or_becomes_utf_8(text: str, old: Encoding, new: Encoding, newline: str) -> None:
    before = Form("\n", encoding=old.encoding, bom=old.bom)
    form = before.with_encoding(new.encoding, bom=new.bom).with_newline(newline)
    data, written, found = encode(text, form, text)
    fits = not unfit(text, new.encoding)
    assert written == text
    assert found == (form if fits else Form(newline))
    assert decode(data, found.encoding)[0] == text
    assert fits or unfit(text, new.encoding) in text


def test_every_encoding_has_a_name_of_its_own_and_is_known_again() -> None:
    names = [offered.name for offered in encodings_offered()]
    assert len({*names}) == len(names) > 20
    assert all(encoding_of(Form(encoding=offered.encoding, bom=offered.bom)) is offered for offered in encodings_offered())
    assert encoding_of(Form(encoding="utf-32-le", bom=True)).name == "UTF-32-LE BOM"
    assert encoding_of(Form(encoding="utf-16-le")).name == "UTF-16 LE no BOM"
    assert Form(bom=True).with_encoding("cp1252", bom=True) == Form(encoding="cp1252")


def test_the_line_endings_of_a_mixed_file_can_be_made_one() -> None:
    text, form = decode(b"a\r\nb\nc\rd")
    assert encode(text, form.with_newline("\n"), text)[0] == b"a\nb\nc\nd"


# --- what is damaged, and what is long --------------------------------------------------------------------------------

NOVEL = "Die Fähre verließ das Dock. Größere Wellen, “ruhiges” Wasser.\n" * 40


@pytest.mark.parametrize(
    "data", [NOVEL.encode() + b"Gr\xc3", "Käse ü".encode()[:-1], NOVEL.encode().replace(b"ruhiges", b"r\xffges")]
)
def test_what_is_utf_8_but_for_a_few_places_is_damaged_and_can_be_read_even_so(data: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        decode(data)
    text, form = decode(data, damaged=True)
    assert (text, form) == (data.decode("utf-8", "replace"), Form())


def test_what_the_writer_knows_better_can_be_read_even_so() -> None:
    assert decode("Käse".encode("cp1252"), "utf-8", damaged=True) == ("K\ufffdse", Form())
    assert decode("text".encode("utf-16")[:-1], damaged=True)[0] == "tex\ufffd"


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "cp1251"])
@pytest.mark.parametrize("newline", ["\n", ""])
@pytest.mark.parametrize("shift", [0, 1])
def test_a_long_text_is_recognised_wherever_the_part_that_is_looked_at_ends(encoding: str, newline: str, shift: int) -> None:
    words = {"gb18030": "渡船在中午离开了码头。", "big5": "渡船在中午離開了碼頭。", "euc_kr": "페리는정오에항구를떠났다."}
    word = "Это русский текст о пароме. " if encoding == "cp1251" else words.get(encoding, "フェリーは正午に港を出た。")
    text = "a" * shift + (word + newline) * 5000
    assert decode(text.encode(encoding)) == (text, Form(encoding=encoding))


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "nonsense", "hex", *(offered.encoding for offered in encodings_offered())]),
    st.booleans(),
)
@example(b"", "nonsense", True)
@example(b"", "hex", False)
@example(b"a\0b", "cp1252", False)
@example("a\0b".encode("utf-16"), "", False)
def test_any_bytes_in_any_encoding_are_text_or_binary_or_damaged(data: bytes, encoding: str, damaged: bool) -> None:
    try:
        text, form = decode(data, encoding, damaged=damaged)
    except (Binary, UnicodeDecodeError):
        return
    again = encode(text, form, text)
    assert again[1] == text
    assert damaged or again[0] == data


@pytest.mark.parametrize("examples", [100, pytest.param(20_000, marks=pytest.mark.long)])
def test_a_text_in_which_something_went_wrong_is_text_or_binary_or_damaged(examples: int) -> None:
    @settings(max_examples=examples)
    @given(LINES, OFFERED, st.integers(0, 200), st.integers(0, 5), st.binary(max_size=4), st.booleans())
    def read(lines: list[tuple[str, str]], offered: Encoding, at: int, gone: int, new: bytes, damaged: bool) -> None:
        rows, mark = bytes_in(lines, offered)
        whole = mark + b"".join(rows)
        data = whole[:at] + new + whole[at + gone :]
        try:
            text, form = decode(data, damaged=damaged)
        except (Binary, UnicodeDecodeError):
            return
        assert damaged or encode(text, form, text)[0] == data

    read()

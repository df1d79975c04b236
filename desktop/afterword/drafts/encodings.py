"""The encodings that a writer may choose from, by their names; what they are for is said in `script`."""

from __future__ import annotations

from dataclasses import dataclass

from afterword.drafts.encoding import UTF_8, Form


@dataclass(frozen=True)
class Encoding:
    """One that a file can be read or written in.

    Attributes:
        encoding: Python's name of it, as `Form.encoding` has it.
        bom: whether a byte order mark goes with it.
        name: as its users know it; not to be translated.
        script: a short fixed word for what is written in it ("unicode", "western", "cyrillic"), which the window turns into
            words of the writer's language.
    """

    encoding: str
    bom: bool
    name: str
    script: str


_OFFERED = (
    Encoding(UTF_8, False, "UTF-8", "unicode"),
    Encoding(UTF_8, True, "UTF-8 BOM", "unicode"),
    Encoding("utf-16-le", True, "UTF-16 LE", "unicode"),  # without its mark not every text is known for one again
    Encoding("utf-16-be", True, "UTF-16 BE", "unicode"),
    Encoding("cp1252", False, "Windows-1252", "western"),
    Encoding("latin-1", False, "ISO-8859-1", "western"),
    Encoding("iso8859_15", False, "ISO-8859-15", "western"),
    Encoding("mac_roman", False, "Mac Roman", "western"),
    Encoding("cp850", False, "DOS 850", "western"),
    Encoding("cp1250", False, "Windows-1250", "central european"),
    Encoding("iso8859_2", False, "ISO-8859-2", "central european"),
    Encoding("cp1257", False, "Windows-1257", "baltic"),
    Encoding("cp1251", False, "Windows-1251", "cyrillic"),
    Encoding("koi8_r", False, "KOI8-R", "cyrillic"),
    Encoding("koi8_u", False, "KOI8-U", "cyrillic"),
    Encoding("cp1253", False, "Windows-1253", "greek"),
    Encoding("cp1254", False, "Windows-1254", "turkish"),
    Encoding("cp1255", False, "Windows-1255", "hebrew"),
    Encoding("cp1256", False, "Windows-1256", "arabic"),
    Encoding("cp874", False, "Windows-874", "thai"),
    Encoding("shift_jis", False, "Shift JIS", "japanese"),
    Encoding("euc_jp", False, "EUC-JP", "japanese"),
    Encoding("gb18030", False, "GB 18030", "simplified chinese"),
    Encoding("big5", False, "Big5", "traditional chinese"),
    Encoding("euc_kr", False, "EUC-KR", "korean"),
)


def encodings_offered() -> tuple[Encoding, ...]:
    """Those that a writer may choose from, the most usual first; those of one script stand together."""
    return _OFFERED


def encoding_of(form: Form) -> Encoding:
    """What `form` is in; also where that is not offered (UTF-32, a mark where none is usual, or none where one is)."""
    found = next((each for each in _OFFERED if (each.encoding, each.bom) == (form.encoding, form.bom)), None)
    if found is None:
        no_mark = (f"{each.name} no BOM" for each in _OFFERED if each.encoding == form.encoding)
        name = next(no_mark, form.encoding.upper() + " BOM" * form.bom)
        found = Encoding(form.encoding, form.bom, name, "unicode")
    return found

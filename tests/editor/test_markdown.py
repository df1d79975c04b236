"""What of a Markdown draft is made visible."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QTextCharFormat

from afterword.editor.look import DARK, between
from tests.editor.conftest import Key, Writer


def looks(writer: Writer, number: int = 0) -> list[tuple[str, QTextCharFormat]]:
    block = writer.page.document().findBlockByNumber(number)
    raw = block.text().encode("utf-16-le")
    return [
        (raw[2 * f.start : 2 * (f.start + f.length)].decode("utf-16-le"), QTextCharFormat(f.format))
        for f in block.layout().formats()
    ]


def has(look: QTextCharFormat, kind: str) -> bool:
    return {
        "bold": look.fontWeight() == QFont.Weight.Bold,
        "italic": look.fontItalic(),
        "code": look.fontFixedPitch(),
        "struck": look.fontStrikeOut(),
        "link": look.fontUnderline(),
    }[kind]


def parts(writer: Writer, kind: str, number: int = 0) -> list[str]:
    return [text for text, look in looks(writer, number) if has(look, kind)]


@pytest.fixture(autouse=True)
def markdown(writer: Writer) -> None:
    writer.page.set_markdown(True)


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("a **strong** word", "bold", ["strong"]),
        ("a __strong__ word", "bold", ["strong"]),
        ("an *emphasised* word and _another_", "italic", ["emphasised", "another"]),
        ("***both***", "bold", ["both"]),
        ("***both***", "italic", ["both"]),
        ("**strong *and emphasised* words**", "italic", ["and emphasised"]),
        ("🐟 **🐟🐟** x", "bold", ["🐟🐟"]),
        ("snake_case_name and 2 * 3 * 4", "italic", []),
        ("a `code *not emphasis*` b", "code", ["code *not emphasis*"]),
        ("a `code *not emphasis*` b", "italic", []),
        ("``with ` inside``", "code", ["with ` inside"]),
        ("~~struck~~", "struck", ["struck"]),
        ("a [link](https://example.org/a_b_c) b", "link", ["link"]),
        ("a [link](https://example.org/a_b_c) b", "italic", []),
        (r"\*not\* and \`not\`", "italic", []),
        (r"\*not\* and \`not\`", "code", []),
        ("- **item**", "bold", ["-", "item"]),
        ("1. first", "bold", ["1."]),
        ("3.5 is a number", "bold", []),
        ("# Heading", "bold", ["#", " Heading"]),
        ("#hashtag", "bold", []),
        ("> a **quote**", "bold", ["quote"]),
        ("* * *", "bold", []),
    ],
)
def test_marks_are_understood(writer: Writer, text: str, kind: str, found: list[str]) -> None:
    writer.has(text)
    assert parts(writer, kind) == found


def test_the_characters_of_the_markup_are_quiet_and_nothing_is_hidden(writer: Writer) -> None:
    writer.has("a **strong** word")
    quiet = between(writer.page.look.text, writer.page.look.page, 0.35)
    assert [text for text, look in looks(writer) if look.foreground().color() == quiet] == ["**", "**"]


def test_a_fenced_block_is_code_to_its_end_whatever_is_in_it(writer: Writer) -> None:
    writer.has("```python\n# not a heading\n~~~\n```\n# heading")
    assert parts(writer, "code", 1) == ["# not a heading"]
    assert parts(writer, "code", 2) == ["~~~"]
    assert parts(writer, "bold", 1) == []
    assert parts(writer, "bold", 4) == ["#", " heading"]
    writer.goes_to(0)
    writer.press(Key.Key_Delete)
    assert parts(writer, "bold", 1) == ["#", " not a heading"]


def test_it_follows_what_is_typed(writer: Writer) -> None:
    writer.types("**ab*")
    assert parts(writer, "bold") == []
    writer.types("*")
    assert parts(writer, "bold") == ["ab"]


def test_it_can_be_switched_off_and_leaves_no_trace(writer: Writer) -> None:
    writer.has("a **strong** word")
    writer.page.set_markdown(False)
    assert looks(writer) == []
    writer.types(" and **more**")
    assert looks(writer) == []


def test_it_takes_its_colours_from_the_look(writer: Writer) -> None:
    writer.has("a **strong** word")
    before = looks(writer)[0][1].foreground().color()
    writer.page.set_look(DARK)
    assert looks(writer)[0][1].foreground().color() == between(DARK.text, DARK.page, 0.35) != before


def test_it_is_not_in_the_document(writer: Writer) -> None:
    writer.has("a **strong** word")
    assert not writer.page.document().isModified()
    assert not writer.page.document().isUndoAvailable()
    assert writer.text == "a **strong** word"

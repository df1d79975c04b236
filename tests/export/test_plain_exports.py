from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afterword.export import pandoc
from afterword.export.formats import FORMATS
from afterword.export.markdown import READER, source
from afterword.export.plain import escape_markdown, tree_of_plain
from afterword.export.tree import nodes, text_of
from afterword.text.kind import Kind
from afterword.watch import Watch
from tests.export.reading import part, read, title

RICH = tuple(format for format in FORMATS if format not in ("txt", "md"))

LITERAL = r"""# no heading
*not emphasised* and _neither_ and __this__ and **that** and ***those***
1. no list
1) no list
- no list
+ no list
* no list
> no quote
<b>no tag</b> <!-- no comment --> <http://x.de>
$5 and $x$ and \textbf{x} and a\
@nobody [^1] [a](b) ![a](b) [x]: y
[^1]: no note
`no code` ``` and ~~~ and ~~not struck~~ ~sub~ ^sup^
&amp; &copy; &#65; & < >
| a | b |
|---|---|
: no definition
::: no div
---
===
- - -
***
___
snake_case_name
-- --- ... "quotes" 'single'
// /* */ = == #let x = 1
http://x.de/a_b C:\temp\new a\\b"""

# No paragraph of them is empty, and none begins with white space.
_PARAGRAPHS = "\n\n".join(LITERAL.split("\n"))


@pytest.mark.parametrize("text", [LITERAL, _PARAGRAPHS], ids=["lines", "paragraphs"])
@pytest.mark.parametrize("format", RICH)
def test_every_character_stands_for_itself(exported, format, text):
    back = read(exported(text, format, Kind.PLAIN)).replace("\u00a0", " ")
    lines = [line.strip() for line in back.splitlines() if line.strip()]
    assert lines == LITERAL.split("\n")


@pytest.mark.parametrize("format", ["docx", "odt"])
def test_spaces_tabs_and_empty_lines_stay_as_they_are(exported, format):
    text = "\n  two before\nthree   between\na\ttab\n\n\n\nthree lines on"
    lines = read(exported(text, format, Kind.PLAIN)).splitlines()
    assert [line.replace("\u00a0", "") for line in lines] == [
        "", "  two before", "three   between", "a\ttab", "", "", "three lines on",
    ]  # fmt: skip


@pytest.mark.parametrize("format", ["html", "epub"])
def test_spaces_and_empty_lines_stay_by_no_break_spaces(exported, format):
    text = "  two before\nthree   between\na\ttab\n\n\n\nthree lines on"
    lines = [line.rstrip(" ") for line in read(exported(text, format, Kind.PLAIN)).splitlines() if line.strip(" ")]
    blank = "\u00a0"
    assert lines == [
        f"{blank * 2}two before", f"three{blank * 2} between", f"a{blank * 2} tab", blank, blank, "three lines on",
    ]  # fmt: skip


def test_plain_text_to_plain_text_is_the_text_itself(exported):
    text = "  a\t*b*   \n\n\n\x07\x0c <b>"
    assert exported(text, "txt", Kind.PLAIN).read_text() == text


@pytest.mark.parametrize("format", RICH)
def test_the_first_line_is_the_title(exported, format):
    assert title(exported("\n\n  # A *line*\nand another", format, Kind.PLAIN)) == "# A *line*"


def test_there_is_no_heading_in_plain_text(exported):
    names = [e.tag.rsplit("}", 1)[-1] for e in part(exported("# a\n\n===\n", "odt", Kind.PLAIN), "content.xml").iter()]
    assert "h" not in names


def _shown(markdown: str) -> list[str]:
    tree = pandoc.read(source(markdown), READER, Watch())
    assert {block["t"] for block in tree["blocks"]} <= {"Para"}
    lines = []
    for block in tree["blocks"]:
        line: list[object] = []
        for inline in [*block["c"], {"t": "LineBreak"}]:
            if inline["t"] == "LineBreak":
                lines.append(text_of(line))
                line = []
            else:
                assert inline["t"] in ("Str", "Space", "Link"), inline
                line.append(inline)
    return lines


def test_as_markdown_it_says_the_same():
    assert _shown(escape_markdown(LITERAL)) == LITERAL.split("\n")
    assert _shown(escape_markdown(_PARAGRAPHS)) == LITERAL.split("\n")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab1 -+*_#>=`~|[]()<>!&;:.\\/^\"'$\t", max_size=12), min_size=1, max_size=6))
def test_any_plain_text_says_the_same_as_markdown(lines):
    def visible(text: str) -> str:
        return re.sub(r"[ \u00a0]+", " ", text.expandtabs(4)).strip()

    assert [visible(line) for line in _shown(escape_markdown("\n".join(lines)))] == [
        visible(line) for line in lines if line.strip()
    ]


def test_markdown_of_ordinary_prose_has_no_needless_escapes():
    prose = "“Well,” she said - it's 5 - 3 = 2; see p. 12 (or not)! a_b, #5, 50% & more... 1.5\nmail me@x.de"
    assert escape_markdown(prose) == prose


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30), min_size=1, max_size=40))
def test_a_pdf_holds_every_character(exported, tokens):
    assert "".join(read(exported(" ".join(tokens), "pdf", Kind.PLAIN)).split()) == "".join(tokens)


@given(st.text(st.characters(), max_size=80), st.booleans())
def test_the_tree_holds_every_character(text, exact):
    tree = tree_of_plain(text, exact_spaces=exact)
    kept = "".join(node["c"] for node in nodes(tree, "Str"))
    visible = [c for c in text if c.isalnum()]
    assert [c for c in kept if c.isalnum()] == visible

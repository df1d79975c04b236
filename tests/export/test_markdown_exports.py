from __future__ import annotations

import zipfile

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from afterword.export.formats import FORMATS
from tests.export.reading import page, part, read, title, words

RICH = tuple(format for format in FORMATS if format != "md")
MARKUP = ("html", "epub", "docx", "odt", "pdf")

TEXT = """# The Harbour

Dear Anna,
the boats came *home* with **nothing**.

    The fog comes
  on little cat feet.

- rope
- boots,
  size 44

> quoted line
> and another

| What | Count |
|------|------:|
| rope | 12    |

```
for line in poem:
    print(line)
```

A note[^1] and ~~gone~~.

[^1]: As gulls do.
"""


@pytest.mark.parametrize("format", RICH)
def test_everything_that_was_written_is_there(exported, format):
    text = words(exported(TEXT, format))
    for phrase in (
        "The Harbour",
        "the boats came home with nothing.",
        "size 44",
        "quoted line",
        "12",
        "for line in poem:",
        "gone",
        "As gulls do.",
    ):
        assert phrase in text


@pytest.mark.parametrize("format", RICH)
def test_a_newline_is_a_line_break(exported, format):
    lines = [line.strip() for line in read(exported(TEXT, format)).splitlines()]
    for line in ("Dear Anna,", "the boats came home with nothing.", "The fog comes", "on little cat feet.", "quoted line"):
        assert line in lines
    assert "size 44" in lines
    assert "and another" in lines
    at = lines.index("The fog comes")
    assert lines[at + 1] == "on little cat feet."


@pytest.mark.parametrize("format", [format for format in RICH if format != "pdf"])
def test_white_space_at_the_beginning_of_a_line_stays(exported, format):
    lines = [line.replace("\u00a0", " ") for line in read(exported("It sits\n    on silent\n  haunches\n", format)).splitlines()]
    assert [line.rstrip() for line in lines if line.strip()] == ["It sits", "    on silent", "  haunches"]


def test_white_space_at_the_beginning_of_a_line_moves_it_in_a_pdf(exported):
    path = exported("It sits\n        on silent\nhaunches\n", "pdf")
    lines = PdfReader(path).pages[0].extract_text(extraction_mode="layout").splitlines()
    left = [len(line) - len(line.lstrip("\u00a0 ")) for line in lines if line.strip()]
    assert left[0] == left[2] < left[1]


TYPED = (
    "-- slowly --- and ... \"quoted\" 'so' (c) 1/2",
    "“quoted” ‘so’ … – —",
    "costs $5 and $6, *it*(not a call), x^2, H~2~O, @me, {braces}, :smile:, 5 < 6 & 7 > 4, C:\\temp, 100%, #5, a_b_c, (-5)",
    "A. Einstein said",
    "line\\newpage \\textbf{x} $\\alpha$ $$x$$ \\(y",
    "http://example.com/a_b//c and me@example.com",
    "a b <b>bold</b> <script>alert(1)</script> <br> &amp;lt; <Anna Smith>",
    "{{x}} {{< include /etc/passwd >}} #include(x) #let y = 1 @import ::: div",
    "1986\\. = x",
    "/ term: x // y /* z */",
)


@pytest.mark.parametrize("format", RICH)
def test_nothing_that_was_typed_changes(exported, format):
    back = words(exported("\n\n".join(f"before\n{typed}\nafter" for typed in TYPED), format))
    for typed in TYPED:
        shown = typed.replace("*it*", "it").replace("&amp;lt;", "&lt;").replace("\\(", "(").replace("\\.", ".")
        assert f"before {shown} after" in back


@pytest.mark.parametrize("format", RICH)
def test_html_blocks_are_text_and_comments_are_the_writers_own(exported, format):
    text = exported("<div onclick='x()'>\nin a block\n</div>\n\n<!-- a note\nto myself -->\n\nin <!-- another --> line\n", format)
    read_back = words(text)
    assert "<div onclick='x()'> in a block </div>" in read_back
    assert "in line" in read_back
    assert "note" not in read_back
    assert "another" not in read_back


@pytest.mark.parametrize("format", RICH)
def test_pictures_are_their_descriptions(exported, format, tmp_path):
    (tmp_path / "here.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    text = "![A boat *at sea*](http://127.0.0.1:9/boat.png) ![](here.png) ![](/etc/passwd) ![x](data:image/png;base64,AAAA)"
    path = exported(text, format)
    assert "A boat at sea here.png passwd x" in words(path)
    data = path.read_bytes()
    if format in ("docx", "odt", "epub"):
        with zipfile.ZipFile(path) as archive:
            assert not [name for name in archive.namelist() if name.endswith((".png", ".jpg"))]
            data = b"".join(archive.read(name) for name in archive.namelist())
    assert b"127.0.0.1" not in data
    assert b"root:" not in data


@pytest.mark.parametrize("format", MARKUP)
def test_links_to_nowhere_are_text(exported, format):
    text = "[one](#none) [two]() [three](other.md) [four](javascript:alert(1)) [five](file:///etc/passwd) [six](http://x.de/y)"
    path = exported(text, format)
    assert "one two three four five six" in words(path)
    if format == "html":
        assert [attributes["href"] for tag, attributes in page(path).tags if tag == "a"] == ["http://x.de/y"]


def test_a_link_within_the_text_leads_to_its_heading(exported):
    path = exported("# One\n\n[there](#two-b)\n\n# Two *b*\n\n# Same\n\n# Same\n\n[same](#same)\n", "html")
    tags = page(path).tags
    assert [attributes.get("href") for tag, attributes in tags if tag == "a"] == ["#two-b", "#same"]
    assert {"two-b", "same"} <= {attributes.get("id") for _, attributes in tags}


def test_addresses_stay_in_plain_text(exported):
    text = exported("[the page](http://x.de/y), <me@x.de>, http://z.de", "txt").read_text()
    assert text.strip() == "the page (http://x.de/y), me@x.de, http://z.de"


def test_plain_text_is_not_wrapped(exported):
    paragraph = "word " * 100 + "end"
    assert exported(f"{paragraph}\n\nnext", "txt").read_text() == f"{paragraph}\n\nnext\n"


def test_markdown_to_markdown_is_the_text_itself(exported):
    text = "# T\n\n<b>  x\t\n\n\n\x07 --\\\n"
    assert exported(text, "md").read_text() == text


@pytest.mark.parametrize("format", MARKUP)
def test_the_title_is_in_the_metadata_only(exported, format):
    path = exported("Some words.\n\nMore of them.", format, title='My "Book" <1> & *more* ...')
    assert title(path) == 'My "Book" <1> & *more* ...'
    assert words(path) == "Some words. More of them."


@pytest.mark.parametrize("format", MARKUP)
def test_without_a_title_the_first_heading_or_line_or_the_name_serves(exported, format):
    assert title(exported("A line\nand another.\n\n## The *Heading*\n", format)) == "The Heading"
    assert title(exported("A line\nand another.\n", format)) == "A line"
    assert title(exported("", format)) == "out"


@pytest.mark.parametrize("format", MARKUP)
def test_a_heading_is_one(exported, format):
    path = exported("# One\n\ntext\n\n## Two\nmore", format)
    if format == "html":
        assert [tag for tag, _ in page(path).tags if tag in ("h1", "h2")] == ["h1", "h2"]
    elif format == "docx":
        styles = [style.attrib.popitem()[1] for style in part(path, "word/document.xml").iter() if style.tag.endswith("pStyle")]
        assert [style for style in styles if style.startswith("Heading")] == ["Heading1", "Heading2"]
    elif format == "odt":
        names = [e.tag.rsplit("}", 1)[-1] for e in part(path, "content.xml").iter()]
        assert names.count("h") == 2
    elif format == "pdf":
        outline = PdfReader(path).outline
        assert [entry.title for entry in (outline[0], *outline[1])] == ["One", "Two"]


def test_a_heading_of_two_lines_is_one_heading(exported):
    outline = PdfReader(exported("The first line\nand the second\n===\n\ntext", "pdf")).outline
    titles = [str(entry["/Title"]) for entry in outline if isinstance(entry, Destination)]
    assert [" ".join(title.split()) for title in titles] == ["The first line and the second"]


@pytest.mark.parametrize("format", RICH)
def test_scripts_of_the_world(exported, format):
    text = "Ελληνικά кириллица naïve e\u030a 日本語の文 \U0001f600 a\u200db\n\nשלום\n\n- مرحبا\n\n# 標題\n"
    back = words(exported(text, format))
    for word in ("Ελληνικά", "кириллица"):
        assert word in back
    if format != "pdf":  # which glyphs a PDF has, and so what can be read back, depends on the fonts of the system
        for word in ("日本語の文", "\U0001f600", "שלום", "مرحبا", "標題", "e\u030a", "a\u200db"):
            assert word in back


def test_text_that_begins_right_to_left_runs_so(exported):
    text = "left\n\nשלום (עולם)\n\n(مرحبا)\n"
    document = part(exported(text, "docx"), "word/document.xml")
    assert sum(1 for e in document.iter() if e.tag.endswith("}bidi")) == 2
    with zipfile.ZipFile(exported(text, "odt")) as archive:
        assert archive.read("content.xml").count(b'"RightToLeft"') == 2
    assert "unicode-bidi: plaintext" in exported(text, "html").read_text()


@pytest.mark.parametrize("format", RICH)
def test_what_is_nested_too_deeply_for_a_page_is_put_up(exported, format):
    text = "".join("  " * i + f"- item{i}\n" for i in range(60)) + "\n" + "> " * 12 + "quote\n\n" + "*a " * 70 + "b" + "*" * 70
    text += "\n\n" + ">" * 500 + "\n\n[x](#a) [y](#a)\n\n# a\n# a\n"
    back = words(exported(text, format))
    assert "item0" in back
    assert "item59" in back
    assert "quote" in back


def test_a_long_word_stays_on_the_page(exported):
    path = exported("http://example.com/" + "ab" * 300 + "\n\n`" + "c" * 500 + "`\n\n```\n" + "d" * 500 + "\n```\n", "pdf")
    text = PdfReader(path).pages[0].extract_text()
    assert max(len(line) for line in text.splitlines()) < 120
    joined = text.replace("\n", "")
    assert "ab" * 300 in joined
    assert "c" * 500 in joined
    assert "d" * 500 in joined

"""White space at the beginning of a line of Markdown, and what the reader makes of it."""

from __future__ import annotations

import pytest

from afterword.export import pandoc
from afterword.export.markdown import READER, source
from afterword.export.tree import nodes
from afterword.watch import Watch

NB = "\u00a0"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\n  b\n    c", f"a\n{NB * 2}b\n{NB * 4}c"),
        ("    a\nb", f"{NB * 4}a\nb"),
        ("\ta", f"{NB * 4}a"),
        ("  a\n\n   b", f"{NB * 2}a\n\n{NB * 3}b"),
        ("- a\n\ntext\n  b", f"- a\n\ntext\n{NB * 2}b"),
        ("```x``` y\n  b", f"```x``` y\n{NB * 2}b"),
        ("a\n    - b", f"a\n{NB * 4}- b"),
    ],
)
def test_it_is_kept_in_running_text(text, kept):
    assert source(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "- a\n  b\n\n  c\n    d\n\n      code",
        "1. a\n   b\n\n   c",
        "a\n- b\n  c",
        "```\n  a\n\n    b\n```",
        "~~~~\n  a\n~~~\n  b\n~~~~",
        "> a\n  b",
        "  # heading",
        "  - list\n    more",
        "  > quote",
        "  ---",
        "a\n  ===",
        "  | a |\n  |---|\n  | b |",
        "<div>\n  a\n</div>",
        "[a]: http://x.de\n  'title'",
        "```\n>>>>>>>>>>>>>>>>>>>>\n```",
    ],
)
def test_it_is_left_alone_where_it_means_something(text):
    assert source(text) == text


def test_it_never_makes_code_but_a_fence_does():
    tree = pandoc.read(source("a\n\n    b\n\n\tc\n\n```\nd\n```\n"), READER, Watch())
    assert [block["t"] for block in tree["blocks"]] == ["Para", "Para", "Para", "CodeBlock"]


def test_structure_around_it_is_what_it_was():
    text = "text\n  indented\n\n- a\n  - b\n\n    c\n- d\n\nmore\n   indented\n\n1. e\n   f\n\n> g\n  h\n"
    plain, kept = (pandoc.read(each, READER, Watch()) for each in (text, source(text)))
    for tag in ("BulletList", "OrderedList", "BlockQuote", "Para", "Plain", "LineBreak"):
        assert len(list(nodes(kept, tag))) == len(list(nodes(plain, tag)))


def test_a_line_drawn_with_quotes_is_one():
    tree = pandoc.read(source("a\n" + ">" * 2000 + "\nb"), READER, Watch())
    assert not list(nodes(tree, "BlockQuote"))

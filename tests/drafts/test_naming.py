from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.drafts.naming import suggested_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# The *Harbour* at `dusk`\n\ntext", "The Harbour at dusk.md"),
        ("Dear Anna,\n\nthank you", "Dear Anna.md"),
        ("An opening line.\n\n## Then a heading ##\n", "Then a heading.md"),
        ("```\n# no heading\n```\nwords", "no heading.md"),
        ("\n\n  \n***\nfirst words", "first words.md"),
        ("> - a [link](http://x.de/y) here", "a link here.md"),
        ("What? A/B: <never>", "What A B never.md"),
        ("../../etc/passwd", "etc passwd.md"),
        (".hidden", "hidden.md"),
        ("CON", "CON_.md"),
        ("snake_case stays", "snake_case stays.md"),
        ("日本語の題", "日本語の題.md"),
        ("", "draft.md"),
        ("***\n---\n", "draft.md"),
        ("word " * 40, "word word word word word word word word word word word word.md"),
        ("x" * 400, "x" * 60 + ".md"),
    ],
)
def test_a_name_from_the_first_heading_or_line(text, name):
    assert suggested_name(text) == name


@given(st.text(st.characters(), max_size=300))
def test_every_name_can_be_a_file(tmp_path_factory, text):
    name = suggested_name(text)
    assert Path(name).name == name
    assert len(name.encode()) <= 255
    folder = tmp_path_factory.mktemp("named")
    (folder / name).write_text("x")
    assert [path.name for path in folder.iterdir()] == [name]

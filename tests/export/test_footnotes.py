from __future__ import annotations

import pytest

from afterword.export.footnotes import without_circles
from tests.export.reading import words


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a[^1]\n\n[^1]: see [^1] and [^2]\n\n[^2]: x", "a[^1]\n\n[^1]: see \\[^1] and [^2]\n\n[^2]: x"),
        ("[^a]: x[^B]\n[^b]: y\n  z[^A]", "[^a]: x\\[^B]\n[^b]: y\n  z\\[^A]"),
        ("[^1]: x\n\n    more[^1]\n\nend[^1]", "[^1]: x\n\n    more\\[^1]\n\nend[^1]"),
        ("> [^1]: x\n> y[^1]", "> [^1]: x\n> y\\[^1]"),
        ("- [^1]: x[^1]", "- [^1]: x\\[^1]"),
    ],
)
def test_a_footnote_that_leads_to_itself_is_cut(text, made):
    assert without_circles(text) == made


@pytest.mark.parametrize(
    "text",
    ["a[^1] b[^1]\n\n[^1]: note\n\nmore[^1]", "a[^1]\n\n[^1]: see[^2]\n\n[^2]: there", "a[^1]: b", "[^1]: see \\[^1]", "none"],
)
def test_others_are_left_alone(text):
    assert without_circles(text) == text


@pytest.mark.parametrize(
    "text", ["a[^1]\n\n[^1]: see [^1]", "a[^1]\n\n[^1]: b[^2]\n[^2]: c[^1]", "a[^1]\n\n> - [^1]: x\n>   y[^1]"]
)
def test_an_export_with_them_ends(exported, text):
    assert words(exported(text, "txt")).startswith("a[1]")

"""What of a text a page can show and a file can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.text.characters import printable, writable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\r\ntwo\rthree\u2028four\u2029five\x85six", "one\ntwo\nthree\nfour\nfive\nsix"),
        ("a\tb\nc", "a\tb\nc"),
        ("Dear\0Sir \x1b[31m", "DearSir [31m"),
        ("\ufdd0a\uffff", "a"),
        ("\ud83d\ude00 \ud83d", "\U0001f600 \ufffd"),
        ("a\u200db\u00ad\u00a0c", "a\u200db\u00ad\u00a0c"),
    ],
)
def test_what_no_page_shows_is_left_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters(exclude_categories=[])))
def test_what_can_be_shown_can_be_written_and_stays_as_it_is(text: str) -> None:
    assert writable(printable(text)) == printable(printable(text)) == printable(text)

"""What of a text a page can show and a file can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afterword.text.characters import printable, spoken_text, writable


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


_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text(st.one_of(st.characters(exclude_categories=[]), st.sampled_from(_TURNING))))
def test_nothing_that_is_said_turns_round_what_stands_behind_it(text: str) -> None:
    spoken = spoken_text(text)
    assert not set(_TURNING) & set(spoken)
    assert spoken == spoken_text(spoken) == "".join(character for character in printable(text) if character not in _TURNING)


@given(
    st.text(st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), st.sampled_from(_TURNING))),
    st.integers(0, 20),
)
def test_it_is_the_same_in_whatever_pieces_it_is_said(text: str, cut: int) -> None:
    assert spoken_text(text) == spoken_text(text[:cut]) + spoken_text(text[cut:])


def test_texts_that_run_to_the_left_keep_the_marks_of_their_own_order() -> None:
    text = "\u200f\u05d0\u05d1\u200e (a) \u061c\u0627\u200d\u0628"
    assert spoken_text(text) == text

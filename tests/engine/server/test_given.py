"""What of a text leaves the machine."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from afterword.engine.server.given import given, parted
from afterword.text.context import Context


@pytest.mark.parametrize(
    ("before", "leaves"),
    [
        ("The harbour lay qui", "The harbour lay"),
        ("The harbour lay ", "The harbour lay"),
        ("The harbour lay", "The harbour"),
        ("The harbour lay quiet.", "The harbour lay quiet."),
        ("The harbour lay quiet,", "The harbour lay quiet,"),
        ('She said, "', 'She said, "'),
        ("They don'", "They"),
        ("A well-", "A"),
        ("A line.\n", "A line.\n"),
        ("A line.\nTh", "A line.\n"),
        ("Th", ""),
        ("", ""),
        ("  ", ""),
        ("港は静かだった", "港は静かだった"),
        ("See https://server.example/a/very/long/address/that/ends", "See https://server.example/a/very/long/address/that/ends"),
    ],
)
def test_the_page_leaves_up_to_the_last_boundary_of_words(before: str, leaves: str) -> None:
    assert parted(Context(before))[0] == leaves


def test_the_notes_leave_before_it() -> None:
    assert parted(Context("The ferry le", preface="Sad.")) == ("Sad.\n\nThe ferry", " le")
    assert given(Context("The ferry le", preface="Sad.")) == "Sad.\n\nThe ferry le"


def test_without_a_whole_word_the_notes_stay_too() -> None:
    assert parted(Context("The", preface="Sad.")) == ("", "The")


def test_where_nothing_is_written_the_notes_stay_too() -> None:
    assert given(Context(" \n", preface="Sad.")) == ""


def test_nothing_behind_the_cursor_leaves() -> None:
    assert "secret" not in given(Context("The ferry le", after=" secret"))


@for_all(st.text(), st.text())
def test_nothing_is_lost_between_what_leaves_and_what_is_typed(before: str, preface: str) -> None:
    context = Context(before, preface=preface)
    leaves, typed = parted(context)
    assert not leaves or leaves + typed == given(context)
    leaves.encode()
    if leaves and not preface:
        assert leaves + typed == Context(leaves + typed).before
        assert len(leaves + typed) <= len(before)

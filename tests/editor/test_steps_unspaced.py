"""Where a step of undo begins in scripts without blanks, and in what an input method commits."""

from __future__ import annotations

import pytest

from afterword.editor.steps import starts_word
from tests.editor.conftest import Writer
from tests.editor.undoing import LONGER, SHORTER, undone


def test_after_a_pause_a_commit_is_another_step_where_there_are_no_blanks(writer: Writer) -> None:
    writer.has("")
    writer.composes("", "我们")
    writer.composes("", "今天")
    writer.waits(LONGER)
    writer.composes("", "去海边")
    writer.composes("", "。")
    assert undone(writer) == ["我们今天", ""]


def test_choosing_signs_for_long_is_no_pause(writer: Writer) -> None:
    writer.has("")
    writer.composes("", "我们")
    for _ in range(4):
        writer.waits(SHORTER)
        writer.composes("jintian")
    writer.waits(SHORTER)
    writer.composes("", "今天")
    assert undone(writer) == [""]


def test_without_blanks_no_more_than_some_signs_are_lost(writer: Writer) -> None:
    writer.has("")
    for _ in range(12):
        writer.composes("", "今天")
    assert undone(writer) == ["今天" * 8, ""]


def test_a_syllable_that_is_committed_into_a_word_begins_no_step(writer: Writer) -> None:
    writer.has("")
    writer.composes("", "안녕 ")
    writer.composes("", "하")
    writer.waits(LONGER)
    writer.composes("", "세")
    writer.composes("", "요 ")
    writer.composes("", "나")
    assert undone(writer) == ["안녕 하세요 ", ""]


def test_a_word_that_is_committed_after_a_pause_is_a_step(writer: Writer) -> None:
    writer.has("")
    writer.types("one ")
    writer.waits(LONGER)
    writer.composes("", "two")
    assert undone(writer) == ["one ", ""]


@pytest.mark.parametrize(
    ("before", "text", "starts"),
    [
        ("", "a", True),
        (" ", "a", True),
        ("\n", "“", True),
        ("a", "b", False),
        ("“", "a", False),
        ("a", " ", False),
        (" ", " ", False),
        ("'", "t", False),
        ("-", "a", False),
        ("我", "们", True),
        ("。", "我", True),
        ("a", "我", True),
        ("ก", "า", True),
        ("ก", "\u0e34", False),  # a vowel above it
        ("ก", "\u0e33", False),  # a vowel around it
        ("か", "\u3099", False),  # the mark that makes が of it
        ("a", "", False),
    ],
)
def test_where_a_word_begins(before: str, text: str, starts: bool) -> None:
    assert starts_word(before, text) is starts
